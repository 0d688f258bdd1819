/*
 * What the files of the pool share: pool.c (the loop), child.c (the start and
 * the descriptors of one child), stray.c (processes left behind) and guard.c
 * (who ends everything should we be killed).  Nobody else includes this.
 */
#ifndef COMMON_CHILD_H
#define COMMON_CHILD_H

#include "common/os.h"
#include "common/pool.h"

#define POOL_MARK "FLAKETOOLS_RUN" /* environment variable, parts TOKEN.RUN set apart by ':' */

enum {
	POOL_CHUNK = 64 << 10,    /* bytes read at once */
	POOL_INPUT = 16 << 20,    /* bytes that may wait for a stdin pipe */
	LINGER_US = 100 * 1000,   /* after the exit, for output and orphans to end */
	SWEEP_US = 2000 * 1000,   /* for what was killed to vanish */
	SWEEP_STEP_US = 5 * 1000, /* between looks while it does */
	UNKILLABLE_US = 5000 * 1000, /* from SIGKILL until a leader is given up */
};

static const int64_t never_us = INT64_MAX;

/*
 * ALIVE: the leader runs.  GONE: it is a zombie, unreaped so that its group id
 * stays ours; output and orphans have until linger_until.  SWEPT: all that was
 * left has been killed; waits for it to vanish.  OVER: told and to be freed.
 */
enum child_state { CHILD_ALIVE, CHILD_GONE, CHILD_SWEPT, CHILD_OVER };

/* Times are of pool_now. */
struct child {
	struct pool *pool;
	struct child_spec spec; /* argv, env, cwd and stdin_path are not valid any more */
	uint64_t run;           /* its number in the mark */
	pid_t pid;              /* also its group and session */
	enum child_state state;
	int64_t started;
	int64_t deadline;       /* of the next TERM or KILL; never_us: none */
	int64_t linger_until;
	int64_t sweep_until;
	bool ending;            /* end.how is TIMED_OUT or STOPPED already; TERM was sent */
	bool killed;            /* and KILL */
	bool mute;              /* no callbacks: pool_end */
	bool deaf;              /* output() said stop: read on, tell nobody */
	bool overlapped;        /* other children were under way at some time of its life */
	int in, out, err;       /* our ends; -1: closed or not there */
	struct str input;       /* waits for the stdin pipe */
	size_t input_sent;      /* bytes of it that are through */
	bool input_ends;        /* close when all of it is through */
	struct os_pids leaked;  /* those that count for n_leaked */
	struct child_end end;
};

/* A process that is our child by adoption. */
struct stray {
	pid_t pid, group, session;
	const struct child *owner; /* NULL: not known */
	bool sure;                 /* by its mark or session, or there was no other run */
};

struct guard {
	pid_t pid; /* 0: none */
	int fd;    /* it reads the other end; our death closes this one */
};

struct pool {
	VEC(struct child *) children;
	VEC(struct stray) strays;   /* as of the last look */
	struct os_pids foreign;     /* children that we had before */
	char token[48];             /* of our mark, unlike any other process's */
	uint64_t n_runs;
	int64_t lost_us;            /* time spent stopped */
	bool look_due;              /* SIGCHLD came: exits and strays */
	struct guard guard;
	size_t n_calls;             /* callbacks made, in all */
	char chunk[POOL_CHUNK];
};

/* child.c */
/* As pool_start; *out is set only when it was started.  0, errno of the program, or -1 and e. */
int child_spawn(struct child **out, struct pool *p, const struct child_spec *spec, struct err *e);
/* Reads once, at most a chunk, and tells.  False: nothing to be had now, or the end. */
bool child_read(struct child *c, int stream);
void child_feed(struct child *c); /* writes what the pipe takes */
void child_signal(const struct child *c, int sig); /* to the group */
/* Decides how it ends, sends TERM; KILL follows at the deadline. */
void child_begin_end(struct child *c, enum child_how how);
void child_free(struct child *c); /* closes, does not wait */

/* stray.c */
/* Fills p->strays, reaps those that are dead. */
void strays_look(struct pool *p);
bool strays_of(const struct pool *p, const struct child *c); /* are there any? */
/* Kills those of c with all that descends from them, and its group; counts. */
void strays_kill(struct pool *p, struct child *c);
/* Kills those that nobody owns; for the end of the pool. */
void strays_kill_rest(struct pool *p);
/* The signal to everything that descends from pid, pid's group too. */
void tree_signal(pid_t pid, int sig);

/* guard.c */
int guard_open(struct guard *g, const char *token, struct err *e);
void guard_tell(const struct guard *g, pid_t leader, bool alive);
void guard_close(struct guard *g);

#endif
