/*
 * What is known of each failure of one build, as pure data, and how it is gathered.
 */
#ifndef TRIAGE_ANSWER_H
#define TRIAGE_ANSWER_H

#include "triage/asked.h"
#include "triage/fault.h"

/* What a failure is, in the order in which they are told. */
enum answer_class {
	ANSWER_REGRESSION, /* it fails in every build since some commit */
	ANSWER_NEW,        /* it never failed before */
	ANSWER_UNDECIDED,  /* it failed before, too seldom to tell */
	ANSWER_MACHINE,    /* the build, its builder, its worker or its commit is broken */
	ANSWER_FLAKY,
	ANSWER_KNOWN,
	ANSWER_CLASSES,
};

struct answer_row {
	enum answer_class class;
	struct finding f;      /* of the test, by all that is known now; lanes' streams are gone */
	const struct known *known;
	uint8_t cell;
	struct span attempts;  /* letters of outcome.h */
	struct span message, details; /* empty: none */
	struct span message_id;
	uint64_t before;       /* builds before this one where it failed, on all builders */
	struct fault_found fault; /* can it be the fault of the build's commits? */
	const char *machine;   /* of ANSWER_MACHINE: which, "its builder is broken" */
};

struct answer {
	struct build facts;
	enum color color;
	uint32_t n_tests;
	uint8_t mass;
	VEC(struct answer_row) rows; /* by class, then by name */
	const struct view *view;
	int64_t now;
};

/* The build that text means; everything lives in a->mem and the view.  -1 and e, also when there is
 * none or are several. */
int answer_gather(struct answer *out, struct asked *a, const char *text, struct err *e);
void answer_release(struct answer *a);
bool answer_has_news(const struct answer *a); /* regressions, new and undecided failures */
const char *answer_class_name(enum answer_class c); /* "regression", "new", ... */

#endif
