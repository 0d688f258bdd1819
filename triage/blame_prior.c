/* What a commit itself says of whether it can have changed a test: see blame_prior.h. */
#include "common/base.h"
#include "triage/blame_prior.h"
#include "triage/view.h"

#include <math.h>
#include <strings.h>

/* By factor: the share of all culprits in its class (0: no class, `times` applies), and what its
 * commits' prior is multiplied with. */
static const struct {
	double share, times;
	const char *text;
} rows[FACTOR_COUNT] = {
	{ 0.20, 1, "touches the file of the test" },
	{ 0.35, 1, "touches what the test is about" },
	{ 0.08, 1, "touches a file in its traces" },
	{ 0.05, 1, "touches what tests share" },
	{ 0.27, 1, "touches other code" },
	{ 0.005, 1, "touches documentation only" },
	{ 0.03, 1, "touches other tests only" },
	{ 0.015, 1, "touches no file that is known" },
	{ 0, 1.5, "speaks of threads, time-outs or sockets" },
	{ 0, 1.3, "is a revert" },
	{ 0, 3, "names the test" },
	{ 0, 5, "speaks of a fix" },
};

/* ---- names and paths ---- */

static bool
has_word(struct span text, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= text.n; i++) {
		if (strncasecmp(text.p + i, word, n) == 0)
			return true;
	}
	return false;
}

/* Without what stands from its first dot on. */
static struct span
stem_of(struct span name)
{
	name.n = span_find(name, ".") < name.n ? span_find(name, ".") : name.n;
	return name;
}

/* The word that test and source have in common: "queue" of test_queue, queue_test, TestQueue,
 * "_queuemodule". */
static struct span
core_of(struct span stem)
{
	static const char *const before[] = { "test_", "test-", "tests_", "Test", "_" };
	static const char *const after[] = { "_test", "_tests", "_spec", "-test", "Tests", "Test",
	                                     "TestCase", "module" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(before); i++) {
		if (span_starts(stem, before[i]) && stem.n > strlen(before[i]))
			stem = span_from(stem, strlen(before[i]));
	}
	for (i = 0; i < ARRAY_LEN(after); i++) {
		if (span_ends(stem, after[i]) && stem.n > strlen(after[i]))
			stem.n -= strlen(after[i]);
	}
	return stem;
}

static bool
same_text(struct span a, struct span b)
{
	return a.n == b.n && a.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Whether one path is the tail of the other, at whole parts. */
static bool
same_tail(struct span a, struct span b)
{
	struct span whole = a.n < b.n ? b : a, tail = a.n < b.n ? a : b;

	return tail.n && memcmp(whole.p + whole.n - tail.n, tail.p, tail.n) == 0 &&
	       (whole.n == tail.n || whole.p[whole.n - tail.n - 1] == '/');
}

static bool
is_doc(struct span path)
{
	static const char *const ends[] = { ".rst", ".md", ".txt", ".adoc", ".html", ".png", ".svg" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_ends(path, ends[i]))
			return true;
	}
	return span_starts(path, "Doc/") || span_starts(path, "docs/") || span_starts(path, "doc/");
}

static bool
is_test(struct span path)
{
	struct span base = span_base(path);

	return span_starts(base, "test_") || span_starts(base, "Test") || has_word(base, "_test.") ||
	       has_word(base, "Test.") || has_word(base, "_spec.") || has_word(base, ".test.") ||
	       has_word(path, "/tests/") || has_word(path, "/test/") || span_starts(path, "tests/") ||
	       span_starts(path, "test/");
}

static bool
is_support(struct span path)
{
	return has_word(path, "test/support") || has_word(path, "tests/support") || has_word(path, "conftest.py") ||
	       has_word(path, "libregrtest") || has_word(path, "spec_helper") || has_word(path, "testing/");
}

/* ---- the subject ---- */

/* The words of the test's name that may name a file: "test_queue" of test_queue, of
 * test.test_queue.QueueTest.test_put, of tests/test_queue.py::test_put. */
static bool
names_part(struct span test, struct span stem)
{
	struct span core = core_of(stem);
	size_t begin = 0, i;

	for (i = 0; i <= test.n; i++) {
		char c = i < test.n ? test.p[i] : '.';

		if (c != '.' && c != '/' && c != ':' && c != ' ' && c != '(' && c != ')' && c != '$')
			continue;
		if (core.n >= 2 && same_text(core_of((struct span){ test.p + begin, i - begin }), core))
			return true;
		begin = i + 1;
	}
	return false;
}

/* By the test's name, or one that it had before. */
static bool
is_named(const struct blame_subject *s, struct span stem)
{
	bool any = names_part(s->test, stem);

	for (uint32_t i = 0; i < s->n_older && !any; i++)
		any = names_part(s->older[i].name, stem);
	return any;
}

