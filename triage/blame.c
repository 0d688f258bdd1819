/* Which commit changed a test's rate, by the results alone: see blame.h. */
#include "common/base.h"
#include "triage/blame.h"

#include <math.h>

#include "common/vec.h"

/* Beta prior of a rate; the rate of a test that never fails; a builder that a change concerns. */
#define PRIOR_FAIL 0.3
#define PRIOR_PASS 0.5
#define STRAY 0.001
#define CONCERNED 0.7

/* Weights of the models: which fault one does not know, before the data speak. */
enum model { NEVER_SHARED, NEVER_OWN, SOME_SHARED, SOME_OWN, MODELS };
static const double weight[MODELS] = { 0.4, 0.2, 0.2, 0.2 };

struct tally { double fails, passes; };

/* One result: place on the axis, lane, failed or not. */
struct result { uint32_t at, lane; bool failed; };
struct results { VEC(struct result) v; };

/* Before and after the place that is looked at, of one lane or of all. */
struct split { struct tally before, after; };

/* ---- marginal likelihoods ---- */

static double
log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* At an unknown rate. */
static double
log_some(struct tally t)
{
	if (t.fails + t.passes <= 0)
		return 0;
	return log_beta(PRIOR_FAIL + t.fails, PRIOR_PASS + t.passes) - log_beta(PRIOR_FAIL, PRIOR_PASS);
}

/* Never, but for a stray failure. */
static double
log_never(struct tally t)
{
	return t.fails * log(STRAY) + t.passes * log1p(-STRAY);
}

static double
log_add(double a, double b)
{
	double most = fmax(a, b);

	return most == -INFINITY ? most : most + log(exp(a - most) + exp(b - most));
}

static struct tally
both(const struct split *s)
{
	return (struct tally){ s->before.fails + s->after.fails, s->before.passes + s->after.passes };
}

/* One lane with its own rates, that the change concerns or not. */
static double
log_lane(const struct split *s, bool never, bool down)
{
	struct tally quiet = down ? s->after : s->before, loud = down ? s->before : s->after;
	double changed = log_some(loud) + (never ? log_never(quiet) : log_some(quiet));
	double same = never ? log_never(both(s)) : log_some(both(s));

	return log_add(log(CONCERNED) + changed, log1p(-CONCERNED) + same);
}

static double
log_shared(const struct split *s, bool never, bool down)
{
	struct tally quiet = down ? s->after : s->before, loud = down ? s->before : s->after;

	return log_some(loud) + (never ? log_never(quiet) : log_some(quiet));
}

/* ---- the results in the window ---- */

static bool
is_result(uint8_t cell)
{
	return cell != CELL_NONE;
}

static int
compare_results(const void *a, const void *b)
{
	const struct result *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void
gather(const struct test_view *t, const struct blame_window *w, struct results *out)
{
	uint32_t i, j;

	for (i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		if (s->lane->branch != w->branch)
			continue;
		for (j = 0; j < s->lane->n; j++) {
			const struct lane_build *b = &s->lane->builds[j];
			struct result r = { b->commit, i, cell_fails(s->cells[j]) };

			if (b->commit >= w->from && b->commit <= w->end && is_result(s->cells[j]) && !b->mass)
				vec_push(&out->v, r);
		}
	}
	if (out->v.n)
		qsort(out->v.p, out->v.n, sizeof(*out->v.p), compare_results);
}

static void
count(struct tally *t, bool failed, double by)
{
	if (failed)
		t->fails += by;
	else
		t->passes += by;
}

/* ---- the scan ---- */

/* Per lane and model its part of the sum, so that a step changes one lane only. */
struct scan {
	struct split all, *lanes;
	double *own[MODELS];   /* [lanes]; of NEVER_OWN and SOME_OWN */
	double sum[MODELS];
	bool down;
};

static void
weigh_lane(struct scan *s, uint32_t lane)
{
	static const enum model models[] = { NEVER_OWN, SOME_OWN };
	size_t i;

	for (i = 0; i < ARRAY_LEN(models); i++) {
		enum model m = models[i];
		double now = log_lane(&s->lanes[lane], m == NEVER_OWN, s->down);

		s->sum[m] += now - s->own[m][lane];
		s->own[m][lane] = now;
	}
}

static double
log_all(struct scan *s)
{
	double total = -INFINITY;
	enum model m;

	s->sum[NEVER_SHARED] = log_shared(&s->all, true, s->down);
	s->sum[SOME_SHARED] = log_shared(&s->all, false, s->down);
	for (m = 0; m < MODELS; m++)
		total = log_add(total, log(weight[m]) + s->sum[m]);
	return total;
}

static void
scan_places(struct scan *s, const struct results *r, const struct blame_window *w, double *out)
{
	size_t next = 0, first;
	uint32_t c;

	for (c = w->lo; c <= w->hi; c++) {
		first = next;
		for (; next < r->v.n && r->v.p[next].at < c; next++) {
			const struct result *x = &r->v.p[next];

			count(&s->all.after, x->failed, -1);
			count(&s->all.before, x->failed, 1);
			count(&s->lanes[x->lane].after, x->failed, -1);
			count(&s->lanes[x->lane].before, x->failed, 1);
			weigh_lane(s, x->lane);
		}
		out[c - w->lo] = first == next && c > w->lo ? out[c - w->lo - 1] : log_all(s);
	}
}

void
blame_likelihood(const struct test_view *t, const struct blame_window *w, double *out)
{
	struct results r = { VEC_INIT };
	struct scan s = { .down = w->down };
	uint32_t i, n = t->n_streams;
	size_t j;

	gather(t, w, &r);
	s.lanes = xcalloc(n, sizeof(*s.lanes));
	s.own[NEVER_OWN] = xcalloc(n, sizeof(double));
	s.own[SOME_OWN] = xcalloc(n, sizeof(double));
	for (j = 0; j < r.v.n; j++) {
		count(&s.all.after, r.v.p[j].failed, 1);
		count(&s.lanes[r.v.p[j].lane].after, r.v.p[j].failed, 1);
	}
	for (i = 0; i < n; i++)
		weigh_lane(&s, i);
	scan_places(&s, &r, w, out);
	free(s.own[NEVER_OWN]);
	free(s.own[SOME_OWN]);
	free(s.lanes);
	vec_release(&r.v);
}

/* ---- ranking ---- */

static int
compare_places(const void *a, const void *b)
{
	const struct blame_place *x = a, *y = b;

	if (x->posterior != y->posterior)
		return x->posterior > y->posterior ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void
blame_rank(uint32_t lo, uint32_t n, const double *likelihood, const double *prior, double confidence,
           struct blame_place *out)
{
	double most = -INFINITY, total = 0, held = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		most = fmax(most, likelihood[i] + (prior ? prior[i] : 0));
	for (i = 0; i < n; i++) {
		out[i] = (struct blame_place){ .at = lo + i,
		                               .posterior = exp(likelihood[i] + (prior ? prior[i] : 0) - most) };
		total += out[i].posterior;
	}
	qsort(out, n, sizeof(*out), compare_places);
	for (i = 0; i < n; i++) {
		out[i].posterior /= total;
		out[i].in_set = held + out[i].posterior / 2 < confidence;
		held += out[i].posterior;
	}
}
