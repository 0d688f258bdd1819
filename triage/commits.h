/*
 * What is known of the commits on a branch's axis, as the thinking sees them: filled from a
 * repository (axis_repo.c) or made (synth.h).
 */
#ifndef TRIAGE_COMMITS_H
#define TRIAGE_COMMITS_H

#include "common/str.h"

/* One place on the axis: a commit of the first-parent history; a merge is one place, with all
 * that it brought. */
struct commit_facts {
	struct span id;       /* hex digits, whole */
	struct span title, body;
	int64_t time;         /* of the committer, seconds since 1970 */
	const struct span *paths; /* touched, against its first parent */
	uint32_t n_paths;
};

/* Asks for the facts of place `at`; they are valid until the next call.  False: nothing is known. */
typedef bool commit_facts_fn(void *data, uint32_t at, struct commit_facts *out);

#endif
