/*
 * CPython's regrtest: `python -m test`.  Tests are the cases of --list-cases;
 * a run gets them through --matchfile, and only the test files that hold one of
 * them, so that a question about two tests does not import a whole suite.
 * regrtest runs files in the order given and the cases of a file in unittest's
 * order, whatever the match file says, so order cannot be asked for.
 */
#include "common/base.h"
#include "bisect/fw_regrtest.h"

#include <stdlib.h>

#include "bisect/fw_python.h"
#include "bisect/fw_tool.h"
#include "common/fs.h"

enum { REPRO_MATCHES = 20, REPRO_BYTES = 4000, FILES_LOADED = 20 };

static void
add_words(struct argv_builder *b, const char *const *words)
{
	for (; *words; words++)
		argv_add(b, *words);
}

/* The state, made on first use. */
static struct regrtest *
state(struct fw_command *c, struct err *e)
{
	struct regrtest *rt = c->state;

	if (rt)
		return rt;
	rt = arena_alloc(&c->mem, sizeof(*rt));
	*rt = (struct regrtest){ .n_files = 0 };
	if (regrtest_parse_args(c, &rt->args, e) < 0)
		return NULL;
	c->state = rt;
	return rt;
}

static int
regrtest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct regrtest *rt = state(c, e);

	return rt ? regrtest_learn(c, rt, list, e) : -1;
}

/* ---- running ---- */

/* Marks the files that hold the tests. */
static int
choose_files(const struct regrtest *rt, const struct testlist *list, const uint32_t *tests, size_t n,
             unsigned char *wanted, struct err *e)
{
	size_t i;

	memset(wanted, 0, rt->n_files);
	for (i = 0; i < n; i++) {
		const char *id = testlist_name(list, tests[i]);
		const struct test_case *t = regrtest_find(rt, id);
		struct str shown = STR_INIT(1024);

		if (t == NULL) {
			str_add_escaped(&shown, span_of(id));
			err_set(e, "test '%s' is not among those of '%s ... --list-cases', which would "
			        "pass over it in silence", str_c(&shown), rt->args.base[0]);
			str_release(&shown);
			return -1;
		}
		memset(wanted + t->lo, 1, t->hi - t->lo + 1);
	}
	return 0;
}

/* An id as a pattern that matches itself only. */
static void
add_pattern(struct str *s, const char *id)
{
	for (; *id; id++)
		str_addf(s, strchr("*?[", *id) ? "[%c]" : "%c", *id);
}

static int
write_patterns(const struct testlist *list, const uint32_t *tests, size_t n, const char *path,
               struct err *e)
{
	struct testlist patterns = TESTLIST_INIT;
	struct str s = STR_INIT(4 << 20);
	VEC(uint32_t) all = VEC_INIT;
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		str_clear(&s);
		add_pattern(&s, testlist_name(list, tests[i]));
		vec_push(&all, testlist_add(&patterns, str_span(&s)));
	}
	ret = testlist_write_raw(&patterns, all.p, all.n, path, e);
	vec_release(&all);
	str_release(&s);
	testlist_release(&patterns);
	return ret;
}

static bool
has_glob(const struct testlist *list, const uint32_t *tests, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strpbrk(testlist_name(list, tests[i]), "*?["))
			return true;
	}
	return false;
}

static int
write_match_file(const struct testlist *list, const uint32_t *tests, size_t n, const char *path,
                 struct err *e)
{
	return has_glob(list, tests, n) ? write_patterns(list, tests, n, path, e)
	                                : testlist_write_raw(list, tests, n, path, e);
}

/* Adds the wanted files; -1 and e as choose_files. */
static int
add_files(struct argv_builder *b, const struct regrtest *rt, const struct testlist *list,
          const uint32_t *tests, size_t n, struct err *e)
{
	unsigned char *wanted = xmalloc(rt->n_files);
	int ret = choose_files(rt, list, tests, n, wanted, e);
	uint32_t i;

	for (i = 0; ret == 0 && i < rt->n_files; i++) {
		if (wanted[i])
			argv_add(b, rt->files[i]);
	}
	free(wanted);
	return ret;
}

static struct regrtest *
learnt(struct fw_command *c, struct err *e)
{
	struct regrtest *rt = state(c, e);

	if (rt && rt->cases == NULL && regrtest_learn(c, rt, NULL, e) < 0)
		return NULL;
	return rt;
}

/* ---- the fork server ---- */

/* The server's children become `python -m test` with the job's own arguments, which they read
 * from a file of the run's folder. */
