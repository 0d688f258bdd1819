/*
 * The laboratory: asks questions of the command and writes everything down.
 * An ask becomes a run (framework, executor, journal, progress line); its
 * answer comes back through lab_wait.  The journal is synced before an answer
 * is handed out.  When a session is resumed the lab replays the journal: the
 * driver asks the same questions again and gets the recorded answers, in the
 * recorded order, until the journal ends.  So drivers must depend on answers
 * alone, never on a clock.
 */
#ifndef BISECT_LAB_H
#define BISECT_LAB_H

#include "bisect/fw.h"

struct lab;

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNRESOLVED };

enum outcome {
	OUT_PASS, OUT_FAIL, OUT_OTHER, OUT_CRASH, OUT_TIMEOUT, OUT_LEAK,
	OUT_NOT_STARTED, OUT_UNRESOLVED, OUT_ABSENT, OUT_CANCELLED,
};

struct ask {
	const uint32_t *tests; /* indices, in the order in which they shall run */
	size_t n;
	const char *phase;     /* "gate", "search", "proof": a literal */
	bool fresh;            /* in a process of its own, never from the fork server */
	uint32_t victim;       /* the test whose failure counts; TESTLIST_NONE: the whole run */
};

/* Valid until the next lab_wait. */
struct answer {
	uint64_t run;               /* its number */
	uint64_t ask;               /* as lab_ask gave it */
	enum verdict verdict;
	enum outcome outcome;
	int64_t micros;
	const char *signature;      /* of the failure, "" for a pass */
	const char *why;            /* for unresolved ones; "" else */
	const uint32_t *failed;     /* tests that failed, in order of the run */
	size_t n_failed;
	const struct test_end *ends; /* all tests' ends; empty on a replay */
	size_t n_ends;
	bool warm;
};

/* 0 and *ask's number, or -1 (e; the budget or a signal ends in lab_wait). */
int lab_ask(struct lab *lab, const struct ask *ask, uint64_t *id, struct err *e);

enum lab_event {
	LAB_ANSWER, LAB_IDLE /* nothing under way */, LAB_BUDGET, LAB_SIGNAL, LAB_ERROR,
};
enum lab_event lab_wait(struct lab *lab, struct answer *out, struct err *e);
/* The answer is no longer wanted; none will come (a run that already counts is journalled). */
void lab_cancel(struct lab *lab, uint64_t id);

const char *outcome_name(enum outcome o); /* "pass", "fail", "other failure", ... */

#endif
