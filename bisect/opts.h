/*
 * The options of flake-bisect: one table for the parser, the help, the
 * completions and the comparison with the man page.
 */
#ifndef BISECT_OPTS_H
#define BISECT_OPTS_H

#include "bisect/options.h"
#include "common/prog.h"

/* Sub-commands, as bits of struct opt's use. */
enum opts_use {
	USE_TESTS = 1,
	USE_RATE = 2,
	USE_RESUME = 4,
	USE_SHOW = 8,
	USE_FRAMEWORKS = 16,
	USE_HELP = 32,
	USE_COMMITS = 64,
	USE_ALL = 127,
};

/* What the table fills: the two wishes that end the program, and the options. */
struct opts {
	struct prog_opts both;
	struct options options;
};

#define OPTS_VERSION "0.1.0"

extern const struct opt opts_table[]; /* of struct opts */

void opts_init(struct opts *o); /* the defaults */
/* What one option alone cannot see; -1 and e when two contradict each other. */
int opts_check(const struct options *o, struct err *e);
/* Words of an option that are known at run time only, for completions. */
const char *opts_words(const struct opt *o);

#endif
