/*
 * The store: builds and the results of their tests in one SQLite file.  Only
 * this header is seen above it, so that a server can stand behind it later.
 *
 * A build's list of tests is a roster, shared by the builds that ran the same;
 * a plain first-try pass costs no row.  One build is one transaction; writers
 * wait for each other; what was read twice changes nothing.
 */
#ifndef TRIAGE_STORE_H
#define TRIAGE_STORE_H

#include "common/err.h"
#include "triage/build.h"
#include "triage/known.h"
#include "triage/view.h"

struct store;

enum store_mode {
	STORE_READ,  /* an existing store, for reading; also one that may not be written */
	STORE_WRITE, /* made when it is not there */
};

/* NULL and e: no such file, no store, a newer schema, corrupt.  Older schemas are
 * brought up to date where the mode allows it, else e says which command does it. */
struct store *store_open(const char *path, enum store_mode mode, struct err *e);
void store_close(struct store *s); /* NULL is fine */

/* ---- writing ---- */

enum store_put {
	STORE_PUT_NEW,
	STORE_PUT_SAME,    /* it was there with the same content */
	STORE_PUT_CHANGED, /* it was there (a build that finished late, a better reader): replaced */
};

/* Stores one build, whole or not at all; texts are masked (mask.h).  Several builds
 * share a transaction for a moment: a program that is killed then has not stored them, and
 * stores them when it is run again.  -1 and e: it is not stored, nor what shared its transaction. */
int store_put(struct store *s, const struct build *b, enum store_put *how, struct err *e);
/* Takes out the build's parts from number n_parts on: it was read again, and has no more. */
int store_trim(struct store *s, const struct build *b, uint32_t n_parts, struct err *e);
/* Ends that transaction now: before a long wait, and at the end, to hear of its errors. */
int store_flush(struct store *s, struct err *e);

/* What a source remembers between two ingests (the last build id, an ETag); "" when there is nothing. */
int store_note(struct store *s, struct span source, const char *key, struct span value, struct err *e);
int store_noted(struct store *s, struct span source, const char *key, struct str *value, struct err *e);

/* ---- known failures (known.h has what a rule is) ---- */

int store_known_add(struct store *s, const struct known *k, int64_t *id, struct err *e);
int store_known_remove(struct store *s, int64_t id, bool *there, struct err *e);
int store_known_each(struct store *s, void (*each)(void *data, const struct known *k), void *data, struct err *e);

/* ---- reading: everything for answers comes as a view ---- */

/* Loads lanes (builds) and names; no test's cells yet.  The view keeps the store. */
int store_view(struct store *s, const struct view_filter *f, struct view **out, struct err *e);

struct tests { VEC(uint32_t) v; }; /* their numbers in the store */

/* Adds the tests of the view with at least one event (a cell that is neither none nor a plain
 * pass) in a build started at or after `since`, in ascending order; all = also those without any. */
int store_tests(struct view *v, int64_t since, bool all, struct tests *out, struct err *e);

/* Fills one test's streams in the view's scratch memory; valid until the next call or view_free. */
int store_streams(struct view *v, uint32_t test, struct test_view *out, struct err *e);

/* ---- reading: single things, for answers; spans live in the view's memory ---- */

/* The facts of one build (run is NULL). */
int store_facts(struct view *v, int64_t build, struct build *out, struct err *e);
/* One result of a build that is no plain pass. */
struct store_row {
	uint32_t test;
	struct span name;
	struct event event;  /* at is 0 */
	struct span attempts; /* letters of outcome.h in order, "FP"; a re-run's are no different */
};
int store_rows(struct view *v, int64_t build, void (*each)(void *data, const struct store_row *row),
               void *data, struct err *e);
/* Builds that a person means by "BUILDER/123", "BUILDER#123", a URL, or a unique part of one. */
int store_find_build(struct view *v, const char *text, void (*each)(void *data, int64_t build),
                     void *data, struct err *e);
/* All tests that the store ever saw. */
int store_names(struct view *v, void (*each)(void *data, uint32_t test, struct span name), void *data,
                struct err *e);

/* How long tests take where they pass: of the newest build of each lane (an index in the view);
 * nothing of a lane whose newest build began after the view's until. */
int store_times(struct view *v, void (*each)(void *data, uint32_t test, uint32_t lane, int64_t micros),
                void *data, struct err *e);

/* An error line as it was first printed, its trace, and what its id is made of. */
struct store_message {
	uint64_t hash;          /* of the normalised line: the same in every store */
	struct span example;
	struct span details;
	bool generic;           /* refused as an identity */
};
int store_message(struct view *v, uint32_t message, struct store_message *out, struct err *e);

/* Warnings of builds started at or after since; test UINT32_MAX: of all tests. */
struct store_warning { int64_t build; uint32_t test; struct span rule, line; uint32_t count; };
int store_warnings(struct view *v, uint32_t test, int64_t since,
                   void (*each)(void *data, const struct store_warning *w), void *data, struct err *e);

/* What could not be read in builds started at or after since. */
int store_unread(struct view *v, int64_t since,
                 void (*each)(void *data, int64_t build, struct span what), void *data, struct err *e);

#endif
