/* Lines and their warnings: see console.h. */
#include "common/base.h"
#include "triage/console.h"

/* ---- marks ---- */

/* The next hit at or after p, none before was asked for; NULL: there is none. */
static const struct scan_hit *
hit_from(struct console *c, const char *p)
{
	while (c->next < c->hits.p.n && c->chunk.p + c->hits.p.p[c->next].at < p)
		c->next++;
	return c->next < c->hits.p.n ? &c->hits.p.p[c->next] : NULL;
}

/* To the line with the next mark, or the end of the last whole line. */
static size_t
skip(void *data, struct span bytes)
{
	struct console *c = data;
	const struct scan_hit *hit;
	const char *lf;

	/* What a line begins with is known by the line feed before it. */
	if (c->every || c->try_all || bytes.p == c->chunk.p)
		return 0;
	hit = hit_from(c, bytes.p - 1);
	lf = c->chunk.p + (hit ? hit->at : c->chunk.n);
	if (hit == NULL || *lf != '\n')
		lf = memrchr(bytes.p - 1, '\n', (size_t)(lf - (bytes.p - 1)));
	return (size_t)(lf + 1 - bytes.p);
}

/* Lines come in the order of the chunk. */
static uint64_t
found_in(struct console *c, struct span line)
{
	const char *begin = c->chunk.p, *end = line.p + line.n;
	const struct scan_hit *hit;
	uint64_t found = 0;

	/* Put together from several chunks. */
	if (line.p < begin || line.p >= begin + c->chunk.n)
		return scan_which(&c->marks, line);
	for (hit = hit_from(c, line.p); hit && begin + hit->at < end; hit = hit_from(c, begin + hit->at + 1))
		found |= hit->bits;
	return found;
}

/* ---- lines ---- */

static void
on_line(void *data, struct span line)
{
	struct console *c = data;
	struct span rule;

	c->found = found_in(c, line);
	c->line(c->data, line);
	if (line.n == 0 || !(c->try_all || c->found & CONSOLE_RULE))
		return;
	rule = warn_match(c->warn, line);
	if (rule.n)
		collect_warning(c->to, rule, line, c->test);
}

void
console_init(struct console *c, struct collect *to, struct warn *warn,
             void (*line)(void *data, struct span line), void *data)
{
	*c = (struct console){ .to = to, .warn = warn, .test = UINT32_MAX, .chunk = { "", 0 }, .line = line,
	                       .data = data };
	lines_init(&c->lines, on_line, c);
	c->try_all = warn && !warn_add_texts(warn, &c->marks, CONSOLE_RULE);
}

void
console_want(struct console *c, const char *text, uint64_t bits)
{
	bool room = scan_add(&c->marks, span_of(text), bits);

	assert(room);
	c->lines.skip = skip;
}

void
console_feed(struct console *c, struct span bytes)
{
	if (bytes.n == 0)
		return;
	c->chunk = bytes;
	c->next = 0;
	vec_clear(&c->hits.p);
	scan_all(&c->marks, bytes, &c->hits);
	lines_feed(&c->lines, bytes);
	c->chunk = (struct span){ "", 0 };
}

int
console_feed_state(void *state, struct span bytes, struct err *e UNUSED)
{
	console_feed(state, bytes);
	return 0;
}

void
console_finish(struct console *c)
{
	struct span rule;

	c->partial = true;
	lines_finish(&c->lines);
	if (c->lines.n_dropped)
		collect_unread(c->to, "%llu bytes of lines of more than 64 KiB",
		               (unsigned long long)c->lines.n_dropped);
	while (c->warn && (rule = warn_slow(c->warn)).n)
		collect_unread(c->to, "rule '%.*s' takes too many steps on some lines, and was not tried on them",
		               (int)rule.n, rule.p);
}

void
console_release(struct console *c)
{
	lines_release(&c->lines);
	vec_release(&c->hits.p);
}
