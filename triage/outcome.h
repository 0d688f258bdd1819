/*
 * How one attempt of one test ended, and what that is evidence of.  The
 * numbers are stored: never change them, add at the end.
 */
#ifndef TRIAGE_OUTCOME_H
#define TRIAGE_OUTCOME_H

#include "common/base.h"

enum outcome {
	OUTCOME_UNKNOWN,     /* it should have run, and nothing says how it ended */
	OUTCOME_PASS,
	OUTCOME_FAIL,        /* an assertion, an exception */
	OUTCOME_CRASH,       /* its process died of a signal or of itself */
	OUTCOME_TIMEOUT,
	OUTCOME_LEAK,        /* references, memory, file descriptors, children */
	OUTCOME_ENV_CHANGED, /* passed, but left its surroundings changed */
	OUTCOME_SKIP,        /* it chose not to run, or was disabled */
	OUTCOME_NOT_RUN,     /* was run and executed nothing: proves nothing, also on a re-run */
	OUTCOME_XFAIL,       /* failed, as expected */
	OUTCOME_XPASS,       /* passed unexpectedly, which its runner calls a failure */
	OUTCOME_INTERRUPTED, /* stopped from outside */
	OUTCOME_BROKEN,      /* the runner's own fault: a worker bug, a set-up that failed */
	OUTCOME_COUNT,
};

/* What an outcome says of the test. */
enum evidence {
	EVIDENCE_NONE,   /* nothing: it did not run, or did not run to its end */
	EVIDENCE_PASS,   /* it ran and did what it should */
	EVIDENCE_WARNED, /* it passed, with something that should not be: orange */
	EVIDENCE_FAIL,
};

enum evidence outcome_evidence(enum outcome o);
const char *outcome_name(enum outcome o); /* "pass", "env-changed", ... */
char outcome_letter(enum outcome o);      /* one of ".PFCTLESNxXIB" ('.': unknown); for tests and stores */
/* The outcome of a letter; OUTCOME_COUNT: there is none. */
enum outcome outcome_of_letter(char letter);

#endif
