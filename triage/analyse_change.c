/*
 * See analyse_change.h.  One sweep from left to right moves each sight from
 * the right side of the change to its left; only lanes that were moved have to be
 * weighed again.  Where a test fails seldom, a first sweep that weighs only beside
 * failures says that there is no change: passes that move make a change there
 * likelier the nearer the next failure is (the beta function is log-convex).
 */
#include "common/base.h"
#include "triage/analyse_change.h"

#include "common/vec.h"
#include "triage/analyse_rate.h"

#include <math.h>

enum { SET_PERCENT = 90, REFINEMENTS = 8, INSIDE_MIN = 8 };

/* A change stands above these log odds, a posterior of 95.7 %.  Measured on 20,000 histories of
 * 400 commits: 0.12 % of those with a constant rate have one then, and 53 % of those
 * from 0 to 5 %; asking the likeliest place to outweigh none (0.40 % at a rate
 * of 30 %, 52 %) is worse at both. */
static const double stands = 3.1;
/* The same for a change that only shows in a part of the history: there are many parts. */
static const double stands_inside = 6.5;
/* For builders that build at different paces, where log-convexity is only nearly so. */
static const double screen_margin = 0.5;

/* ---- one sweep ---- */

/* Counts of one lane, or of all: in the whole window, and left of the change. */
struct tally {
	uint64_t runs, fails, left_runs, left_fails;
	double whole; /* log marginal likelihood without a change */
	double ratio; /* log of how much likelier with one */
	double few;   /* the same if this lane changes with the sweep's chance */
	bool moved;   /* since it was weighed */
};

struct sweep {
	struct tally *lanes; /* [n_lanes] */
	struct tally pool;
	uint32_t *moved;      /* [n_moved] lanes to weigh, each once; room for all */
	uint32_t n_moved;
	double chance;        /* that one lane changes, when few do */
	double sum_all, sum_few; /* of the lanes' ratio and few */
	bool rough;           /* few is only bounded from above, which takes neither exp nor log */
	double log_pool, log_own; /* weights of the ways to hang together, without a change */
};

static double
log_sum(double a, double b)
{
	double top = a > b ? a : b;

	return isinf(top) ? top : top + log(exp(a - top) + exp(b - top));
}

static double
tally_ratio(const struct tally *t)
{
	uint64_t right_fails = t->fails - t->left_fails, right_runs = t->runs - t->left_runs;

	return rate_log_marginal(t->left_fails, t->left_runs - t->left_fails) +
	       rate_log_marginal(right_fails, right_runs - right_fails) - t->whole;
}

/* log(1 - w + w e^x) */
static double
log_mixed(double w, double x)
{
	return x > 0 ? x + log(w + (1 - w) * exp(-x)) : log(1 - w + w * exp(x));
}

static void
tally_whole(struct tally *t)
{
	t->whole = rate_log_marginal(t->fails, t->runs - t->fails);
	t->ratio = t->few = 0;
}

static void
sweep_move(struct sweep *w, const struct sight *x)
{
	struct tally *t = &w->lanes[x->lane];

	t->left_runs += x->runs;
	t->left_fails += x->fails;
	w->pool.left_runs += x->runs;
	w->pool.left_fails += x->fails;
	if (!t->moved)
		w->moved[w->n_moved++] = x->lane;
	t->moved = true;
}

static void
sweep_weigh(struct sweep *w)
{
	for (uint32_t i = 0; i < w->n_moved; i++) {
		struct tally *t = &w->lanes[w->moved[i]];
		double ratio = tally_ratio(t);
		double few = w->rough ? fmax(0, ratio) : log_mixed(w->chance, ratio);

		w->sum_all += ratio - t->ratio;
		w->sum_few += few - t->few;
		t->ratio = ratio;
		t->few = few;
		t->moved = false;
	}
	w->n_moved = 0;
}

/* The log of how much likelier everything is with a change here. */
static double
sweep_ratio(struct sweep *w, uint32_t n_lanes)
{
	double own;

	sweep_weigh(w);
	if (n_lanes == 1)
		return w->sum_all;
	own = log_sum(w->sum_all, w->sum_few) - log(2);
	return log_sum(w->log_pool + tally_ratio(&w->pool), w->log_own + own);
}

