/*
 * All that is known of one test, as pure data, and how it is gathered from a store.
 */
#ifndef TRIAGE_HISTORY_H
#define TRIAGE_HISTORY_H

#include "triage/asked.h"
#include "triage/picture.h"
#include "triage/render_commits.h"

enum { HISTORY_BUILDS = 10, HISTORY_WARNINGS = 10 };

/* A build where it failed. */
struct history_build {
	struct build facts;
	uint8_t cell;
	uint8_t first, last; /* enum outcome */
	bool left_out;
	int64_t micros;      /* of the first attempt; -1: unknown */
	float load;          /* -1: unknown */
	struct span message; /* empty: none */
};

struct history_warning { struct span line; uint64_t count; };

struct history {
	struct finding f;
	struct picture picture;
	struct commits_of commits;
	const struct view *view;
	int64_t now;
	struct history_build builds[HISTORY_BUILDS]; /* the newest failures, newest first */
	uint32_t n_builds;
	struct history_warning warnings[HISTORY_WARNINGS]; /* most frequent first */
	uint32_t n_warnings;
	struct span since_build;  /* "BUILDER/NUMBER" of a build at f.since.best; empty: none */
	int64_t fast, median, slow; /* durations of first tries that were no plain passes; median -1: unknown */
	int64_t pass_fast, pass_slow; /* durations in the newest builds where it passed; slow -1: unknown */
};

/* Everything lives in a->mem and the view.  -1 and e. */
int history_gather(struct history *h, struct asked *a, uint32_t test, struct err *e);

#endif
