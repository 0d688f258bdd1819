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

struct point { double value, prior; };

static const struct point inside_grid[] = {
	{ 0.9995, 0.95 }, { 0.97, 0.03 },  { 0.9, 0.045 }, { 0.8, 0.04 }, { 0.7, 0.03 },
	{ 0.6, 0.03 },     { 0.5, 0.04 },   { 0.4, 0.03 },  { 0.3, 0.03 }, { 0.2, 0.03 },
	{ 0.14, 0.025 },   { 0.1, 0.025 },  { 0.06, 0.012 }, { 0.03, 0.008 },
};
static const struct point outside_grid[] = {
	{ 0.0003, 0.93 }, { 0.015, 0.02 }, { 0.04, 0.02 }, { 0.08, 0.02 }, { 0.14, 0.01 },
};
/* With less contrast "its tests are in" and "a plain flake" are the same thing. */
static const double MOST_OUTSIDE = 0.25; /* q / r */

/* A flake of the whole run: never r = 1, which the gate knows as "fails alone". */
static const struct point plain_grid[] = {
	{ 0.98, 0.03 }, { 0.9, 0.07 }, { 0.8, 0.08 }, { 0.7, 0.09 }, { 0.6, 0.09 }, { 0.5, 0.12 },
	{ 0.4, 0.1 },   { 0.3, 0.1 },  { 0.2, 0.12 }, { 0.14, 0.07 }, { 0.1, 0.07 }, { 0.05, 0.04 }, { 0.02, 0.02 },
};

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

void
rates_tell(struct rates *r, bool failed)
{
	if (failed)
		r->n_fails++;
	else
		r->n_passes++;
	r->stamp++;
	r->scale = best_log_likelihood(r->n_fails, r->n_passes);
	if (r->cells == NULL || r->n_fails > r->max_fails || r->n_passes > r->max_passes) {
		r->max_fails = r->n_fails * 2 + 16;
		r->max_passes = r->n_passes * 2 + 16;
		free(r->cells);
		r->cells = xcalloc(((size_t)r->max_fails + 1) * (r->max_passes + 1), sizeof(*r->cells));
	}
}

static void
fill(struct rate_cell *c, const struct rates *r, uint32_t fails, uint32_t passes)
{
	uint32_t out_fails = r->n_fails - fails, out_passes = r->n_passes - passes;
	double sum = 0, in = 0, out = 0;
	size_t i, j;

	for (i = 0; i < ARRAY_LEN(inside_grid); i++) {
		double x = inside_grid[i].value;
		double li = log(x) * fails + log1p(-x) * passes;
		for (j = 0; j < ARRAY_LEN(outside_grid); j++) {
			double q = outside_grid[j].value, w;
			if (q > MOST_OUTSIDE * x)
				break;
			w = inside_grid[i].prior * outside_grid[j].prior *
			    exp(li + log(q) * out_fails + log1p(-q) * out_passes - r->scale);
			sum += w;
			in += w * x;
			out += w * q;
		}
	}
	c->likelihood = sum;
	c->inside = sum > 0 ? in / sum : 0.5;
	c->outside = sum > 0 ? out / sum : 0.1;
	c->inside_h = stats_entropy(c->inside);
	c->outside_h = stats_entropy(c->outside);
	c->stamp = r->stamp;
}

const struct rate_cell *
rates_cell(struct rates *r, uint32_t fails, uint32_t passes)
{
	struct rate_cell *c;

	assert(fails <= r->n_fails && passes <= r->n_passes);
	if (r->cells == NULL) {
		r->max_fails = r->max_passes = 16;
		r->cells = xcalloc(17 * 17, sizeof(*r->cells));
	}
	c = &r->cells[(size_t)fails * (r->max_passes + 1) + passes];
	if (c->stamp != r->stamp)
		fill(c, r, fails, passes);
	return c;
}

const struct rate_cell *
rates_plain(struct rates *r)
{
	struct rate_cell *c = &r->plain;
	double sum = 0, in = 0;
	size_t i;

	if (c->stamp == r->stamp)
		return c;
	for (i = 0; i < ARRAY_LEN(plain_grid); i++) {
		double x = plain_grid[i].value;
		double w = plain_grid[i].prior *
		           exp(log(x) * r->n_fails + log1p(-x) * r->n_passes - r->scale);
		sum += w;
		in += w * x;
	}
	c->likelihood = sum;
	c->inside = sum > 0 ? in / sum : 0.5;
	c->inside_h = stats_entropy(c->inside);
	c->outside = c->outside_h = 0;
	c->stamp = r->stamp;
	return c;
}
