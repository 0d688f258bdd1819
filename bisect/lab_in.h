/*
 * The inside of the laboratory, shared by the lab_*.c files and nobody else:
 * lab.c (asks and answers), lab_run.c (runs), lab_log.c (lines of the journal), lab_know.c
 * (durations, counts, other failures), lab_fork.c (the fork server).
 */
#ifndef BISECT_LAB_IN_H
#define BISECT_LAB_IN_H

#include "bisect/ex.h"
#include "bisect/lab.h"
#include "bisect/session.h"
#include "bisect/trial.h"

enum run_state { RUN_QUEUED, RUN_GOING, RUN_ENDED };

/* A process that keeps a processor busy beside a run; child NULL: it is gone. */
struct stress {
	struct child *child;
};

/* One ask and the run that answers it.  Invariant: trial is in use unless QUEUED. */
struct run {
	struct lab *lab;
	uint64_t ask_id;       /* 0: the lab's own, to try the fork server */
	uint64_t number;       /* of the run; 0 while QUEUED */
	struct ask ask;        /* tests are owned */
	uint64_t digest;       /* of the question */
	enum run_state state;
	uint64_t ended_at;     /* counts ends: the order in which answers are given */
	bool warm;             /* it goes to the fork server */
	bool only_cold;        /* the fork server failed it once */
	bool unwanted;         /* cancelled: to be freed at its end */
	bool overdue;          /* ended by runs_limit */
	int64_t started_at;    /* clock_micros */
	struct trial trial;
	struct job_end end;
	VEC(struct stress *) stress;
};

/* What is handed out of a run, and written down. */
struct result {
	uint64_t run, ask;
	uint64_t digest;
	uint32_t n_tests;
	char phase[16];
	bool fresh, warm;
	uint32_t victim;
	int64_t at;            /* microseconds of the session when it was answered */
	int64_t micros;
	double load;
	int n_leaked;
	uint64_t n_output;
	bool has_seconds;      /* the file "seconds" was written just before */
	struct judgement judgement;
};

void result_init(struct result *r);
void result_release(struct result *r);
/* A line of the journal and back; a test index that is not below n_tests is refused. */
void result_format(struct str *out, const struct result *r);
int result_parse(struct result *r, struct span payload, uint32_t n_list, struct err *e);
/* Adds "0-3,7,2": runs of ascending indices. */
void indices_format(struct str *out, const uint32_t *p, size_t n);

enum fork_state {
	FORK_NONE,     /* off, or there is none */
	FORK_WAITING,  /* loading, or not believed yet */
	FORK_BELIEVED,
	FORK_DROPPED,
};

/* Runs of one kind (cold or warm) as points: seconds of tests asked, seconds taken. */
struct cost {
	double n, sx, sy, sxx, sxy; /* sums, by answers */
};

struct lab {
	struct lab_config c;
	struct trial_rules rules;
	struct executor *local, *fork;
	VEC(struct run *) runs;      /* in order of asking */
	uint64_t next_ask, next_run, n_ends, n_own;
	size_t at;                   /* lines of the journal that were replayed */
	struct result last;          /* what was handed out last */
	VEC(struct test_end) last_ends;
	struct str last_text;        /* its signature */
	bool broken;
	struct err why;              /* if broken */
	bool log_failed;             /* the note about it was made */

	struct signature target;     /* how NONE: not seen yet */
	struct str target_text;
	struct other_failure target_seen; /* how often, and first; its text is target_text */

	int64_t began;               /* clock at lab_open, less what earlier parts took */
	struct lab_stats stats;      /* seconds and n_under_way are filled when asked for */
	int64_t baseline[2];         /* longest run of the whole list, fresh and from the fork server,
	                                microseconds; 0: none yet */
	double whole_seconds;        /* of the first run of the whole list; 0: none yet */
	int64_t *test_micros;        /* [n] as reported; NULL: never */
	double *seconds;             /* [n] for lab_seconds */
	bool seconds_old;            /* seconds are to be computed anew */
	struct cost cost[2];         /* cold, warm */
	VEC(struct other_failure) others;
	VEC(struct signature *) other_signatures; /* beside others */
	struct str trouble;
	uint32_t *absent_count;      /* [n] NULL: none was absent */

	uint32_t jobs_seen;          /* as answers told */
	enum fork_state fork_live, fork_seen; /* as it is; as answers told */
	struct str fork_why;         /* of DROPPED, not yet written down */
	uint32_t fork_passes;        /* the fork server passed where fresh runs fail */
	struct ask whole;            /* the first failing ask of the whole list; tests owned, NULL: none */
	uint32_t whole_fails, whole_runs; /* fresh ones of the whole list */
};

static inline uint32_t
lab_n_tests(const struct lab *lab)
{
	return testlist_count(lab->c.list);
}

static inline bool
lab_replaying(const struct lab *lab)
{
	return lab->at < lab->c.session->journal.lines.v.n;
}

/* lab.c: the listener of both executors. */
void lab_job_ended(void *data, const struct job_end *end);
int64_t lab_elapsed(const struct lab *lab); /* microseconds of the session */

/* lab_run.c */
struct run *run_new(struct lab *lab, const struct ask *ask, uint64_t id); /* copies the tests */
/* Takes the run's folder and processes away; the ask remains, as QUEUED. */
void run_clear(struct run *run);
void run_free(struct run *run); /* takes it out of the list too */
void run_stop_stress(struct run *run);
uint32_t runs_count(const struct lab *lab, enum run_state state);
struct run *runs_next(struct lab *lab); /* the first QUEUED one; NULL: none */
bool runs_left(const struct lab *lab);      /* --max-runs has room for one more */
bool runs_time_left(const struct lab *lab); /* --budget */
/* Starts what is queued, up to --jobs at once and as far as the budget goes.  -1:
 * the lab is broken. */
int runs_start(struct lab *lab);
/* Ends runs that are past a limit that was not known yet when they were started. */
void runs_limit(struct lab *lab);
/* The lab can go on no more, because of e; returns -1. */
int lab_break(struct lab *lab, const struct err *e);

/* lab_know.c: learns from an answer, in the same way live and on a replay. */
void know_result(struct lab *lab, const struct result *r, double tests_seconds);
double know_seconds_of(struct lab *lab, const uint32_t *tests, size_t n);
bool know_takes_times(struct lab *lab, const struct run *run, const struct result *r);
/* The last answer's failure becomes the target, and what was the target another failure. */
void know_target(struct lab *lab);
void know_release(struct lab *lab);

/* lab_fork.c */
void fork_open(struct lab *lab);
void fork_close(struct lab *lab);
/* Whether this run, about to start, shall go to the fork server. */
bool fork_takes(struct lab *lab, const struct run *run);
/* Whether the lab should try the fork server on the whole list before this run. */
bool fork_wants_try(struct lab *lab, const struct run *run);
/* The end of a run in the fork server: true when its answer counts, false when it
 * must be asked of a fresh process (or was the lab's own). */
bool fork_counts(struct lab *lab, struct run *run, const struct judgement *j);
void fork_drop(struct lab *lab, const char *why);
/* The event for the journal, "" none: what fork_seen must become. */
void fork_event(struct lab *lab, struct str *out);
bool fork_replay(struct lab *lab, struct span payload); /* false: no such event */

#endif
