/*
 * What is thought of a test: the result of the analysis, and all that a
 * renderer may show.  Pure data; everything it points to lives in one arena.
 */
#ifndef TRIAGE_FINDING_H
#define TRIAGE_FINDING_H

#include "triage/known.h"
#include "triage/view.h"

/* The words of the verdicts in every format: verdict_name. */
enum verdict {
	VERDICT_HEALTHY,
	VERDICT_FLAKY,
	VERDICT_REGRESSED,
	VERDICT_FIXED,
	VERDICT_DID_NOT_HOLD, /* it was fixed, and came back */
	VERDICT_KNOWN,
	VERDICT_MACHINE,
	VERDICT_UNDECIDED,
};

/* What changed between `since` and now; sections of the report. */
enum change {
	CHANGE_NONE,
	CHANGE_NEW_REGRESSION,
	CHANGE_NEW_FLAKE,
	CHANGE_WORSE,
	CHANGE_BETTER,
	CHANGE_BACK,  /* after a fix */
	CHANGE_FIXED,
};

/* A rate of failing first tries, with its 90 % interval (stats source in analyse.h). */
struct rate {
	uint64_t fails, runs;
	double low, high; /* 0 to 1 */
};

/* Places on a branch's axis, both included. */
struct span_of_commits { uint32_t lo, best, hi; };

/* A stretch of the axis with one rate. */
struct segment {
	struct span_of_commits begin; /* where it began: 90 % set as a range, and the likeliest place */
	double sure;                  /* posterior of that change; 1 for the first segment */
	uint32_t end;                 /* last place, included */
	struct rate rate;             /* pooled over builders */
	uint64_t rerun_passes;
};

/* Counts of the classes of evidence, strongest first. */
struct evidence_counts {
	uint64_t rerun_passes;   /* failed and passed in one build */
	uint64_t same_source;    /* pass and fail at one revision on one builder */
	uint64_t other_builder;  /* at one revision passes on others, fails here */
	uint64_t sandwiched;     /* single failures between passes */
	uint64_t tail_fails;     /* failures in a row at the tip, the longest of all lanes */
};

struct lane_finding {
	uint32_t builder, branch;
	enum verdict verdict;
	uint64_t runs, failed, rerun_passes; /* as in struct finding */
	uint64_t left_out;
	int64_t last_fail; /* start of its last build where it failed; 0: never */
	struct rate rate;  /* of the current segment */
	const struct stream *stream; /* for strips; lives as long as the test_view */
};

/* Failures that look the same. */
struct message_cluster {
	struct span id;      /* stable: "m1-" and hex digits of the normalised text's hash */
	uint64_t count;
	struct span example; /* one line as printed */
	bool generic;        /* says nothing by itself ("Traceback (most recent call last):"): no identity */
	int64_t first, last; /* seconds since 1970 */
	struct span *also;   /* ids of other messages in it, which are nearly the same (alike.h) */
	uint32_t n_also;
};

struct finding {
	uint32_t test;
	struct span name, file;
	const struct older_name *older; /* before its file was renamed; their order is none */
	uint32_t n_older;
	enum verdict verdict;
	enum change change;
	bool once;                    /* it fails now and did not before, in too few builds for an alarm */
	double sure;                  /* posterior of the verdict, 0 to 1 */
	/* What was seen, within the horizon, on all branches: runs to any end, builds where the first
	 * try failed, and those of them where a re-run passed. */
	uint64_t runs, failed, rerun_passes;
	uint64_t left_out;            /* of the failed: in builds that are evidence of no single test */
	uint64_t older_runs, older_fails; /* before the horizon */
	struct rate rate;             /* now: evidence of the current segment of `branch` */
	struct rate before;           /* of the segment before; runs 0: none */
	struct evidence_counts evidence; /* of the current segment */
	bool has_since;
	struct span_of_commits since; /* since when it has its verdict: places on branch's axis */
	uint64_t clean_runs;          /* since the last failure, where it failed before */
	uint64_t clean_needed;        /* so many say: fixed.  (1 - rate)^n <= 5 %; without a change point .2 % */
	uint32_t branch;              /* whose axis the segments are on: where most evidence lies */
	struct segment *segments;     /* oldest first, at least one */
	uint32_t n_segments;
	struct lane_finding *lanes;
	uint32_t n_lanes;
	struct message_cluster *messages; /* most frequent first */
	uint32_t n_messages;
	int64_t last_fail;            /* start of the last build where it failed; 0: never */
	double fails_per_day;         /* expected cost; what known and flaky tests are ranked by */
	const struct known *known;    /* the rule that most failures match; NULL: none */
	struct span worker;           /* of a machine verdict: which */
	struct span *explain;         /* lines that lead to the verdict, in order */
	uint32_t n_explain;
};

const char *verdict_name(enum verdict v); /* "healthy", "flaky", ..., "did-not-hold" */
const char *change_name(enum change c);

#endif
