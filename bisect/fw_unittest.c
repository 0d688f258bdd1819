/*
 * Python's unittest.  In place of `-m unittest` runs a script of ours
 * (helpers/fb_unittest.py), which loads as unittest does, reads the asked tests
 * from a file and runs them in that order.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include "bisect/fw_python.h"
#include "bisect/fw_tool.h"

enum { REPRO_MAX = 60 << 10, REASON_MAX = 2000 };

/* A module that could not be imported is a test that fails. */
static const char not_loaded[] = "unittest.loader._FailedTest.";

static int
find(const struct fw_command *c, struct python_call *call)
{
	return python_find(call, c->argv, "unittest", NULL);
}

static int
unittest_detect(const struct fw_command *c)
{
	struct python_call call;

	return find(c, &call);
}

/* ---- list and runs ---- */

static void
note_failfast(struct fw_command *c, const struct python_call *call)
{
	int i;

	for (i = call->args; c->argv[i]; i++) {
		if (strcmp(c->argv[i], "-f") == 0 || strcmp(c->argv[i], "--failfast") == 0)
			str_addf(&c->note, "%s left out: every asked test has to run\n", c->argv[i]);
	}
}

/* The command with our script; NULL and e. */
static const char **
make_argv(struct fw_command *c, struct arena *mem, struct err *e)
{
	struct python_call call;

	if (find(c, &call) == 0) {
		err_set(e, "no word of the command is 'python -m unittest'");
		return NULL;
	}
	return python_argv(c, &call, "fb_unittest.py", mem, e);
}

static int
unittest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	const char **argv = make_argv(c, &c->mem, e);
	struct argv_builder env = { &c->mem, VEC_INIT };
	struct python_call call;

	if (argv == NULL || find(c, &call) == 0)
		return -1;
	note_failfast(c, &call);
	return python_list(c, argv, &env, "unittest", list, e);
}

static int
unittest_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests UNUSED,
                 size_t n, struct job *job, struct err *e)
{
	struct argv_builder env = { &job->mem, VEC_INIT };

	job->argv = make_argv(c, &job->mem, e);
	if (job->argv == NULL)
		return -1;
	python_set(&env, "MODE", "run");
	python_set(&env, "TESTS", job->tests_path);
	python_set(&env, "RESULTS", job->results_path);
	/* All of them: the user's own arguments load just these. */
	if (n == testlist_count(list))
		python_set(&env, "WIDE", "1");
	job->env = argv_done(&env);
	return 0;
}

static int
unittest_warm(struct fw_command *c, const char ***argv, const char ***env, struct err *e)
{
	struct argv_builder b = { &c->mem, VEC_INIT };

	*argv = make_argv(c, &c->mem, e);
	python_set(&b, "MODE", "serve");
	*env = argv_done(&b);
	return *argv ? 0 : -1;
}

/* Remembers the last line that looks like an exception, for a run that came to nothing. */
static void
unittest_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	size_t colon = span_find(line, "Error: ");

	if (stream == 2 && line.n && line.p[0] != ' ' && colon != line.n)
		r->state = arena_copy(&r->mem, line.p, line.n);
}

static int
unittest_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job,
                const struct job_end *end, struct err *e)
{
	struct str why = STR_INIT(REASON_MAX);
	enum python_began began;
	bool whole;
	int ret = python_results(r, job, &whole, &began, &why, e);

	if (ret == 0 && end->how == JOB_EXITED && !whole)
		python_broke_off(r, end->code, began);
	else if (ret == 0 && end->how == JOB_EXITED && r->ends.n + r->n_strangers == 0)
		r->unresolved = "unittest ran no test";
	if (ret == 0 && r->unresolved) {
		str_clear(&r->message);
		reading_message(r, why.n ? str_span(&why) : span_of(r->state ? r->state : ""));
	}
	str_release(&why);
	return ret;
}

/* ---- to paste ---- */

static bool
stays(const char *word)
{
	static const char *const names[] = { "-v", "--verbose", "-q", "--quiet", "--locals", "-b",
		                             "--buffer", "-c", "--catch" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

/* The head of the command; what chose tests is left out. */
static void
add_head(const struct fw_command *c, const struct python_call *call, struct str *out)
{
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str path = STR_INIT(STR_LINE);
	int i;

	python_note(c, "unittest.path", &path);
	if (path.n) {
		/* Where discovery starts, modules are found. */
		str_adds(out, "PYTHONPATH=");
		str_add_shell(out, str_c(&path));
		str_addc(out, ' ');
	}
	for (i = 0; i < call->args; i++)
		argv_add(&b, c->argv[i]);
	for (; c->argv[i]; i++)
		if (stays(c->argv[i]))
			argv_add(&b, c->argv[i]);
	fw_add_words(out, argv_done(&b));
	str_release(&path);
	arena_release(&mem);
}

static int
unittest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
               struct str *out, struct err *e)
{
	struct testlist shown = TESTLIST_INIT;
	struct str names = STR_INIT(REPRO_MAX), file = STR_INIT(STR_LINE);
	VEC(uint32_t) all = VEC_INIT;
	struct python_call call;
	int ret = -1;
	size_t i;

	if (find(c, &call) == 0)
		return err_set(e, "no word of the command is 'python -m unittest'");
	for (i = 0; i < n; i++) {
		struct span name = span_of(testlist_name(list, tests[i]));

		if (span_starts(name, not_loaded))
			name = span_from(name, sizeof(not_loaded) - 1);
		vec_push(&all, testlist_add(&shown, name));
		str_addc(&names, ' ');
		str_add_shell(&names, testlist_name(&shown, all.p[i]));
	}
	if (names.over) {
		str_clear(&names);
		if (fw_repro_file(c, &shown, all.p, n, &file, e) < 0)
			goto out;
		str_addf(out, "xargs -x -s 2000000 -d '\\n' -a %s env ", str_c(&file));
	}
	add_head(c, &call, out);
	str_addspan(out, str_span(&names));
	ret = 0;
out:
	str_release(&names);
	str_release(&file);
	vec_release(&all);
	testlist_release(&shown);
	return ret;
}

extern const struct framework fw_unittest;
const struct framework fw_unittest = {
	.name = "unittest",
	.title = "Python's unittest, in any order; forks for each question",
	.package = "python3",
	.flags = FW_ORDER | FW_NAMES | FW_TIMES | FW_EVERY | FW_SERVED_LIST,
	.detect = unittest_detect,
	.list = unittest_list,
	.prepare = unittest_prepare,
	.line = unittest_line,
	.finish = unittest_finish,
	.repro = unittest_repro,
	.warm = unittest_warm,
};
