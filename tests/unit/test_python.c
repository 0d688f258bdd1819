/* Finding interpreter and runner in a command. */
#include "tests/unit/check.h"

#include "bisect/fw_python.h"
#include "common/fs.h"

static const char *const scripts[] = { "pytest", "py.test", NULL };

/* Splits at blanks; returns how sure python_find is. */
static int
find(struct python_call *call, const char *line, const char *module)
{
	static char text[512];
	const char *argv[32];
	int n = 0;
	char *word;

	snprintf(text, sizeof(text), "%s", line);
	for (word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n] = NULL;
	return python_find(call, argv, module, scripts);
}

/* Catches options of the interpreter that are taken for the runner's, or the other way. */
static void
test_places(void)
{
	static const struct { const char *line; int python, module, args; bool closed; } cases[] = {
		{ "pytest a b", -1, -1, 1, false },
		{ "/usr/bin/pytest-3", -1, -1, 1, false },
		{ "python3 -m pytest -q", 0, 2, 3, false },
		{ "python3.11 -X dev -W error -bb -m pytest", 0, 7, 8, false },
		{ "python3 -Wd -Xdev -um pytest x", 0, 4, 5, false },
		{ "python3 -E -m pytest", 0, 3, 4, true },
		{ "python3 -Im pytest", 0, 2, 3, true },
		{ "python3 --check-hash-based-pycs always -m pytest", 0, 4, 5, false },
		{ "env X=1 python3.11-dbg -m pytest", 2, 4, 5, false },
		{ "python3 bin/pytest -x", 0, -1, 2, false },
		{ "coverage run -p -m pytest a", -1, 4, 5, false },
		{ "python3 -m coverage run -m pytest", -1, 5, 6, false },
	};
	struct python_call call;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		if (!CHECK(find(&call, cases[i].line, "pytest") > 0) ||
		    !CHECK_INT(call.python, cases[i].python) || !CHECK_INT(call.module, cases[i].module) ||
		    !CHECK_INT(call.args, cases[i].args) || !CHECK(call.closed == cases[i].closed))
			printf("  in: %s\n", cases[i].line);
	}
}

/* Catches commands that only mention the runner, or end too early. */
static void
test_others(void)
{
	static const char *const lines[] = {
		"echo pytest", "python3", "python3 -m", "python3 -c pytest", "python3 -m unittest pytest",
		"python3 tool.py -m pytest", "env", "vim pytest.ini", "timeout 5", "", "python3 -X",
	};
	struct python_call call;
	size_t i;

	for (i = 0; i < ARRAY_LEN(lines); i++) {
		if (!CHECK_INT(find(&call, lines[i], "pytest"), 0))
			printf("  in: %s\n", lines[i]);
	}
}

/* Catches flags that are lost, or a -m that stays, when a script takes the module's place. */
static void
test_argv(void)
{
	static const struct { const char *words[6]; int module; const char *flag; } cases[] = {
		{ { "python3", "-E", "-m", "unittest", "-v", NULL }, 3, "-E" },
		{ { "python3", "-Im", "unittest", "-v", NULL }, 2, "-I" },
	};
	char dir[] = "/tmp/python.XXXXXX";
	struct arena mem = ARENA_INIT;
	struct err e = ERR_INIT;
	size_t i;

	assert(mkdtemp(dir));
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct fw_command c = { .argv = cases[i].words, .dir = dir };
		struct python_call call = { 0, cases[i].module, cases[i].module + 1, false };
		const char **argv = python_argv(&c, &call, "fb_unittest.py", &mem, &e);

		if (!CHECK(argv != NULL))
			continue;
		CHECK_STR(argv[1], cases[i].flag);
		CHECK(strstr(argv[2], "/helpers/fb_unittest.py") != NULL);
		CHECK_STR(argv[3], "-v");
		CHECK(argv[4] == NULL);
	}
	fs_remove(dir, &e);
	arena_release(&mem);
}

/* Catches a run that was killed in the middle and counts as a pass, or one that never
 * began and counts as a failure. */
static void
test_broke_off(void)
{
	static const struct { int status; enum python_began began; bool failed; } cases[] = {
		{ 0, PYTHON_NOT_BEGUN, false }, { 1, PYTHON_NOT_BEGUN, false }, { 0, PYTHON_BEGUN, false },
		{ 1, PYTHON_BEGUN, true }, { 7, PYTHON_BEGUN, true }, { 1, PYTHON_TROUBLE, false },
	};
	struct testlist list = TESTLIST_INIT;
	struct reading r;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		reading_init(&r, &list);
		python_broke_off(&r, cases[i].status, cases[i].began);
		CHECK_INT(r.whole_failed, cases[i].failed);
		CHECK_INT(r.unresolved == NULL, cases[i].failed);
		reading_release(&r);
	}
}

int
main(void)
{
	test_places();
	test_others();
	test_argv();
	test_broke_off();
	return check_done();
}
