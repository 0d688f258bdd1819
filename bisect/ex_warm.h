/*
 * The executor that asks a fork server: a helper in the runner's own language
 * that loads the suite once and forks a child for each question.
 *
 * Protocol, lines on the helper's standard input and output (the helper first
 * moves both to other descriptors that children do not inherit, and puts
 * /dev/null and standard error in their place):
 *
 *	helper: ready N        the suite is loaded and holds N tests
 *	helper: cannot REASON  it cannot be loaded; the helper ends
 *	us: list PATH          write all test names to PATH, escaped, one a line
 *	helper: listed N
 *	us: run ID DIR         fork a child: own process group, TMPDIR=DIR/tmp,
 *	                       stdout and stderr to DIR/output, runs the tests named in
 *	                       DIR/tests in that order, writes DIR/results (see fw.h)
 *	helper: started ID PID
 *	helper: ended ID STATUS MICROS   STATUS as of waitpid
 *
 * Several runs may be under way.  The end of its input ends the helper and
 * every child.  Killing and timeouts are ours: the child's group is killed.
 */
#ifndef BISECT_EX_WARM_H
#define BISECT_EX_WARM_H

#include "bisect/ex.h"

struct warm_spec {
	struct pool *pool;
	const char *const *argv;
	const char *const *env;
	const char *cwd;
	int64_t load_timeout_ms;
	int64_t grace_ms;
};

/* Starts the helper and returns at once; it loads while other work goes on. */
struct executor *ex_warm_open(const struct warm_spec *spec, struct err *e);
enum warm_state { WARM_LOADING, WARM_READY, WARM_BROKEN };
/* BROKEN: *why says so, owned by the executor. */
enum warm_state ex_warm_state(struct executor *ex, const char **why);

#endif
