/*
 * The guardian: a process that outlives us just long enough to kill what we
 * started, should we be killed ourselves (SIGKILL, no memory, a bug).  It is a
 * copy of us in a session of its own, so that what is sent to our process
 * group or terminal misses it, and sleeps on a pipe whose other end only we
 * hold.  We write to it who leads a run (+pid) and who no longer does (-pid),
 * 0 for goodbye; the end of the pipe without goodbye is our death.
 *
 * PR_SET_PDEATHSIG was rejected: it reaches the first process of a run only,
 * and not through posix_spawn.
 */
#include "common/base.h"
#include "common/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 2000, QUIET_ROUNDS = 3 };

static void
note_leader(struct os_pids *leaders, pid_t message)
{
	size_t i;

	if (message > 0) {
		vec_push(leaders, message);
		return;
	}
	for (i = 0; i < leaders->n; i++) {
		if (leaders->p[i] == -message)
			leaders->p[i--] = leaders->p[--leaders->n];
	}
}

/* A group id is ours as long as a member lives that is older than our
 * program's death: a stranger could have taken the number only afterwards. */
static bool
is_ours(pid_t pid, const struct os_process *info, const struct os_pids *leaders, const char *token,
        uint64_t died)
{
	uint64_t run;
	size_t i;

	for (i = 0; i < leaders->n && info->start <= died; i++) {
		if (info->session == leaders->p[i] || info->group == leaders->p[i])
			return true;
	}
	return os_run_of(pid, POOL_MARK, token, &run);
}

/* One look at all processes; how many of ours were alive. */
static size_t
kill_round(const struct os_pids *leaders, const char *token, uint64_t died)
{
	struct os_pids all = { NULL, 0, 0 };
	struct os_process info;
	size_t i, n = 0;

	os_processes(&all);
	for (i = 0; i < all.n; i++) {
		if (all.p[i] == getpid() || !os_process(all.p[i], &info) || info.zombie ||
		    !is_ours(all.p[i], &info, leaders, token, died))
			continue;
		if (kill(all.p[i], SIGKILL) == 0)
			n++;
	}
	vec_release(&all);
	return n;
}

/* Until nobody is left: who forks faster than we look is found by his mark later. */
static void
kill_all(const struct os_pids *leaders, const char *token)
{
	const struct timespec step = { 0, 2 * 1000 * 1000 };
	uint64_t died = os_ticks();
	int round, quiet = 0;
	size_t i;

#ifndef __linux__
	for (i = 0; i < leaders->n; i++)
		kill(-leaders->p[i], SIGKILL);
#else
	(void)i;
#endif
	for (round = 0; round < ROUNDS_MAX && quiet < QUIET_ROUNDS; round++) {
		quiet = kill_round(leaders, token, died) ? 0 : quiet + 1;
		nanosleep(&step, NULL);
	}
}

NORETURN static void
watch(int fd, const char *token)
{
	struct os_pids leaders = { NULL, 0, 0 };
	pid_t message;
	ssize_t n;

	for (;;) {
		n = read(fd, &message, sizeof(message));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(message))
			break;
		if (message == 0)
			_exit(0);
		note_leader(&leaders, message);
	}
	kill_all(&leaders, token);
	_exit(0);
}

/* Nothing of ours may be kept open by a process that outlives us: a pipe's
 * reader would wait, a lock would stay, a file system could not be left. */
NORETURN static void
become_guardian(int fd, const char *token)
{
	sigset_t all;
	int i;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (chdir("/") < 0)
		_exit(1);
	os_close_all_but(fd);
	for (i = 0; i < 3; i++)
		close(i);
	for (i = 0; i < 3; i++) {
		if (open("/dev/null", O_RDWR) < 0)
			_exit(1);
	}
	os_rename("run-guardian");
	watch(fd, token);
}

int
guard_open(struct guard *g, const char *token, struct err *e)
{
	int fds[2];

	if (os_pipe(fds) < 0)
		return err_sys(e, "cannot make a pipe for the guardian");
	g->pid = fork();
	if (g->pid == 0)
		become_guardian(fds[0], token);
	close(fds[0]);
	if (g->pid < 0) {
		g->pid = 0;
		close(fds[1]);
		return err_sys(e, "cannot start the guardian process");
	}
	g->fd = fds[1];
	fcntl(g->fd, F_SETFL, O_NONBLOCK); /* it may be stopped; then it finds runs by their mark */
	return 0;
}

void
guard_tell(const struct guard *g, pid_t leader, bool alive)
{
	pid_t message = alive ? leader : -leader;
	ssize_t n = write(g->fd, &message, sizeof(message));

	(void)n;
}

void
guard_close(struct guard *g)
{
	pid_t goodbye = 0;
	ssize_t n;

	if (g->pid == 0)
		return;
	n = write(g->fd, &goodbye, sizeof(goodbye));
	(void)n;
	close(g->fd);
	kill(g->pid, SIGCONT);
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
	g->pid = 0;
}
