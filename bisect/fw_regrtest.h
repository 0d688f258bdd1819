/*
 * CPython's regrtest, split in three: the arguments of `python -m test`
 * (fw_regrtest_args.c), what a run said (fw_regrtest_read.c), lists and runs
 * (fw_regrtest.c).
 */
#ifndef BISECT_FW_REGRTEST_H
#define BISECT_FW_REGRTEST_H

#include "bisect/fw.h"

/* The user's arguments, sorted by what becomes of them.  NULL-terminated, in c->mem. */
struct regrtest_args {
	const char **base;   /* PYTHON FLAGS -m test */
	const char **kept;   /* options of every run */
	const char **files;  /* options and names that choose test files: for listing only */
	const char **filter; /* options that choose cases: for listing only */
	bool leaks;          /* -R: failures are leaks */
};

/* How sure it is that argv is `PYTHON [FLAGS] -m test ...`. */
int regrtest_detect(const struct fw_command *c);
/* -1 and e when argv is not that.  Adds to c->note what is left out and why. */
int regrtest_parse_args(struct fw_command *c, struct regrtest_args *out, struct err *e);

/* The name of the report in the run's folder. */
extern const char regrtest_report[];

void regrtest_line(struct fw_command *c, struct reading *r, int stream, struct span line);
int regrtest_finish(struct fw_command *c, struct reading *r, const struct job *job,
                    const struct job_end *end, struct err *e);

#endif
