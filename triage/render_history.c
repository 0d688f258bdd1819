/* The history of a test as a page. */
#include "common/base.h"
#include "triage/render.h"

#include "common/clock.h"
#include "triage/wording.h"

enum { STRIPS_ALL = 12 /* builders: so many are all shown */ };

static void
lead(struct doc *d, const struct history *h)
{
	const struct finding *f = &h->f;

	doc_begin(d, DOC_H1);
	doc_span(d, f->name);
	doc_end(d, DOC_H1);
	doc_begin(d, DOC_PARA);
	doc_badge(d, verdict_name(f->verdict));
	doc_say(d, "  ");
	part_rate(d, &f->rate);
	doc_say(d, " of first tries failed");
	if (f->has_since) {
		doc_say(d, "; ");
		part_since(d, h->view, f);
	}
	doc_end(d, DOC_PARA);
	part_older_names(d, h->view, f);
	if (f->known) {
		doc_begin(d, DOC_PARA);
		doc_say(d, "known: ");
		doc_link(d, f->known->issue, f->known->issue);
		doc_end(d, DOC_PARA);
	}
	if (f->worker.n) {
		doc_begin(d, DOC_PARA);
		doc_say(d, "only on the worker ");
		doc_part(d, DOC_CODE, f->worker);
		doc_end(d, DOC_PARA);
	}
}

static void
totals(struct doc *d, const struct finding *f)
{
	doc_begin(d, DOC_PARA);
	part_count(d, f->runs, "run");
	doc_say(d, ", %llu failed, %llu of them passed on a re-run", (unsigned long long)f->failed,
	        (unsigned long long)f->rerun_passes);
	if (f->left_out)
		doc_say(d, "; %llu of the failures in builds that say nothing of single tests",
		        (unsigned long long)f->left_out);
	if (f->older_runs)
		doc_say(d, "; before that %llu runs, %llu failed", (unsigned long long)f->older_runs,
		        (unsigned long long)f->older_fails);
	doc_end(d, DOC_PARA);
	if (f->clean_runs && f->verdict != VERDICT_HEALTHY) {
		doc_begin(d, DOC_PARA);
		part_count(d, f->clean_runs, "clean run");
		doc_say(d, " since the last failure; to believe in a fix takes %llu",
		        (unsigned long long)f->clean_needed);
		doc_end(d, DOC_PARA);
	}
}

static void
segments(struct doc *d, const struct history *h)
{
	const struct finding *f = &h->f;
	struct span branch = h->view->branches.texts.p[f->branch];

	if (f->n_segments == 0)
		return;
	doc_begin(d, DOC_H2);
	doc_say(d, "Rate");
	if (branch.n) {
		doc_say(d, " on ");
		doc_span(d, branch);
	}
	doc_end(d, DOC_H2);
	if (h->picture.curve.n_bars)
		doc_curve(d, &h->picture.curve);
	doc_begin(d, DOC_LIST);
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct segment *s = &f->segments[i];

		doc_begin(d, DOC_ITEM);
		if (i == 0) {
			doc_say(d, "from the first build");
		} else {
			doc_say(d, "from ");
			part_place(d, h->view, f->branch, s->begin.best);
		}
		doc_say(d, ": ");
		part_rate(d, &s->rate);
		if (i) {
			doc_begin(d, DOC_SMALL);
			doc_say(d, "  (%.1f %% sure that it changed; 90 %%: one of %u commits)",
			        100 * (s->sure < 0.999 ? s->sure : 0.999), s->begin.hi - s->begin.lo + 1);
			doc_end(d, DOC_SMALL);
		}
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
}

