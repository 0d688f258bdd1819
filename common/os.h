/*
 * What only the kernel knows: the processes that descend from us, the run each
 * belongs to, the machine's load.  os_linux.c answers from /proc and prctl;
 * os_other.c is the fall-back, where what cannot be known is answered "none"
 * and only process groups and held output tell of a leak.
 */
#ifndef COMMON_OS_H
#define COMMON_OS_H

#include <sys/types.h>

#include "common/vec.h"

struct os_pids {
	pid_t *p;
	size_t n, cap;
};

struct os_process {
	pid_t parent, group, session;
	bool zombie;    /* or about to go */
	uint64_t start; /* clock ticks since boot */
};

/* From now on, orphans among our descendants become our own children.  False:
 * this system cannot. */
bool os_adopt_orphans(void);

/* Adds the children of pid, in no order.  Complete for a single-threaded caller's
 * own (nobody else reaps them); others may come and go meanwhile. */
void os_children(pid_t pid, struct os_pids *out);
/* Adds all processes of the machine. */
void os_processes(struct os_pids *out);
/* False: no such process. */
bool os_process(pid_t pid, struct os_process *out);
/* Clock ticks since boot, to compare with os_process.start. */
uint64_t os_ticks(void);

/* The environment variable name, as the program got it when it was started, holds the
 * part "TOKEN.RUN", parts being set apart by ':'.  False: it does not, or we
 * may not look. */
bool os_run_of(pid_t pid, const char *name, const char *token, uint64_t *run);

/* A pipe with close-on-exec at both ends; -1 and errno. */
int os_pipe(int fds[2]);
/* Closes every descriptor above 2 but keep. */
void os_close_all_but(int keep);
/* The path of this program; false: the system does not tell. */
bool os_program(char *path, size_t size);
/* The name that `ps` and `pkill` see. */
void os_rename(const char *name);
/* One-minute load average; < 0: unknown. */
double os_load(void);

#endif
