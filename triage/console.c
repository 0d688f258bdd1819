/* Lines and their warnings: see console.h. */
#include "common/base.h"
#include "triage/console.h"

/* Whether the line may match a rule; lines come in the order of the chunk. */
static bool
is_suspect(struct console *c, struct span line)
{
	const char *begin = c->chunk.p, *end = begin + c->chunk.n;

	/* Put together from several chunks. */
	if (line.p < begin || line.p > end)
		return warn_next(c->warn, line, 0) < line.n;
	/* What lies before it was the end of a line that began in another chunk. */
	if (c->suspect < line.p)
		c->suspect = begin + warn_next(c->warn, c->chunk, (size_t)(line.p - begin));
	return c->suspect < line.p + line.n;
}

static void
on_line(void *data, struct span line)
{
	struct console *c = data;
	struct span rule;

	c->line(c->data, line);
	if (c->warn == NULL || line.n == 0 || !is_suspect(c, line))
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
}

void
console_feed(struct console *c, struct span bytes)
{
	if (bytes.n == 0)
		return;
	c->chunk = bytes;
	c->suspect = bytes.p + (c->warn ? warn_next(c->warn, bytes, 0) : bytes.n);
	lines_feed(&c->lines, bytes);
	c->chunk = (struct span){ "", 0 };
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
