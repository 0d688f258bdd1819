/*
 * What the analysis sees of a store, dense and pure: for each builder and
 * branch a lane of builds, oldest first, and for a test one cell a build.
 */
#ifndef TRIAGE_VIEW_H
#define TRIAGE_VIEW_H

#include "common/map.h"
#include "triage/build.h"

enum {
	VIEW_HORIZON = 1000, /* builds a lane that are looked at one by one; older ones are only counted */
};

/* Which builds a view holds.  Globs as in fnmatch(3); NULL: any. */
struct view_filter {
	const char *branch, *builder;
	int64_t until;       /* started at or before this, seconds since 1970; 0: all */
	uint32_t horizon;    /* builds a lane; 0: VIEW_HORIZON */
};

/* One build in a lane. */
struct lane_build {
	int64_t id;       /* in the store */
	int64_t started;  /* seconds since 1970 */
	uint32_t commit;  /* its place on the branch's axis (see struct axis) */
	uint32_t roster;  /* which tests it ran, for store_streams; UINT32_MAX: nothing is known of them */
	uint32_t worker;  /* into view->workers; UINT32_MAX: unknown */
	uint32_t n_tests; /* that ran in it, to any end (CELL_NONE is not counted) */
	uint32_t n_fails; /* of them whose first try failed: CELL_RERUN, CELL_FAIL and CELL_FLIP */
	uint8_t color, result;
	uint8_t mass;     /* set by analyse_mass: enum mass; its failures are no evidence of single tests */
};

/* Why a build's failures say nothing of single tests. */
enum mass {
	MASS_NONE,
	MASS_BUILD,   /* a great part of its tests failed */
	MASS_BUILDER, /* the builder was broken: many tests failed in several builds in a row */
	MASS_COMMIT,  /* the commit was broken: many tests failed on many builders */
};

struct lane {
	uint32_t builder, branch; /* into view->builders, view->branches */
	uint32_t n;
	struct lane_build *builds; /* [n], by commit, then by time */
	uint64_t n_older;          /* builds before the horizon */
};

/* The revisions of one branch in order: as first built, or by history when a repository is known.
 * A place stands for all builds of that revision, on every builder. */
struct axis {
	uint32_t branch;
	uint32_t n;
	struct span *revisions; /* [n]; "" where a build did not say: then its own place */
	int64_t *started;       /* [n] first build of it, seconds since 1970 */
};

/* How one test did in one build. */
enum cell {
	CELL_NONE,   /* it did not run there, or nothing is known: evidence of nothing */
	CELL_PASS,   /* at the first try */
	CELL_WARNED, /* passed with a changed environment or the like */
	CELL_RERUN,  /* failed, and passed on a re-run in the same build */
	CELL_FAIL,   /* failed at the end */
	CELL_FLIP,   /* passed, and failed in a later attempt of the same build that was no re-run */
};

/* Its first try failed, or a later one that was no re-run. */
static inline bool
cell_fails(uint8_t cell)
{
	return cell >= CELL_RERUN;
}

/* The story behind a cell that is neither none nor a plain pass. */
struct event {
	uint32_t at;          /* index in lane->builds */
	uint8_t cell;
	uint8_t first, last;  /* enum outcome of the first and the last attempt */
	uint16_t n_attempts;
	uint32_t message;     /* id in the store's table of messages; 0: none */
	int64_t micros;       /* of the first attempt; -1: unknown */
	float load;           /* when it began; -1: unknown */
};

/* One test in one lane. */
struct stream {
	const struct lane *lane;
	const uint8_t *cells;  /* [lane->n] enum cell */
	const struct event *events; /* by at, ascending */
	uint32_t n_events;
	uint64_t n_older_runs, n_older_fails; /* before the horizon; fails: re-run, fail and flip cells */
};

/* What a test was called before, and the place on a branch's axis where that ended. */
struct older_name { struct span name; uint32_t branch, place; };

struct test_view {
	uint32_t test;        /* id in the store */
	struct span name, file;
	const struct older_name *older; /* of its file before it was renamed (store_joint.h) */
	uint32_t n_older;
	struct stream *streams; /* only lanes that ever ran it */
	uint32_t n_streams;
};

struct view {
	struct store *store;
	struct lane *lanes;   /* by branch name, then builder name */
	uint32_t n_lanes;
	struct axis *axes;    /* one a branch, by its index */
	struct map builders, branches, workers;
	int64_t newest;       /* start of the newest build; 0: none */
	uint64_t n_builds;    /* in the store, before the horizon too */
	uint32_t order;       /* goes up whenever builds of lanes were put into another order */
	struct arena mem;
};

/* Puts the lane's builds in their order: by commit, then by time. */
void view_sort_lane(struct lane *l);
void view_free(struct view *v); /* NULL is fine */

#endif
