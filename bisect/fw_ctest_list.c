/*
 * What a ctest command is about: its words, its build folder, and its tests
 * with their numbers (from -N) and properties (from --show-only=json-v1, which
 * has no numbers and leaves out tests of other configurations).
 */
#include "common/base.h"
#include "bisect/fw_ctest_in.h"

#include <stdlib.h>

#include "bisect/fw_tool.h"
#include "common/json.h"

enum word_kind {
	WORD_DROP,      /* left out, and said so */
	WORD_QUIET,     /* left out silently: it only chooses the output */
	WORD_FOLDER,    /* --test-dir */
	WORD_PARALLEL,  /* kept, and a remark */
	WORD_VALUE,     /* kept, with its value */
	WORD_OTHER_JOB, /* ctest does something else than run tests */
};

/* with_value: how many words follow when the option has no "=". */
static const struct { const char *word; enum word_kind kind; int with_value; } known[] = {
	{ "--schedule-random", WORD_DROP, 0 },
	{ "--repeat", WORD_DROP, 1 },
	{ "--repeat-until-fail", WORD_DROP, 1 },
	{ "--stop-on-failure", WORD_DROP, 0 },
	{ "--rerun-failed", WORD_DROP, 0 },
	{ "-F", WORD_DROP, 0 },
	{ "-U", WORD_DROP, 0 },
	{ "--union", WORD_DROP, 0 },
	{ "--progress", WORD_QUIET, 0 },
	{ "-Q", WORD_QUIET, 0 },
	{ "--quiet", WORD_QUIET, 0 },
	{ "--output-on-failure", WORD_QUIET, 0 },
	{ "-N", WORD_QUIET, 0 },
	{ "--show-only", WORD_QUIET, 0 },
	{ "--test-dir", WORD_FOLDER, 1 },
	{ "-j", WORD_PARALLEL, 1 },
	{ "--parallel", WORD_PARALLEL, 1 },
	{ "-S", WORD_OTHER_JOB, 1 },
	{ "-SP", WORD_OTHER_JOB, 1 },
	{ "--script", WORD_OTHER_JOB, 1 },
	{ "-D", WORD_OTHER_JOB, 1 },
	{ "--dashboard", WORD_OTHER_JOB, 1 },
	{ "-M", WORD_OTHER_JOB, 1 },
	{ "-T", WORD_OTHER_JOB, 1 },
	{ "--build-and-test", WORD_OTHER_JOB, 0 },
	{ "-C", WORD_VALUE, 1 }, { "-R", WORD_VALUE, 1 }, { "-E", WORD_VALUE, 1 },
	{ "-L", WORD_VALUE, 1 }, { "-LE", WORD_VALUE, 1 }, { "-I", WORD_VALUE, 1 },
	{ "-O", WORD_VALUE, 1 }, { "-FA", WORD_VALUE, 1 }, { "-FS", WORD_VALUE, 1 },
	{ "-FC", WORD_VALUE, 1 }, { "--output-junit", WORD_VALUE, 1 }, { "--timeout", WORD_VALUE, 1 },
	{ "--build-config", WORD_VALUE, 1 }, { "--tests-regex", WORD_VALUE, 1 },
	{ "--exclude-regex", WORD_VALUE, 1 }, { "--label-regex", WORD_VALUE, 1 },
	{ "--label-exclude", WORD_VALUE, 1 }, { "--output-log", WORD_VALUE, 1 },
	{ "--stop-time", WORD_VALUE, 1 }, { "--preset", WORD_VALUE, 1 },
	{ "--resource-spec-file", WORD_VALUE, 1 }, { "--test-load", WORD_VALUE, 1 },
};

