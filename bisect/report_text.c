/*
 * A finding for a tired person: the answer first, then what it rests on, then
 * how to see it again.  Every name is escaped, so that none can write to the
 * terminal.
 */
#include "common/base.h"
#include "bisect/report.h"

#include <math.h>
#include <stdio.h>

#include "common/clock.h"

enum { NUMBER_TEXT = 32, LEFT_TESTS = 6 /* shown of those under suspicion */ };

struct text {
	struct str *out;
	const struct finding *f;
	const struct testlist *list;
	const struct report_style *style;
};

/* ---- words and numbers ---- */

/* "1,600" */
static const char *
number(char out[NUMBER_TEXT], uint64_t n)
{
	char digits[NUMBER_TEXT];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), i;
	char *p = out;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

static void
add_name(struct text *t, uint32_t test)
{
	str_add_escaped(t->out, span_of(testlist_name(t->list, test)));
}

static void
add_quoted(struct text *t, uint32_t test)
{
	str_addc(t->out, '\'');
	add_name(t, test);
	str_addc(t->out, '\'');
}

static void
add_count(struct text *t, uint64_t n, const char *thing)
{
	char buf[NUMBER_TEXT];

	str_addf(t->out, "%s %s%s", number(buf, n), thing, n == 1 ? "" : "s");
}

/* "18 of 20" */
static void
add_counts(struct text *t, struct counts c)
{
	char a[NUMBER_TEXT], b[NUMBER_TEXT];

	str_addf(t->out, "%s of %s", number(a, c.fails), number(b, c.runs));
}

/* A percentage with one digit more where it is small or nearly all; a claim
 * (down) is never rounded up. */
static void
add_percent(struct text *t, double p, bool down)
{
	double x = p * 100;

	if (down && x > 99.9)
		str_adds(t->out, x >= 99.99 ? "over 99.99 %" : "over 99.9 %");
	else if ((x < 9.95 && x > 0) || (x > 90 && x < 99.95))
		str_addf(t->out, "%.1f %%", down ? floor(x * 10 + 1e-9) / 10 : x);
	else
		str_addf(t->out, "%.0f %%", x);
}

static void
add_interval(struct text *t)
{
	str_adds(t->out, "(95 % interval: ");
	add_percent(t, t->f->rate_low, false);
	str_adds(t->out, " to ");
	add_percent(t, t->f->rate_high, false);
	str_addc(t->out, ')');
}

static void
add_bold(struct text *t, bool on)
{
	if (t->style->color)
		str_adds(t->out, on ? "\033[1m" : "\033[0m");
}

/* Tests one a line, indented; of more than `most` only a beginning.  hint says
 * where the rest is. */
static void
add_some(struct text *t, const uint32_t *tests, size_t n, const char *indent, size_t most,
         const char *hint)
{
	size_t i, shown = t->style->many || n <= most + 1 ? n : most;
	char buf[NUMBER_TEXT];

	for (i = 0; i < shown; i++) {
		str_adds(t->out, indent);
		add_name(t, tests[i]);
		str_addc(t->out, '\n');
	}
	if (shown < n)
		str_addf(t->out, "%s... and %s more (%s)\n", indent, number(buf, n - shown), hint);
}

static void
add_tests(struct text *t, const uint32_t *tests, size_t n, const char *indent)
{
	struct str hint = STR_INIT(STR_LINE);

	if (t->style->output)
		str_addf(&hint, "all are in %s", t->style->output);
	else
		str_adds(&hint, "-o FILE keeps them all");
	add_some(t, tests, n, indent, REPORT_TESTS, str_c(&hint));
	str_release(&hint);
}

/* ---- the answer: the first line, and the tests when there are many ---- */

/* Whether all polluters run before the victim. */
static bool
runs_before(const struct culprit *c)
{
	return c->n_tests && c->tests[c->n_tests - 1] == c->victim;
}

static bool
has_victim(const struct culprit *c)
{
	return c->victim != TESTLIST_NONE;
}

