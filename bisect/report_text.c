/*
 * A finding for a tired person: the answer first, then what it rests on, then
 * how to see it again.  Every name is escaped, so that none can write to the
 * terminal.
 */
#include "common/base.h"
#include "bisect/report_in.h"

#include "common/clock.h"

/* ---- what the answer rests on ---- */

/* "both", "all 3" */
static void
add_all(struct text *t, uint32_t n)
{
	char buf[NUMBER_TEXT];

	if (n == 2)
		str_adds(t->out, "both");
	else
		str_addf(t->out, "all %s", words_number(buf, n));
}

/* Behind what ran: ": 18 of 20 fail". */
static void
evidence_line(struct text *t, struct counts c)
{
	str_adds(t->out, ": ");
	words_counts(t, c);
	str_adds(t->out, " fail\n");
}

/* Another culprit is enough alone: what these need, and what fails without them all the same. */
static void
evidence_another(struct text *t, const struct culprit *c, const char *indent)
{
	uint32_t i;

	for (i = 0; c->without_each && i < c->n_polluters; i++) {
		if (c->without_each[i].runs == 0)
			continue;
		str_addf(t->out, "%sof these, without ", indent);
		words_name(t, c->polluters[i]);
		evidence_line(t, c->without_each[i]);
	}
	str_addf(t->out, "%sof all runs without %s", indent, c->n_polluters == 1 ? "it" : "them");
	evidence_line(t, c->without);
}

static bool
has_another(const struct culprit *c)
{
	return c->minimal && !c->proven && c->without.fails;
}

static void
evidence_without(struct text *t, const struct culprit *c, const char *indent)
{
	const uint32_t *tests = c->n_polluters ? c->polluters : c->tests;
	uint32_t n = c->n_polluters ? c->n_polluters : c->n_tests, i;

	if (c->without.runs) {
		str_addf(t->out, "%swithout ", indent);
		if (n == 1)
			words_name(t, tests[0]);
		else
			str_adds(t->out, n == 2 ? "one or both" : "one or more");
		evidence_line(t, c->without);
	}
	for (i = 0; c->without_each && i < c->n_polluters && c->n_polluters > 1; i++) {
		if (c->without_each[i].runs == 0)
			continue;
		str_addf(t->out, "%swithout ", indent);
		words_name(t, c->polluters[i]);
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
	if (has_another(c))
		evidence_another(t, c, indent);
	else if (t->f->verdict != FOUND_FAILS_ALONE)
		evidence_without(t, c, indent);
	if (c->n_cleaners) {
		str_addf(t->out, "%s%s when run between:\n", indent,
		         c->n_cleaners == 1 ? "this test undoes it" : "these tests undo it");
		words_tests(t, c->cleaners, c->n_cleaners, "    ");
	}
	if (!c->proven && !has_another(c) && t->f->verdict != FOUND_UNDECIDED)
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
			words_name(t, has_victim(c) || c->n_tests == 0 ? c->victim : c->tests[0]);
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
	words_counts(t, f->whole);
	str_adds(t->out, " fail");
	if (f->whole.runs > 1) {
		str_addc(t->out, ' ');
		words_interval(t);
	}
	str_addc(t->out, '\n');
}

static void
evidence_failure(struct text *t)
{
	const char *text = t->f->failure ? t->f->failure : t->f->signature;

	if (text == NULL || *text == '\0')
		return;
	str_adds(t->out, "  the failure: ");
	report_message(t->out, text);
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
		words_percent(t, f->confidence, true);
		str_addc(t->out, '\n');
	}
	clock_format(took, (int64_t)(f->seconds * 1e6));
	str_adds(t->out, "  ");
	words_count(t, f->n_runs, "run");
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
		const struct other_failure *o = &f->others.p[i];

		str_adds(t->out, "  ");
		if (o->count == 1)
			str_adds(t->out, "once, in");
		else
			words_count(t, o->count, "time");
		str_addf(t->out, "%s run %llu: ", o->count == 1 ? "" : ", first in",
		         (unsigned long long)o->first_run);
		report_message(t->out, o->signature);
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
		                 "(rate -N 200);\na test that passes here and fails by itself is one for "
		                 "--victim TEST\n");
		break;
	case FOUND_FAILS_ALONE:
		if (f->n_tests == 1)
			str_adds(t->out, "\nit was the only test of the command; if it passes among others, give "
			                 "the command that\nruns them all, and --victim with its name\n");
		break;
	case FOUND_PLAIN_FLAKE:
		if (!t->style->rate)
			str_adds(t->out, "\nno other test is to blame: look for time, load, network, or "
			                 "chance\n");
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
		words_bold(t, true);
		str_adds(t->out, f->repro);
		words_bold(t, false);
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
	struct text t = { out, f, list, style };

	words_bold(&t, true);
	report_answer(&t);
	words_bold(&t, false);
	if (style->quiet)
		return;
	if (f->reason) {
		str_adds(out, "  ");
		str_add_escaped(out, span_of(f->reason));
		str_addc(out, '\n');
	}
	if (f->verdict == FOUND_UNDECIDED && f->culprits.n) {
		str_adds(out, "seen failing so far:\n");
		words_tests(&t, f->culprits.p[0].tests, f->culprits.p[0].n_tests, "  ");
	}
	str_addc(out, '\n');
	evidence_sets(&t);
	evidence_rate(&t);
	evidence_failure(&t);
	evidence_effort(&t);
	advice(&t);
	tail(&t);
}
