/* Runners that a project describes itself: the file, its mistakes, and what runs said. */
#include "tests/unit/check.h"

#include "bisect/fw_ini.h"

static const char path[] = "x.ini";

struct given {
	struct fw_command c;
	const struct framework *fw;
	struct err e;
	int ret;
};

static struct given
choose(const char *text, const char *name, const char *const *argv)
{
	static const char *const none[] = { NULL };
	struct given g = { .c = { .argv = argv ? argv : none, .cwd = "/", .dir = "/session",
	                          .config_path = path, .note = STR_INIT(1000) } };

	g.ret = ini_choose_from(&g.c, span_of(text), path, name, &g.fw, &g.e);
	return g;
}

static void
release(struct given *g)
{
	arena_release(&g->c.mem);
	str_release(&g->c.note);
}

/* Catches three lines that are not enough, or read wrong. */
static void
test_three_lines(void)
{
	struct given g = choose("[framework kunit]\nlist = ./kunit --list\nrun = ./kunit --only {file}\n"
	                        "result = ^ok (?<pass>\\S+)|^not ok (?<fail>\\S+)(?: (?<message>.*))?$\n",
	                        "kunit", NULL);
	struct testlist list = TESTLIST_INIT;
	struct job_end end = { .how = JOB_EXITED };
	struct job job = { .id = 1 };
	struct reading r;

	CHECK_INT(g.ret, 0);
	if (!CHECK(g.fw != NULL))
		return;
	CHECK_STR(g.fw->name, "kunit");
	CHECK_INT(g.fw->flags, FW_ORDER | FW_NAMES | FW_EVERY);
	testlist_add(&list, span_of("a"));
	testlist_add(&list, span_of("b"));
	reading_init(&r, &list);
	g.fw->line(&g.c, &r, 1, span_of("ok a"));
	g.fw->line(&g.c, &r, 2, span_of("not ok b it broke"));
	g.fw->line(&g.c, &r, 1, span_of("noise"));
	g.fw->line(&g.c, &r, 1, span_of("ok stranger"));
	CHECK_INT(g.fw->finish(&g.c, &r, &job, &end, &g.e), 0);
	if (CHECK_INT(r.ends.n, 2)) {
		CHECK_INT(r.ends.p[0].status, TEST_PASS);
		CHECK_INT(r.ends.p[1].status, TEST_FAIL);
	}
	CHECK_STR(str_c(&r.message), "it broke");
	CHECK_INT(r.n_strangers, 1);
	reading_release(&r);
	testlist_release(&list);
	release(&g);
}

