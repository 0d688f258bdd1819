/*
 * The search, pure: see plan.h for what it promises and plan_in.h for how it
 * is made.  This file keeps the pending questions and says when it is enough.
 */
#include "common/base.h"
#include "bisect/plan_in.h"

#include <math.h>

#include "bisect/stats.h"

/* A start counts as at most so many runs of everything when questions are
 * compared: beyond it, a hundredth of a run fewer would buy whole runs of work. */
static const double STARTUP_MOST = 1;

/* So often in a row the smallest failing question fails again before a plain
 * flake is given up: by chance at a rate of .5 in 1 of 8. */
enum { AGAIN = 3 };

/* From this posterior on a plain flake is checked so, and a search for a culprit is not
 * too long; the part of the doubt a culprit may leave that a plain flake may. */
static const double LIKELY = 0.9, PLAIN_DOUBT = 0.1;

/* Questions that tell less than so many bits, and than this part of what is not known,
 * are the end of what segments can say: room is made for finer ones, and after a while
 * the search gives up. */
static const double LITTLE = 0.02, LITTLE_PART = 0.01;
enum { PATIENCE = 40 };

/* Surprise, in bits, that answers of the model reach in less than one search
 * of a thousand (two-sided noise comes to 31 in a hundred searches). */
static const double CONTRADICTION = 40;

static double *
prefix_sums(const double *x, uint32_t n)
{
	double *sum;
	uint32_t i;

	if (x == NULL)
		return NULL;
	sum = xmalloc(((size_t)n + 1) * sizeof(*sum));
	sum[0] = 0;
	for (i = 0; i < n; i++)
		sum[i + 1] = sum[i] + x[i];
	return sum;
}

struct plan *
plan_new(const struct plan_config *c)
{
	struct plan *p = xcalloc(1, sizeof(*p));

	assert(c->n > 0 && c->confidence >= 0.5 && c->confidence < 1);
	p->c = *c;
	p->mass_sum = prefix_sums(c->prior, c->n);
	p->seconds_sum = prefix_sums(c->seconds, c->n);
	p->c.prior = p->c.seconds = NULL;
	p->smallest = SIZE_MAX;
	p->ask_startup = fmin(c->startup, STARTUP_MOST * plan_seconds(p, 0, c->n));
	rates_init(&p->rates);
	hyp_start(p);
	return p;
}

void
plan_confidence(struct plan *p, double confidence)
{
	p->c.confidence = confidence;
}

void
plan_costs(struct plan *p, const double *seconds, double startup)
{
	free(p->seconds_sum);
	p->seconds_sum = prefix_sums(seconds, p->c.n);
	p->c.startup = startup;
	p->ask_startup = fmin(startup, STARTUP_MOST * plan_seconds(p, 0, p->c.n));
	for (unsigned s = 0; s < MAX_SEGMENTS; s++)
		if (p->seg[s].hi > p->seg[s].lo)
			p->seg[s].seconds = plan_seconds(p, p->seg[s].lo, p->seg[s].hi);
}

static void
pending_remove(struct plan *p, size_t i)
{
	vec_release(&p->pending.p[i].v);
	memmove(&p->pending.p[i], &p->pending.p[i + 1], (p->pending.n - i - 1) * sizeof(*p->pending.p));
	p->pending.n--;
}

void
plan_free(struct plan *p)
{
	size_t i;

	if (p == NULL)
		return;
	while (p->pending.n)
		pending_remove(p, p->pending.n - 1);
	for (i = 0; i < p->told.n; i++)
		vec_release(&p->told.p[i].asked.v);
	vec_release(&p->told);
	vec_release(&p->pending);
	vec_release(&p->hyp);
	rates_release(&p->rates);
	free(p->mass_sum);
	free(p->seconds_sum);
	free(p);
}

static bool
ranges_equal(const struct ranges *a, const struct ranges *b)
{
	return a->v.n == b->v.n && (a->v.n == 0 || memcmp(a->v.p, b->v.p, a->v.n * sizeof(*a->v.p)) == 0);
}

void
plan_drop(struct plan *p, const struct ranges *asked)
{
	size_t i;

	for (i = 0; i < p->pending.n; i++) {
		if (ranges_equal(&p->pending.p[i], asked)) {
			pending_remove(p, i);
			return;
		}
	}
}

/* Makes all borders of the question borders of segments. */
static void
align(struct plan *p, const struct ranges *asked)
{
	size_t i;

	for (i = 0; i < asked->v.n; i++) {
		hyp_cut(p, asked->v.p[i].lo);
		hyp_cut(p, asked->v.p[i].hi);
	}
}