static void
sweep_begin(struct sweep *w, const struct sights *s, size_t from, size_t to, bool rough)
{
	uint32_t n_used = 0;
	double own = 0, both;

	memset(w->lanes, 0, s->n_lanes * sizeof(*w->lanes));
	memset(&w->pool, 0, sizeof(w->pool));
	w->n_moved = 0;
	for (size_t i = from; i < to; i++) {
		w->lanes[s->p[i].lane].runs += s->p[i].runs;
		w->lanes[s->p[i].lane].fails += s->p[i].fails;
		w->pool.runs += s->p[i].runs;
		w->pool.fails += s->p[i].fails;
	}
	for (uint32_t l = 0; l < s->n_lanes; l++) {
		tally_whole(&w->lanes[l]);
		own += w->lanes[l].whole;
		n_used += w->lanes[l].runs > 0;
	}
	tally_whole(&w->pool);
	w->chance = n_used ? 1.0 / n_used : 1;
	w->sum_all = w->sum_few = 0;
	w->rough = rough;
	/* a third of the prior for one rate, the rest for rates of their own */
	both = log_sum(w->pool.whole, own + log(2));
	w->log_pool = w->pool.whole - both;
	w->log_own = own + log(2) - both;
}

/* A stretch of places, low to high - 1, with its sights. */
struct window { uint32_t low, high; size_t from, to; };

/* A change, and the window in which it was found: low to high - 1. */
struct found { uint32_t at, low, high; };

/* All lanes as one, a sight a place, with sums, so that a part of the history costs no more than
 * its failures.  p NULL: not yet made. */
struct pool {
	struct sights s;
	struct { uint64_t runs, fails; } *before; /* [s.n + 1] of the sights in front */
	uint32_t *failing; /* [n_failing] sights with a failure, ascending */
	size_t n_failing;
	uint32_t *first;   /* [n_places + 1] the first sight at or behind a place */
};

struct search {
	const struct sights *s;
	struct pool pool;
	struct sweep sweep;
	double *logs;           /* [n_places] of change_profile */
	VEC(struct found) found; /* ascending */
};

