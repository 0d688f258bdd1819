/* The fix of a test, and where it is: see fix_search.h. */
#include "common/base.h"
#include "triage/fix_search.h"

#include "triage/turn.h"

/* ---- branches ---- */

/* Where the branch has it: the first place whose history holds the commit. */
static uint32_t
place_on(const struct axis *axis, struct repo *r, const struct repo_id *commit)
{
	uint32_t lo = 0, hi = axis->n, mid;
	struct repo_id id;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (repo_unhex(&id, axis->revisions[mid]) && repo_is_ancestor(r, commit, &id, NULL) == 1)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static uint32_t
place_after(const struct axis *axis, int64_t time)
{
	uint32_t i = 0;

	while (i < axis->n && axis->started[i] < time)
		i++;
	return i;
}

static int
search_branch(struct asked *a, const struct test_view *t, struct fix_search *out, uint32_t branch, struct err *e)
{
	struct fix_on_branch *b = &out->branches[out->n_branches];
	const struct axis *axis = &a->view->axes[branch];
	struct repo *r = axes_branch_repo(a->axes, branch);
	struct repo_id tip;
	uint32_t at;

	if (r == NULL || axis->n == 0 || !repo_unhex(&tip, axis->revisions[axis->n - 1]) || !repo_holds(r, &out->id))
		return 0;
	*b = (struct fix_on_branch){ .branch = branch };
	if (fix_find(&b->state, r, &out->id, &tip, e) < 0)
		return -1;
	if (t) {
		at = b->state.by == FIX_MISSING ?
		     place_after(axis, a->view->axes[out->branch].started[out->place.at]) :
		     place_on(axis, r, &b->state.commit);
		b->since = fix_held(t, branch, at, &out->before);
		b->with_test = true;
	}
	out->n_branches++;
	return 0;
}

static int
search_branches(struct asked *a, const struct test_view *t, struct fix_search *out, struct err *e)
{
	uint32_t n = (uint32_t)a->view->branches.texts.n, b;
	int ret = 0;

	out->branches = arena_alloc(&a->mem, (n + 1) * sizeof(*out->branches));
	for (b = 0; b < n && ret == 0; b++)
		ret = search_branch(a, t, out, b, e);
	return ret;
}

/* ---- both ---- */

int
fix_search_test(struct asked *a, const struct test_view *t, struct fix_search *out, struct err *e)
{
	struct suspects s;

	*out = (struct fix_search){ .any = false };
	turn_find(&s, a, t, true);
	if (!s.any)
		return 0;
	out->any = true;
	out->branch = s.window.branch;
	out->place = s.places[0];
	out->before = s.before;
	out->held = fix_held(t, out->branch, out->place.at, &out->before);
	out->has_id = a->axes && repo_unhex(&out->id, out->place.id);
	return out->has_id ? search_branches(a, t, out, e) : 0;
}

int
fix_search_commit(struct asked *a, const char *revision, struct fix_search *out, struct err *e)
{
	struct repo_commit c;
	char hex[REPO_HEX];
	uint32_t b;
	struct repo *r;

	*out = (struct fix_search){ .any = false };
	for (b = 0; a->axes && b < a->view->branches.texts.n && !out->any; b++) {
		r = axes_branch_repo(a->axes, b);
		if (r == NULL || repo_resolve(&out->id, r, revision, NULL) < 0 ||
		    repo_commit_read(&c, r, &out->id, &a->mem, NULL) < 0)
			continue;
		repo_hex(hex, &out->id);
		out->any = out->has_id = true;
		out->place = (struct suspect_place){ .posterior = 1, .title = span_of(c.subject) };
		out->place.id = (struct span){ arena_copy(&a->mem, hex, REPO_HEX - 1), REPO_HEX - 1 };
	}
	return out->any ? search_branches(a, NULL, out, e) : 0;
}