static void
answer_set(struct text *t, const struct culprit *c)
{
	const char *when = runs_before(c) ? "before it" : "with it";

	if (has_victim(c) && c->n_polluters == 1) {
		add_quoted(t, c->victim);
		str_adds(t->out, " fails when ");
		add_quoted(t, c->polluters[0]);
		str_addf(t->out, " runs %s\n", when);
	} else if (has_victim(c) && c->n_polluters > 1) {
		add_quoted(t, c->victim);
		str_addf(t->out, " fails when these %u tests run %s:\n", c->n_polluters, when);
		add_tests(t, c->polluters, c->n_polluters, "  ");
	} else if (c->n_tests == 1) {
		add_quoted(t, c->tests[0]);
		str_adds(t->out, has_victim(c) ? " fails by itself\n" : " makes it fail\n");
	} else {
		str_adds(t->out, "these ");
		add_count(t, c->n_tests, "test");
		str_adds(t->out, " together make it fail:\n");
		add_tests(t, c->tests, c->n_tests, "  ");
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
		add_quoted(t, c->polluters[0]);
		str_addf(t->out, " makes these %u tests fail when it runs %s:\n", n,
		         runs_before(c) ? "before them" : "with them");
	} else {
		str_addf(t->out, "these %u tests:\n", c->n_polluters);
		add_tests(t, c->polluters, c->n_polluters, "  ");
		str_addf(t->out, "together make these %u fail:\n", n);
	}
	add_tests(t, victims, n, "  ");
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
		add_quoted(t, f->culprits.p[0].tests[0]);
		str_adds(t->out, " fails by itself; no other test is needed\n");
		return;
	}
	tests = xcalloc(f->culprits.n, sizeof(*tests));
	for (i = 0; i < f->culprits.n; i++) {
		const struct culprit *c = &f->culprits.p[i];
		tests[i] = has_victim(c) ? c->victim : c->tests[c->n_tests - 1];
	}
	add_count(t, f->culprits.n, "test");
	str_adds(t->out, " fail by themselves; no other test is needed:\n");
	add_tests(t, tests, f->culprits.n, "  ");
	free(tests);
}

static void
answer_brittle(struct text *t)
{
	size_t i;

	for (i = 0; i < t->f->culprits.n; i++) {
		const struct culprit *c = &t->f->culprits.p[i];

		add_quoted(t, c->victim);
		if (c->n_polluters == 1) {
			str_adds(t->out, " is brittle: it fails unless ");
			add_quoted(t, c->polluters[0]);
			str_addf(t->out, " runs %s\n", runs_before(c) ? "before it" : "with it");
		} else if (c->n_polluters == 0) {
			str_adds(t->out, " is brittle: it fails alone and passes in the whole list\n");
		} else {
			str_addf(t->out, " is brittle: it fails unless these %u tests run %s:\n",
			         c->n_polluters, runs_before(c) ? "before it" : "with it");
			add_tests(t, c->polluters, c->n_polluters, "  ");
		}
	}
}

static void
answer_plain(struct text *t)
{
	str_adds(t->out, "a plain flake: it fails now and then");
	if (t->f->whole.runs) {
		str_adds(t->out, " (");
		add_counts(t, t->f->whole);
		str_adds(t->out, " runs)");
	}
	str_adds(t->out, ", whatever else runs\n");
}