static size_t
first_at(const struct sights *s, uint32_t place)
{
	size_t low = 0, high = s->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (s->p[mid].place < place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct window
window_of(const struct sights *s, uint32_t low, uint32_t high)
{
	return (struct window){ low, high, first_at(s, low), first_at(s, high) };
}

static void
profile(struct sweep *w, double *logs, const struct sights *s, const struct window *in)
{
	uint32_t c = in->low + 1;
	double ratio = -INFINITY;
	size_t i = in->from;

	sweep_begin(w, s, in->from, in->to, false);
	while (i < in->to) {
		for (; c <= s->p[i].place; c++)
			logs[c] = ratio;
		for (c = s->p[i].place + 1; i < in->to && s->p[i].place < c; i++)
			sweep_move(w, &s->p[i]);
		ratio = i < in->to ? sweep_ratio(w, s->n_lanes) : -INFINITY;
	}
	for (; c < in->high; c++)
		logs[c] = -INFINITY;
}

/* The best of the ratios on both sides of each place with a failure; rough: or a little more. */
static double
best_beside_failures(struct sweep *w, const struct sights *s, const struct window *in, bool rough)
{
	double best = -INFINITY, ratio;
	size_t i = in->from, end;
	bool fails, failed = false;

	sweep_begin(w, s, in->from, in->to, rough);
	while (i < in->to) {
		for (end = i, fails = false; end < in->to && s->p[end].place == s->p[i].place; end++)
			fails |= s->p[end].fails > 0;
		if (i > in->from && (fails || failed)) {
			ratio = sweep_ratio(w, s->n_lanes);
			best = ratio > best ? ratio : best;
		}
		for (failed = fails; i < end; i++)
			sweep_move(w, &s->p[i]);
	}
	return best;
}

/* ---- what a profile says ---- */

/* The best place and the log of the posterior odds of a change, prior 1/N a place. */
static double
odds(const double *logs, const struct window *in, uint32_t n_places, uint32_t *best)
{
	double sum = 0, top = -INFINITY;

	*best = in->low;
	for (uint32_t c = in->low + 1; c < in->high; c++) {
		if (logs[c] > top) {
			top = logs[c];
			*best = c;
		}
	}
	if (isinf(top))
		return -INFINITY;
	for (uint32_t c = in->low + 1; c < in->high; c++)
		sum += exp(logs[c] - top);
	return top + log(sum) - log(n_places);
}

/* The shortest range with that much of the posterior; of equals the first. */
static void
shortest(struct span_of_commits *out, const double *logs, const struct window *in, double top)
{
	double sum = 0, held = 0, want;
	uint32_t lo, hi;

	for (uint32_t c = in->low + 1; c < in->high; c++)
		sum += exp(logs[c] - top);
	want = sum * SET_PERCENT / 100 * (1 - 1e-12);
	out->lo = in->low + 1;
	out->hi = in->high - 1;
	for (lo = hi = in->low + 1; lo < in->high; lo++) {
		while (hi < in->high && held < want)
			held += exp(logs[hi++] - top);
		if (held < want)
			break;
		if (hi - 1 - lo < out->hi - out->lo) {
			out->lo = lo;
			out->hi = hi - 1;
		}
		held -= exp(logs[lo] - top);
	}
}

static bool
has_fail_and_pass(const struct sights *s, const struct window *in)
{
	bool fail = false, pass = false;

	for (size_t i = in->from; i < in->to && !(fail && pass); i++) {
		fail |= s->p[i].fails > 0;
		pass |= s->p[i].fails < s->p[i].runs;
	}
	return fail && pass;
}

/* The log odds of a change in the window; -inf: certainly below `least`. */
static double
look(struct search *q, const struct window *in, double least, uint32_t *best)
{
	/* all places together weigh at most what the best one would at each of them */
	if (best_beside_failures(&q->sweep, q->s, in, true) < least - screen_margin ||
	    best_beside_failures(&q->sweep, q->s, in, false) < least - screen_margin)
		return -INFINITY;
	profile(&q->sweep, q->logs, q->s, in);
	return odds(q->logs, in, q->s->n_places, best);
}

static void
pool_make(struct pool *pool, const struct sights *s)
{
	size_t n = 0, most = s->n < s->n_places ? s->n : s->n_places;
	struct sight *p = xmalloc((most + 1) * sizeof(*p));

	pool->before = xcalloc(most + 1, sizeof(*pool->before));
	pool->failing = xmalloc((most + 1) * sizeof(*pool->failing));
	pool->first = xmalloc((s->n_places + 1) * sizeof(*pool->first));
	for (size_t i = 0; i < s->n; i++) {
		if (n == 0 || p[n - 1].place != s->p[i].place)
			p[n++] = (struct sight){ .place = s->p[i].place };
		p[n - 1].runs += s->p[i].runs;
		p[n - 1].fails += s->p[i].fails;
	}
	for (size_t i = 0; i < n; i++) {
		pool->before[i + 1].runs = pool->before[i].runs + p[i].runs;
		pool->before[i + 1].fails = pool->before[i].fails + p[i].fails;
		if (p[i].fails)
			pool->failing[pool->n_failing++] = (uint32_t)i;
	}
	for (uint32_t c = 0, i = 0; c <= s->n_places; c++) {
		pool->first[c] = i;
		i += i < n && p[i].place == c;
	}
	pool->s = (struct sights){ .p = p, .n = n, .n_lanes = 1, .n_places = s->n_places };
}

static void
pool_release(struct pool *pool)
{
	free((void *)pool->s.p);
	free(pool->before);
	free(pool->failing);
	free(pool->first);
}

static bool
pool_varies(const struct pool *pool, const struct window *in)
{
	uint64_t fails = pool->before[in->to].fails - pool->before[in->from].fails;

	return fails > 0 && fails < pool->before[in->to].runs - pool->before[in->from].runs;
}

static double
pool_ratio(const struct pool *pool, const struct window *in, size_t at)
{
	struct tally t = {
		.runs = pool->before[in->to].runs - pool->before[in->from].runs,
		.fails = pool->before[in->to].fails - pool->before[in->from].fails,
		.left_runs = pool->before[at].runs - pool->before[in->from].runs,
		.left_fails = pool->before[at].fails - pool->before[in->from].fails,
	};

	return tally_ratio(&t);
}

/* best_beside_failures of the pool. */
static double
pool_best(const struct pool *pool, const struct window *in)
{
	double best = -INFINITY, whole;
	size_t low = 0, high = pool->n_failing, at = in->from;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pool->failing[mid] < in->from)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < pool->n_failing && pool->failing[low] < in->to; low++) {
		for (size_t side = pool->failing[low]; side <= pool->failing[low] + 1; side++) {
			if (side > at && side < in->to)
				best = fmax(best, pool_ratio(pool, in, at = side));
		}
	}
	whole = rate_log_marginal(pool->before[in->to].fails - pool->before[in->from].fails,
	                          pool->before[in->to].runs - pool->before[in->from].runs -
	                          (pool->before[in->to].fails - pool->before[in->from].fails));
	return best - whole;
}

