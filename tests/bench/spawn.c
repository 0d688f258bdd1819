/*
 * What one run costs: `true` through the pool (pipes, groups, search for
 * orphans, guardian told) against a bare posix_spawn and waitpid; and how fast
 * a child's output streams through.
 */
#include "common/base.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/pool.h"

extern char **environ;

enum { ROUNDS = 300, BATCHES = 5 };

static void
nothing(void *data, const struct child_end *end)
{
	(void)data;
	assert(end->how == CHILD_EXITED && end->code == 0);
}

static bool
swallow(void *data, int stream, struct span bytes)
{
	(void)stream;
	*(uint64_t *)data += bytes.n;
	return true;
}

static double
bare(void)
{
	char name[] = "true", *argv[] = { name, NULL };
	int64_t start = clock_micros();
	int i;

	for (i = 0; i < ROUNDS; i++) {
		pid_t pid;
		int rc = posix_spawnp(&pid, "true", NULL, NULL, argv, environ);
		assert(rc == 0);
		waitpid(pid, NULL, 0);
	}
	return (double)(clock_micros() - start) / ROUNDS;
}

static double
through_pool(struct pool *p)
{
	static const char *const argv[] = { "true", NULL };
	struct child_spec spec = { .argv = argv, .ended = nothing };
	int64_t start = clock_micros();
	int i;

	for (i = 0; i < ROUNDS; i++) {
		pool_start(p, &spec, NULL);
		while (pool_count(p))
			pool_wait(p, -1);
	}
	return (double)(clock_micros() - start) / ROUNDS;
}

static void
bench_output(struct pool *p)
{
	static const char *const argv[] = { "head", "-c", "1000000000", "/dev/zero", NULL };
	uint64_t n = 0;
	struct child_spec spec = { .argv = argv, .ended = nothing, .output = swallow, .data = &n };
	int64_t start = clock_micros();
	struct rusage use;

	pool_start(p, &spec, NULL);
	while (pool_count(p))
		pool_wait(p, -1);
	getrusage(RUSAGE_SELF, &use);
	printf("output\t%.0f MB/s\tpeak memory %.1f MB\n", (double)n / (double)(clock_micros() - start),
	       (double)use.ru_maxrss / 1024);
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct pool *p = pool_new(&e);
	double best_bare = 1e9, best_pool = 1e9;
	int i;

	assert(p);
	for (i = 0; i < BATCHES; i++) {
		double a = bare(), b = through_pool(p);
		best_bare = a < best_bare ? a : best_bare;
		best_pool = b < best_pool ? b : best_pool;
	}
	printf("spawn\tbare %.3f ms\tpool %.3f ms\toverhead %.3f ms\tlimit 2 ms\n", best_bare / 1e3,
	       best_pool / 1e3, (best_pool - best_bare) / 1e3);
	bench_output(p);
	pool_free(p);
	return 0;
}
