/* The report as a page: see render.h. */
#include "common/base.h"
#include "triage/render.h"

#include "common/clock.h"
#include "triage/wording.h"

enum { SHOWN = 15 /* rows of a list, without --all */ };

/* ---- how fresh it is, and what is missing ---- */

static const enum color colors[REPORT_COLORS] = {
	COLOR_GREEN, COLOR_ORANGE, COLOR_RED, COLOR_MACHINE, COLOR_UNKNOWN,
};

static void
freshness(struct doc *d, const struct report *r)
{
	struct str when = STR_INIT(200);
	bool any = false;

	doc_begin(d, DOC_PARA);
	if (r->newest == 0) {
		doc_say(d, "The store is empty.");
		doc_end(d, DOC_PARA);
		return;
	}
	wording_time(&when, r->since);
	part_count(d, r->n_builds, "build");
	doc_say(d, " since %s on ", str_c(&when));
	part_count(d, r->n_lanes, "builder");
	for (unsigned i = 0; i < REPORT_COLORS; i++) {
		if (r->builds[colors[i]] == 0)
			continue;
		doc_say(d, any ? ", " : ": ");
		doc_say(d, "%llu ", (unsigned long long)r->builds[colors[i]]);
		doc_badge(d, color_name(colors[i]));
		any = true;
	}
	doc_say(d, ". The newest began ");
	part_age(d, r->now, r->newest);
	doc_say(d, ".");
	doc_end(d, DOC_PARA);
	str_release(&when);
}

static void
missing(struct doc *d, const struct report *r, bool all)
{
	char usual[CLOCK_TEXT];

	if (r->nothing_since && r->newest)
		doc_says(d, DOC_NOTE, "Nothing was built since the time asked for; this is the day before the "
		         "newest build.");
	if (r->n_lost) {
		doc_begin(d, DOC_NOTE);
		part_count(d, r->n_lost, "build");
		doc_say(d, r->n_lost == 1 ? " of whose tests nothing is known: its log is gone, or held none."
		                          : " of whose tests nothing is known: their logs are gone, or held none.");
		doc_end(d, DOC_NOTE);
	}
	if (r->n_unread) {
		doc_begin(d, DOC_NOTE);
		part_count(d, r->n_unread, "thing");
		doc_say(d, " could not be read; never taken for passes.");
		doc_end(d, DOC_NOTE);
	}
	for (size_t i = 0; i < r->silent.n && (all || i < SHOWN); i++) {
		const struct silent *s = &r->silent.p[i];

		clock_format(usual, s->usual * 1000000);
		doc_begin(d, DOC_NOTE);
		doc_part(d, DOC_STRONG, s->builder);
		doc_say(d, " is silent: its last build began ");
		part_age(d, r->now, s->last);
		doc_say(d, ", usually there is one every %s.", usual);
		doc_end(d, DOC_NOTE);
	}
}

/* ---- one test ---- */

static void
story(struct doc *d, const struct report *r, const struct finding *f)
{
	doc_begin(d, DOC_PARA);
	doc_say(d, "  ");
	if (f->verdict == VERDICT_REGRESSED) {
		part_regressed(d, r->view, f);
	} else {
		if (f->verdict == VERDICT_FIXED)
			doc_say(d, "clean ");
		part_since(d, r->view, f);
	}
	if (f->has_since)
		doc_say(d, "; ");
	if (f->verdict == VERDICT_FIXED) {
		part_count(d, f->clean_runs, "clean run");
		doc_say(d, " (%llu say that it is fixed)", (unsigned long long)f->clean_needed);
	} else {
		doc_say(d, "now ");
		part_rate(d, &f->rate);
	}
	if (f->before.runs) {
		doc_say(d, ", before ");
		part_rate(d, &f->before);
	}
	if (f->rerun_passes) {
		doc_say(d, "; %llu passed on a re-run", (unsigned long long)f->rerun_passes);
	}
	doc_end(d, DOC_PARA);
}

static void
card(struct doc *d, const struct report *r, const struct shown *s, const struct render_options *o)
{
	const struct suspects_shown suspects = { o->all ? 10 : 3, o->explain };
	const struct finding *f = &s->f;

	doc_begin(d, DOC_CARD);
	doc_begin(d, DOC_H3);
	doc_span(d, f->name);
	doc_say(d, "  ");
	doc_badge(d, verdict_name(f->verdict));
	doc_end(d, DOC_H3);
	story(d, r, f);
	if (s->drawn) {
		if (s->picture.curve.n_bars)
			doc_curve(d, &s->picture.curve);
		part_strips(d, r->view, f, &s->picture, o->all);
	}
	part_messages(d, f, o->all ? 10 : 2);
	if (s->commits.worse.any && f->change != CHANGE_BETTER && f->change != CHANGE_FIXED)
		part_suspects(d, &s->commits.worse, &suspects);
	if (s->commits.fix.any && (f->change == CHANGE_BETTER || f->change == CHANGE_FIXED))
		part_fix(d, r->view, &s->commits.fix, f->name);
	if (o->explain)
		part_explain(d, f);
	doc_end(d, DOC_CARD);
}

