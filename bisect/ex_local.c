/*
 * The executor that runs every job as a fresh process of this machine: see
 * ex.h.
 */
#include "common/base.h"
#include "bisect/ex.h"

#include "common/os.h"
#include "common/pool.h"

/* One job under way; freed with its end. */
struct local_run {
	struct local *ex;
	const struct job *job;
	struct child *child;
	bool cancelled;
	double load;
};

struct local {
	struct executor base; /* first: see ex.h */
	struct pool *pool;
	int64_t grace_ms;
	VEC(struct local_run *) runs;
};

static void
forget(struct local_run *run)
{
	struct local *ex = run->ex;
	size_t i;

	for (i = 0; i < ex->runs.n; i++) {
		if (ex->runs.p[i] == run)
			ex->runs.p[i--] = ex->runs.p[--ex->runs.n];
	}
	free(run);
}

static enum job_how
how_of(const struct local_run *run, enum child_how how)
{
	switch (how) {
	case CHILD_EXITED:
		return JOB_EXITED;
	case CHILD_SIGNALLED:
		return JOB_SIGNALLED;
	case CHILD_TIMED_OUT:
		return JOB_TIMED_OUT;
	case CHILD_STOPPED:
		return run->cancelled ? JOB_CANCELLED : JOB_STOPPED;
	case CHILD_NOT_STARTED:
		break;
	}
	return JOB_NOT_STARTED;
}

static void
child_ended(void *data, const struct child_end *end)
{
	struct local_run *run = data;
	struct executor *ex = &run->ex->base;
	struct job_end job = {
		.id = run->job->id,
		.how = how_of(run, end->how),
		.code = end->code,
		.micros = end->micros,
		.n_output = end->n_output,
		.n_leaked = end->n_leaked,
		.held_output = end->held_output,
		.load = run->load,
	};

	forget(run);
	ex->ended(ex->data, &job);
}

static bool
child_output(void *data, int stream, struct span bytes)
{
	struct local_run *run = data;

	return run->job->output == NULL || run->job->output(run->job->data, stream, bytes);
}

static int
local_start(struct executor *base, const struct job *job, struct err *e)
{
	struct local *ex = (struct local *)base;
	struct local_run *run = xcalloc(1, sizeof(*run));
	struct err why = ERR_INIT;
	struct child_spec spec = {
		.argv = (const char *const *)job->argv,
		.env = (const char *const *)job->env,
		.cwd = job->cwd,
		.stdin_path = job->stdin_path,
		.timeout_ms = job->timeout_ms,
		.grace_ms = ex->grace_ms,
		.output = child_output,
		.ended = child_ended,
		.data = run,
	};
	struct child *child;

	assert(ex->base.ended);
	*run = (struct local_run){ .ex = ex, .job = job, .load = os_load() };
	vec_push(&ex->runs, run);
	child = pool_start(ex->pool, &spec, &why);
	if (child) {
		run->child = child;
	} else if (why.msg[0]) { /* else child_ended was called, and run is gone */
		forget(run);
		return err_set(e, "%s", why.msg);
	}
	return 0;
}

static void
local_cancel(struct executor *base, uint64_t id)
{
	struct local *ex = (struct local *)base;
	size_t i;

	for (i = 0; i < ex->runs.n; i++) {
		struct local_run *run = ex->runs.p[i];
		if (run->job->id == id && !run->cancelled) {
			run->cancelled = true;
			child_stop(run->child);
		}
	}
}

static void
local_close(struct executor *base)
{
	struct local *ex = (struct local *)base;
	VEC(struct child *) children = VEC_INIT;
	size_t i;

	for (i = 0; i < ex->runs.n; i++)
		vec_push(&children, ex->runs.p[i]->child);
	pool_end(ex->pool, children.p, children.n);
	for (i = 0; i < ex->runs.n; i++)
		free(ex->runs.p[i]);
	vec_release(&children);
	vec_release(&ex->runs);
	free(ex);
}

static const struct executor_ops local_ops = {
	.name = "local", .start = local_start, .cancel = local_cancel, .close = local_close,
};

struct executor *
ex_local_open(struct pool *pool, int64_t grace_ms)
{
	struct local *ex = xcalloc(1, sizeof(*ex));

	ex->base.ops = &local_ops;
	ex->pool = pool;
	ex->grace_ms = grace_ms;
	return &ex->base;
}
