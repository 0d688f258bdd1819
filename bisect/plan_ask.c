/*
 * Which question to ask: the set of segments with the largest expected
 * information per expected second.
 *
 * The information of an answer is H(answer) - H(answer | hypothesis).  With
 * questions pending, it is that of the new answer given theirs: every case of
 * their answers has its own weights.  Only the probability that a set holds
 * all that is needed matters, so the search starts from the likeliest segments
 * first and from the least likely first (without the latter "one needed test"
 * and "plain flake" are never told apart), as many as are best, and then moves
 * single segments in and out while that helps.
 */
#include "common/base.h"
#include "bisect/plan_in.h"

#include <math.h>

#include "bisect/stats.h"

/* One hypothesis as the choice sees it. */
struct view {
	uint64_t mask;
	double inside, outside;     /* rates */
	double inside_h, outside_h; /* entropies */
	double weight[PENDING_CASES]; /* its weight with each case of pending answers */
	double total;               /* sum of these */
};

struct choice {
	struct plan *p;
	VEC(struct view) views;
	unsigned n_cases;
	double case_sum[PENDING_CASES];
	uint64_t pending_any; /* segments in some pending question */
	double startup;       /* of a question, seconds */
};

struct question { uint64_t segments; double information, cost, value; };

/* Of a question: the weight of failing in each case, and the entropy that knowing the
 * hypothesis would leave. */
struct tally { double fail[PENDING_CASES], noise; };

/* A start counts as at least so much of a run of everything when questions are compared,
 * and with several needed tests as more: what costs next to nothing tells next to nothing,
 * and the borders that it leaves cost the search of several tests whole runs of work. */
static const double STARTUP_LEAST = 0.05;
static const double FEW = 1.3, STARTUP_MORE = 0.4; /* for each needed test beyond 1 + FEW that is expected */

static void
choice_start(struct choice *c, struct plan *p, bool look_at_pending)
{
	uint64_t mask[MAX_PENDING];
	size_t i, n = look_at_pending ? p->pending.n : 0, first = 0;
	unsigned k, j;
	double more = 0;

	*c = (struct choice){ .p = p };
	if (n > MAX_PENDING)
		first = n - MAX_PENDING;
	for (i = first; i < n; i++) {
		mask[i - first] = plan_mask(p, &p->pending.p[i]);
		c->pending_any |= mask[i - first];
	}
	n -= first;
	c->n_cases = 1u << n;
	vec_reserve(&c->views, p->hyp.n);
	for (i = 0; i < p->hyp.n; i++) {
		const struct hypothesis *h = &p->hyp.p[i];
		const struct rate_cell *r = hyp_rates(p, h);
		struct view v = { .mask = h->mask, .inside = r->inside, .outside = r->outside,
		                  .inside_h = r->inside_h, .outside_h = r->outside_h, .total = h->weight };
		for (k = 0; k < c->n_cases; k++) {
			double w = h->weight;
			for (j = 0; j < n; j++) {
				double fail = h->mask & ~mask[j] ? r->outside : r->inside;
				w *= k >> j & 1 ? fail : 1 - fail;
			}
			v.weight[k] = w;
			c->case_sum[k] += w;
		}
		vec_push(&c->views, v);
		if (h->n_needed)
			more += h->weight * (h->n_needed - 1);
	}
	more = STARTUP_LEAST + STARTUP_MORE * fmax(0, more - FEW);
	c->startup = fmax(p->ask_startup, more * plan_seconds(p, 0, p->c.n));
}

static double
information(const struct choice *c, const double *fail, double noise)
{
	double h = 0;
	unsigned k;

	for (k = 0; k < c->n_cases; k++)
		if (c->case_sum[k] > 0)
			h += c->case_sum[k] * stats_entropy(fail[k] / c->case_sum[k]);
	return h - noise;
}

static double
cost_of(const struct choice *c, uint64_t segments)
{
	double cost = c->startup;

	for (; segments; segments &= segments - 1)
		cost += c->p->seg[__builtin_ctzll(segments)].seconds;
	return cost;
}

static struct question
evaluate(const struct choice *c, uint64_t segments)
{
	struct question q = { .segments = segments, .cost = cost_of(c, segments) };
	double fail[PENDING_CASES] = { 0 }, noise = 0;
	size_t i;
	unsigned k;

	for (i = 0; i < c->views.n; i++) {
		const struct view *v = &c->views.p[i];
		bool in = !(v->mask & ~segments);
		double rate = in ? v->inside : v->outside;
		noise += v->total * (in ? v->inside_h : v->outside_h);
		for (k = 0; k < c->n_cases; k++)
			fail[k] += v->weight[k] * rate;
	}
	q.information = information(c, fail, noise);
	q.value = q.information / q.cost;
	return q;
}

/* The best prefix of the segments in this order.  One pass: a hypothesis is
 * inside from the prefix on that holds its last segment. */
