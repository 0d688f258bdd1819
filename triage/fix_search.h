/*
 * The fix of a test, or a commit taken for one, and where it is: the model of `fixes`, and of the report's
 * lines on branches that lack a fix.
 */
#ifndef TRIAGE_FIX_SEARCH_H
#define TRIAGE_FIX_SEARCH_H

#include "triage/asked.h"
#include "triage/fix_held.h"
#include "triage/fixes.h"
#include "triage/suspects.h"

/* A branch of the store whose history is known. */
struct fix_on_branch {
	uint32_t branch;         /* of the view */
	struct fix_state state;
	struct fix_held since;   /* on the branch; where it has the fix: from there on, else from the fix's date on */
	bool with_test;          /* since is filled: a test is known */
};

struct fix_search {
	bool any;                /* a fix is known */
	uint32_t branch;         /* where it was made */
	struct suspect_place place; /* it, with its posterior; 1 for a commit that was named */
	struct repo_id id;
	bool has_id;             /* a repository knows it */
	struct rate before;      /* of the test; runs 0: no test */
	struct fix_held held;
	struct fix_on_branch *branches;
	uint32_t n_branches;
};

/* The fix of a test: the commit behind its turn to the better (turn.h).  The branches are searched where
 * there is a repository. */
int fix_search_test(struct asked *a, const struct test_view *t, struct fix_search *out, struct err *e);
/* A commit as git writes it, taken for a fix.  any is false when no repository knows it. */
int fix_search_commit(struct asked *a, const char *revision, struct fix_search *out, struct err *e);

#endif
