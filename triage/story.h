/*
 * The attempts of one test in one build, summed up: what kind of cell they
 * make, and as letters for the store.
 */
#ifndef TRIAGE_STORY_H
#define TRIAGE_STORY_H

#include "triage/run.h"
#include "triage/view.h"

struct story {
	uint8_t cell;        /* enum cell */
	uint8_t first, last; /* enum outcome */
	uint32_t n;          /* attempts */
	char plain;          /* its letter, when a roster can say it all; else NUL */
};

struct story story_of(const struct attempt *a, size_t n);

/* Letters of outcome.h, '+' before each re-run; of many attempts the middle is '_'. */
void story_letters(struct str *out, const struct attempt *a, size_t n);
/* First and last outcome of such letters; false: they are damaged. */
bool story_ends(struct story *out, struct span letters);

#endif
