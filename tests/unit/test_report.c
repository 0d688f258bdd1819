/* Findings as text and as JSON, byte for byte. */
#include "tests/unit/check.h"

#include "bisect/report.h"

/* A finding about tests p0, p1, ...; the fields that all cases share. */
struct fixture {
	struct finding f;
	struct testlist list;
	struct str out;
	struct report_style style;
};

static void
begin(struct fixture *x, const char *const *names)
{
	*x = (struct fixture){ .list = TESTLIST_INIT, .out = STR_INIT(1 << 20) };
	finding_init(&x->f);
	for (; *names; names++)
		testlist_add(&x->list, span_of(*names));
	x->f.n_tests = 1200;
	x->f.n_runs = 27;
	x->f.work = 3.42;
	x->f.seconds = 41.2;
	x->f.confidence = 0.99412;
	x->f.whole = (struct counts){ 18, 20 };
	x->f.rate_low = 0.699;
	x->f.rate_high = 0.9721;
	x->f.session = ".flake-bisect/20261122-1";
}

static void
end(struct fixture *x)
{
	finding_release(&x->f);
	testlist_release(&x->list);
	str_release(&x->out);
}

static const char *
text(struct fixture *x)
{
	str_clear(&x->out);
	report_text(&x->out, &x->f, &x->list, &x->style);
	return str_c(&x->out);
}

static const char *
json(struct fixture *x)
{
	str_clear(&x->out);
	report_json(&x->out, &x->f, &x->list);
	return str_c(&x->out);
}

static const char *const pair[] = { "a::p", "a::v", NULL };
static const uint32_t both[] = { 0, 1 }, first[] = { 0 };

static struct culprit
pair_culprit(void)
{
	return (struct culprit){
		.tests = both, .n_tests = 2, .polluters = first, .n_polluters = 1, .victim = 1,
		.with = { 18, 20 }, .without = { 0, 31 }, .minimal = true, .proven = true,
	};
}

/* Evidence that belongs to another line, or an answer that is not the first one. */
static void
isolated_text(void)
{
	struct fixture x;

	begin(&x, pair);
	x.f.verdict = FOUND_ISOLATED;
	vec_push(&x.f.culprits, pair_culprit());
	x.f.repro = "pytest a::p a::v";
	CHECK_STR(text(&x),
	          "'a::v' fails when 'a::p' runs before it\n"
	          "\n"
	          "  with both: 18 of 20 fail\n"
	          "  without a::p: 0 of 31 fail\n"
	          "  the whole list: 18 of 20 fail (95 % interval: 70 % to 97.2 %)\n"
	          "  confidence 99.4 %\n"
	          "  27 runs in 41 s, the work of 3.4 runs of the whole list\n"
	          "\n"
	          "to see it again:\n"
	          "  pytest a::p a::v\n"
	          "\n"
	          "all runs are in .flake-bisect/20261122-1\n");
	x.style.quiet = true;
	CHECK_STR(text(&x), "'a::v' fails when 'a::p' runs before it\n");
	x.style.color = true;
	CHECK_STR(text(&x), "\033[1m'a::v' fails when 'a::p' runs before it\n\033[0m");
	end(&x);
}

