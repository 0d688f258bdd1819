/*
 * What readers call while they read: it gathers runs.  Spans given to it are
 * copied.  A reader begins a run when it sees one begin (also the second in one
 * log); attempts before that begin one by themselves.
 */
#ifndef TRIAGE_COLLECT_H
#define TRIAGE_COLLECT_H

#include "common/map.h"
#include "triage/run.h"

/* Filled runs in the order of the input; the last one is open. */
struct collect {
	VEC(struct run *) runs;
	struct map names; /* of the open run: test name to its index */
};

#define COLLECT_INIT { VEC_INIT, MAP_INIT }

/* What a reader saw of one attempt; all zero but name and outcome is fine (see the
 * defaults in collect_attempt). */
struct seen {
	struct span name;
	enum outcome outcome;
	bool rerun;
	int64_t micros;       /* below 0, or 0 with has_micros unset: unknown */
	bool has_micros;
	float load;           /* with has_load */
	bool has_load;
	struct span file, message, details;
};

/* The open run, made when there is none. */
struct run *collect_run(struct collect *c);
/* Closes the open run, if it holds anything, and opens another. */
struct run *collect_next_run(struct collect *c);

/* Adds an attempt to the test of that name; its index in the run.  A name with
 * nothing in it is "(no name)"; longer ones than RUN_NAME_MAX keep their beginning and a hash. */
uint32_t collect_attempt(struct collect *c, const struct seen *s);
/* Adds another attempt to a test of the open run. */
void collect_try(struct collect *c, uint32_t test, const struct attempt *a);
/* Changes what the last attempt of that test came to: a later line knew more.  False:
 * there is no such test in the open run. */
bool collect_amend(struct collect *c, struct span name, enum outcome outcome);
/* Gives the test's first failing attempt a message or details that it lacks (each may be empty). */
void collect_message(struct collect *c, uint32_t test, struct span message, struct span details);
/* The test of that name in the open run; UINT32_MAX: none. */
uint32_t collect_find(const struct collect *c, struct span name);

void collect_warning(struct collect *c, struct span rule, struct span line, uint32_t test);
/* Something could not be read: counted, and kept as a line for the report. */
void collect_unread(struct collect *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A copy of the text in the open run's memory. */
struct span collect_copy(struct collect *c, struct span text);

void run_free(struct run *r); /* NULL is fine */
void collect_release(struct collect *c); /* frees the runs that are still in it */

#endif
