/*
 * Whether a branch has a fix that was made on another one: as the same commit, as a pick that says
 * so, as the same change, or as a commit of the same subject; and whether it was reverted there.
 */
#ifndef TRIAGE_FIXES_H
#define TRIAGE_FIXES_H

#include "common/repo.h"

/* Strongest first. */
enum fix_by {
	FIX_ANCESTRY,   /* the branch holds the commit itself */
	FIX_PICK,       /* a commit says "cherry picked from commit" it */
	FIX_PATCH,      /* a commit makes the same change: git's patch id */
	FIX_SUBJECT,    /* a commit has its subject, "[3.12]" and "(GH-1)" apart, or fixes the same issue in
	                   the same files */
	FIX_MISSING,
};

struct fix_state {
	enum fix_by by;
	struct repo_id commit;   /* on the branch; of FIX_MISSING: nothing */
	bool reverted;           /* and taken back by reverted_by, later */
	struct repo_id reverted_by;
};

const char *fix_by_name(enum fix_by by); /* "ancestry", "cherry-pick", "patch-id", "subject", "" */

/* -1 and e: the repository is damaged. */
int fix_find(struct fix_state *out, struct repo *r, const struct repo_id *fix, const struct repo_id *tip,
             struct err *e);

/* ---- pure ---- */

/* The subject without a branch mark before it and pull request numbers behind it: "gh-12: Fix the race" of
 * "[3.12] gh-12: Fix the race (GH-34) (#56)". */
struct span fix_subject(struct span subject);
/* The first issue that it names: "gh-12" of "gh-12: ...", "bpo-3", "#4"; empty: none. */
struct span fix_issue(struct span text);
/* Whether the message says that it fixes something. */
bool fix_says_so(struct span message);
/* Whether the message names the commit (by at least 7 digits) behind these words. */
bool fix_names(struct span message, const char *words, const struct repo_id *commit);

#endif
