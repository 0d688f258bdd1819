/*
 * The parts of the JUnit reader: read_junit.c sees elements, read_junit_case.c makes
 * attempts of them, read_junit_words.c knows what attributes and messages mean.
 */
#ifndef TRIAGE_READ_JUNIT_IN_H
#define TRIAGE_READ_JUNIT_IN_H

#include "common/xml.h"
#include "triage/reader.h"

enum {
	JUNIT_SUITES_MAX = 16,        /* nested; deeper ones are not told apart */
	JUNIT_NAME_MAX = 1 << 20,     /* bytes of an attribute */
	JUNIT_TEXT_MAX = 256 << 10,   /* of a failure's text */
	JUNIT_TRIES_MAX = 1000,       /* re-runs of one case */
};

/* What an element says of the case that it stands in. */
enum junit_fault {
	JUNIT_FAILURE, /* <failure>, <error>: its last attempt, or the first when re-runs follow */
	JUNIT_FLAKY,   /* <flakyFailure>, <flakyError>: an earlier attempt of a case that passed */
	JUNIT_RERUN,   /* <rerunFailure>, <rerunError>: a later attempt that failed too */
};

struct junit_try {
	enum outcome outcome;
	int64_t micros;
};

struct junit_suite {
	struct str name, file;
	uint32_t serial;      /* a number of its own, from 1 */
	bool pytest;          /* written by pytest */
	bool repeats;         /* a round of a stress test: names come again for their own sake */
};

/* The case that is open. */
struct junit_case {
	bool open;
	bool empty;           /* nothing stood in it */
	bool failed, skipped, expected; /* seen in it; expected: skipped because it failed as expected */
	bool todo;            /* Node.js: may fail, as its failure beside says */
	bool passed_late;     /* nextest: failed only because it was flaky */
	enum outcome fault;   /* of its <failure> */
	enum outcome by_attribute; /* what its status says */
	int64_t micros;
	struct str name;      /* the test's, whole */
	struct str file, message, text;
	bool in_output;       /* its fault says nothing (CTest): text is what the test printed */
	bool has_message;     /* the first fault in time was seen; of later ones nothing is kept */
	VEC(struct junit_try) flaky, reruns;
};

struct junit {
	struct reader_input in;
	struct xml *xml;
	struct junit_suite suites[JUNIT_SUITES_MAX];
	unsigned depth;
	uint32_t n_suites;
	struct junit_case now;
	bool pytest;          /* the root says so */
	bool bare_root;       /* <testsuites> says nothing: Node.js writes it so */
	bool capture;         /* text belongs to a fault that is kept */
	unsigned muted;       /* depth of elements in it whose text is not its own */
	unsigned in_fault;    /* depth of fault elements, 0 or 1 */
	bool in_outcome;      /* regrtest's <outcome> */
	struct str line;      /* scratch: an error line, an outcome */
	VEC(uint32_t) empty_in; /* by test: serial of the pytest suite whose last case of it was empty */
	uint32_t last_test;     /* of the case that was told last */
};

/* ---- read_junit_words.c ---- */

/* What a status or result attribute says by itself; OUTCOME_PASS when nothing. */
enum outcome junit_status(struct span status, struct span result);
/* What a failure is, by its type and message (each may be empty). */
enum outcome junit_fault_outcome(struct span type, struct span message);
/* Puts the test's whole name into out (see the rules there). */
void junit_name(struct str *out, struct span name, struct span classname, struct span suite);
/* Puts the line that names the fault into out, of a message and a text. */
void junit_error_line(struct str *out, struct span message, struct span text);

/* ---- read_junit_case.c ---- */

/* Tells what the case came to; broken: the document breaks off in it. */
void junit_tell_case(struct junit *j, bool broken);
/* The document breaks off behind a case: what looks like a pass may be a try that failed. */
void junit_doubt_last(struct junit *j);
/* A fault outside of cases: the suite itself could not be set up. */
void junit_tell_suite_fault(struct junit *j);
/* The innermost suite; an empty one when there is none. */
const struct junit_suite *junit_suite(const struct junit *j);

#endif
