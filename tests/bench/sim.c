/*
 * The search on simulated commands: runs and work against the information
 * bound and against what it is meant to reach.  Neither the number of needed tests nor the
 * rate is told to the search.  Runs of the gate (the whole list, until it has
 * failed twice; four times when starts cost most and it did not fail each
 * time) are given apart.  Where the plan says that the answers fit nothing,
 * the sound reduction goes on, as in the program.
 *
 *	sim [-s SEARCHES] [-v] [CELL...]	-v: every question; each search is seeded by its number
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bisect/plan.h"
#include "bisect/reduce.h"
#include "bisect/stats.h"
#include "common/clock.h"

/* Reaches: 0 when there is none. */
struct cell {
	const char *name;
	uint32_t n;
	unsigned needed; /* together; 0: none */
	unsigned alone;  /* so many, each enough alone */
	double rate;     /* with what is needed in; of a plain flake */
	double chance;   /* fails with the same signature without it */
	double other;    /* fails with another signature: unresolved */
	double startup;  /* one start, in runs of the whole list */
	double runs, work, time, over_bound; /* to reach: at most */
};

static const struct cell cells[] = {
	{ "1 needed", 1600, 1, 0, 1, 0, 0, 10, 13, 1.5, 0, 0 },
	{ "2 needed", 1600, 2, 0, 1, 0, 0, 10, 25, 3.5, 0, 0 },
	{ "3 needed", 1600, 3, 0, 1, 0, 0, 10, 36, 6, 0, 0 },
	{ "5 needed", 1600, 5, 0, 1, 0, 0, 10, 58, 13, 0, 0 },
	{ "1, start .01", 1600, 1, 0, 1, 0, 0, .01, 0, 0, .85, 0 },
	{ "2, start .01", 1600, 2, 0, 1, 0, 0, .01, 0, 0, 3.7, 0 },
	{ "3, start .01", 1600, 3, 0, 1, 0, 0, .01, 0, 0, 6.5, 0 },
	{ "5, start .01", 1600, 5, 0, 1, 0, 0, .01, 0, 0, 11.5, 0 },
	{ "rate .9", 1600, 1, 0, .9, 0, 0, 10, 18, 2, 0, 0 },
	{ "rate .5", 1600, 1, 0, .5, 0, 0, 10, 42, 4.5, 0, 0 },
	{ "rate .3", 1600, 1, 0, .3, 0, 0, 10, 78, 7, 0, 0 },
	{ "rate .1", 1600, 1, 0, .1, 0, 0, 10, 250, 24, 0, 0 },
	{ "2, rate .5", 1600, 2, 0, .5, 0, 0, 10, 90, 0, 0, 0 },
	{ "rate .9, other", 1600, 1, 0, .9, 0, .05, 10, 18, 2, 0, 0 },
	{ "rate .5, other", 1600, 1, 0, .5, 0, .05, 10, 42, 4.5, 0, 0 },
	{ "rate .3, other", 1600, 1, 0, .3, 0, .05, 10, 78, 7, 0, 0 },
	{ "rate .1, other", 1600, 1, 0, .1, 0, .05, 10, 250, 24, 0, 0 },
	{ "2, .5, other", 1600, 2, 0, .5, 0, .05, 10, 90, 0, 0, 0 },
	{ "rate .5, chance", 1600, 1, 0, .5, .05, 0, 10, 0, 0, 0, 1.5 },
	{ "2 alone", 1600, 0, 2, 1, 0, 0, 10, 16.9, 0, 0, 0 },
	{ "3 alone", 1600, 0, 3, 1, 0, 0, 10, 16.9, 0, 0, 0 },
	{ "10 alone", 1600, 0, 10, 1, 0, 0, 10, 16.9, 0, 0, 0 },
	{ "flake .2", 1600, 0, 0, .2, .2, 0, 10, 0, 0, 0, 0 },
	{ "flake .05", 1600, 0, 0, .05, .05, 0, 10, 0, 0, 0, 0 },
	{ "flake .5", 1600, 0, 0, .5, .5, 0, 10, 0, 0, 0, 0 },
	{ "400: 1", 400, 1, 0, 1, 0, 0, 10, 0, 0, 0, 0 },
	{ "400: 2", 400, 2, 0, 1, 0, 0, 10, 0, 0, 0, 0 },
	{ "400: .5", 400, 1, 0, .5, 0, 0, 10, 0, 0, 0, 0 },
	{ "50000: 1", 50000, 1, 0, 1, 0, 0, 10, 0, 0, 0, 0 },
	{ "50000: 2", 50000, 2, 0, 1, 0, 0, 10, 0, 0, 0, 0 },
	{ "50000: .5", 50000, 1, 0, .5, 0, 0, 10, 0, 0, 0, 0 },
	{ "100000: 2", 100000, 2, 0, 1, 0, 0, 10, 0, 0, 0, 0 },
};

