/*
 * The search on simulated commands: runs and work against the information
 * bound and against what is to be reached.  Neither the number of needed tests
 * nor the rate is told to the search.  Where the plan says that the answers fit
 * nothing, the sound reduction goes on, as in the program.
 *
 * Runs of the gate are given apart: the whole list, until it has failed twice, or four
 * times (-g) if it also passed.  More of them make the search itself shorter, and both
 * together longer, so the program's own gate has as few.  "all" is both, beside the
 * least that any search needs which names an innocent test in 1 % of plain flakes:
 * with the divergence of data, E[gate + runs] >= log2(tests / .01) / capacity.
 *
 *	sim [-q] [-s SEARCHES] [-g FAILS] [-S SEED] [-v] [CELL...]
 *
 * -q: 30 searches, of 1,600 tests only; -v: every question; each search is seeded by its number
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bisect/plan.h"
#include "bisect/reduce.h"
#include "bisect/stats.h"
#include "bisect/testlist.h"

/* Reaches, for 1,600 tests; 0 when there is none.  For other lists they grow as the bound does. */
struct cell {
	const char *name;
	unsigned needed; /* together; 0: none */
	unsigned alone;  /* so many, each enough alone */
	double rate;     /* with what is needed in; of a plain flake */
	double chance;   /* fails with the same signature without it */
	double other;    /* fails with another signature: unresolved */
	double startup;  /* one start, in runs of the whole list */
	double runs, work, time, over_bound; /* to reach: at most */
	bool sizes;      /* of 400 and 50,000 tests too */
};

static const struct cell cells[] = {
	{ "1 needed", 1, 0, 1, 0, 0, 10, 13, 1.5, 0, 0, true },
	{ "2 needed", 2, 0, 1, 0, 0, 10, 25, 3.5, 0, 0, true },
	{ "3 needed", 3, 0, 1, 0, 0, 10, 36, 6, 0, 0, true },
	{ "5 needed", 5, 0, 1, 0, 0, 10, 58, 13, 0, 0, true },
	{ "1, start .01", 1, 0, 1, 0, 0, .01, 0, 0, .85, 0, true },
	{ "2, start .01", 2, 0, 1, 0, 0, .01, 0, 0, 3.7, 0, true },
	{ "3, start .01", 3, 0, 1, 0, 0, .01, 0, 0, 6.5, 0, true },
	{ "5, start .01", 5, 0, 1, 0, 0, .01, 0, 0, 11.5, 0, true },
	{ "rate .9", 1, 0, .9, 0, 0, 10, 18, 2, 0, 0, true },
	{ "rate .5", 1, 0, .5, 0, 0, 10, 42, 4.5, 0, 0, true },
	{ "rate .3", 1, 0, .3, 0, 0, 10, 78, 7, 0, 0, true },
	{ "rate .1", 1, 0, .1, 0, 0, 10, 250, 24, 0, 0, false },
	{ "2, rate .5", 2, 0, .5, 0, 0, 10, 90, 0, 0, 0, true },
	{ "rate .9, other", 1, 0, .9, 0, .05, 10, 18, 2, 0, 0, false },
	{ "rate .5, other", 1, 0, .5, 0, .05, 10, 42, 4.5, 0, 0, false },
	{ "rate .3, other", 1, 0, .3, 0, .05, 10, 78, 7, 0, 0, false },
	{ "rate .1, other", 1, 0, .1, 0, .05, 10, 250, 24, 0, 0, false },
	{ "2, .5, other", 2, 0, .5, 0, .05, 10, 90, 0, 0, 0, false },
	{ "rate .5, chance", 1, 0, .5, .05, 0, 10, 0, 0, 0, 1.5, true },
	{ "2 alone", 0, 2, 1, 0, 0, 10, 16.9, 0, 0, 0, true },
	{ "3 alone", 0, 3, 1, 0, 0, 10, 16.9, 0, 0, 0, true },
	{ "10 alone", 0, 10, 1, 0, 0, 10, 16.9, 0, 0, 0, true },
	{ "flake .2", 0, 0, .2, .2, 0, 10, 0, 0, 0, 0, true },
	{ "flake .05", 0, 0, .05, .05, 0, 10, 0, 0, 0, 0, false },
	{ "flake .5", 0, 0, .5, .5, 0, 10, 0, 0, 0, 0, false },
};
static const uint32_t sizes[] = { 1600, 400, 50000 };

