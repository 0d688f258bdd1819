/* Failure signatures: what is taken out of an error line, and which failures are the same. */
#include "tests/unit/check.h"

#include "bisect/signature.h"

static void
normalises(const char *text, const char *want)
{
	struct str out = STR_INIT(4096);

	errline_normalise(&out, span_of(text));
	CHECK_STR(str_c(&out), want);
	str_release(&out);
}

/* Catches a number, address or name left in, which makes each run a failure of its own. */
static void
test_normalise(void)
{
	normalises("expected 3, got 17", "expected N, got N");
	normalises("object at 0x7f3a10b2 leaked", "object at N leaked");
	normalises("deadbeef01 differs", "N differs");
	normalises("face the facade", "face the facade");
	normalises("cannot open '/tmp/x y/z': No such file", "cannot open S: No such file");
	normalises("can't do \"this\"", "can't do S");
	normalises("/usr/lib/python3/a.py:12: boom", "P:N: boom");
	normalises("src/a.c:12:3: boom", "P:N: boom");
	normalises("read/write and and/or", "read/write and and/or");
	normalises("in tmpab_x91k and tmp.Xa81bC", "in T and T");
	normalises("template tmpdir", "template tmpdir");
	normalises("took 1.5 s, 12ms, 00:01:02.5", "took N, N, N");
	normalises("at 2026-11-22T10:00:00.123Z from 127.0.0.1:4711", "at N from N");
	normalises("\x1b[31mE   AssertionError: -1\x1b[0m", "E AssertionError: N");
	normalises("\\x1b[31mred\\x1b[0m", "red");
	normalises("  two\t\tblanks  ", "two blanks");
	normalises("..s....Fatal Python error: Aborted", "Fatal Python error: Aborted");
	normalises("...", "");
	normalises("..x is odd", "..x is odd");
	normalises("", "");
	normalises("\xff\xfe bytes", "\xff\xfe bytes");
}

static void
normalises_alike(const char *a, const char *b, bool alike)
{
	struct str x = STR_INIT(4096), y = STR_INIT(4096);

	errline_normalise(&x, span_of(a));
	errline_normalise(&y, span_of(b));
	CHECK_INT(strcmp(str_c(&x), str_c(&y)) == 0, alike);
	str_release(&x);
	str_release(&y);
}

static void
test_same_text(void)
{
	normalises_alike("port 8080 in use", "port 9090 in use", true);
	normalises_alike("lost at 0xdeadbeef", "lost at 0x1", true);
	normalises_alike("MemoryError", "AssertionError", false);
}

static void
set(struct signature *s, enum signature_how how, int code, const char *message)
{
	signature_init(s);
	s->how = how;
	s->code = code;
	errline_normalise(&s->message, span_of(message));
}

static bool
same_exit(int code_a, const char *a, int code_b, const char *b)
{
	struct signature x, y;
	bool same;

	set(&x, SIGNATURE_EXIT, code_a, a);
	set(&y, SIGNATURE_EXIT, code_b, b);
	same = signature_same(&x, &y);
	CHECK_INT(signature_same(&y, &x), same);
	signature_release(&x);
	signature_release(&y);
	return same;
}

/* Catches another failure counted as the one searched for, which blames innocent tests. */
static void
test_same_exit(void)
{
	CHECK(same_exit(1, "AssertionError: 3 != 4", 1, "AssertionError: 5 != 9"));
	CHECK(same_exit(1, "AssertionError: 3 != 4", 1, "AssertionError: list differs"));
	CHECK(!same_exit(1, "AssertionError: 3 != 4", 1, "MemoryError"));
	CHECK(!same_exit(1, "network unreachable", 1, "FAIL: bug"));
	CHECK(!same_exit(1, "x", 2, "x"));
	CHECK(same_exit(1, "", 1, "x"));
	CHECK(same_exit(1, "failed: a b c d", 1, "failed: a b c d e"));
	CHECK(same_exit(1, "java.io.IOException: a", 1, "IOException: b"));
}

/* Catches crashes mixed up with exits, and a signal with another one. */
static void
test_same_signal(void)
{
	struct signature x, y;

	set(&x, SIGNATURE_SIGNAL, 11, "");
	set(&y, SIGNATURE_SIGNAL, 6, "");
	CHECK(!signature_same(&x, &y));
	y.code = 11;
	CHECK(signature_same(&x, &y));
	y.how = SIGNATURE_EXIT;
	CHECK(!signature_same(&x, &y));
	signature_release(&x);
	signature_release(&y);
}

