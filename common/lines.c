/* Splits chunks into lines: see lines.h. */
#include "common/base.h"
#include "common/lines.h"

void
lines_init(struct lines *l, void (*line)(void *data, struct span line), void *data)
{
	*l = (struct lines){ .part = STR_INIT(STR_LINE), .line = line, .data = data };
}

/* Keeps as much of the line as the maximum allows. */
static void
keep(struct lines *l, struct span bytes)
{
	size_t room = l->part.max - l->part.n, n = bytes.n < room ? bytes.n : room;

	str_add(&l->part, bytes.p, n);
	l->n_dropped += bytes.n - n;
	l->pending = true;
}

static void
hand_out(struct lines *l)
{
	l->line(l->data, str_span(&l->part));
	str_clear(&l->part);
	l->pending = false;
}

void
lines_feed(struct lines *l, struct span bytes)
{
	const char *nl;
	size_t n;

	while (bytes.n) {
		nl = memchr(bytes.p, '\n', bytes.n);
		n = nl ? (size_t)(nl - bytes.p) : bytes.n;
		if (l->cr && !(nl && n == 0))
			keep(l, (struct span){ "\r", 1 });
		l->cr = n > 0 && bytes.p[n - 1] == '\r';
		if (n > l->cr)
			keep(l, (struct span){ bytes.p, n - l->cr });
		l->pending |= l->cr;
		if (nl) {
			l->cr = false;
			hand_out(l);
		}
		bytes = span_from(bytes, n + (nl != NULL));
	}
}

void
lines_finish(struct lines *l)
{
	if (l->cr)
		keep(l, (struct span){ "\r", 1 });
	l->cr = false;
	if (l->pending)
		hand_out(l);
}

void
lines_release(struct lines *l)
{
	str_release(&l->part);
	l->pending = l->cr = false;
}
