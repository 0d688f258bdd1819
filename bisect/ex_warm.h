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
 *	us: list PATH          write all test names to PATH, escaped, one a line ("#": remarks)
 *	helper: listed N       or: unlisted REASON
 *	us: run ID DIR         fork a child: own process group, TMPDIR=DIR/tmp,
 *	                       stdout and stderr to DIR/output, runs the tests named in
 *	                       DIR/tests in that order, writes DIR/results (see fw.h)
 *	helper: started ID PID or: unstarted ID ERRNO, and no more of it
 *	us: kill ID SIGNAL     signal the group of the run, unless it has ended
 *	helper: ended ID STATUS MICROS   STATUS as of waitpid, -1 unknown; the helper has
 *	                       killed what was left in the group, then reaped the child
 *
 * What else the helper prints before "ready" is passed over.  Several runs may
 * be under way.  The end of its input ends the helper and every child.  When to
 * kill is decided here; the helper does it, because it knows for sure whether
 * the number is still that child's.
 */
#ifndef BISECT_EX_WARM_H
#define BISECT_EX_WARM_H

#include "bisect/ex.h"
#include "bisect/testlist.h"

struct warm_spec {
	struct pool *pool;
	const char *const *argv;
	const char *const *env;
	const char *cwd;
	int64_t load_timeout_ms; /* 0: none */
	int64_t grace_ms;
};

/* Starts the helper and returns at once; it loads while other work goes on.  A
 * helper that cannot be started is BROKEN; NULL and e only when we are out of pipes. */
struct executor *ex_warm_open(const struct warm_spec *spec, struct err *e);
enum warm_state { WARM_LOADING, WARM_READY, WARM_BROKEN };
/* BROKEN: *why (may be NULL) says so, owned by the executor.  start() wants READY. */
enum warm_state ex_warm_state(struct executor *ex, const char **why);
/* Waits until the suite is loaded and adds its tests to list, in the runner's
 * order; path is a file that may be written.  -1: e says why it could not be loaded. */
int ex_warm_list(struct executor *ex, const char *path, struct testlist *list, struct err *e);

#endif
