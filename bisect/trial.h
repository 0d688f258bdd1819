/*
 * A trial is one ask on its way through a run: its folder, its job, what the
 * output said, and in the end the judgement: pass, fail or unresolved.  The
 * judging (trial_judge) is pure.
 */
#ifndef BISECT_TRIAL_H
#define BISECT_TRIAL_H

#include "bisect/fw.h"
#include "bisect/keep.h"
#include "bisect/lab.h"
#include "bisect/signature.h"
#include "common/lines.h"

struct rx;

/* What the options say about ends of runs. */
struct trial_rules {
	const struct framework *fw;
	struct fw_command *command;
	const struct testlist *list;
	struct rx *match;          /* --match; NULL: none */
	bool stop_at_match;
	bool timeout_is_fail;
	bool any_failure;
	bool exits_listed;         /* --fail-exit was given */
	bool exit_fails[256];      /* by exit status, if listed */
	struct arena mem;
	const char **launcher;     /* words before argv; NULL-terminated, may be none */
};

/* -1 and e: a wrong regular expression, list of statuses or launcher. */
int trial_rules_init(struct trial_rules *r, const struct options *opt, const struct framework *fw,
                     struct fw_command *command, const struct testlist *list, struct err *e);
void trial_rules_release(struct trial_rules *r);

/* What is known when a run is over. */
struct trial_facts {
	const struct ask *ask;
	const struct job_end *end;
	const struct reading *reading;
	bool matched;          /* a line matched --match */
	struct span line;      /* of the output, that says best what went wrong */
	int64_t timeout_ms;    /* that it ran under */
	const struct signature *target; /* the failure searched for; NULL: not known yet */
};

struct judgement {
	enum outcome outcome;
	enum verdict verdict;
	struct signature signature;
	struct str why;        /* for unresolved ones */
	VEC(uint32_t) failed;  /* all tests that failed, in order of the run, whatever the verdict */
	uint32_t absent;       /* OUT_ABSENT: a test that did not run; else TESTLIST_NONE */
};

void judgement_init(struct judgement *j);
void judgement_release(struct judgement *j);
/* j is initialised. */
void trial_judge(struct judgement *j, const struct trial_rules *rules, const struct trial_facts *facts);

/* One run.  Invariant: folder is NULL or a folder of ours that exists. */
struct trial {
	const struct trial_rules *rules;
	struct ask ask;        /* tests: owned by job.mem */
	struct job job;
	struct reading reading;
	struct keep output;
	struct lines lines[2]; /* standard output, standard error */
	bool matched;
	char *folder;
};

/* Makes the folder scratch/NUMBER with tmp and the tests file, and has the
 * framework prepare the job.  -1: e says why; release t all the same. */
int trial_init(struct trial *t, const struct trial_rules *rules, const struct ask *ask, uint64_t run,
               const char *scratch, int64_t timeout_ms, struct err *e);
/* Reads what the run left and judges it. */
void trial_finish(struct trial *t, const struct job_end *end, const struct signature *target,
                  struct judgement *j);
/* Removes the folder.  -1: something of it stayed; the trial is released all the same. */
int trial_release(struct trial *t, struct err *e);

#endif
