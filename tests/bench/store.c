/*
 * A store of a given size, and how long its questions take: 50 builders that run 500
 * tests on each of many commits, 1 % of the results no plain passes.  Goes through
 * store_put, as every ingest does.
 *
 *	store                              makes stores of 10^7 and 10^8 results, asks both, removes them
 *	store BUILDS FILE [SEED [REPO]]    makes FILE, and REPO; prints builds, results, seconds, bytes a result
 *	store FILE [REPO]                  asks it
 *
 * The newest build begins before 1795608000 (2026-11-25 12:00 UTC), 200 builds a day.  REPO is a
 * repository of a commit for each second build, of which a builder builds every 25th;
 * builders are on five of these.  Test 11 got worse at nine tenths of the history.
 * Some 0.2 GB are written for 10^8 results.
 */
#include "common/base.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/fs.h"
#include "tests/bench/made_repo.h"
#include "triage/store.h"

enum { TESTS = 500, BUILDERS = 50, PER_DAY = 200, FLAKY = 60, WORSE = 11, BATCH = 25, GROUPS = 5 };

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
	char (*commits)[MADE_HEX]; /* NULL: revisions are made up */
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

/* The commit that a builder builds. */
static void
revision_of(char out[41], const struct world *w, size_t builder, size_t number)
{
	uint64_t commit = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	if (w->commits)
		memcpy(out, w->commits[number * BATCH + builder % GROUPS * (BATCH / GROUPS)], 41);
	else
		snprintf(out, 41, "%016" PRIx64 "%016" PRIx64 "%08x", commit, commit * 3, (unsigned)number);
}

static int64_t
began(size_t number, size_t n_numbers)
{
	return NEWEST - (int64_t)(n_numbers - number - 1) * BUILDERS * 86400 / PER_DAY;
}