/* Catches a run refused for failing fewer tests than the whole list did. */
static void
test_same_tests(void)
{
	struct signature x, y;

	set(&x, SIGNATURE_EXIT, 1, "AssertionError: a");
	set(&y, SIGNATURE_EXIT, 3, "AssertionError: b");
	vec_push(&x.failed, 4);
	vec_push(&x.failed, 7);
	CHECK(!signature_same(&x, &y));
	vec_push(&y.failed, 7);
	CHECK(signature_same(&x, &y));
	y.failed.p[0] = 5;
	CHECK(!signature_same(&x, &y));
	y.failed.p[0] = 4;
	str_clear(&y.message);
	str_adds(&y.message, "MemoryError");
	CHECK(!signature_same(&x, &y));
	y.how = x.how = SIGNATURE_VICTIM;
	CHECK(signature_same(&x, &y));
	signature_release(&x);
	signature_release(&y);
}

/* Catches a line for people that is normalised, or that writes colours to their terminal. */
static void
test_shown(void)
{
	struct signature s, copy;
	struct str out = STR_INIT(4096);
	struct testlist none = { 0 };

	signature_init(&s);
	signature_init(&copy);
	s.how = SIGNATURE_EXIT;
	s.code = 1;
	signature_line(&s, span_of("....\\x1b[31mValueError: 'a' is not 17\\x1b[0m"));
	CHECK_STR(str_c(&s.message), "ValueError: S is not N");
	CHECK_STR(str_c(&s.line), "ValueError: 'a' is not 17");
	signature_copy(&copy, &s);
	signature_shown(&out, &copy, &none);
	CHECK_STR(str_c(&out), "exit status 1: ValueError: 'a' is not 17");
	str_clear(&copy.line);
	str_clear(&out);
	signature_shown(&out, &copy, &none);
	CHECK_STR(str_c(&out), "exit status 1: ValueError: S is not N");
	str_release(&out);
	signature_release(&s);
	signature_release(&copy);
	testlist_release(&none);
}

static void
test_kind(void)
{
	struct signature x, y;

	set(&x, SIGNATURE_EXIT, 2, "");
	set(&y, SIGNATURE_EXIT, 3, "");
	str_adds(&x.kind, "reference leak");
	CHECK(!signature_same(&x, &y));
	str_adds(&y.kind, "reference leak");
	CHECK(signature_same(&x, &y));
	str_adds(&y.kind, "s");
	CHECK(!signature_same(&x, &y));
	signature_release(&x);
	signature_release(&y);
}

static void
line_is(const char *output, const char *want)
{
	struct span line = signature_error_line(span_of(output));
	char *copy = xmemdup0(line.n ? line.p : "", line.n);

	CHECK_STR(copy, want);
	free(copy);
}

/* Catches a summary line taken for the error, under which all failures look alike. */
static void
test_error_line(void)
{
	line_is("", "");
	line_is("\n\n", "");
	/* Of tests that are not the same in two runs, so no error. */
	line_is("one\ntwo\n\n", "");
	line_is("not ok 1\nok 2\n", "not ok 1");
	line_is("FAIL: bug\nbye\n", "FAIL: bug");
	line_is("Traceback\nValueError: x\nFAILED (failures=1)\nbye", "ValueError: x");
	line_is("fatal: x\nDeprecationWarning: old\n", "fatal: x");
	line_is("no file: error", "no file: error");
}

static void
text_is(const struct signature *s, const struct testlist *l, const char *want)
{
	struct str out = STR_INIT(4096);

	signature_text(&out, s, l);
	CHECK_STR(str_c(&out), want);
	str_release(&out);
}

static void
test_text(void)
{
	struct testlist l = TESTLIST_INIT;
	struct signature s;

	testlist_add(&l, span_of("a\n1"));
	testlist_add(&l, span_of("b"));
	set(&s, SIGNATURE_EXIT, 3, "network 1 unreachable");
	text_is(&s, &l, "exit status 3: network N unreachable");
	vec_push(&s.failed, 0);
	vec_push(&s.failed, 1);
	text_is(&s, &l, "'a\\n1' fails (and 1 more): network N unreachable");
	str_adds(&s.kind, "env changed");
	text_is(&s, &l, "env changed: network N unreachable");
	s.how = SIGNATURE_NONE;
	text_is(&s, &l, "");
	signature_release(&s);
	testlist_release(&l);
}

int
main(void)
{
	test_normalise();
	test_same_text();
	test_same_exit();
	test_same_signal();
	test_same_tests();
	test_shown();
	test_kind();
	test_error_line();
	test_text();
	return check_done();
}
