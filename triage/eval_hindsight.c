/* What was true, by what is known now: see eval.h. */
#include "common/base.h"
#include "triage/eval.h"

#include "common/vec.h"
#include "triage/analyse.h"
#include "triage/store.h"

/* A rate that counts as never, and one that counts as always. */
#define NEVER 0.003
#define ALWAYS 0.9

struct changes { VEC(struct eval_change) v; };

static enum eval_state
state_of(const struct rate *r)
{
	double p = r->runs ? (double)r->fails / (double)r->runs : 0;

	return p < NEVER ? STATE_HEALTHY : p < ALWAYS ? STATE_FLAKY : STATE_REGRESSED;
}

/* The segments that begin another state. */
static void
add_changes(const struct view *v, const struct finding *f, struct changes *out)
{
	enum eval_state before = STATE_HEALTHY, now;
	uint32_t i;

	for (i = 0; i < f->n_segments; i++) {
		uint32_t at = f->segments[i].begin.best;
		struct eval_change c = { .test = f->test, .branch = f->branch, .at = i ? at : UINT32_MAX,
		                         .time = i ? v->axes[f->branch].started[at] : 0 };

		now = state_of(&f->segments[i].rate);
		c.state = now;
		if (now != before)
			vec_push(&out->v, c);
		before = now;
	}
}

static void
find_ends(const struct view *v, struct eval_truth *out)
{
	uint32_t i;

	out->end = v->newest;
	out->begin = v->newest;
	for (i = 0; i < v->n_lanes; i++) {
		if (v->lanes[i].n && v->lanes[i].builds[0].started < out->begin)
			out->begin = v->lanes[i].builds[0].started;
	}
}

int
eval_hindsight(struct view *v, struct arena *mem, struct eval_truth *out, struct err *e)
{
	struct analyse_options o = { .until = 0 };
	struct changes changes = { VEC_INIT };
	struct tests tests = { VEC_INIT };
	struct arena one = ARENA_INIT;
	struct eval_change *copy;
	struct test_view t;
	struct finding f;
	size_t i;
	int ret = store_tests(v, 0, false, &tests, e);

	for (i = 0; i < tests.v.n && ret == 0; i++) {
		ret = store_streams(v, tests.v.p[i], &t, e);
		if (ret < 0)
			break;
		analyse_test(v, &t, &o, &one, &f);
		add_changes(v, &f, &changes);
		arena_release(&one);
	}
	copy = arena_alloc(mem, (changes.v.n + 1) * sizeof(*copy));
	if (changes.v.n)
		memcpy(copy, changes.v.p, changes.v.n * sizeof(*copy));
	*out = (struct eval_truth){ .changes = copy, .n = (uint32_t)changes.v.n };
	find_ends(v, out);
	vec_release(&changes.v);
	vec_release(&tests.v);
	return ret;
}
