/* What can be said of processes on a POSIX system in general: see os.h. */
#include "common/base.h"
#include "common/os.h"

#ifndef __linux__

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool
os_adopt_orphans(void)
{
	return false;
}

void
os_children(pid_t pid, struct os_pids *out)
{
	(void)pid;
	(void)out;
}

void
os_processes(struct os_pids *out)
{
	(void)out;
}

bool
os_process(pid_t pid, struct os_process *out)
{
	(void)pid;
	(void)out;
	return false;
}

uint64_t
os_ticks(void)
{
	return 0;
}

bool
os_run_of(pid_t pid, const char *name, const char *token, uint64_t *run)
{
	(void)pid;
	(void)name;
	(void)token;
	(void)run;
	return false;
}

/* Not atomic, which matters to programs with threads; we have none. */
int
os_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		return -1;
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

void
os_close_all_but(int keep)
{
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

	for (fd = 3; fd < (limit > 0 && limit < 65536 ? (int)limit : 65536); fd++) {
		if (fd != keep)
			close(fd);
	}
}

bool
os_program(char *path, size_t size)
{
	(void)path;
	(void)size;
	return false;
}

void
os_rename(const char *name)
{
	(void)name;
}

double
os_load(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

#endif
