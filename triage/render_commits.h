/*
 * Commits in answers: those that are suspected, and fixes with the branches that have them.
 */
#ifndef TRIAGE_RENDER_COMMITS_H
#define TRIAGE_RENDER_COMMITS_H

#include "triage/doc.h"
#include "triage/fix_search.h"

struct json;

/* What the commits say of a test. */
struct commits_of {
	bool known;            /* there is a repository, and it was asked */
	struct suspects worse; /* any false: it did not get worse */
	struct fix_search fix; /* any false: no fix is known */
};

/* -1 and e: a repository is damaged. */
int commits_of_test(struct commits_of *out, struct asked *a, const struct test_view *t, struct err *e);
/* A branch that shows the failure and lacks the fix, or had it reverted. */
bool fix_is_missing(const struct fix_on_branch *b);

/* ---- pages ---- */

struct suspects_shown { uint32_t most; bool explain; };

/* The list of suspects, without a head. */
void part_suspects(struct doc *d, const struct suspects *s, const struct suspects_shown *o);
/* "1234abcd  Its title". */
void part_commit(struct doc *d, struct span id, struct span title);
/* Whether the fix held. */
void part_held(struct doc *d, const struct fix_held *h);
/* One branch: "3.12: lacks it; 4 failures since, in 12 runs". */
void part_fix_branch(struct doc *d, const struct view *v, const struct fix_on_branch *b);
void part_fix(struct doc *d, const struct view *v, const struct fix_search *s, struct span test);

/* The command that would settle it, to be pasted; false: there is none. */
bool suspects_settle(struct str *out, const struct view *v, const struct suspects *s);

/* ---- JSON ---- */

/* Members "suspects", "before", "after", "set_size", ... */
void json_add_suspects(struct json *to, const struct view *v, const struct suspects *s);
/* Members "fix" and "branches". */
void json_add_fix(struct json *to, const struct view *v, const struct fix_search *s);

#endif
