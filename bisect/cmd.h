/*
 * Sub-commands: each is a const row in its own file cmd_NAME.c, listed in
 * cmd.c; main.c parses the command line with the row's options and runs it.
 */
#ifndef BISECT_CMD_H
#define BISECT_CMD_H

#include "bisect/opts.h"
#include "common/complete.h"

/* How the program was called; lives as long as main. */
struct invocation {
	const struct cmd *cmd;
	struct options opt;            /* checked */
	const char *const *operands;   /* words that are no options, before "--" */
	size_t n_operands;             /* at most cmd->operands_max */
	struct opt_words words;        /* the command line, for invocation_again */
};

struct cmd {
	struct opt_command head;
	bool takes_command;      /* COMMAND stands after "--" */
	size_t operands_max;
	/* The exit status (diag.h).  -1 and e when something outside failed: main prints
	 * it and ends with EXIT_FAULT. */
	int (*run)(const struct invocation *in, struct err *e);
};

/* The table, NULL-terminated; the first row is meant when no command is named. */
extern const struct cmd *const cmds[];
const struct cmd *cmd_find(const char *name); /* NULL: there is none */

/* Sets again, over what opt holds, what the command line named: for `resume`,
 * whose options come from the session first. */
void invocation_again(const struct invocation *in, struct options *opt);

/* The help of the program, or of one command. */
void cmd_usage(struct str *out, const struct cmd *cmd);
void cmd_help_all(struct str *out);
void cmd_help_first(struct str *out); /* for `flake-bisect` alone */

#endif
