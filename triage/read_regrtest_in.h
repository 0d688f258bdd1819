/*
 * The parts of the reader of regrtest's output share this: what a line says
 * (read_regrtest_line.c), why a test failed (read_regrtest_why.c), what it comes to
 * (read_regrtest_run.c), and the lines themselves (read_regrtest.c).
 */
#ifndef TRIAGE_READ_REGRTEST_IN_H
#define TRIAGE_READ_REGRTEST_IN_H

#include "triage/console.h"

/* ---- lines ---- */

/* "0:00:18 load avg: 9.97 [ 6/34/2] TEXT"; only TEXT has to be there. */
struct progress {
	bool has_clock, has_load, has_index;
	float load;
	uint32_t index, total, bad; /* 0: not there */
	struct span text;
};

/* Reads what stands before the text of a line; false: nothing of this kind. */
bool regrtest_progress(struct span line, struct progress *p);
/* Finds "[ 6/34/2] " after output that did not end its line; false: there is none. */
bool regrtest_progress_inside(struct span line, struct progress *p);

/* How a test went: "failed (env changed) in 1 min 2 sec", "passed (45.2 sec)". */
struct state {
	enum outcome outcome;
	int64_t micros;      /* -1: not said */
	bool plain;          /* passed or failed without details: other lines may know better */
};

/* False: the text begins with no word for a state. */
bool regrtest_state(struct span text, struct state *s);

/* Takes the name of a test file off the front of the text, "test.test_x.test_y" as
 * "test_x.test_y"; false: it begins with none. */
bool regrtest_name(struct span *text, struct span *name);

/* "1 hour 5 min", "18.0 sec", "65.9s", "123 ms", "0:01:05" in microseconds; -1: something else. */
int64_t regrtest_duration(struct span text);

/* Lists of the summary. */
enum list {
	LIST_NONE,
	LIST_OK, /* a count only */
	LIST_FAILED,
	LIST_AGAIN,
	LIST_SKIPPED,
	LIST_ENV,
	LIST_OMITTED,
	LIST_EMPTY, /* ran no tests */
	LIST_RERUN,
};

/* "2 tests failed:", "All 5 tests OK."; LIST_NONE: no such line. */
enum list regrtest_list(struct span line);

/* ---- why ---- */

/* Gathers the trace of one attempt: the first that a FAIL or ERROR block or regrtest
 * itself shows, else the first that is there at all. */
struct why {
	int state;
	int rank;            /* of the trace: 0 none, 1 some, 2 of a failure, 3 of a crash */
	bool done;           /* it is complete */
	struct str message, details;
};

void why_init(struct why *w);
void why_clear(struct why *w);
void why_release(struct why *w);
/* A block begins: "FAIL: test_x (test.test_y.C.test_x)", or text before a trace. */
void why_block(struct why *w, struct span line);
/* The process died: "Fatal Python error: ...", "Timeout (0:00:18)!". */
void why_death(struct why *w, struct span line);
/* A trace begins in this line. */
void why_trace(struct why *w, struct span line);
/* Any line while w->state is not 0. */
void why_line(struct why *w, struct span line);

/* ---- the run ---- */

enum phase {
	PHASE_BEFORE, /* nothing of a run was seen */
	PHASE_FIRST,
	PHASE_RERUN,
	PHASE_OVER,   /* its last line was seen */
};

/* The test whose output is being read. */
struct current {
	bool is;             /* there is one */
	uint32_t test;
	bool rerun;
	bool said;           /* its outcome was said */
	enum outcome outcome;
	bool leaked, env, timeout, died, interrupted;
	bool ran_none, ran_some; /* "Ran 0 tests", "Ran 3 tests" */
};

struct note { uint32_t test; struct span text; };
struct listed { enum list list; struct span name; };

struct regrtest {
	struct console console; /* first: console_feed_state */
	struct collect *to;
	enum phase phase;
	bool headed;         /* the run said how it runs its tests */
	bool results;        /* result lines were seen in this run */
	bool summary;        /* a part of a summary was seen since the last of them */
	bool titled;         /* "== Tests result": there is a last line, then */
	bool in_process;     /* re-runs stand without result lines */
	bool forever;        /* --forever: no total */
	bool bisecting;      /* what comes is of other runs */
	bool reran_nothing;     /* its result says that the re-runs had no test to run */
	uint32_t index, total;             /* of the last result line of this phase */
	uint32_t first_index, first_total; /* of the first phase */
	size_t indent;       /* all of the run is quoted by so many blanks */
	enum list list;      /* being read */
	struct current cur;
	struct why why;
	struct str running;  /* tests that ran when the last line was printed: "test_x (30.1 sec), test_y" */
	VEC(struct note) notes;    /* messages for tests that get no better one; in the run's memory */
	VEC(struct listed) listed; /* by the last summary; in the run's memory */
};

/* ---- the run ---- */

/* Another run begins, or the input ends: what is open is settled, or stays unknown. */
void regrtest_end_run(struct regrtest *r);
/* A run begins; what was read before belongs to another. */
void regrtest_new_run(struct regrtest *r);
/* The tests that failed are run again. */
void regrtest_rerun(struct regrtest *r);

/* An attempt of a test begins; what was open is settled.  load below 0: not known. */
void regrtest_begin(struct regrtest *r, struct span name, bool rerun, float load);
/* Nothing more comes of the open one; over is false when the input just ends. */
void regrtest_settle(struct regrtest *r, bool over);
bool regrtest_is_current(const struct regrtest *r, struct span name);
/* Whether the line begins with the name of the open one. */
bool regrtest_begins_current(const struct regrtest *r, struct span line);
/* How the open one went; text is kept as its message if no better one is found. */
void regrtest_say(struct regrtest *r, const struct state *s, struct span text);
/* The same of the test before, which is the open one unless lines inside of its output
 * closed it without an outcome. */
void regrtest_say_before(struct regrtest *r, struct span name, const struct state *s, struct span text);
void regrtest_note(struct regrtest *r, struct span text);
/* A part of the summary stands here; the first since the last result when it is a title. */
void regrtest_summary(struct regrtest *r);
/* Keeps the names in a line of a list of the summary. */
void regrtest_listed(struct regrtest *r, struct span line);

/* ---- lines that are no results (read_regrtest_frame.c), and those of one test (read_regrtest.c) ---- */

/* Names the texts without one of which a line is none of regrtest_on_text's. */
void regrtest_want_text(struct console *c);
/* Each is true when the line was of that kind.  A line, or what stands behind its time and load
 * (below 0: unknown). */
bool regrtest_on_text(struct regrtest *r, struct span line, float load);
bool regrtest_on_list(struct regrtest *r, struct span line);
bool regrtest_on_fatal(struct regrtest *r, struct span line);
bool regrtest_on_timeout(struct regrtest *r, struct span line);
bool regrtest_on_failed(struct regrtest *r, struct span line);
bool regrtest_on_name(struct regrtest *r, struct span line);

#endif
