/*
 * What a commit itself says of whether it can have changed a test, pure.
 *
 * Commits fall into classes by the files they touch; a class holds a share of all
 * culprits, spread evenly over its commits among the candidates.  So touching the test's
 * file weighs much where few commits do, and little where all do: the base rate is that of this very
 * history.  The shares are assumptions, with room for a culprit that touches nothing
 * of it; `eval` measures whether the sets that come out are calibrated.
 */
#ifndef TRIAGE_BLAME_PRIOR_H
#define TRIAGE_BLAME_PRIOR_H

#include "triage/commits.h"

struct older_name;

/* What is known of the test; spans may be empty. */
struct blame_subject {
	struct span test;          /* its name, as in the store */
	const struct older_name *older; /* its names before its file was renamed (view.h) */
	uint32_t n_older;
	struct span file;          /* of its source */
	const struct span *traces; /* paths in the traces of its failures */
	uint32_t n_traces;
	bool fixed;                /* what is looked for made it better */
};

/* Bits: why a commit is suspected, or is not. */
enum blame_factor {
	FACTOR_TEST_FILE = 1,   /* touches the file of the test */
	FACTOR_MODULE = 2,      /* a file named as what the test is about */
	FACTOR_TRACE = 4,       /* a file in the traces of its failures */
	FACTOR_SUPPORT = 8,     /* what tests share: support, conftest, the runner */
	FACTOR_CODE = 16,       /* other code */
	FACTOR_DOCS = 32,       /* documentation only */
	FACTOR_OTHER_TESTS = 64, /* only other tests */
	FACTOR_NOTHING = 128,   /* touches no file, or nothing is known of it */
	FACTOR_CONCURRENCY = 256, /* speaks of threads, time-outs, sockets, races */
	FACTOR_REVERT = 512,
	FACTOR_NAMED = 1024,    /* its message names the test or its module */
	FACTOR_FIX = 2048,      /* its message speaks of a fix; when one is looked for */
	FACTOR_COUNT = 12,
};

/* The factors of one commit. */
unsigned blame_factors(const struct blame_subject *subject, const struct commit_facts *c);

/* The logarithm of the prior of n commits with these factors, up to a constant. */
void blame_prior(const unsigned *factors, uint32_t n, double *out);

/* One line for people: "touches Lib/queue.py"-like words, without the path; bit is one factor. */
const char *blame_factor_text(unsigned bit);

/* The paths in a trace ('File "/a/b.py", line 3', "a/b.c:12:", "at x (b.js:3:4)"), at most `max`; each is the
 * tail of at most three parts, so that build folders do not matter. */
uint32_t blame_trace_paths(struct span trace, struct span *out, uint32_t max);

#endif