static void
answer_never(struct text *t)
{
	str_adds(t->out, "it never failed: ");
	add_count(t, t->f->whole.runs, "run");
	str_adds(t->out, " of ");
	if (t->f->n_tests == 1)
		str_adds(t->out, "its one test");
	else {
		str_adds(t->out, "all ");
		add_count(t, t->f->n_tests, "test");
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
	add_counts(t, f->whole);
	str_adds(t->out, f->whole.runs == 1 ? " run: " : " runs: ");
	add_percent(t, (double)f->whole.fails / f->whole.runs, false);
	str_addc(t->out, ' ');
	add_interval(t);
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
	str_addf(t->out, "undecided: %s of %s tests %s still under suspicion:\n", number(left, f->left.n),
	         number(all, f->n_tests), f->left.n == 1 ? "is" : "are");
	add_some(t, f->left.p, f->left.n, "  ", LEFT_TESTS, "-v shows all");
}

/* ---- what the answer rests on ---- */

/* "both", "all 3" */
static void
add_all(struct text *t, uint32_t n)
{
	char buf[NUMBER_TEXT];

	if (n == 2)
		str_adds(t->out, "both");
	else
		str_addf(t->out, "all %s", number(buf, n));
}

/* Behind what ran: ": 18 of 20 fail". */
static void
evidence_line(struct text *t, struct counts c)
{
	str_adds(t->out, ": ");
	add_counts(t, c);
	str_adds(t->out, " fail\n");
}

static void
evidence_without(struct text *t, const struct culprit *c, const char *indent)
{
	const uint32_t *tests = c->n_polluters ? c->polluters : c->tests;
	uint32_t n = c->n_polluters ? c->n_polluters : c->n_tests, i;

	if (c->without.runs) {
		str_addf(t->out, "%swithout ", indent);
		if (n == 1)
			add_name(t, tests[0]);
		else
			add_all(t, n);
		evidence_line(t, c->without);
	}
	for (i = 0; c->without_each && i < c->n_polluters && c->n_polluters > 1; i++) {
		if (c->without_each[i].runs == 0)
			continue;
		str_addf(t->out, "%swithout ", indent);
		add_name(t, c->polluters[i]);
		evidence_line(t, c->without_each[i]);
	}
}

static void
evidence_set(struct text *t, const struct culprit *c, const char *indent)
{
	if (c->with.runs) {
		str_addf(t->out, "%s%s", indent, c->n_tests == 1 ? "alone" : "with ");
		if (c->n_tests > 1)
			add_all(t, c->n_tests);
		evidence_line(t, c->with);
	}
	if (t->f->verdict != FOUND_FAILS_ALONE)
		evidence_without(t, c, indent);
	if (c->n_cleaners) {
		str_addf(t->out, "%s%s when run between:\n", indent,
		         c->n_cleaners == 1 ? "this test undoes it" : "these tests undo it");
		add_tests(t, c->cleaners, c->n_cleaners, "    ");
	}
	if (!c->proven && t->f->verdict != FOUND_UNDECIDED)
		str_addf(t->out, "%sseen failing, but not proven yet\n", indent);
	else if (!c->minimal && c->n_tests > 1)
		str_addf(t->out, "%sperhaps fewer of them are enough\n", indent);
}

static void
evidence_sets(struct text *t)
{
	const struct finding *f = t->f;
	size_t i, shown = f->culprits.n <= REPORT_TESTS || t->style->many ? f->culprits.n : REPORT_TESTS;

	for (i = 0; i < shown; i++) {
		const struct culprit *c = &f->culprits.p[i];

		if (f->culprits.n > 1) {
			str_adds(t->out, "  ");
			add_name(t, has_victim(c) || c->n_tests == 0 ? c->victim : c->tests[0]);
			str_adds(t->out, ":\n");
		}
		evidence_set(t, c, f->culprits.n > 1 ? "    " : "  ");
	}
	if (shown < f->culprits.n)
		str_addf(t->out, "  ... and %zu more (-v shows them, --json too)\n", f->culprits.n - shown);
}

static void
evidence_rate(struct text *t)
{
	const struct finding *f = t->f;

	if (f->whole.runs == 0 || f->verdict == FOUND_NOT_REPRODUCED || t->style->rate)
		return;
	str_adds(t->out, "  the whole list: ");
	add_counts(t, f->whole);
	str_adds(t->out, " fail");
	if (f->whole.runs > 1) {
		str_addc(t->out, ' ');
		add_interval(t);
	}
	str_addc(t->out, '\n');
}

static void
evidence_failure(struct text *t)
{
	if (t->f->signature == NULL || *t->f->signature == '\0')
		return;
	str_adds(t->out, "  the failure: ");
	str_add_escaped(t->out, span_of(t->f->signature));
	str_addc(t->out, '\n');
}

static void
evidence_effort(struct text *t)
{
	const struct finding *f = t->f;
	char took[CLOCK_TEXT];

	if (f->confidence > 0 && !t->style->rate && f->verdict != FOUND_UNDECIDED &&
	    f->verdict != FOUND_NOT_REPRODUCED) {
		str_adds(t->out, "  confidence ");
		add_percent(t, f->confidence, true);
		str_addc(t->out, '\n');
	}
	clock_format(took, (int64_t)(f->seconds * 1e6));
	str_adds(t->out, "  ");
	add_count(t, f->n_runs, "run");
	str_addf(t->out, " in %s, the work of %.*f runs of the whole list\n", took, f->work < 10 ? 1 : 0,
	         f->work);
}

static void
others(struct text *t)
{
	const struct finding *f = t->f;
	size_t i, shown = f->others.n <= REPORT_TESTS ? f->others.n : REPORT_TESTS;

	if (f->others.n == 0)
		return;
	str_adds(t->out, "\nother failures were seen, and not counted:\n");
	for (i = 0; i < shown; i++) {
		char times[NUMBER_TEXT];

		if (f->others.p[i].count == 1)
			str_addf(t->out, "  once, in run %llu: ", (unsigned long long)f->others.p[i].first_run);
		else
			str_addf(t->out, "  %s times, first in run %llu: ", number(times, f->others.p[i].count),
			         (unsigned long long)f->others.p[i].first_run);
		str_add_escaped(t->out, span_of(f->others.p[i].signature));
		str_addc(t->out, '\n');
	}
	if (shown < f->others.n)
		str_addf(t->out, "  ... and %zu more kinds\n", f->others.n - shown);
	if (t->style->more && (f->verdict == FOUND_ISOLATED || f->verdict == FOUND_FAILS_ALONE))
		str_adds(t->out, "--all looks for the causes of all that fails\n");
}

/* ---- what to do next ---- */

static void
advice(struct text *t)
{
	const struct finding *f = t->f;

	switch (f->verdict) {
	case FOUND_NOT_REPRODUCED:
		str_adds(t->out, "\nit may need a load (--stress 2), another order (--shuffle), or more runs "
		                 "(rate -N 200)\n");
		break;
	case FOUND_PLAIN_FLAKE:
		if (!t->style->rate)
			str_adds(t->out, "\nno other test is to blame: look for time, load, network, or chance\n");
		break;
	default:
		break;
	}
}

static void
tail(struct text *t)
{
	const struct finding *f = t->f;

	others(t);
	if (f->repro) {
		str_adds(t->out, "\nto see it again:\n  ");
		add_bold(t, true);
		str_adds(t->out, f->repro);
		add_bold(t, false);
		str_addc(t->out, '\n');
	}
	if (t->style->resume)
		str_addf(t->out, "\nto go on:\n  %s\n", t->style->resume);
	if (f->session) {
		str_adds(t->out, "\nall runs are in ");
		str_add_shell(t->out, f->session);
		str_addc(t->out, '\n');
	}
}

void
report_text(struct str *out, const struct finding *f, const struct testlist *list,
            const struct report_style *style)
{
	static void (*const answers[])(struct text *t) = {
		[FOUND_ISOLATED] = answer_isolated,
		[FOUND_FAILS_ALONE] = answer_alone,
		[FOUND_BRITTLE] = answer_brittle,
		[FOUND_PLAIN_FLAKE] = answer_plain,
		[FOUND_NOT_REPRODUCED] = answer_never,
		[FOUND_UNDECIDED] = answer_undecided,
	};
	struct text t = { out, f, list, style };

	add_bold(&t, true);
	(style->rate ? answer_rate : answers[f->verdict])(&t);
	add_bold(&t, false);
	if (style->quiet)
		return;
	if (f->reason) {
		str_adds(out, "  ");
		str_add_escaped(out, span_of(f->reason));
		str_addc(out, '\n');
	}
	if (f->verdict == FOUND_UNDECIDED && f->culprits.n) {
		str_adds(out, "seen failing so far:\n");
		add_tests(&t, f->culprits.p[0].tests, f->culprits.p[0].n_tests, "  ");
	}
	str_addc(out, '\n');
	evidence_sets(&t);
	evidence_rate(&t);
	evidence_failure(&t);
	evidence_effort(&t);
	advice(&t);
	tail(&t);
}
