/* What the command line of flake-triage says; filled from the table in opts.c. */
#ifndef TRIAGE_OPTIONS_H
#define TRIAGE_OPTIONS_H

#include "common/prog.h"

enum { OPTIONS_REPOS = 16 };

/* Texts are NULL where the option was not given. */
struct options {
	const char *db;        /* never NULL */
	const char *repos[OPTIONS_REPOS]; /* clones of what was tested */
	size_t n_repos;
	const char *format;    /* ingest: of the input (reader.h); elsewhere: of the output */
	const char *since_text, *until_text, *started_text;
	int64_t since, until;  /* seconds since 1970; 0: not given */
	const char *branch, *builder; /* globs; ingest: names */

	/* ingest: what a bare file cannot say */
	const char *revision, *number, *worker, *layout;
	int64_t started;       /* 0: not given */
	const char *warnings;  /* file of rules */

	/* known */
	const char *test, *pattern, *issue, *note;

	/* eval */
	uint64_t synthetic;    /* seed */
	bool is_synthetic;

	const char *output;    /* -o: a file, or a folder for site */
	uint32_t limit;        /* rows; 0: the command's default */
	bool json, exit_code, explain, all, quiet;
	int verbose;
};

#endif
