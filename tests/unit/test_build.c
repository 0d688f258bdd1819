/* What a build came to: cells out of attempts, colors out of results and runs. */
#include "tests/unit/check.h"

#include "triage/build.h"
#include "triage/story.h"

/* Attempts out of letters, '+' before a re-run. */
static size_t
attempts_of(struct attempt *a, const char *letters)
{
	size_t n = 0;
	bool rerun = false;

	for (; *letters; letters++) {
		if (*letters == '+') {
			rerun = true;
			continue;
		}
		a[n++] = (struct attempt){ .outcome = (uint8_t)outcome_of_letter(*letters), .rerun = rerun };
		rerun = false;
	}
	return n;
}

/* A flake that looks like a failure, a failure that looks like a flake, nothing that looks like a pass. */
static void
test_cells(void)
{
	static const struct { const char *letters; enum cell cell; char plain; } rows[] = {
		{ "", CELL_NONE, '\0' },      { "P", CELL_PASS, 'P' },      { "PPP", CELL_PASS, 'P' },
		{ "F", CELL_FAIL, '\0' },     { "S", CELL_NONE, 'S' },      { "x", CELL_PASS, 'x' },
		{ "X", CELL_FAIL, '\0' },     { "N", CELL_NONE, 'N' },      { "I", CELL_NONE, '\0' },
		{ "B", CELL_NONE, '\0' },     { ".", CELL_NONE, '\0' },     { "E", CELL_WARNED, '\0' },
		{ "F+P", CELL_RERUN, '\0' },  { "F+F", CELL_FAIL, '\0' },   { "F+F+P", CELL_RERUN, '\0' },
		{ "F+P+F", CELL_FAIL, '\0' }, { "F+N", CELL_FAIL, '\0' },   { "F+S", CELL_FAIL, '\0' },
		{ "C+P", CELL_RERUN, '\0' },  { "T+E", CELL_RERUN, '\0' },  { "PF", CELL_FLIP, '\0' },
		{ "FP", CELL_FLIP, '\0' },    { "E+P", CELL_WARNED, '\0' }, { "I+P", CELL_PASS, '\0' },
		{ "PF+P", CELL_RERUN, '\0' }, { "F+I", CELL_FAIL, '\0' },
	};
	struct attempt a[16];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct story s = story_of(a, attempts_of(a, rows[i].letters));

		if (!CHECK_INT(s.cell, rows[i].cell) || !CHECK_INT(s.plain, rows[i].plain))
			printf("  '%s'\n", rows[i].letters);
	}
}

/* A story of a thousand attempts that fills the store, or whose end is lost. */
static void
test_letters(void)
{
	struct str out = STR_INIT(1000);
	static struct attempt a[1000];
	struct story s;

	story_letters(&out, a, attempts_of(a, "F+C+P"));
	CHECK_STR(str_c(&out), "F+C+P");
	CHECK(story_ends(&s, str_span(&out)) && s.first == OUTCOME_FAIL && s.last == OUTCOME_PASS);
	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		a[i] = (struct attempt){ .outcome = OUTCOME_PASS };
	a[0].outcome = OUTCOME_LEAK;
	a[999].outcome = OUTCOME_TIMEOUT;
	str_clear(&out);
	story_letters(&out, a, ARRAY_LEN(a));
	CHECK(out.n == 65 && out.p[32] == '_');
	CHECK(story_ends(&s, str_span(&out)) && s.first == OUTCOME_LEAK && s.last == OUTCOME_TIMEOUT);
	CHECK(!story_ends(&s, span_of("Q")) && !story_ends(&s, span_of("")));
	str_release(&out);
}

struct row {
	enum build_result result;
	const char *tests;         /* one letter story each, blanks between; NULL: no run */
	enum run_verdict verdict;
	bool truncated, warned, log_lost;
	enum color color;
};

