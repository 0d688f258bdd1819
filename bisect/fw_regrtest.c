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

/* A case and the test files (indices into files) of which one holds it. */
struct test_case {
	const char *id;
	uint32_t lo, hi;
};

/* What is known of the command; in c->mem. */
struct regrtest {
	struct regrtest_args args;
	const char **files;      /* test files in the order in which they run */
	uint32_t n_files;
	struct test_case *cases; /* sorted by id; NULL: not listed yet */
	size_t n_cases;
};

/* ---- listing ---- */

/* While listing: files, and cases in order, each with its file or NONE. */
struct listing {
	struct fw_command *c;
	struct regrtest *rt;
	struct testlist files, cases;
	VEC(uint32_t) file_of;
	VEC(const char *) part; /* of one program run, kept when it ended well */
	struct arena part_mem;
	uint32_t n_dotless;
	struct str broken;      /* files that cannot be listed */
	uint32_t n_broken;
};

static void
listing_release(struct listing *l)
{
	testlist_release(&l->files);
	testlist_release(&l->cases);
	vec_release(&l->file_of);
	vec_release(&l->part);
	arena_release(&l->part_mem);
	str_release(&l->broken);
}

static void
add_words(struct argv_builder *b, const char *const *words)
{
	for (; *words; words++)
		argv_add(b, *words);
}

static void
file_line(void *data, struct span line)
{
	struct listing *l = data;

	line = span_trim(line);
	if (line.n && memchr(line.p, ' ', line.n) == NULL && memchr(line.p, '\0', line.n) == NULL)
		testlist_add(&l->files, line);
}

static void
case_line(void *data, struct span line)
{
	struct listing *l = data;

	if (line.n && memchr(line.p, '\0', line.n) == NULL)
		vec_push(&l->part, arena_copy(&l->part_mem, line.p, line.n));
}

/* Whether the arguments are names of test files and nothing else: then regrtest
 * takes them in that order, and one start less is needed. */
static bool
names_only(const char *const *words)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t i;

	for (i = 0; words[i]; i++)
		if (!span_starts(span_of(words[i]), "test_") || words[i][strspn(words[i], plain)])
			return false;
	return i > 0;
}

static int
list_files(struct listing *l, struct err *e)
{
	const struct regrtest_args *a = &l->rt->args;
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct fw_run run = { .line = file_line, .data = l };
	size_t i;
	int ret;

	for (i = 0; names_only(a->files) && a->files[i]; i++)
		testlist_add(&l->files, span_of(a->files[i]));
	if (i > 0)
		return 0;
	add_words(&b, a->base);
	add_words(&b, a->kept);
	add_words(&b, a->files);
	argv_add(&b, "--list-tests");
	run.argv = argv_done(&b);
	ret = fw_run_well(l->c, &run, e);
	if (ret == 0 && testlist_count(&l->files) == 0)
		ret = err_set(e, "'%s ... --list-tests' named no test file", a->base[0]);
	fw_run_release(&run);
	arena_release(&mem);
	return ret;
}

/* The file that the id names: the longest "file." it begins with, with or
 * without "test." before it; TESTLIST_NONE: none (doctests, lib2to3.tests, ...). */
static uint32_t
named_file(const struct testlist *files, const char *id)
{
	struct span text = span_of(id);
	uint32_t found = TESTLIST_NONE, f;
	size_t at;

	for (at = 0; at < text.n; at++) {
		if (text.p[at] != '.')
			continue;
		f = testlist_find(files, (struct span){ text.p, at });
		if (f == TESTLIST_NONE && span_starts(text, "test.") && at > 5)
			f = testlist_find(files, (struct span){ text.p + 5, at - 5 });
		if (f != TESTLIST_NONE)
			found = f;
	}
	return found;
}

static void
keep_cases(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->part.n; i++) {
		uint32_t n = testlist_count(&l->cases);

		/* Without a dot it would match any part of any id. */
		if (strchr(l->part.p[i], '.') == NULL) {
			l->n_dotless++;
			continue;
		}
		testlist_add(&l->cases, span_of(l->part.p[i]));
		if (testlist_count(&l->cases) > n)
			vec_push(&l->file_of, named_file(&l->files, l->part.p[i]));
	}
}

/* Lists the cases of files lo .. hi-1.  One file that cannot be imported ends
 * regrtest's listing, so a range that fails is listed in halves. */