/* ---- sections ---- */

struct section {
	const char *title;
	bool (*holds)(const struct shown *s);
};

#define HOLDS(name, test) \
	static bool \
	name(const struct shown *s) \
	{ \
		return test; \
	}
HOLDS(new_regression, s->f.change == CHANGE_NEW_REGRESSION)
HOLDS(new_flake, s->f.change == CHANGE_NEW_FLAKE)
HOLDS(worse, s->f.change == CHANGE_WORSE)
HOLDS(better, s->f.change == CHANGE_BETTER || s->f.change == CHANGE_FIXED)
HOLDS(back, s->f.change == CHANGE_BACK)
HOLDS(once, s->f.once)
HOLDS(known, s->f.change == CHANGE_NONE && !s->f.once && s->f.verdict == VERDICT_KNOWN)
HOLDS(ongoing, s->f.change == CHANGE_NONE && !s->f.once &&
               (s->f.verdict == VERDICT_FLAKY || s->f.verdict == VERDICT_REGRESSED ||
                s->f.verdict == VERDICT_DID_NOT_HOLD || s->f.verdict == VERDICT_MACHINE))
HOLDS(rest, s->f.change == CHANGE_NONE && !s->f.once &&
            (s->f.verdict == VERDICT_FIXED || s->f.verdict == VERDICT_UNDECIDED))

static const struct section news[] = {
	{ "New regressions", new_regression }, { "New flakes", new_flake }, { "Worse", worse },
	{ "Better", better },                  { "Back after a fix", back },
};

static size_t
count(const struct report *r, bool (*holds)(const struct shown *s))
{
	size_t n = 0;

	for (size_t i = 0; i < r->tests.n; i++)
		n += holds(&r->tests.p[i]);
	return n;
}

static void
heading(struct doc *d, const char *title, size_t n)
{
	doc_says(d, DOC_H2, "%s (%zu)", title, n);
}

static bool
write_news(struct doc *d, const struct report *r, const struct render_options *o)
{
	bool any = false;

	for (size_t k = 0; k < ARRAY_LEN(news); k++) {
		size_t n = count(r, news[k].holds);

		if (n == 0)
			continue;
		any = true;
		heading(d, news[k].title, n);
		for (size_t i = 0; i < r->tests.n; i++) {
			if (news[k].holds(&r->tests.p[i]))
				card(d, r, &r->tests.p[i], o);
		}
	}
	return any;
}

static void
cell_text(struct doc *d, const char *text)
{
	doc_part(d, DOC_CELL, span_of(text));
}

static void
test_row(struct doc *d, const struct report *r, const struct shown *s)
{
	const struct finding *f = &s->f;

	doc_begin(d, DOC_ROW);
	doc_part(d, DOC_CELL, f->name);
	doc_begin(d, DOC_CELL);
	doc_badge(d, verdict_name(f->verdict));
	doc_end(d, DOC_CELL);
	doc_begin(d, DOC_CELL);
	part_rate(d, &f->rate);
	doc_end(d, DOC_CELL);
	doc_begin(d, DOC_CELL);
	if (f->last_fail)
		part_age(d, r->now, f->last_fail);
	doc_end(d, DOC_CELL);
	doc_begin(d, DOC_CELL);
	if (f->known)
		doc_link(d, f->known->issue, f->known->issue);
	else if (f->worker.n)
		doc_span(d, f->worker);
	else if (f->n_messages)
		doc_part(d, DOC_CODE, f->messages[0].example.n > 70 ? (struct span){ f->messages[0].example.p, 70 }
		                                                    : f->messages[0].example);
	doc_end(d, DOC_CELL);
	doc_end(d, DOC_ROW);
}

static void
list(struct doc *d, const struct report *r, const char *title, bool (*holds)(const struct shown *s), bool all)
{
	size_t n = count(r, holds), shown = 0;

	if (n == 0)
		return;
	heading(d, title, n);
	doc_begin(d, DOC_TABLE);
	doc_begin(d, DOC_ROW);
	cell_text(d, "test");
	cell_text(d, "verdict");
	cell_text(d, "failed first tries");
	cell_text(d, "last");
	cell_text(d, "");
	doc_end(d, DOC_ROW);
	for (size_t i = 0; i < r->tests.n && (all || shown < SHOWN); i++) {
		if (!holds(&r->tests.p[i]))
			continue;
		test_row(d, r, &r->tests.p[i]);
		shown++;
	}
	doc_end(d, DOC_TABLE);
	if (shown < n)
		doc_says(d, DOC_PARA, "  and %zu more (--all)", n - shown);
}

