/* The first lines of a report, each verdict in its own words: see report_in.h. */
#include "common/base.h"
#include "bisect/report_in.h"

#include "common/mem.h"

/* Whether all polluters run before the victim. */
static bool
runs_before(const struct culprit *c)
{
	return c->n_tests && c->tests[c->n_tests - 1] == c->victim;
}

static void
answer_set(struct text *t, const struct culprit *c)
{
	const char *when = runs_before(c) ? "before it" : "with it";

	if (has_victim(c) && c->n_polluters == 1) {
		words_quoted(t, c->victim);
		str_adds(t->out, " fails when ");
		words_quoted(t, c->polluters[0]);
		str_addf(t->out, " runs %s\n", when);
	} else if (has_victim(c) && c->n_polluters > 1) {
		words_quoted(t, c->victim);
		str_addf(t->out, " fails when these %u tests run %s:\n", c->n_polluters, when);
		words_tests(t, c->polluters, c->n_polluters, "  ");
	} else if (c->n_tests == 1) {
		words_quoted(t, c->tests[0]);
		str_adds(t->out, has_victim(c) ? " fails by itself\n" : " makes it fail\n");
	} else {
		str_adds(t->out, "these ");
		words_count(t, c->n_tests, "test");
		str_adds(t->out, " together make it fail:\n");
		words_tests(t, c->tests, c->n_tests, "  ");
	}
}

static bool
same_polluters(const struct culprit *a, const struct culprit *b)
{
	return has_victim(a) && has_victim(b) && a->n_polluters && a->n_polluters == b->n_polluters &&
	       memcmp(a->polluters, b->polluters, a->n_polluters * sizeof(*a->polluters)) == 0;
}

/* Whether an earlier set has the same polluters, and was shown with this one. */
static bool
shown_before(const struct finding *f, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++) {
		if (same_polluters(&f->culprits.p[i], &f->culprits.p[at]))
			return true;
	}
	return false;
}

/* All victims of the polluters of set `at`; the number of them. */
static uint32_t
victims_of(const struct finding *f, size_t at, uint32_t *out)
{
	uint32_t n = 0;
	size_t i;

	for (i = at; i < f->culprits.n; i++) {
		if (i == at || same_polluters(&f->culprits.p[i], &f->culprits.p[at])) {
			if (out)
				out[n] = f->culprits.p[i].victim;
			n++;
		}
	}
	return n;
}

/* "after 'p', these 3 tests fail:" */
static void
answer_victims(struct text *t, size_t at, uint32_t n)
{
	const struct culprit *c = &t->f->culprits.p[at];
	uint32_t *victims = xcalloc(n, sizeof(*victims));

	victims_of(t->f, at, victims);
	if (c->n_polluters == 1) {
		words_quoted(t, c->polluters[0]);
		str_addf(t->out, " makes these %u tests fail when it runs %s:\n", n,
		         runs_before(c) ? "before them" : "with them");
	} else {
		str_addf(t->out, "these %u tests:\n", c->n_polluters);
		words_tests(t, c->polluters, c->n_polluters, "  ");
		str_addf(t->out, "together make these %u fail:\n", n);
	}
	words_tests(t, victims, n, "  ");
	free(victims);
}

static void
answer_isolated(struct text *t)
{
	const struct finding *f = t->f;
	size_t i, groups = 0;

	for (i = 0; i < f->culprits.n; i++)
		groups += !shown_before(f, i);
	if (groups > 1)
		str_addf(t->out, "%zu independent causes:\n", groups);
	for (i = 0; i < f->culprits.n; i++) {
		uint32_t n;

		if (shown_before(f, i))
			continue;
		n = victims_of(f, i, NULL);
		if (n > 1)
			answer_victims(t, i, n);
		else
			answer_set(t, &f->culprits.p[i]);
	}
}

