/*
 * The parts of the reader of pytest's output share this: what lines say and the failures'
 * sections (read_pytest_line.c), and what they come to (read_pytest.c).
 */
#ifndef TRIAGE_READ_PYTEST_IN_H
#define TRIAGE_READ_PYTEST_IN_H

#include "triage/console.h"

struct pytest_status {
	enum outcome outcome;
	int64_t micros; /* -1: not said */
	bool rerun;     /* a failed try that will be made again */
	bool part;      /* of a subtest: its test's own result follows, which may say that it passed */
};

struct pytest_result {
	struct span name, file; /* file: after " <- ", where the test is written; may be empty */
	bool has_status;
	uint32_t worker; /* of pytest-xdist: its number + 1; 0: none */
	struct pytest_status status;
};

/* Counts of a session's last line. */
struct pytest_totals {
	uint32_t failed, errors, passed, reruns;
	bool none; /* no tests ran */
	int64_t micros;
};

/* Each is false when the line is none of that kind. */
bool pytest_result(struct span line, struct pytest_result *r);
bool pytest_worker_result(struct span line, struct pytest_result *r);
bool pytest_totals(struct span line, struct pytest_totals *t);
/* A status at the beginning; what follows it and its time is rest. */
bool pytest_status(struct span line, struct pytest_status *s, struct span *rest);
/* A status that stands behind a test's output: alone, or with a time, a reason, a percentage. */
bool pytest_late_status(struct span line, struct pytest_status *s);
/* Without blanks and quotation marks around it. */
struct span pytest_trim_name(struct span name);
/* "path::test[a - b] - message": the name's length. */
size_t pytest_summary_name(struct span line);

/* "____ Class.test ____" and what stands below: of one failure. */
struct pytest_section {
	struct str title, message, details;
	bool done;   /* the message is complete */
	bool traced; /* a plain trace began, whose exception will be the message */
};

enum { PYTEST_WORKERS = 65 };

struct pytest {
	struct console console; /* first: console_feed_state */
	struct collect *to;
	bool began;          /* something of a session was seen */
	bool open;           /* a session began, and its last line was not seen */
	bool again;          /* the next session tries the same tests again */
	bool verbose;        /* tests have lines of their own */
	bool workers;        /* and those interleave: pytest-xdist */
	bool summary;        /* in the short test summary */
	bool timed_out;      /* a runner stopped it */
	bool sticky;         /* the verdict is final */
	bool in_section;
	/* By worker: a try that passed if another line of that worker follows. */
	struct { bool is; uint32_t test; uint32_t attempt; } held[PYTEST_WORKERS];
	struct str pending;  /* name of a test whose result comes after its output; "" none */
	bool fatal;          /* its process said that it dies */
	struct str part;     /* name of a test of which a subtest failed; "" none */
	uint32_t n_reruns;   /* seen in this session */
	bool in_flaky;       /* in the report of the plugin `flaky` */
	uint32_t flaky_test; /* of which it speaks; UINT32_MAX: nothing more is wanted of that */
	uint32_t flaky_lines; /* of that, so far */
	VEC(uint32_t) reruns; /* tests with a re-run that only the summary tells */
	VEC(uint32_t) passes; /* tests that only the summary names; they may still have an error there */
	VEC(struct pytest_section) sections;
};

void pytest_section_line(struct pytest *p, struct span line);
void pytest_end_section(struct pytest *p);
/* Gives tests their traces. */
void pytest_tell_sections(struct pytest *p);
void pytest_forget_sections(struct pytest *p);
/* A line of the report of the plugin `flaky` (read_pytest_flaky.c). */
void pytest_flaky_line(struct pytest *p, struct span line);

#endif
