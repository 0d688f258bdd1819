/*
 * Splits chunks, as they come from a pipe, into lines.  A line ends with LF or
 * CR LF, which are not part of it; the last one may lack its end.  Of a line
 * longer than 64 KiB the rest is dropped and counted.
 */
#ifndef COMMON_LINES_H
#define COMMON_LINES_H

#include "common/str.h"

struct lines {
	struct str part;    /* the line whose end has not come */
	bool pending;       /* there is such a line (it may be empty after a CR) */
	bool cr;            /* a CR was last: part of the line unless LF follows */
	uint64_t n_dropped; /* bytes cut off long lines, in all */
	/* The line is valid during the call only. */
	void (*line)(void *data, struct span line);
	/* How many bytes from the front, where a line begins, are whole lines that need not be handed
	 * out (nor counted, where they are too long); NULL: none.  Set after init. */
	size_t (*skip)(void *data, struct span bytes);
	void *data;
};

void lines_init(struct lines *l, void (*line)(void *data, struct span line), void *data);
void lines_feed(struct lines *l, struct span bytes);
void lines_finish(struct lines *l); /* hands out the last line; then as after init */
void lines_release(struct lines *l);

#endif
