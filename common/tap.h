/*
 * Lines of TAP (the Test Anything Protocol, versions 12 to 14), each by itself:
 * nested subtests are indented and are nothing here.
 */
#ifndef COMMON_TAP_H
#define COMMON_TAP_H

#include "common/str.h"

enum tap_kind {
	TAP_OTHER,
	TAP_TEST, /* "ok 3 - name # SKIP why" */
	TAP_PLAN, /* "1..12" */
	TAP_BAIL, /* "Bail out!  why" */
};

enum tap_result {
	TAP_PASS,
	TAP_FAIL,
	TAP_SKIP,
	TAP_TODO, /* failed, and marked as one that may: "# TODO why" */
};

struct tap_line {
	enum tap_kind kind;
	enum tap_result result;  /* of a test */
	uint64_t number;         /* of the test, 0: none; the plan's count */
	struct span text;        /* the test's name; why it bailed out */
	struct span why;         /* what stands behind SKIP or TODO, also of a plan */
	int64_t micros;          /* of a test, from "# 12ms", "# time=12ms" or " in 12ms"; -1: not said */
};

struct tap_line tap_parse(struct span line);

#endif
