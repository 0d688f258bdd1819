/* Lines and their warnings: see console.h. */
#include "common/base.h"
#include "triage/console.h"

/* ---- marks ---- */

/* The first place of a text at or after p is the next one, if there is none before. */
static void
look(struct console *c, const char *p)
{
	if (c->mark < p)
		c->mark = c->chunk.p + scan_next(&c->marks, c->chunk, (size_t)(p - c->chunk.p), &c->bits);
}

/* To the line with the next mark, or the end of the last whole line. */
static size_t
skip(void *data, struct span bytes)
{
	struct console *c = data;
	const char *lf;

	/* What a line begins with is known by the line feed before it. */
	if (c->every || c->try_all || bytes.p == c->chunk.p)
		return 0;
	look(c, bytes.p - 1);
	if (c->mark < c->chunk.p + c->chunk.n && *c->mark == '\n')
		lf = c->mark;
	else
		lf = memrchr(bytes.p - 1, '\n', (size_t)(c->mark - (bytes.p - 1)));
	return (size_t)(lf + 1 - bytes.p);
}

/* Lines come in the order of the chunk. */
static uint64_t
found_in(struct console *c, struct span line)
{
	const char *begin = c->chunk.p, *end = line.p + line.n;
	uint64_t found = 0;

	/* Put together from several chunks. */
	if (line.p < begin || line.p >= begin + c->chunk.n)
		return scan_which(&c->marks, line);
	for (look(c, line.p > begin ? line.p - 1 : line.p); c->mark < end; look(c, c->mark + 1))
		found |= c->bits;
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
	c->mark = bytes.p + scan_next(&c->marks, bytes, 0, &c->bits);
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
}
