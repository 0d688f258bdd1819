/*
 * The arguments of `python -m test`: which are of every run, which only choose
 * tests (the list replaces them), and which must not be passed on, because they
 * run tests again and so hide what depends on order.  One table, the union of
 * the options of Python 3.6 to 3.14.
 */
#include "common/base.h"
#include "bisect/fw_regrtest.h"

#include <stdio.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "bisect/fw_words.h"

enum fate { KEEP, FILES, FILTER, AGAIN, OURS, SHUFFLE, LEAKS, CI };

static const struct word_option options[] = {
	{ 'h', false, "help", KEEP },
	{ 0, false, "fast-ci", CI },
	{ 0, false, "slow-ci", CI },
	{ 0, true, "timeout", KEEP },
	{ 0, false, "wait", KEEP },
	{ 'S', true, "start", FILES },
	{ 'p', true, "python", KEEP },
	{ 0, true, "randseed", FILES },
	{ 'v', false, "verbose", KEEP },
	{ 'w', false, "rerun", AGAIN },
	{ 'w', false, "verbose2", AGAIN },
	{ 'W', false, "verbose3", KEEP },
	{ 'q', false, "quiet", KEEP },
	{ 'o', false, "slowest", KEEP },
	{ 0, false, "header", KEEP },
	{ 'r', false, "randomize", SHUFFLE },
	{ 'f', true, "fromfile", FILES },
	{ 'x', false, "exclude", FILES },
	{ 's', false, "single", AGAIN },
	{ 'm', true, "match", FILTER },
	{ 'i', true, "ignore", FILTER },
	{ 0, true, "matchfile", FILTER },
	{ 0, true, "ignorefile", FILTER },
	{ 'G', false, "failfast", KEEP },
	{ 'u', true, "use", KEEP },
	{ 'M', true, "memlimit", KEEP },
	{ 0, true, "testdir", KEEP },
	{ 'l', false, "findleaks", KEEP },
	{ 'L', false, "runleaks", KEEP },
	{ 'R', true, "huntrleaks", LEAKS },
	{ 'j', true, "multiprocess", KEEP },
	{ 0, false, "single-process", KEEP },
	{ 'T', false, "coverage", KEEP },
	{ 'D', true, "coverdir", KEEP },
	{ 'N', false, "nocoverdir", KEEP },
	{ 't', true, "threshold", KEEP },
	{ 'n', false, "nowindows", KEEP },
	{ 'F', false, "forever", AGAIN },
	{ 0, false, "list-tests", OURS },
	{ 0, false, "list-cases", OURS },
	{ 'P', false, "pgo", KEEP },
	{ 0, false, "pgo-extended", KEEP },
	{ 0, false, "tsan", FILES },
	{ 0, false, "tsan-parallel", FILES },
	{ 0, false, "fail-env-changed", KEEP },
	{ 0, false, "fail-rerun", AGAIN },
	{ 0, true, "junit-xml", OURS },
	{ 0, true, "tempdir", KEEP },
	{ 0, false, "cleanup", KEEP },
	{ 0, false, "bisect", AGAIN },
	{ 0, false, "dont-add-python-opts", KEEP },
	{ 0, true, "worker-args", KEEP },
};

/* ---- recognising ---- */

