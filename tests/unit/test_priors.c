/* What an answer of flake-triage makes of a list of tests or commits. */
#include "tests/unit/check.h"

#include "bisect/priors.h"

static void
make_list(struct testlist *l, const char *const *names)
{
	for (; *names; names++)
		testlist_add(l, span_of(*names));
}

/* The history's name of each test of the list, "-" for none, with blanks between. */
static const char *
matched(const char *const *list, const char *const *history)
{
	static char text[1000];
	struct testlist l = TESTLIST_INIT;
	struct span names[20];
	uint32_t row[20];
	size_t n = 0;

	make_list(&l, list);
	for (; history[n]; n++)
		names[n] = span_of(history[n]);
	priors_match(row, &l, names, n);
	text[0] = '\0';
	for (uint32_t i = 0; i < testlist_count(&l); i++) {
		strcat(text, i ? " " : "");
		strcat(text, row[i] == TESTLIST_NONE ? "-" : history[row[i]]);
	}
	testlist_release(&l);
	return text;
}

#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }

/* A test that is taken for another one. */
static void
test_names(void)
{
	CHECK_STR(matched(NAMES("a", "b"), NAMES("b", "a", "x.a")), "a b");
	CHECK_STR(matched(NAMES("test_a.C.t"), NAMES("tests.test_a.C.t", "u")), "tests.test_a.C.t");
	CHECK_STR(matched(NAMES("t"), NAMES("a.t", "b.t")), "-");
	CHECK_STR(matched(NAMES("t"), NAMES("a.at", "b_t", "ct")), "-");
	CHECK_STR(matched(NAMES("x/a.py::C::t[1/2.5]"), NAMES("x.a.C.t[1/2.5]", "5]")), "x.a.C.t[1/2.5]");
	CHECK_STR(matched(NAMES("deep/a::t", "deep/b::u"), NAMES("a.t", "u", "t")), "a.t u");
	/* one name of the history, two tests that could be it */
	CHECK_STR(matched(NAMES("x::t", "y::t"), NAMES("t")), "- -");
	CHECK_STR(matched(NAMES("t", "y::t"), NAMES("t")), "t -");
	CHECK_STR(matched(NAMES("a::b"), NAMES("a.b", "a/b")), "-");
	CHECK_STR(matched(NAMES("a.", "", ":::", "["), NAMES(".", "a::", "")), "a::  - -");
}

/* Durations of the wrong test; suspicion without bounds; a history that rules a test out. */
static void
test_tests(void)
{
	struct testlist l = TESTLIST_INIT;
	struct priors p = { 0 };
	struct err e = ERR_INIT;

	make_list(&l, NAMES("a", "b", "c", "d", "new"));
	CHECK_INT(priors_of_tests(&p, span_of("{\"schema\":1,\"tests\":["
		"{\"test\":\"b\",\"seconds\":2,\"fails\":0,\"runs\":99},"
		"{\"test\":\"a\",\"seconds\":4,\"fails\":99,\"runs\":99},"
		"{\"test\":\"c\",\"seconds\":null,\"fails\":0,\"runs\":99},"
		"{\"test\":\"d\",\"seconds\":-1,\"fails\":7,\"runs\":-5},{},3]}"), &l, &e), 0);
	CHECK_STR(e.msg, "");
	CHECK_INT(p.n_known, 4);
	CHECK_NEAR(p.seconds[0], 4, 1e-9);
	CHECK_NEAR(p.seconds[1], 2, 1e-9);
	CHECK_NEAR(p.seconds[2], 3, 1e-9);
	CHECK_NEAR(p.seconds[4], 3, 1e-9);
	CHECK_NEAR(p.suspicion[4], 2, 1e-9);
	CHECK(p.suspicion[0] > 2 && p.suspicion[0] <= 11);
	CHECK(p.suspicion[1] >= 1 && p.suspicion[1] < 1.1);
	priors_release(&p);
	CHECK_INT(priors_of_tests(&p, span_of("{\"tests\":[]}"), &l, &e), 0);
	CHECK(p.seconds == NULL && p.suspicion == NULL && p.n_known == 0);
	CHECK_INT(priors_of_tests(&p, span_of("{\"error\":1}"), &l, &e), -1);
	CHECK(strstr(e.msg, "without 'tests'") != NULL);
	CHECK_INT(priors_of_tests(&p, span_of("nonsense"), &l, &e), -1);
	testlist_release(&l);
}

/* The old end suspected; a wrong suspect that rules out the truth. */
static void
test_commits(void)
{
	struct testlist l = TESTLIST_INIT;
	struct err e = ERR_INIT;
	double prior[4];
	struct hunt_past past;
	uint32_t n;

	make_list(&l, NAMES("0000000000", "1111111111", "2222222222", "2222222333", "4444444444"));
	CHECK_INT(priors_of_commits(prior, &n, &past, span_of("{\"suspects\":["
		"{\"commit\":\"11111111\",\"posterior\":0.3},{\"commit\":\"4444444444\",\"posterior\":0.1},"
		"{\"commit\":\"2222222\",\"posterior\":0.2},{\"commit\":\"0000000000\",\"posterior\":0.2},"
		"{\"commit\":\"9999999999\",\"posterior\":0.1},{\"commit\":5}],"
		"\"before\":{\"failed\":1,\"runs\":40},\"after\":{\"failed\":9,\"runs\":3}}"), &l, &e), 0);
	CHECK_INT(n, 2);
	CHECK(past.old_new == 1 && past.old_runs == 40 && past.new_new == 0 && past.new_runs == 0);
	CHECK_NEAR(prior[0], 0.9 * 0.75 + 0.025, 1e-9);
	CHECK_NEAR(prior[1], 0.025, 1e-9);
	CHECK_NEAR(prior[2], 0.025, 1e-9);
	CHECK_NEAR(prior[3], 0.9 * 0.25 + 0.025, 1e-9);
	CHECK_INT(priors_of_commits(prior, &n, &past, span_of("{\"suspects\":[]}"), &l, &e), 0);
	CHECK(n == 0 && prior[0] == 0.25 && prior[3] == 0.25);
	CHECK_INT(priors_of_commits(prior, &n, &past, span_of("{}"), &l, &e), -1);
	testlist_release(&l);
}

int
main(void)
{
	test_names();
	test_tests();
	test_commits();
	return check_done();
}
