/*
 * The options of flake-triage: one table for the parser, the help, the
 * completions and the comparison with the man page.
 */
#ifndef TRIAGE_OPTS_H
#define TRIAGE_OPTS_H

#include "triage/options.h"

/* Sub-commands, as bits of struct opt's use. */
enum opts_use {
	USE_INGEST = 1,
	USE_REPORT = 2,
	USE_HISTORY = 4,
	USE_ANSWER = 8,
	USE_KNOWN = 16,
	USE_BLAME = 32,
	USE_FIXES = 64,
	USE_WORKERS = 128,
	USE_HELP = 256,
	USE_EVAL = 512,
	USE_PRIORS = 1024,
	USE_ALL = 2047,
};

struct triage_opts {
	struct prog_opts both;
	struct options options;
};

#define TRIAGE_VERSION "0.1.0"

extern const struct opt triage_opts_table[]; /* of struct triage_opts */

void triage_opts_init(struct triage_opts *o); /* the defaults */
/* What one option alone cannot see, and times, which are counted from now; -1 and e. */
int triage_opts_check(struct options *o, struct err *e);
/* Words of an option that are known at run time only, for completions. */
const char *triage_opts_words(const struct opt *o);

#endif