/* ---- fixes ---- */

/* Branches that still show what is fixed elsewhere. */
static void
missing_fixes(struct doc *d, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->tests.n; i++) {
		const struct fix_search *s = &r->tests.p[i].commits.fix;

		for (uint32_t k = 0; k < s->n_branches; k++) {
			if (!fix_is_missing(&s->branches[k]))
				continue;
			if (!any) {
				doc_says(d, DOC_H2, "Fixes to carry to other branches");
				doc_begin(d, DOC_LIST);
			}
			any = true;
			doc_begin(d, DOC_ITEM);
			doc_part(d, DOC_STRONG, r->tests.p[i].f.name);
			doc_say(d, " is fixed by ");
			part_commit(d, s->place.id, s->place.title);
			doc_say(d, "; ");
			part_fix_branch(d, r->view, &s->branches[k]);
			doc_end(d, DOC_ITEM);
		}
	}
	if (any)
		doc_end(d, DOC_LIST);
}

/* ---- builders ---- */

static void
broken_item(struct doc *d, const struct broken *b)
{
	doc_begin(d, DOC_ITEM);
	if (b->mass == MASS_COMMIT) {
		struct str revision = STR_INIT(200);

		wording_revision(&revision, b->revision);
		doc_say(d, "commit ");
		doc_part(d, DOC_CODE, str_span(&revision));
		str_release(&revision);
		doc_say(d, " is broken: on ");
		part_count(d, b->n_builds, "builder");
	} else {
		doc_part(d, DOC_STRONG, b->builder);
		doc_say(d, b->mass == MASS_BUILDER ? " is broken: in " : " failed as a whole: in ");
		part_count(d, b->n_builds, "build");
	}
	doc_say(d, " up to %u of %u tests failed", b->n_fails, b->n_tests);
	doc_end(d, DOC_ITEM);
}

static void
builders(struct doc *d, const struct report *r)
{
	if (r->broken.n + r->ended.n == 0)
		return;
	heading(d, "Broken builders and commits", r->broken.n + r->ended.n);
	doc_begin(d, DOC_LIST);
	for (size_t i = 0; i < r->broken.n; i++)
		broken_item(d, &r->broken.p[i]);
	for (size_t i = 0; i < r->ended.n; i++) {
		doc_begin(d, DOC_ITEM);
		doc_part(d, DOC_STRONG, r->ended.p[i].builder);
		doc_say(d, ": %u of ", r->ended.p[i].n);
		part_count(d, r->ended.p[i].of, "build");
		doc_say(d, " ended by the machine");
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
}

static void
last_line(struct doc *d, const struct report *r)
{
	doc_says(d, DOC_H2, "Unexplained");
	doc_begin(d, DOC_PARA);
	if (r->failures == 0)
		doc_say(d, "No test failed since then.");
	else
		doc_say(d, "%llu of %llu failures since then (%.0f %%) match no known failure, and their tests are "
		        "not flaky, regressed, fixed or on a bad machine.",
		        (unsigned long long)r->unexplained, (unsigned long long)r->failures,
		        100.0 * (double)r->unexplained / (double)r->failures);
	if (r->failures && r->broken.n)
		doc_say(d, " Builds that broke as a whole are left out.");
	doc_end(d, DOC_PARA);
}

void
render_report_page(struct str *out, const struct doc_format *format, const struct report *r,
                   const struct render_options *o)
{
	struct str when = STR_INIT(200);
	struct doc d;

	wording_time(&when, r->now);
	doc_open(&d, format, out, "flake-triage report");
	doc_says(&d, DOC_H1, "Flaky-test report, %s", str_c(&when));
	freshness(&d, r);
	missing(&d, r, o->all);
	if (!write_news(&d, r, o) && r->newest) {
		doc_says(&d, DOC_H2, "News");
		doc_says(&d, DOC_PARA, "Nothing new.");
	}
	missing_fixes(&d, r);
	list(&d, r, "Seen once, too few to tell", once, o->all);
	list(&d, r, "Known", known, o->all);
	list(&d, r, "Still failing", ongoing, o->all);
	if (o->all)
		list(&d, r, "Fixed or undecided before", rest, true);
	builders(&d, r);
	last_line(&d, r);
	doc_close(&d);
	str_release(&when);
}
