/*
 * What the command line says, checked but not yet acted on.  Filled from the
 * option table (opts.c); a resumed session fills it from its own record, so
 * everything here that changes an answer is written there.
 */
#ifndef BISECT_OPTIONS_H
#define BISECT_OPTIONS_H

#include "common/err.h"

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	const char *const *command; /* after "--", NULL-terminated */
	const char *framework;      /* NULL: detect */
	const char *input;          /* -i: test list, "-" standard input; NULL: ask the framework */
	const char *list_command;
	const char *output;         /* -o */
	uint32_t max_tests;         /* -n; default 1 */
	uint32_t max_runs;          /* -N; 0: no limit */
	int64_t budget_ms;          /* 0: no limit */
	const char *match;          /* -m, PCRE2 */
	bool stop_at_match;
	const char *victim;
	const char *fail_exit;      /* "1,3-7"; NULL: any but 0 and 125 */
	double confidence;          /* default 0.99 */
	uint32_t jobs;              /* default 1 */
	int64_t timeout_ms;         /* 0: ten times the baseline */
	bool timeout_is_fail;
	bool any_failure;           /* --any-failure: signatures are not compared */
	bool all;                   /* --all */
	bool find_cleaner;
	bool shuffle;
	uint64_t seed;              /* --shuffle=SEED, or drawn */
	uint32_t stress;
	const char *launcher;
	const char *session;        /* default ".flake-bisect" */
	bool warm;                  /* default true; --no-warm */
	const char *history;        /* --history: a store of flake-triage; NULL: none */
	const char *range;          /* commits: "GOOD..BAD"; NULL: tests are searched */
	const char *range_shown;    /* the same as the user wrote it */
	bool first_parent, fixed;   /* --first-parent, --fixed */
	const char *paths;          /* --paths, with commas between; NULL: all */
	const char *build;          /* --build: a shell command; NULL: none */
	int64_t build_timeout_ms;
	const char *term_old, *term_new; /* NULL: good and bad */
	const char *log;            /* --log: a file for `git bisect replay` */
	bool json, quiet;
	int verbose;
	enum color_when color;
	int progress;               /* -1 auto, 0 off, 1 on */
};

#endif
