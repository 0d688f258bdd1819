/* Answers and what follows from them: see hunt.h. */
#include "common/base.h"
#include "bisect/hunt_in.h"

#include <math.h>
#include <stdlib.h>

#include "bisect/stats.h"

enum { NONE = UINT32_MAX };
#define SAME_PRIOR 0.2 /* a flake that passed once at the old end was no less there */

/* ---- classes ---- */

static void
weigh(struct class *c)
{
	c->log = hunt_rates_sum(&c->rates, &c->q, &c->r);
	c->h_q = stats_entropy(c->q);
	c->w1 = c->r - c->q;
	c->w2 = stats_entropy(c->r) - c->h_q;
}

/* The marked part of each class moves to a class with one answer more on the new side, the
 * rest gets one more on the old side. */
static void
tell_classes(struct hunt *h, bool is_new)
{
	size_t n_before = h->classes.n;
	uint32_t to, c, *count = xcalloc(n_before, sizeof(*count));

	for (c = 0; c < h->n; c++)
		count[h->class_of[c]] += h->mark[c];
	for (uint32_t i = 0; i < n_before; i++) {
		struct class from = h->classes.p[i];

		if (count[i]) {
			to = count[i] == from.n ? i : (uint32_t)h->classes.n;
			if (to != i)
				vec_push(&h->classes, from);
			h->classes.p[to].n = count[i];
			h->classes.p[to].n1 += is_new;
			h->classes.p[to].n0 += !is_new;
			hunt_rates_tell(&h->classes.p[to].rates, true, is_new);
			weigh(&h->classes.p[to]);
			h->classes.p[i].moved = to;
		}
		if (count[i] == from.n)
			continue;
		h->classes.p[i].n = from.n - count[i];
		hunt_rates_tell(&h->classes.p[i].rates, false, is_new);
		weigh(&h->classes.p[i]);
	}
	for (c = 0; c < h->n; c++) {
		if (h->mark[c])
			h->class_of[c] = h->classes.p[h->class_of[c]].moved;
	}
	free(count);
}

static uint32_t
find_class(const struct hunt *h, size_t n, uint32_t n1, uint32_t n0)
{
	for (uint32_t i = 0; i < n; i++) {
		if (h->classes.p[i].n1 == n1 && h->classes.p[i].n0 == n0)
			return i;
	}
	return NONE;
}

/* Classes that came to hold the same answers become one, empty ones go. */
static void
join_classes(struct hunt *h)
{
	size_t n = 0;
	uint32_t same, *moved = xcalloc(h->classes.n, sizeof(*moved));

	for (size_t i = 0; i < h->classes.n; i++) {
		struct class x = h->classes.p[i];

		if (x.n == 0)
			continue;
		same = find_class(h, n, x.n1, x.n0);
		if (same == NONE) {
			same = (uint32_t)n++;
			h->classes.p[same] = x;
		} else {
			h->classes.p[same].n += x.n;
		}
		moved[i] = same;
	}
	for (uint32_t c = 0; c < h->n; c++)
		h->class_of[c] = moved[h->class_of[c]];
	h->classes.n = n;
	free(moved);
}

/* ---- posterior ---- */

static void
compute_posterior(struct hunt *h)
{
	double same = hunt_same_sum(&h->same, &h->same_rate) + log(SAME_PRIOR), max = same, sum;
	double *likely = xcalloc(h->classes.n + 1, sizeof(*likely));
	uint32_t c;

	for (size_t i = 0; i < h->classes.n; i++) {
		if (h->classes.p[i].n && h->classes.p[i].log > max)
			max = h->classes.p[i].log;
	}
	for (size_t i = 0; i < h->classes.n; i++)
		likely[i] = h->classes.p[i].n ? exp(h->classes.p[i].log - max) : 0;
	h->post_same = exp(same - max);
	sum = h->post_same;
	for (c = 0; c < h->n; c++)
		sum += h->post[c] = h->prior[c] * likely[h->class_of[c]];
	for (c = 0; c < h->n; c++)
		h->post[c] /= sum;
	h->post_same /= sum;
	free(likely);
}

/* ---- the contract ---- */

static void
set_prior(struct hunt *h, const double *prior)
{
	double sum = 0;
	uint32_t c;

	for (c = 0; c < h->n; c++)
		sum += h->prior[c] = prior ? prior[c] : 1;
	assert(sum > 0);
	for (c = 0; c < h->n; c++)
		h->prior[c] *= (1 - SAME_PRIOR) / sum;
}

