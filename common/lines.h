/*
 * Cuts a stream of bytes into lines.  Of a line that is longer than the
 * maximum its first bytes are given.  A carriage return before the newline is
 * taken off with it.
 */
#ifndef COMMON_LINES_H
#define COMMON_LINES_H

#include "common/str.h"

/* The empty state is that of LINES_INIT. */
struct lines {
	struct str part; /* the beginning of a line whose end has not come */
};

#define LINES_INIT(max_bytes) { STR_INIT(max_bytes) }

/* Calls fn for each line that ends within bytes; the span is valid during the call. */
void lines_feed(struct lines *l, struct span bytes, void (*fn)(void *data, struct span line),
                void *data);
/* The end of the stream: a last line without newline is given too. */
void lines_finish(struct lines *l, void (*fn)(void *data, struct span line), void *data);
void lines_release(struct lines *l);

#endif
