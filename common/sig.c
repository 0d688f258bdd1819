/* Signals as bytes in a pipe and facts to ask for: see sig.h. */
#include "common/base.h"
#include "common/sig.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/os.h"

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP };
static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGTSTP, SIGCONT };

static int wake[2] = { -1, -1 };
static volatile sig_atomic_t first_deadly, n_deadly, child_came, stop_came;
static struct sigaction before[ARRAY_LEN(handled)], before_pipe, before_size;
static sigset_t mask_before;

static bool
is_deadly(int sig)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(deadly); i++) {
		if (deadly[i] == sig)
			return true;
	}
	return false;
}

/* SIGINT was ignored when we were started: a script's background job, which the
 * terminal's Ctrl-C is not meant for.  Who sends it to us by kill means us. */
static bool
is_meant_for_others(int sig, const siginfo_t *info)
{
	return sig == SIGINT && before[0].sa_handler == SIG_IGN && info->si_code > 0;
}

static void
note(int sig, siginfo_t *info, void *context)
{
	int saved = errno;
	ssize_t n;

	(void)context;
	if (is_meant_for_others(sig, info))
		return;
	if (is_deadly(sig)) {
		if (first_deadly == 0)
			first_deadly = sig;
		/* Somebody is in a hurry and the clean-up hangs: end as others do.  The
		 * guardian of pool.c kills the children. */
		if (++n_deadly >= 3) {
			signal(sig, SIG_DFL);
			raise(sig);
		}
	} else if (sig == SIGCHLD) {
		child_came = 1;
	} else if (sig == SIGTSTP) {
		stop_came = 1;
	}
	/* A full pipe wakes as well as one byte more would. */
	n = write(wake[1], "", 1);
	(void)n;
	errno = saved;
}

/* What was ignored at the start stays so: somebody wants us to live on. */
static void
install(void)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_SIGINFO };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t unblock;
	size_t i;

	sigemptyset(&act.sa_mask);
	sigemptyset(&ignore.sa_mask);
	sigemptyset(&unblock);
	for (i = 0; i < ARRAY_LEN(handled); i++) {
		sigaction(handled[i], NULL, &before[i]);
		sigaddset(&unblock, handled[i]);
		if (handled[i] == SIGCHLD || handled[i] == SIGINT || before[i].sa_handler != SIG_IGN)
			sigaction(handled[i], &act, NULL);
	}
	sigaction(SIGPIPE, &ignore, &before_pipe);
	sigaction(SIGXFSZ, &ignore, &before_size);
	sigprocmask(SIG_UNBLOCK, &unblock, &mask_before);
}

int
sig_open(struct err *e)
{
	if (wake[0] >= 0)
		return 0;
	if (os_pipe(wake) < 0) {
		wake[0] = wake[1] = -1;
		return err_sys(e, "cannot make a pipe for signals");
	}
	fcntl(wake[0], F_SETFL, O_NONBLOCK);
	fcntl(wake[1], F_SETFL, O_NONBLOCK);
	install();
	return 0;
}

void
sig_close(void)
{
	size_t i;

	if (wake[0] < 0)
		return;
	for (i = 0; i < ARRAY_LEN(handled); i++)
		sigaction(handled[i], &before[i], NULL);
	sigaction(SIGPIPE, &before_pipe, NULL);
	sigaction(SIGXFSZ, &before_size, NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	close(wake[0]);
	close(wake[1]);
	wake[0] = wake[1] = -1;
	first_deadly = n_deadly = child_came = stop_came = 0;
}

int
sig_fd(void)
{
	return wake[0];
}

void
sig_drain(void)
{
	char bytes[64];
	ssize_t n;

	do
		n = wake[0] < 0 ? 0 : read(wake[0], bytes, sizeof(bytes));
	while (n == (ssize_t)sizeof(bytes) || (n < 0 && errno == EINTR));
}

int
sig_pending(void)
{
	return first_deadly;
}

int
sig_count(void)
{
	return n_deadly;
}

bool
sig_take_child(void)
{
	bool came = child_came;

	child_came = 0;
	return came;
}

bool
sig_take_stop(void)
{
	bool came = stop_came;

	stop_came = 0;
	return came;
}

void
sig_stop_self(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, ours;

	sigemptyset(&usual.sa_mask);
	sigaction(SIGTSTP, &usual, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}

void
sig_reraise(void)
{
	int sig = first_deadly;
	sigset_t unblock;

	if (sig == 0)
		return;
	signal(sig, SIG_DFL);
	sigemptyset(&unblock);
	sigaddset(&unblock, sig);
	sigprocmask(SIG_UNBLOCK, &unblock, NULL);
	raise(sig);
}