static int
write_args(const struct regrtest *rt, const struct job *job, struct err *e)
{
	struct str path = STR_INIT(4096), text = STR_INIT(STR_FILE);
	size_t i;
	int ret;

	str_addf(&path, "%s/args", job->dir);
	for (i = fw_argc(rt->args.base); job->argv[i]; i++)
		str_addf(&text, "%s\n", job->argv[i]);
	ret = fs_write_scratch(str_c(&path), str_span(&text), e);
	str_release(&path);
	str_release(&text);
	return ret;
}

static int
regrtest_warm(struct fw_command *c, const char ***argv, const char ***env, struct err *e)
{
	struct regrtest *rt = learnt(c, e);
	struct argv_builder words = { &c->mem, VEC_INIT }, vars = { &c->mem, VEC_INIT };
	struct fw_command base = *c;
	struct python_call call = { 0, PYTHON_NONE, 0, false };
	const char **head;
	uint32_t i;

	if (rt == NULL)
		return -1;
	base.argv = (const char *const *)rt->args.base;
	call.module = (int)fw_argc(base.argv) - 1;
	if (strncmp(base.argv[call.module], "-", 1) == 0)
		return err_set(e, "-m and its module are one word");
	for (i = 0; rt->args.kept[i]; i++) {
		if (span_starts(span_of(rt->args.kept[i]), "-j"))
			return err_set(e, "-j starts processes of its own");
	}
	head = python_argv(&base, &call, "fb_regrtest.py", &c->mem, e);
	if (head == NULL)
		return -1;
	add_words(&words, head);
	/* What a few files import is worth loading once; all files would take long. */
	for (i = 0; i < rt->n_files && rt->n_files <= FILES_LOADED; i++)
		argv_add(&words, rt->files[i]);
	for (i = 0; rt->args.kept[i]; i++) {
		if (strcmp(rt->args.kept[i], "--testdir") == 0 && rt->args.kept[i + 1])
			python_set(&vars, "TESTDIR", rt->args.kept[i + 1]);
	}
	*argv = argv_done(&words);
	*env = argv_done(&vars);
	return 0;
}

static int
regrtest_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
                 struct job *job, struct err *e)
{
	struct regrtest *rt = learnt(c, e);
	struct argv_builder b = { &job->mem, VEC_INIT };
	struct str match = STR_INIT(4096);
	int ret = -1;

	if (rt == NULL)
		return -1;
	str_addf(&match, "%s/match", job->dir);
	add_words(&b, rt->args.base);
	add_words(&b, rt->args.kept);
	argv_add(&b, "--matchfile");
	argv_add(&b, str_c(&match));
	/* With -R the report, which grows in memory, would be a leak. */
	if (!rt->args.leaks) {
		argv_add(&b, "--junit-xml");
		argv_addf(&b, "%s/%s", job->dir, regrtest_report);
	}
	ret = add_files(&b, rt, list, tests, n, e);
	if (ret == 0)
		ret = write_match_file(list, tests, n, str_c(&match), e);
	job->argv = argv_done(&b);
	if (ret == 0)
		ret = write_args(rt, job, e);
	str_release(&match);
	return ret;
}

static void
add_matches(struct argv_builder *b, const struct testlist *list, const uint32_t *tests, size_t n)
{
	struct str s = STR_INIT(4 << 20);
	size_t i;

	for (i = 0; i < n; i++) {
		str_clear(&s);
		add_pattern(&s, testlist_name(list, tests[i]));
		argv_add(b, "-m");
		argv_add(b, str_c(&s));
	}
	str_release(&s);
}

static int
regrtest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
               struct str *out, struct err *e)
{
	struct regrtest *rt = learnt(c, e);
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str file = STR_INIT(4096);
	const char **argv;
	size_t i, bytes = 0;
	int ret = 0;

	if (rt == NULL)
		return -1;
	add_words(&b, rt->args.base);
	add_words(&b, rt->args.kept);
	for (i = 0; i < n; i++)
		bytes += strlen(testlist_name(list, tests[i]));
	if ((n <= REPRO_MATCHES && bytes <= REPRO_BYTES) || has_glob(list, tests, n)) {
		add_matches(&b, list, tests, n);
	} else {
		ret = fw_repro_file(c, list, tests, n, &file, e);
		argv_add(&b, "--matchfile");
		argv_add(&b, str_c(&file));
	}
	if (ret == 0)
		ret = add_files(&b, rt, list, tests, n, e);
	argv = argv_done(&b);
	if (ret == 0)
		fw_add_words(out, argv);
	str_release(&file);
	arena_release(&mem);
	return ret;
}

const struct framework fw_regrtest = {
	.name = "regrtest",
	.title = "CPython's test suite: python -m test [ARGS]",
	.package = "libpython3.11-testsuite",
	.flags = FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = regrtest_detect,
	.list = regrtest_list,
	.prepare = regrtest_prepare,
	.line = regrtest_line,
	.finish = regrtest_finish,
	.repro = regrtest_repro,
	.warm = regrtest_warm,
};