static void
learn(struct plan *p, const struct ranges *asked, bool failed)
{
	uint64_t segments;
	double fail;

	align(p, asked);
	segments = plan_mask(p, asked);
	fail = hyp_expect(p, segments);
	p->surprise += -log2(failed ? fail : 1 - fail) - stats_entropy(fail);
	if (p->surprise < 0)
		p->surprise = 0;
	hyp_tell(p, segments, failed);
	hyp_weigh(p);
}

/* Keeps the answer, and which failing question was the smallest. */
static void
remember(struct plan *p, const struct ranges *asked, bool failed)
{
	const struct ranges *least = p->smallest < p->told.n ? &p->told.p[p->smallest].asked : NULL;

	if (least && ranges_equal(least, asked)) {
		p->n_again = failed ? p->n_again + 1 : 0;
		p->again_passed |= !failed;
	} else if (failed && (least == NULL || ranges_count(asked) < ranges_count(least))) {
		p->smallest = p->told.n;
		p->n_again = 0;
		p->again_passed = false;
	}
	vec_push(&p->told, ((struct told){ ranges_copy(asked), failed }));
}

void
plan_tell(struct plan *p, const struct ranges *asked, bool failed)
{
	plan_drop(p, asked);
	remember(p, asked, failed);
	learn(p, asked, failed);
}

/* Whether each candidate of a is in b. */
static bool
is_subset(const struct ranges *a, const struct ranges *b)
{
	size_t i;

	for (i = 0; i < a->v.n; i++) {
		uint32_t x = a->v.p[i].lo;
		size_t j;
		for (j = 0; j < b->v.n && b->v.p[j].hi <= x; j++)
			;
		if (j == b->v.n || b->v.p[j].lo > x || b->v.p[j].hi < a->v.p[i].hi)
			return false;
	}
	return true;
}

/* The smallest failing question keeps failing although all answers together
 * look like a plain flake: several sets are each enough.  Goes on inside that
 * question, with the answers that speak of it: those inside, and passes. */
static void
restart_within(struct plan *p)
{
	const struct ranges *window = &p->told.p[p->smallest].asked;
	size_t i;

	p->hyp.n = 0;
	p->lost = 0;
	rates_release(&p->rates);
	hyp_start(p);
	align(p, window);
	hyp_confine(p, plan_mask(p, window));
	for (i = 0; i < p->told.n; i++)
		if (!p->told.p[i].failed || is_subset(&p->told.p[i].asked, window))
			learn(p, &p->told.p[i].asked, p->told.p[i].failed);
	p->n_again = 0;
	p->surprise = 0;
}

static int
compare_segments(const void *a, const void *b)
{
	const struct segment *const *x = a, *const *y = b;

	return (*x)->lo < (*y)->lo ? -1 : (*x)->lo > (*y)->lo;
}

static void
segments_to_ranges(const struct plan *p, uint64_t segments, struct ranges *out)
{
	const struct segment *s[MAX_SEGMENTS];
	size_t n = 0, i;

	for (; segments; segments &= segments - 1)
		s[n++] = &p->seg[__builtin_ctzll(segments)];
	qsort(s, n, sizeof(s[0]), compare_segments);
	vec_clear(&out->v);
	for (i = 0; i < n; i++)
		ranges_add(out, s[i]->lo, s[i]->hi);
}

/* A plain flake is believed only after the smallest question that failed has
 * passed too: with several culprits, each enough alone, it never would. */
static bool
plain_is_checked(const struct plan *p)
{
	return p->again_passed || p->smallest >= p->told.n ||
	       ranges_count(&p->told.p[p->smallest].asked) == p->c.n;
}

static enum plan_state
ask(struct plan *p, const struct ranges *q)
{
	vec_push(&p->pending, ranges_copy(q));
	return PLAN_ASK;
}

/* Six times as long as was once expected and no culprit in sight, or questions that tell
 * nothing: the truth is not among the hypotheses that are left. */
static bool
is_too_long(struct plan *p, const struct hypothesis *best)
{
	double whole = (double)p->told.n + plan_view(p).runs_left;
	bool in_sight = best && best->n_needed && best->weight >= LIKELY;

	if (p->information > 0 && (p->expected == 0 || whole < p->expected))
		p->expected = whole;
	return p->n_little > PATIENCE ||
	       (p->expected > 0 && !in_sight && (double)p->told.n > 6 * p->expected + 40);
}