enum { MOST_CULPRITS = 16, MOST_RUNS = 3000, BIG = 100000, HUGE = 1000000 };
static const double CONFIDENCE = 0.99, RIGHT_LEAST = 99, NAMED_MOST = 1; /* per cent */
static const double BIG_MS = 50, HUGE_MB = 300;

static unsigned searches = 200, gate_fails = 4;
static uint32_t n; /* tests of the cell that is measured */
static uint64_t seed, first_seed = 1;
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
		uint32_t x = (uint32_t)(uniform() * n);
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
	c->work += (double)ranges_count(q) / n;
	for (i = 0; i < c->n; i++)
		in += ranges_has(q, c->culprit[i]);
	rate = (c->cell->alone ? in > 0 : in == c->n) ? c->cell->rate : c->cell->chance;
	if (uniform() < c->cell->other)
		return UNRESOLVED;
	return uniform() < rate ? FAILED : PASSED;
}

struct sums { double gate, runs, work, right, flake, named, slowest_ms; };

static void
gate(struct command *c, struct plan *p, struct ranges *smallest)
{
	struct ranges all = { VEC_INIT };
	unsigned fails = 0, answered = 0;

	ranges_all(&all, n);
	ranges_set(smallest, &all);
	while (fails < (answered == fails ? 2 : gate_fails)) {
		enum answer a = run(c, &all);
		if (a == UNRESOLVED)
			continue;
		answered++;
		fails += a == FAILED;
		plan_tell(p, &all, a == FAILED);
	}
	vec_release(&all.v);
}