static int
list_range(struct listing *l, uint32_t lo, uint32_t hi, struct err *e)
{
	const struct regrtest_args *a = &l->rt->args;
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct fw_run run = { .line = case_line, .data = l };
	uint32_t i;
	int ret;

	add_words(&b, a->base);
	add_words(&b, a->kept);
	add_words(&b, a->filter);
	argv_add(&b, "--list-cases");
	for (i = lo; i < hi; i++)
		argv_add(&b, testlist_name(&l->files, i));
	run.argv = argv_done(&b);
	ret = fw_run(l->c, &run, e);
	if (ret == 0 && run.end.how == CHILD_EXITED && run.end.code == 0) {
		keep_cases(l);
	} else if (ret == 0 && hi - lo == 1) {
		fw_run_failed(&run, e);
		str_addf(&l->broken, "%s%s", l->n_broken ? ", " : "", testlist_name(&l->files, lo));
		l->n_broken++;
	}
	vec_clear(&l->part);
	arena_release(&l->part_mem);
	if (ret == 0 && (run.end.how != CHILD_EXITED || run.end.code != 0) && hi - lo > 1) {
		ret = list_range(l, lo, lo + (hi - lo) / 2, e);
		if (ret == 0)
			ret = list_range(l, lo + (hi - lo) / 2, hi, e);
	}
	fw_run_release(&run);
	arena_release(&mem);
	return ret;
}

static int
compare_cases(const void *a, const void *b)
{
	return strcmp(((const struct test_case *)a)->id, ((const struct test_case *)b)->id);
}

/* A case whose id names no file stands between two that do: any file from the
 * one to the other may hold it. */
static void
learn_files(struct listing *l)
{
	struct regrtest *rt = l->rt;
	uint32_t n = testlist_count(&l->cases), last = testlist_count(&l->files) - 1, i, near;

	rt->cases = arena_alloc(&l->c->mem, (n + 1) * sizeof(*rt->cases));
	rt->n_cases = n;
	for (i = 0, near = 0; i < n; i++) {
		const char *id = testlist_name(&l->cases, i);

		near = l->file_of.p[i] == TESTLIST_NONE ? near : l->file_of.p[i];
		rt->cases[i].id = arena_copy(&l->c->mem, id, strlen(id));
		rt->cases[i].lo = near;
	}
	for (i = n, near = last; i-- > 0;) {
		near = l->file_of.p[i] == TESTLIST_NONE ? near : l->file_of.p[i];
		rt->cases[i].hi = near;
		if (rt->cases[i].hi < rt->cases[i].lo) {
			rt->cases[i].hi = rt->cases[i].lo;
			rt->cases[i].lo = near;
		}
	}
	qsort(rt->cases, n, sizeof(*rt->cases), compare_cases);
	rt->n_files = last + 1;
	rt->files = arena_alloc(&l->c->mem, rt->n_files * sizeof(*rt->files));
	for (i = 0; i < rt->n_files; i++) {
		const char *name = testlist_name(&l->files, i);

		rt->files[i] = arena_copy(&l->c->mem, name, strlen(name));
	}
}

static void
note_left_out(struct listing *l)
{
	if (l->n_dotless)
		str_addf(&l->c->note, "%u doctests without a dot in their names were left out: "
		         "they cannot be chosen alone\n", l->n_dotless);
	if (l->n_broken)
		str_addf(&l->c->note, "test files that cannot be listed were left out: %.400s\n",
		         str_c(&l->broken));
}

/* Asks the program once for its files and cases; *order (may be NULL) gets them as they come. */
static int
learn(struct fw_command *c, struct regrtest *rt, struct testlist *order, struct err *e)
{
	struct listing l = { .c = c, .rt = rt, .files = TESTLIST_INIT, .cases = TESTLIST_INIT,
	                     .part_mem = ARENA_INIT, .broken = STR_INIT(STR_LINE) };
	uint32_t i;
	int ret = list_files(&l, e);

	if (ret == 0)
		ret = list_range(&l, 0, testlist_count(&l.files), e);
	/* Then e says why the last file could not be listed. */
	if (ret == 0 && testlist_count(&l.cases) == 0)
		ret = l.n_broken ? -1 : err_set(e, "the command has no test cases");
	if (ret == 0) {
		learn_files(&l);
		note_left_out(&l);
		for (i = 0; order && i < testlist_count(&l.cases); i++)
			testlist_add(order, span_of(testlist_name(&l.cases, i)));
	}
	listing_release(&l);
	return ret;
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

	return rt ? learn(c, rt, list, e) : -1;
}

/* ---- running ---- */

static const struct test_case *
find_case(const struct regrtest *rt, const char *id)
{
	struct test_case key = { .id = id };

	return bsearch(&key, rt->cases, rt->n_cases, sizeof(key), compare_cases);
}

/* Marks the files that hold the tests. */
static int
choose_files(const struct regrtest *rt, const struct testlist *list, const uint32_t *tests, size_t n,
             unsigned char *wanted, struct err *e)
{
	size_t i;

	memset(wanted, 0, rt->n_files);
	for (i = 0; i < n; i++) {
		const char *id = testlist_name(list, tests[i]);
		const struct test_case *t = find_case(rt, id);
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

	if (rt && rt->cases == NULL && learn(c, rt, NULL, e) < 0)
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
	ret = fs_write(str_c(&path), str_span(&text), e);
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
