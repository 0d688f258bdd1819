/*
 * See analyse_rate.h.
 */
#include "common/base.h"
#include "triage/analyse_rate.h"

#include <math.h>

#define PRIOR_FAIL 0.3
#define PRIOR_PASS 0.5

/* ---- the incomplete beta function ---- */

static double
log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

static double
away_from_zero(double x)
{
	return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* The continued fraction; converges fast for x < (a + 1) / (a + b + 2). */
static double
fraction(double x, double a, double b)
{
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), f = d, m, k, step;

	for (m = 1; m < 100000; m++) {
		k = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 / away_from_zero(1 + k * d);
		c = away_from_zero(1 + k / c);
		f *= c * d;
		k = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / away_from_zero(1 + k * d);
		c = away_from_zero(1 + k / c);
		step = c * d;
		f *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return f;
}

double
rate_beta(double x, double a, double b)
{
	double front;

	assert(a > 0 && b > 0);
	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b));
	if (x < (a + 1) / (a + b + 2))
		return front * fraction(x, a, b) / a;
	return 1 - front * fraction(1 - x, b, a) / b;
}

/* Newton's steps, and halving where one leaves what is known to hold the answer. */
double
rate_beta_quantile(double p, double a, double b)
{
	double low = 0, high = 1, x = a / (a + b), log_norm = log_beta(a, b), miss, slope, next, step;

	assert(p >= 0 && p <= 1);
	if (p == 0 || p == 1)
		return p;
	for (int i = 0; i < 200; i++) {
		miss = rate_beta(x, a, b) - p;
		if (miss > 0)
			high = x;
		else
			low = x;
		slope = exp((a - 1) * log(x) + (b - 1) * log1p(-x) - log_norm);
		next = x - miss / slope;
		if (!(next >= low && next <= high && next > 0 && next < 1))
			next = (low + high) / 2;
		step = fabs(next - x);
		x = next;
		/* the error is of the order of the step's square, or x has no nearer neighbour */
		if (step <= 1e-9 * x * (1 - x) || step <= 1e-16)
			break;
	}
	return x;
}

/* ---- rates ---- */

static struct rate
interval(uint64_t fails, uint64_t runs)
{
	struct rate r = { .fails = fails, .runs = runs, .low = 0, .high = 1 };
	double a = (double)fails + 0.5, b = (double)(runs - fails) + 0.5;

	if (runs && fails)
		r.low = rate_beta_quantile(0.05, a, b);
	if (runs && fails < runs)
		r.high = rate_beta_quantile(0.95, a, b);
	return r;
}

/* Tests and builders have the same counts again and again. */
struct rate
rate_of(uint64_t fails, uint64_t runs)
{
	static struct rate seen[1024];
	struct rate *r = &seen[(fails * 37 + runs) % ARRAY_LEN(seen)];

	assert(fails <= runs);
	if (r->runs != runs || r->fails != fails || runs == 0)
		*r = interval(fails, runs);
	return *r;
}

double
rate_mean(const struct rate *r)
{
	return ((double)r->fails + 0.5) / ((double)r->runs + 1);
}

bool
rate_apart(const struct rate *a, const struct rate *b)
{
	return a->low > b->high || b->low > a->high;
}

/* ---- marginal likelihoods ---- */

enum { TABLE = 1024 };

/* log (gamma(i + shift) / gamma(shift)), the first of them from a table. */
struct shifted { double shift, base, log[TABLE]; };

static struct shifted of_fails = { .shift = PRIOR_FAIL };
static struct shifted of_passes = { .shift = PRIOR_PASS };
static struct shifted of_runs = { .shift = PRIOR_FAIL + PRIOR_PASS };

/* The log of gamma for arguments above the table's: Stirling's series (Abramowitz and Stegun
 * 6.1.41), of which the next term is below 1e-18 there. */
static double
log_gamma_large(double x)
{
	return (x - 0.5) * log(x) - x + 0.91893853320467274178 + (1.0 / 12 - 1 / (360 * x * x)) / x;
}

static inline double
shifted_gamma(const struct shifted *s, uint64_t i)
{
	return i < TABLE ? s->log[i] : log_gamma_large((double)i + s->shift) - s->base;
}

static void
fill(struct shifted *s)
{
	s->base = lgamma(s->shift);
	for (unsigned i = 1; i < TABLE; i++)
		s->log[i] = lgamma(i + s->shift) - s->base;
}

double
rate_log_marginal(uint64_t fails, uint64_t passes)
{
	if (of_runs.base == 0) {
		fill(&of_fails);
		fill(&of_passes);
		fill(&of_runs);
	}
	if (fails + passes < TABLE)
		return of_fails.log[fails] + of_passes.log[passes] - of_runs.log[fails + passes];
	return shifted_gamma(&of_fails, fails) + shifted_gamma(&of_passes, passes) -
	       shifted_gamma(&of_runs, fails + passes);
}

double
rate_log_all_pass(uint64_t fails, uint64_t passes, uint64_t more)
{
	return rate_log_marginal(fails, passes + more) - rate_log_marginal(fails, passes);
}

double
rate_log_all_fail(uint64_t fails, uint64_t passes, uint64_t more)
{
	return rate_log_marginal(fails + more, passes) - rate_log_marginal(fails, passes);
}
