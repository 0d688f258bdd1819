/* The judgement of runs: one row a case, what was asked, how it ended, what counts. */
#include "tests/unit/check.h"

#include "bisect/trial.h"

static struct testlist list = TESTLIST_INIT;
static struct framework names = { .name = "names", .flags = FW_ORDER | FW_NAMES | FW_EVERY };
static struct framework exits = { .name = "exits", .flags = FW_ORDER };

/* One case.  ends: letters p f s for tests 0, 1, ...; '-' did not run.  All of
 * 0 .. n_asked-1 were asked. */
struct row {
	const char *what;
	const char *ends;
	uint32_t n_asked;
	int how;              /* enum job_how */
	int code;
	int victim;           /* -1: none */
	const char *message;  /* NULL: none */
	const char *unresolved, *kind;
	enum outcome outcome;
	int verdict;          /* enum verdict */
	const char *why;      /* part of it; NULL: not looked at */
};

enum { EXIT = JOB_EXITED, PASS = VERDICT_PASS, FAIL = VERDICT_FAIL, UNSURE = VERDICT_UNRESOLVED };
#define NO NULL

static const struct row rows[] = {
	{ "all pass", "ppp", 3, EXIT, 0, -1, NO, NO, NO, OUT_PASS, PASS, NO },
	{ "one fails", "pfp", 3, EXIT, 1, -1, "E: x", NO, NO, OUT_FAIL, FAIL, NO },
	{ "one fails, exit 0", "pfp", 3, EXIT, 0, -1, NO, NO, NO, OUT_FAIL, FAIL, NO },
	{ "exit 1, none failed", "ppp", 3, EXIT, 1, -1, NO, NO, NO, OUT_FAIL, FAIL, NO },
	{ "absent", "p-p", 3, EXIT, 0, -1, NO, NO, NO, OUT_ABSENT, UNSURE, "'b' was asked" },
	{ "absent, but one fails", "f-p", 3, EXIT, 1, -1, NO, NO, NO, OUT_FAIL, FAIL, NO },
	{ "nothing ran", "---", 3, EXIT, 0, -1, NO, NO, NO, OUT_ABSENT, UNSURE, "'a' and 2 more" },
	{ "all skipped", "sss", 3, EXIT, 0, -1, NO, NO, NO, OUT_PASS, PASS, NO },
	{ "more than asked", "pppppppp", 2, EXIT, 0, -1, NO, NO, NO, OUT_ABSENT, UNSURE, "ran 6 tests" },
	{ "125", "pp", 2, EXIT, 125, -1, NO, NO, NO, OUT_UNRESOLVED, UNSURE, "125" },
	{ "126", "pp", 2, EXIT, 126, -1, NO, NO, NO, OUT_UNRESOLVED, UNSURE, "126" },
	{ "127", "--", 2, EXIT, 127, -1, NO, NO, NO, OUT_UNRESOLVED, UNSURE, "127" },
	{ "adapter says", "pp", 2, EXIT, 5, -1, NO, "no tests", NO, OUT_UNRESOLVED, UNSURE, "no tests" },
	{ "crash", "p-", 2, JOB_SIGNALLED, 11, -1, NO, "it broke off", NO, OUT_CRASH, FAIL, NO },
	{ "whole fails", "pp", 2, EXIT, 0, -1, NO, NO, "reference leak", OUT_FAIL, FAIL, NO },
	{ "timeout", "p-", 2, JOB_TIMED_OUT, 0, -1, NO, NO, NO, OUT_TIMEOUT, UNSURE, "longer than 5.0 s" },
	{ "cancelled", "--", 2, JOB_CANCELLED, 0, -1, NO, NO, NO, OUT_CANCELLED, UNSURE, NO },
	{ "no start", "--", 2, JOB_NOT_STARTED, 2, -1, NO, NO, NO, OUT_NOT_STARTED, UNSURE, "No such" },
	{ "victim fails", "ppf", 3, EXIT, 1, 2, NO, NO, NO, OUT_FAIL, FAIL, NO },
	{ "another than the victim", "fpp", 3, EXIT, 1, 2, NO, NO, NO, OUT_PASS, PASS, NO },
	{ "victim not run", "pp-", 3, EXIT, 0, 2, NO, NO, NO, OUT_ABSENT, UNSURE, "'c' did not run" },
	{ "victim skipped", "pps", 3, EXIT, 0, 2, NO, NO, NO, OUT_UNRESOLVED, UNSURE, "'c' was skipped" },
	{ "polluter not run", "-pp", 3, EXIT, 0, 2, NO, NO, NO, OUT_ABSENT, UNSURE, "'a' was asked" },
	{ "crash in the victim", "pp-", 3, JOB_SIGNALLED, 6, 2, NO, NO, NO, OUT_CRASH, FAIL, NO },
	{ "victim passed, then a crash", "ppp", 3, JOB_SIGNALLED, 6, 2, NO, NO, NO, OUT_PASS, PASS, NO },
};

