/*
 * The laboratory: asks questions of the command and writes everything down.
 * An ask becomes a run (framework, executor, journal, progress line); its
 * answer comes back through lab_wait.  The journal is synced before an answer
 * is handed out.  When a session is resumed the lab replays the journal: the
 * driver asks the same questions again and gets the recorded answers, in the
 * recorded order, until the journal ends.  So drivers must depend on answers
 * alone, never on a clock; every accessor below that says "by answers" gives
 * the same value at the same place of a replay.
 *
 * An ask that is not fresh may be answered by the fork server.  The server is
 * believed only after it failed like a fresh process did on the whole list;
 * asks of the whole list that need not be fresh are therefore the cheapest way
 * to get it into use, and without them the lab tries it by itself.
 */
#ifndef BISECT_LAB_H
#define BISECT_LAB_H

#include "bisect/finding.h"
#include "bisect/fw.h"
#include "bisect/options.h"

struct lab;
struct session;

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNRESOLVED };

enum outcome {
	OUT_PASS, OUT_FAIL, OUT_OTHER, OUT_CRASH, OUT_TIMEOUT, OUT_LEAK,
	OUT_NOT_STARTED, OUT_UNRESOLVED, OUT_ABSENT, OUT_CANCELLED,
};

struct ask {
	const uint32_t *tests; /* indices, in the order in which they shall run */
	size_t n;
	const char *phase;     /* "gate", "search", "proof": a literal */
	bool fresh;            /* in a process of its own, never from the fork server */
	uint32_t victim;       /* the test whose failure counts; TESTLIST_NONE: the whole run */
};

/* Valid until the next lab_wait. */
struct answer {
	uint64_t run;               /* its number */
	uint64_t ask;               /* as lab_ask gave it */
	enum verdict verdict;
	enum outcome outcome;
	int64_t micros;
	const char *signature;      /* of the failure, "" for a pass */
	const char *why;            /* for unresolved ones; "" else */
	const uint32_t *failed;     /* tests that failed, in order of the run */
	size_t n_failed;
	const struct test_end *ends; /* all tests' ends; empty on a replay */
	size_t n_ends;
	bool warm;
};

struct lab_config {
	struct pool *pool;
	struct fw_command *command;
	const struct framework *fw;
	const struct testlist *list;
	const struct options *opt;
	const double *seconds;    /* [n] expected of each test before any run told; NULL: unknown */
	struct session *session;  /* locked, with a scratch folder; its journal is replayed first */
	bool replay_only;         /* start nothing: LAB_SIGNAL (or BUDGET) where the journal ends, for `show` */
	/* One line for the person: what the lab decided by itself.  Not on a replay. */
	void (*note)(void *data, const char *text);
	/* A run was journalled (also on a replay), before lab_wait hands its answer out. */
	void (*ran)(void *data, const struct ask *ask, const struct answer *answer, bool replayed);
	/* Several times a second while lab_wait waits. */
	void (*tick)(void *data);
	void *data;
};

/* The pointers stay the caller's and must outlive the lab.  NULL and e when an
 * option is wrong or the session cannot be read. */
struct lab *lab_open(const struct lab_config *config, struct err *e);
/* Kills what is under way, removes its folders, frees. */
void lab_close(struct lab *lab);

/* 0 and *ask's number, or -1 (e; the budget or a signal ends in lab_wait). */
int lab_ask(struct lab *lab, const struct ask *ask, uint64_t *id, struct err *e);

enum lab_event {
	LAB_ANSWER, LAB_IDLE /* nothing under way */, LAB_BUDGET, LAB_SIGNAL, LAB_ERROR,
};
enum lab_event lab_wait(struct lab *lab, struct answer *out, struct err *e);
/* The answer is no longer wanted; none will come (a run that already counts is journalled). */
void lab_cancel(struct lab *lab, uint64_t id);

/* The failure of this answer (the last that lab_wait gave) is the one that is
 * searched for, and no other failure any more: from now on whole runs (no victim)
 * that fail otherwise, as the target did up to now, are OUT_OTHER and unresolved.
 * Unless told, the first OUT_FAIL or OUT_CRASH of a run without a victim is taken.
 * Where a victim is named its failing counts. */
void lab_target(struct lab *lab, const struct answer *answer);
/* Its signature; NULL: none was seen. */
const char *lab_target_text(const struct lab *lab);
/* Adds the same with the error line as it was printed; nothing if none was seen. */
void lab_target_shown(struct str *out, const struct lab *lab);

struct lab_stats {
	uint32_t n_runs;       /* answered, whatever the verdict; by answers */
	uint32_t n_unresolved; /* of them */
	uint32_t n_absent;     /* of them: the runner left out what was asked */
	uint32_t n_replayed;   /* of them: from the journal */
	uint32_t n_under_way;  /* now */
	uint32_t n_warm;       /* of n_runs, from the fork server */
	double work;           /* tests asked, in runs of the whole list; by answers */
	double seconds;        /* wall time of the session, its earlier parts too */
};
struct lab_stats lab_stats(const struct lab *lab);

/* Expected seconds of each test, [n], > 0: from the first fresh run of the whole
 * list that reported them, else shares of it as lab_config.seconds has them (or equal
 * ones), else those seconds, else 1/n; by answers. */
const double *lab_seconds(const struct lab *lab);
/* Expected seconds of one start (of a fork when warm), > 0; by answers. */
double lab_startup(const struct lab *lab, bool warm);

enum lab_warm {
	LAB_WARM_NONE,    /* off, or the framework has none */
	LAB_WARM_WAITING, /* loading, or not yet believed */
	LAB_WARM_USED,
	LAB_WARM_DROPPED, /* with a note */
};
enum lab_warm lab_warm(const struct lab *lab); /* by answers */
/* No more asks go to the fork server (its answers contradicted fresh ones). */
void lab_drop_warm(struct lab *lab, const char *why);

/* Failures that are not the one searched for, most frequent first; valid until
 * the next lab_wait. */
size_t lab_others(struct lab *lab, const struct other_failure **out);

/* Questions to ask at once: --jobs, and on a replay what it was at that place; by
 * answers. */
uint32_t lab_jobs(const struct lab *lab);

/* One line for the person, as lab_config.note tells it; nothing on a replay. */
PRINTF_LIKE(2, 3)
void lab_note(struct lab *lab, const char *fmt, ...);

/* One sentence when runs were spoilt again and again, for the finding's reason
 * ("'b' was asked 7 times and never ran"); NULL: nothing to say. */
const char *lab_trouble(struct lab *lab);

const char *outcome_name(enum outcome o); /* "pass", "fail", "other failure", ... */

#endif
