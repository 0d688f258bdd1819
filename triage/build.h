/*
 * One build: what is known of it beside its tests.  A source (Buildbot, files)
 * fills it; a bare file's gaps are filled from --builder, --layout and so on.
 */
#ifndef TRIAGE_BUILD_H
#define TRIAGE_BUILD_H

#include "triage/run.h"

/* Stored: never change the numbers. */
enum build_result {
	BUILD_UNKNOWN,
	BUILD_SUCCESS,
	BUILD_WARNINGS,
	BUILD_FAILURE,   /* success, warnings and failure are evidence of tests */
	BUILD_SKIPPED,   /* evidence of nothing */
	BUILD_EXCEPTION, /* exception, retry and cancelled: evidence of machines */
	BUILD_RETRY,
	BUILD_CANCELLED,
};

/* What a build looks like.  Stored: never change the numbers. */
enum color {
	COLOR_UNKNOWN, /* nothing says how it ended, or its log is gone */
	COLOR_GREEN,
	COLOR_ORANGE,  /* passed, but warned or needed a re-run */
	COLOR_RED,
	COLOR_MACHINE, /* ended by its machine */
};

/* The identity is (source, builder, number, part): reading it again replaces or
 * changes nothing.  Spans that are not known are empty. */
struct build {
	struct span source;   /* where builds get their numbers: "buildbot UUID/URL/path", "files" */
	struct span builder;  /* never empty */
	struct span branch;   /* "" unknown */
	struct span revision; /* what was really built */
	struct span worker;
	struct span url;      /* for people; or the path of the file */
	struct span number;   /* "123", or a hash of the content when nothing numbers it */
	uint32_t part;        /* 0; of several runs in one build the others 1, 2, ... */
	int64_t started;      /* seconds since 1970; 0: unknown (then the file's time) */
	int64_t finished;     /* 0: unknown */
	uint8_t result;       /* enum build_result, as its source says */
	bool log_lost;        /* its log was deleted or could not be read: nothing is known of its tests */
	const struct run *run; /* what was read; NULL: nothing */
};

/* The color that a build has, by its result and its run together. */
enum color build_color(const struct build *b);
const char *color_name(enum color c); /* "green", "orange", "red", "machine", "unknown" */
const char *build_result_name(enum build_result r); /* "success", ... */
enum build_result build_result_of_buildbot(int results); /* 0 to 6; anything else is unknown */

#endif
