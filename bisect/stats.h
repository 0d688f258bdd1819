/*
 * The statistics of a session, pure: intervals of rates, how many runs a
 * statement needs, and whether two rates differ.  Each names its source.
 */
#ifndef BISECT_STATS_H
#define BISECT_STATS_H

#include "common/base.h"

/* The interval that holds a rate of which `fails` of `runs` were seen, at 95 %:
 * Wilson (1927), "Probable inference, the law of succession, and statistical
 * inference", the score interval.  No runs: 0 to 1. */
void stats_wilson(uint32_t fails, uint32_t runs, double *low, double *high);

/* The natural logarithm of n over k, by the log-gamma function; -inf when k > n. */
double stats_log_binomial(double n, double k);

/* How many runs must all pass to say, with that confidence, that the rate is
 * below `rate`: the smallest n with (1 - rate)^n <= 1 - confidence.  At least 1. */
uint32_t stats_runs_below(double rate, double confidence);
/* The rate that is excluded with that confidence when n runs passed (the exact
 * bound of Clopper and Pearson for no failure); 1 for n = 0. */
double stats_rate_above(uint32_t n, double confidence);

/* The posterior that two series have different rates, each uniform on 0 to 1,
 * rather than one in common, when both are equally likely before: the Bayes
 * factor for a two-by-two table of Gunel and Dickey (1974), independent rows.  It
 * may be looked at after every run (a likelihood ratio, as Wald's test). */
double stats_differ(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b);
/* The same against the single alternative that a's rate is the higher one. */
double stats_higher(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b);

/* The posterior that a test which failed in all n runs fails at least every other
 * time: half of such tests always fail (prior), the others at a rate uniform
 * on 0 to 1. */
double stats_steady(uint32_t n);

/* Of a coin that falls so with probability p, bits; 0 at both ends. */
double stats_entropy(double p);

#endif
