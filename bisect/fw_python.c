/* What the Python runners have in common: see fw_python.h. */
#include "common/base.h"
#include "bisect/fw_python.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "bisect/helper.h"

enum { REASON_MAX = 2000 };

/* ---- the command ---- */

/* Programs that start the command given to them; their own options and
 * NAME=VALUE words may stand between. */
static const char *const starters[] = {
	"env", "nice", "ionice", "timeout", "time", "stdbuf", "setarch", "taskset", "xvfb-run",
	"dbus-run-session", "poetry", "pipenv", "pdm", "uv", "rye", "hatch", "coverage", "run",
};

static bool
is_one_of(const char *word, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n && names[i]; i++)
		if (fw_program_is(word, names[i]))
			return true;
	return false;
}

static bool
is_python(const char *word)
{
	static const char *const names[] = { "python", "pypy" };
	const char *base = fw_base_name(word);
	size_t n = strlen(base);

	/* "python3.11-dbg", "python3d" */
	return is_one_of(word, names, 2) || (strncmp(base, "python", 6) == 0 && n > 6 &&
	       base[6] >= '0' && base[6] <= '9' && (base[n - 1] == 'd' || strcmp(base + n - 4, "-dbg") == 0));
}

/* The interpreter's own options from argv[at] on.  Leaves *at at the script or at
 * the word after -m (then *module); false: it runs neither. */
static bool
skip_python(const char *const *argv, int *at, bool *module, bool *closed)
{
	const char *word, *letter;

	for (; (word = argv[*at]) != NULL && word[0] == '-' && word[1]; (*at)++) {
		if (word[1] == '-') {
			*at += strcmp(word, "--check-hash-based-pycs") == 0 && argv[*at + 1];
			continue;
		}
		for (letter = word + 1; *letter; letter++) {
			if (*letter == 'c' || (*letter == 'm' && (letter[1] || !argv[*at + 1])))
				return false;
			*closed |= *letter == 'E' || *letter == 'I';
			if (*letter == 'm') {
				++*at;
				return *module = true;
			}
			if (*letter == 'W' || *letter == 'X') {
				*at += letter[1] == '\0' && argv[*at + 1];
				break;
			}
		}
	}
	*module = false;
	return word != NULL;
}

/* Whether argv[at] may stand before the runner: a program that starts it, or what
 * belongs to one (an option or its value, NAME=VALUE, a number of seconds). */
static bool
is_before(const char *const *argv, int at)
{
	const char *word = argv[at];
	bool number = word[0] >= '0' && word[0] <= '9';

	return is_one_of(word, starters, ARRAY_LEN(starters)) ||
	       (at > 0 && (word[0] == '-' || argv[at - 1][0] == '-' || number || strchr(word, '=')));
}

int
python_find(struct python_call *out, const char *const *argv, const char *module,
            const char *const *scripts)
{
	int at = 0, sure = 100;
	bool by_module;

	*out = (struct python_call){ PYTHON_NONE, PYTHON_NONE, 0, false };
	for (; argv[at]; at++, sure = 80) {
		by_module = false;
		if (is_python(argv[at])) {
			out->python = at++;
			if (!skip_python(argv, &at, &by_module, &out->closed))
				return 0;
		} else if (at > 0 && strcmp(argv[at], "-m") == 0 && argv[at + 1]) {
			out->python = PYTHON_NONE; /* coverage run -m MODULE */
			by_module = true;
			at++;
		}
		if (by_module ? strcmp(argv[at], module) == 0
		              : scripts && is_one_of(argv[at], scripts, SIZE_MAX)) {
			out->module = by_module ? at : PYTHON_NONE;
			out->args = at + 1;
			return sure;
		}
		if (by_module ? strcmp(argv[at], "coverage") != 0 : !is_before(argv, at))
			return 0;
	}
	return 0;
}

static int
install(struct fw_command *c, const char *helper, const char **path, struct arena *mem, struct err *e)
{
	if (helper_install(NULL, c->dir, "fb_wire.py", NULL, e) < 0)
		return -1;
	return helper_install(path, c->dir, helper, mem, e);
}

const char **
python_argv(struct fw_command *c, const struct python_call *call, const char *script,
            struct arena *mem, struct err *e)
{
	struct argv_builder b = { mem, VEC_INIT };
	const char *path, *word;
	int i;

	assert(call->module != PYTHON_NONE);
	if (install(c, script, &path, mem, e) < 0)
		return NULL;
	for (i = 0; (word = c->argv[i]) != NULL; i++) {
		if (i == call->module)
			argv_add(&b, path);
		else if (i != call->module - 1)
			argv_add(&b, word);
		else if (strcmp(word, "-m") != 0) /* "-Im" without its last letter */
			argv_addf(&b, "%.*s", (int)strlen(word) - 1, word);
	}
	return argv_done(&b);
}

/* ---- the environment ---- */

void
python_set(struct argv_builder *env, const char *name, const char *value)
{
	argv_addf(env, "FLAKE_BISECT_%s=%s", name, value);
}

