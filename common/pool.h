/*
 * Children and one poll loop over them.  Each child has its own process group
 * (and, on Linux, dies with us); its exit and the end of its output are two
 * events.  Processes that it leaves behind are found (process group, and on
 * Linux a subreaper for those that left the group or closed their output),
 * killed and counted.  Signals that arrive (SIGINT, SIGTERM, SIGHUP) are seen
 * through sig.h and end pool_wait; timers stand still while we are stopped
 * (SIGTSTP).
 */
#ifndef COMMON_POOL_H
#define COMMON_POOL_H

#include <sys/types.h>

#include "common/err.h"
#include "common/str.h"

struct pool;
struct child;

enum child_how { CHILD_EXITED, CHILD_SIGNALLED, CHILD_TIMED_OUT, CHILD_STOPPED, CHILD_NOT_STARTED };

struct child_end {
	enum child_how how;
	int code;          /* exit status, signal, or errno for NOT_STARTED */
	int64_t micros;    /* start to exit, monotonic, time stopped not counted */
	int n_leaked;      /* processes that outlived it, killed */
	bool held_output;  /* output still open 100 ms after the exit */
	uint64_t n_output; /* bytes read from it */
};

struct child_spec {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *const *env;  /* NAME=VALUE, put over our environment; NULL-terminated or NULL */
	const char *cwd;         /* NULL: ours */
	const char *stdin_path;  /* NULL: /dev/null */
	bool stdin_pipe;         /* standard input is a pipe: child_write */
	int64_t timeout_ms;      /* 0: none; SIGTERM, then SIGKILL after grace_ms, to the group */
	int64_t grace_ms;
	/* Output as it comes, stream 1 or 2; false: end the child (CHILD_STOPPED). */
	bool (*output)(void *data, int stream, struct span bytes);
	/* Once, when all is over (NOT_STARTED: from within pool_start).  The child is freed after it. */
	void (*ended)(void *data, const struct child_end *end);
	void *data;
};

struct pool *pool_new(struct err *e); /* NULL and e when pipes or signals cannot be had */
void pool_free(struct pool *p); /* kills every group, waits, frees */

/* Never fails for the program's sake (that is CHILD_NOT_STARTED through ended,
 * and NULL is returned); NULL with e->msg set when we are out of pipes or memory. */
struct child *pool_start(struct pool *p, const struct child_spec *spec, struct err *e);
/* Ends the child as a timeout would (TERM, grace, KILL), reported as CHILD_STOPPED. */
void child_stop(struct child *c);
/* Queues bytes for a stdin pipe; false when the pipe is closed. */
bool child_write(struct child *c, struct span bytes);
pid_t child_pid(const struct child *c);

/* Waits until at least one callback was made, a signal came or timeout_ms
 * passed (< 0: for ever; 0: looks once).  1 callback made, 0 timeout or
 * nothing under way, -1 a deadly signal is pending (sig_pending). */
int pool_wait(struct pool *p, int64_t timeout_ms);
size_t pool_count(const struct pool *p); /* children under way */

/* Runs one program to its end and keeps its output (each up to the str's max).
 * 0 whatever its end was, -1 on a deadly signal or e. */
int pool_capture(struct pool *p, const struct child_spec *spec, struct str *out, struct str *errors,
                 struct child_end *end, struct err *e);

#endif
