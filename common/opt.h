/*
 * Command lines from one table: its rows drive the parser, --help
 * (opt_help.c), the shells' completions (complete.c) and the test that
 * compares them with the man page.
 */
#ifndef COMMON_OPT_H
#define COMMON_OPT_H

#include "common/err.h"
#include "common/str.h"

/* A table ends with a row without a name.  Rows of one group stand together. */
struct opt {
	const char *name;  /* long, without dashes */
	char letter;       /* '\0': no short form */
	const char *arg;   /* what the help calls the argument; NULL: takes none */
	bool optional;     /* the argument may be left out, and is always attached: --name=ARG */
	unsigned use;      /* bits of the sub-commands that have it */
	const char *group; /* heading in the help */
	const char *help;  /* NULL: understood, but shown nowhere (an old or foreign name) */
	/* For completion: "FILE", "DIR", or the possible words with blanks between; NULL: unknown. */
	const char *words;
	/* Sets the field; value is NULL when there is no argument.  -1 and e: what is wrong
	 * with the value, without the option's name. */
	int (*set)(void *target, const struct opt *o, const char *value, struct err *e);
	size_t field;   /* offset of the field in target */
	int64_t lo, hi; /* range, for the setters that have one */
};

/* The usual setters, by the type of the field: bool, bool, int that counts, a text that
 * is not empty, uint32_t from lo to hi, int64_t milliseconds (lo to hi) from a duration
 * as clock.h reads it. */
int opt_set_true(void *target, const struct opt *o, const char *value, struct err *e);
int opt_set_false(void *target, const struct opt *o, const char *value, struct err *e);
int opt_set_more(void *target, const struct opt *o, const char *value, struct err *e);
int opt_set_text(void *target, const struct opt *o, const char *value, struct err *e);
int opt_set_u32(void *target, const struct opt *o, const char *value, struct err *e);
int opt_set_duration(void *target, const struct opt *o, const char *value, struct err *e);

/* What is to be parsed: words argv[at] to argv[argc - 1]. */
struct opt_words {
	const char *const *argv;
	int argc;
	int at;
};

enum opt_stop {
	OPT_END,     /* no word is left */
	OPT_OPERAND, /* words->at is a word that is no option; "-" is one */
	OPT_DASHES,  /* "--" was taken; words->at is behind it */
	OPT_WRONG,   /* e says what */
};

/* Takes options up to the first word that is none, sets their fields.  Options
 * without a bit of `use` are refused, command names them in that message.
 * Errors are wrong usage and say what to write instead. */
enum opt_stop opt_parse(struct opt_words *words, const struct opt *table, unsigned use,
                        const char *command, void *target, struct err *e);

enum { OPT_COLUMNS = 80 };

/* Adds the help of all options with a bit of use, grouped, at most OPT_COLUMNS wide. */
void opt_help(struct str *out, const struct opt *table, unsigned use);
/* Adds text broken at blanks so that no line passes the last column; following
 * lines are indented.  at: the column where the first line goes on. */
void opt_wrap(struct str *out, const char *text, size_t at, size_t indent);

#endif
