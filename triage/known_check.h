/*
 * What a rule for known failures matches in a store, before it is trusted.
 */
#ifndef TRIAGE_KNOWN_CHECK_H
#define TRIAGE_KNOWN_CHECK_H

#include "triage/asked.h"

struct known_checked {
	uint64_t failures, of_failures; /* builds of tests that failed, which the rule matches; all */
	uint64_t tests, of_tests;       /* different tests that ever failed */
	uint64_t lines, of_lines;       /* warnings in builds that passed, which the pattern matches; all */
	struct span line;               /* one of them; empty: none */
	bool empty;                     /* the pattern matches the empty text, and so everything */
};

/* Tries rule `which` of the set on all failures, and its pattern on what builds that passed
 * printed.  Texts live in a->mem.  -1 and e. */
int known_check(struct known_checked *out, struct asked *a, const struct known_set *set, size_t which,
                struct err *e);
/* Why it should not be trusted; NULL: nothing speaks against it. */
const char *known_doubt(const struct known_checked *c);

#endif
