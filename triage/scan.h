/*
 * Finds the first of several short texts in many bytes, fast: 16 bytes at a time are
 * compared with the rarest pair of neighbouring bytes of each text (SSE2; elsewhere a
 * table of pairs), and only where one stands is the text itself compared.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include "common/str.h"

enum { SCAN_TEXTS_MAX = 64, SCAN_PAIRS_MAX = 24 };

/* Invariant: texts[i] at at[i] holds the bytes of pair pair[i]. */
struct scan {
	struct span texts[SCAN_TEXTS_MAX]; /* not owned */
	uint8_t at[SCAN_TEXTS_MAX];        /* where its rarest pair is */
	uint8_t pair[SCAN_TEXTS_MAX];      /* which of them */
	uint8_t first[SCAN_PAIRS_MAX], second[SCAN_PAIRS_MAX];
	unsigned n_texts, n_pairs;
};

/* False: there is no room for it, or it is shorter than two bytes; the text is looked
 * at, not copied. */
bool scan_add(struct scan *s, struct span text);

/* Where a text stands that begins at or after `from`: the one whose pair comes first (no text
 * on an earlier line is missed); bytes.n: there is none. */
size_t scan_next(const struct scan *s, struct span bytes, size_t from);
/* The same without SSE2: for comparison. */
size_t scan_next_plain(const struct scan *s, struct span bytes, size_t from);

#endif