static struct question
best_prefix(const struct choice *c, const uint8_t *order, unsigned n)
{
	struct tally at[MAX_SEGMENTS + 1], sum;
	struct question best = { .value = -1 }, q = { .cost = c->startup };
	uint8_t rank[MAX_SEGMENTS] = { 0 };
	unsigned j, k;
	size_t i;

	memset(at, 0, sizeof(at));
	memset(&sum, 0, sizeof(sum));
	for (j = 0; j < n; j++)
		rank[order[j]] = (uint8_t)(j + 1);
	for (i = 0; i < c->views.n; i++) {
		const struct view *v = &c->views.p[i];
		unsigned last = 0;
		uint64_t m;
		for (m = v->mask; m; m &= m - 1)
			if (rank[__builtin_ctzll(m)] > last)
				last = rank[__builtin_ctzll(m)];
		for (k = 0; k < c->n_cases; k++) {
			sum.fail[k] += v->weight[k] * v->outside;
			at[last].fail[k] += v->weight[k] * (v->inside - v->outside);
		}
		sum.noise += v->total * v->outside_h;
		at[last].noise += v->total * (v->inside_h - v->outside_h);
	}
	for (j = 0; j <= n; j++) {
		for (k = 0; k < c->n_cases; k++)
			sum.fail[k] += at[j].fail[k];
		sum.noise += at[j].noise;
		if (j == 0)
			continue;
		q.segments |= (uint64_t)1 << order[j - 1];
		q.cost += c->p->seg[order[j - 1]].seconds;
		q.information = information(c, sum.fail, sum.noise);
		q.value = q.information / q.cost;
		if (q.value > best.value)
			best = q;
	}
	return best;
}

/* Live segments, the most suspicious per unit of `by` first; segments in
 * `late` come after all others. */
static unsigned
sort_segments(const struct plan *p, uint8_t *order, bool by_seconds, uint64_t late)
{
	double key[MAX_SEGMENTS];
	unsigned n = 0, i;
	uint64_t m;

	for (m = p->live; m; m &= m - 1) {
		int s = __builtin_ctzll(m);
		const struct segment *g = &p->seg[s];
		key[s] = g->marginal / (by_seconds ? g->seconds : g->hi - g->lo);
		if (late >> s & 1)
			key[s] *= 1e-6;
		for (i = n++; i > 0 && key[order[i - 1]] < key[s]; i--)
			order[i] = order[i - 1];
		order[i] = (uint8_t)s;
	}
	return n;
}

/* How the answer to `segments` changes when one segment moves in or out, for
 * every segment in one pass: out matters to the hypotheses that are inside and hold
 * it, in to those that lack nothing else. */
static void
weigh_moves(const struct choice *c, uint64_t segments, struct tally *now, struct tally *move)
{
	unsigned k;
	size_t i;

	memset(now, 0, sizeof(*now));
	memset(move, 0, MAX_SEGMENTS * sizeof(*move));
	for (i = 0; i < c->views.n; i++) {
		const struct view *v = &c->views.p[i];
		uint64_t lacks = v->mask & ~segments, m = lacks ? lacks : v->mask;
		double rate = lacks ? v->outside : v->inside;
		double step = lacks ? v->inside - v->outside : v->outside - v->inside;
		double noise = lacks ? v->inside_h - v->outside_h : v->outside_h - v->inside_h;
		now->noise += v->total * (lacks ? v->outside_h : v->inside_h);
		for (k = 0; k < c->n_cases; k++)
			now->fail[k] += v->weight[k] * rate;
		if (lacks & (lacks - 1))
			continue;
		for (; m; m &= m - 1) {
			struct tally *t = &move[__builtin_ctzll(m)];
			t->noise += v->total * noise;
			for (k = 0; k < c->n_cases; k++)
				t->fail[k] += v->weight[k] * step;
		}
	}
}

/* Moves single segments in or out, the best first, while the value grows. */
static struct question
improve(const struct choice *c, struct question best)
{
	struct tally now, move[MAX_SEGMENTS], t;
	bool moved = true;
	unsigned k, step;
	uint64_t m;

	for (step = 0; moved && step < MAX_SEGMENTS; step++) {
		struct question from = best;
		weigh_moves(c, from.segments, &now, move);
		moved = false;
		for (m = c->p->live; m; m &= m - 1) {
			int s = __builtin_ctzll(m);
			struct question q = { .segments = from.segments ^ (m & -m) };
			if (q.segments == 0)
				continue;
			for (k = 0; k < c->n_cases; k++)
				t.fail[k] = now.fail[k] + move[s].fail[k];
			q.information = information(c, t.fail, now.noise + move[s].noise);
			q.cost = from.cost + (q.segments & m & -m ? 1 : -1) * c->p->seg[s].seconds;
			q.value = q.information / q.cost;
			if (q.value > best.value * 1.0005) {
				best = q;
				moved = true;
			}
		}
	}
	return best;
}

bool
ask_best(struct plan *p, uint64_t *segments, bool *innocent)
{
	struct choice c;
	struct question best = { .value = -1 }, q;
	uint8_t order[MAX_SEGMENTS], back[MAX_SEGMENTS];
	unsigned n, i;
	int family;

	choice_start(&c, p, true);
	for (family = 0; family < 3; family++) {
		if ((family == 1 && p->seconds_sum == NULL) || (family == 2 && c.pending_any == 0))
			continue;
		n = sort_segments(p, order, family == 1, family == 2 ? c.pending_any : 0);
		q = best_prefix(&c, order, n);
		if (q.value > best.value)
			best = q;
		for (i = 0; i < n; i++)
			back[i] = order[n - 1 - i];
		q = best_prefix(&c, back, n);
		if (q.value > best.value)
			best = q;
	}
	if (best.value > 0)
		best = improve(&c, best);
	*innocent = false;
	if (p->innocent.lo < p->innocent.hi) {
		q = evaluate(&c, 0);
		q.cost += plan_seconds(p, p->innocent.lo, p->innocent.hi);
		q.value = q.information / q.cost;
		if (q.value > best.value) {
			best = q;
			*innocent = true;
		}
	}
	vec_release(&c.views);
	p->information = best.information;
	p->cost = best.cost;
	*segments = best.segments;
	return best.information > 1e-6;
}

double
ask_information(struct plan *p, uint64_t segments)
{
	struct choice c;
	double bits;

	choice_start(&c, p, false);
	bits = evaluate(&c, segments).information;
	vec_release(&c.views);
	return bits;
}
