/* Command lines: what is set, what is refused, and what the messages say. */
#include "tests/unit/check.h"

#include "common/near.h"
#include "common/opt.h"
#include "common/str.h"

struct target {
	bool flag, off;
	int more;
	const char *text, *maybe;
	uint32_t n;
	int64_t wait_ms;
};

static int
set_maybe(void *target, const struct opt *o UNUSED, const char *value, struct err *e UNUSED)
{
	((struct target *)target)->maybe = value ? value : "(none)";
	return 0;
}

#define FIELD(f) .field = offsetof(struct target, f)

static const struct opt table[] = {
	{ "flag", 'f', .use = 1, .group = "A", .help = "a flag", .set = opt_set_true, FIELD(flag) },
	{ "no-off", .use = 1, .group = "A", .help = "off", .set = opt_set_false, FIELD(off) },
	{ "more", 'v', .use = 3, .group = "A", .help = "more", .set = opt_set_more, FIELD(more) },
	{ "text", 't', "TEXT", .use = 1, .group = "B", .help = "a text", .set = opt_set_text, FIELD(text) },
	{ "number", 'n', "N", .use = 1, .group = "B", .help = "a number", .set = opt_set_u32, FIELD(n),
	  .lo = 1, .hi = 100 },
	{ "count", .arg = "N", .use = 1, .group = "B", .set = opt_set_u32, FIELD(n), .hi = UINT32_MAX },
	{ "maybe", .arg = "X", .optional = true, .use = 1, .group = "B", .help = "perhaps",
	  .set = set_maybe },
	{ "wait", 'w', "D", .use = 2, .group = "B", .help = "wait", .set = opt_set_duration, FIELD(wait_ms),
	  .lo = 1000, .hi = 60000 },
	{ .name = NULL },
};

/* Parses up to 8 words; the state after it in *w. */
static enum opt_stop
parse(struct target *t, struct opt_words *w, struct err *e, unsigned use, const char *const *argv)
{
	*t = (struct target){ .off = true };
	*w = (struct opt_words){ argv, 0, 0 };
	e->msg[0] = '\0';
	while (argv[w->argc])
		w->argc++;
	return opt_parse(w, table, use, "it", t, e);
}

#define PARSE(use, ...) parse(&t, &w, &e, use, (const char *const[]){ __VA_ARGS__, NULL })

/* An option that reaches the wrong field, or loses its argument. */
static void
sets_fields(void)
{
	struct target t;
	struct opt_words w;
	struct err e;

	CHECK_INT(PARSE(1, "-fvvn", "7", "--text=a=b", "--no-off"), OPT_END);
	CHECK(t.flag && !t.off);
	CHECK_INT(t.more, 2);
	CHECK_INT(t.n, 7);
	CHECK_STR(t.text, "a=b");
	CHECK_INT(PARSE(1, "-n8", "--text", "-x", "--count=0"), OPT_END);
	CHECK_STR(t.text, "-x");
	CHECK_INT(t.n, 0);
	CHECK_INT(PARSE(2, "-w1m"), OPT_END);
	CHECK_INT(t.wait_ms, 60000);
}

/* A word taken for the argument of an option that has an optional one. */
static void
optional_arguments_are_attached(void)
{
	struct target t;
	struct opt_words w;
	struct err e;

	CHECK_INT(PARSE(1, "--maybe", "word"), OPT_OPERAND);
	CHECK_STR(t.maybe, "(none)");
	CHECK_STR(w.argv[w.at], "word");
	CHECK_INT(PARSE(1, "--maybe=5"), OPT_END);
	CHECK_STR(t.maybe, "5");
	CHECK_INT(PARSE(1, "--maybe="), OPT_END);
	CHECK_STR(t.maybe, "");
}

/* Options of the command behind "--" taken for ours. */
static void
stops_where_it_should(void)
{
	struct target t;
	struct opt_words w;
	struct err e;

	CHECK_INT(PARSE(1, "-f", "--", "-v"), OPT_DASHES);
	CHECK_INT(w.at, 2);
	CHECK_INT(t.more, 0);
	CHECK_INT(PARSE(1, "-f", "-", "-v"), OPT_OPERAND);
	CHECK_INT(w.at, 1);
	CHECK_INT(PARSE(1, "", "-v"), OPT_OPERAND);
	CHECK_INT(w.at, 0);
}

