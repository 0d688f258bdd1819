/*
 * Views made by hand, for unit tests: one letter a build.
 *
 *	P passed   F failed   R failed, and passed on a re-run   X passed, then failed
 *	w warned   . not run  f failed in a build that its machine ended
 *
 * Place i of the axis is the revision "rI", built at day i + 1; a digit or another
 * sign after nothing has no meaning.  Each letter is a build of the next
 * revision; lanes of one branch share them.
 */
#ifndef TESTS_UNIT_HAND_VIEW_H
#define TESTS_UNIT_HAND_VIEW_H

#include "tests/unit/check.h"

#include "triage/analyse.h"

enum { HAND_DAY = 86400, HAND_LANES = 64 };

struct hand {
	struct view view;
	struct test_view test;
	struct lane lanes[HAND_LANES];
	struct stream streams[HAND_LANES];
	struct arena mem;
};

static uint8_t
hand_cell(char c)
{
	switch (c) {
	case 'P': return CELL_PASS;
	case 'F': case 'f': return CELL_FAIL;
	case 'R': return CELL_RERUN;
	case 'X': return CELL_FLIP;
	case 'w': return CELL_WARNED;
	default: return CELL_NONE;
	}
}

static UNUSED void
hand_init(struct hand *h, const char *name)
{
	memset(h, 0, sizeof(*h));
	h->view.lanes = h->lanes;
	h->test.streams = h->streams;
	h->test.test = 7;
	h->test.name = span_of(name);
}

static void
hand_axis(struct hand *h, uint32_t branch, uint32_t n)
{
	struct axis *old = h->view.axes;

	if (branch < h->view.branches.texts.n && old && n <= old[branch].n)
		return;
	h->view.axes[branch] = (struct axis){
		.branch = branch, .n = n, .revisions = arena_alloc(&h->mem, n * sizeof(struct span)),
		.started = arena_alloc(&h->mem, n * sizeof(int64_t)),
	};
	for (uint32_t i = 0; i < n; i++) {
		char text[16];
		int len = snprintf(text, sizeof(text), "r%u", i);

		h->view.axes[branch].revisions[i].p = arena_copy(&h->mem, text, (size_t)len);
		h->view.axes[branch].revisions[i].n = (size_t)len;
		h->view.axes[branch].started[i] = (int64_t)(i + 1) * HAND_DAY;
	}
}

/* Adds a lane; cells as above; workers a letter a build, NULL: always "w"; message: of
 * each event, 0: none. */
static UNUSED struct lane *
hand_lane(struct hand *h, const char *branch, const char *builder, const char *cells,
          const char *workers, uint32_t message)
{
	uint32_t n = (uint32_t)strlen(cells), i = h->view.n_lanes++;
	uint8_t *bytes = arena_alloc(&h->mem, n);
	struct event *events = arena_alloc(&h->mem, n * sizeof(*events));
	struct lane *l = &h->lanes[i];
	struct stream *s = &h->streams[i];

	assert(i < HAND_LANES);
	if (!h->view.axes) {
		h->view.axes = arena_alloc(&h->mem, 8 * sizeof(struct axis));
		memset(h->view.axes, 0, 8 * sizeof(struct axis));
	}
	l->branch = map_add(&h->view.branches, span_of(branch));
	l->builder = map_add(&h->view.builders, span_of(builder));
	assert(l->branch < 8);
	hand_axis(h, l->branch, n);
	l->n = n;
	l->builds = arena_alloc(&h->mem, n * sizeof(*l->builds));
	*s = (struct stream){ .lane = l, .cells = bytes, .events = events };
	for (uint32_t k = 0; k < n; k++) {
		char w[2] = { workers ? workers[k] : 'w', '\0' };

		bytes[k] = hand_cell(cells[k]);
		l->builds[k] = (struct lane_build){
			.id = (int64_t)(i * 10000 + k), .started = (int64_t)(k + 1) * HAND_DAY, .commit = k,
			.worker = map_add(&h->view.workers, span_of(w)), .n_tests = 100,
			.n_fails = cells[k] == 'F', .result = cells[k] == 'f' ? BUILD_EXCEPTION : BUILD_SUCCESS,
		};
		if (bytes[k] > CELL_PASS)
			events[s->n_events++] = (struct event){ .at = k, .cell = bytes[k], .n_attempts = 1,
			                                        .message = message, .micros = -1, .load = -1 };
		if (l->builds[k].started > h->view.newest)
			h->view.newest = l->builds[k].started;
	}
	h->view.n_builds += n;
	h->test.n_streams = h->view.n_lanes;
	return l;
}

static UNUSED void
hand_release(struct hand *h)
{
	map_release(&h->view.branches);
	map_release(&h->view.builders);
	map_release(&h->view.workers);
	arena_release(&h->mem);
}

#endif
