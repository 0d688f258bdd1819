/*
 * Completion scripts for bash, zsh and fish, made from the table of options
 * and the names of the sub-commands, so that they cannot drift from the
 * program.
 */
#ifndef COMMON_COMPLETE_H
#define COMMON_COMPLETE_H

#include "common/opt.h"

/* A sub-command, as the help and the shells see it. */
struct opt_command {
	const char *name;
	const char *usage;    /* what follows the program's name: "rate [OPTION...] -- COMMAND [ARG...]" */
	const char *title;    /* one line; NULL: shown nowhere */
	const char *operands; /* "DIR": folders; "": nothing to complete; NULL: COMMAND behind "--" */
	unsigned use;         /* its bit in struct opt's use */
};

struct complete {
	const char *program;
	const struct opt *table;
	/* NULL-terminated; the first is meant when none is named. */
	const struct opt_command *const *commands;
	/* Words of an option that are known at run time only, with blanks between;
	 * NULL: those of the row.  May be NULL. */
	const char *(*words)(const struct opt *o);
};

/* Adds the script; -1 when there is none for this shell. */
int complete_script(struct str *out, const struct complete *c, const char *shell, struct err *e);

#endif
