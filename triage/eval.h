/*
 * How good the verdicts are: a past is replayed day by day, each day seeing only what was known
 * then, and compared with what really happened.  Pure.
 */
#ifndef TRIAGE_EVAL_H
#define TRIAGE_EVAL_H

#include "common/err.h"
#include "triage/commits.h"
#include "triage/finding.h"

/* What a test really did at a time. */
enum eval_state { STATE_HEALTHY, STATE_FLAKY, STATE_REGRESSED, STATES };

/* At this time, by this commit, the test came into this state on this branch. */
struct eval_change {
	uint32_t test;           /* as in the store */
	uint32_t branch;         /* of the view */
	uint32_t at;             /* place on its axis; UINT32_MAX: it was so before all that is seen */
	int64_t time;            /* of the commit, seconds since 1970 */
	enum eval_state state;
};

/* The truth: changes by test, branch, time. */
struct eval_truth {
	const struct eval_change *changes;
	uint32_t n;
	int64_t begin, end;      /* of the replay */
};

enum { EVAL_VERDICTS = VERDICT_UNDECIDED + 1 };

struct eval_score {
	uint32_t days, tests;
	/* Days of tests, by what was true and what was said.  A test's state is its worst on any branch. */
	uint64_t said[STATES][EVAL_VERDICTS];
	uint64_t said_late;      /* of them sick verdicts of what had been fixed: it takes clean runs to believe */
	uint32_t n_changes;      /* to the worse that the replay could see */
	uint32_t n_found;        /* said to be sick before they ended */
	double *days_to_detect;  /* [n_found] ascending */
	uint32_t n_innocent;     /* tests that never were sick */
	uint32_t n_blamed;       /* of them said to be sick on at least one day */
	/* Sets of commits, at the end of each change that was found. */
	uint32_t n_sets, n_held, n_first;
	uint32_t n_sets_results, n_held_results; /* by the results alone */
	double claimed;          /* mean mass of the sets */
	double *rank;            /* [n_sets] of the true commit, ascending; n + 1: not in the list */
	double *size, *size_results; /* [n_sets] ascending */
};

/* The truth as it is thought now, with hindsight: for a store of which nobody knows it.  Made in mem. */
int eval_hindsight(struct view *v, struct arena *mem,
                   struct eval_truth *out, struct err *e);

/* Replays all days between begin and end.  The view is marked by analyse_mass.  Arrays are made in mem.
 * -1 and e: the store failed. */
int eval_replay(struct view *v, const struct eval_truth *truth, const struct commit_source *commits,
                struct arena *mem, struct eval_score *out, struct err *e);

double eval_median(const double *sorted, uint32_t n); /* 0 for none */

#endif