/* The row of known[] that the word is, also as "--repeat=..." and "-j4"; -1: none. */
static int
find_known(const char *word)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		n = strlen(known[i].word);
		if (strncmp(word, known[i].word, n) != 0)
			continue;
		if (word[n] == '\0' || (word[n] == '=' && word[1] == '-'))
			return (int)i;
		if (known[i].kind == WORD_PARALLEL && word[1] == 'j' && word[n] >= '0' && word[n] <= '9')
			return (int)i;
	}
	return -1;
}

/* How many words the option at words[0] takes up. */
static size_t
width(int k, const char *const *words)
{
	if (!known[k].with_value || strchr(words[0], '=') || words[1] == NULL)
		return 1;
	/* "-j4", "-j 4" and "-j" alone. */
	if (known[k].kind == WORD_PARALLEL &&
	    (strlen(words[0]) > strlen(known[k].word) || words[1][0] < '0' || words[1][0] > '9'))
		return 1;
	return 2;
}

static const char *
value_of(const char *const *words)
{
	const char *eq = strchr(words[0], '=');

	return eq ? eq + 1 : words[1] ? words[1] : ".";
}

static const char *
absolute(struct fw_command *c, const char *path)
{
	struct str text = STR_INIT(8192);
	const char *copy;

	if (path[0] != '/')
		str_addf(&text, "%s/", c->cwd);
	str_adds(&text, path);
	copy = arena_copy(&c->mem, str_c(&text), text.n);
	str_release(&text);
	return copy;
}

int
ctest_words(struct fw_command *c, struct ctest *s, struct str *note, struct err *e)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	size_t i, w;
	int k, ret = 0;

	s->folder = c->cwd;
	argv_add(&b, c->argv[0]);
	for (i = 1; ret == 0 && c->argv[i]; i += w) {
		k = find_known(c->argv[i]);
		w = k < 0 ? 1 : width(k, c->argv + i);
		if (k >= 0 && known[k].kind == WORD_OTHER_JOB)
			ret = err_set(e, "'ctest %s' does more than run tests: give the plain command "
			              "that runs them", c->argv[i]);
		if (k >= 0 && known[k].kind == WORD_FOLDER)
			s->folder = absolute(c, value_of(c->argv + i));
		if (k >= 0 && known[k].kind == WORD_DROP && note)
			str_addf(note, "%s was left out\n", c->argv[i]);
		if (k >= 0 && known[k].kind == WORD_PARALLEL && note)
			str_addf(note, "ctest runs tests at once (%s): order means the order of starts\n",
			         c->argv[i]);
		if (k < 0 || known[k].kind == WORD_VALUE || known[k].kind == WORD_PARALLEL) {
			for (size_t j = 0; j < w; j++)
				argv_add(&b, c->argv[i + j]);
		}
	}
	s->argv = argv_done(&b);
	return ret;
}

/* ---- the two lists ---- */

struct numbered { uint32_t number; struct span name; };
struct numbers { VEC(struct numbered) v; struct arena *mem; };

/* "  Test  #3: name", perhaps with " (Disabled)". */
static void
number_line(void *data, struct span line)
{
	struct numbers *to = data;
	struct span rest = span_trim(line), number;
	uint64_t x;

	if (!span_starts(line, "  Test") || !span_starts(rest, "Test"))
		return;
	rest = span_trim(span_from(rest, 4));
	if (!span_starts(rest, "#"))
		return;
	rest = span_from(rest, 1);
	if (!span_next(&rest, ':', &number) || !span_u64(number, &x) || x == 0 || x > TESTLIST_MAX)
		return;
	rest = span_from(rest, 1);
	vec_push(&to->v, ((struct numbered){ (uint32_t)x,
	         { arena_copy(to->mem, rest.p, rest.n), rest.n } }));
}

static void
collect_line(void *data, struct span line)
{
	struct str *text = data;

	str_addspan(text, line);
	str_addc(text, '\n');
}

