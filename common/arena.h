/*
 * Memory that dies together: of a list, a run, a session.  With ARENA_DEBUG
 * every allocation is a malloc of its own, so that AddressSanitizer sees an
 * overrun.
 */
#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

struct arena_block;

/* The empty state is all zero. */
struct arena {
	struct arena_block *blocks;
	size_t left; /* free bytes in the first block */
	size_t used; /* bytes handed out */
};

#define ARENA_INIT { NULL, 0, 0 }

void *arena_alloc(struct arena *a, size_t n); /* aligned for any type, not zeroed */
char *arena_copy(struct arena *a, const char *p, size_t n); /* NUL-terminated, byte-aligned */
void arena_release(struct arena *a); /* frees all, leaves the empty state */

#endif
