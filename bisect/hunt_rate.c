/*
 * The unknown rates of the search for a commit: a grid of rates, even in their
 * logits, with 0 and 1 apart.  The prior: many changes are exact, from never to
 * always.  Of the others the rate before is rather low (Beta(0.5, 2); sometimes
 * 0), and the rate after anything (Beta(0.6, 0.8); sometimes 1) that has at least twice
 * the odds: what changed less would take thousands of runs to find, and as many to
 * tell from no change at all.
 *
 * With rates drawn from the prior the claims hold at every level, whatever the stopping
 * rule (as they must).  A user has one pair of rates, though: the masses are those with which
 * claims hold for each pair of build/bench/commits, too.  More weight on exact changes,
 * or on "never before", saves a run or two of an exact search and then is too sure by 4 to 20
 * points of a rate of 2 to 20 %, or of one half.
 */
#include "common/base.h"
#include "bisect/hunt_in.h"

#include <math.h>

static const double exact = 0.3, never_before = 0.05, always_after = 0.1, floor_sum = 1e-150;
enum { APART = 4 }; /* steps from q to r at least: twice the odds */
static const double logit_lo = -7, logit_hi = 7;

static struct {
	bool made;
	double rate[GRID], old[GRID], new[GRID], same[GRID];
	double norm; /* of old times new over the pairs */
} grid;

/* Of a Beta density in the rate, as one in its logit: p^a (1-p)^b. */
static void
fill(double *out, double a, double b, double zero, double one)
{
	double sum = 0;

	for (int i = 1; i < GRID - 1; i++)
		sum += out[i] = pow(grid.rate[i], a) * pow(1 - grid.rate[i], b);
	for (int i = 1; i < GRID - 1; i++)
		out[i] *= (1 - zero - one) / sum;
	out[0] = zero;
	out[GRID - 1] = one;
}

static void
make_grid(void)
{
	for (int i = 1; i < GRID - 1; i++)
		grid.rate[i] = 1 / (1 + exp(-(logit_lo + (logit_hi - logit_lo) * (i - 1) / (GRID - 3))));
	grid.rate[0] = 0;
	grid.rate[GRID - 1] = 1;
	fill(grid.old, 0.5, 2, never_before, 0);
	fill(grid.new, 0.6, 0.8, 0, always_after);
	fill(grid.same, 0.5, 0.5, 0.1, 0.1);
	for (int j = APART; j < GRID; j++) {
		for (int i = 0; i <= j - APART; i++)
			grid.norm += grid.old[i] * grid.new[j];
	}
	for (int j = 0; j < GRID; j++)
		grid.same[j] *= grid.norm / (1 - exact);
	grid.made = true;
}

/* ---- what others saw ---- */

/* Rates of both sides, for all pairs and the exact one. */
struct marginals { double old[GRID], new[GRID], all; };

static void
sum_up(struct marginals *m, const struct hunt_rates *r)
{
	*m = (struct marginals){ .all = r->exact };
	m->old[0] = m->new[GRID - 1] = r->exact;
	for (int j = APART; j < GRID; j++) {
		for (int i = 0; i <= j - APART; i++) {
			double p = r->old[i] * r->new[j];

			m->old[i] += p;
			m->new[j] += p;
			m->all += p;
		}
	}
}

/* What each rate of one side is multiplied with: a part for these counts, the rest as it was. */
static void
weigh_past(double *out, const double *prior, double hits, double runs)
{
	double part = runs > HUNT_PAST_RUNS ? HUNT_PAST_RUNS / runs : 1, mean = 0, all = 0;

	for (int i = 0; i < GRID; i++) {
		out[i] = pow(grid.rate[i], part * hits) * pow(1 - grid.rate[i], part * (runs - hits));
		mean += prior[i] * out[i];
		all += prior[i];
	}
	for (int i = 0; i < GRID; i++)
		out[i] = 1 - HUNT_PAST_TRUST + (mean > 0 ? HUNT_PAST_TRUST * out[i] * all / mean : HUNT_PAST_TRUST);
}

/* All of it keeps the sum that it had, so that "no such commit" keeps its weight. */
static void
add_past(struct hunt_rates *r, const struct hunt_past *past)
{
	double old[GRID], new[GRID], before;
	struct marginals m;

	sum_up(&m, r);
	before = m.all;
	weigh_past(old, m.old, past->old_new, past->old_runs);
	weigh_past(new, m.new, past->new_new, past->new_runs);
	for (int i = 0; i < GRID; i++) {
		r->old[i] *= old[i];
		r->new[i] *= new[i];
	}
	r->exact *= old[0] * new[GRID - 1];
	sum_up(&m, r);
	for (int i = 0; i < GRID; i++)
		r->new[i] *= before / m.all;
	r->exact *= before / m.all;
}

/* ---- the rates ---- */

void
hunt_rates_init(struct hunt_rates *r, const struct hunt_past *past)
{
	if (!grid.made)
		make_grid();
	memcpy(r->old, grid.old, sizeof(r->old));
	memcpy(r->new, grid.new, sizeof(r->new));
	r->scale = 0;
	r->exact = exact / (1 - exact) * grid.norm;
	if (past && past->old_runs + past->new_runs > 0)
		add_past(r, past);
}

void
hunt_same_init(struct hunt_rates *r)
{
	hunt_rates_init(r, NULL);
	memcpy(r->new, grid.same, sizeof(r->new));
}

/* Products of many rates leave the range of doubles. */
static void
rescale(struct hunt_rates *r, double *side)
{
	double sum = 0;

	for (int i = 0; i < GRID; i++)
		sum += side[i];
	if (sum >= floor_sum || sum == 0)
		return;
	for (int i = 0; i < GRID; i++)
		side[i] /= sum;
	r->scale += log(sum);
}

void
hunt_rates_tell(struct hunt_rates *r, bool new_side, bool is_new)
{
	double *side = new_side ? r->new : r->old;

	if (new_side != is_new)
		r->exact = 0;
	for (int i = 0; i < GRID; i++)
		side[i] *= is_new ? grid.rate[i] : 1 - grid.rate[i];
	rescale(r, side);
}

/* The part of q = 0 and r = 1, in the scale and norm of the rest. */
static double
exact_part(const struct hunt_rates *r)
{
	return r->exact > 0 ? r->exact * exp(-r->scale) : 0;
}

double
hunt_rates_sum(const struct hunt_rates *r, double *q, double *one_r)
{
	double sum = 0, sum_q = 0, sum_r = 0, below = 0, below_q = 0, all;

	for (int j = APART; j < GRID; j++) {
		below += r->old[j - APART];
		below_q += r->old[j - APART] * grid.rate[j - APART];
		sum += r->new[j] * below;
		sum_q += r->new[j] * below_q;
		sum_r += r->new[j] * below * grid.rate[j];
	}
	all = exact_part(r);
	sum_r += all;
	all += sum;
	*q = all > 0 ? sum_q / all : 0;
	*one_r = all > 0 ? sum_r / all : 1;
	return all > 0 ? log(all) + r->scale : -INFINITY;
}

double
hunt_same_sum(const struct hunt_rates *r, double *rate)
{
	double sum = 0, mean = 0;

	for (int i = 0; i < GRID; i++) {
		sum += r->new[i];
		mean += r->new[i] * grid.rate[i];
	}
	*rate = sum > 0 ? mean / sum : 0.5;
	return sum > 0 ? log(sum) + r->scale : -INFINITY;
}