/* A key of the promised document that is missing, renamed or of another type. */
static void
isolated_json(void)
{
	struct fixture x;
	struct other_failure other = { "exit 3: no space", 2, 7 };

	begin(&x, pair);
	x.f.verdict = FOUND_ISOLATED;
	vec_push(&x.f.culprits, pair_culprit());
	vec_push(&x.f.others, other);
	x.f.repro = "pytest a::p a::v";
	x.f.n_gate_runs = 5;
	x.f.n_proof_runs = 9;
	CHECK(strstr(text(&x), "\nother failures were seen, and not counted:\n"
	                       "  2 times, first in run 7: exit 3: no space\n\n") != NULL);
	x.f.others.p[0].count = 1;
	x.style.more = true;
	CHECK(strstr(text(&x), "  once, in run 7: exit 3: no space\n--all looks for") != NULL);
	x.f.others.p[0].count = 2;
	CHECK_STR(json(&x),
	          "{\"schema\":1,\"verdict\":\"isolated\",\"confidence\":0.9941,\"tests\":1200,\"runs\":27,"
	          "\"work\":3.42,\"seconds\":41.2,"
	          "\"rate\":{\"fails\":18,\"runs\":20,\"low\":0.699,\"high\":0.9721},"
	          "\"culprits\":[{\"tests\":[\"a::p\",\"a::v\"],\"polluters\":[\"a::p\"],\"victim\":\"a::v\","
	          "\"fails\":18,\"fail_runs\":20,\"without_fails\":0,\"without_runs\":31,\"minimal\":true,"
	          "\"proven\":true,\"without_each\":[],\"cleaners\":[]}],"
	          "\"other_failures\":[{\"signature\":\"exit 3: no space\",\"count\":2,\"first_run\":7}],"
	          "\"repro\":\"pytest a::p a::v\",\"session\":\".flake-bisect/20261122-1\","
	          "\"gate_runs\":5,\"proof_runs\":9,\"signature\":null,\"reason\":null,\"left\":[]}\n");
	str_clear(&x.out);
	report_rate_json(&x.out, &x.f);
	CHECK_STR(str_c(&x.out),
	          "{\"schema\":1,\"tests\":1200,\"runs\":27,\"work\":3.42,\"seconds\":41.2,"
	          "\"rate\":{\"fails\":18,\"runs\":20,\"low\":0.699,\"high\":0.9721},"
	          "\"other_failures\":[{\"signature\":\"exit 3: no space\",\"count\":2,\"first_run\":7}],"
	          "\"session\":\".flake-bisect/20261122-1\",\"signature\":null,\"reason\":null}\n");
	end(&x);
}

/* A set without a victim, several polluters, what lacks each, cleaners. */
static void
larger_sets(void)
{
	static const char *const names[] = { "a", "b", "c", "d", NULL };
	static const uint32_t three[] = { 0, 1, 2 }, cleaner[] = { 3 };
	static const struct counts each[] = { { 0, 9 }, { 0, 0 }, { 1, 12 } };
	struct culprit c = { .tests = three, .n_tests = 3, .polluters = three, .n_polluters = 3,
		             .victim = TESTLIST_NONE, .with = { 9, 9 }, .without = { 0, 9 },
		             .without_each = each, .minimal = true, .proven = true };
	struct fixture x;

	begin(&x, names);
	x.f.verdict = FOUND_ISOLATED;
	vec_push(&x.f.culprits, c);
	CHECK(strstr(text(&x), "these 3 tests together make it fail:\n  a\n  b\n  c\n\n"
	                       "  with all 3: 9 of 9 fail\n"
	                       "  without one or more: 0 of 9 fail\n"
	                       "  without a: 0 of 9 fail\n"
	                       "  without c: 1 of 12 fail\n"
	                       "  the whole list:") == text(&x));
	x.f.culprits.p[0].n_polluters = 2;
	x.f.culprits.p[0].victim = 2;
	x.f.culprits.p[0].cleaners = cleaner;
	x.f.culprits.p[0].n_cleaners = 1;
	x.f.culprits.p[0].minimal = false;
	CHECK(strstr(text(&x), "'c' fails when these 2 tests run before it:\n  a\n  b\n\n") == text(&x));
	CHECK(strstr(text(&x), "  this test undoes it when run between:\n    d\n"
	                       "  perhaps fewer of them are enough\n") != NULL);
	x.f.culprits.p[0].proven = false;
	CHECK(strstr(text(&x), "  seen failing, but not proven yet\n") != NULL);
	x.f.culprits.p[0].minimal = true;
	x.f.culprits.p[0].without = (struct counts){ 1, 9 };
	CHECK(strstr(text(&x), "  with all 3: 9 of 9 fail\n"
	                       "  of these, without a: 0 of 9 fail\n"
	                       "  of all runs without them: 1 of 9 fail\n  this test") != NULL);
	CHECK(strstr(text(&x), "not proven") == NULL);
	end(&x);
}

