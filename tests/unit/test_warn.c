/* Rules for warnings: the file's own checks, the fast search and what it leads to. */
#include "tests/unit/check.h"

#include <unistd.h>

#include "common/fs.h"
#include "common/mem.h"
#include "triage/scan.h"
#include "triage/warn.h"
#include "triage/warn_literal.h"

static struct warn *
load(const char *text, struct err *e)
{
	char path[] = "/tmp/rules.XXXXXX";
	int fd = mkstemp(path);
	struct warn *w;

	assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	*e = (struct err)ERR_INIT;
	w = warn_load(path, e);
	unlink(path);
	return w;
}

/* Catches a refusal that does not say where and why. */
static void
refusals(void)
{
	static const char *const cases[][3] = {
		{ "pattern x\n", ":1: ", "begins with 'rule" },
		{ "rule a\n\nrule b\n", ":1: ", "no 'pattern'" },
		{ "rule a\npattern (\n", ":2: ", "'(': " },
		{ "rule a\npattern x\nmatch y\n", ":3: ", "does not match" },
		{ "rule a\npattern x\nmatch x\nother xx\n", ":4: ", "should not" },
		{ "rule a\npattern x\nmatch x\n", ":1: ", "no 'other'" },
		{ "rule a\npattern x\nother y\n", ":1: ", "no 'match'" },
		{ "rule a\nmatch x\n", ":2: ", "before its examples" },
		{ "rule a\npattern x\npattern y\n", ":3: ", "already" },
		{ "rule a\npattern x\nmatch x\nother y\nrule a\n", ":5: ", "already" },
		{ "rule a\nfrob x\n", ":2: ", "begins with 'rule'" },
		{ "rule\n", ":1: ", "needs a name" },
		{ "rule a\npattern (x+x+)+[yz]\nmatch xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", ":3: ", "too many steps" },
	};
	struct err e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct warn *w = load(cases[i][0], &e);

		if (!CHECK(w == NULL && strstr(e.msg, cases[i][1]) && strstr(e.msg, cases[i][2])))
			printf("  case %zu: '%s'\n", i, e.msg);
		warn_free(w);
	}
	CHECK(warn_load("/nonexistent/rules", &e) == NULL && strstr(e.msg, "/nonexistent/rules"));
}

static bool
is_rule(struct warn *w, const char *line, const char *want)
{
	struct span x = span_of(line);
	struct span got = warn_may_match(w, x) ? warn_match(w, x) : span_of("");

	if (span_is(got, want))
		return true;
	printf("  '%s' is '%.*s'\n", line, (int)got.n, got.p);
	return false;
}

static void
default_rules(void)
{
	struct err e = ERR_INIT;
	struct warn *w = warn_load(NULL, &e);

	if (!CHECK(w != NULL))
		return;
	/* No rule makes every line be tried. */
	CHECK(!warn_may_match(w, span_of("nothing of it")));
	CHECK(is_rule(w, "..Warning -- reap_children() reaped child process 1", "warning"));
	CHECK(is_rule(w, "Warning --   After:  environ({'PASSWORD': 'x'})", ""));
	CHECK(is_rule(w, "x.py:3: ResourceWarning: unclosed", "resource-warning"));
	CHECK(is_rule(w, "Re-running test 'test_os' in verbose mode", "rerun-test"));
	CHECK(is_rule(w, "test_os leaked [1, 1, 1] references, sum=3", "leak"));
	CHECK(is_rule(w, "test_x (test.test_os.T) ... ok", ""));
	CHECK(is_rule(w, "", ""));
	CHECK_INT(warn_slow(w).n, 0);
	warn_free(w);
}

/* Catches a rule that hangs the program, and one that is reported at every line. */
static void
slow_rule(void)
{
	struct err e;
	struct warn *w = load("rule slow\npattern (x+x+)+[yz]\nmatch xxy\nother z\n", &e);

	CHECK(is_rule(w, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""));
	CHECK(is_rule(w, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""));
	CHECK(is_rule(w, "xxy", "slow"));
	CHECK(span_is(warn_slow(w), "slow"));
	CHECK_INT(warn_slow(w).n, 0);
	warn_free(w);
}