/* Catches mistakes that are taken, or told without file and line. */
static void
test_mistakes(void)
{
	static const struct { const char *text, *where, *what; } cases[] = {
		{ "run = x\n", "x.ini:1: ", "must come first" },
		{ "\n\n[framework a]\nnonsense\n", "x.ini:4: ", "KEY = VALUE" },
		{ "[framework a]\nrnu = x {tests}\n", "x.ini:2: ", "'rnu' is no key" },
		{ "[framework a]\nrun = x {tests}\nrun = y {tests}\n", "x.ini:3: ", "given twice" },
		{ "[framework a]\nrun =\n", "x.ini:2: ", "no value" },
		{ "[section]\n", "x.ini:1: ", "[framework NAME]" },
		{ "[framework ]\n", "x.ini:1: ", "no name" },
		{ "[framework a b]\n", "x.ini:1: ", "no name" },
		{ "[framework command]\n", "x.ini:1: ", "built in" },
		{ "[framework a]\nrun = x {tests}\n[framework a]\n", "x.ini:3: ", "line 1" },
		{ "[framework a]\nlist = x\n", "x.ini:1: ", "has no 'run'" },
		{ "[framework a]\nrun = x\n", "x.ini:2: ", "{tests}" },
		{ "[framework a]\nrun = x 'y {tests}\n", "x.ini:2: ", "quote" },
		{ "[framework a]\nrun = x {tests}\norder = maybe\n", "x.ini:3: ", "yes or no" },
		{ "[framework a]\nrun = x {tests}\nresult = a(b\n", "x.ini:3: 'a(b'", "at byte 4" },
		{ "[framework a]\nrun = x {tests}\nresult = (\\w+) failed\n", "x.ini:3: ", "(?<fail>...)" },
		{ "[framework a]\nrun = x {tests}\nresult = results\n", "x.ini:3: ", "{results}" },
		{ "[framework a]\nrun = x {tests}\nresult = junit\n", "x.ini:3: ", "{junit}" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct given g = choose(cases[i].text, "a", NULL);

		CHECK_INT(g.ret, -1);
		if (!CHECK(strncmp(g.e.msg, cases[i].where, strlen(cases[i].where)) == 0 &&
		           strstr(g.e.msg, cases[i].what)))
			printf("  %s\n", g.e.msg);
		release(&g);
	}
}

/* Catches a section that is chosen for a command of another, or not for its own. */
static void
test_detect(void)
{
	static const char text[] = "# mine\n[framework a]\nrun = ./a {args} {tests}\n; x\n[framework b]\n"
	                           "run = make check T='{filter: }'\norder = no\n";
	static const char *const a[] = { "./a", "-v", "x y", NULL }, *const b[] = { "make", "check", NULL },
	                  *const other[] = { "./c", NULL }, *const more[] = { "make", "check", "-j2", NULL };
	struct given g = choose(text, NULL, a);

	CHECK(g.ret == 0 && g.fw && strcmp(g.fw->name, "a") == 0);
	CHECK_INT(g.fw->flags, FW_ORDER);
	release(&g);
	g = choose(text, NULL, b);
	CHECK(g.ret == 0 && g.fw && strcmp(g.fw->name, "b") == 0);
	CHECK_INT(g.fw->flags, 0);
	release(&g);
	g = choose(text, NULL, other);
	CHECK(g.ret == 0 && g.fw == NULL);
	release(&g);
	g = choose(text, NULL, more);
	CHECK(g.ret == -1 && strstr(g.e.msg, "x.ini:6: ") && strstr(g.e.msg, "{args}"));
	release(&g);
	g = choose(text, "nosuch", NULL);
	CHECK(g.ret == 0 && g.fw == NULL);
	release(&g);
}

/* Catches words, arguments or names that do not come through as they are. */
static void
test_words(void)
{
	static const char *const argv[] = { "./a", "-v", "x y", NULL };
	static const char *const want[] = { "./a", "one two", "-v", "x y", "r=/run/results", "a\"b",
		"t:first", "t:it's", NULL };
	struct given g = choose("[framework a]\nrun = ./a 'one two' {args} r={results} \"a\\\"b\" t:{tests}\n"
	                        "result = results\n", NULL, argv);
	struct testlist list = TESTLIST_INIT;
	uint32_t tests[] = { testlist_add(&list, span_of("first")), testlist_add(&list, span_of("it's")) };
	struct job job = { .id = 1, .dir = "/run", .tests_path = "/run/tests" };
	struct str text = STR_INIT(1000);
	size_t i;

	CHECK_INT(g.ret, 0);
	CHECK_INT(g.fw->prepare(&g.c, &list, tests, 2, &job, &g.e), 0);
	for (i = 0; job.argv[i] && want[i]; i++)
		CHECK_STR(job.argv[i], want[i]);
	CHECK(job.argv[i] == NULL && want[i] == NULL);
	CHECK_INT(g.fw->repro(&g.c, &list, tests, 2, &text, &g.e), 0);
	CHECK_STR(str_c(&text), "./a 'one two' -v 'x y' r=/session/results 'a\"b' t:first 't:it'\\''s'");
	str_release(&text);
	arena_release(&job.mem);
	testlist_release(&list);
	release(&g);
}

/* Catches TAP that is taken before its line has ended. */
static void
test_tap(void)
{
	struct given g = choose("[framework a]\nrun = ./a {tests}\nresult = tap\n", "a", NULL);
	struct testlist list = TESTLIST_INIT;
	struct job_end end = { .how = JOB_SIGNALLED, .code = 9 };
	struct job job = { .id = 1 };
	struct reading r;

	testlist_add(&list, span_of("one"));
	testlist_add(&list, span_of("two"));
	reading_init(&r, &list);
	g.fw->line(&g.c, &r, 1, span_of("1..2"));
	g.fw->line(&g.c, &r, 1, span_of("ok 1 - one # 12ms"));
	g.fw->line(&g.c, &r, 1, span_of("ok 2 - two"));
	CHECK_INT(g.fw->finish(&g.c, &r, &job, &end, &g.e), 0);
	if (CHECK_INT(r.ends.n, 1))
		CHECK_INT(r.ends.p[0].micros, 12000);
	end.how = JOB_EXITED;
	CHECK_INT(g.fw->finish(&g.c, &r, &job, &end, &g.e), 0);
	CHECK_INT(r.ends.n, 2);
	reading_release(&r);
	testlist_release(&list);
	release(&g);
}

int
main(void)
{
	test_three_lines();
	test_mistakes();
	test_detect();
	test_words();
	test_tap();
	return check_done();
}