/* Victims of one polluter shown as causes of their own. */
static void
victims_are_grouped(void)
{
	static const char *const names[] = { "p", "v", "w", "q", NULL };
	static const uint32_t pv[] = { 0, 1 }, pw[] = { 0, 2 }, q[] = { 3 };
	struct culprit a = { .tests = pv, .n_tests = 2, .polluters = first, .n_polluters = 1, .victim = 1,
		             .with = { 5, 5 }, .without = { 0, 5 }, .proven = true, .minimal = true };
	struct culprit b = a, c = { .tests = q, .n_tests = 1, .polluters = q, .n_polluters = 1,
		                    .victim = TESTLIST_NONE, .with = { 4, 4 }, .proven = true,
		                    .minimal = true };
	struct fixture x;

	begin(&x, names);
	x.f.verdict = FOUND_ISOLATED;
	b.tests = pw;
	b.victim = 2;
	vec_push(&x.f.culprits, a);
	vec_push(&x.f.culprits, b);
	CHECK(strstr(text(&x), "'p' makes these 2 tests fail when it runs before them:\n  v\n  w\n\n"
	                       "  v:\n    with both: 5 of 5 fail\n") == text(&x));
	vec_push(&x.f.culprits, c);
	CHECK(strstr(text(&x), "2 independent causes:\n"
	                       "'p' makes these 2 tests fail when it runs before them:\n  v\n  w\n"
	                       "'q' makes it fail\n\n") == text(&x));
	end(&x);
}

/* Each other verdict answers in its own words. */
static void
other_verdicts(void)
{
	struct fixture x;
	struct culprit alone = { .tests = first, .n_tests = 1, .victim = 0, .with = { 3, 3 },
		                 .proven = true, .minimal = true };

	begin(&x, pair);
	x.f.verdict = FOUND_FAILS_ALONE;
	vec_push(&x.f.culprits, alone);
	CHECK(strstr(text(&x), "'a::p' fails by itself; no other test is needed\n\n  alone: 3 of 3 fail\n") ==
	      text(&x));
	vec_push(&x.f.culprits, alone);
	x.f.culprits.p[1].tests = &both[1];
	x.f.culprits.p[1].victim = 1;
	CHECK(strstr(text(&x), "2 tests fail by themselves; no other test is needed:\n  a::p\n  a::v\n") ==
	      text(&x));
	x.f.verdict = FOUND_BRITTLE;
	x.f.culprits.n = 1;
	x.f.culprits.p[0] = pair_culprit();
	x.f.culprits.p[0].with = (struct counts){ 0, 20 };
	CHECK(strstr(text(&x), "'a::v' is brittle: it fails unless 'a::p' runs before it\n") == text(&x));
	x.f.culprits.n = 0;
	x.f.verdict = FOUND_PLAIN_FLAKE;
	CHECK(strstr(text(&x), "a plain flake: it fails now and then (18 of 20 runs), "
	                       "whatever else runs\n") == text(&x));
	CHECK(strstr(text(&x), "no other test is to blame") != NULL);
	x.f.verdict = FOUND_NOT_REPRODUCED;
	x.f.whole = (struct counts){ 0, 28 };
	CHECK(strstr(text(&x), "it never failed: 28 runs of all 1,200 tests, no failure\n") == text(&x));
	CHECK(strstr(text(&x), "--stress") != NULL);
	end(&x);
}

