/*
 * CPython's regrtest, split in four: the arguments of `python -m test`
 * (fw_regrtest_args.c), its files and cases (fw_regrtest_list.c), runs of some of
 * them (fw_regrtest.c), and what a run said (fw_regrtest_read.c).
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

/* A case and the test files (indices into files) of which one holds it. */
struct test_case {
	const char *id;
	uint32_t lo, hi;
};

/* What is known of the command; in c->mem. */
struct regrtest {
	struct regrtest_args args;
	const char **files;      /* test files in the order in which they run */
	uint32_t n_files;
	struct test_case *cases; /* sorted by id; NULL: not listed yet */
	size_t n_cases;
};

/* Asks the program once for its files and cases; order (NULL: nobody) gets the cases as
 * they come.  What is left out is told in c->note. */
int regrtest_learn(struct fw_command *c, struct regrtest *rt, struct testlist *order, struct err *e);

/* NULL: there is no such case; rt was learnt. */
const struct test_case *regrtest_find(const struct regrtest *rt, const char *id);

/* The name of the report in the run's folder. */
extern const char regrtest_report[];

void regrtest_line(struct fw_command *c, struct reading *r, int stream, struct span line);
int regrtest_finish(struct fw_command *c, struct reading *r, const struct job *job,
                    const struct job_end *end, struct err *e);

#endif
