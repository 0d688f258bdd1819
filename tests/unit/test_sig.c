/* Signals: remembered, passed on, or left to whom they are meant for. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sig.h"

/* Runs act in a process of its own; its wait status. */
static int
status_of(int (*act)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(act());
	waitpid(pid, &status, 0);
	return status;
}

static int
remember(void)
{
	struct pollfd fd;

	if (sig_open(NULL) < 0 || sig_pending() || sig_count())
		return 1;
	fd = (struct pollfd){ .fd = sig_fd(), .events = POLLIN };
	if (poll(&fd, 1, 0) != 0)
		return 2;
	raise(SIGTERM);
	raise(SIGINT);
	if (sig_pending() != SIGTERM || sig_count() != 2)
		return 3;
	if (poll(&fd, 1, 0) != 1)
		return 4;
	sig_drain();
	if (poll(&fd, 1, 0) != 0)
		return 5;
	raise(SIGPIPE);
	sig_reraise();
	return 6;
}

static int
blocked(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (sig_open(NULL) < 0)
		return 1;
	raise(SIGTERM);
	sig_reraise();
	return 2;
}

/* Catches a signal that is lost, or whose default action does not end us. */
static void
test_remember(void)
{
	int status = status_of(remember);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	status = status_of(blocked);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static int
impatient(void)
{
	if (sig_open(NULL) < 0)
		return 1;
	raise(SIGINT);
	raise(SIGINT);
	raise(SIGINT);
	return 2;
}

/* Catches a program that cannot be ended when its clean-up hangs. */
static void
test_third(void)
{
	int status = status_of(impatient);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static int
ignored(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (sig_open(NULL) < 0)
		return 1;
	raise(SIGHUP);
	if (sig_pending())
		return 2;
	raise(SIGINT);
	if (sig_pending() != SIGINT)
		return 3;
	sig_close();
	raise(SIGINT);
	raise(SIGHUP);
	return sig_pending() || sig_fd() >= 0 ? 4 : 0;
}

/* Catches nohup that does not help, and a kill that a script's job does not hear. */
static void
test_ignored(void)
{
	CHECK_INT(status_of(ignored), 0);
}

/* Types Ctrl-C at a terminal of our own. */
static int
type_interrupt(bool ignore)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), terminal;
	struct pollfd fd;

	signal(SIGINT, ignore ? SIG_IGN : SIG_DFL);
	if (master < 0 || grantpt(master) || unlockpt(master) || setsid() < 0)
		return 77;
	terminal = open(ptsname(master), O_RDWR);
	if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
		return 77;
	if (sig_open(NULL) < 0 || write(master, "\003", 1) != 1)
		return 1;
	fd = (struct pollfd){ .fd = sig_fd(), .events = POLLIN };
	if (!ignore)
		return poll(&fd, 1, 20000) != 0 && sig_pending() == SIGINT ? 0 : 2;
	raise(SIGTERM); /* comes after it */
	return sig_pending() == SIGTERM ? 0 : 3;
}

static int
typed(void)
{
	return type_interrupt(false);
}

static int
typed_at_others(void)
{
	return type_interrupt(true);
}

/* Catches a script's background job that ends at the Ctrl-C meant for the script. */
static void
test_terminal(void)
{
	int status = status_of(typed), ignoring = status_of(typed_at_others);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		return; /* no terminals here */
	CHECK_INT(status, 0);
	CHECK_INT(ignoring, 0);
}

int
main(void)
{
	test_remember();
	test_third();
	test_ignored();
	test_terminal();
	return check_done();
}