static void
put(struct store *s, struct world *w, size_t builder, size_t number, size_t n_numbers)
{
	char name[64], revision[41], worker[64], text[32], url[128];
	struct build b = { .source = span_of("buildbot https://buildbot.example/"), .branch = span_of("main") };
	struct err e = ERR_INIT;
	enum store_put how;
	size_t i;

	arena_release(&w->lines);
	w->rate[WORSE] = number * 10 < n_numbers * 9 ? 0.0023 : 0.1;
	for (i = 0; i < TESTS; i++)
		draw_test(w, i, (i * 31 + builder * 17) % 40 == 0);
	snprintf(name, sizeof(name), "AMD64 system %zu 3.x", builder);
	snprintf(worker, sizeof(worker), "worker-%zu-%u", builder, (unsigned)(draw() % 2));
	snprintf(text, sizeof(text), "%zu", number + 1);
	revision_of(revision, w, builder, number);
	snprintf(url, sizeof(url), "https://buildbot.example/#/builders/%zu/builds/%s", builder, text);
	b.builder = span_of(name);
	b.worker = span_of(worker);
	b.number = span_of(text);
	b.revision = span_of(revision);
	b.url = span_of(url);
	b.started = began(number, n_numbers) - (int64_t)(draw() % 3600);
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

static int
make_store(size_t n_builds, const char *path, uint64_t seed, const char *repo)
{
	size_t n_numbers = n_builds / BUILDERS, i, k;
	struct world *w = xcalloc(1, sizeof(*w));
	int64_t start = clock_micros();
	struct err e = ERR_INIT;
	struct store *s;
	struct stat st;

	state = seed * 2 + 1;
	init_world(w);
	if (repo) {
		w->commits = made_repo(repo, n_numbers * BATCH, began(0, n_numbers) - 7200, NEWEST - 7200);
		if (w->commits == NULL) {
			fprintf(stderr, "store: git cannot make '%s'\n", repo);
			return 1;
		}
		printf("%zu commits, %.1f s\n", n_numbers * BATCH, (double)(clock_micros() - start) / 1e6);
		start = clock_micros();
	}
	s = store_open(path, STORE_WRITE, &e);
	for (i = 0; s && i < n_numbers; i++) {
		for (k = 0; k < BUILDERS; k++)
			put(s, w, k, i, n_numbers);
	}
	if (s == NULL || store_flush(s, &e) < 0) {
		fprintf(stderr, "store: %s\n", e.msg);
		return 1;
	}
	store_close(s);
	stat(path, &st);
	printf("%zu builds, %" PRIu64 " results, %" PRIu64 " no plain passes, %.1f s, %.3f bytes a result\n",
	       n_builds, w->n_results, w->n_events, (double)(clock_micros() - start) / 1e6,
	       (double)st.st_size / (double)w->n_results);
	fflush(stdout);
	vec_release(&w->run.tests);
	arena_release(&w->run.mem);
	arena_release(&w->lines);
	free(w->commits);
	free(w);
	return 0;
}

/* ---- questions ---- */

enum { TIMES = 7, ARGS_MAX = 8 };

/* A question, and what it must reach; 0: nothing is asked of it. */
struct question {
	const char *argv[ARGS_MAX];
	double most_ms, most_mb;
	bool cold;
	double least_ms; /* of a processor, at the store before, of a tenth; 0: there was none */
};

static int
forget_file(const char *path, const struct stat *st UNUSED, int kind, struct FTW *at UNUSED)
{
	int fd = kind == FTW_F ? open(path, O_RDONLY) : -1;

	if (fd >= 0) {
		fsync(fd);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	return 0;
}

/* Takes what lies in a file or folder out of the kernel's memory. */
static void
forget(const char *path)
{
	if (path)
		nftw(path, forget_file, 16, FTW_PHYS);
}

/* Wall and processor time and memory of one run of the program, least of several: other work on the
 * machine only adds. */
static void
ask(const char *store, const char *repo, struct question *q)
{
	int64_t least = INT64_MAX, wall = INT64_MAX, micros, start;
	const char *argv[ARGS_MAX + 3] = { "build/flake-triage" };
	struct rusage use = { 0 };
	int status = 0, i, n = 1;

	for (; q->argv[n - 1]; n++)
		argv[n] = q->argv[n - 1];
	if (repo) {
		argv[n++] = "--repo";
		argv[n] = repo;
	}
	for (i = 0; i < TIMES; i++) {
		pid_t pid;

		if (q->cold) {
			forget(store);
			forget(repo);
		}
		start = clock_micros();
		pid = fork();
		if (pid == 0) {
			if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
				_exit(127);
			setenv("FLAKETOOLS_NOW", "1795608000", 1);
			setenv("FLAKE_TRIAGE_DB", store, 1);
			execv(argv[0], (char *const *)argv);
			_exit(127);
		}
		if (pid < 0 || wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) > 1) {
			printf("  %s fails\n", argv[1]);
			return;
		}
		start = clock_micros() - start;
		wall = start < wall ? start : wall;
		micros = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * INT64_C(1000000) + use.ru_utime.tv_usec +
		         use.ru_stime.tv_usec;
		least = micros < least ? micros : least;
	}
	printf("  %-7s %-14s %-13s %-6s %-4s %8.1f ms, %8.1f of a processor, %3ld MB", argv[1], q->argv[1],
	       q->argv[2] ? q->argv[2] : "", repo ? "--repo" : "", q->cold ? "cold" : "", (double)wall / 1000,
	       (double)least / 1000, use.ru_maxrss >> 10);
	if (q->most_ms > 0)
		printf("  (reach: %.0f ms", q->most_ms);
	if (q->most_mb > 0)
		printf(", %.0f MB", q->most_mb);
	printf(q->most_ms > 0 ? ")" : "");
	if (q->least_ms > 0)
		printf("  %.2f times what a tenth takes (reach: 2)", (double)least / 1000 / q->least_ms);
	q->least_ms = (double)least / 1000;
	printf("\n");
	fflush(stdout);
}

static double
cpu_ms(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
}

/* What the store itself needs for a history and for a report. */
static void
ask_store(const char *path)
{
	struct tests tests = { VEC_INIT };
	double start = cpu_ms(), t1, t2;
	struct view_filter all = { 0 };
	struct err e = ERR_INIT;
	struct view *v = NULL;
	struct test_view t;
	struct store *s = store_open(path, STORE_READ, &e);
	size_t i;

	if (s == NULL || store_view(s, &all, &v, &e) < 0 || store_streams(v, 3, &t, &e) < 0) {
		fprintf(stderr, "store: %s\n", e.msg);
		exit(1);
	}
	t1 = cpu_ms();
	store_tests(v, NEWEST - 86400, false, &tests, &e);
	for (i = 0; i < tests.v.n; i++)
		store_streams(v, tests.v.p[i], &t, &e);
	t2 = cpu_ms();
	printf("  store: one test %.1f ms; %zu tests of the last day %.1f ms\n", t1 - start, tests.v.n, t2 - t1);
	fflush(stdout);
	view_free(v);
	store_close(s);
	vec_release(&tests.v);
}

static void
ask_all(const char *path, const char *repo)
{
	static struct question alone[] = {
		{ { "history", "test_module_3" }, 20, 0, false, 0 },
		{ { "history", "test_module_3", "--json" }, 20, 0, false, 0 },
		{ { "history", "test_module_3", "--format=html" }, 20, 0, false, 0 },
		{ { "report", "--since=1d" }, 1000, 200, false, 0 },
		{ { "report", "--since=1d", "--json" }, 0, 0, false, 0 },
		{ { "report", "--since=1d", "--format=html" }, 0, 0, false, 0 },
	};
	static struct question with_commits[] = {
		{ { "blame", "test_module_109" }, 2000, 0, true, 0 },
		{ { "blame", "test_module_109" }, 0, 0, false, 0 },
		{ { "report", "--since=1d" }, 0, 0, false, 0 },
	};
	size_t i;

	ask_store(path);
	ask_store(path); /* warm */
	for (i = 0; i < ARRAY_LEN(alone); i++)
		ask(path, NULL, &alone[i]);
	for (i = 0; repo && i < ARRAY_LEN(with_commits); i++)
		ask(path, repo, &with_commits[i]);
}

int
main(int argc, char **argv)
{
	static const size_t sizes[] = { 20000, 200000 };
	char *folder, path[4096], repo[4096];
	struct err e = ERR_INIT;
	int status = 0;
	size_t i;

	if (argc > 2 && argv[1][0] >= '0' && argv[1][0] <= '9')
		return make_store(strtoul(argv[1], NULL, 10), argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
		                  argc > 4 ? argv[4] : NULL);
	if (argc > 1) {
		ask_all(argv[1], argc > 2 ? argv[2] : NULL);
		return 0;
	}
	folder = fs_unique_dir(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", "flaketools-bench.", &e);
	for (i = 0; folder && status == 0 && i < ARRAY_LEN(sizes); i++) {
		snprintf(path, sizeof(path), "%s/%zu.db", folder, sizes[i]);
		snprintf(repo, sizeof(repo), "%s/%zu.git", folder, sizes[i]);
		status = make_store(sizes[i], path, 1, repo);
		if (status == 0)
			ask_all(path, repo);
	}
	if (folder == NULL || fs_remove(folder, &e) < 0) {
		fprintf(stderr, "store: %s\n", e.msg);
		status = 1;
	}
	free(folder);
	return status;
}
