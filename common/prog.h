/*
 * The skeleton of both programs: the command line becomes a call of one
 * sub-command, which is a const row in its own file; help, completions, errors
 * and exit statuses are the same in both.
 */
#ifndef COMMON_PROG_H
#define COMMON_PROG_H

#include "common/complete.h"
#include "common/diag.h"

struct prog;

/* How the program was called; lives as long as main. */
struct prog_call {
	const struct prog *prog;
	const struct prog_cmd *cmd;
	void *opts;                    /* what the table filled, checked */
	const char *const *operands;   /* words that are no options, before "--" */
	size_t n_operands;             /* at most cmd->operands_max */
	const char *const *command;    /* what stands behind "--", NULL-terminated; NULL: nothing does */
	struct opt_words words;        /* the command line */
};

/* A sub-command. */
struct prog_cmd {
	struct opt_command head;
	bool takes_command;      /* a command to run stands behind "--" */
	bool as_it_is;           /* that command has no placeholders */
	size_t operands_max;
	/* The exit status (diag.h).  -1 and e when something outside failed: it is printed, and
	 * the program ends with EXIT_FAULT. */
	int (*run)(const struct prog_call *call, struct err *e);
};

enum { PROG_MANY = 1 << 30 }; /* for operands_max: any number */

/* What every program's table fills beside its own; the first field of its opts. */
struct prog_opts {
	bool help, version;
};

struct prog {
	const char *name, *version;
	const struct prog_cmd *const *cmds; /* NULL-terminated */
	bool first_is_default;     /* the first command is meant when none is named; it takes a command */
	const struct opt *table;
	unsigned all;              /* every sub-command's bit of use */
	const char *first_help;    /* for the program alone, on standard error */
	const char *placeholders;  /* help on COMMAND; NULL: no sub-command takes one */
	const char *statuses;      /* help on the exit status */
	/* What one option alone cannot see, and what is not there; -1 and e: wrong usage. */
	int (*check)(struct prog_call *call, struct err *e);
	const char *(*words)(const struct opt *o); /* see complete.h; may be NULL */
	/* After a failure, once e was printed on standard error; may be NULL. */
	void (*failed)(const struct prog_call *call, const struct err *e);
	int (*output_errno)(void); /* why what was printed did not arrive, if it knows; may be NULL */
};

/* All of main.  opts: the defaults, of the type that the table fills.  The exit status. */
int prog_main(const struct prog *p, int argc, char **argv, void *opts);

const struct prog_cmd *prog_find(const struct prog *p, const char *name); /* NULL: there is none */
/* Sets again in opts what the command line names. */
void prog_again(const struct prog_call *call, void *opts);

/* The help of the program, or of one command. */
void prog_usage(struct str *out, const struct prog *p, const struct prog_cmd *cmd);
void prog_help_all(struct str *out, const struct prog *p);

/* The sub-commands `help [COMMAND]` and `completion SHELL` of any program. */
int prog_run_help(const struct prog_call *call, struct err *e);
int prog_run_completion(const struct prog_call *call, struct err *e);

#define PROG_HELP(bit) { \
	.head = { "help", "help [COMMAND]", "print this, or the help of one command", "", (bit) }, \
	.operands_max = 1, \
	.run = prog_run_help, \
}
#define PROG_COMPLETION(bit) { \
	.head = { .name = "completion", .usage = "completion SHELL", .operands = "", .use = (bit) }, \
	.operands_max = 1, \
	.run = prog_run_completion, \
}

#endif
