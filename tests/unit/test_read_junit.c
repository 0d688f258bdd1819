/* JUnit reports of many writers become attempts: retries folded, names stable, and what breaks
 * off is unknown.  The dialects as files are in tests/data/triage/junit. */
#include "tests/unit/check.h"

#include "triage/reader.h"

/* "FFrPr name | message; ..." of all tests. */
static struct str said = STR_INIT(1 << 20);

static void
say_test(const struct run_test *t)
{
	size_t i;

	for (i = 0; i < t->attempts.n; i++)
		str_addf(&said, "%c%s", outcome_letter(t->attempts.p[i].outcome), t->attempts.p[i].rerun ? "r" : "");
	str_addf(&said, " %.*s", (int)t->name.n, t->name.p);
	if (t->message.n)
		str_addf(&said, " | %.*s", (int)t->message.n, t->message.p);
	str_adds(&said, "; ");
}

/* Reads it as JUnit in chunks; the verdict. */
static enum run_verdict
read_text(struct span text, size_t chunk)
{
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "x.xml" };
	const struct reader *r = reader_find("junit");
	void *state = r->start(&in);
	struct err e = ERR_INIT;
	enum run_verdict verdict;
	int ret = 0;
	size_t i;

	str_clear(&said);
	while (ret == 0 && text.n) {
		struct span part = { text.p, text.n < chunk ? text.n : chunk };

		ret = r->feed(state, part, &e);
		text = span_from(text, part.n);
	}
	if (ret == 0)
		ret = r->finish(state, &e);
	r->free(state);
	for (i = 0; i < collect_run(&c)->tests.n; i++)
		say_test(&collect_run(&c)->tests.p[i]);
	verdict = collect_run(&c)->verdict;
	CHECK((ret == 0) == (e.msg[0] == '\0'));
	if (ret < 0)
		str_addf(&said, "(%s)", e.msg);
	collect_release(&c);
	return verdict;
}

#define SUITE(text) "<testsuite name='s'>" text "</testsuite>"
#define PYTEST(text) "<testsuites><testsuite name='pytest'>" text "</testsuite></testsuites>"