static const char **
list_argv(struct fw_command *c, const struct ctest *s, const char *how)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	size_t i;

	for (i = 0; s->argv[i]; i++)
		argv_add(&b, s->argv[i]);
	argv_add(&b, "--test-dir");
	argv_add(&b, s->folder);
	argv_add(&b, how);
	return argv_done(&b);
}

static int
read_numbers(struct fw_command *c, const struct ctest *s, struct numbers *to, struct err *e)
{
	struct fw_run run = { .argv = list_argv(c, s, "-N"), .line = number_line, .data = to };
	int ret = fw_run_well(c, &run, e);

	if (ret == 0 && to->v.n == 0)
		ret = err_set(e, "ctest finds no tests in '%s': is that the build folder?", s->folder);
	fw_run_release(&run);
	return ret;
}

/* What ctest says of executables that it cannot find may stand before the document. */
static struct json *
read_document(struct fw_command *c, const struct ctest *s, struct err *e)
{
	struct str text = STR_INIT(JSON_MAX_BYTES);
	struct fw_run run = { .argv = list_argv(c, s, "--show-only=json-v1"), .line = collect_line,
	                      .data = &text };
	struct json *doc = NULL;
	struct span x;

	if (fw_run_well(c, &run, e) < 0)
		goto out;
	x = str_span(&text);
	if (!span_starts(x, "{"))
		x = span_from(x, span_find(x, "\n{") + 1);
	doc = json_parse(x, e);
	if (doc == NULL)
		err_prefix(e, "output of 'ctest --show-only=json-v1'");
out:
	fw_run_release(&run);
	str_release(&text);
	return doc;
}

/* ---- properties ---- */

#define READ_NAMES(value, to) do { \
	for (size_t i_ = 0; i_ < json_count(value); i_++) { \
		struct span name_; \
		if (json_text(json_at(value, i_), &name_)) \
			vec_push(to, name_); \
	} \
} while (0)

static void
read_property(struct ctest_test *t, const struct json *property)
{
	const struct json *value = json_find(property, "value");
	struct span name;

	if (!json_text(json_find(property, "name"), &name))
		return;
	if (span_is(name, "COST"))
		json_number(value, &t->cost);
	else if (span_is(name, "DEPENDS"))
		READ_NAMES(value, &t->depends);
	else if (span_is(name, "FIXTURES_SETUP"))
		READ_NAMES(value, &t->setup);
	else if (span_is(name, "FIXTURES_CLEANUP"))
		READ_NAMES(value, &t->cleanup);
	else if (span_is(name, "FIXTURES_REQUIRED"))
		READ_NAMES(value, &t->required);
}

static bool
same_name(struct span listed, struct span name)
{
	static const char disabled[] = " (Disabled)";

	if (listed.n == name.n + sizeof(disabled) - 1 && span_ends(listed, disabled))
		listed.n = name.n;
	return listed.n == name.n && memcmp(listed.p, name.p, name.n) == 0;
}

/* The document's tests are some of the numbered ones, in their order. */
static void
join(struct ctest_tests *tests, const struct numbers *numbers, const struct json *doc)
{
	const struct json *array = json_find(doc, "tests"), *properties;
	size_t i, k, at = 0;

	for (i = 0; i < numbers->v.n; i++) {
		struct ctest_test t = { numbers->v.p[i].number, numbers->v.p[i].name, 0, VEC_INIT,
		                        VEC_INIT, VEC_INIT, VEC_INIT };
		struct span name;

		if (at < json_count(array) && json_text(json_find(json_at(array, at), "name"), &name) &&
		    same_name(t.name, name)) {
			t.name = name;
			properties = json_find(json_at(array, at), "properties");
			for (k = 0; k < json_count(properties); k++)
				read_property(&t, json_at(properties, k));
			at++;
		}
		vec_push(&tests->v, t);
	}
}

