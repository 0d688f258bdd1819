/*
 * A store of a given size, for measuring: 50 builders that run 500 tests on each of
 * many commits, 1 % of the results no plain passes.  Goes through store_put, as
 * every ingest does.
 *
 *	store BUILDS FILE [SEED]      makes FILE; prints builds, results, seconds, bytes a result
 *
 * The newest build begins at 1795608000 (2026-11-25 12:00 UTC), 200 builds a day.
 */
#include "common/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/clock.h"
#include "triage/store.h"

enum { TESTS = 500, BUILDERS = 50, PER_DAY = 200, FLAKY = 60 };

#define NEWEST INT64_C(1795608000)

static uint64_t state;

/* xorshift64* (Vigna 2016). */
static uint64_t
draw(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(0x2545f4914f6cdd1d);
}

static double
chance(void)
{
	return (double)(draw() >> 11) / 9007199254740992.0;
}

/* What all builds share; one run is used again and again. */
struct world {
	struct run run;
	struct attempt attempts[TESTS][2];
	double rate[TESTS]; /* of a result that is no plain pass */
	uint64_t n_results, n_events;
	struct arena lines; /* of one build */
};

/* The rates add up to 1 % of all results: a few bad tests, some flaky ones, a faint rest. */
static void
init_world(struct world *w)
{
	char name[64];
	size_t i;

	for (i = 0; i < TESTS; i++) {
		struct run_test t = { .name = { NULL, 0 } };

		snprintf(name, sizeof(name), "test_module_%zu", i * 7919 % TESTS);
		t.name = (struct span){ arena_copy(&w->run.mem, name, strlen(name)), strlen(name) };
		t.attempts.p = w->attempts[i];
		vec_push(&w->run.tests, t);
		w->rate[i] = i < 10 ? 0.15 : i < FLAKY ? 0.05 : 0.0023;
	}
	w->run.format = span_of("regrtest");
}

/* One result: mostly a failure that passes on a re-run. */
static void
draw_test(struct world *w, size_t i, bool skipped)
{
	struct run_test *t = &w->run.tests.p[i];
	struct attempt *a = w->attempts[i];
	float load = (float)(1 + 9 * chance());
	char line[200];
	double kind;

	a[0] = (struct attempt){ .outcome = OUTCOME_PASS, .micros = 50000 + (int64_t)(chance() * 3e6), .load = load };
	t->attempts.n = 1;
	t->message = t->details = span_of("");
	if (skipped) {
		a[0].outcome = OUTCOME_SKIP;
		return;
	}
	if (chance() >= w->rate[i])
		return;
	w->n_events++;
	kind = chance();
	if (kind < 0.1) {
		a[0].outcome = OUTCOME_ENV_CHANGED;
		return;
	}
	a[0].outcome = kind < 0.2 ? OUTCOME_TIMEOUT : kind < 0.25 ? OUTCOME_CRASH : OUTCOME_FAIL;
	if (kind < 0.8) {
		a[1] = (struct attempt){ .outcome = OUTCOME_PASS, .rerun = true, .micros = 60000, .load = load };
		t->attempts.n = 2;
	}
	snprintf(line, sizeof(line), "AssertionError: %" PRIu64 " != %u in kind %c of %zu", draw() % 100000, 17u,
	         (char)('a' + draw() % 6), i);
	t->message = t->details = (struct span){ arena_copy(&w->lines, line, strlen(line)), strlen(line) };
}

static void
put(struct store *s, struct world *w, size_t builder, size_t number, size_t n_numbers)
{
	char name[64], revision[41], worker[64], text[32], url[128];
	struct build b = { .source = span_of("buildbot https://buildbot.example/"), .branch = span_of("main") };
	struct err e = ERR_INIT;
	enum store_put how;
	uint64_t commit = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	arena_release(&w->lines);
	for (i = 0; i < TESTS; i++)
		draw_test(w, i, (i * 31 + builder * 17) % 40 == 0);
	snprintf(name, sizeof(name), "AMD64 system %zu 3.x", builder);
	snprintf(worker, sizeof(worker), "worker-%zu-%u", builder, (unsigned)(draw() % 2));
	snprintf(text, sizeof(text), "%zu", number + 1);
	snprintf(revision, sizeof(revision), "%016" PRIx64 "%016" PRIx64 "%08x", commit, commit * 3, (unsigned)number);
	snprintf(url, sizeof(url), "https://buildbot.example/#/builders/%zu/builds/%s", builder, text);
	b.builder = span_of(name);
	b.worker = span_of(worker);
	b.number = span_of(text);
	b.revision = span_of(revision);
	b.url = span_of(url);
	b.started = NEWEST - (int64_t)(n_numbers - number - 1) * BUILDERS * 86400 / PER_DAY -
	            (int64_t)(draw() % 3600);
	b.finished = b.started + 1200 + (int64_t)(draw() % 600);
	b.result = BUILD_WARNINGS;
	w->run.verdict = RUN_PASSED;
	b.run = &w->run;
	w->n_results += TESTS;
	if (store_put(s, &b, &how, &e) < 0 || how != STORE_PUT_NEW) {
		fprintf(stderr, "store: %s\n", e.msg);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	size_t n_builds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0, n_numbers = n_builds / BUILDERS, i, k;
	struct world *w = xcalloc(1, sizeof(*w));
	int64_t start = clock_micros();
	struct err e = ERR_INIT;
	struct store *s;
	struct stat st;

	if (n_numbers == 0) {
		fprintf(stderr, "usage: store BUILDS FILE [SEED]\n");
		return 129;
	}
	state = argc > 3 ? strtoull(argv[3], NULL, 10) * 2 + 1 : 88172645463325252u;
	init_world(w);
	s = store_open(argv[2], STORE_WRITE, &e);
	for (i = 0; s && i < n_numbers; i++) {
		for (k = 0; k < BUILDERS; k++)
			put(s, w, k, i, n_numbers);
	}
	if (s == NULL || store_flush(s, &e) < 0) {
		fprintf(stderr, "store: %s\n", e.msg);
		return 1;
	}
	store_close(s);
	stat(argv[2], &st);
	printf("%zu builds, %" PRIu64 " results, %" PRIu64 " no plain passes, %.1f s, %.3f bytes a result\n",
	       n_builds, w->n_results, w->n_events, (double)(clock_micros() - start) / 1e6,
	       (double)st.st_size / (double)w->n_results);
	return 0;
}
