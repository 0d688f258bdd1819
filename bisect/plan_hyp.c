/*
 * Hypotheses of the plan: how they start, are weighed, split and dropped.
 * See plan_in.h for what they are.
 */
#include "common/base.h"
#include "bisect/plan_in.h"

#include <math.h>

/* How many tests a failure needs, by whether it then fails each time or now and then;
 * 0: it depends on none (the plain flake, which the gate would know if it always failed).
 * Most order-dependent tests have one polluter (prior art 2). */
static const struct { double steady, flaky; } needed_prior[MAX_NEEDED + 1] = {
	{ 0, 0.2 },
	{ 0.5, 0.26 }, { 0.23, 0.09 }, { 0.12, 0.012 }, { 0.064, 0.006 }, { 0.036, 0.003 }, { 0.012, 0.001 },
};

enum { CAP = 10000 };             /* hypotheses */
static const double SPLIT = 0.04; /* marginal from which a segment is halved */
static const double LOSS = 5e-4;  /* weight that may be forgotten at once, to make room */
static const double LOST_MOST = 4e-3; /* and in all */
static const double DROP = 1e-9;  /* weight below which a hypothesis is forgotten */

static double
needed_weight(unsigned n_needed)
{
	return needed_prior[n_needed].steady + needed_prior[n_needed].flaky;
}

double
needed_steady(unsigned n_needed)
{
	return needed_prior[n_needed].steady / needed_weight(n_needed);
}

double
plan_mass(const struct plan *p, uint32_t lo, uint32_t hi)
{
	return p->mass_sum ? p->mass_sum[hi] - p->mass_sum[lo] : hi - lo;
}

double
plan_seconds(const struct plan *p, uint32_t lo, uint32_t hi)
{
	return p->seconds_sum ? p->seconds_sum[hi] - p->seconds_sum[lo] : (double)(hi - lo) / p->c.n;
}

static void
segment_set(struct plan *p, int id, uint32_t lo, uint32_t hi)
{
	p->seg[id] = (struct segment){ .lo = lo, .hi = hi, .mass = plan_mass(p, lo, hi),
	                               .seconds = plan_seconds(p, lo, hi) };
}

/* Weight of all sets of c tests of the segment: the elementary symmetric
 * polynomial, exact for equal masses. */
static double
choose(const struct segment *s, unsigned c)
{
	double each = s->mass / (s->hi - s->lo), w = 1;
	unsigned i;

	if (c > s->hi - s->lo)
		return 0;
	for (i = 0; i < c; i++)
		w *= (s->mass - i * each) / (i + 1);
	return w;
}

void
hyp_start(struct plan *p)
{
	unsigned k, i;
	double sum = 0;

	segment_set(p, 0, 0, p->c.n);
	p->live = 1;
	for (k = 0; k <= MAX_NEEDED && k <= p->c.n; k++)
		sum += needed_weight(k);
	for (k = 0; k <= MAX_NEEDED && k <= p->c.n; k++) {
		struct hypothesis h = { .mask = k ? 1 : 0, .base = needed_weight(k) / sum, .n_needed = (uint8_t)k };
		for (i = 0; i < k; i++)
			h.seg[i] = 0;
		vec_push(&p->hyp, h);
	}
	hyp_weigh(p);
}

static unsigned
count_of(const struct hypothesis *h, int id)
{
	unsigned i, c = 0;

	for (i = 0; i < h->n_needed; i++)
		c += h->seg[i] == id;
	return c;
}

/* h with its c copies of segment a made t of a and c - t of b. */
static struct hypothesis
moved(const struct hypothesis *h, int a, int b, unsigned t)
{
	struct hypothesis n = *h;
	unsigned i, seen = 0;

	n.mask &= ~((uint64_t)1 << a);
	for (i = 0; i < n.n_needed; i++) {
		if (n.seg[i] == a && seen++ >= t)
			n.seg[i] = (uint8_t)b;
		n.mask |= (uint64_t)1 << n.seg[i];
	}
	return n;
}

