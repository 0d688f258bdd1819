/*
 * What is kept of a run's output: its first and last 64 KiB, and how much was
 * dropped between them.
 */
#ifndef BISECT_KEEP_H
#define BISECT_KEEP_H

#include "common/err.h"
#include "common/str.h"

enum { KEEP_PART = 64 << 10 }; /* bytes, of head and of tail */

/* Invariant: total counts all bytes fed; head is full before ring takes any;
 * ring[at] is the oldest byte once the ring is full. */
struct keep {
	struct str head;
	char *ring;     /* KEEP_PART bytes; NULL: not needed yet */
	size_t ring_n;  /* bytes in it */
	size_t at;      /* where the next byte goes */
	uint64_t total;
};

void keep_init(struct keep *k);
void keep_release(struct keep *k);
void keep_feed(struct keep *k, struct span bytes);
uint64_t keep_dropped(const struct keep *k);
/* Adds head, a line "[N bytes left out]" where bytes were dropped, and tail. */
void keep_text(const struct keep *k, struct str *out);
/* Adds the last part only: the tail, or all of it while nothing was dropped. */
void keep_tail(const struct keep *k, struct str *out);

#endif
