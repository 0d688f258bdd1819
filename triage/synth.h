/*
 * Histories with a known truth, made from a seed: commits on several branches, builders that
 * batch commits and finish out of order, re-runs, flakes and regressions that begin at a
 * commit, fixes that are picked to other branches or are not, outages, tests that fail
 * together.  For `eval --synthetic`, tests and benches.  Pure: it calls no clock and
 * touches no file.
 */
#ifndef TRIAGE_SYNTH_H
#define TRIAGE_SYNTH_H

#include "triage/build.h"

struct synth_config {
	uint64_t seed;
	uint32_t n_commits;  /* on the first branch */
	uint32_t n_branches; /* the others have a sixth of the commits each, and the picks */
	uint32_t n_builders; /* at most 64 */
	uint32_t n_tests;
	uint32_t n_stories;  /* tests to which something happens, at most n_tests */
	uint32_t days;
};

/* A history of two months that a second is enough for. */
struct synth_config synth_usual(uint64_t seed);

struct synth_commit {
	struct span id;      /* 40 hex digits */
	struct span title, body;
	int64_t time;        /* seconds since 1970 */
	uint32_t *files;     /* into synth->files */
	uint32_t n_files;
};

struct synth_branch {
	struct span name;
	struct synth_commit *commits; /* [n], oldest first */
	uint32_t n;
};

enum synth_kind {
	SYNTH_FLAKE,      /* it begins to fail now and then */
	SYNTH_REGRESSION, /* it begins to fail always */
	SYNTH_FIX,
};

/* From this commit on, that test fails with rate `after` on those builders. */
struct synth_change {
	enum synth_kind kind;
	uint32_t test, branch, commit;
	double before, after;
	uint64_t builders;   /* a bit each */
	uint32_t picked_from; /* the change on the first branch that this is a pick of; UINT32_MAX: none */
};

struct synth {
	struct synth_config config;
	struct synth_branch *branches;
	struct span *tests, *files, *builders;
	uint32_t n_files;
	VEC(struct synth_change) changes; /* by test, then branch, then commit */
	int64_t begin, end;  /* seconds since 1970 */
	struct arena mem;
};

void synth_make(struct synth *s, const struct synth_config *c);
void synth_release(struct synth *s);

/* The rate of failing first tries of a test at a commit on a builder. */
double synth_rate(const struct synth *s, uint32_t test, uint32_t branch, uint32_t commit, uint32_t builder);

/* All builds in the order in which they finish; b and its run are valid during the call.
 * Returns what each returns when that is not 0. */
int synth_builds(const struct synth *s, int (*each)(void *data, const struct build *b), void *data);

#endif
