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

/* Where the thinking asks; both zero: there is nothing to ask. */
struct commit_source {
	/* The facts of a place on a branch's axis, valid until the next call; without paths where they are not
	 * asked for, since finding them takes far longer.  False: nothing is known. */
	bool (*facts)(void *data, uint32_t branch, uint32_t at, bool paths, struct commit_facts *out);
	/* Whether a place of another branch surely lacks this one's commit. */
	bool (*lacks)(void *data, uint32_t branch, uint32_t at, uint32_t other, uint32_t other_at);
	void *data;
};

#endif
