/*
 * Runs of the laboratory: how an ask becomes a queued run, is started where
 * and when it may, and is taken away again.
 */
#include "common/base.h"
#include "bisect/lab_in.h"

#include "common/clock.h"
#include "common/pool.h"

enum {
	TIMEOUT_FACTOR = 10,      /* times the baseline */
	TIMEOUT_FLOOR_MS = 10000, /* a busy machine makes short runs long */
	FIRST_HANG_MS = 600000,   /* when a hang is searched for and no run has ended yet */
};

/* Numbers of runs that try the fork server: they are none of the session's. */
static const uint64_t own_runs = UINT64_C(1) << 40;

/* ---- questions ---- */

static uint64_t
digest_ask(const struct ask *ask)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < ask->n; i++)
		h = (h ^ ask->tests[i]) * 0x100000001b3u;
	h = (h ^ ask->victim) * 0x100000001b3u;
	h = (h ^ ask->fresh) * 0x100000001b3u;
	return (h ^ ask->n) * 0x100000001b3u;
}

struct run *
run_new(struct lab *lab, const struct ask *ask, uint64_t id)
{
	struct run *run = xcalloc(1, sizeof(*run));
	uint32_t *tests = xcalloc(ask->n + 1, sizeof(*tests));

	if (ask->n)
		memcpy(tests, ask->tests, ask->n * sizeof(*tests));
	run->lab = lab;
	run->ask_id = id;
	run->ask = *ask;
	run->ask.tests = tests;
	run->digest = digest_ask(ask);
	return run;
}

void
run_stop_stress(struct run *run)
{
	for (size_t i = 0; i < run->stress.n; i++) {
		if (run->stress.p[i]->child)
			pool_end(run->lab->c.pool, &run->stress.p[i]->child, 1);
		free(run->stress.p[i]);
	}
	vec_clear(&run->stress);
}

void
run_clear(struct run *run)
{
	struct err e = ERR_INIT;

	run_stop_stress(run);
	if (run->trial.rules && trial_release(&run->trial, &e) < 0)
		lab_note(run->lab, "%s", e.msg);
	run->state = RUN_QUEUED;
	run->number = 0;
}

void
run_free(struct run *run)
{
	struct lab *lab = run->lab;
	size_t i;

	for (i = 0; i < lab->runs.n && lab->runs.p[i] != run; i++)
		;
	assert(i < lab->runs.n);
	memmove(&lab->runs.p[i], &lab->runs.p[i + 1], (lab->runs.n - i - 1) * sizeof(run));
	lab->runs.n--;
	run_clear(run);
	vec_release(&run->stress);
	free((uint32_t *)run->ask.tests);
	free(run);
}

uint32_t
runs_count(const struct lab *lab, enum run_state state)
{
	uint32_t n = 0;

	for (size_t i = 0; i < lab->runs.n; i++)
		n += lab->runs.p[i]->state == state;
	return n;
}

/* ---- starting ---- */

/* It ended without being asked to: there is nothing to stop any more. */
static void
stress_ended(void *data, const struct child_end *end UNUSED)
{
	struct stress *stress = data;

	stress->child = NULL;
}

static void
start_stress(struct run *run)
{
	static const char *const argv[] = { "/bin/sh", "-c", "while :; do :; done", NULL };
	struct child_spec spec = { .argv = argv, .grace_ms = 100, .ended = stress_ended };
	struct err e = ERR_INIT;

	for (uint32_t i = 0; i < run->lab->c.opt->stress; i++) {
		struct stress *stress = xcalloc(1, sizeof(*stress));

		spec.data = stress;
		vec_push(&run->stress, stress);
		stress->child = pool_start(run->lab->c.pool, &spec, &e);
	}
}

static int64_t
limit_ms(const struct lab *lab, bool warm)
{
	const struct options *opt = lab->c.opt;
	int64_t limit = lab->baseline[warm] / 1000 * TIMEOUT_FACTOR;

	if (opt->timeout_ms > 0)
		return opt->timeout_ms;
	if (lab->baseline[warm] == 0)
		return opt->timeout_is_fail ? FIRST_HANG_MS : 0;
	return limit < TIMEOUT_FLOOR_MS ? TIMEOUT_FLOOR_MS : limit;
}

static int
start(struct run *run, struct err *e)
{
	struct lab *lab = run->lab;
	struct executor *ex = run->warm ? lab->fork : lab->local;

	run->number = run->ask_id ? lab->next_run++ : own_runs + ++lab->n_own;
	run->state = RUN_GOING;
	run->started_at = clock_micros();
	if (trial_init(&run->trial, &lab->rules, &run->ask, run->number, lab->c.session->scratch,
	               limit_ms(lab, run->warm), e) < 0)
		return -1;
	start_stress(run);
	return executor_start(ex, &run->trial.job, e);
}

void
runs_limit(struct lab *lab)
{
	int64_t now = clock_micros();

	for (size_t i = 0; i < lab->runs.n; i++) {
		struct run *run = lab->runs.p[i];
		int64_t limit = limit_ms(lab, run->warm);

		if (run->state != RUN_GOING || run->trial.job.timeout_ms || run->overdue || limit == 0 ||
		    now - run->started_at < limit * 1000)
			continue;
		run->overdue = true;
		executor_cancel(run->warm ? lab->fork : lab->local, run->number);
	}
}

int
lab_break(struct lab *lab, const struct err *e)
{
	lab->broken = true;
	lab->why = *e;
	return -1;
}

bool
runs_left(const struct lab *lab)
{
	uint32_t max = lab->c.opt->max_runs;

	return max == 0 || lab->stats.n_runs + runs_count(lab, RUN_GOING) +
	                   runs_count(lab, RUN_ENDED) < max;
}

bool
runs_time_left(const struct lab *lab)
{
	return lab->c.opt->budget_ms == 0 || lab_elapsed(lab) < lab->c.opt->budget_ms * 1000;
}

struct run *
runs_next(struct lab *lab)
{
	for (size_t i = 0; i < lab->runs.n; i++) {
		if (lab->runs.p[i]->state == RUN_QUEUED)
			return lab->runs.p[i];
	}
	return NULL;
}

int
runs_start(struct lab *lab)
{
	uint32_t jobs = lab->c.opt->jobs ? lab->c.opt->jobs : 1;
	struct err e = ERR_INIT;
	struct run *run, *try;

	while (!lab->broken && runs_count(lab, RUN_GOING) < jobs && runs_left(lab) && runs_time_left(lab) &&
	       (run = runs_next(lab)) != NULL) {
		if (fork_wants_try(lab, run)) {
			try = run_new(lab, &lab->whole, 0);
			vec_push(&lab->runs, try);
			run = try;
		}
		run->warm = run->ask_id == 0 || fork_takes(lab, run);
		if (start(run, &e) < 0)
			return lab_break(lab, &e);
	}
	return 0;
}
