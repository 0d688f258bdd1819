/*
 * See stats.h.  Nothing here prints, allocates or keeps state.
 */
#include "common/base.h"
#include "bisect/stats.h"

#include <math.h>

void
stats_wilson(uint32_t fails, uint32_t runs, double *low, double *high)
{
	const double z = 1.959963984540054; /* the normal quantile of .975 */
	double n = runs, p, mid, half;

	assert(fails <= runs);
	*low = 0;
	*high = 1;
	if (runs == 0)
		return;
	p = fails / n;
	mid = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
	if (fails > 0)
		*low = mid - half;
	if (fails < runs)
		*high = mid + half;
}

double
stats_log_binomial(double n, double k)
{
	if (k < 0 || k > n)
		return -INFINITY;
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

uint32_t
stats_runs_below(double rate, double confidence)
{
	double n;

	assert(confidence > 0 && confidence < 1);
	if (rate >= confidence)
		return 1;
	if (rate <= 0)
		return UINT32_MAX;
	n = ceil(log1p(-confidence) / log1p(-rate) - 1e-9);
	return n >= UINT32_MAX ? UINT32_MAX : n < 1 ? 1 : (uint32_t)n;
}

double
stats_rate_above(uint32_t n, double confidence)
{
	assert(confidence > 0 && confidence < 1);
	return n ? 1 - pow(1 - confidence, 1.0 / n) : 1;
}

/* Log of the chance of one series of that many, averaged over a uniform rate. */
static double
log_beta(double fails, double passes)
{
	return lgamma(fails + 1) + lgamma(passes + 1) - lgamma(fails + passes + 2);
}

static double
log_factor(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b)
{
	double pa = runs_a - fails_a, pb = runs_b - fails_b;

	assert(fails_a <= runs_a && fails_b <= runs_b);
	return log_beta(fails_a, pa) + log_beta(fails_b, pb) -
	       log_beta((double)fails_a + fails_b, pa + pb);
}

double
stats_differ(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b)
{
	return 1 / (1 + exp(-log_factor(fails_a, runs_a, fails_b, runs_b)));
}

static double
log_beta_function(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* P(a's rate > b's), both uniform before: the finite sum over Beta posteriors
 * of Cook (2005), "Exact calculation of beta inequalities". */
static double
above(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b)
{
	double pass_a = runs_a - fails_a + 1.0;
	double fail_b = fails_b + 1.0, pass_b = runs_b - fails_b + 1.0;
	double sum = 0;
	uint32_t i;

	for (i = 0; i <= fails_a; i++)
		sum += exp(log_beta_function(fail_b + i, pass_b + pass_a) - log(pass_a + i) -
		           log_beta_function(1.0 + i, pass_a) - log_beta_function(fail_b, pass_b));
	return sum;
}

double
stats_higher(uint32_t fails_a, uint32_t runs_a, uint32_t fails_b, uint32_t runs_b)
{
	double factor = exp(log_factor(fails_a, runs_a, fails_b, runs_b));
	double up = 2 * above(fails_a, runs_a, fails_b, runs_b);

	return factor * up / (1 + factor * up);
}

double
stats_steady(uint32_t n)
{
	double flaky = 1.0 / (n + 1);          /* all n fail, averaged over the rate */
	double rare = flaky * pow(0.5, n + 1); /* of it: with a rate under one half */

	return 1 - rare / (1 + flaky);
}

double
stats_entropy(double p)
{
	if (p <= 1e-12 || p >= 1 - 1e-12)
		return 0;
	return -p * log2(p) - (1 - p) * log2(1 - p);
}
