/*
 * The search on simulated oracles: runs and work, against the bound and the
 * reach that issue sets.  `sim [-s SEARCHES] [-n N] [CELL...]`; every search is
 * seeded by its number, so that a figure can be had again.
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bisect/plan.h"

struct cell {
	const char *name;
	uint32_t n;
	unsigned k;      /* needed together; 0: plain flake */
	unsigned alone;  /* > 0: that many, each enough alone */
	double rate, other, startup;
	double unresolved; /* other failures that the signature tells apart */
	double reach_runs, reach_work, reach_time, reach_right;
};

static uint64_t rng;

static double
uniform(void)
{
	rng += 0x9e3779b97f4a7c15u;
	uint64_t z = rng;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

struct oracle { const struct cell *c; uint32_t culprit[16]; unsigned n; };

static bool
has(const struct oracle *o, uint32_t x)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->culprit[i] == x)
			return true;
	return false;
}

static void
oracle_draw(struct oracle *o, const struct cell *c)
{
	o->c = c;
	o->n = 0;
	while (o->n < (c->alone ? c->alone : c->k)) {
		uint32_t x = (uint32_t)(uniform() * c->n);
		if (!has(o, x))
			o->culprit[o->n++] = x;
	}
}

/* 1 fails, 0 passes, -1 unresolved */
static int
oracle_run(const struct oracle *o, const struct ranges *q)
{
	bool all = true, any = false;

	for (unsigned i = 0; i < o->n; i++) {
		bool in = ranges_has(q, o->culprit[i]);
		all &= in;
		any |= in;
	}
	if (uniform() < o->c->unresolved)
		return -1;
	return uniform() < ((o->c->alone ? any : all) ? o->c->rate : o->c->other);
}

struct result { double gate, runs, work, right, plain, wrong, slowest; };

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void
session(const struct cell *c, struct result *sum)
{
	struct plan_config config = { .n = c->n, .startup = c->startup, .confidence = 0.99 };
	struct oracle o;
	struct ranges q = { VEC_INIT };
	struct positions found = { VEC_INIT };
	struct plan *p = plan_new(&config);
	unsigned fails = 0, gate = 0, runs = 0;
	double work = 0;
	enum plan_state state;
	bool right;

	oracle_draw(&o, c);
	ranges_all(&q, c->n);
	while (fails < 2 || (gate > fails && c->startup >= 1 && fails < 4)) {
		int a = oracle_run(&o, &q);
		gate++;
		if (a < 0)
			continue;
		plan_tell(p, &q, a);
		fails += a;
	}
	for (;;) {
		double t = now();
		state = plan_next(p, &q);
		t = now() - t;
		if (t > sum->slowest)
			sum->slowest = t;
		if (state != PLAN_ASK || runs > 3000)
			break;
		int a = oracle_run(&o, &q);
		runs++;
		work += (double)ranges_count(&q) / c->n;
		if (getenv("TRACE")) {
			struct plan_view v = plan_view(p);
			printf("  %u: %u tests -> %d   bits %.2f best %.3f plain %.4f rate %.2f left %.1f open %u\n", runs, ranges_count(&q), a, v.bits, v.posterior, v.plain, v.rate, v.runs_left, v.n_open);
		}
		if (a < 0)
			plan_drop(p, &q);
		else
			plan_tell(p, &q, a);
	}
	if (state == PLAN_FOUND) {
		plan_answer(p, &found);
		right = c->alone ? found.v.n == 1 : found.v.n == o.n;
		for (size_t i = 0; i < found.v.n; i++)
			right &= has(&o, found.v.p[i]);
	} else {
		right = state == PLAN_PLAIN && c->k == 0 && c->alone == 0;
	}
	if (getenv("TRACE"))
		printf("  state %d right %d\n", state, right);
	if (getenv("WRONG") && !right) {
		printf("  wrong: state %d truth", state);
		for (unsigned i = 0; i < o.n; i++)
			printf(" %u", o.culprit[i]);
		printf(" named");
		for (size_t i = 0; i < found.v.n; i++)
			printf(" %u", found.v.p[i]);
		printf(" after %u runs\n", runs);
	}
	sum->gate += gate;
	sum->runs += runs;
	sum->work += work;
	sum->right += right;
	sum->plain += state == PLAN_PLAIN;
	sum->wrong += state == PLAN_FOUND && !right;
	plan_free(p);
	vec_release(&q.v);
	vec_release(&found.v);
}

static double
capacity(double r, double q)
{
	double best = 0;
	for (int i = 1; i < 2000; i++) {
		double a = i / 2000.0, x = a * r + (1 - a) * q;
#define H(x) ((x) <= 0 || (x) >= 1 ? 0 : -(x) * log2(x) - (1 - (x)) * log2(1 - (x)))
		double c = H(x) - a * H(r) - (1 - a) * H(q);
		if (c > best)
			best = c;
	}
	return best;
}

