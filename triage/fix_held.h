/*
 * Whether a fix held: what its test did since, pure.
 */
#ifndef TRIAGE_FIX_HELD_H
#define TRIAGE_FIX_HELD_H

#include "triage/finding.h"

enum held {
	HELD_YES,     /* clean for so long that the old rate is excluded */
	HELD_NOT_YET, /* clean so far */
	HELD_NO,      /* it failed since */
};

struct fix_held {
	enum held held;
	uint64_t clean, failed;  /* runs at the fix and after it, on its branch */
	uint64_t needed;         /* clean runs that are still missing to believe in it */
};

/* The chance that a test which fails with rate r passes n times is (1 - r)^n: the fix is believed when that is
 * below 5 % for the rate before, taken as 0.1 % at the least. */
struct fix_held fix_held(const struct test_view *t, uint32_t branch, uint32_t at, const struct rate *before);

#endif
