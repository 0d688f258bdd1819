/*
 * Rates of failing and what is known of them: a failure is a Bernoulli trial,
 * its rate has a Beta posterior.  Pure.
 */
#ifndef TRIAGE_ANALYSE_RATE_H
#define TRIAGE_ANALYSE_RATE_H

#include "triage/finding.h"

/* The regularised incomplete beta function I_x(a, b), a and b above 0: the continued
 * fraction of Abramowitz and Stegun 26.5.8, evaluated as Lentz (1976) does. */
double rate_beta(double x, double a, double b);
/* Its inverse: x with I_x(a, b) = p, to about 1e-14. */
double rate_beta_quantile(double p, double a, double b);

/* Fails of runs with the 90 % interval of its Jeffreys posterior, Beta(fails + 1/2,
 * passes + 1/2) (Brown, Cai and DasGupta 2001); 0 fails reach down to 0, nothing
 * but fails up to 1, and no runs say 0 to 1. */
struct rate rate_of(uint64_t fails, uint64_t runs);
/* The mean of that posterior. */
double rate_mean(const struct rate *r);
/* Whether the intervals have no rate in common. */
bool rate_apart(const struct rate *a, const struct rate *b);

/* The log of the chance of one series with that many fails and passes when its rate
 * is drawn from Beta(.3, .5), the prior of LUCI Analysis: most tests fail nearly
 * never or nearly always.  Cheap below 1,024. */
double rate_log_marginal(uint64_t fails, uint64_t passes);

/* The chance that the next `more` runs all end alike (all pass, or all fail) when the
 * rate stays what it was: the predictive of that Beta posterior. */
double rate_log_all_pass(uint64_t fails, uint64_t passes, uint64_t more);
double rate_log_all_fail(uint64_t fails, uint64_t passes, uint64_t more);

#endif
