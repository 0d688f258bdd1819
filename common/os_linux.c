/*
 * The kernel's knowledge of processes, on Linux: see os.h.  The list of our
 * own children is one small file (CONFIG_PROC_CHILDREN, in every distribution's
 * kernel), so that a run which leaves nothing behind costs some
 * microseconds; without it all of /proc is read.
 */
#include "common/base.h"
#include "common/os.h"

#ifdef __linux__

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/str.h"

bool
os_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/* Adds the file to out; errors end it early, the file is then as if shorter. */
static bool
slurp(struct str *out, const char *path)
{
	char bytes[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	do {
		n = read(fd, bytes, sizeof(bytes));
		if (n > 0 && !str_add(out, bytes, (size_t)n))
			break;
	} while (n > 0 || (n < 0 && errno == EINTR));
	close(fd);
	return true;
}

static void
add_numbers(struct span text, struct os_pids *out)
{
	struct span word;
	uint64_t pid;

	while (span_next(&text, ' ', &word)) {
		if (span_u64(word, &pid) && pid > 0 && pid <= INT32_MAX)
			vec_push(out, (pid_t)pid);
	}
}

/* Calls for every entry of a folder of /proc whose name is a number. */
static bool
each_number(const char *path, void (*found)(void *data, pid_t n), void *data)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	uint64_t n;

	if (dir == NULL)
		return false;
	while ((d = readdir(dir))) {
		if (span_u64(span_of(d->d_name), &n) && n > 0 && n <= INT32_MAX)
			found(data, (pid_t)n);
	}
	closedir(dir);
	return true;
}

static void
push_pid(void *data, pid_t pid)
{
	vec_push((struct os_pids *)data, pid);
}

void
os_processes(struct os_pids *out)
{
	each_number("/proc", push_pid, out);
}

static void
children_by_search(pid_t pid, struct os_pids *out)
{
	struct os_pids all = { NULL, 0, 0 };
	struct os_process info;
	size_t i;

	os_processes(&all);
	for (i = 0; i < all.n; i++) {
		if (os_process(all.p[i], &info) && info.parent == pid)
			vec_push(out, all.p[i]);
	}
	vec_release(&all);
}

static bool
has_children_files(void)
{
	static int known;

	if (known == 0)
		known = access("/proc/thread-self/children", R_OK) == 0 ? 1 : -1;
	return known > 0;
}

/* A thread is the parent of what it forked; together they are the process's. */
void
os_children(pid_t pid, struct os_pids *out)
{
	struct os_pids threads = { NULL, 0, 0 };
	struct str text = STR_INIT(4 << 20);
	char path[64];
	size_t i;

	if (!has_children_files()) {
		children_by_search(pid, out);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if (pid == getpid())
		vec_push(&threads, pid);
	else
		each_number(path, push_pid, &threads);
	for (i = 0; i < threads.n; i++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)threads.p[i]);
		slurp(&text, path);
	}
	add_numbers(str_span(&text), out);
	str_release(&text);
	vec_release(&threads);
}

/* Fields of /proc/PID/stat after the name, which may hold anything: state,
 * parent, group, session, ... the 20th is the start. */
bool
os_process(pid_t pid, struct os_process *out)
{
	struct str text = STR_INIT(4096);
	char path[64], state = 'X';
	const char *after;
	int parent, group, session;
	unsigned long long start;
	bool ok;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	ok = slurp(&text, path) && (after = strrchr(str_c(&text), ')')) != NULL &&
	     sscanf(after, ") %c %d %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
	            &state, &parent, &group, &session, &start) == 5;
	str_release(&text);
	if (ok)
		*out = (struct os_process){ parent, group, session, strchr("ZXx", state) != NULL, start };
	return ok;
}

uint64_t
os_ticks(void)
{
	struct timespec t;
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * per_second + (uint64_t)t.tv_nsec * per_second / 1000000000;
}

static bool
run_in(struct span value, const char *token, uint64_t *run)
{
	struct span part;

	while (span_next(&value, ':', &part)) {
		size_t n = strlen(token);
		if (span_starts(part, token) && part.n > n && part.p[n] == '.' &&
		    span_u64(span_from(part, n + 1), run))
			return true;
	}
	return false;
}

bool
os_run_of(pid_t pid, const char *name, const char *token, uint64_t *run)
{
	struct str text = STR_INIT(8 << 20);
	struct span rest, entry;
	size_t n = strlen(name);
	bool found = false;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	slurp(&text, path);
	rest = str_span(&text);
	while (!found && span_next(&rest, '\0', &entry)) {
		if (span_starts(entry, name) && entry.n > n && entry.p[n] == '=')
			found = run_in(span_from(entry, n + 1), token, run);
	}
	str_release(&text);
	return found;
}

int
os_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

void
os_close_all_but(int keep)
{
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

#ifdef SYS_close_range
	if (keep > 3)
		syscall(SYS_close_range, 3u, (unsigned)keep - 1, 0u);
	if (syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0u) == 0)
		return;
#endif
	for (fd = 3; fd < (limit > 0 && limit < 65536 ? (int)limit : 65536); fd++) {
		if (fd != keep)
			close(fd);
	}
}

bool
os_program(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size);

	if (n <= 0 || (size_t)n >= size)
		return false;
	path[n] = '\0';
	return true;
}

void
os_rename(const char *name)
{
	prctl(PR_SET_NAME, name, 0, 0, 0);
}

double
os_load(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

#endif
