/* Whether a failure can be the fault of what the build brought: see fault.h. */
#include "common/base.h"
#include "triage/fault.h"

#include "triage/blame_prior.h"

enum { COMMITS_MOST = 200 /* looked at; more are no batch */ };

/* The build: where it stands. */
struct where { const struct stream *s; uint32_t at; };

static bool
find_where(const struct test_view *t, int64_t build, struct where *out)
{
	for (uint32_t i = 0; i < t->n_streams; i++) {
		for (uint32_t k = 0; k < t->streams[i].lane->n; k++) {
			if (t->streams[i].lane->builds[k].id == build) {
				*out = (struct where){ &t->streams[i], k };
				return true;
			}
		}
	}
	return false;
}

/* The place of the last build before it where the test ran on that builder; false: there is none. */
static bool
last_run(const struct where *w, uint32_t *place)
{
	for (uint32_t k = w->at; k > 0; k--) {
		if (w->s->cells[k - 1] != CELL_NONE) {
			*place = w->s->lane->builds[k - 1].commit;
			return true;
		}
	}
	return false;
}

/* The last place up to `place` where it failed on that branch, on any builder. */
static bool
failed_up_to(const struct test_view *t, uint32_t branch, uint32_t place, uint32_t *at)
{
	bool any = false;

	for (uint32_t i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (uint32_t k = 0; s->lane->branch == branch && k < s->n_events; k++) {
			const struct lane_build *b = &s->lane->builds[s->events[k].at];

			if (!cell_fails(s->events[k].cell) || b->mass || b->commit > place || (any && b->commit < *at))
				continue;
			*at = b->commit;
			any = true;
		}
	}
	return any;
}

/* Another branch that fails at a place which lacks the build's commit; f is that place then. */
static bool
fails_beside(const struct view *v, const struct test_view *t, const struct commit_source *commits, uint32_t branch,
             uint32_t place, struct fault_found *f)
{
	uint32_t other, at;

	for (other = 0; other < v->branches.texts.n; other++) {
		if (other == branch || !failed_up_to(t, other, UINT32_MAX, &at) || !commits->lacks ||
		    !commits->lacks(commits->data, branch, place, other, at))
			continue;
		f->branch = other;
		f->at = at;
		return true;
	}
	return false;
}

/* The commit from lo to hi that says most; false: nothing is known of them. */
static bool
likeliest(const struct test_view *t, const struct commit_source *commits, uint32_t branch, uint32_t lo, uint32_t hi,
          struct fault_found *out)
{
	struct blame_subject subject = { .test = t->name, .file = t->file, .older = t->older, .n_older = t->n_older };
	uint32_t n = hi - lo + 1, i, best = 0;
	unsigned factors[COMMITS_MOST] = { 0 };
	double prior[COMMITS_MOST];
	struct commit_facts facts;

	for (i = 0; i < n; i++) {
		if (!commits->facts(commits->data, branch, lo + i, true, &facts))
			return false;
		factors[i] = blame_factors(&subject, &facts);
	}
	blame_prior(factors, n, prior);
	for (i = 1; i < n; i++)
		best = prior[i] > prior[best] ? i : best;
	out->at = lo + best;
	out->factors = factors[best];
	return true;
}

static void
name_place(struct fault_found *f, const struct view *v, const struct commit_source *commits, struct arena *mem)
{
	struct commit_facts facts;

	if (f->at < v->axes[f->branch].n)
		f->id = v->axes[f->branch].revisions[f->at];
	if (commits->facts(commits->data, f->branch, f->at, false, &facts))
		f->title = (struct span){ arena_copy(mem, facts.title.p, facts.title.n), facts.title.n };
}

static struct fault_found
judge(const struct view *v, const struct test_view *t, const struct where *w, const struct commit_source *commits)
{
	uint32_t branch = w->s->lane->branch, place = w->s->lane->builds[w->at].commit, base, at;
	struct fault_found f = { .branch = branch, .at = place };

	if (!last_run(w, &base))
		return f;
	f.n_commits = place > base ? place - base : 0;
	if (failed_up_to(t, branch, f.n_commits ? base : place - (place > 0), &at)) {
		f.fault = FAULT_BEFORE;
		f.at = at;
	} else if (f.n_commits == 0)
		f.fault = FAULT_SAME;
	else if (fails_beside(v, t, commits, branch, place, &f))
		f.fault = FAULT_BESIDE;
	else if (f.n_commits <= COMMITS_MOST && likeliest(t, commits, branch, base + 1, place, &f))
		f.fault = f.factors & FACTOR_DOCS ? FAULT_DOCS : FAULT_CAN;
	return f;
}

struct fault_found
fault_find(const struct view *v, const struct test_view *t, int64_t build, const struct commit_source *commits,
           struct arena *mem)
{
	struct fault_found f = { .fault = FAULT_UNKNOWN };
	struct where w;

	if (commits->facts == NULL || !find_where(t, build, &w))
		return f;
	f = judge(v, t, &w, commits);
	if (f.fault != FAULT_UNKNOWN)
		name_place(&f, v, commits, mem);
	return f;
}

const char *
fault_name(enum fault f)
{
	static const char *const names[] = { "unknown", "failed-before", "fails-elsewhere", "docs-only", "passed-at-it",
	                                     "possible" };

	return names[f];
}
