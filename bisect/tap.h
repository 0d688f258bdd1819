/*
 * Lines of TAP (the Test Anything Protocol, versions 12 to 14), each by itself:
 * nested subtests are indented and are nothing here.
 */
#ifndef BISECT_TAP_H
#define BISECT_TAP_H

#include "bisect/fw.h"

enum tap_kind {
	TAP_OTHER,
	TAP_TEST, /* "ok 3 - name # SKIP why" */
	TAP_PLAN, /* "1..12" */
	TAP_BAIL, /* "Bail out!  why" */
};

struct tap_line {
	enum tap_kind kind;
	enum test_status status; /* of a test; a failure that is expected ("# todo") counts as skipped */
	uint64_t number;         /* of the test, 0: none; the plan's count */
	struct span text;        /* the test's name; why it bailed out */
	int64_t micros;          /* of a test, from "# 12ms", "# time=12ms" or " in 12ms"; -1: not said */
};

struct tap_line tap_parse(struct span line);

#endif
