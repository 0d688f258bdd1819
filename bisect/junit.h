/*
 * JUnit reports: the cases of a file in its order, whatever they are nested in.
 * The file's name and dialect are the caller's: what a case's name means is
 * for the framework's row to say.
 */
#ifndef BISECT_JUNIT_H
#define BISECT_JUNIT_H

#include "bisect/fw.h"

/* One <testcase>; valid during the call. */
struct junit_case {
	const char *name;      /* NULL: it has none */
	const char *classname; /* NULL: none */
	const char *file;      /* NULL: none */
	enum test_status status;
	int64_t micros;        /* -1: unknown */
	const char *message;   /* of a failure: its message attribute or text; "" else */
	bool unexpected;       /* failed because it passed; suites do not count it */
};

/* One <testsuite>, when it ends; -1: not said. */
struct junit_suite {
	const char *name;      /* NULL: it has none */
	int64_t tests, errors, failures, skipped;
};

struct junit_events {
	void (*testcase)(void *data, const struct junit_case *c);
	void (*suite)(void *data, const struct junit_suite *s); /* may be NULL */
	void *data;
};

/* Reads the whole file.  0 with *there false when there is no such file; -1 and e when it
 * is no XML or breaks off; what came before the fault was given to the events. */
int junit_read(const char *path, const struct junit_events *events, bool *there, struct err *e);
/* The same from memory. */
int junit_parse(struct span bytes, const struct junit_events *events, struct err *e);

#endif
