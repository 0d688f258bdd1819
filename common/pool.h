/*
 * Children and one poll loop over them.  Each child leads a session (and so a
 * process group) of its own; its exit and the end of its output are two
 * events.  Processes that it leaves behind are found, given 100 ms to end,
 * killed and counted: those of its group and, on Linux, every descendant,
 * whatever it did to get away.  Should this program itself be killed, a
 * guardian (guard.c) kills them all.  Signals that arrive (SIGINT, SIGTERM,
 * SIGHUP) are seen through sig.h and end pool_wait; while we are stopped
 * (SIGTSTP) the children are too, and time stands still.
 *
 * One pool a program.  Children get our environment, spec->env over it, and
 * FLAKETOOLS_RUN, by which they and theirs are recognised; default signal
 * handlers and an empty mask; the umask, limits and descriptors without
 * close-on-exec that we were started with.
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
	int code;          /* exit status, signal, errno for NOT_STARTED, else 0 */
	int64_t micros;    /* start to exit, monotonic, time stopped not counted */
	int n_leaked;      /* processes that outlived it by 100 ms, killed; when it was ended
	                      by us: those that had left its group */
	bool held_output;  /* output still open 100 ms after the exit */
	uint64_t n_output; /* bytes read from it */
};

struct child_spec {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *const *env;  /* NAME=VALUE, put over our environment; NULL-terminated or NULL */
	const char *cwd;         /* NULL: ours */
	const char *stdin_path;  /* NULL: /dev/null */
	bool stdin_pipe;         /* standard input is a pipe: child_write, child_close_input */
	int64_t timeout_ms;      /* 0: none; SIGTERM, then SIGKILL after grace_ms, to the group */
	int64_t grace_ms;
	/* Output as it comes, stream 1 or 2; false: end the child (CHILD_STOPPED). */
	bool (*output)(void *data, int stream, struct span bytes);
	/* Once, when all is over (NOT_STARTED: from within pool_start).  The child is freed after it. */
	void (*ended)(void *data, const struct child_end *end);
	void *data;
};

/* NULL and e when pipes, signals or the guardian cannot be had.  Calls sig_open. */
struct pool *pool_new(struct err *e);
/* Ends what is under way as pool_end does and frees; NULL is fine. */
void pool_free(struct pool *p);

/* Never fails for the program's sake (that is CHILD_NOT_STARTED through ended,
 * and NULL is returned with e->msg ""); NULL with e->msg set when we are out of
 * pipes, processes or memory (ended is not called then).  The spec is copied, argv and env are
 * not kept. */
struct child *pool_start(struct pool *p, const struct child_spec *spec, struct err *e);
/* Ends the child as a timeout would (TERM, grace, KILL), reported as CHILD_STOPPED. */
void child_stop(struct child *c);
/* Queues bytes for a stdin pipe; false when the pipe is closed or 16 MiB wait. */
bool child_write(struct child *c, struct span bytes);
/* The child reads to the end of what was queued, then end of file. */
void child_close_input(struct child *c);
pid_t child_pid(const struct child *c);

/* Ends these children together: TERM, their grace, KILL (at once when a second
 * deadly signal comes), and waits until they and theirs are gone.  No callback
 * of theirs is made any more, and none of other children's meanwhile. */
void pool_end(struct pool *p, struct child *const *children, size_t n);

/* Waits until at least one callback was made, a signal came or timeout_ms
 * passed (< 0: for ever; 0: looks once).  1 callback made, 0 timeout or
 * nothing under way, -1 a deadly signal is pending (sig_pending). */
int pool_wait(struct pool *p, int64_t timeout_ms);
size_t pool_count(const struct pool *p); /* children under way */
/* Microseconds of a clock that stands still while we are stopped; for deadlines. */
int64_t pool_now(const struct pool *p);

/* For runs that a fork server (a child of ours) forks: kills what is left of the
 * run whose first process, already gone, led the group or session `leader`.
 * Orphans of the server's that left every known group are taken for this run's when
 * `alone` says that no other run of it was under way.  How many were killed; 0
 * also when the system cannot tell. */
int pool_sweep(struct pool *p, const struct child *server, pid_t leader, bool alone);

/* Runs one program to its end and keeps its output (each up to the str's max).
 * 0 whatever its end was, -1 on a deadly signal or e. */
int pool_capture(struct pool *p, const struct child_spec *spec, struct str *out, struct str *errors,
                 struct child_end *end, struct err *e);

#endif
