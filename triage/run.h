/*
 * All that one run of a test suite said, in memory: filled by a reader through
 * collect.h, stored as one build (or a part of one) by store.h.  Everything it
 * points to lives in its arena.
 */
#ifndef TRIAGE_RUN_H
#define TRIAGE_RUN_H

#include "common/arena.h"
#include "common/str.h"
#include "common/vec.h"
#include "triage/outcome.h"

enum {
	RUN_NAME_MAX = 64 << 10,   /* bytes of a test's name */
	RUN_MESSAGE_MAX = 1 << 10, /* of an error line */
	RUN_DETAILS_MAX = 8 << 10, /* of a trace: the first and the last half */
	RUN_WARNINGS_MAX = 1000,   /* kept; all are counted */
};

/* One try of one test. */
struct attempt {
	uint8_t outcome;
	bool rerun;       /* made because an earlier one failed; a repetition for its own sake is none */
	int64_t micros;   /* how long; -1: unknown */
	float load;       /* the machine's load average when it began; -1: unknown */
};

/* One test, with all its attempts in the order in which they were made. */
struct run_test {
	struct span name;
	struct span file;    /* of its source, as the input says; empty: unknown */
	struct span message; /* error line of its first failing attempt; empty: none */
	struct span details; /* trace of that attempt, for paths in it; empty: none */
	VEC(struct attempt) attempts; /* added by collect.h, in the run's memory */
};

/* A line that turns a build orange. */
struct run_warning {
	struct span rule;  /* id of the rule (warn.h) */
	struct span line;
	uint32_t test;     /* index of the test that ran then; UINT32_MAX: unknown */
};

/* How the runner itself summed it up. */
enum run_verdict {
	RUN_UNKNOWN,  /* it did not get to a summary: truncated, killed */
	RUN_PASSED,   /* also after re-runs */
	RUN_FAILED,
	RUN_STOPPED,  /* interrupted, cancelled */
};

struct run {
	VEC(struct run_test) tests;
	VEC(struct run_warning) warnings;
	uint32_t n_warnings;     /* seen, also those beyond RUN_WARNINGS_MAX */
	enum run_verdict verdict;
	bool truncated;          /* the input ends before the run did: what is not there is unknown */
	VEC(struct span) unread; /* what could not be read and why, one line each, at most 100 */
	uint32_t n_unread;
	int64_t started;         /* seconds since 1970, if the input says; 0: unknown */
	int64_t micros;          /* how long; -1: unknown */
	uint32_t n_processors;   /* 0: unknown */
	uint32_t n_jobs;         /* tests at once; 0: unknown */
	struct span seed;        /* random seed; empty: unknown */
	struct span format;      /* name of the reader */
	struct arena mem;
};

#endif
