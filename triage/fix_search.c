/* The fix of a test, and where it is: see fix_search.h. */
#include "common/base.h"
#include "triage/fix_search.h"

/* ---- the fix ---- */

/* The streams of one branch alone; *out points into mem. */
static void
of_branch(const struct test_view *t, uint32_t branch, struct arena *mem, struct test_view *out)
{
	uint32_t i;

	*out = *t;
	out->streams = arena_alloc(mem, (t->n_streams + 1) * sizeof(*out->streams));
	out->n_streams = 0;
	for (i = 0; i < t->n_streams; i++) {
		if (t->streams[i].lane->branch == branch)
			out->streams[out->n_streams++] = t->streams[i];
	}
}

/* The last fall on one branch. */
static bool
fall_on(struct ask *a, const struct test_view *t, uint32_t branch, struct suspects *s)
{
	struct analyse_options o = ask_analysis(a);
	struct span none = { NULL, 0 };
	struct test_view one;
	struct finding f;

	of_branch(t, branch, &a->mem, &one);
	if (one.n_streams == 0)
		return false;
	o.since = 0;
	analyse_test(a->view, &one, &o, &a->mem, &f);
	suspects_find(a->view, &one, &f, &a->commits, none, true, &a->mem, s);
	return s->any && s->n;
}

static int64_t
time_of(const struct ask *a, const struct suspects *s)
{
	return a->view->axes[s->window.branch].started[s->places[0].at];
}

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
search_branch(struct ask *a, const struct test_view *t, struct fix_search *out, uint32_t branch, struct err *e)
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
search_branches(struct ask *a, const struct test_view *t, struct fix_search *out, struct err *e)
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
fix_search_test(struct ask *a, const struct test_view *t, struct fix_search *out, struct err *e)
{
	struct suspects s, best = { .any = false };
	uint32_t b;

	*out = (struct fix_search){ .any = false };
	for (b = 0; b < a->view->branches.texts.n; b++) {
		if (!fall_on(a, t, b, &s))
			continue;
		if (!best.any || time_of(a, &s) < time_of(a, &best))
			best = s;
	}
	if (!best.any)
		return 0;
	out->any = true;
	out->branch = best.window.branch;
	out->place = best.places[0];
	out->before = best.before;
	out->held = fix_held(t, out->branch, out->place.at, &out->before);
	out->has_id = a->axes && repo_unhex(&out->id, out->place.id);
	return out->has_id ? search_branches(a, t, out, e) : 0;
}

int
fix_search_commit(struct ask *a, const char *revision, struct fix_search *out, struct err *e)
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
