/* A made history as a store, a view and a truth: see eval_synth.h. */
#include "common/base.h"
#include "triage/eval_synth.h"

#include "common/vec.h"
#include "triage/axis.h"

/* ---- the store ---- */

struct filling { struct store *to; uint64_t *n; struct err *e; };

static int
put_build(void *data, const struct build *b)
{
	struct filling *f = data;
	enum store_put how;

	++*f->n;
	return store_put(f->to, b, &how, f->e);
}

int
synth_store(const struct synth *s, struct store *to, uint64_t *n, struct err *e)
{
	struct filling f = { to, n, e };

	*n = 0;
	return synth_builds(s, put_build, &f);
}

/* ---- axes ---- */

static const struct synth_branch *
branch_of(const struct synth *s, struct span name)
{
	uint32_t b;

	for (b = 0; b < s->config.n_branches; b++) {
		if (name.n == s->branches[b].name.n && memcmp(name.p, s->branches[b].name.p, name.n) == 0)
			return &s->branches[b];
	}
	return NULL;
}

static uint32_t
place_of(const struct synth_branch *b, struct span revision)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		if (revision.n == b->commits[i].id.n && memcmp(revision.p, b->commits[i].id.p, revision.n) == 0)
			return i;
	}
	return 0;
}

static void
whole_axis(const struct synth_branch *b, struct view *v, uint32_t branch)
{
	const struct axis *axis = &v->axes[branch];
	uint32_t *to = xcalloc(axis->n + 1, sizeof(*to)), i;
	struct span *revisions = xcalloc(b->n, sizeof(*revisions));
	int64_t *times = xcalloc(b->n, sizeof(*times));

	for (i = 0; i < b->n; i++) {
		revisions[i] = b->commits[i].id;
		times[i] = b->commits[i].time;
	}
	for (i = 0; i < axis->n; i++)
		to[i] = place_of(b, axis->revisions[i]);
	axis_replace(v, branch, b->n, revisions, times, to);
	free(revisions);
	free(times);
	free(to);
}

void
synth_axes(const struct synth *s, struct view *v)
{
	uint32_t i;

	for (i = 0; i < v->branches.texts.n; i++) {
		const struct synth_branch *b = branch_of(s, v->branches.texts.p[i]);

		if (b)
			whole_axis(b, v, i);
	}
}

/* ---- facts ---- */

enum { PATHS = 8 };

struct facts {
	const struct synth *s;
	const struct view *v;
	struct span paths[PATHS];
};

static bool
get_facts(void *data, uint32_t branch, uint32_t at, bool paths UNUSED, struct commit_facts *out)
{
	struct facts *f = data;
	const struct synth_branch *b = branch_of(f->s, f->v->branches.texts.p[branch]);
	const struct synth_commit *c;
	uint32_t i;

	if (b == NULL || at >= b->n)
		return false;
	c = &b->commits[at];
	for (i = 0; i < c->n_files && i < PATHS; i++)
		f->paths[i] = f->s->files[c->files[i]];
	*out = (struct commit_facts){ .id = c->id, .title = c->title, .body = c->body, .time = c->time,
	                              .paths = f->paths, .n_paths = i };
	return true;
}

/* Branches have no commit in common; picks are fixes, and no suspects. */
static bool
get_lacks(void *data UNUSED, uint32_t branch, uint32_t at UNUSED, uint32_t other, uint32_t other_at UNUSED)
{
	return branch != other;
}

struct commit_source
synth_commits(const struct synth *s, const struct view *v, struct arena *mem)
{
	struct facts *f = arena_alloc(mem, sizeof(*f));

	*f = (struct facts){ .s = s, .v = v };
	return (struct commit_source){ get_facts, get_lacks, f };
}

/* ---- truth ---- */

struct ids { const struct synth *s; uint32_t *of; /* [n_tests] store's number */ };

static void
take_name(void *data, uint32_t test, struct span name)
{
	struct ids *ids = data;
	uint32_t i;

	for (i = 0; i < ids->s->config.n_tests; i++) {
		if (name.n == ids->s->tests[i].n && memcmp(name.p, ids->s->tests[i].p, name.n) == 0)
			ids->of[i] = test;
	}
}

static int
compare_changes(const void *a, const void *b)
{
	const struct eval_change *x = a, *y = b;

	if (x->test != y->test)
		return x->test < y->test ? -1 : 1;
	if (x->branch != y->branch)
		return x->branch < y->branch ? -1 : 1;
	return x->time < y->time ? -1 : x->time > y->time;
}

int
synth_truth(const struct synth *s, struct view *v, struct arena *mem, struct eval_truth *out, struct err *e)
{
	struct eval_change *changes = arena_alloc(mem, (s->changes.n + 1) * sizeof(*changes));
	struct ids ids = { s, xcalloc(s->config.n_tests, sizeof(uint32_t)) };
	uint32_t i, n = 0;
	int ret = store_names(v, take_name, &ids, e);

	for (i = 0; i < s->changes.n && ret == 0; i++) {
		const struct synth_change *c = &s->changes.p[i];
		uint32_t branch = map_find(&v->branches, s->branches[c->branch].name);

		if (branch == MAP_NONE)
			continue;
		changes[n++] = (struct eval_change){
			.test = ids.of[c->test], .branch = branch,
			.at = c->before == c->after ? UINT32_MAX : c->commit,
			.time = c->before == c->after ? 0 : s->branches[c->branch].commits[c->commit].time,
			.state = c->after <= 0 ? STATE_HEALTHY : c->after < 1 ? STATE_FLAKY : STATE_REGRESSED,
		};
	}
	if (n)
		qsort(changes, n, sizeof(*changes), compare_changes);
	*out = (struct eval_truth){ .changes = changes, .n = n, .begin = s->begin, .end = s->end };
	free(ids.of);
	return ret;
}
