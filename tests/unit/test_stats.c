/* Intervals, bounds and comparisons of rates, against published or exact values. */
#include "tests/unit/check.h"

#include "bisect/stats.h"

/* A wrong quantile or a missing correction would show here (values: Newcombe
 * 1998, table I, method 3). */
static void
wilson_as_published(void)
{
	double low, high;

	stats_wilson(81, 263, &low, &high);
	CHECK_NEAR(low, 0.2553, 5e-5);
	CHECK_NEAR(high, 0.3662, 5e-5);
	stats_wilson(15, 148, &low, &high);
	CHECK_NEAR(low, 0.0624, 5e-5);
	CHECK_NEAR(high, 0.1605, 5e-5);
	stats_wilson(0, 20, &low, &high);
	CHECK_NEAR(low, 0, 0);
	CHECK_NEAR(high, 0.1611, 5e-5);
}

/* Ends that are not exactly 0 and 1 would be printed as "-0.0 %" or "100.1 %". */
static void
wilson_at_the_ends(void)
{
	double low, high;

	stats_wilson(0, 0, &low, &high);
	CHECK_NEAR(low, 0, 0);
	CHECK_NEAR(high, 1, 0);
	stats_wilson(7, 7, &low, &high);
	CHECK_NEAR(high, 1, 0);
	CHECK(low > 0.6 && low < 0.7);
}

/* One run too few would claim more than was seen. */
static void
runs_that_bound_a_rate(void)
{
	CHECK_INT(stats_runs_below(0.1, 0.95), 29);
	CHECK_INT(stats_runs_below(0.5, 0.99), 7);
	CHECK_INT(stats_runs_below(1, 0.99), 1);
	CHECK_INT(stats_runs_below(0.9, 0.99), 2);
	CHECK_INT(stats_runs_below(0, 0.99), UINT32_MAX);
	for (uint32_t n = 1; n < 200; n++)
		CHECK_INT(stats_runs_below(stats_rate_above(n, 0.95), 0.95), n);
}

static void
binomials(void)
{
	CHECK_NEAR(exp(stats_log_binomial(10, 3)), 120, 1e-9);
	CHECK_NEAR(stats_log_binomial(5, 0), 0, 1e-12);
	CHECK(isinf(stats_log_binomial(3, 4)));
}

/* The direction must count: a lower rate is no proof that a set is guilty. */
static void
two_rates(void)
{
	CHECK(stats_differ(8, 8, 0, 8) > 0.999);
	CHECK(stats_differ(4, 20, 4, 20) < 0.4);
	CHECK(stats_higher(8, 8, 0, 8) > 0.999);
	CHECK(stats_higher(0, 8, 8, 8) < 0.2);
	CHECK(stats_higher(4, 20, 4, 20) < 0.5);
	CHECK_NEAR(stats_higher(0, 0, 0, 0), 0.5, 1e-9);
	CHECK_NEAR(stats_higher(3, 7, 0, 0), 0.5, 0.2);
}

/* The proof that a test fails alone may neither stop at one run nor take ten. */
static void
steady_failures(void)
{
	CHECK(stats_steady(1) < 0.99);
	CHECK(stats_steady(4) > 0.99);
}

int
main(void)
{
	wilson_as_published();
	wilson_at_the_ends();
	runs_that_bound_a_rate();
	binomials();
	two_rates();
	steady_failures();
	return check_done();
}
