/*
 * Finds several short texts in many bytes, fast: the rarest pair of neighbouring bytes of
 * each text is looked for, 64 places at a time where the processor can (AVX2: each byte's
 * two halves choose the texts that it may belong to, as in Hyperscan's Teddy), and only
 * where one stands are the texts themselves compared.
 */
#ifndef TRIAGE_SCAN_H
#define TRIAGE_SCAN_H

#include "common/str.h"
#include "common/vec.h"

enum { SCAN_TEXTS_MAX = 250 };

/* Invariant: texts[i] at at[i] holds its pair, and is in the chain of that pair. */
struct scan {
	struct span texts[SCAN_TEXTS_MAX]; /* not owned */
	uint64_t bits[SCAN_TEXTS_MAX];
	uint16_t pairs[SCAN_TEXTS_MAX];    /* the rarest two bytes of each, the first times 256 */
	uint8_t at[SCAN_TEXTS_MAX];        /* where they are */
	uint8_t next[SCAN_TEXTS_MAX];      /* number of the next in its chain + 1; 0: none */
	uint8_t chains[1024];              /* by a hash of the pair: number of the first + 1; 0: none */
	unsigned n_texts;
	/* By the low and the high half of the pair's first and second byte: a bit for each eighth of
	 * the texts that it may be of.  The eighth is chosen by the high halves of both. */
	uint8_t low[2][16], high[2][16];
};

/* Where the pair of a text begins that stands in some bytes; bits of all texts there. */
struct scan_hit { size_t at; uint64_t bits; };
struct scan_hits { VEC(struct scan_hit) p; };

/* Adds a text, with the bits for its hits.  False: there is no room for it, or it has no two
 * neighbouring bytes of ASCII.  The text is looked at, not copied. */
bool scan_add(struct scan *s, struct span text, uint64_t bits);

/* Adds a hit for each place, in order. */
void scan_all(const struct scan *s, struct span bytes, struct scan_hits *out);
/* The bits of all texts that stand in the bytes. */
uint64_t scan_which(const struct scan *s, struct span bytes);
/* scan_all one by one: for comparison. */
void scan_all_plain(const struct scan *s, struct span bytes, struct scan_hits *out);

/* Where in the bytes an escape (27) is, or a carriage return that no line feed follows (a
 * last one counts); bytes.n: nowhere. */
size_t scan_marks(struct span bytes);
/* The same one by one: for comparison. */
size_t scan_marks_plain(struct span bytes, size_t from);

#endif
