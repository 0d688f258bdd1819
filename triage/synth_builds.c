/* The builds of a history that is made from a seed: when, of what, and how they end.  See synth.h. */
#include "common/base.h"
#include "triage/synth.h"

#include <math.h>
#include <stdio.h>

#include "common/rnd.h"
#include "triage/collect.h"

enum { HOUR = 3600, TOGETHER = 6 };

/* One build to be: of the newest commit when it starts. */
struct plan_row {
	int64_t started, finished;
	uint32_t branch, builder, commit, number;
	uint64_t seed;
	bool outage;
};

struct schedule { VEC(struct plan_row) rows; };

/* ---- when ---- */

/* The newest commit of a branch at that time; false: there is none yet. */
static bool
newest_commit(const struct synth_branch *b, int64_t at, uint32_t *out)
{
	uint32_t lo = 0, hi = b->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (b->commits[mid].time <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = lo - 1;
	return lo > 0;
}

/* A builder takes what came since its last build, and again every day when nothing came. */
static void
plan_lane(const struct synth *s, uint32_t branch, uint32_t builder, struct schedule *out)
{
	struct rnd r = rnd_from(s->config.seed * 1000003 + branch * 64 + builder);
	int64_t took = 20 * 60 + (int64_t)rnd_below(&r, 5 * HOUR), at = s->begin + rnd_below(&r, HOUR), last = 0;
	int64_t dead = s->begin + (int64_t)(rnd_unit(&r) * (double)(s->end - s->begin));
	uint32_t commit, before = UINT32_MAX, number = 0;
	struct plan_row row;

	while (at < s->end) {
		if (!newest_commit(&s->branches[branch], at, &commit) || (commit == before && at < last + 24 * HOUR)) {
			at += HOUR / 2;
			continue;
		}
		row = (struct plan_row){ at, at + took - (int64_t)rnd_below(&r, 600), branch, builder, commit, ++number,
		                         rnd_next(&r), builder % 4 == 0 && at > dead && at < dead + 12 * HOUR };
		vec_push(&out->rows, row);
		before = commit;
		last = at;
		at = row.finished + 60;
	}
}

static int
compare_rows(const void *a, const void *b)
{
	const struct plan_row *x = a, *y = b;

	if (x->finished != y->finished)
		return x->finished < y->finished ? -1 : 1;
	if (x->branch != y->branch)
		return x->branch < y->branch ? -1 : 1;
	return x->builder < y->builder ? -1 : x->builder > y->builder;
}

/* ---- how they end ---- */

static bool
attempt(struct collect *c, const struct synth *s, uint32_t test, double rate, bool rerun, struct rnd *r)
{
	static const char *const errors[] = { "TimeoutError: timed out", "AssertionError: 3 != 4",
	                                      "ConnectionResetError: [Errno 104] Connection reset by peer",
	                                      "OSError: [Errno 98] Address already in use" };
	struct seen seen = { .name = s->tests[test], .file = s->files[2 * test], .rerun = rerun,
	                     .outcome = rnd_chance(r, rate) ? OUTCOME_FAIL : OUTCOME_PASS,
	                     .micros = 1000 * (int64_t)(50 + rnd_below(r, 400)), .has_load = true,
	                     .load = (float)(4 * rnd_unit(r)) };

	if (seen.outcome == OUTCOME_FAIL)
		seen.message = span_of(errors[test % ARRAY_LEN(errors)]);
	collect_attempt(c, &seen);
	return seen.outcome == OUTCOME_FAIL;
}

/* True when the build is red at its end. */
static bool
run_tests(struct collect *c, const struct synth *s, const struct plan_row *row, struct rnd *r)
{
	/* Now and then tests that share a service fail together, and pass on their re-run. */
	uint32_t together = rnd_chance(r, 0.003) ? rnd_below(r, s->config.n_tests) : UINT32_MAX, t;
	double rate, worst;
	bool red = false;

	for (t = 0; t < s->config.n_tests; t++) {
		rate = synth_rate(s, t, row->branch, row->commit, row->builder);
		worst = t >= together && t < together + TOGETHER ? 0.8 : row->outage ? 0.4 : 0;
		if (attempt(c, s, t, fmax(rate, worst), false, r))
			red |= attempt(c, s, t, row->outage ? fmax(rate, worst) : rate, true, r);
	}
	return red;
}

static int
one_build(const struct synth *s, const struct plan_row *row, int (*each)(void *, const struct build *), void *data)
{
	struct collect c = COLLECT_INIT;
	struct rnd r = rnd_from(row->seed);
	char number[16], worker[32];
	struct build b = {
		.source = span_of("synthetic"), .builder = s->builders[row->builder],
		.branch = s->branches[row->branch].name, .started = row->started, .finished = row->finished,
		.revision = s->branches[row->branch].commits[row->commit].id,
	};
	int ret;

	/* A builder builds several branches: its numbers tell them apart by their last digit. */
	snprintf(number, sizeof(number), "%u", (unsigned)(row->number * 10 + row->branch));
	snprintf(worker, sizeof(worker), "worker-%02u", (unsigned)row->builder);
	b.number = span_of(number);
	b.worker = span_of(worker);
	if (row->outage && rnd_chance(&r, 0.5)) {
		b.result = BUILD_EXCEPTION;
	} else {
		b.result = run_tests(&c, s, row, &r) ? BUILD_FAILURE : BUILD_SUCCESS;
		b.run = collect_run(&c);
		c.runs.p[0]->verdict = b.result == BUILD_FAILURE ? RUN_FAILED : RUN_PASSED;
	}
	ret = each(data, &b);
	collect_release(&c);
	return ret;
}

int
synth_builds(const struct synth *s, int (*each)(void *data, const struct build *b), void *data)
{
	struct schedule plan = { VEC_INIT };
	uint32_t branch, builder;
	size_t i;
	int ret = 0;

	for (branch = 0; branch < s->config.n_branches; branch++) {
		for (builder = 0; builder < s->config.n_builders; builder++)
			plan_lane(s, branch, builder, &plan);
	}
	if (plan.rows.n)
		qsort(plan.rows.p, plan.rows.n, sizeof(*plan.rows.p), compare_rows);
	for (i = 0; i < plan.rows.n && ret == 0; i++)
		ret = one_build(s, &plan.rows.p[i], each, data);
	vec_release(&plan.rows);
	return ret;
}