/* One window; keeps the change that stands out most. */
static void
look_at_part(struct search *q, uint32_t low, uint32_t high, double *most, struct found *best)
{
	struct window w = { low, high, q->pool.first[low], q->pool.first[high] };
	double log_odds;
	uint32_t at;

	if (!pool_varies(&q->pool, &w) || pool_best(&q->pool, &w) < *most - screen_margin)
		return;
	w = window_of(q->s, low, high);
	log_odds = look(q, &w, *most, &at);
	if (log_odds > *most) {
		*most = log_odds;
		*best = (struct found){ at, low, high };
	}
}

/* Windows of half the length, a quarter, ..., each overlapping the next by half (seeded
 * binary segmentation; Kovacs et al. 2020): a rate that rose and fell again shows in
 * one of them better than in the whole.  Those without a failure are passed over. */
static bool
look_inside(struct search *q, const struct window *in, struct found *best)
{
	double most = stands_inside;

	if (q->pool.s.p == NULL)
		pool_make(&q->pool, q->s);
	for (uint32_t length = (in->high - in->low) / 2; length >= INSIDE_MIN; length /= 2) {
		uint32_t step = length / 2, low = in->low, place;
		size_t next = 0;

		for (; low + step < in->high; low += step) {
			while (next < q->pool.n_failing && q->pool.failing[next] < q->pool.first[low])
				next++;
			if (next == q->pool.n_failing)
				break;
			place = q->pool.s.p[q->pool.failing[next]].place;
			if (place >= low + length)
				low += (place - length - low) / step * step; /* and one step more holds it */
			else
				look_at_part(q, low, low + length < in->high ? low + length : in->high, &most, best);
		}
	}
	return most > stands_inside;
}

static void
split(struct search *q, uint32_t low, uint32_t high)
{
	struct window in = window_of(q->s, low, high);
	struct found f = { 0, low, high };

	if (!has_fail_and_pass(q->s, &in))
		return;
	if (look(q, &in, stands, &f.at) < stands && !look_inside(q, &in, &f))
		return;
	split(q, low, f.at);
	vec_push(&q->found, f);
	split(q, f.at, high);
}

/* Looks at each change again between its neighbours; drops what does not stand there.
 * True: one was dropped or moved. */
static bool
refine(struct search *q, struct change_point *out)
{
	bool moved = false;
	size_t kept = 0;

	for (size_t i = 0; i < q->found.n; i++) {
		struct found f = q->found.p[i];
		uint32_t left = kept ? q->found.p[kept - 1].at : 0;
		uint32_t right = i + 1 < q->found.n ? q->found.p[i + 1].at : q->s->n_places, best;
		struct window in = window_of(q->s, f.low > left ? f.low : left, f.high < right ? f.high : right);
		double log_odds = look(q, &in, stands, &best);

		if (log_odds < stands) {
			moved = true;
			continue;
		}
		moved |= best != f.at;
		f.at = best;
		q->found.p[kept] = f;
		out[kept].sure = 1 / (1 + exp(-log_odds));
		out[kept].at.best = best;
		shortest(&out[kept].at, q->logs, &in, q->logs[best]);
		kept++;
	}
	q->found.n = kept;
	return moved;
}

static void
search_init(struct search *q, const struct sights *s)
{
	memset(q, 0, sizeof(*q));
	q->s = s;
	q->sweep.lanes = xcalloc(s->n_lanes, sizeof(*q->sweep.lanes));
	q->sweep.moved = xcalloc(s->n_lanes, sizeof(*q->sweep.moved));
	q->logs = xcalloc(s->n_places, sizeof(*q->logs));
}

static void
search_release(struct search *q)
{
	pool_release(&q->pool);
	free(q->sweep.lanes);
	free(q->sweep.moved);
	free(q->logs);
	vec_release(&q->found);
}

struct change_point *
change_points(uint32_t *n, const struct sights *s, struct arena *mem)
{
	struct window all = window_of(s, 0, s->n_places);
	struct change_point *out = NULL;
	struct search q;

	*n = 0;
	if (!has_fail_and_pass(s, &all))
		return NULL;
	search_init(&q, s);
	split(&q, 0, s->n_places);
	if (q.found.n) {
		out = arena_alloc(mem, q.found.n * sizeof(*out));
		for (int i = 0; i < REFINEMENTS && refine(&q, out); i++)
			;
	}
	*n = (uint32_t)q.found.n;
	search_release(&q);
	return out;
}

void
change_profile(double *logs, const struct sights *s, uint32_t low, uint32_t high)
{
	struct window in = window_of(s, low, high);
	struct search q;

	search_init(&q, s);
	profile(&q.sweep, q.logs, s, &in);
	for (uint32_t c = low + 1; c < high; c++)
		logs[c] += q.logs[c];
	search_release(&q);
}
