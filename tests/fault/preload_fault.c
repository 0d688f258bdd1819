/*
 * Loaded before the C library (LD_PRELOAD): makes the Nth call of one function
 * fail, in the program itself and not in its children.
 *
 *	FAULT_CALL    malloc, read, write, fsync, posix_spawnp, ...: see the end
 *	FAULT_AT      which call fails, from 1; 0 or none: no call
 *	FAULT_TIMES   how many calls from there on fail (default 1)
 *	FAULT_ERRNO   the number it fails with; "short": it does half of what it was asked
 *	FAULT_COUNT   a file that gets the number of calls at the end
 *
 * malloc stands for calloc and realloc too.
 */
#include "common/base.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t n);

static char call[32];
static long at, times = 1, count;
static int fault_errno;
static bool is_short;
static char count_path[4096];
static pid_t home; /* 0: not set up yet, nothing fails */

static void *
next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor))
static void
set_up(void)
{
	const char *x;

	if ((x = getenv("FAULT_CALL")))
		snprintf(call, sizeof(call), "%s", x);
	if ((x = getenv("FAULT_AT")))
		at = atol(x);
	if ((x = getenv("FAULT_TIMES")))
		times = atol(x);
	if ((x = getenv("FAULT_ERRNO"))) {
		is_short = strcmp(x, "short") == 0;
		fault_errno = atoi(x);
	}
	if ((x = getenv("FAULT_COUNT")))
		snprintf(count_path, sizeof(count_path), "%s", x);
	unsetenv("LD_PRELOAD");
	unsetenv("FAULT_CALL");
	unsetenv("FAULT_AT");
	home = getpid();
}

__attribute__((destructor))
static void
tell(void)
{
	FILE *f;

	if (home != getpid() || !count_path[0])
		return;
	home = 0;
	f = fopen(count_path, "w");
	if (f) {
		fprintf(f, "%ld\n", count);
		fclose(f);
	}
}

/* True when this call is to fail; errno is set then. */
static bool
fails(const char *name)
{
	if (home == 0 || strcmp(call, name) != 0 || home != getpid())
		return false;
	count++;
	if (at == 0 || count < at || count >= at + times)
		return false;
	errno = fault_errno;
	return true;
}

void *
malloc(size_t n)
{
	return fails("malloc") ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails("malloc") ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails("malloc") ? NULL : __libc_realloc(p, n);
}

ssize_t
read(int fd, void *p, size_t n)
{
	ssize_t (*real)(int, void *, size_t) = next("read");

	if (!fails("read"))
		return real(fd, p, n);
	return is_short ? real(fd, p, n > 1 ? n / 2 : n) : -1;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = next("write");

	if (!fails("write"))
		return real(fd, p, n);
	return is_short ? real(fd, p, n > 1 ? n / 2 : n) : -1;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t where)
{
	ssize_t (*real)(int, const void *, size_t, off_t) = next("pwrite");

	if (!fails("write"))
		return real(fd, p, n, where);
	return is_short ? real(fd, p, n > 1 ? n / 2 : n, where) : -1;
}

ssize_t
pread(int fd, void *p, size_t n, off_t where)
{
	ssize_t (*real)(int, void *, size_t, off_t) = next("pread");

	if (!fails("read"))
		return real(fd, p, n, where);
	return is_short ? real(fd, p, n > 1 ? n / 2 : n, where) : -1;
}

int
fsync(int fd)
{
	int (*real)(int) = next("fsync");

	return fails("fsync") ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	int (*real)(int) = next("fdatasync");

	return fails("fsync") ? -1 : real(fd);
}

int
ftruncate(int fd, off_t n)
{
	int (*real)(int, off_t) = next("ftruncate");

	return fails("ftruncate") ? -1 : real(fd, n);
}

int
pipe2(int fds[2], int flags)
{
	int (*real)(int *, int) = next("pipe2");

	return fails("pipe2") ? -1 : real(fds, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int (*real)(struct pollfd *, nfds_t, int) = next("poll");

	return fails("poll") ? -1 : real(fds, n, timeout);
}

pid_t
fork(void)
{
	pid_t (*real)(void) = next("fork");

	return fails("fork") ? -1 : real();
}

int
posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
	            char *const[], char *const[]) = next("posix_spawnp");

	return fails("posix_spawnp") ? fault_errno : real(pid, file, actions, attr, argv, envp);
}

int
open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...) = next("open");
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails("open") ? -1 : real(path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	int (*real)(int, const char *, int, ...) = next("openat");
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails("open") ? -1 : real(dir, path, flags, mode);
}

int
mkdir(const char *path, mode_t mode)
{
	int (*real)(const char *, mode_t) = next("mkdir");

	return fails("mkdir") ? -1 : real(path, mode);
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) = next("rename");

	return fails("rename") ? -1 : real(from, to);
}

int
flock(int fd, int what)
{
	int (*real)(int, int) = next("flock");

	return fails("flock") ? -1 : real(fd, what);
}

int
waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	int (*real)(idtype_t, id_t, siginfo_t *, int) = next("waitid");

	return fails("waitid") ? -1 : real(type, id, info, options);
}
