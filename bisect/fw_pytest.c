/*
 * pytest 6 to 8, by a plugin (helpers/fb_pytest.py) that PYTEST_ADDOPTS brings
 * into the user's own command, whatever starts it: no word of it is changed.
 * The plugin reads the asked tests from a file, so that a list may have any length.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bisect/fw_python.h"
#include "bisect/fw_tool.h"

enum { REPRO_MAX = 60 << 10, REASON_MAX = 2000 };

struct pytest_state {
	bool noted; /* what was left out of the options was said */
	bool wide;  /* collecting only the files of the asked tests did not find them all */
};

static const char *const scripts[] = { "pytest", "py.test", NULL };

static int
find(const struct fw_command *c, struct python_call *call)
{
	return python_find(call, c->argv, "pytest", scripts);
}

static struct pytest_state *
state_of(struct fw_command *c)
{
	if (c->state == NULL) {
		c->state = arena_alloc(&c->mem, sizeof(struct pytest_state));
		*(struct pytest_state *)c->state = (struct pytest_state){ false, false };
	}
	return c->state;
}

static int
pytest_detect(const struct fw_command *c)
{
	struct python_call call;

	return find(c, &call);
}

/* ---- options ---- */

/* Options that the plugin takes the effect from, because with them the answer to
 * a question would depend on more than the question. */
struct idle_option {
	const char *name;
	bool prefix; /* more may follow in the word: "--maxfail=2", "-n4" */
	bool value;  /* the next word is its value, unless that stands in this one */
};

static const struct idle_option idle[] = {
	{ "-x", false, false }, { "--exitfirst", false, false }, { "--maxfail", false, true },
	{ "--maxfail=", true, false }, { "--lf", false, false }, { "--last-failed", false, false },
	{ "--ff", false, false }, { "--failed-first", false, false }, { "--nf", false, false },
	{ "--new-first", false, false }, { "--sw", false, false }, { "--stepwise", true, false },
	{ "--sw-skip", false, false }, { "-n", false, true }, { "-n", true, false },
	{ "--numprocesses", false, true }, { "--numprocesses=", true, false }, { "--dist", false, true },
	{ "--dist=", true, false }, { "--reruns", false, true }, { "--reruns=", true, false },
};

static const struct idle_option *
find_idle(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(idle); i++) {
		if (strcmp(word, idle[i].name) == 0 ||
		    (idle[i].prefix && strncmp(word, idle[i].name, strlen(idle[i].name)) == 0))
			return &idle[i];
	}
	return NULL;
}

/* Options whose next word is a value and not a path to collect. */
static bool
takes_value(const char *word)
{
	static const char *const names[] = {
		"-k", "-m", "-p", "-c", "-o", "-r", "-W", "--rootdir", "--confcutdir", "--ignore",
		"--ignore-glob", "--deselect", "--basetemp", "--junitxml", "--junit-xml", "--tb",
		"--capture", "--color", "--durations", "--import-mode", "--override-ini", "--config-file",
		"--log-level", "--log-file", "--cov", "--cov-report", "--cov-config", "--timeout",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

static void
note_idle(struct fw_command *c, const struct python_call *call)
{
	struct str words = STR_INIT(STR_LINE);
	const struct idle_option *o;
	int i;

	for (i = call->args; c->argv[i]; i++) {
		if (takes_value(c->argv[i]) && c->argv[i + 1]) {
			i++;
		} else if ((o = find_idle(c->argv[i])) != NULL) {
			str_addf(&words, "%s%s", words.n ? ", " : "", o->name);
			i += o->value && c->argv[i + 1];
		}
	}
	if (words.n)
		str_addf(&c->note, "%s left out of the search: which tests run, and in which order, "
		         "is what it decides\n", str_c(&words));
	str_release(&words);
}

/* ---- list and runs ---- */

/* Begins the environment of every start. */
static int
begin_env(struct fw_command *c, struct argv_builder *env, struct err *e)
{
	struct python_call call;
	struct pytest_state *s = state_of(c);

	/* --framework pytest with a command that starts it deep inside is fine. */
	if (find(c, &call) && !s->noted)
		note_idle(c, &call);
	s->noted = true;
	return python_env(c, &call, "fb_pytest.py", "-p fb_pytest", env, e);
}

static int
pytest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct argv_builder env = { &c->mem, VEC_INIT };

	if (begin_env(c, &env, e) < 0) {
		vec_release(&env.v);
		return -1;
	}
	return python_list(c, c->argv, &env, "pytest", list, e);
}

static int
pytest_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests UNUSED,
               size_t n, struct job *job, struct err *e)
{
	struct argv_builder env = { &job->mem, VEC_INIT };
	int ret = begin_env(c, &env, e);

	python_set(&env, "MODE", "run");
	python_set(&env, "TESTS", job->tests_path);
	python_set(&env, "RESULTS", job->results_path);
	/* All of them: the user's own arguments collect just these. */
	if (n == testlist_count(list) || state_of(c)->wide)
		python_set(&env, "WIDE", "1");
	job->argv = (const char **)c->argv;
	job->env = argv_done(&env);
	return ret;
}

static int
pytest_warm(struct fw_command *c, const char ***argv, const char ***env, struct err *e)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	int ret = begin_env(c, &b, e);

	python_set(&b, "MODE", "serve");
	*argv = (const char **)c->argv;
	*env = argv_done(&b);
	return ret;
}