enum { MOST_CULPRITS = 16, MOST_RUNS = 3000 };
static const double CONFIDENCE = 0.99;

static uint64_t seed;
static bool verbose;

static double
uniform(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

struct command {
	const struct cell *cell;
	uint32_t culprit[MOST_CULPRITS];
	unsigned n;
	unsigned runs;
	double work;
};

static bool
is_culprit(const struct command *c, uint32_t x)
{
	unsigned i;

	for (i = 0; i < c->n && c->culprit[i] != x; i++)
		;
	return i < c->n;
}

static void
draw(struct command *c, const struct cell *cell)
{
	*c = (struct command){ .cell = cell };
	while (c->n < cell->needed + cell->alone) {
		uint32_t x = (uint32_t)(uniform() * cell->n);
		if (!is_culprit(c, x))
			c->culprit[c->n++] = x;
	}
}

enum answer { PASSED, FAILED, UNRESOLVED };

static enum answer
run(struct command *c, const struct ranges *q)
{
	unsigned i, in = 0;
	double rate;

	c->runs++;
	c->work += (double)ranges_count(q) / c->cell->n;
	for (i = 0; i < c->n; i++)
		in += ranges_has(q, c->culprit[i]);
	rate = (c->cell->alone ? in > 0 : in == c->n) ? c->cell->rate : c->cell->chance;
	if (uniform() < c->cell->other)
		return UNRESOLVED;
	return uniform() < rate ? FAILED : PASSED;
}

struct sums { double gate, runs, work, right, flake, wrong, slowest_ms; };

static void
gate(struct command *c, struct plan *p, struct ranges *smallest)
{
	struct ranges all = { VEC_INIT };
	unsigned fails = 0, answered = 0;

	ranges_all(&all, c->cell->n);
	ranges_set(smallest, &all);
	while (fails < 2 || (answered > fails && c->cell->startup >= 1 && fails < 4)) {
		enum answer a = run(c, &all);
		if (a == UNRESOLVED)
			continue;
		answered++;
		fails += a == FAILED;
		plan_tell(p, &all, a == FAILED);
	}
	vec_release(&all.v);
}

static enum plan_state
next(struct plan *p, struct ranges *q, struct sums *sums)
{
	int64_t start = clock_micros();
	enum plan_state state = plan_next(p, q);
	double ms = (double)(clock_micros() - start) / 1000;

	if (ms > sums->slowest_ms)
		sums->slowest_ms = ms;
	return state;
}

static void
show(const struct plan *p, const struct ranges *q, enum answer a)
{
	static const char *const names[] = { "passed", "failed", "unresolved" };
	struct plan_view v = plan_view(p);

	printf("\t%u tests %s: best %.3f, flake %.4f, rate %.2f, %.1f bits, %.1f runs left\n", ranges_count(q),
	       names[a], v.posterior, v.plain, v.rate, v.bits, v.runs_left);
}

/* The reduction that follows PLAN_STUCK. */
static void
reduce(struct command *c, const struct ranges *kept, struct positions *found)
{
	struct reduce_config config = { .kept = kept, .repeats = stats_runs_below(c->cell->rate, CONFIDENCE) };
	struct reduce *r = reduce_new(&config);
	struct ranges q = { VEC_INIT };
	size_t i;
	uint32_t x;

	while (c->runs < MOST_RUNS && reduce_next(r, &q))
		reduce_tell(r, run(c, &q) == FAILED);
	vec_clear(&found->v);
	for (i = 0; i < reduce_kept(r)->v.n; i++)
		for (x = reduce_kept(r)->v.p[i].lo; x < reduce_kept(r)->v.p[i].hi; x++)
			vec_push(&found->v, x);
	vec_release(&q.v);
	reduce_free(r);
}

static bool
is_right(const struct command *c, const struct positions *found)
{
	size_t i;

	if (found->v.n != (c->cell->alone ? 1 : c->n))
		return false;
	for (i = 0; i < found->v.n; i++)
		if (!is_culprit(c, found->v.p[i]))
			return false;
	return true;
}

static void
search(const struct cell *cell, struct sums *sums)
{
	struct plan_config config = { .n = cell->n, .startup = cell->startup, .confidence = CONFIDENCE };
	struct plan *p = plan_new(&config);
	struct command c;
	struct ranges q = { VEC_INIT }, smallest = { VEC_INIT };
	struct positions found = { VEC_INIT };
	enum plan_state state;
	bool right;

	draw(&c, cell);
	gate(&c, p, &smallest);
	sums->gate += c.runs;
	c.runs = 0;
	c.work = 0;
	while ((state = next(p, &q, sums)) == PLAN_ASK && c.runs < MOST_RUNS) {
		enum answer a = run(&c, &q);
		if (a == FAILED && ranges_count(&q) < ranges_count(&smallest))
			ranges_set(&smallest, &q);
		if (a == UNRESOLVED)
			plan_drop(p, &q);
		else
			plan_tell(p, &q, a == FAILED);
		if (verbose)
			show(p, &q, a);
	}
	if (state == PLAN_STUCK)
		reduce(&c, &smallest, &found);
	else
		plan_answer(p, &found);
	right = state == PLAN_PLAIN ? c.n == 0 : c.n > 0 && is_right(&c, &found);
	sums->runs += c.runs;
	sums->work += c.work;
	sums->right += right;
	sums->flake += state == PLAN_PLAIN;
	sums->wrong += state != PLAN_PLAIN && !right;
	plan_free(p);
	vec_release(&q.v);
	vec_release(&smallest.v);
	vec_release(&found.v);
}

/* Of the binary channel with these two rates, bits a run. */
static double
capacity(double r, double q)
{
	double best = 0;
	int i;

	for (i = 1; i < 2000; i++) {
		double a = i / 2000.0;
		double c = stats_entropy(a * r + (1 - a) * q) - a * stats_entropy(r) - (1 - a) * stats_entropy(q);
		if (c > best)
			best = c;
	}
	return best;
}

static double
bound_of(const struct cell *c)
{
	double bits = 0;
	unsigned i;

	for (i = 0; i < c->needed; i++)
		bits += log2((double)(c->n - i) / (i + 1));
	if (c->alone)
		bits = log2((double)c->n / c->alone);
	return bits > 0 ? bits / capacity(c->rate, c->chance) : 0;
}

static void
print_against(double got, double reach)
{
	if (reach > 0)
		printf(" %7.2f %5.2f%c", got, got / reach, got > reach ? '!' : ' ');
	else
		printf(" %7.2f    -  ", got);
}

static void
print_cell(const struct cell *c, unsigned searches)
{
	struct sums s = { 0 };
	double bound = bound_of(c), n = searches;
	unsigned i;

	for (i = 0; i < searches; i++) {
		seed = 1000003u * (i + 1);
		search(c, &s);
	}
	printf("%-16s %6.1f", c->name, bound);
	print_against(s.runs / n, c->over_bound > 0 ? c->over_bound * bound : c->runs);
	print_against(s.work / n, c->work);
	print_against(c->startup * s.runs / n + s.work / n, c->time);
	printf(" %6.1f %6.1f %6.1f %6.1f %5.0f\n", s.gate / n, 100 * s.right / n, 100 * s.flake / n, 100 * s.wrong / n,
	       s.slowest_ms);
	fflush(stdout);
}

static bool
is_wanted(const char *name, int n, char **names)
{
	int i;

	for (i = 0; i < n && strcmp(names[i], name) != 0; i++)
		;
	return n == 0 || i < n;
}

int
main(int argc, char **argv)
{
	unsigned searches = 200;
	int at = 1;
	size_t i;

	if (argc > at + 1 && strcmp(argv[at], "-s") == 0) {
		searches = (unsigned)strtoul(argv[at + 1], NULL, 10);
		at += 2;
	}
	if (argc > at && strcmp(argv[at], "-v") == 0) {
		verbose = true;
		at++;
	}
	printf("%u searches a cell; each figure beside its ratio to what is to be reached (! above it);\n"
	       "time is start-up times runs plus work, in runs of the whole list; slowest question in ms\n\n"
	       "%-16s %6s %7s %5s  %7s %5s  %7s %5s  %6s %6s %6s %6s %5s\n", searches, "", "bound", "runs", "ratio", "work",
	       "ratio", "time", "ratio", "gate", "right%", "flake%", "wrong%", "slow");
	for (i = 0; i < ARRAY_LEN(cells); i++)
		if (is_wanted(cells[i].name, argc - at, argv + at))
			print_cell(&cells[i], searches);
	return 0;
}