/* A mistake that is let through, or a message that does not say what to write. */
static void
says_what_is_wrong(void)
{
	struct target t;
	struct opt_words w;
	struct err e;

#define WRONG(use, message, ...) do { \
	CHECK_INT(PARSE(use, __VA_ARGS__), OPT_WRONG); \
	CHECK_STR(e.msg, message); \
} while (0)
	WRONG(1, "there is no option '--fleg'; did you mean '--flag'?", "--fleg");
	WRONG(1, "there is no option '--numebr'; did you mean '--number'?", "--numebr=3");
	WRONG(1, "there is no option '--num'; did you mean '--number'?", "--num");
	WRONG(1, "there is no option '--zzzzzz'; --help lists them", "--zzzzzz");
	WRONG(1, "there is no option '-x'; --help lists them", "-fx");
	WRONG(1, "there is no option '-\\x1b'; --help lists them", "-\033[1m");
	WRONG(1, "option '--flag' takes no argument", "--flag=1");
	WRONG(1, "option '--text' needs an argument: --text TEXT", "--text");
	WRONG(1, "option '-t' needs an argument: -t TEXT", "-t", "--", "x");
	WRONG(1, "option '--text': it is empty; write a TEXT", "--text=");
	WRONG(1, "option '-n': '0' is not a whole number from 1 to 100", "-n0");
	WRONG(1, "option '-n': '-3' is not a whole number from 1 to 100", "-n", "-3");
	WRONG(1, "option '-n': '99999999999999999999' is not a whole number from 1 to 100", "-n",
	      "99999999999999999999");
	WRONG(1, "option '--count': '1x' is not a whole number of 0 or more", "--count=1x");
	WRONG(1, "'--wait' is not an option of 'it'", "--wait=1s");
	WRONG(2, "option '-w': 'soon' is not a duration; write one like 90s, 30m or 1h30m", "-w", "soon");
	CHECK_INT(PARSE(2, "-w", "2m"), OPT_WRONG);
	CHECK(strstr(e.msg, "option '-w': '2m' is not between ") == e.msg);
}

/* A hidden option offered in the help, a line too wide, a lost group. */
static void
helps(void)
{
	struct str out = STR_INIT(1 << 16);

	opt_help(&out, table, 1);
	CHECK_STR(str_c(&out),
	          "A:\n"
	          "  -f, --flag              a flag\n"
	          "      --no-off            off\n"
	          "  -v, --more              more\n"
	          "\n"
	          "B:\n"
	          "  -t, --text TEXT         a text\n"
	          "  -n, --number N          a number\n"
	          "      --maybe[=X]         perhaps\n");
	str_clear(&out);
	opt_wrap(&out, "twelve chars twelve chars twelve chars twelve chars twelve chars 12 chars x y",
	         4, 8);
	CHECK_STR(str_c(&out),
	          "twelve chars twelve chars twelve chars twelve chars twelve chars 12 chars x\n"
	          "        y\n");
	str_release(&out);
}

/* A suggestion that has nothing to do with the word. */
static void
nearest_names(void)
{
	struct near n = { .word = "shwo" };

	near_try(&n, "rate");
	CHECK(n.best == NULL);
	near_try(&n, "show");
	CHECK_STR(n.best, "show");
	n = (struct near){ .word = "x" };
	near_try(&n, "y"); /* every letter is wrong */
	CHECK(n.best == NULL);
	n = (struct near){ .word = "pytest" };
	near_try(&n, "rate");
	near_try(&n, "resume");
	near_try(&n, "tests");
	CHECK(n.best == NULL);
	n = (struct near){ .word = "tests/unit/a_long_path/test_of_something.py::Class::test_on" };
	near_try(&n, "tests/unit/a_long_path/test_of_something.py::Class::test_one_two");
	near_try(&n, "tests/unit/a_long_path/test_of_something.py::Class::test_no");
	CHECK_STR(n.best, "tests/unit/a_long_path/test_of_something.py::Class::test_one_two");
	n = (struct near){ .word = "" };
	near_try(&n, "a");
	near_try(&n, "");
	CHECK(n.best == NULL);
}

int
main(void)
{
	sets_fields();
	optional_arguments_are_attached();
	stops_where_it_should();
	says_what_is_wrong();
	helps();
	nearest_names();
	return check_done();
}
