/*
 * The likelihood of answers when the rates are not known.
 *
 * With all needed tests in, the command fails with rate r, otherwise with
 * rate q < r.  A hypothesis that saw f fails and p passes inside and F - f,
 * P - p outside has the likelihood
 *
 *	sum over r, q of prior(r, q) r^f (1-r)^p q^(F-f) (1-q)^(P-p)
 *
 * on a grid.  Most failures are deterministic or nearly so and most commands
 * do not fail by chance with the same signature, so r = 1 and q = 0 hold most
 * of the prior (as "nearly": no answer may be impossible); the rest is spread.
 */
#include "common/base.h"
#include "bisect/plan_in.h"

#include <math.h>

#include "bisect/stats.h"

/* Fails each time, or as good as. */
static const double STEADY = 0.9995;

/* Rates of what fails now and then, and how often a culprit and a plain flake have them:
 * a culprit rather fails often, a plain flake seldom. */
static const struct { double rate, culprit, plain; } flaky_grid[] = {
	{ 0.97, 0.08, 0.01 }, { 0.9, 0.2, 0.03 },  { 0.8, 0.1, 0.06 },  { 0.7, 0.08, 0.07 }, { 0.6, 0.08, 0.08 },
	{ 0.5, 0.1, 0.1 },    { 0.4, 0.08, 0.1 },  { 0.3, 0.09, 0.13 }, { 0.2, 0.07, 0.14 }, { 0.14, 0.05, 0.1 },
	{ 0.1, 0.05, 0.1 },   { 0.06, 0.015, 0.05 }, { 0.03, 0.005, 0.03 },
};

struct point { double value, prior; };
static const struct point outside_grid[] = {
	{ 0.0003, 0.9 }, { 0.015, 0.02 }, { 0.04, 0.03 }, { 0.08, 0.03 }, { 0.14, 0.02 },
};
/* With less contrast "its tests are in" and "a plain flake" are the same thing. */
static const double MOST_OUTSIDE = 0.25; /* q / r */

enum { N_INSIDE = ARRAY_LEN(flaky_grid) + 1, N_OUTSIDE = ARRAY_LEN(outside_grid) };

void
rates_init(struct rates *r)
{
	*r = (struct rates){ .stamp = 1 };
}

void
rates_release(struct rates *r)
{
	free(r->cells);
	rates_init(r);
}

/* Of the best single rate: what all likelihoods are divided by, to stay in range. */
static double
best_log_likelihood(uint32_t fails, uint32_t passes)
{
	double n = (double)fails + passes;

	return (fails ? fails * log(fails / n) : 0) + (passes ? passes * log(passes / n) : 0);
}

static void
make_room(struct rates *r)
{
	r->max_fails = r->n_fails * 2 + 16;
	r->max_passes = r->n_passes * 2 + 16;
	free(r->cells);
	r->cells = xcalloc(((size_t)r->max_fails + 1) * (r->max_passes + 1) * (MAX_NEEDED + 1), sizeof(*r->cells));
}

void
rates_tell(struct rates *r, bool failed)
{
	if (failed)
		r->n_fails++;
	else
		r->n_passes++;
	r->stamp++;
	r->scale = best_log_likelihood(r->n_fails, r->n_passes);
	if (r->n_fails > r->max_fails || r->n_passes > r->max_passes)
		make_room(r);
}

static struct point
inside_point(size_t i, unsigned n_needed)
{
	double steady = needed_steady(n_needed), share;

	if (i == 0)
		return (struct point){ STEADY, steady };
	share = n_needed ? flaky_grid[i - 1].culprit : flaky_grid[i - 1].plain;
	return (struct point){ flaky_grid[i - 1].rate, share * (1 - steady) };
}

/* l[i] = exp(l[i] - m), m the largest; gives m. */
static double
exponentiate(double *l, size_t n)
{
	double most = l[0];
	size_t i;

	for (i = 1; i < n; i++)
		most = fmax(most, l[i]);
	for (i = 0; i < n; i++)
		l[i] = exp(l[i] - most);
	return most;
}

static void
fill(struct rate_cell *c, const struct rates *r, unsigned n_needed, uint32_t fails, uint32_t passes)
{
	uint32_t out_fails = r->n_fails - fails, out_passes = r->n_passes - passes;
	double sum = 0, in = 0, out = 0, inside[N_INSIDE], outside[N_OUTSIDE], scale = -r->scale;
	size_t i, j;

	for (i = 0; i < N_INSIDE; i++) {
		struct point x = inside_point(i, n_needed);
		inside[i] = log(x.value) * fails + log1p(-x.value) * passes;
	}
	for (j = 0; j < N_OUTSIDE; j++)
		outside[j] = log(outside_grid[j].value) * out_fails + log1p(-outside_grid[j].value) * out_passes;
	scale += exponentiate(inside, N_INSIDE) + exponentiate(outside, N_OUTSIDE);
	for (i = 0; i < N_INSIDE; i++) {
		struct point x = inside_point(i, n_needed);
		for (j = 0; j < N_OUTSIDE && outside_grid[j].value <= MOST_OUTSIDE * x.value; j++) {
			double w = x.prior * inside[i] * outside_grid[j].prior * outside[j];
			sum += w;
			in += w * x.value;
			out += w * outside_grid[j].value;
		}
	}
	c->likelihood = sum * exp(scale);
	c->inside = sum > 0 ? in / sum : 0.5;
	c->outside = sum > 0 ? out / sum : 0.1;
	c->inside_h = stats_entropy(c->inside);
	c->outside_h = stats_entropy(c->outside);
	c->stamp = r->stamp;
}

const struct rate_cell *
rates_cell(struct rates *r, unsigned n_needed, uint32_t fails, uint32_t passes)
{
	struct rate_cell *c;

	assert(fails <= r->n_fails && passes <= r->n_passes);
	if (r->cells == NULL)
		make_room(r);
	c = &r->cells[(((size_t)fails * (r->max_passes + 1)) + passes) * (MAX_NEEDED + 1) + n_needed];
	if (c->stamp != r->stamp)
		fill(c, r, n_needed, fails, passes);
	return c;
}
