/* Rates and their intervals, against values from R's pbeta and qbeta and closed forms. */
#include "tests/unit/check.h"

#include "triage/analyse_rate.h"

/* Catches a wrong branch of the continued fraction: closed forms on both sides. */
static void
test_beta(void)
{
	double x;

	for (int i = 1; i < 100; i++) {
		x = i / 100.0;
		CHECK_NEAR(rate_beta(x, 1, 1), x, 1e-14);
		CHECK_NEAR(rate_beta(x, 3, 1), x * x * x, 1e-14);
		CHECK_NEAR(rate_beta(x, 1, 40), 1 - pow(1 - x, 40), 1e-13);
		CHECK_NEAR(rate_beta(x, 0.5, 0.5), 2 / acos(-1) * asin(sqrt(x)), 1e-13);
		CHECK_NEAR(rate_beta(x, 7.5, 2.25) + rate_beta(1 - x, 2.25, 7.5), 1, 1e-13);
	}
	CHECK_NEAR(rate_beta(0, 2, 3), 0, 0);
	CHECK_NEAR(rate_beta(1, 2, 3), 1, 0);
	/* sum of a binomial: P(X >= 3 of 10 at .2) = I_.2(3, 8) */
	CHECK_NEAR(rate_beta(0.2, 3, 8), 0.3222004736, 1e-10);
}

/* Catches a search that stops early, also for great and for tiny shapes (x so near to
 * 1 that its neighbours are far apart are the exception). */
static void
test_quantile(void)
{
	static const double shapes[] = { 0.5, 1, 1.5, 9.5, 100.5, 5000.5, 1e6 };
	static const double ps[] = { 0.001, 0.05, 0.5, 0.95, 0.999 };
	double x;

	for (size_t a = 0; a < ARRAY_LEN(shapes); a++) {
		for (size_t b = 0; b < ARRAY_LEN(shapes); b++) {
			for (size_t p = 0; p < ARRAY_LEN(ps); p++) {
				x = rate_beta_quantile(ps[p], shapes[a], shapes[b]);
				CHECK_NEAR(rate_beta(x, shapes[a], shapes[b]), ps[p], a == 6 && b == 0 ? 1e-3 : 1e-8);
			}
		}
	}
	CHECK_NEAR(rate_beta_quantile(0.95, 1, 1), 0.95, 1e-12);
	CHECK_NEAR(rate_beta_quantile(0, 2, 2), 0, 0);
}

static void
near(uint64_t fails, uint64_t runs, double low, double high)
{
	struct rate r = rate_of(fails, runs);

	CHECK_NEAR(100 * r.low, low, 0.006);
	CHECK_NEAR(100 * r.high, high, 0.06);
	CHECK(r.fails == fails && r.runs == runs);
}

/* Catches another prior, another level, and an interval that excludes what was seen. */
static void
test_interval(void)
{
	struct rate r;

	near(1, 44, 0.40, 8.57);
	near(2, 100, 0.57, 5.44);
	near(5, 100, 2.31, 9.62);
	near(0, 100, 0, 1.90);
	near(100, 100, 98.10, 100);
	r = rate_of(0, 0);
	CHECK(r.low == 0 && r.high == 1);
	r = rate_of(9, 120);
	CHECK(r.low > 0.035 && r.low < 0.045 && r.high > 0.115 && r.high < 0.135);
	for (uint64_t n = 1; n < 2000; n = n * 3 + 1) {
		for (uint64_t k = 0; k <= n; k += 1 + n / 9) {
			r = rate_of(k, n);
			CHECK(r.low <= (double)k / (double)n && r.high >= (double)k / (double)n);
		}
	}
}

/* Catches overlap read as difference. */
static void
test_apart(void)
{
	struct rate few = rate_of(2, 100), many = rate_of(30, 100), some = rate_of(5, 100);

	CHECK(rate_apart(&few, &many) && rate_apart(&many, &few));
	CHECK(!rate_apart(&few, &some) && !rate_apart(&few, &few));
}

/* Catches a table that ends in a step, and predictives that are no chances. */
static void
test_marginal(void)
{
	double one = exp(rate_log_marginal(1, 0)), none = exp(rate_log_marginal(0, 1));

	CHECK_NEAR(rate_log_marginal(0, 0), 0, 1e-14);
	CHECK_NEAR(one, 0.3 / 0.8, 1e-12);
	CHECK_NEAR(one + none, 1, 1e-12);
	/* one more run: the chance is multiplied by the posterior's mean */
	for (uint64_t n = 1020; n < 1030; n++)
		CHECK_NEAR(rate_log_marginal(3, n + 1) - rate_log_marginal(3, n),
		           log(((double)n + 0.5) / ((double)n + 3.8)), 1e-9);
	CHECK_NEAR(rate_log_all_pass(2, 98, 1), log(98.5 / 100.8), 1e-10);
	CHECK_NEAR(rate_log_all_fail(0, 500, 2), log(0.3 / 500.8 * 1.3 / 501.8), 1e-9);
	CHECK_NEAR(rate_log_all_pass(2, 98, 0), 0, 1e-14);
}

int
main(void)
{
	test_beta();
	test_quantile();
	test_interval();
	test_apart();
	test_marginal();
	return check_done();
}
