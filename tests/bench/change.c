/*
 * Change points: how often one is found that is there, or is not, and how
 * often its 90 % set holds the truth.  400 commits, one change in the middle,
 * 10,000 histories each (1,000 of several builders); then the time of a test with 50 builders.
 */
#include "common/base.h"
#include "triage/analyse_change.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PLACES = 400, TRIALS = 10000 };

static uint64_t state = 20261122;

/* xorshift64*, 0 to 1 */
static double
draw(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (double)((state * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0;
}

/* How a test fails: before and after the middle, on how many of its builders at all. */
struct truth {
	double before, after;
	uint32_t lanes, changed; /* builders; those on which the rate changes */
	double built;            /* chance that a builder builds a commit */
	const char *reach;
	uint32_t back;           /* places after which it is as before; 0: never */
};

static void
make(struct sights *s, struct sight *room, const struct truth *t, uint32_t places)
{
	double rate;

	s->p = room;
	s->n = 0;
	s->n_lanes = t->lanes;
	s->n_places = places;
	for (uint32_t c = 0; c < places; c++) {
		for (uint32_t l = 0; l < t->lanes; l++) {
			if (draw() >= t->built)
				continue;
			rate = c >= places / 2 && l < t->changed && (!t->back || c < places / 2 + t->back) ? t->after
				                                                                  : t->before;
			room[s->n++] = (struct sight){ c, l, 1, draw() < rate };
		}
	}
}

static void
trial(const struct truth *t)
{
	struct sight *room = xcalloc((size_t)PLACES * t->lanes, sizeof(*room));
	uint32_t n, found = 0, held = 0, one = 0, trials = t->lanes > 1 ? TRIALS / 10 : TRIALS;
	uint64_t sizes = 0;
	struct sights s;

	for (int i = 0; (uint32_t)i < trials; i++) {
		struct arena mem = ARENA_INIT;
		struct change_point *c;

		make(&s, room, t, PLACES);
		c = change_points(&n, &s, &mem);
		one += n > 1 + (t->back > 0);
		if (n) {
			bool in = false;
			uint32_t size = 0;

			for (uint32_t k = 0; k < n; k++) {
				in |= c[k].at.lo <= PLACES / 2 && PLACES / 2 <= c[k].at.hi;
				size += c[k].at.hi - c[k].at.lo + 1;
			}
			held += in;
			sizes += size;
			found++;
		}
		arena_release(&mem);
	}
	printf("%4.0f -> %3.0f %%  %2u of %2u builders, %3.0f %% built:  found %6.2f %%",
	       100 * t->before, 100 * t->after, t->changed, t->lanes, 100 * t->built,
	       100.0 * found / trials);
	if (t->changed && found)
		printf(", set holds it %5.1f %%, mean size %4.1f", 100.0 * held / found, (double)sizes / found);
	printf(", too many %.1f %%   (%s)\n", 100.0 * one / trials, t->reach);
	free(room);
}

static const struct truth truths[] = {
	{ .05, .05, 1, 0, 1, "at most 0.2 %", 0 },
	{ .30, .30, 1, 0, 1, "at most 0.2 %", 0 },
	{ 0, .05, 1, 1, 1, "at least 50 %, 88 to 95 %", 0 },
	{ 0, .20, 1, 1, 1, "88 to 95 %", 0 },
	{ .02, .20, 1, 1, 1, "at least 99 %, 88 to 95 %", 0 },
	{ 0, 1, 1, 1, 1, "100 %", 0 },
	{ .02, 0, 1, 1, 1, "a fix", 0 },
	{ .20, 0, 1, 1, 1, "a fix", 0 },
	{ .05, .05, 20, 0, .3, "at most 0.2 %", 0 },
	{ 0, .01, 20, 20, .3, "rare, everywhere", 0 },
	{ 0, .20, 20, 1, .3, "on one builder", 0 },
	{ .02, .20, 20, 5, .3, "on some builders", 0 },
	{ .30, .30, 20, 0, .3, "at most 0.2 %", 0 },
	{ 0, .30, 1, 1, 1, "for 20 commits", 20 },
	{ 0, .30, 1, 1, 1, "for 40 commits", 40 },
	{ 0, 1, 1, 1, 1, "for 6 commits", 6 },
};

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Milliseconds a test of 50 builders with 1,000 builds each. */
static void
speed(const char *what, double before, double after, uint32_t changed)
{
	const struct truth t = { before, after, 50, changed, 1, "", 0 };
	struct sight *room = xcalloc(50 * 1000, sizeof(*room));
	struct sights s;
	double start;
	uint32_t n;

	make(&s, room, &t, 1000);
	start = seconds();
	for (int i = 0; i < 20; i++) {
		struct arena mem = ARENA_INIT;

		change_points(&n, &s, &mem);
		arena_release(&mem);
	}
	printf("%s: %.2f ms, %u change points\n", what, 1e3 * (seconds() - start) / 20, n);
	free(room);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(truths); i++)
		trial(&truths[i]);
	puts("50 builders of 1,000 builds each:");
	speed("  fails in 1 of 1,000 builds, everywhere", .001, .001, 50);
	speed("  begins to fail at 2 %, on one builder", 0, .02, 1);
	speed("  fails in 2 % of builds, everywhere", .02, .02, 50);
	speed("  begins to fail at 2 %, everywhere", 0, .02, 50);
	return 0;
}