struct hunt *
hunt_new(const struct hunt_config *c)
{
	struct hunt *h = xcalloc(1, sizeof(*h));
	struct class all = { .n = c->graph->n };

	assert(c->graph->n > 0);
	h->graph = c->graph;
	h->n = c->graph->n;
	h->confidence = c->confidence;
	h->ready_s = h->other_s = 1;
	h->at_ends = true;
	h->prior = xcalloc(h->n, sizeof(*h->prior));
	h->post = xcalloc(h->n, sizeof(*h->post));
	h->class_of = xcalloc(h->n, sizeof(*h->class_of));
	h->closed = xcalloc(h->n, 1);
	h->mark = xcalloc(h->n, 1);
	set_prior(h, c->prior);
	hunt_rates_init(&all.rates, c->past);
	weigh(&all);
	vec_push(&h->classes, all);
	hunt_same_init(&h->same);
	asking_init(h);
	compute_posterior(h);
	return h;
}

void
hunt_free(struct hunt *h)
{
	if (h == NULL)
		return;
	asking_release(h);
	vec_release(&h->classes);
	free(h->prior);
	free(h->post);
	free(h->class_of);
	free(h->closed);
	free(h->mark);
	free(h);
}

void
hunt_mark(struct hunt *h, uint32_t x)
{
	if (x == HUNT_OLD)
		memset(h->mark, 0, h->n);
	else
		graph_mark(h->graph, x, h->mark);
}

void
hunt_tell(struct hunt *h, uint32_t x, bool is_new)
{
	h->old_runs += x == HUNT_OLD;
	h->new_runs += x == h->n - 1;
	h->seen_new = h->seen_new || is_new;
	hunt_mark(h, x);
	tell_classes(h, is_new);
	join_classes(h);
	hunt_rates_tell(&h->same, true, is_new);
	compute_posterior(h);
}

void
hunt_close(struct hunt *h, uint32_t x)
{
	if (x == HUNT_OLD) {
		h->old_closed = true;
		return;
	}
	h->n_closed += !h->closed[x];
	h->closed[x] = 1;
}

void
hunt_costs(struct hunt *h, double ready, double other)
{
	assert(ready > 0 && other >= ready);
	h->ready_s = ready;
	h->other_s = other;
}

const double *
hunt_posterior(const struct hunt *h)
{
	return h->post;
}

struct ranked { double p; uint32_t c; };

static int
compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p > y->p ? -1 : x->p < y->p ? 1 : x->c > y->c ? -1 : x->c < y->c;
}

void
hunt_set(const struct hunt *h, double mass, struct hunt_set *out)
{
	struct ranked *all = xcalloc(h->n, sizeof(*all));
	double sum = 0, want = mass * (1 - h->post_same);
	uint32_t i;

	for (i = 0; i < h->n; i++)
		all[i] = (struct ranked){ h->post[i], i };
	qsort(all, h->n, sizeof(*all), compare_ranked);
	vec_clear(&out->v);
	for (i = 0; i < h->n && sum < want && all[i].p > 0; i++) {
		vec_push(&out->v, all[i].c);
		sum += all[i].p;
	}
	free(all);
}

struct hunt_view
hunt_view(const struct hunt *h)
{
	struct hunt_view v = { .same = h->post_same, .ends = h->at_ends };
	struct hunt_set open = { VEC_INIT };
	double capacity;

	for (uint32_t c = 0; c < h->n; c++) {
		if (h->post[c] > 0)
			v.bits -= h->post[c] * log2(h->post[c]);
		if (h->post[c] >= h->post[v.best])
			v.best = c;
	}
	v.posterior = h->post[v.best];
	v.q = h->classes.p[h->class_of[v.best]].q;
	v.r = h->classes.p[h->class_of[v.best]].r;
	hunt_set(h, 0.99, &open);
	v.n_open = (uint32_t)open.v.n;
	vec_release(&open.v);
	/* What an even question tells; close to the channel's capacity. */
	capacity = stats_entropy((v.q + v.r) / 2) - (stats_entropy(v.q) + stats_entropy(v.r)) / 2;
	v.runs_left = capacity > 1e-4 ? v.bits / capacity : 0;
	return v;
}