/* The tests that fail by themselves: one a set. */
static void
answer_alone(struct text *t)
{
	const struct finding *f = t->f;
	uint32_t *tests;
	size_t i;

	if (f->culprits.n == 1 && f->culprits.p[0].n_tests == 1) {
		words_quoted(t, f->culprits.p[0].tests[0]);
		str_adds(t->out, " fails by itself; no other test is needed\n");
		return;
	}
	tests = xcalloc(f->culprits.n, sizeof(*tests));
	for (i = 0; i < f->culprits.n; i++) {
		const struct culprit *c = &f->culprits.p[i];
		tests[i] = has_victim(c) ? c->victim : c->tests[c->n_tests - 1];
	}
	words_count(t, f->culprits.n, "test");
	str_adds(t->out, " fail by themselves; no other test is needed:\n");
	words_tests(t, tests, f->culprits.n, "  ");
	free(tests);
}

static void
answer_brittle(struct text *t)
{
	size_t i;

	for (i = 0; i < t->f->culprits.n; i++) {
		const struct culprit *c = &t->f->culprits.p[i];

		words_quoted(t, c->victim);
		if (c->n_polluters == 1) {
			str_adds(t->out, " is brittle: it fails unless ");
			words_quoted(t, c->polluters[0]);
			str_addf(t->out, " runs %s\n", runs_before(c) ? "before it" : "with it");
		} else if (c->n_polluters == 0) {
			str_adds(t->out, " is brittle: it fails alone and passes in the whole list\n");
		} else {
			str_addf(t->out, " is brittle: it fails unless these %u tests run %s:\n",
			         c->n_polluters, runs_before(c) ? "before it" : "with it");
			words_tests(t, c->polluters, c->n_polluters, "  ");
		}
	}
}

static void
answer_plain(struct text *t)
{
	str_adds(t->out, "a plain flake: it fails now and then");
	if (t->f->whole.runs) {
		str_adds(t->out, " (");
		words_counts(t, t->f->whole);
		str_adds(t->out, " runs)");
	}
	str_adds(t->out, ", whatever else runs\n");
}

static void
answer_never(struct text *t)
{
	str_adds(t->out, "it never failed: ");
	words_count(t, t->f->whole.runs, "run");
	str_adds(t->out, " of ");
	if (t->f->n_tests == 1)
		str_adds(t->out, "its one test");
	else {
		str_adds(t->out, "all ");
		words_count(t, t->f->n_tests, "test");
	}
	str_adds(t->out, ", no failure\n");
}

static void
answer_rate(struct text *t)
{
	const struct finding *f = t->f;

	if (f->whole.runs == 0) {
		str_adds(t->out, "undecided: no run came to an answer\n");
		return;
	}
	str_adds(t->out, "it failed in ");
	words_counts(t, f->whole);
	str_adds(t->out, f->whole.runs == 1 ? " run: " : " runs: ");
	words_percent(t, (double)f->whole.fails / f->whole.runs, false);
	str_addc(t->out, ' ');
	words_interval(t);
	str_addc(t->out, '\n');
}

static void
answer_undecided(struct text *t)
{
	const struct finding *f = t->f;

	char left[NUMBER_TEXT], all[NUMBER_TEXT];

	if (f->left.n == 0 || f->left.n == f->n_tests) {
		str_adds(t->out, "undecided: no test could be excluded yet\n");
		return;
	}
	str_addf(t->out, "undecided: %s of %s tests %s still under suspicion:\n",
	         words_number(left, f->left.n), words_number(all, f->n_tests),
	         f->left.n == 1 ? "is" : "are");
	words_some(t, f->left.p, f->left.n, "  ", LEFT_TESTS, "-v shows all");
}

void
report_answer(struct text *t)
{
	static void (*const answers[])(struct text *t) = {
		[FOUND_ISOLATED] = answer_isolated,
		[FOUND_FAILS_ALONE] = answer_alone,
		[FOUND_BRITTLE] = answer_brittle,
		[FOUND_PLAIN_FLAKE] = answer_plain,
		[FOUND_NOT_REPRODUCED] = answer_never,
		[FOUND_UNDECIDED] = answer_undecided,
	};

	(t->style->rate ? answer_rate : answers[t->f->verdict])(t);
}
