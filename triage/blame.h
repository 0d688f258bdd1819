/*
 * Which commit changed a test's rate of failing: a posterior over the places of a branch's
 * axis, pure.  Likelihood of all results if the rate changed there, pooled over builders,
 * times a prior from the commits themselves (blame_prior.h).
 */
#ifndef TRIAGE_BLAME_H
#define TRIAGE_BLAME_H

#include "triage/view.h"

/* Where the change may lie: it happened at one of the places lo .. hi, whose commit is the first with
 * the new rate.  Builds of places from .. hi are looked at, from <= lo. */
struct blame_window {
	uint32_t branch;   /* lanes of other branches do not count */
	uint32_t from, lo, hi, end; /* end >= hi: the last place with the new rate */
	bool down;         /* the rate fell: a fix is looked for */
};

/* Fills out[0 .. hi - lo] with the logarithm of the likelihood of all results in the window, given a
 * change at lo + i (a common constant left out).
 *
 * A mixture of four models: before the change the test failed never or at some rate; after it
 * at a rate that all builders share, or at one of each builder's own, some not concerned.
 * Rates are Beta(0.3, 0.5) (LUCI's prior for first tries); "never" is a rate of 0.001, so that a
 * stray failure weighs against a place and does not forbid it.  Marginals of Beta-Bernoulli runs
 * are B(a + f, b + p) / B(a, b) (Gelman et al., Bayesian Data Analysis, 2.4). */
void blame_likelihood(const struct test_view *t, const struct blame_window *w, double *out);

struct blame_place {
	uint32_t at;
	double posterior;
	/* Of the set of likeliest places that holds the change with the confidence asked for.  The
	 * mass of a set grows in steps: the last place is in when the mass comes nearer to the
	 * confidence with it, so that all sets together hold as many changes as they say. */
	bool in_set;
};

/* Turns log likelihoods and log priors (NULL: equal) of n places from lo into places, likeliest first;
 * ties in the order of the axis, newest last.  out has room for n. */
void blame_rank(uint32_t lo, uint32_t n, const double *likelihood, const double *prior, double confidence,
                struct blame_place *out);

#endif
