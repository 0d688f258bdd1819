/*
 * Change points: where on a branch the rate of a test's failures changed.
 *
 * Each segment of each lane has a rate of its own, drawn from a Beta prior; a
 * change at any one commit has the prior 1/N (Barry and Hartigan 1992 are the
 * model, splitting in two again and again the search, as in LUCI Analysis).
 * Three ways in which builders hang together are weighed by how well they fit: one rate
 * for all of them, rates of their own that all change, or rates of their own
 * of which few change.  Pure.
 */
#ifndef TRIAGE_ANALYSE_CHANGE_H
#define TRIAGE_ANALYSE_CHANGE_H

#include "triage/finding.h"

/* First tries of one lane at one place. */
struct sight { uint32_t place, lane, runs, fails; };

/* Everything seen of a test on one branch.  Invariant: by place, then by lane, each
 * pair once, runs above 0, lane below n_lanes, place below n_places. */
struct sights {
	const struct sight *p;
	size_t n;
	uint32_t n_lanes, n_places;
};

/* The new rate holds from a place on: the likeliest, and the shortest range that holds
 * the true one in 90 % of cases (of places nobody built the next built one is as
 * likely).  sure: posterior that there is a change between its neighbours. */
struct change_point {
	struct span_of_commits at;
	double sure;
};

/* The changes in order of their places; how many in *n.  Made in mem. */
struct change_point *change_points(uint32_t *n, const struct sights *s, struct arena *mem);

/* For a prior of one's own: adds at logs[c], for each place c from low + 1 to high - 1, the log
 * of how much likelier the sights at places low to high - 1 are with a change at c than without
 * any; -inf where nothing is on one side of it.  logs has n_places elements. */
void change_profile(double *logs, const struct sights *s, uint32_t low, uint32_t high);

#endif