/* Whether the search is over: sure of an answer (of a plain flake, which ends all
 * searching, more than of a culprit), or at a plain flake for so long that nothing else
 * will come of it. */
static bool
is_settled(const struct plan *p, const struct hypothesis *best, bool too_long)
{
	double doubt = 1 - p->c.confidence;

	if (best == NULL)
		return false;
	if (best->n_needed == 0)
		return best->weight >= (too_long ? LIKELY : 1 - doubt * PLAIN_DOUBT);
	return best->weight >= p->c.confidence;
}

static bool
looks_plain(const struct hypothesis *best)
{
	return best && best->n_needed == 0 && best->weight >= LIKELY;
}

static enum plan_state
ask_next(struct plan *p, struct ranges *out)
{
	uint64_t segments;
	bool innocent;

	if (!ask_best(p, &segments, &innocent) ||
	    p->information < fmin(LITTLE, LITTLE_PART * plan_view(p).bits)) {
		p->n_little++;
		p->lost = 0;
	}
	segments_to_ranges(p, segments, out);
	if (innocent)
		ranges_add(out, p->innocent.lo, p->innocent.hi);
	return ask(p, out);
}

enum plan_state
plan_next(struct plan *p, struct ranges *out)
{
	const struct hypothesis *best;
	bool too_long, settled;

	hyp_refine(p);
	best = hyp_best(p);
	too_long = is_too_long(p, best);
	settled = is_settled(p, best, too_long);
	if ((looks_plain(best) || (settled && best->n_needed == 0)) && !plain_is_checked(p)) {
		if (p->n_again < AGAIN) {
			ranges_set(out, &p->told.p[p->smallest].asked);
			return ask(p, out);
		}
		restart_within(p);
		return plan_next(p, out);
	}
	if (settled)
		return best->n_needed ? PLAN_FOUND : PLAN_PLAIN;
	if (p->surprise > CONTRADICTION || too_long)
		return PLAN_STUCK;
	return ask_next(p, out);
}

bool
plan_wants(const struct plan *p, const struct ranges *asked)
{
	return ask_information((struct plan *)p, plan_mask(p, asked)) > 0.05;
}

/* Candidates in the likeliest segments until they hold 99 % of the marginals. */
static uint32_t
count_open(const struct plan *p)
{
	uint32_t n = 0;
	uint64_t m;

	for (m = p->live; m; m &= m - 1) {
		const struct segment *s = &p->seg[__builtin_ctzll(m)];
		if (s->marginal > 0.01 * (s->hi - s->lo) / p->c.n)
			n += s->hi - s->lo;
	}
	return n;
}

struct plan_view
plan_view(const struct plan *p)
{
	struct plan_view v = { 0 };
	size_t i;

	for (i = 0; i < p->hyp.n; i++) {
		const struct hypothesis *h = &p->hyp.p[i];
		double sets = 1;
		unsigned j;
		for (j = 0; j < h->n_needed; j++)
			sets *= p->seg[h->seg[j]].hi - p->seg[h->seg[j]].lo;
		if (h->weight > 0)
			v.bits += h->weight * (log2(sets) - log2(h->weight));
		if (h->weight > v.posterior) {
			v.posterior = h->weight;
			v.rate = hyp_rates((struct plan *)p, h)->inside;
		}
		if (h->n_needed == 0)
			v.plain = h->weight;
	}
	v.n_open = count_open(p);
	if (p->information > 1e-6) {
		v.runs_left = v.bits / p->information + 1;
		v.seconds_left = v.runs_left * p->cost;
	}
	return v;
}

static int
compare_positions(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

double
plan_answer(const struct plan *p, struct positions *out)
{
	const struct hypothesis *best = hyp_best(p);
	unsigned i;

	vec_clear(&out->v);
	if (best == NULL || best->n_needed == 0)
		return best ? best->weight : 0;
	for (i = 0; i < best->n_needed; i++)
		vec_push(&out->v, p->seg[best->seg[i]].lo);
	qsort(out->v.p, out->v.n, sizeof(uint32_t), compare_positions);
	return best->weight;
}

bool
plan_not_plain(struct plan *p)
{
	double rest = 0;
	size_t i;

	for (i = 0; i < p->hyp.n; i++)
		if (p->hyp.p[i].n_needed)
			rest += p->hyp.p[i].weight;
	if (!(rest > 0))
		return false;
	for (i = 0; i < p->hyp.n; i++)
		if (p->hyp.p[i].n_needed == 0)
			p->hyp.p[i].base = 0;
	hyp_weigh(p);
	return true;
}
