/* Replays a past and scores the verdicts: see eval.h. */
#include "common/base.h"
#include "triage/eval.h"

#include "common/vec.h"
#include "triage/analyse.h"
#include "triage/store.h"
#include "triage/suspects.h"

enum { DAY = 86400 };

struct numbers { VEC(double) v; };

/* What a replay gathers. */
struct replay {
	struct view *v;
	const struct eval_truth *truth;
	const struct commit_source *commits;
	struct eval_score *score;
	struct numbers detect, rank, size, size_results;
};

/* ---- truth ---- */

/* The changes of one test: first and past the last. */
static void
changes_of(const struct eval_truth *t, uint32_t test, uint32_t *first, uint32_t *last)
{
	uint32_t i;

	for (i = 0; i < t->n && t->changes[i].test < test; i++)
		;
	*first = i;
	for (; i < t->n && t->changes[i].test == test; i++)
		;
	*last = i;
}

/* The worst state on any branch; *was: it was sick at some time up to then. */
static enum eval_state
state_at(const struct eval_truth *t, uint32_t test, int64_t time, bool *was)
{
	enum eval_state worst = STATE_HEALTHY, now = STATE_HEALTHY;
	uint32_t first, last, i;

	*was = false;
	changes_of(t, test, &first, &last);
	for (i = first; i < last; i++) {
		const struct eval_change *c = &t->changes[i];

		if (i == first || c->branch != t->changes[i - 1].branch)
			now = STATE_HEALTHY;
		if (c->time <= time) {
			now = c->state;
			*was |= now != STATE_HEALTHY;
		}
		if ((i + 1 == last || t->changes[i + 1].branch != c->branch) && now > worst)
			worst = now;
	}
	return worst;
}

static bool
is_sick(enum verdict v)
{
	return v == VERDICT_FLAKY || v == VERDICT_REGRESSED || v == VERDICT_DID_NOT_HOLD || v == VERDICT_KNOWN;
}

/* ---- one test ---- */

static void
score_day(struct replay *r, uint32_t test, int64_t day, enum verdict verdict, bool *blamed)
{
	bool was;
	enum eval_state state = state_at(r->truth, test, day, &was);

	r->score->said[state][verdict]++;
	r->score->said_late += state == STATE_HEALTHY && was && is_sick(verdict);
	*blamed |= is_sick(verdict) && !was;
}

static void
analyse_at(struct replay *r, const struct test_view *t, int64_t until, struct arena *mem, struct finding *f)
{
	struct analyse_options o = { .until = until };

	analyse_test(r->v, t, &o, mem, f);
}

/* The results of builds that began by then; others as if they had not run it. */
static struct test_view
seen_until(const struct test_view *t, int64_t end, struct arena *mem)
{
	struct test_view seen = *t;
	uint32_t i, k;

	seen.streams = arena_alloc(mem, (t->n_streams + 1) * sizeof(*seen.streams));
	for (i = 0; i < t->n_streams; i++) {
		const struct lane *lane = t->streams[i].lane;
		uint8_t *cells = arena_alloc(mem, lane->n + 1);

		for (k = 0; k < lane->n; k++)
			cells[k] = lane->builds[k].started <= end ? t->streams[i].cells[k] : (uint8_t)CELL_NONE;
		seen.streams[i] = t->streams[i];
		seen.streams[i].cells = cells;
	}
	return seen;
}

/* The set of commits for one change, with what was known when it ended. */
static void
score_set(struct replay *r, const struct test_view *t, const struct eval_change *c, int64_t end)
{
	static const struct commit_source nothing;
	struct arena mem = ARENA_INIT;
	struct test_view seen = seen_until(t, end, &mem);
	struct suspects s, plain;
	struct finding f;
	uint32_t i;

	analyse_at(r, &seen, end, &mem, &f);
	suspects_find(r->v, &seen, &f, r->commits, span_of(""), false, &mem, &s);
	suspects_find(r->v, &seen, &f, &nothing, span_of(""), false, &mem, &plain);
	/* The change that is blamed must be this one: its window holds it. */
	if (s.any && s.window.branch == c->branch && c->at >= s.window.lo && c->at <= s.window.hi) {
		for (i = 0; i < s.n && s.places[i].at != c->at; i++)
			;
		r->score->n_sets++;
		r->score->n_held += i < s.n && s.places[i].in_set;
		r->score->n_first += i == 0;
		r->score->claimed += s.mass;
		vec_push(&r->rank.v, i + 1);
		vec_push(&r->size.v, s.n_set);
		for (i = 0; i < plain.n && plain.places[i].at != c->at; i++)
			;
		r->score->n_held_results += i < plain.n && plain.places[i].in_set;
		vec_push(&r->size_results.v, plain.n_set);
	}
	arena_release(&mem);
}