/* Cuts segment a at `at`; its second part becomes segment b. */
static void
segment_split(struct plan *p, int a, int b, uint32_t at)
{
	size_t i, n = p->hyp.n;
	struct segment whole = p->seg[a];

	segment_set(p, a, whole.lo, at);
	segment_set(p, b, at, whole.hi);
	p->live |= (uint64_t)1 << b;
	for (i = 0; i < n; i++) {
		struct hypothesis old = p->hyp.p[i];
		double share[MAX_NEEDED + 1], sum = 0;
		unsigned t, c, first = 1;

		if (!(old.mask >> a & 1))
			continue;
		c = count_of(&old, a);
		for (t = 0; t <= c; t++)
			sum += share[t] = choose(&p->seg[a], t) * choose(&p->seg[b], c - t);
		for (t = 0; t <= c; t++) {
			struct hypothesis h;
			if (share[t] <= 0)
				continue;
			h = moved(&old, a, b, t);
			h.base *= share[t] / sum;
			h.weight *= share[t] / sum;
			if (first)
				p->hyp.p[i] = h;
			else
				vec_push(&p->hyp, h);
			first = 0;
		}
	}
}

static void
weigh_marginals(struct plan *p)
{
	size_t i;
	int s;

	for (s = 0; s < MAX_SEGMENTS; s++)
		p->seg[s].marginal = 0;
	for (i = 0; i < p->hyp.n; i++) {
		const struct hypothesis *h = &p->hyp.p[i];
		uint64_t m;
		for (m = h->mask; m; m &= m - 1)
			p->seg[__builtin_ctzll(m)].marginal += h->weight;
	}
}

static void
forget_dead(struct plan *p, uint64_t live)
{
	uint64_t dead;

	for (dead = p->live & ~live; dead; dead &= dead - 1) {
		const struct segment *s = &p->seg[__builtin_ctzll(dead)];
		p->innocent = (struct range){ s->lo, s->lo + 1 };
	}
	p->live = live;
}

const struct rate_cell *
hyp_rates(struct plan *p, const struct hypothesis *h)
{
	return rates_cell(&p->rates, h->n_needed, h->fails, h->passes);
}

void
hyp_weigh(struct plan *p)
{
	double sum = 0;
	uint64_t live = 0;
	size_t i, n = 0;

	for (i = 0; i < p->hyp.n; i++) {
		struct hypothesis *h = &p->hyp.p[i];
		h->weight = h->base * hyp_rates(p, h)->likelihood;
		sum += h->weight;
	}
	for (i = 0; i < p->hyp.n; i++) {
		struct hypothesis *h = &p->hyp.p[i];
		h->weight /= sum;
		if (h->n_needed && h->weight < DROP)
			continue;
		live |= h->mask;
		p->hyp.p[n++] = *h;
	}
	p->hyp.n = n;
	forget_dead(p, live);
	weigh_marginals(p);
}

static int
free_segment(const struct plan *p)
{
	return p->live == UINT64_MAX ? -1 : __builtin_ctzll(~p->live);
}