static const struct cell cells[] = {
	{ "k1", 1600, 1, 0, 1, 0, 10, 0, 13, 1.5, 0, .99 },
	{ "k2", 1600, 2, 0, 1, 0, 10, 0, 25, 3.5, 0, .99 },
	{ "k3", 1600, 3, 0, 1, 0, 10, 0, 36, 6, 0, .99 },
	{ "k5", 1600, 5, 0, 1, 0, 10, 0, 58, 13, 0, .99 },
	{ "k1-cheap", 1600, 1, 0, 1, 0, .01, 0, 0, 0, .85, .99 },
	{ "k2-cheap", 1600, 2, 0, 1, 0, .01, 0, 0, 0, 3.7, .99 },
	{ "k3-cheap", 1600, 3, 0, 1, 0, .01, 0, 0, 0, 6.5, .99 },
	{ "k5-cheap", 1600, 5, 0, 1, 0, .01, 0, 0, 0, 11.5, .99 },
	{ "r.9", 1600, 1, 0, .9, 0, 10, 0, 18, 2, 0, .99 },
	{ "r.5", 1600, 1, 0, .5, 0, 10, 0, 42, 4.5, 0, .99 },
	{ "r.3", 1600, 1, 0, .3, 0, 10, 0, 78, 7, 0, .99 },
	{ "r.1", 1600, 1, 0, .1, 0, 10, 0, 250, 24, 0, .99 },
	{ "k2-r.5", 1600, 2, 0, .5, 0, 10, 0, 90, 0, 0, .99 },
	{ "r.9-other", 1600, 1, 0, .9, 0, 10, .05, 18, 2, 0, .99 },
	{ "r.5-other", 1600, 1, 0, .5, 0, 10, .05, 42, 4.5, 0, .99 },
	{ "r.3-other", 1600, 1, 0, .3, 0, 10, .05, 78, 7, 0, .99 },
	{ "r.1-other", 1600, 1, 0, .1, 0, 10, .05, 250, 24, 0, .99 },
	{ "k2-r.5-other", 1600, 2, 0, .5, 0, 10, .05, 90, 0, 0, .99 },
	{ "two-sided", 1600, 1, 0, .5, .05, 10, 0, 0, 0, 0, .99 },
	{ "or2", 1600, 0, 2, 1, 0, 10, 0, 17, 0, 0, 1 },
	{ "or3", 1600, 0, 3, 1, 0, 10, 0, 17, 0, 0, 1 },
	{ "or10", 1600, 0, 10, 1, 0, 10, 0, 17, 0, 0, 1 },
	{ "plain.2", 1600, 0, 0, .2, .2, 10, 0, 0, 0, 0, .99 },
	{ "n400-k1", 400, 1, 0, 1, 0, 10, 0, 0, 0, 0, .99 },
	{ "n400-k2", 400, 2, 0, 1, 0, 10, 0, 0, 0, 0, .99 },
	{ "n50000-k1", 50000, 1, 0, 1, 0, 10, 0, 0, 0, 0, .99 },
	{ "n50000-k2", 50000, 2, 0, 1, 0, 10, 0, 0, 0, 0, .99 },
	{ "n50000-r.5", 50000, 1, 0, .5, 0, 10, 0, 0, 0, 0, .99 },
};

static void
run_cell(const struct cell *c, unsigned searches)
{
	struct result s = { 0 };
	double bound = 0, t0 = now();

	for (unsigned i = 0; i < searches; i++) {
		rng = 1000003u * (i + 1);
		session(c, &s);
	}
	for (unsigned i = 0; i < c->k; i++)
		bound += log2((double)(c->n - i) / (i + 1));
	if (c->alone)
		bound = log2(c->n);
	bound /= capacity(c->rate, c->other < c->rate ? c->other : 0);
	s.gate /= searches, s.runs /= searches, s.work /= searches;
	printf("%-14s bound %6.1f  runs %6.1f (%.2f)%s  work %6.2f%s  time %6.2f%s  gate %4.1f  right %5.1f%% plain %.1f%% wrong %.1f%%  slowest %.0f ms, %.1f s\n",
	       c->name, bound, s.runs, c->reach_runs ? s.runs / c->reach_runs : 0, c->reach_runs && s.runs > c->reach_runs ? "!" : " ", s.work,
	       c->reach_work && s.work > c->reach_work ? "!" : " ", c->startup * s.runs + s.work,
	       c->reach_time && c->startup * s.runs + s.work > c->reach_time ? "!" : " ", s.gate, 100 * s.right / searches,
	       100 * s.plain / searches, 100 * s.wrong / searches, s.slowest * 1e3, now() - t0);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	unsigned searches = 200;
	int i = 1;

	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		searches = (unsigned)atoi(argv[2]);
		i = 3;
	}
	for (size_t c = 0; c < ARRAY_LEN(cells); c++) {
		bool want = i >= argc;
		for (int j = i; j < argc; j++)
			want |= strcmp(argv[j], cells[c].name) == 0;
		if (want)
			run_cell(&cells[c], searches);
	}
	return 0;
}