/* Builds that only needed a re-run shown as red, or builds of which nothing is known as green. */
static void
test_colors(void)
{
	static const struct row rows[] = {
		{ BUILD_UNKNOWN, "P P", RUN_PASSED, false, false, false, COLOR_GREEN },
		{ BUILD_UNKNOWN, "P P", RUN_UNKNOWN, false, false, false, COLOR_GREEN },
		{ BUILD_UNKNOWN, "P P", RUN_UNKNOWN, true, false, false, COLOR_UNKNOWN },
		{ BUILD_UNKNOWN, "P F", RUN_UNKNOWN, true, false, false, COLOR_RED },
		{ BUILD_UNKNOWN, "P F+P", RUN_PASSED, false, false, false, COLOR_ORANGE },
		{ BUILD_UNKNOWN, "P F+P", RUN_FAILED, false, false, false, COLOR_ORANGE }, /* 3.13.18 says so */
		{ BUILD_UNKNOWN, "P P", RUN_FAILED, false, false, false, COLOR_RED },
		{ BUILD_UNKNOWN, "P E", RUN_PASSED, false, false, false, COLOR_ORANGE },
		{ BUILD_UNKNOWN, "P P", RUN_PASSED, false, true, false, COLOR_ORANGE },
		{ BUILD_UNKNOWN, "S N", RUN_UNKNOWN, false, false, false, COLOR_UNKNOWN },
		{ BUILD_UNKNOWN, "P P", RUN_STOPPED, false, false, false, COLOR_MACHINE },
		{ BUILD_UNKNOWN, NULL, RUN_UNKNOWN, false, false, false, COLOR_UNKNOWN },
		{ BUILD_SUCCESS, "P P", RUN_PASSED, false, false, false, COLOR_GREEN },
		{ BUILD_SUCCESS, "P F+P", RUN_PASSED, false, false, false, COLOR_ORANGE },
		{ BUILD_SUCCESS, "P F", RUN_FAILED, false, false, false, COLOR_ORANGE },
		{ BUILD_SUCCESS, NULL, RUN_UNKNOWN, false, false, false, COLOR_GREEN },
		{ BUILD_SUCCESS, NULL, RUN_UNKNOWN, false, false, true, COLOR_UNKNOWN },
		{ BUILD_WARNINGS, "P P", RUN_PASSED, false, false, false, COLOR_ORANGE },
		{ BUILD_FAILURE, "P P", RUN_PASSED, false, false, false, COLOR_RED }, /* another step */
		{ BUILD_FAILURE, NULL, RUN_UNKNOWN, false, false, true, COLOR_RED },
		{ BUILD_EXCEPTION, "P F", RUN_UNKNOWN, true, false, false, COLOR_MACHINE },
		{ BUILD_RETRY, NULL, RUN_UNKNOWN, false, false, false, COLOR_MACHINE },
		{ BUILD_CANCELLED, NULL, RUN_UNKNOWN, false, false, false, COLOR_MACHINE },
		{ BUILD_SKIPPED, NULL, RUN_UNKNOWN, false, false, false, COLOR_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run run = { .verdict = rows[i].verdict, .truncated = rows[i].truncated,
			.n_warnings = rows[i].warned };
		struct build b = { .result = rows[i].result, .log_lost = rows[i].log_lost };
		struct span rest = span_of(rows[i].tests ? rows[i].tests : ""), word;
		struct attempt a[8];
		char letters[16];

		while (rest.n && span_next(&rest, ' ', &word)) {
			struct run_test t = { .name = word };

			snprintf(letters, sizeof(letters), "%.*s", (int)word.n, word.p);
			for (size_t k = 0, n = attempts_of(a, letters); k < n; k++)
				vec_push(&t.attempts, a[k]);
			vec_push(&run.tests, t);
		}
		b.run = rows[i].tests ? &run : NULL;
		if (!CHECK_STR(color_name(build_color(&b)), color_name(rows[i].color)))
			printf("  row %zu\n", i);
		for (size_t k = 0; k < run.tests.n; k++)
			vec_release(&run.tests.p[k].attempts);
		vec_release(&run.tests);
	}
}

/* Buildbot's numbers, in whose order nothing is worse than the one before. */
static void
test_results(void)
{
	CHECK_STR(build_result_name(build_result_of_buildbot(0)), "success");
	CHECK_STR(build_result_name(build_result_of_buildbot(2)), "failure");
	CHECK_STR(build_result_name(build_result_of_buildbot(4)), "exception");
	CHECK_STR(build_result_name(build_result_of_buildbot(6)), "cancelled");
	CHECK_STR(build_result_name(build_result_of_buildbot(7)), "unknown");
	CHECK_STR(build_result_name(build_result_of_buildbot(-1)), "unknown");
}

int
main(void)
{
	test_cells();
	test_letters();
	test_colors();
	test_results();
	return check_done();
}
