/*
 * One session's work, from the command line to the report: what `tests`,
 * `rate`, `resume` and `show` have in common.
 */
#ifndef BISECT_WORK_H
#define BISECT_WORK_H

#include "bisect/drive.h"
#include "bisect/priors.h"
#include "bisect/record.h"

struct progress;

/* Invariant: what is not open is empty; work_release takes any state. */
struct work {
	struct options opt;
	char *cwd;
	struct pool *pool;
	struct fw_command command;
	const struct framework *fw;
	struct testlist list;
	struct str history;   /* the answer about --history */
	struct priors priors;
	struct session session;
	struct record record;
	struct lab *lab;
	struct progress *progress;
	struct finding finding;
	uint32_t n_written;   /* tests in the --output file; 0: not written yet */
};

void work_init(struct work *w, const struct options *opt);
void work_release(struct work *w);

/* A new session: framework, list, folder, record.  mode: "tests" or "rate". */
int work_begin(struct work *w, const char *mode, struct err *e);
/* The session of that name (NULL: the latest), to go on with it: checks that list,
 * command and directory are what they were.  w->opt is filled from its record. */
int work_resume(struct work *w, const char *which, struct err *e);
/* The same to look at only: nothing is locked, listed or started. */
int work_look(struct work *w, const char *which, struct err *e);

/* Drives the session to its end and prints the report.  The exit status, -1 and e
 * when something broke (what is known was printed). */
int work_run(struct work *w, bool replay_only, struct err *e);

#endif