/* Catches a text that a pattern can match without. */
static void
literals(void)
{
	static const char *const cases[][2] = {
		{ "Warning -- ", "Warning -- " },
		{ "test_[^ ]+ leaked (?!.*fine)", " leaked " },
		{ "Re-running (?:\\d+ )?failed", "Re-running " },
		{ "abcd?efg", "abc" },
		{ "abcd+ef", "abcd" },
		{ "abcd*efghi", "efghi" },
		{ "ab{0}cdef", "cdef" },
		{ "a\\.b\\.c[)(]de", "a.b.c" },
		{ "\\x41\\d", "" },
		{ "\\x41bcdef", "" },
		{ "abc|def", "" },
		{ "abcd(?:e|f)g", "abcd" },
		{ "abcd(?!a|b)(x|y)", "abcd" },
		{ "(?i)warning", "" },
		{ "(abc[)]def)?ghij", "ghij" },
		{ "[]abc]defg", "defg" },
		{ "\\QWarning\\E", "" },
		{ "ab", "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena mem = ARENA_INIT;
		struct span got = warn_literal(span_of(cases[i][0]), &mem);

		if (!CHECK(span_is(got, cases[i][1])))
			printf("  '%s': '%.*s'\n", cases[i][0], (int)got.n, got.p);
		arena_release(&mem);
	}
}

/* The fast search and the plain one find the same in a copy, past the end of which nothing may be read. */
static void
check_search(const struct scan *s, const char *bytes, size_t n)
{
	struct scan_hits fast = { VEC_INIT }, plain = { VEC_INIT };
	char *copy = xrealloc(NULL, n ? n : 1, 1);

	memcpy(copy, bytes, n);
	scan_all(s, (struct span){ copy, n }, &fast);
	scan_all_plain(s, (struct span){ copy, n }, &plain);
	CHECK_INT(fast.p.n, plain.p.n);
	CHECK(fast.p.n == 0 || memcmp(fast.p.p, plain.p.p, fast.p.n * sizeof(*fast.p.p)) == 0);
	vec_release(&fast.p);
	vec_release(&plain.p);
	free(copy);
}

/* Catches a place that the fast search steps over. */
static void
fast_search(void)
{
	static const char *const texts[] = { "Warning -- ", "leaked ", "ab", "bc", " x", "ERROR: ", "\nab", "\xc3\xa4 a" };
	struct scan_hits hits = { VEC_INIT };
	struct scan s = { .n_texts = 0 };
	uint32_t seed = 1;
	char bytes[300];
	size_t i, round, n;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		CHECK(scan_add(&s, span_of(texts[i]), UINT64_C(1) << i));
	CHECK(!scan_add(&s, span_of("x"), 1));
	CHECK(!scan_add(&s, span_of("\xc3\xa4"), 1));
	for (round = 0; round < 20000; round++) {
		n = round % sizeof(bytes);
		for (i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = "abcx -WarleikdngER:O\n\xc3\xa4"[(seed >> 16) % 23];
		}
		if (n > 40)
			memcpy(bytes + (seed >> 8) % (n - 20), texts[(seed >> 4) % ARRAY_LEN(texts)],
			       strlen(texts[(seed >> 4) % ARRAY_LEN(texts)]));
		check_search(&s, bytes, n);
	}
	scan_all(&s, span_of("Warning - Warning -- "), &hits);
	CHECK_INT(hits.p.n, 1);
	CHECK_INT(hits.p.p[0].at, 10);
	CHECK_INT(scan_which(&s, span_of("xabc\nab")), 1 << 2 | 1 << 3 | 1 << 6);
	vec_release(&hits.p);
}

int
main(void)
{
	refusals();
	default_rules();
	slow_rule();
	literals();
	fast_search();
	return check_done();
}
