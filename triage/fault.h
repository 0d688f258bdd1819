/*
 * Whether a failure in a build can be the fault of what the build brought: of the commits since the
 * last build of that builder in which the test ran.  Pure.
 */
#ifndef TRIAGE_FAULT_H
#define TRIAGE_FAULT_H

#include "triage/commits.h"
#include "triage/view.h"

enum fault {
	FAULT_UNKNOWN,  /* no repository tells of the commits, or nothing is known of the build */
	FAULT_BEFORE,   /* it cannot: the test had failed on this branch before, at `at` */
	FAULT_BESIDE,   /* it cannot: another branch, which lacks the commits, fails too */
	FAULT_DOCS,     /* it cannot: they touch documentation only */
	FAULT_SAME,     /* it cannot: the test passed at the same commit */
	FAULT_CAN,      /* it can: `at` is what it would be, by what it touches */
};

struct fault_found {
	enum fault fault;
	uint32_t branch, at;  /* the place that is meant */
	uint32_t n_commits;   /* that the build brought */
	unsigned factors;     /* enum blame_factor of `at`; FAULT_CAN */
	struct span id, title; /* of `at`, made in mem; title may be empty */
};

/* build is its id in the store; t the test's streams. */
struct fault_found fault_find(const struct view *v, const struct test_view *t, int64_t build,
                              const struct commit_source *commits, struct arena *mem);

/* "unknown", "failed-before", "fails-elsewhere", "docs-only", "passed-at-it", "possible" */
const char *fault_name(enum fault f);

#endif