static void
tests_release(struct ctest_tests *tests)
{
	size_t i;

	for (i = 0; i < tests->v.n; i++) {
		vec_release(&tests->v.p[i].depends);
		vec_release(&tests->v.p[i].setup);
		vec_release(&tests->v.p[i].cleanup);
		vec_release(&tests->v.p[i].required);
	}
	vec_release(&tests->v);
}

static int
by_name(const void *a, const void *b)
{
	const struct ctest_name *x = a, *y = b;
	int diff = strcmp(x->name, y->name);

	return diff ? diff : (x->place > y->place) - (x->place < y->place);
}

const struct ctest_name *
ctest_find(const struct ctest *s, const char *name)
{
	uint32_t lo = 0, hi = s->n, mid;
	int diff;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		diff = strcmp(s->sorted[mid].name, name);
		if (diff == 0)
			return &s->sorted[mid];
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Of the n sorted rows those of one name become one; every row has one number. */
static void
merge_doubles(struct ctest *s, struct arena *mem, size_t n)
{
	size_t i, k, count;
	uint32_t *numbers;

	for (i = 0; i < n; i += count) {
		for (count = 1; i + count < n && !strcmp(s->sorted[i + count].name, s->sorted[i].name); count++)
			;
		numbers = arena_alloc(mem, (count + 1) * sizeof(*numbers));
		for (k = 0; k < count; k++)
			numbers[k] = s->sorted[i + k].numbers[0];
		numbers[count] = 0;
		s->sorted[s->n] = s->sorted[i];
		s->sorted[s->n++].numbers = numbers;
	}
	s->n_doubles = (uint32_t)(n - s->n);
}

static int
by_place(const void *a, const void *b)
{
	const struct ctest_name *x = *(const struct ctest_name *const *)a;
	const struct ctest_name *y = *(const struct ctest_name *const *)b;

	return (x->place > y->place) - (x->place < y->place);
}

/* Fills names and sorted. */
static void
store(struct ctest *s, struct arena *mem, const struct ctest_tests *tests)
{
	uint32_t *order = xcalloc(tests->v.n + 1, sizeof(*order));
	const struct ctest_name **rows = xcalloc(tests->v.n + 1, sizeof(*rows));
	size_t i, n = 0;

	ctest_order(tests, order);
	s->sorted = arena_alloc(mem, (tests->v.n + 1) * sizeof(*s->sorted));
	for (i = 0; i < tests->v.n; i++) {
		const struct ctest_test *t = &tests->v.p[order[i]];

		if (memchr(t->name.p, '\0', t->name.n) == NULL) {
			s->sorted[n++] = (struct ctest_name){ arena_copy(mem, t->name.p, t->name.n),
			                                      (uint32_t)i, &t->number };
		}
	}
	qsort(s->sorted, n, sizeof(*s->sorted), by_name);
	merge_doubles(s, mem, n);
	for (i = 0; i < s->n; i++)
		rows[i] = &s->sorted[i];
	qsort(rows, s->n, sizeof(*rows), by_place);
	s->names = arena_alloc(mem, (s->n + 1) * sizeof(*s->names));
	for (i = 0; i < s->n; i++)
		s->names[i] = rows[i]->name;
	free(rows);
	free(order);
}

struct ctest *
ctest_state(struct fw_command *c, struct err *e)
{
	struct numbers numbers = { VEC_INIT, &c->mem };
	struct ctest_tests tests = { VEC_INIT };
	struct ctest *s = c->state;
	struct json *doc = NULL;

	if (s)
		return s;
	s = arena_alloc(&c->mem, sizeof(*s));
	*s = (struct ctest){ .n = 0 };
	if (ctest_words(c, s, &c->note, e) < 0 || read_numbers(c, s, &numbers, e) < 0 ||
	    (doc = read_document(c, s, e)) == NULL)
		goto out;
	join(&tests, &numbers, doc);
	store(s, &c->mem, &tests);
	c->state = s;
out:
	tests_release(&tests);
	vec_release(&numbers.v);
	json_free(doc);
	return c->state;
}
