/* Lines of TAP. */
#include "tests/unit/check.h"

#include "common/tap.h"

static void
test_line(const char *text, enum tap_kind kind, enum tap_result result, unsigned number,
     const char *name, long long micros)
{
	struct tap_line t = tap_parse(span_of(text));

	if (!CHECK(t.kind == kind && t.result == result && t.number == number && t.micros == micros &&
	           span_is(t.text, name)))
		printf("  '%s' is kind %d, result %d, number %u, '%.*s', %lld us\n", text, t.kind, t.result,
		       (unsigned)t.number, (int)t.text.n, t.text.p, (long long)t.micros);
}

/* Catches forms of TAP that are read wrong. */
static void
test_lines(void)
{
	test_line("ok", TAP_TEST, TAP_PASS, 0, "", -1);
	test_line("ok 1", TAP_TEST, TAP_PASS, 1, "", -1);
	test_line("ok 12 - a name", TAP_TEST, TAP_PASS, 12, "a name", -1);
	test_line("not ok 3 a name", TAP_TEST, TAP_FAIL, 3, "a name", -1);
	test_line("ok - no number", TAP_TEST, TAP_PASS, 0, "no number", -1);
	test_line("ok 1 x # SKIP why", TAP_TEST, TAP_SKIP, 1, "x", -1);
	test_line("not ok 1 x # skip", TAP_TEST, TAP_SKIP, 1, "x", -1);
	test_line("not ok 1 x # todo later", TAP_TEST, TAP_TODO, 1, "x", -1);
	test_line("ok 1 x # todo later", TAP_TEST, TAP_PASS, 1, "x", -1);
	test_line("ok 1 issue #12", TAP_TEST, TAP_PASS, 1, "issue #12", -1);
	test_line("ok 1 C# code", TAP_TEST, TAP_PASS, 1, "C# code", -1);
	test_line("ok 1 x # time=12ms", TAP_TEST, TAP_PASS, 1, "x", 12000);
	test_line("ok 1 sleeps in 5ms", TAP_TEST, TAP_PASS, 1, "sleeps", 5000);
	test_line("ok 1 sleeps in 5ms # skip", TAP_TEST, TAP_SKIP, 1, "sleeps", 5000);
	test_line("ok 1 not in time", TAP_TEST, TAP_PASS, 1, "not in time", -1);
	test_line("ok 99999999999999999999 x", TAP_TEST, TAP_PASS, 0, "99999999999999999999 x", -1);
}

/* Catches lines that are taken for tests and are none. */
static void
test_others(void)
{
	test_line("1..12", TAP_PLAN, TAP_PASS, 12, "", -1);
	test_line("1..0 # SKIP all", TAP_PLAN, TAP_PASS, 0, "", -1);
	test_line("1..", TAP_OTHER, TAP_PASS, 0, "", -1);
	test_line("okay", TAP_OTHER, TAP_PASS, 0, "", -1);
	test_line("not okay", TAP_OTHER, TAP_PASS, 0, "", -1);
	test_line("    ok 1 - sub", TAP_OTHER, TAP_PASS, 0, "", -1);
	test_line("", TAP_OTHER, TAP_PASS, 0, "", -1);
	test_line("Bail out!  no db", TAP_BAIL, TAP_PASS, 0, "no db", -1);
	CHECK(span_is(tap_parse(span_of("not ok 3 x # TODO : Fix flaky test")).why, ": Fix flaky test"));
	CHECK(span_is(tap_parse(span_of("1..0 # SKIP no db")).why, "SKIP no db"));
}

int
main(void)
{
	test_lines();
	test_others();
	return check_done();
}
