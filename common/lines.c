/* Chunks into lines: see lines.h. */
#include "common/base.h"
#include "common/lines.h"

void
lines_init(struct lines *l, void (*line)(void *data, struct span line), void *data)
{
	*l = (struct lines){ .part = STR_INIT(STR_LINE), .line = line, .data = data };
}

/* Adds a piece of a line that holds no LF, as much as fits. */
static void
keep(struct lines *l, struct span piece)
{
	size_t room = l->part.max - l->part.n;
	size_t n = piece.n < room ? piece.n : room;

	str_add(&l->part, piece.p, n);
	l->n_dropped += piece.n - n;
}

/* A CR at the end of a piece waits: it belongs to the line unless LF follows. */
static void
add(struct lines *l, struct span piece)
{
	bool ends_cr;

	if (piece.n == 0)
		return;
	l->pending = true;
	if (l->cr)
		keep(l, span_of("\r"));
	ends_cr = piece.p[piece.n - 1] == '\r';
	piece.n -= ends_cr;
	l->cr = ends_cr;
	keep(l, piece);
}

static void
flush(struct lines *l)
{
	struct span line = str_span(&l->part);

	l->line(l->data, line);
	str_clear(&l->part);
	l->pending = l->cr = false;
}

/* A line that lies whole in the chunk is handed out without a copy. */
static void
whole(struct lines *l, struct span line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > l->part.max) {
		l->n_dropped += line.n - l->part.max;
		line.n = l->part.max;
	}
	l->line(l->data, line);
}

void
lines_feed(struct lines *l, struct span bytes)
{
	const char *lf;
	struct span piece;

	while (bytes.n) {
		if (l->skip && !l->pending)
			bytes = span_from(bytes, l->skip(l->data, bytes));
		lf = bytes.n ? memchr(bytes.p, '\n', bytes.n) : NULL;
		piece = (struct span){ bytes.p, lf ? (size_t)(lf - bytes.p) : bytes.n };
		if (lf && !l->pending) {
			whole(l, piece);
		} else {
			add(l, piece);
			if (lf)
				flush(l);
		}
		bytes = span_from(bytes, piece.n + (lf != NULL));
	}
}

void
lines_finish(struct lines *l)
{
	if (l->pending) {
		if (l->cr)
			keep(l, span_of("\r"));
		flush(l);
	}
}

void
lines_release(struct lines *l)
{
	str_release(&l->part);
}
