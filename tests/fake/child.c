/*
 * A child that misbehaves on request.  Its arguments are orders, done one
 * after the other; the exit status is 0 unless an order says otherwise.
 *
 *	print TEXT      err TEXT      a line on standard output, error
 *	flood BYTES                   so many bytes on standard output
 *	echo                          copies standard input to standard output
 *	exit N          kill N        ends, by a status or a signal to itself
 *	sleep MS        forever       waits
 *	ignore-term                   from here on, children too
 *	on-term N                     exits with N at SIGTERM
 *	close                         closes standard output and error
 *	touch FILE                    makes the file
 *	wait-for FILE                 until the file is there
 *	env NAME                      prints NAME's value, or "(unset)"
 *	state                         prints its group, session, signals and open descriptors
 *	pid FILE                      writes its process id to FILE, whole or not at all
 *	fork                          a child does the rest of the orders, this one waits for it
 *	leave                         a child does the rest, this one ends with 0
 *	group                         goes into a process group of its own
 *	daemon                        a grandchild in its own session does the rest, its
 *	                              output to /dev/null, this one ends with 0
 *	forget                        starts itself again, for the rest, without environment
 *	bomb N                        N children that each do the rest, this one ends with 0
 */
#include "common/base.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t term_status;

static void
on_term(int sig)
{
	(void)sig;
	_exit(term_status);
}

static void
snooze(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static void
flood(unsigned long long n)
{
	static char bytes[64 << 10];

	memset(bytes, 'x', sizeof(bytes));
	while (n) {
		ssize_t w = write(1, bytes, n < sizeof(bytes) ? (size_t)n : sizeof(bytes));
		if (w < 0 && errno != EINTR)
			_exit(3);
		n -= w > 0 ? (unsigned long long)w : 0;
	}
}

static void
write_pid(const char *path)
{
	char temp[4096];
	FILE *f;

	snprintf(temp, sizeof(temp), "%s.%d", path, (int)getpid());
	f = fopen(temp, "w");
	if (f == NULL || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f) || rename(temp, path))
		_exit(4);
}

/* A build with sanitizers handles some signals by itself. */
static bool
is_handled(int sig)
{
	struct sigaction act;

#ifdef __SANITIZE_ADDRESS__
	if (sig == SIGBUS || sig == SIGFPE || sig == SIGSEGV)
		return false;
#endif
	return sigaction(sig, NULL, &act) == 0 && act.sa_handler != SIG_DFL;
}

static void
print_state(void)
{
	sigset_t blocked;
	int sig, fd;

	printf("group %d session %d\n", getpgid(0) == getpid(), getsid(0) == getpid());
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (sig = 1; sig < 32; sig++) {
		if (sigismember(&blocked, sig))
			printf("blocked %d\n", sig);
		if (is_handled(sig))
			printf("handled %d\n", sig);
	}
	for (fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	}
}

static void
daemonize(void)
{
	int null = open("/dev/null", O_RDWR);

	if (fork() > 0)
		_exit(0);
	setsid();
	if (fork() > 0)
		_exit(0);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close(null);
}

static void
echo(void)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(0, bytes, sizeof(bytes))) > 0) {
		if (write(1, bytes, (size_t)n) != n)
			_exit(3);
	}
}

static void
wait_for(const char *path)
{
	while (access(path, F_OK) < 0)
		snooze(2);
}

/* Orders without an argument; false: not one of them. */
static bool
simple_order(const char *order, char **rest, char *self)
{
	static char *nothing[] = { NULL };
	pid_t pid;
	int status;

	if (strcmp(order, "forever") == 0) {
		for (;;)
			snooze(1000000);
	} else if (strcmp(order, "ignore-term") == 0) {
		signal(SIGTERM, SIG_IGN);
	} else if (strcmp(order, "close") == 0) {
		close(1);
		close(2);
	} else if (strcmp(order, "state") == 0) {
		print_state();
	} else if (strcmp(order, "echo") == 0) {
		echo();
	} else if (strcmp(order, "group") == 0) {
		setpgid(0, 0);
	} else if (strcmp(order, "daemon") == 0) {
		daemonize();
	} else if (strcmp(order, "leave") == 0) {
		if (fork() > 0)
			_exit(0);
	} else if (strcmp(order, "fork") == 0) {
		pid = fork();
		if (pid > 0) {
			waitpid(pid, &status, 0);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		}
	} else if (strcmp(order, "forget") == 0) {
		rest[-1] = self;
		execve(self, rest - 1, nothing);
		_exit(5);
	} else {
		return false;
	}
	return true;
}

static void
bomb(long n)
{
	while (n-- > 0) {
		if (fork() == 0)
			return;
	}
	_exit(0);
}

static bool
order_with(const char *order, const char *arg)
{
	if (strcmp(order, "print") == 0)
		puts(arg);
	else if (strcmp(order, "err") == 0)
		fprintf(stderr, "%s\n", arg);
	else if (strcmp(order, "flood") == 0)
		flood(strtoull(arg, NULL, 10));
	else if (strcmp(order, "exit") == 0)
		exit(atoi(arg));
	else if (strcmp(order, "kill") == 0)
		raise(atoi(arg));
	else if (strcmp(order, "sleep") == 0)
		snooze(atol(arg));
	else if (strcmp(order, "touch") == 0)
		close(open(arg, O_WRONLY | O_CREAT, 0666));
	else if (strcmp(order, "wait-for") == 0)
		wait_for(arg);
	else if (strcmp(order, "pid") == 0)
		write_pid(arg);
	else if (strcmp(order, "env") == 0)
		puts(getenv(arg) ? getenv(arg) : "(unset)");
	else if (strcmp(order, "bomb") == 0)
		bomb(atol(arg));
	else if (strcmp(order, "on-term") == 0)
		term_status = atoi(arg), signal(SIGTERM, on_term);
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	int i;

	(void)argc;
	for (i = 1; argv[i]; i++) {
		fflush(stdout);
		if (simple_order(argv[i], argv + i + 1, argv[0]))
			continue;
		if (argv[i + 1] == NULL || !order_with(argv[i], argv[i + 1])) {
			fprintf(stderr, "child: unknown order '%s'\n", argv[i]);
			return 2;
		}
		i++;
	}
	return 0;
}
