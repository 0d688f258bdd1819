/*
 * One build on its way into the store: its facts, then each of its inputs (logs, files),
 * then the commit.  Sources know where bytes come from, intake knows what becomes of
 * them: format, strip, rules, masks, runs, store.
 */
#ifndef TRIAGE_INTAKE_H
#define TRIAGE_INTAKE_H

#include "common/err.h"
#include "triage/build.h"

struct intake;
struct store;
struct warn;
struct reader;
struct collect;

/* What all builds of one `ingest` share. */
struct ingest {
	struct store *store;
	struct warn *warn;             /* NULL: no rules */
	const struct reader *format;   /* --format; NULL: from the content */
	uint64_t n_new, n_same, n_changed, n_lost; /* builds, counted by intake_commit */
	uint64_t n_inputs, n_unknown;  /* inputs read; those whose format nobody knows */
	uint64_t n_unread;             /* things in them that could not be read */
	uint64_t n_tests, n_attempts;
	/* A remark for the user, once each ("'x.trx' is TRX, which is not read: ..."); may be NULL. */
	void (*remark)(void *data, const char *text);
	void *data;
};

/* Facts are copied; empty ones may still be filled from what the inputs say. */
struct intake *intake_new(struct ingest *in, const struct build *facts);
void intake_free(struct intake *t); /* NULL is fine; what was not committed is dropped */

/* One input: begin, feed in chunks of any size, end.  path is for hints and messages.
 * What cannot be read is kept as unread, and is no failure of these. */
void intake_begin(struct intake *t, const char *path);
void intake_feed(struct intake *t, struct span bytes);
void intake_end(struct intake *t);

/* When the file of an input was last changed: its build began then (the oldest of them), when
 * neither the facts nor what is read say so. */
void intake_file_time(struct intake *t, int64_t seconds);

/* intake_begin for what may well hold no tests (a compiler's log): that its format is not
 * known is no matter then, counted nowhere and told to nobody. */
void intake_begin_maybe(struct intake *t, const char *path);
/* The input that was begun holds nothing that is read: the rest of it need not be fed. */
bool intake_is_idle(const struct intake *t);

/* Did the inputs so far say anything of tests? */
bool intake_has_tests(const struct intake *t);
/* For what the source knows of tests by itself, without an input to read. */
struct collect *intake_own(struct intake *t);

/* The source could not read something of this build: counted, kept as unread of a run (the
 * last one; an empty one when there is none). */
void intake_unread(struct intake *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A part of its inputs is gone.  The build is log_lost when no tests were read; else its
 * runs are truncated: what is not there is unknown. */
void intake_lost(struct intake *t);

/* Stores what was read: runs of inputs that have no test in common become one run, others
 * become parts.  Nothing at all read: the build is stored as one without tests, unless
 * only_tests.  -1 and e: the store failed. */
int intake_commit(struct intake *t, bool only_tests, struct err *e);

#endif