/* When the change to the worse ended: its branch's next change, or the replay's end. */
static int64_t
end_of(const struct eval_truth *t, uint32_t i)
{
	const struct eval_change *next = i + 1 < t->n ? &t->changes[i + 1] : NULL;

	return next && next->test == t->changes[i].test && next->branch == t->changes[i].branch ? next->time : t->end;
}

/* first_sick: the days on which it was said to be sick, ascending. */
static void
score_changes(struct replay *r, const struct test_view *t, const struct numbers *sick)
{
	uint32_t first, last, i;
	size_t k;

	changes_of(r->truth, t->test, &first, &last);
	for (i = first; i < last; i++) {
		const struct eval_change *c = &r->truth->changes[i];
		int64_t end = end_of(r->truth, i);

		if (c->state == STATE_HEALTHY || c->at == UINT32_MAX || c->time < r->truth->begin)
			continue;
		r->score->n_changes++;
		for (k = 0; k < sick->v.n && sick->v.p[k] < (double)c->time; k++)
			;
		if (k == sick->v.n || sick->v.p[k] > (double)end)
			continue;
		r->score->n_found++;
		vec_push(&r->detect.v, (sick->v.p[k] - (double)c->time) / DAY);
		score_set(r, t, c, end);
	}
}

static void
replay_test(struct replay *r, const struct test_view *t)
{
	struct arena mem = ARENA_INIT;
	struct numbers sick = { VEC_INIT };
	bool was, blamed = false;
	struct finding f;
	int64_t day;

	for (day = r->truth->begin + DAY; day <= r->truth->end; day += DAY) {
		analyse_at(r, t, day, &mem, &f);
		score_day(r, t->test, day, f.verdict, &blamed);
		if (is_sick(f.verdict))
			vec_push(&sick.v, (double)day);
		arena_release(&mem);
	}
	state_at(r->truth, t->test, r->truth->end, &was);
	r->score->n_innocent += !was;
	r->score->n_blamed += !was && blamed;
	score_changes(r, t, &sick);
	vec_release(&sick.v);
}

/* ---- all ---- */

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double *
sorted(struct numbers *n, struct arena *mem)
{
	double *out = arena_alloc(mem, (n->v.n + 1) * sizeof(*out));

	if (n->v.n) {
		memcpy(out, n->v.p, n->v.n * sizeof(*out));
		qsort(out, n->v.n, sizeof(*out), compare_numbers);
	}
	vec_release(&n->v);
	return out;
}

int
eval_replay(struct view *v, const struct eval_truth *truth, const struct commit_source *commits,
            struct arena *mem, struct eval_score *out, struct err *e)
{
	struct replay r = { .v = v, .truth = truth, .commits = commits, .score = out };
	struct tests tests = { VEC_INIT };
	struct test_view t;
	size_t i;
	int ret;

	*out = (struct eval_score){ .days = (uint32_t)((truth->end - truth->begin) / DAY) };
	ret = store_tests(v, 0, true, &tests, e);
	out->tests = (uint32_t)tests.v.n;
	for (i = 0; i < tests.v.n && ret == 0; i++) {
		ret = store_streams(v, tests.v.p[i], &t, e);
		if (ret == 0)
			replay_test(&r, &t);
	}
	out->claimed /= out->n_sets ? out->n_sets : 1;
	out->days_to_detect = sorted(&r.detect, mem);
	out->rank = sorted(&r.rank, mem);
	out->size = sorted(&r.size, mem);
	out->size_results = sorted(&r.size_results, mem);
	vec_release(&tests.v);
	return ret;
}

double
eval_median(const double *sorted_numbers, uint32_t n)
{
	return n ? sorted_numbers[n / 2] : 0;
}