static unsigned
path_factor(const struct blame_subject *s, struct span path)
{
	struct span stem = stem_of(span_base(path));
	uint32_t i;

	if (same_tail(path, s->file) || (is_test(path) && is_named(s, stem)))
		return FACTOR_TEST_FILE;
	if (is_doc(path))
		return FACTOR_DOCS;
	if (is_named(s, stem) || (s->file.n && same_text(core_of(stem_of(span_base(s->file))), core_of(stem))))
		return FACTOR_MODULE;
	for (i = 0; i < s->n_traces; i++) {
		if (same_tail(path, s->traces[i]))
			return FACTOR_TRACE;
	}
	if (is_support(path))
		return FACTOR_SUPPORT;
	return is_test(path) ? FACTOR_OTHER_TESTS : FACTOR_CODE;
}

static unsigned
message_factors(const struct blame_subject *s, const struct commit_facts *c)
{
	static const char *const words[] = { "thread", "timeout", "time-out", "socket", "race", "deadlock", "signal",
	                                     "asyncio", "lock", "sleep", "concurren" };
	struct span core = core_of(stem_of(span_base(s->test)));
	unsigned out = 0;
	char word[64];
	size_t i;

	for (i = 0; i < ARRAY_LEN(words) && !(out & FACTOR_CONCURRENCY); i++) {
		if (has_word(c->title, words[i]) || has_word(c->body, words[i]))
			out |= FACTOR_CONCURRENCY;
	}
	if (s->fixed && (has_word(c->title, "fix") || has_word(c->title, "flaky") || has_word(c->title, "race")))
		out |= FACTOR_FIX;
	if (span_starts(c->title, "Revert"))
		out |= FACTOR_REVERT;
	if (core.n >= 4 && core.n < sizeof(word)) {
		memcpy(word, core.p, core.n);
		word[core.n] = '\0';
		if (has_word(c->title, word))
			out |= FACTOR_NAMED;
	}
	return out;
}

unsigned
blame_factors(const struct blame_subject *s, const struct commit_facts *c)
{
	unsigned out = 0;
	uint32_t i;

	for (i = 0; i < c->n_paths; i++)
		out |= path_factor(s, c->paths[i]);
	if (out & ~(unsigned)FACTOR_DOCS)
		out &= ~(unsigned)FACTOR_DOCS; /* documentation beside code says nothing */
	if (out & ~(unsigned)FACTOR_OTHER_TESTS)
		out &= ~(unsigned)FACTOR_OTHER_TESTS;
	return (out ? out : FACTOR_NOTHING) | message_factors(s, c);
}

/* ---- the prior ---- */

void
blame_prior(const unsigned *factors, uint32_t n, double *out)
{
	uint32_t count[FACTOR_COUNT] = { 0 }, i, f;

	for (i = 0; i < n; i++) {
		for (f = 0; f < FACTOR_COUNT; f++)
			count[f] += factors[i] >> f & 1;
	}
	for (i = 0; i < n; i++) {
		double sum = 0, times = 1;

		for (f = 0; f < FACTOR_COUNT; f++) {
			if ((factors[i] >> f & 1) == 0)
				continue;
			sum += rows[f].share / count[f];
			times *= rows[f].times;
		}
		out[i] = log(sum * times);
	}
}

const char *
blame_factor_text(unsigned bit)
{
	uint32_t f;

	for (f = 0; f < FACTOR_COUNT; f++) {
		if (bit == 1u << f)
			return rows[f].text;
	}
	return "";
}

/* ---- traces ---- */

static bool
is_path_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-+./\\@", c));
}

static bool
is_source(struct span path)
{
	static const char *const ends[] = {
		".py", ".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".rs", ".go", ".js", ".ts", ".jsx", ".tsx",
		".java", ".kt", ".rb", ".pl", ".pm", ".t", ".sh", ".php", ".cs", ".swift",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_ends(path, ends[i]) && path.n > strlen(ends[i]))
			return true;
	}
	return false;
}

static struct span
last_parts(struct span path, unsigned n)
{
	size_t i;

	for (i = path.n; i > 0; i--) {
		if (path.p[i - 1] == '/' && n-- == 1)
			return span_from(path, i);
	}
	return path;
}

uint32_t
blame_trace_paths(struct span trace, struct span *out, uint32_t max)
{
	uint32_t n = 0, k;
	size_t i = 0, begin;
	struct span path;

	while (i < trace.n && n < max) {
		begin = i;
		while (i < trace.n && is_path_byte(trace.p[i]))
			i++;
		path = last_parts((struct span){ trace.p + begin, i - begin }, 3);
		for (k = 0; k < n && !(out[k].n == path.n && memcmp(out[k].p, path.p, path.n) == 0); k++)
			;
		if (path.n && k == n && is_source(path))
			out[n++] = path;
		if (i == begin)
			i++;
	}
	return n;
}