/* The slowest by processor time: the machine may be busy with other things. */
static enum plan_state
next(struct plan *p, struct ranges *q, struct sums *sums)
{
	clock_t start = clock();
	enum plan_state state = plan_next(p, q);

	sums->slowest_ms = fmax(sums->slowest_ms, 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC);
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
	struct plan_config config = { .n = n, .startup = cell->startup, .confidence = CONFIDENCE };
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
	if (state == PLAN_STUCK && c.n)
		reduce(&c, &smallest, &found);
	else if (state == PLAN_FOUND)
		plan_answer(p, &found);
	right = state == PLAN_PLAIN ? c.n == 0 : c.n > 0 && is_right(&c, &found);
	sums->runs += c.runs;
	sums->work += c.work;
	sums->right += right;
	sums->flake += state == PLAN_PLAIN;
	sums->named += found.v.n && !right;
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

/* Runs that the bits of the culprits need, in a list of so many tests. */
static double
bound_of(const struct cell *c, double tests)
{
	double bits = 0;
	unsigned i;

	for (i = 0; i < c->needed; i++)
		bits += log2((tests - i) / (i + 1));
	if (c->alone)
		bits = log2(tests / c->alone);
	return bits > 0 ? bits / capacity(c->rate, c->chance) : 0;
}

/* Gate and search together, for one culprit that is told from a plain flake. */
static double
least_of(const struct cell *c)
{
	if (c->needed != 1 || c->rate == 1 || c->chance > 0)
		return 0;
	return CONFIDENCE * log2(n / (NAMED_MOST / 100)) / capacity(c->rate, 0) / (1 - c->other);
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
print_cell(const struct cell *c)
{
	struct sums s = { 0 };
	double bound = bound_of(c, n), grown = bound > 0 ? bound / bound_of(c, sizes[0]) : 1, m = searches;
	bool culprit = c->needed + c->alone > 0, missed;
	unsigned i;

	for (i = 0; i < searches; i++) {
		seed = 1000003u * (i + first_seed);
		search(c, &s);
	}
	missed = culprit && 100 * s.right / m < RIGHT_LEAST;
	printf("%-16s %6u %6.1f", c->name, n, bound);
	print_against(s.runs / m, c->over_bound > 0 ? c->over_bound * bound : c->runs * grown);
	print_against(s.work / m, c->work * grown);
	print_against(c->startup * s.runs / m + s.work / m, c->time * grown);
	printf(" %6.1f %6.1f %6.1f %6.1f%c %5.1f %5.1f%c %5.1f\n", s.gate / m, (s.gate + s.runs) / m, least_of(c),
	       100 * s.right / m, missed ? '!' : ' ', 100 * s.flake / m, 100 * s.named / m,
	       !culprit && 100 * s.named / m > NAMED_MOST ? '!' : ' ', s.slowest_ms);
	fflush(stdout);
}

static bool
is_wanted(const char *name, char *const *names)
{
	bool any = *names == NULL;

	for (; *names && !any; names++)
		any = strcmp(*names, name) == 0;
	return any;
}

/* The slowest question in a long list, its durations known. */
static void
print_big(char *const *names)
{
	static const struct cell big[] = {
		{ "1", 1, 0, 1, 0, 0, 10, 0, 0, 0, 0, true }, { "2", 2, 0, 1, 0, 0, 10, 0, 0, 0, 0, true },
		{ "5", 5, 0, 1, 0, 0, .01, 0, 0, 0, 0, true }, { "rate .5", 1, 0, .5, 0, 0, 10, 0, 0, 0, 0, true },
	};
	struct sums s = { 0 };
	size_t i;

	if (!is_wanted("100000", names))
		return;
	n = BIG;
	for (i = 0; i < ARRAY_LEN(big); i++) {
		unsigned k;
		for (k = 0; k < 10; k++) {
			seed = 1000003u * (k + first_seed);
			search(&big[i], &s);
		}
	}
	printf("\nslowest next question of 100,000 tests: %.1f ms (to reach: %.0f)%s\n", s.slowest_ms, BIG_MS,
	       s.slowest_ms > BIG_MS ? " !" : "");
}

/* What names, durations and a search of a very long list hold. */
static void
print_huge(char *const *names)
{
	struct testlist list = { 0 };
	double *seconds, mb;
	struct plan_config config = { .n = HUGE, .startup = 1, .confidence = CONFIDENCE };
	struct cell cell = { "huge", 1, 0, 1, 0, 0, 10, 0, 0, 0, 0, true };
	struct sums s = { 0 };
	struct rusage use;
	struct plan *p;
	char name[64];
	uint32_t i;

	if (!is_wanted("1000000", names))
		return;
	seconds = xmalloc(HUGE * sizeof(*seconds));
	for (i = 0; i < HUGE; i++) {
		snprintf(name, sizeof(name), "tests/unit/test_module_%u.py::test_case_%u", i / 50, i);
		testlist_add(&list, span_of(name));
		seconds[i] = 1.0 / HUGE;
	}
	config.seconds = seconds;
	p = plan_new(&config);
	n = HUGE;
	seed = first_seed;
	search(&cell, &s);
	getrusage(RUSAGE_SELF, &use);
	mb = (double)use.ru_maxrss / 1024;
	printf("a list of 1,000,000 tests: %.0f MB (to reach: %.0f)%s\n", mb, HUGE_MB, mb > HUGE_MB ? " !" : "");
	plan_free(p);
	free(seconds);
	testlist_release(&list);
}

static void
print_cells(bool quick, char *const *names)
{
	size_t i, k;

	for (k = 0; k < (quick ? 1 : ARRAY_LEN(sizes)); k++) {
		n = sizes[k];
		for (i = 0; i < ARRAY_LEN(cells); i++)
			if ((k == 0 || cells[i].sizes) && is_wanted(cells[i].name, names))
				print_cell(&cells[i]);
	}
}

int
main(int argc, char **argv)
{
	bool quick = false;
	int o;

	while ((o = getopt(argc, argv, "qvs:g:S:")) != -1) {
		switch (o) {
		case 'q':
			quick = true;
			searches = 30;
			break;
		case 'v':
			verbose = true;
			break;
		case 's':
			searches = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'g':
			gate_fails = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'S':
			first_seed = strtoull(optarg, NULL, 10);
			break;
		default:
			return 129;
		}
	}
	printf("%u searches a cell; each figure beside its ratio to what is to be reached (! missed);\n"
	       "time is start-up times runs plus work, in runs of the whole list; slowest question in ms\n\n"
	       "%-16s %6s %6s %7s %5s  %7s %5s  %7s %5s  %6s %6s %6s %6s  %5s %5s  %5s\n", searches, "", "tests", "bound",
	       "runs", "ratio", "work", "ratio", "time", "ratio", "gate", "all", "least", "right%", "flake%", "named%", "slow");
	print_cells(quick, argv + optind);
	print_big(argv + optind);
	print_huge(argv + optind);
	return 0;
}
