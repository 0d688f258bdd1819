/*
 * Finds the first of several short texts in many bytes, fast: the rarest pair of
 * neighbouring bytes of each text is looked for, 32 places at a time where the processor
 * can (AVX2: each byte's two halves choose the texts that it may belong to, as in
 * Hyperscan's Teddy), and only where one stands is the text itself compared.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include "common/str.h"

enum { SCAN_TEXTS_MAX = 64 };

/* Invariant: texts[i] at at[i] holds one of the pairs. */
struct scan {
	struct span texts[SCAN_TEXTS_MAX]; /* not owned */
	uint8_t at[SCAN_TEXTS_MAX];        /* where its rarest pair is */
	unsigned n_texts;
	uint64_t pairs[1024];              /* a bit for each pair of bytes: one of a text */
	/* By the low and the high half of the pair's first and second byte: a bit for each
	 * eighth of the texts that it may be of. */
	uint8_t low[2][16], high[2][16];
};

/* Its number is the count of those before.  False: there is no room for it, or it is shorter
 * than two bytes.  The text is looked at, not copied. */
bool scan_add(struct scan *s, struct span text);

/* Where a text stands that begins at or after `from`: the one whose pair comes first (no text
 * on an earlier line is missed); bytes.n: there is none. */
size_t scan_next(const struct scan *s, struct span bytes, size_t from);
/* Which texts stand in the bytes: bit i for the one added as number i. */
uint64_t scan_which(const struct scan *s, struct span bytes);
/* scan_next one by one: for comparison. */
size_t scan_next_plain(const struct scan *s, struct span bytes, size_t from);

/* Where in the bytes an escape (27) is, or a carriage return that no line feed follows (a
 * last one counts); bytes.n: nowhere. */
size_t scan_marks(struct span bytes);
/* The same one by one: for comparison. */
size_t scan_marks_plain(struct span bytes, size_t from);

#endif