/* Python's own options that take the next word. */
static bool
flag_takes_value(const char *word)
{
	static const char *const flags[] = { "-X", "-W", "-Q", "--check-hash-based-pycs" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(flags); i++) {
		if (strcmp(word, flags[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_test_module(const char *name)
{
	static const char *const names[] = { "test", "test.__main__", "test.regrtest", "test.autotest" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* A folder `test` of the user's own, which `-m test` would find first. */
static bool
is_shadowed(const char *cwd)
{
	static const char *const own[] = { "test/__main__.py", "test/__init__.py", "test.py" };
	char path[4096];
	size_t i;

	if (cwd == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/test/libregrtest", cwd);
	if (access(path, F_OK) == 0)
		return false;
	for (i = 0; i < ARRAY_LEN(own); i++) {
		snprintf(path, sizeof(path), "%s/%s", cwd, own[i]);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* Words up to and with `-m test`, or 0. */
static size_t
base_words(const char *const *argv)
{
	size_t i;

	if (argv[0] == NULL || !fw_program_is(argv[0], "python"))
		return 0;
	for (i = 1; argv[i] && argv[i][0] == '-'; i++) {
		const char *m = strchr(argv[i], 'm');

		/* -m TEST, -Em TEST, -mTEST */
		if (argv[i][1] != '-' && m && !flag_takes_value(argv[i]) &&
		    strspn(argv[i] + 1, "bBdEhiIOPqRsSuvVx") == (size_t)(m - argv[i] - 1)) {
			if (m[1])
				return is_test_module(m + 1) ? i + 1 : 0;
			return argv[i + 1] && is_test_module(argv[i + 1]) ? i + 2 : 0;
		}
		if (flag_takes_value(argv[i]) && argv[i + 1])
			i++;
	}
	return 0;
}

int
regrtest_detect(const struct fw_command *c)
{
	return base_words(c->argv) && !is_shadowed(c->cwd) ? 90 : 0;
}

/* ---- sorting ---- */

struct sorting {
	struct fw_command *c;
	struct argv_builder kept, files, filter;
	bool shuffled, seeded;
	bool leaks;
};

/* Leak reports go to reflog.txt in the user's folder, from all runs at once; where no
 * file was named they are not wanted. */
static void
add_leaks(struct argv_builder *b, const char *value)
{
	const char *colon = strchr(value, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;

	argv_add(b, "-R");
	if (colon && (second == NULL || second[1] == '\0'))
		argv_addf(b, "%.*s:/dev/null", (int)(second ? (size_t)(second - value) : strlen(value)),
		          value);
	else
		argv_add(b, value);
}

static void
add_option(struct argv_builder *b, const struct word_option *o, const char *value)
{
	if (o->letter)
		argv_addf(b, "-%c", o->letter);
	else
		argv_addf(b, "--%s", o->name);
	if (value)
		argv_add(b, value);
}

static void
note(struct fw_command *c, const char *option, const char *why)
{
	str_addf(&c->note, "--%s was left out: %s\n", option, why);
}

static void
sort_option(void *data, const struct word_option *o, const char *value)
{
	struct sorting *s = data;
	switch ((enum fate)o->fate) {
	case KEEP:
		add_option(&s->kept, o, value);
		break;
	case FILES:
		s->seeded |= strcmp(o->name, "randseed") == 0;
		add_option(&s->files, o, value);
		break;
	case FILTER:
		add_option(&s->filter, o, value);
		break;
	case SHUFFLE:
		s->shuffled = true;
		break;
	case LEAKS:
		s->leaks = true;
		add_leaks(&s->kept, value);
		break;
	case OURS:
		note(s->c, o->name, "flake-bisect sets it itself");
		break;
	case AGAIN:
		note(s->c, o->name, "a test that runs again can pass then, which hides the failure");
		break;
	case CI:
		/* It implies --rerun, so its other parts stand in for it. */
		argv_add(&s->kept, "-u");
		argv_add(&s->kept, strcmp(o->name, "fast-ci") == 0 ? "all,-cpu" : "all");
		argv_add(&s->kept, "--fail-env-changed");
		note(s->c, o->name, "it runs failed tests again; its -u and --fail-env-changed are kept");
		break;
	}
}

static const struct word_table table = { "regrtest", options, ARRAY_LEN(options), sort_option };

int
regrtest_parse_args(struct fw_command *c, struct regrtest_args *out, struct err *e)
{
	size_t i, n = base_words(c->argv);
	struct sorting s = { c, { &c->mem, VEC_INIT }, { &c->mem, VEC_INIT }, { &c->mem, VEC_INIT },
	                     false, false, false };
	struct argv_builder base = { &c->mem, VEC_INIT };
	const char *const *next = c->argv + n;
	int ret = 0;

	if (n == 0)
		return err_set(e, "'%s' is not of the form PYTHON [FLAGS] -m test [ARGS]",
		               c->argv[0] ? c->argv[0] : "");
	for (i = 0; i < n; i++)
		argv_add(&base, c->argv[i]);
	while (ret == 0 && *next) {
		const char *word = *next++;

		if (word[0] == '-' && word[1])
			ret = words_option(&table, word, &next, &s, e);
		else
			argv_add(&s.files, word);
	}
	if (s.shuffled && s.seeded)
		argv_add(&s.files, "-r");
	else if (s.shuffled)
		note(c, "randomize", "each run would have another order; give --randseed too, or use "
		        "flake-bisect --shuffle");
	out->base = argv_done(&base);
	out->kept = argv_done(&s.kept);
	out->files = argv_done(&s.files);
	out->filter = argv_done(&s.filter);
	out->leaks = s.leaks;
	return ret;
}