/* Puts text before what the variable holds, and remembers that for the helper. */
static void
put_before(struct argv_builder *env, const char *name, const char *text, const char *between)
{
	const char *old = getenv(name);

	if (old)
		argv_addf(env, "FLAKE_BISECT_OLD_%s=%s", name, old);
	argv_addf(env, "%s=%s%s%s", name, text, old && *old ? between : "", old ? old : "");
}

int
python_env(struct fw_command *c, const struct python_call *call, const char *plugin,
           const char *addopts, struct argv_builder *env, struct err *e)
{
	struct str folder = STR_INIT(STR_LINE);

	if (call->closed)
		return err_set(e, "'%s' is given -E or -I and so cannot load our plugin from "
		               "PYTHONPATH: leave that option out", c->argv[call->python]);
	if (strchr(c->dir, ':'))
		return err_set(e, "the session folder '%s' holds a colon, which PYTHONPATH cannot name: "
		               "choose another one with --session", c->dir);
	if (install(c, plugin, NULL, NULL, e) < 0)
		return -1;
	str_addf(&folder, "%s/helpers", c->dir);
	put_before(env, "PYTHONPATH", str_c(&folder), ":");
	put_before(env, "PYTEST_ADDOPTS", addopts, " ");
	python_set(env, "RESTORE", "PYTHONPATH PYTEST_ADDOPTS");
	str_release(&folder);
	return 0;
}

/* ---- what helpers leave behind ---- */

/* The first line of a helper's remark; false: there is no such file. */
static bool
read_remark(const char *path, struct str *out)
{
	struct str name = STR_INIT(STR_LINE);
	char text[REASON_MAX];
	FILE *f;

	str_clear(out);
	str_addf(&name, "%s.error", path);
	f = fopen(str_c(&name), "re");
	if (f && fgets(text, sizeof(text), f))
		str_add_unescaped(out, span_trim(span_of(text)));
	if (f)
		fclose(f);
	str_release(&name);
	return f != NULL;
}

static int
why_no_list(const struct fw_run *run, const char *path, const char *what, struct err *e)
{
	struct str why = STR_INIT(REASON_MAX), text = STR_INIT(REASON_MAX);

	if (read_remark(path, &why) && why.n) {
		str_add_escaped(&text, str_span(&why));
		err_set(e, "%s cannot load the tests: %s", what, str_c(&text));
	} else if (run->end.how != CHILD_EXITED || run->end.code != 0) {
		fw_run_failed(run, e);
	} else {
		err_set(e, "%s ended well without listing its tests: does the command run %s?",
		        run->argv[0], what);
	}
	str_release(&why);
	str_release(&text);
	return -1;
}

int
python_list(struct fw_command *c, const char *const *argv, struct argv_builder *env,
            const char *what, struct testlist *list, struct err *e)
{
	struct str path = STR_INIT(STR_LINE), remark = STR_INIT(STR_LINE);
	struct fw_run run = { .argv = argv };
	int ret;

	str_addf(&path, "%s/helpers/list", c->dir);
	str_addf(&remark, "%s.error", str_c(&path));
	unlink(str_c(&path));
	unlink(str_c(&remark));
	python_set(env, "MODE", "list");
	python_set(env, "LIST", str_c(&path));
	run.env = argv_done(env);
	ret = fw_run(c, &run, e);
	if (ret == 0 && access(str_c(&path), R_OK) < 0)
		ret = why_no_list(&run, str_c(&path), what, e);
	else if (ret == 0)
		ret = testlist_read(list, str_c(&path), e);
	if (ret == 0 && testlist_count(list) == 0)
		ret = err_set(e, "%s finds no tests with this command", what);
	unlink(str_c(&path));
	unlink(str_c(&remark));
	fw_run_release(&run);
	str_release(&path);
	str_release(&remark);
	return ret;
}

int
python_results(struct reading *r, const struct job *job, bool *whole, enum python_began *began,
               struct str *why, struct err *e)
{
	str_clear(why);
	if (reading_results_file(r, job->results_path, whole, e) < 0)
		return -1;
	*began = !read_remark(job->results_path, why) ? PYTHON_NOT_BEGUN
	         : why->n ? PYTHON_TROUBLE : PYTHON_BEGUN;
	return 0;
}

void
python_broke_off(struct reading *r, int status, enum python_began began)
{
	if (began == PYTHON_NOT_BEGUN) {
		r->unresolved = "the runner did not begin to run tests";
	} else if (status == 0 || began == PYTHON_TROUBLE) {
		r->unresolved = "the run broke off";
	} else {
		/* os._exit() in a test, or what tests have broken in the runner. */
		r->whole_failed = true;
		r->whole_kind = "ended before its last test";
	}
}

void
python_note(const struct fw_command *c, const char *name, struct str *out)
{
	struct str path = STR_INIT(STR_LINE);
	char text[4096];
	FILE *f;

	str_addf(&path, "%s/helpers/%s", c->dir, name);
	f = fopen(str_c(&path), "re");
	if (f && fgets(text, sizeof(text), f))
		str_add(out, text, strcspn(text, "\n"));
	if (f)
		fclose(f);
	str_release(&path);
}
