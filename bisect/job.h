/*
 * A job is one run of the command as an executor sees it; a job_end is what
 * came of it.  Neither knows what a test framework is.
 */
#ifndef BISECT_JOB_H
#define BISECT_JOB_H

#include "common/arena.h"
#include "common/str.h"

/* Filled by the trial, then by the framework's prepare(); everything lives in
 * mem until the end has been read. */
struct job {
	uint64_t id;            /* the run's number, from 1 */
	struct arena mem;
	const char **argv;      /* NULL-terminated */
	const char **env;       /* NAME=VALUE added to the environment; NULL-terminated */
	const char *cwd;        /* NULL: where flake-bisect was started */
	const char *stdin_path; /* NULL: /dev/null */
	const char *dir;        /* the run's own folder, absolute, exists; removed after it */
	const char *tests_path; /* in dir: the asked tests, escaped, one a line */
	const char *results_path; /* in dir: results file, see fw.h; need not exist */
	int64_t timeout_ms;     /* 0: none */
	/* Each chunk of the child's output as it comes; stream 1 or 2.  May be NULL.
	 * Returning false stops the run (--stop-at-match): it ends as JOB_STOPPED. */
	bool (*output)(void *data, int stream, struct span bytes);
	void *data;
};

enum job_how {
	JOB_EXITED,      /* code holds the exit status */
	JOB_SIGNALLED,   /* code holds the signal */
	JOB_TIMED_OUT,   /* killed at timeout_ms */
	JOB_STOPPED,     /* output() asked to */
	JOB_CANCELLED,   /* executor_cancel */
	JOB_NOT_STARTED, /* code holds errno: the program could not be started */
	JOB_LOST,        /* the executor itself failed; code holds errno or 0 */
};

struct job_end {
	uint64_t id;
	enum job_how how;
	int code;
	int64_t micros;     /* from start to exit, monotonic clock */
	uint64_t n_output;  /* bytes of output in all, dropped ones too */
	int n_leaked;       /* processes that outlived the run and were killed */
	bool held_output;   /* its output was still open 100 ms after the exit */
	double load;        /* one-minute load average at the start; < 0: unknown */
};

const char *job_how_name(enum job_how how); /* "exited", "signalled", ... */

#endif