/* The border that halves the suspicion of s. */
static uint32_t
middle(const struct plan *p, const struct segment *s)
{
	uint32_t lo = s->lo + 1, hi = s->hi - 1;

	if (p->mass_sum == NULL)
		return s->lo + (s->hi - s->lo) / 2;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (plan_mass(p, s->lo, mid) * 2 < s->mass)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Forgets hypotheses lighter than `light` and those that hold one of the
 * segments.  What is lost is remembered: it is the chance that the truth was
 * among them. */
static void
forget(struct plan *p, double light, uint64_t segments)
{
	size_t i, n = 0;

	for (i = 0; i < p->hyp.n; i++) {
		const struct hypothesis *h = &p->hyp.p[i];
		if (h->n_needed && (h->weight < light || h->mask & segments))
			p->lost += h->weight;
		else
			p->hyp.p[n++] = *h;
	}
	p->hyp.n = n;
	hyp_weigh(p);
}

void
hyp_confine(struct plan *p, uint64_t segments)
{
	forget(p, 0, ~segments);
	p->lost = 0;
}

/* Makes room for more hypotheses: forgets the lightest, LOSS of the mass at
 * most.  False when there was nothing to forget. */
static bool
prune(struct plan *p)
{
	double below, light = DROP;
	size_t i;

	for (;;) {
		for (below = 0, i = 0; i < p->hyp.n; i++)
			if (p->hyp.p[i].weight < light * 4)
				below += p->hyp.p[i].weight;
		if (below > LOSS || p->lost + below > LOST_MOST)
			break;
		light *= 4;
	}
	if (light > DROP)
		forget(p, light, 0);
	return light > DROP;
}

/* Makes room for another segment: forgets the one with the least marginal. */
static bool
prune_segment(struct plan *p)
{
	int least = -1;
	uint64_t m;

	for (m = p->live; m; m &= m - 1) {
		int s = __builtin_ctzll(m);
		if (least < 0 || p->seg[s].marginal < p->seg[least].marginal)
			least = s;
	}
	if (p->seg[least].marginal > LOSS || p->lost + p->seg[least].marginal > LOST_MOST)
		return false;
	forget(p, 0, (uint64_t)1 << least);
	return true;
}

static size_t
growth(const struct plan *p, int segment)
{
	size_t i, n = 0;

	for (i = 0; i < p->hyp.n; i++)
		if (p->hyp.p[i].mask >> segment & 1)
			n += count_of(&p->hyp.p[i], segment);
	return n;
}

void
hyp_refine(struct plan *p)
{
	bool pruned = false;

	for (;;) {
		int s, worst = -1;
		uint64_t m;

		for (m = p->live; m; m &= m - 1) {
			s = __builtin_ctzll(m);
			if (p->seg[s].hi - p->seg[s].lo > 1 && p->seg[s].marginal > SPLIT &&
			    (worst < 0 || p->seg[s].marginal > p->seg[worst].marginal))
				worst = s;
		}
		if (worst < 0 || (free_segment(p) < 0 && !prune_segment(p)))
			return;
		if (p->hyp.n + growth(p, worst) > CAP) {
			if (pruned || !prune(p))
				return;
			pruned = true;
			continue;
		}
		segment_split(p, worst, free_segment(p), middle(p, &p->seg[worst]));
		weigh_marginals(p);
	}
}

bool
hyp_cut(struct plan *p, uint32_t at)
{
	uint64_t m;
	int to = free_segment(p);

	for (m = p->live; m; m &= m - 1) {
		int s = __builtin_ctzll(m);
		if (p->seg[s].lo < at && at < p->seg[s].hi) {
			if (to < 0)
				return false;
			segment_split(p, s, to, at);
			return true;
		}
	}
	return true;
}

uint64_t
plan_mask(const struct plan *p, const struct ranges *asked)
{
	uint64_t m, in = 0;

	for (m = p->live; m; m &= m - 1) {
		int s = __builtin_ctzll(m);
		if (ranges_has(asked, p->seg[s].lo))
			in |= (uint64_t)1 << s;
	}
	return in;
}

void
hyp_tell(struct plan *p, uint64_t asked, bool failed)
{
	size_t i;

	rates_tell(&p->rates, failed);
	for (i = 0; i < p->hyp.n; i++) {
		struct hypothesis *h = &p->hyp.p[i];
		if (h->mask & ~asked)
			continue;
		if (failed)
			h->fails++;
		else
			h->passes++;
	}
}

double
hyp_expect(struct plan *p, uint64_t asked)
{
	double fail = 0;
	size_t i;

	for (i = 0; i < p->hyp.n; i++) {
		const struct hypothesis *h = &p->hyp.p[i];
		const struct rate_cell *r = hyp_rates(p, h);
		fail += h->weight * (h->mask & ~asked ? r->outside : r->inside);
	}
	return fail;
}

bool
hyp_is_single(const struct plan *p, const struct hypothesis *h)
{
	unsigned i;

	for (i = 0; i < h->n_needed; i++)
		if (p->seg[h->seg[i]].hi - p->seg[h->seg[i]].lo != 1)
			return false;
	return true;
}

const struct hypothesis *
hyp_best(const struct plan *p)
{
	const struct hypothesis *best = NULL;
	size_t i;

	for (i = 0; i < p->hyp.n; i++)
		if (best == NULL || p->hyp.p[i].weight > best->weight)
			best = &p->hyp.p[i];
	return best && hyp_is_single(p, best) ? best : NULL;
}
