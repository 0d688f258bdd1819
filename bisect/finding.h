/*
 * What a session found: made by the driver, shown by the reports (text, JSON)
 * and by `show`.  All strings and arrays live in mem.
 */
#ifndef BISECT_FINDING_H
#define BISECT_FINDING_H

#include "bisect/testlist.h"

enum finding_verdict {
	FOUND_ISOLATED,       /* culprits need to run for the failure: "isolated" */
	FOUND_FAILS_ALONE,    /* "fails-alone": the victim, or one test, fails by itself */
	FOUND_BRITTLE,        /* "brittle": fails alone, passes after the state-setter */
	FOUND_PLAIN_FLAKE,    /* "plain-flake": no subset explains it */
	FOUND_NOT_REPRODUCED, /* "not-reproduced" */
	FOUND_UNDECIDED,      /* "undecided": budget, Ctrl-C, contradictions */
};

struct counts { uint32_t fails, runs; };

/* One set of tests that makes the command fail. */
struct culprit {
	const uint32_t *tests;     /* in the order of the run, victim included */
	uint32_t n_tests;
	const uint32_t *polluters; /* state-setters for a brittle test */
	uint32_t n_polluters;
	uint32_t victim;           /* TESTLIST_NONE: the run as a whole fails */
	struct counts with;        /* runs of exactly these tests */
	struct counts without;     /* of everything but the polluters, and of whatever lacks one */
	const struct counts *without_each; /* [n_polluters] of the set without that one; NULL: not asked */
	bool minimal;              /* without any one of them it passes */
	bool proven;               /* sufficient and necessary in fresh processes */
	const uint32_t *cleaners;  /* tests that undo the pollution; --find-cleaner */
	uint32_t n_cleaners;
};

struct other_failure { const char *signature; uint32_t count; uint64_t first_run; };

struct finding {
	enum finding_verdict verdict;
	double confidence;       /* that the verdict is right */
	uint32_t n_tests;
	uint32_t n_runs;         /* all, the gate's and the proof's too */
	uint32_t n_gate_runs, n_proof_runs;
	double work;             /* tests run, in runs of the whole list */
	double seconds;          /* wall time of the session, its earlier parts too */
	struct counts whole;     /* runs of the whole list: the rate */
	double rate_low, rate_high; /* 95 % interval of it (Wilson) */
	VEC(struct culprit) culprits;
	VEC(struct other_failure) others;
	VEC(uint32_t) left;      /* undecided: tests still under suspicion, in list order */
	const char *reason;      /* one sentence more: why undecided, what contradicted; NULL: none */
	const char *signature;   /* of the failure that was searched for */
	const char *failure;     /* the same with its error line as it was printed; NULL: signature */
	const char *repro;       /* command to paste; NULL: none */
	bool shuffled;           /* the order was that of --shuffle=seed */
	uint64_t seed;
	const char *session;     /* the session's folder as the user would type it */
	struct arena mem;
};

void finding_init(struct finding *f);
void finding_release(struct finding *f);
const char *finding_verdict_name(enum finding_verdict v); /* "isolated", "fails-alone", ... */
int finding_exit_status(const struct finding *f); /* 0, 1 not reproduced, 125 undecided */

#endif
