/* See hunt_gate.h. */
#include "common/base.h"
#include "bisect/hunt_gate.h"

#include <math.h>

#include "bisect/hunt_in.h"

enum {
	NEVER_RUNS = 149, /* rules a rate of 2 % out, at 95 % */
	EACH_MAX = 600,
	SAME_RUNS = 6, /* of each end at least: few that look alike say little */
};

static const double differ = 0.01, same = 0.99;

double
hunt_gate_same(const struct hunt_ends *ends)
{
	struct hunt_rates two, one;
	double q, r, a, b;

	hunt_rates_init(&two);
	hunt_same_init(&one);
	for (uint32_t i = 0; i < ends->old.runs; i++) {
		hunt_rates_tell(&two, false, i < ends->old.fails);
		hunt_rates_tell(&one, true, i < ends->old.fails);
	}
	for (uint32_t i = 0; i < ends->new.runs; i++) {
		hunt_rates_tell(&two, true, i < ends->new.fails);
		hunt_rates_tell(&one, true, i < ends->new.fails);
	}
	a = hunt_rates_sum(&two, &q, &r);
	b = hunt_same_sum(&one, &q);
	return 1 / (1 + exp(a - b));
}

enum hunt_gate
hunt_gate(const struct hunt_ends *ends)
{
	double p;

	if (ends->new.fails == 0)
		return ends->new.runs < NEVER_RUNS ? HUNT_GATE_NEW : HUNT_GATE_NEVER;
	if (ends->old.runs == 0)
		return HUNT_GATE_OLD;
	p = hunt_gate_same(ends);
	if (p <= differ)
		return HUNT_GATE_OPEN;
	if (p >= same && ends->old.runs >= SAME_RUNS && ends->new.runs >= SAME_RUNS)
		return HUNT_GATE_SAME;
	if (ends->old.runs >= EACH_MAX && ends->new.runs >= EACH_MAX)
		return HUNT_GATE_UNSURE;
	return ends->old.runs <= ends->new.runs ? HUNT_GATE_OLD : HUNT_GATE_NEW;
}
