/*
 * Tests of a view that are one under several names, and where a builder's tests changed.  Nothing of
 * it is stored: what was read stays as it was read.
 */
#ifndef TRIAGE_STORE_JOINT_H
#define TRIAGE_STORE_JOINT_H

#include "common/err.h"
#include "triage/view.h"

/* Two builds of one lane, of which the second ran other tests. */
struct turnover {
	uint32_t lane, before, after; /* indices in lane->builds */
	const uint32_t *gone, *come;  /* tests that only the one ran, only the other */
	uint32_t n_gone, n_come;
};

/* Calls each where a lane's tests changed from one build to the next, in the order of its builds, both ways:
 * some are gone and some have come.  A single build that ran less than half of the tests is passed over: it was
 * cut short. */
int store_turnovers(struct view *v, void (*each)(void *data, const struct turnover *t), void *data, struct err *e);

/* The old name and the new one of a test, since a place on a branch's axis. */
struct test_joint { uint32_t old, now, branch, place; };

/* From now on, what `old` did is a part of `now` for store_tests, store_streams, store_rows, store_times and
 * store_warnings, where tests are known by `now` alone.  Joints are taken in their order: of a chain, and of a
 * name that came back, the last is the test's name.  Two that one build ran are two tests: they are left. */
int store_join(struct view *v, const struct test_joint *joints, size_t n, struct err *e);
/* The test that this one is a part of: mostly itself. */
uint32_t store_joined(struct view *v, uint32_t test);

#endif