static void
judge_row(struct judgement *j, const struct trial_rules *rules, const struct row *row,
          const struct signature *target, const char *line)
{
	static const uint32_t asked[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct reading reading;
	struct job_end end = { .id = 1, .how = (enum job_how)row->how, .code = row->code };
	struct ask ask = { .tests = asked, .n = row->n_asked, .phase = "gate", .fresh = true,
		           .victim = row->victim < 0 ? TESTLIST_NONE : (uint32_t)row->victim };
	struct trial_facts facts = { .ask = &ask, .end = &end, .reading = &reading, .timeout_ms = 5000,
		                     .target = target, .line = span_of(line ? line : "") };

	reading_init(&reading, &list);
	for (uint32_t i = 0; row->ends[i]; i++) {
		if (row->ends[i] != '-')
			reading_test(&reading, span_of(testlist_name(&list, i)),
			             row->ends[i] == 'p' ? TEST_PASS :
			             row->ends[i] == 'f' ? TEST_FAIL : TEST_SKIP, 1000);
	}
	if (row->message)
		reading_message(&reading, span_of(row->message));
	reading.unresolved = row->unresolved;
	reading.whole_failed = row->kind != NULL;
	reading.whole_kind = row->kind;
	judgement_init(j);
	trial_judge(j, rules, &facts);
	reading_release(&reading);
}

/* Catches an end that counts as something else. */
static void
test_rows(void)
{
	struct trial_rules rules = { .fw = &names, .list = &list };
	struct judgement j;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		judge_row(&j, &rules, row, NULL, NULL);
		if (!CHECK_STR(outcome_name(j.outcome), outcome_name(row->outcome)) |
		    !CHECK_INT(j.verdict, row->verdict) |
		    !CHECK(row->why == NULL || strstr(str_c(&j.why), row->why)))
			printf("  in the row '%s': %s\n", row->what, str_c(&j.why));
		CHECK(j.verdict != VERDICT_FAIL || j.signature.how != SIGNATURE_NONE);
		judgement_release(&j);
	}
}

/* Catches other failures that count, and the same one refused. */
static void
test_target(void)
{
	struct trial_rules rules = { .fw = &exits, .list = &list };
	struct row row = { .ends = "", .n_asked = 2, .how = JOB_EXITED, .code = 1, .victim = -1 };
	struct judgement first, j;

	judge_row(&first, &rules, &row, NULL, "FAIL: bug 17");
	CHECK_INT(first.verdict, VERDICT_FAIL);
	judge_row(&j, &rules, &row, &first.signature, "FAIL: bug 18");
	CHECK_INT(j.verdict, VERDICT_FAIL);
	judgement_release(&j);
	judge_row(&j, &rules, &row, &first.signature, "network unreachable");
	CHECK_INT(j.outcome, OUT_OTHER);
	CHECK_INT(j.verdict, VERDICT_UNRESOLVED);
	CHECK_STR(str_c(&j.why), "another failure: exit status 1: network unreachable");
	judgement_release(&j);
	rules.any_failure = true;
	judge_row(&j, &rules, &row, &first.signature, "network unreachable");
	CHECK_INT(j.verdict, VERDICT_FAIL);
	judgement_release(&j);
	judgement_release(&first);
}

