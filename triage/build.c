/* What a build came to: see build.h. */
#include "common/base.h"
#include "triage/build.h"

#include "triage/story.h"

static const char *const color_names[] = {
	[COLOR_UNKNOWN] = "unknown", [COLOR_GREEN] = "green", [COLOR_ORANGE] = "orange",
	[COLOR_RED] = "red", [COLOR_MACHINE] = "machine",
};

static const char *const result_names[] = {
	[BUILD_UNKNOWN] = "unknown", [BUILD_SUCCESS] = "success", [BUILD_WARNINGS] = "warnings",
	[BUILD_FAILURE] = "failure", [BUILD_SKIPPED] = "skipped", [BUILD_EXCEPTION] = "exception",
	[BUILD_RETRY] = "retry", [BUILD_CANCELLED] = "cancelled",
};

const char *
color_name(enum color c)
{
	assert(c < ARRAY_LEN(color_names));
	return color_names[c];
}

const char *
build_result_name(enum build_result r)
{
	assert(r < ARRAY_LEN(result_names));
	return result_names[r];
}

enum build_result
build_result_of_buildbot(int results)
{
	static const enum build_result of[] = {
		BUILD_SUCCESS, BUILD_WARNINGS, BUILD_FAILURE, BUILD_SKIPPED, BUILD_EXCEPTION,
		BUILD_RETRY, BUILD_CANCELLED,
	};

	return results >= 0 && (size_t)results < ARRAY_LEN(of) ? of[results] : BUILD_UNKNOWN;
}

/* ---- colors ---- */

/* What the tests of a run say together. */
struct says {
	bool tests, failed, rerun, warned;
};

static struct says
look(const struct run *r)
{
	struct says s = { .warned = r->n_warnings > 0 };
	struct story story;
	size_t i;

	for (i = 0; i < r->tests.n; i++) {
		story = story_of(r->tests.p[i].attempts.p, r->tests.p[i].attempts.n);
		s.tests |= story.cell != CELL_NONE;
		s.failed |= story.cell == CELL_FAIL || story.cell == CELL_FLIP;
		s.rerun |= story.cell == CELL_RERUN;
		s.warned |= story.cell == CELL_WARNED;
	}
	return s;
}

/* A run whose source did not say how it ended. */
static enum color
color_of_run(const struct run *r, const struct says *s)
{
	if (r->verdict == RUN_STOPPED)
		return COLOR_MACHINE;
	/* Some runners say plain "failure" although all passed on a re-run. */
	if (s->failed || (r->verdict == RUN_FAILED && !s->rerun))
		return COLOR_RED;
	if (r->truncated)
		return COLOR_UNKNOWN;
	if (s->rerun || s->warned)
		return COLOR_ORANGE;
	return s->tests || r->verdict == RUN_PASSED ? COLOR_GREEN : COLOR_UNKNOWN;
}

enum color
build_color(const struct build *b)
{
	struct says says = { false };

	if (b->run)
		says = look(b->run);
	switch ((enum build_result)b->result) {
	case BUILD_EXCEPTION:
	case BUILD_RETRY:
	case BUILD_CANCELLED:
		return COLOR_MACHINE;
	case BUILD_FAILURE:
		return COLOR_RED;
	case BUILD_WARNINGS:
		return COLOR_ORANGE;
	case BUILD_SUCCESS:
		if (says.failed || says.rerun || says.warned)
			return COLOR_ORANGE;
		return b->log_lost ? COLOR_UNKNOWN : COLOR_GREEN;
	case BUILD_SKIPPED:
		return COLOR_UNKNOWN;
	case BUILD_UNKNOWN:
		break;
	}
	return b->run ? color_of_run(b->run, &says) : COLOR_UNKNOWN;
}