static const struct {
	const char *text, *said;
	enum run_verdict verdict;
} rows[] = {
	/* one element a retry: Surefire, nextest */
	{ SUITE("<testcase classname='c' name='t'><flakyFailure message='one'/><flakyError message='two'/></testcase>"),
	  "FFrPr c.t | one; ", RUN_PASSED },
	{ SUITE("<testcase classname='c' name='t'><failure message='one'/><rerunFailure message='two'/></testcase>"),
	  "FFr c.t | one; ", RUN_FAILED },
	{ SUITE("<testcase classname='c' name='t'><failure type='flaky failure'/><flakyFailure type='test timeout'>late"
	        "<system-out>no</system-out></flakyFailure></testcase>"), "TPr c.t | late; ", RUN_PASSED },
	{ SUITE("<testcase classname='c' name='t'><failure message='a'/><error message='b'/></testcase>"),
	  "F c.t | a; ", RUN_FAILED },
	/* one case a retry: Gradle; and what only looks like it */
	{ SUITE("<testcase classname='c' name='t'><failure message='a'/></testcase><testcase classname='c' name='t'/>"),
	  "FPr c.t | a; ", RUN_PASSED },
	{ SUITE("<testcase classname='c' name='t'/><testcase classname='c' name='t'><failure/></testcase>"),
	  "PF c.t; ", RUN_FAILED },
	{ SUITE("<testcase name='t'><failure/></testcase><testcase name='t'/><testcase name='t'/>"),
	  "FPP s.t; ", RUN_PASSED },
	{ "<testsuites><testsuite name='x@stress-0'><testcase classname='c' name='t'><failure/></testcase></testsuite>"
	  "<testsuite name='x@stress-1'><testcase classname='c' name='t'/></testsuite></testsuites>",
	  "FP c.t; ", RUN_PASSED },
	/* pytest-rerunfailures 16.6.1: an empty case for each try that failed */
	{ PYTEST("<testcase classname='c' name='t' time='1'/><testcase classname='c' name='t'/><testcase classname='c' "
	         "name='u'/>"), "FPr c.t; P c.u; ", RUN_PASSED },
	{ PYTEST("<testcase classname='c' name='t'/><testcase classname='c' name='t'><failure message='m'/></testcase>"),
	  "FFr c.t | m; ", RUN_FAILED },
	{ PYTEST("<testcase classname='c' name='t'><failure message='m'/></testcase><testcase classname='c' name='t'>"
	         "<error message='failed on teardown with \"x\"'/></testcase>"), "F c.t | m; ", RUN_FAILED },
	{ PYTEST("<testcase name='a'><skipped type='pytest.xfail'/></testcase><testcase name='b'><skipped/></testcase>"
	         "<testcase name='c'><failure message='[XPASS(strict)]'/></testcase>"),
	  "x pytest.a; S pytest.b; X pytest.c | [XPASS(strict)]; ", RUN_FAILED },
	/* regrtest: the re-run is a second suite; suites have no name, cases no class */
	{ "<testsuites><testsuite start='2026-11-22 22:20:31.1'><testcase name='test.test_x.C.m' status='run' result="
	  "'completed'><failure>Traceback (most recent call last):\n  File\nAssertionError: 1 != 2\n</failure></testcase>"
	  "<testcase name='u'><outcome>UNEXPECTED_SUCCESS</outcome></testcase></testsuite>"
	  "<testsuite><testcase name='test.test_x.C.m'/></testsuite></testsuites>",
	  "FPr test.test_x.C.m | AssertionError: 1 != 2; X u | unexpected success; ", RUN_FAILED },
	/* GoogleTest, CTest */
	{ SUITE("<testcase classname='c' name='a' status='notrun' result='suppressed'/><testcase classname='b' name='b' "
	        "status='fail'><failure message='Timeout'/></testcase><testcase classname='d' name='d' status='fail'/>"),
	  "S c.a; T b | Timeout; F d; ", RUN_FAILED },
	/* names */
	{ SUITE("<testcase classname='a b' name='x a b'/><testcase classname='a.b' name='a.b.c'/>"
	        "<testcase classname='a' name='ab'/><testcase classname='' name='n'/><testcase/>"),
	  "P x a b; P a.b.c; P a.ab; P s.n; P s; ", RUN_PASSED },
	/* a suite that could not be set up */
	{ SUITE("<error message='no class'/>"), "F s | no class; ", RUN_FAILED },
	{ SUITE(""), "", RUN_UNKNOWN },
	/* broken: what failed has failed, the rest is unknown */
	{ "<testsuite><testcase name='a'/><testcase name='b'><failure message='m'/><system-out><![CDATA[<",
	  "P a; F b | m; (line 1: unclosed CDATA section)", RUN_UNKNOWN },
	{ "<testsuite name='pytest'><testcase name='a'/><testcase name='b'/>",
	  "P pytest.a; . pytest.b; (line 1: no element found)", RUN_UNKNOWN },
	{ "<testsuite><testcase name='a'/>\n<testcase name='b'><system-out></testcase>",
	  "P a; . b; (line 2: mismatched tag)", RUN_UNKNOWN },
};

/* Catches attempts that are lost, doubled or out of order, whatever the chunks. */
static void
test_dialects(void)
{
	static const size_t chunks[] = { 1, 7, 4096 };
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		for (k = 0; k < ARRAY_LEN(chunks); k++) {
			CHECK_INT(read_text(span_of(rows[i].text), chunks[k]), rows[i].verdict);
			CHECK_STR(str_c(&said), rows[i].said);
		}
	}
}

/* Catches a verdict that a part of the report gives. */
static void
test_prefixes(void)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		for (n = 0; n < strlen(rows[i].text); n++)
			CHECK_INT(read_text((struct span){ rows[i].text, n }, 4096), RUN_UNKNOWN);
	}
}

/* Catches times and places that are read wrong. */
static void
test_facts(void)
{
	static const char text[] =
		"<testsuites time='7'><testsuite timestamp='2026-11-22T10:00:00+02:00' file='f.py'>"
		"<testcase name='a' time='1,234.5'/><testcase name='b' file='g.py'/></testsuite></testsuites>";
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "" };
	struct err e = ERR_INIT;
	struct run *r;

	CHECK_INT(reader_read(NULL, &in, span_of(text), &e), 0);
	r = collect_run(&c);
	CHECK_INT(r->started, 1795334400);
	CHECK_INT(r->micros, 7000000);
	CHECK_INT(r->tests.p[0].attempts.p[0].micros, 1234500000);
	CHECK(span_is(r->tests.p[0].file, "f.py"));
	CHECK(span_is(r->tests.p[1].file, "g.py"));
	collect_release(&c);
}

int
main(void)
{
	test_dialects();
	test_prefixes();
	test_facts();
	str_release(&said);
	return check_done();
}
