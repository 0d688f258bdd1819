/*
 * Which test files and cases a command of regrtest has, and which file holds which
 * case: --list-tests names the files, --list-cases the cases of all of them
 * in the same order, without saying whose they are.
 */
#include "common/base.h"
#include "bisect/fw_regrtest.h"

#include <stdlib.h>

#include "bisect/fw_tool.h"

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
int
regrtest_learn(struct fw_command *c, struct regrtest *rt, struct testlist *order, struct err *e)
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

const struct test_case *
regrtest_find(const struct regrtest *rt, const char *id)
{
	struct test_case key = { .id = id };

	return bsearch(&key, rt->cases, rt->n_cases, sizeof(key), compare_cases);
}