/* An undecided search that does not say why, what is left, or how to go on. */
static void
undecided(void)
{
	struct fixture x;

	begin(&x, pair);
	x.f.verdict = FOUND_UNDECIDED;
	x.f.reason = "the budget ended";
	x.style.resume = "flake-bisect resume .flake-bisect/20261122-1";
	CHECK(strstr(text(&x), "undecided: no test could be excluded yet\n  the budget ended\n") == text(&x));
	vec_push(&x.f.left, 0);
	vec_push(&x.f.left, 1);
	CHECK_STR(text(&x),
	          "undecided: 2 of 1,200 tests are still under suspicion:\n"
	          "  a::p\n"
	          "  a::v\n"
	          "  the budget ended\n"
	          "\n"
	          "  the whole list: 18 of 20 fail (95 % interval: 70 % to 97.2 %)\n"
	          "  27 runs in 41 s, the work of 3.4 runs of the whole list\n"
	          "\n"
	          "to go on:\n"
	          "  flake-bisect resume .flake-bisect/20261122-1\n"
	          "\n"
	          "all runs are in .flake-bisect/20261122-1\n");
	end(&x);
}

/* The rate alone must not be called a verdict on the tests. */
static void
rate(void)
{
	struct fixture x;

	begin(&x, pair);
	x.f.verdict = FOUND_PLAIN_FLAKE;
	x.style.rate = true;
	CHECK_STR(text(&x),
	          "it failed in 18 of 20 runs: 90 % (95 % interval: 70 % to 97.2 %)\n"
	          "\n"
	          "  27 runs in 41 s, the work of 3.4 runs of the whole list\n"
	          "\n"
	          "all runs are in .flake-bisect/20261122-1\n");
	end(&x);
}

/* A name that writes to the terminal or holds a backslash; a list that scrolls the answer away. */
static void
names_are_tamed(void)
{
	static const char *const names[] = { "bell\a\033[2Jname\n", "v\\w", NULL };
	struct fixture x;
	uint32_t many[100], i;
	struct culprit c = { .tests = many, .n_tests = 100, .victim = TESTLIST_NONE, .proven = true };

	begin(&x, names);
	for (i = 0; i < 100; i++)
		many[i] = 0;
	x.f.verdict = FOUND_ISOLATED;
	vec_push(&x.f.culprits, pair_culprit());
	CHECK(strstr(text(&x), "'v\\w' fails when 'bell\\x07\\x1b[2Jname\\n' runs before it\n") == text(&x));
	CHECK(strchr(text(&x), '\033') == NULL && strchr(text(&x), '\a') == NULL);
	x.f.culprits.p[0] = c;
	CHECK(strstr(text(&x), "\n  ... and 80 more (-o FILE keeps them all)\n") != NULL);
	x.style.output = "bad.txt";
	CHECK(strstr(text(&x), "\n  ... and 80 more (all are in bad.txt)\n") != NULL);
	x.style.many = true;
	CHECK(strstr(text(&x), "more") == NULL);
	end(&x);
}

/* A traceback that fills the window, a half character, a backslash written twice. */
static void
messages_are_one_line(void)
{
	struct str out = STR_INIT(4096);
	char text[REPORT_MESSAGE + 3];

	report_message(&out, "assert 'a\\tb'\\n- x\\n+ y");
	CHECK_STR(str_c(&out), "assert 'a\\tb' ...");
	str_clear(&out);
	report_message(&out, "C:\\\\new\033[m");
	CHECK_STR(str_c(&out), "C:\\new\\x1b[m");
	str_clear(&out);
	report_message(&out, "");
	report_message(&out, "x");
	CHECK_STR(str_c(&out), "x");
	str_clear(&out);
	memset(text, 'a', sizeof(text));
	memcpy(text + REPORT_MESSAGE - 1, "\xc3\xa4z", 4);
	report_message(&out, text);
	CHECK_INT(out.n, REPORT_MESSAGE - 1 + 4);
	str_release(&out);
}

int
main(void)
{
	messages_are_one_line();
	isolated_text();
	isolated_json();
	larger_sets();
	victims_are_grouped();
	other_verdicts();
	undecided();
	rate();
	names_are_tamed();
	return check_done();
}