static void
test_listed_exits(void)
{
	struct options opt = { .fail_exit = "3, 7-9,139" };
	struct fw_command command = { .argv = NULL };
	struct trial_rules rules;
	struct err e = ERR_INIT;
	static const struct { enum job_how how; int code; enum verdict verdict; } cases[] = {
		{ JOB_EXITED, 0, VERDICT_PASS }, { JOB_EXITED, 1, VERDICT_PASS },
		{ JOB_EXITED, 3, VERDICT_FAIL }, { JOB_EXITED, 8, VERDICT_FAIL },
		{ JOB_EXITED, 125, VERDICT_UNRESOLVED }, { JOB_SIGNALLED, 11, VERDICT_FAIL },
		{ JOB_SIGNALLED, 9, VERDICT_UNRESOLVED },
	};

	CHECK_INT(trial_rules_init(&rules, &opt, &exits, &command, &list, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct row row = { .ends = "", .n_asked = 2, .how = cases[i].how, .code = cases[i].code,
			           .victim = -1 };
		struct judgement j;

		judge_row(&j, &rules, &row, NULL, NULL);
		CHECK_INT(j.verdict, cases[i].verdict);
		judgement_release(&j);
	}
	trial_rules_release(&rules);
}

/* Catches options that are wrong and taken all the same. */
static void
test_wrong_rules(void)
{
	static const struct options wrong[] = {
		{ .fail_exit = "256" }, { .fail_exit = "" }, { .fail_exit = "9-7" }, { .fail_exit = "1,,2" },
		{ .match = "(" }, { .launcher = "a 'b" },
	};
	struct fw_command command = { .argv = NULL };
	struct trial_rules rules;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = ERR_INIT;

		CHECK_INT(trial_rules_init(&rules, &wrong[i], &exits, &command, &list, &e), -1);
		CHECK(e.msg[0] != '\0');
		trial_rules_release(&rules);
	}
}

static void
test_launcher_words(void)
{
	struct options opt = { .launcher = " ssh  'my host' a\\ b \"\" " };
	struct fw_command command = { .argv = NULL };
	struct trial_rules rules;
	struct err e = ERR_INIT;
	static const char *const want[] = { "ssh", "my host", "a b", "" };

	CHECK_INT(trial_rules_init(&rules, &opt, &exits, &command, &list, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		CHECK_STR(rules.launcher[i], want[i]);
	CHECK(rules.launcher[ARRAY_LEN(want)] == NULL);
	trial_rules_release(&rules);
}

/* Catches bytes lost or doubled at the seams of head, gap and tail. */
static void
test_keep(void)
{
	static const size_t sizes[] = {
		0, 1, KEEP_PART, KEEP_PART + 1, 2 * KEEP_PART, 2 * KEEP_PART + 1, 500001,
	};
	static const size_t chunks[] = { 1, 7, 4096, 1 << 20 };
	char *bytes = xmalloc(1 << 20);

	for (size_t i = 0; i < 1 << 20; i++)
		bytes[i] = (char)('a' + i % 23);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		for (size_t c = 0; c < ARRAY_LEN(chunks); c++) {
			struct str text = STR_INIT(1 << 20), tail = STR_INIT(1 << 20);
			size_t n = sizes[s], at, kept = n < 2 * KEEP_PART ? n : 2 * KEEP_PART;
			struct keep k;

			keep_init(&k);
			for (at = 0; at < n; at += chunks[c])
				keep_feed(&k, (struct span){ bytes + at,
				                             n - at < chunks[c] ? n - at : chunks[c] });
			CHECK_INT(keep_dropped(&k), n - kept);
			keep_text(&k, &text);
			CHECK(n != kept || (text.n == n && memcmp(str_c(&text), bytes, n) == 0));
			CHECK(n == kept || memcmp(text.p, bytes, KEEP_PART) == 0);
			CHECK(n < KEEP_PART || memcmp(text.p + text.n - KEEP_PART, bytes + n - KEEP_PART,
			                              KEEP_PART) == 0);
			keep_tail(&k, &tail);
			CHECK(tail.n <= 2 * KEEP_PART);
			CHECK(tail.n == 0 || memcmp(tail.p, bytes + n - tail.n, tail.n) == 0);
			keep_release(&k);
			str_release(&text);
			str_release(&tail);
		}
	}
	free(bytes);
}

int
main(void)
{
	static const char *const tests[] = { "a", "b", "c", "d", "e", "f", "g", "h" };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		testlist_add(&list, span_of(tests[i]));
	test_rows();
	test_target();
	test_listed_exits();
	test_wrong_rules();
	test_launcher_words();
	test_keep();
	testlist_release(&list);
	return check_done();
}
