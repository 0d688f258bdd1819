/* Cuts a stream of bytes into lines: see lines.h. */
#include "common/base.h"
#include "common/lines.h"

static struct span
without_cr(struct span line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Keeps as much as the maximum allows. */
static void
keep(struct str *part, struct span bytes)
{
	size_t room = part->max - part->n;

	str_add(part, bytes.p, bytes.n < room ? bytes.n : room);
}

void
lines_feed(struct lines *l, struct span bytes, void (*fn)(void *data, struct span line),
           void *data)
{
	const char *nl;

	while (bytes.n && (nl = memchr(bytes.p, '\n', bytes.n)) != NULL) {
		struct span line = { bytes.p, (size_t)(nl - bytes.p) };

		bytes = span_from(bytes, line.n + 1);
		if (l->part.n || line.n > l->part.max) {
			keep(&l->part, line);
			line = str_span(&l->part);
		}
		fn(data, without_cr(line));
		str_clear(&l->part);
	}
	keep(&l->part, bytes);
}

void
lines_finish(struct lines *l, void (*fn)(void *data, struct span line), void *data)
{
	if (l->part.n)
		fn(data, without_cr(str_span(&l->part)));
	str_clear(&l->part);
}

void
lines_release(struct lines *l)
{
	str_release(&l->part);
}
