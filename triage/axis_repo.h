/*
 * Puts a view's axes into the order of history: the places of a branch become the commits of its
 * first-parent history, from the oldest that was built to the tip of the branch.  Builds that batch commits
 * then lie some places apart, and builds that finished out of order stand where they belong.
 * Revisions that no repository knows stay, placed by time, and are flagged.
 */
#ifndef TRIAGE_AXIS_REPO_H
#define TRIAGE_AXIS_REPO_H

#include "common/err.h"
#include "triage/commits.h"
#include "triage/view.h"

/* Where a revision was found. */
enum placed {
	PLACED_ON,      /* it is a commit of the first-parent history */
	PLACED_MERGED,  /* it came with a merge, which is its place */
	PLACED_BESIDE,  /* it is not in the branch (forced away, a pull request): at the commit it grew from */
	PLACED_BY_TIME, /* no repository knows it: at the newest commit of that time */
	PLACED_NOT,     /* there is no repository for its branch: the axis is as it was */
};

struct axes_repo;

/* Opens the n repositories (any local clones) and changes the view's axes and lanes.  -1 and e: one
 * cannot be opened or is damaged; the view may then be half changed and is to be freed.
 * remark is told what a person should know ("12 of 40 revisions of 'main' are in no repository").
 * *out is freed before the view. */
int axes_from_repos(struct view *v, const char *const *dirs, size_t n, struct axes_repo **out,
                    void (*remark)(void *data, const char *text), void *data, struct err *e);
void axes_free(struct axes_repo *a); /* NULL is fine */

struct commit_source axes_commits(struct axes_repo *a);

struct repo;
/* The repository of a branch, and the tip that was used; NULL: none. */
struct repo *axes_branch_repo(const struct axes_repo *a, uint32_t branch);

#endif