static void
build_row(struct doc *d, const struct history_build *b)
{
	struct str name = STR_INIT(STR_LINE), when = STR_INIT(200);
	char duration[CLOCK_TEXT];

	str_addspan(&name, b->facts.builder);
	str_adds(&name, "/");
	str_addspan(&name, b->facts.number);
	wording_time(&when, b->facts.started);
	doc_begin(d, DOC_ITEM);
	doc_span(d, str_span(&when));
	doc_say(d, " ");
	doc_link(d, str_span(&name), b->facts.url);
	doc_say(d, " %s%s", outcome_name(b->first), b->cell == CELL_RERUN ? ", passed on a re-run" :
	        b->cell == CELL_FLIP ? " after a pass" : "");
	if (b->micros >= 0) {
		clock_format(duration, b->micros);
		doc_say(d, " after %s", duration);
	}
	if (b->load >= 0)
		doc_say(d, ", load %.1f", (double)b->load);
	if (b->left_out)
		doc_say(d, ", left out");
	if (b->message.n) {
		doc_say(d, ": ");
		doc_part(d, DOC_CODE, b->message);
	}
	doc_end(d, DOC_ITEM);
	str_release(&name);
	str_release(&when);
}

static void
builds(struct doc *d, const struct history *h)
{
	if (h->n_builds == 0)
		return;
	doc_says(d, DOC_H2, "Last failures");
	doc_begin(d, DOC_LIST);
	for (uint32_t i = 0; i < h->n_builds; i++)
		build_row(d, &h->builds[i]);
	doc_end(d, DOC_LIST);
}

static void
durations(struct doc *d, const struct history *h)
{
	char fast[CLOCK_TEXT], slow[CLOCK_TEXT], median[CLOCK_TEXT];

	if (h->median >= 0) {
		clock_format(fast, h->fast);
		clock_format(slow, h->slow);
		clock_format(median, h->median);
		doc_says(d, DOC_PARA, "  first tries that failed took %s to %s, half of them up to %s", fast, slow,
		         median);
	}
	if (h->pass_slow >= 0) {
		clock_format(fast, h->pass_fast);
		clock_format(slow, h->pass_slow);
		doc_says(d, DOC_PARA, "  where it passed in the newest builds it took %s%s%s", fast,
		         strcmp(fast, slow) ? " to " : "", strcmp(fast, slow) ? slow : "");
	}
}

static void
warnings(struct doc *d, const struct history *h)
{
	if (h->n_warnings == 0)
		return;
	doc_says(d, DOC_H2, "Warnings");
	doc_begin(d, DOC_LIST);
	for (uint32_t i = 0; i < h->n_warnings; i++) {
		doc_begin(d, DOC_ITEM);
		part_count(d, h->warnings[i].count, "time");
		doc_say(d, " ");
		doc_part(d, DOC_CODE, h->warnings[i].line);
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
}

static void
commits(struct doc *d, const struct history *h, const struct render_options *o)
{
	const struct suspects_shown shown = { o->all ? UINT32_MAX : 5, o->explain };

	if (h->commits.worse.any) {
		doc_says(d, DOC_H2, "Suspected commits");
		part_suspects(d, &h->commits.worse, &shown);
	}
	if (h->commits.fix.any) {
		doc_says(d, DOC_H2, "Fix");
		part_fix(d, h->view, &h->commits.fix, h->f.name);
	}
}

void
render_history_page(struct str *out, const struct doc_format *format, const struct history *h,
                    const struct render_options *o)
{
	struct doc d;

	doc_open(&d, format, out, "flake-triage: history of a test");
	lead(&d, h);
	totals(&d, &h->f);
	segments(&d, h);
	doc_says(&d, DOC_H2, "Builders");
	part_strips(&d, h->view, &h->f, &h->picture, o->all || h->f.n_lanes <= STRIPS_ALL);
	if (h->f.n_messages) {
		doc_says(&d, DOC_H2, "Messages");
		part_messages(&d, &h->f, o->all ? UINT32_MAX : 8);
	}
	commits(&d, h, o);
	builds(&d, h);
	durations(&d, h);
	warnings(&d, h);
	if (o->explain) {
		doc_says(&d, DOC_H2, "Why");
		part_explain(&d, &h->f);
	}
	doc_close(&d);
}
