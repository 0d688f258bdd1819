/*
 * What a session was begun with: the file "record", lines KEY TAB VALUE (values
 * escaped).  It tells resume what to run, and whether list, command or
 * directory changed since.  The environment is not written, only a digest.
 */
#ifndef BISECT_RECORD_H
#define BISECT_RECORD_H

#include "bisect/options.h"
#include "bisect/session.h"

/* Invariant: everything lives in mem. */
struct record {
	const char *mode;       /* "tests", "rate", "commits" */
	const char *version;    /* of flake-bisect */
	const char *started;    /* "2026-11-22T14:03:05Z" */
	const char *cwd;        /* absolute */
	const char *framework;  /* name of the row */
	uint32_t n_tests;
	uint64_t list_digest;   /* testlist_digest */
	uint64_t files_digest;  /* of the program and the files that its words name */
	uint64_t env_digest;    /* of the environment, less what changes with each terminal */
	struct options opt;     /* command and all that changes an answer; session is not in it */
	struct arena mem;
};

#define RECORD_INIT { .mem = ARENA_INIT }

void record_release(struct record *r);
/* Fills r for a new session; strings stay the caller's where they are not made here. */
void record_make(struct record *r, const char *mode, const struct options *opt, const char *cwd,
                 const char *framework, const struct testlist *list);
/* Writes the names, then the record. */
int record_write(const struct record *r, struct session *s, const struct testlist *list,
                 struct err *e);
/* Reads both; list is empty before.  -1: damaged, or by another version. */
int record_read(struct record *r, const struct session *s, struct testlist *list, struct err *e);
/* The same from the record's bytes alone. */
int record_parse(struct record *r, struct span bytes, struct err *e);

/* 0: it can go on here, in cwd.  -1: directory or program changed; e says which. */
int record_check(const struct record *r, const char *cwd, struct err *e);
bool record_same_environment(const struct record *r);

/* Of the program, and of the files that the command's words name: contents, or size
 * and time of change. */
uint64_t record_digest_files(const char *const *command);
uint64_t record_digest_environment(void);

#endif
