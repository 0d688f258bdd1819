/* What happens in a history that is made from a seed: commits and stories.  See synth.h. */
#include "common/base.h"
#include "triage/synth.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/rnd.h"

enum { DAY = 86400, DOCS = 40, OTHERS = 120, FILES_PER_TEST = 2 };

struct synth_config
synth_usual(uint64_t seed)
{
	return (struct synth_config){ .seed = seed, .n_commits = 960, .n_branches = 3, .n_builders = 8,
	                              .n_tests = 150, .n_stories = 30, .days = 60 };
}

/* ---- names ---- */

static struct span text_of(struct synth *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

static struct span
text_of(struct synth *s, const char *fmt, ...)
{
	char text[160];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return (struct span){ arena_copy(&s->mem, text, (size_t)n), (size_t)n };
}

static void
make_names(struct synth *s)
{
	uint32_t i;

	s->tests = arena_alloc(&s->mem, s->config.n_tests * sizeof(*s->tests));
	for (i = 0; i < s->config.n_tests; i++)
		s->tests[i] = text_of(s, "test_m%03u", (unsigned)i);
	s->builders = arena_alloc(&s->mem, s->config.n_builders * sizeof(*s->builders));
	for (i = 0; i < s->config.n_builders; i++)
		s->builders[i] = text_of(s, "builder-%02u", (unsigned)i);
}

/* Test t has files 2t (its own) and 2t + 1 (its module); documents and others follow. */
static void
make_files(struct synth *s)
{
	uint32_t i, n = s->config.n_tests;

	s->n_files = FILES_PER_TEST * n + DOCS + OTHERS;
	s->files = arena_alloc(&s->mem, s->n_files * sizeof(*s->files));
	for (i = 0; i < n; i++) {
		s->files[2 * i] = text_of(s, "Lib/test/test_m%03u.py", (unsigned)i);
		s->files[2 * i + 1] = i % 3 ? text_of(s, "Lib/m%03u.py", (unsigned)i) :
			text_of(s, "Modules/_m%03u.c", (unsigned)i);
	}
	for (i = 0; i < DOCS; i++)
		s->files[2 * n + i] = text_of(s, "Doc/library/d%u.rst", (unsigned)i);
	for (i = 0; i < OTHERS; i++)
		s->files[2 * n + DOCS + i] = text_of(s, "Lib/other%u.py", (unsigned)i);
}

/* ---- commits ---- */

static void
touch(struct synth_commit *c, uint32_t file)
{
	c->files[c->n_files++] = file;
}

static void
ordinary_files(struct synth *s, struct synth_commit *c, struct rnd *r)
{
	uint32_t docs = FILES_PER_TEST * s->config.n_tests, n = 1 + rnd_below(r, 3);

	c->files = arena_alloc(&s->mem, 4 * sizeof(*c->files)); /* one more, for a culprit */
	if (rnd_chance(r, 0.25)) {
		touch(c, docs + rnd_below(r, DOCS));
		return;
	}
	while (n-- > 0)
		touch(c, rnd_chance(r, 0.5) ? rnd_below(r, docs) : docs + DOCS + rnd_below(r, OTHERS));
}

static void
make_branch(struct synth *s, uint32_t b, struct rnd *r)
{
	struct synth_branch *branch = &s->branches[b];
	uint32_t i, n = b == 0 ? s->config.n_commits : s->config.n_commits / 6;

	branch->name = b == 0 ? span_of("main") : text_of(s, "3.%u", (unsigned)(15 - b));
	branch->n = n ? n : 1;
	branch->commits = arena_alloc(&s->mem, branch->n * sizeof(*branch->commits));
	for (i = 0; i < branch->n; i++) {
		struct synth_commit *c = &branch->commits[i];

		*c = (struct synth_commit){ .title = text_of(s, "Change number %u", (unsigned)i) };
		c->id = text_of(s, "%016llx%016llx%08x", (unsigned long long)rnd_next(r),
		                (unsigned long long)rnd_next(r), (unsigned)(rnd_next(r) >> 32));
		c->time = s->begin + (int64_t)((double)i / branch->n * (double)(s->end - s->begin));
		ordinary_files(s, c, r);
	}
}

/* ---- stories ---- */

static void
change(struct synth *s, struct synth_change c)
{
	vec_push(&s->changes, c);
}

/* A commit that breaks a test mostly touches what the test is about. */
static void
guilty_files(struct synth *s, struct synth_commit *c, uint32_t test, struct rnd *r)
{
	double x = rnd_unit(r);

	if (x < 0.45)
		c->files[0] = 2 * test + 1;
	else if (x < 0.7)
		c->files[0] = 2 * test;
	else if (c->files[0] >= FILES_PER_TEST * s->config.n_tests && c->files[0] < 2 * s->config.n_tests + DOCS)
		c->files[0] += DOCS; /* a document breaks nothing */
}

/* A fix on the first branch, and on those others that have the fault and get the pick. */
static void
fix(struct synth *s, uint32_t test, uint32_t at, double rate, uint64_t builders, bool everywhere, struct rnd *r)
{
	struct synth_commit *c = &s->branches[0].commits[at], *pick;
	uint32_t first = (uint32_t)s->changes.n, b, i;

	c->title = text_of(s, "gh-%u: fix a race in its test", (unsigned)(1000 + test));
	c->files[0] = 2 * test;
	change(s, (struct synth_change){ SYNTH_FIX, test, 0, at, rate, 0, builders, UINT32_MAX });
	for (b = 1; everywhere && b < s->config.n_branches; b++) {
		struct synth_branch *branch = &s->branches[b];

		for (i = 0; i < branch->n && branch->commits[i].time < c->time + DAY; i++)
			;
		if (i == branch->n || rnd_chance(r, 0.4))
			continue;
		pick = &branch->commits[i];
		pick->title = c->title;
		pick->files[0] = 2 * test;
		pick->body = text_of(s, "(cherry picked from commit %.40s)\n", c->id.p);
		change(s, (struct synth_change){ SYNTH_FIX, test, b, i, rate, 0, builders, first });
	}
}

static uint64_t
some_builders(const struct synth *s, struct rnd *r)
{
	uint64_t all = s->config.n_builders == 64 ? UINT64_MAX : (UINT64_C(1) << s->config.n_builders) - 1;
	uint64_t some = rnd_next(r) & rnd_next(r) & all;

	return rnd_chance(r, 0.15) && some ? some : all;
}

static void
tell_story(struct synth *s, uint32_t test, struct rnd *r)
{
	static const double rates[] = { 0.01, 0.02, 0.05, 0.1, 0.3 };
	uint32_t n = s->branches[0].n, at = n / 6 + rnd_below(r, n / 2 + 1), b;
	double rate = rnd_chance(r, 0.2) ? 1 : rates[rnd_below(r, ARRAY_LEN(rates))];
	bool old = rnd_chance(r, 0.15) && rate < 1; /* before all that is seen, on every branch */
	uint64_t builders = some_builders(s, r);

	for (b = 0; old && b < s->config.n_branches; b++)
		change(s, (struct synth_change){ SYNTH_FLAKE, test, b, 0, rate, rate, builders, UINT32_MAX });
	if (!old) {
		guilty_files(s, &s->branches[0].commits[at], test, r);
		change(s, (struct synth_change){ rate < 1 ? SYNTH_FLAKE : SYNTH_REGRESSION, test, 0, at, 0, rate,
		                                 builders, UINT32_MAX });
	}
	if (rnd_chance(r, rate < 1 ? 0.4 : 0.8)) {
		at += rate < 1 ? 1 + n / 6 + rnd_below(r, n / 4 + 1) : 1 + rnd_below(r, n / 24 + 1);
		if (at < n)
			fix(s, test, at, rate, builders, old, r);
	}
}

static int
compare_changes(const void *a, const void *b)
{
	const struct synth_change *x = a, *y = b;

	if (x->test != y->test)
		return x->test < y->test ? -1 : 1;
	if (x->branch != y->branch)
		return x->branch < y->branch ? -1 : 1;
	return x->commit < y->commit ? -1 : x->commit > y->commit;
}

/* Sorting moves what picked_from points at. */
static void
sort_changes(struct synth *s)
{
	struct synth_change *old = arena_alloc(&s->mem, (s->changes.n + 1) * sizeof(*old));
	size_t i, j;

	if (s->changes.n == 0)
		return;
	memcpy(old, s->changes.p, s->changes.n * sizeof(*old));
	qsort(s->changes.p, s->changes.n, sizeof(*s->changes.p), compare_changes);
	for (i = 0; i < s->changes.n; i++) {
		struct synth_change *c = &s->changes.p[i];

		if (c->picked_from == UINT32_MAX)
			continue;
		for (j = 0; compare_changes(&s->changes.p[j], &old[c->picked_from]) != 0; j++)
			;
		c->picked_from = (uint32_t)j;
	}
}

void
synth_make(struct synth *s, const struct synth_config *c)
{
	struct rnd r = rnd_from(c->seed);
	uint32_t i;

	*s = (struct synth){ .config = *c, .begin = INT64_C(1780272000) }; /* 2026-06-01 */
	s->end = s->begin + (int64_t)c->days * DAY;
	make_names(s);
	make_files(s);
	s->branches = arena_alloc(&s->mem, c->n_branches * sizeof(*s->branches));
	for (i = 0; i < c->n_branches; i++)
		make_branch(s, i, &r);
	for (i = 0; i < c->n_stories; i++)
		tell_story(s, (uint32_t)((uint64_t)i * c->n_tests / c->n_stories), &r);
	sort_changes(s);
}

void
synth_release(struct synth *s)
{
	vec_release(&s->changes);
	arena_release(&s->mem);
}

double
synth_rate(const struct synth *s, uint32_t test, uint32_t branch, uint32_t commit, uint32_t builder)
{
	double rate = 0;
	size_t lo = 0, hi = s->changes.n, i;

	while (lo < hi) {
		i = lo + (hi - lo) / 2;
		if (s->changes.p[i].test < test)
			lo = i + 1;
		else
			hi = i;
	}
	for (i = lo; i < s->changes.n && s->changes.p[i].test == test; i++) {
		const struct synth_change *c = &s->changes.p[i];

		if (c->branch == branch && c->commit <= commit && c->builders >> builder & 1)
			rate = c->after;
	}
	return rate;
}