/* Remembers the line that says most, for a run that came to nothing. */
static void
pytest_line(struct fw_command *c UNUSED, struct reading *r, int stream UNUSED, struct span line)
{
	if (r->state)
		return;
	if ((span_starts(line, "ERROR: ") && !span_starts(line, "ERROR: usage:")) ||
	    span_starts(line, "E   ") || span_find(line, ": error: ") != line.n ||
	    span_find(line, ": No module named ") != line.n)
		r->state = arena_copy(&r->mem, line.p, line.n);
}

/* NULL: the exit status alone leaves it open. */
static const char *
why_unresolved(int status, enum python_began began)
{
	switch (status) {
	case 2:
		return began == PYTHON_TROUBLE ? "pytest could not collect the tests, or was interrupted"
		                               : "pytest was interrupted";
	case 3:
		return "internal error of pytest or of a plugin";
	case 4:
		return "pytest does not understand its arguments, or cannot load a conftest.py";
	case 5:
		return "pytest ran no test";
	default:
		return NULL;
	}
}

static int
pytest_finish(struct fw_command *c, struct reading *r, const struct job *job,
              const struct job_end *end, struct err *e)
{
	struct str why = STR_INIT(REASON_MAX);
	enum python_began began;
	bool whole;
	int ret = -1;

	if (python_results(r, job, &whole, &began, &why, e) < 0)
		goto out;
	ret = 0;
	if (span_starts(str_span(&why), "narrowed: "))
		state_of(c)->wide = true;
	if (end->how != JOB_EXITED)
		goto out;
	r->unresolved = why_unresolved(end->code, began);
	if (r->unresolved == NULL && !whole)
		python_broke_off(r, end->code, began);
	if (r->unresolved) {
		str_clear(&r->message);
		reading_message(r, why.n ? str_span(&why) : span_of(r->state ? r->state : ""));
	}
out:
	str_release(&why);
	return ret;
}

/* ---- to paste ---- */

/* The user's words but those that choose tests by place, or that would stop early. */
static void
add_words(const struct fw_command *c, const struct python_call *call, struct argv_builder *b)
{
	const struct idle_option *o;
	struct str path = STR_INIT(STR_LINE);
	int i;

	for (i = 0; i < call->args; i++)
		argv_add(b, c->argv[i]);
	for (; c->argv[i]; i++) {
		const char *word = c->argv[i];

		if (takes_value(word) && c->argv[i + 1]) {
			argv_add(b, word);
			argv_add(b, c->argv[++i]);
			continue;
		}
		o = find_idle(word);
		if (o) {
			i += o->value && c->argv[i + 1];
			continue;
		}
		str_clear(&path);
		str_addf(&path, "%s/", word[0] == '/' ? "" : c->cwd);
		str_add(&path, word, strstr(word, "::") ? (size_t)(strstr(word, "::") - word) : strlen(word));
		if (word[0] == '-' || access(str_c(&path), F_OK) < 0)
			argv_add(b, word);
	}
	str_release(&path);
}

static int
pytest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
             struct str *out, struct err *e)
{
	struct arena mem = ARENA_INIT;
	struct argv_builder head = { &mem, VEC_INIT };
	struct testlist shown = TESTLIST_INIT;
	struct str prefix = STR_INIT(STR_LINE), name = STR_INIT(1 << 20), ids = STR_INIT(REPRO_MAX);
	struct err ignored = ERR_INIT;
	VEC(uint32_t) all = VEC_INIT;
	struct python_call call;
	size_t i, at = out->n;
	int ret = 0;

	if (find(c, &call) == 0)
		call.args = (int)fw_argc(c->argv);
	/* Names are relative to pytest's root folder, arguments to ours. */
	python_note(c, "pytest.root", &prefix);
	add_words(c, &call, &head);
	for (i = 0; i < n; i++) {
		str_clear(&name);
		str_addf(&name, "%s%s", str_c(&prefix), testlist_name(list, tests[i]));
		vec_push(&all, testlist_add(&shown, str_span(&name)));
		str_addc(&ids, ' ');
		str_add_shell(&ids, str_c(&name));
	}
	if (ids.over) {
		str_adds(out, "xargs -x -s 2000000 -d '\\n' -a ");
		if (fw_repro_file(c, &shown, all.p, n, out, &ignored) == 0) {
			str_addc(out, ' ');
			str_clear(&ids);
		} else {
			str_cut(out, at);
			ret = err_set(e, "the reproducing command is too long to print: %.300s", ignored.msg);
		}
	}
	fw_add_words(out, argv_done(&head));
	str_addspan(out, str_span(&ids));
	testlist_release(&shown);
	vec_release(&all);
	str_release(&ids);
	str_release(&name);
	str_release(&prefix);
	arena_release(&mem);
	return ret;
}

extern const struct framework fw_pytest;
const struct framework fw_pytest = {
	.name = "pytest",
	.title = "pytest 6 to 8, by a plugin; forks for each question",
	.package = "python3-pytest",
	.flags = FW_ORDER | FW_NAMES | FW_TIMES | FW_EVERY | FW_SERVED_LIST,
	.detect = pytest_detect,
	.list = pytest_list,
	.prepare = pytest_prepare,
	.line = pytest_line,
	.finish = pytest_finish,
	.repro = pytest_repro,
	.warm = pytest_warm,
};
