/*
 * Executors run jobs: as fresh processes of this machine (ex_local.c), or as
 * children of a program that has loaded the suite once (ex_warm.c).  The
 * search knows jobs and ends only.  At most n_jobs are under way at once; the
 * caller counts.
 */
#ifndef BISECT_EX_H
#define BISECT_EX_H

#include "bisect/job.h"
#include "common/err.h"

struct executor;

struct executor_ops {
	const char *name; /* "local", "warm" */
	/* Begins the job, which stays the caller's and alive until its ended() was
	 * called, from here or from within pool_wait.  -1 (and no ended()) only when
	 * the executor itself is broken: a program that cannot be started is an end,
	 * JOB_NOT_STARTED. */
	int (*start)(struct executor *ex, const struct job *job, struct err *e);
	/* Asks the job to end soon, as JOB_CANCELLED; ended() is still called. */
	void (*cancel)(struct executor *ex, uint64_t id);
	/* Looks at deadlines and new output; to be called several times a second while
	 * jobs are under way.  NULL: needs no such look. */
	void (*tick)(struct executor *ex);
	/* Ends what is left, waits for it, frees.  ended() is not called: the jobs
	 * under way are the caller's to free. */
	void (*close)(struct executor *ex);
};

/* First member of every executor's own struct; set by its open function. */
struct executor {
	const struct executor_ops *ops;
	/* The end of a job, exactly once for each that start() took: from within
	 * pool_wait or tick(), or (JOB_NOT_STARTED, JOB_LOST) from within start() itself.  The
	 * executor does not touch the job afterwards.  Not called by close(). */
	void (*ended)(void *data, const struct job_end *end);
	void *data;
};

/* All executors of a session share one poll loop and its children. */
struct pool;
struct executor *ex_local_open(struct pool *pool, int64_t grace_ms);

/* To whom the ends go; before the first start. */
static inline void
executor_listen(struct executor *ex, void (*ended)(void *data, const struct job_end *end), void *data)
{
	ex->ended = ended;
	ex->data = data;
}

static inline int
executor_start(struct executor *ex, const struct job *job, struct err *e)
{
	return ex->ops->start(ex, job, e);
}

static inline void
executor_cancel(struct executor *ex, uint64_t id)
{
	ex->ops->cancel(ex, id);
}

static inline void
executor_tick(struct executor *ex)
{
	if (ex->ops->tick)
		ex->ops->tick(ex);
}

static inline void
executor_close(struct executor *ex)
{
	if (ex)
		ex->ops->close(ex);
}

#endif
