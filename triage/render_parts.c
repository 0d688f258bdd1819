/* Parts that several pages are made of: see render.h. */
#include "common/base.h"
#include "triage/render.h"

#include "common/clock.h"
#include "triage/wording.h"

enum { STRIPS_SHOWN = 24 };

void
part_count(struct doc *d, uint64_t n, const char *thing)
{
	struct str text = STR_INIT(200);

	wording_count(&text, n, thing);
	doc_span(d, str_span(&text));
	str_release(&text);
}

void
part_date(struct doc *d, int64_t t)
{
	struct str text = STR_INIT(200);

	wording_date(&text, t);
	doc_span(d, str_span(&text));
	str_release(&text);
}

void
part_age(struct doc *d, int64_t now, int64_t t)
{
	char text[CLOCK_TEXT];

	clock_format(text, (now > t ? now - t : 0) * 1000000);
	doc_say(d, "%s ago", text);
}

void
part_rate(struct doc *d, const struct rate *r)
{
	struct str text = STR_INIT(200);

	wording_rate(&text, r);
	doc_span(d, str_span(&text));
	str_release(&text);
}

void
part_place(struct doc *d, const struct view *v, uint32_t branch, uint32_t place)
{
	const struct axis *a = &v->axes[branch];
	struct str revision = STR_INIT(200);

	if (place >= a->n)
		return;
	wording_revision(&revision, a->revisions[place]);
	if (revision.n) {
		doc_part(d, DOC_CODE, str_span(&revision));
		doc_say(d, " (");
		part_date(d, a->started[place]);
		doc_say(d, ")");
	} else {
		doc_say(d, "the build of ");
		part_date(d, a->started[place]);
	}
	str_release(&revision);
}

void
part_since(struct doc *d, const struct view *v, const struct finding *f)
{
	if (!f->has_since)
		return;
	if (f->since.lo == 0 && f->n_segments == 1 && f->verdict != VERDICT_REGRESSED) {
		doc_say(d, "first seen failing at ");
	} else if (f->since.hi > f->since.lo) {
		doc_say(d, "since one of ");
		part_count(d, f->since.hi - f->since.lo + 1,
		           v->axes[f->branch].revisions[f->since.best].n ? "commit" : "build");
		doc_say(d, ", most likely ");
	} else {
		doc_say(d, "since ");
	}
	part_place(d, v, f->branch, f->since.best);
}

void
part_older_names(struct doc *d, const struct view *v, const struct finding *f)
{
	for (uint32_t i = 0; i < f->n_older; i++) {
		doc_begin(d, DOC_PARA);
		doc_say(d, "called ");
		doc_part(d, DOC_CODE, f->older[i].name);
		doc_say(d, " until ");
		part_place(d, v, f->older[i].branch, f->older[i].place);
		doc_end(d, DOC_PARA);
	}
}

void
part_regressed(struct doc *d, const struct view *v, const struct finding *f)
{
	const struct lane_finding *one = NULL;
	uint32_t n = 0, of = 0;

	for (uint32_t i = 0; i < f->n_lanes; i++) {
		if (f->lanes[i].branch != f->branch)
			continue;
		of++;
		if (f->lanes[i].verdict == VERDICT_REGRESSED) {
			one = &f->lanes[i];
			n++;
		}
	}
	doc_say(d, "fails in every run ");
	if (n == 1 && of > 1) {
		doc_say(d, "on ");
		doc_part(d, DOC_STRONG, v->builders.texts.p[one->builder]);
		doc_say(d, " ");
	} else if (n && n < of) {
		doc_say(d, "on %u of %u builders ", n, of);
	}
	part_since(d, v, f);
}

/* ---- strips ---- */

static void
cell(struct doc *d, const char *text)
{
	doc_part(d, DOC_CELL, span_of(text));
}

static void
lane_row(struct doc *d, const struct view *v, const struct lane_finding *l, const struct picture_strip *s)
{
	struct str name = STR_INIT(STR_LINE), count = STR_INIT(200);
	struct span branch = v->branches.texts.p[l->branch];

	str_addspan(&name, v->builders.texts.p[l->builder]);
	if (branch.n && v->branches.texts.n > 1) {
		str_adds(&name, " (");
		str_addspan(&name, branch);
		str_adds(&name, ")");
	}
	wording_number(&count, l->failed);
	str_adds(&count, " of ");
	wording_number(&count, l->runs);
	doc_begin(d, DOC_ROW);
	doc_part(d, DOC_CELL, str_span(&name));
	doc_begin(d, DOC_CELL);
	doc_badge(d, verdict_name(l->verdict));
	doc_end(d, DOC_CELL);
	cell(d, str_c(&count));
	doc_begin(d, DOC_CELL);
	doc_strip(d, s->marks, s->n);
	doc_end(d, DOC_CELL);
	doc_end(d, DOC_ROW);
	str_release(&name);
	str_release(&count);
}

void
part_strips(struct doc *d, const struct view *v, const struct finding *f, const struct picture *p, bool all)
{
	uint32_t shown = 0, left = 0;

	doc_begin(d, DOC_TABLE);
	doc_begin(d, DOC_ROW);
	cell(d, "builder");
	cell(d, "verdict");
	cell(d, "failed");
	cell(d, "builds, the newest at the right");
	doc_end(d, DOC_ROW);
	for (uint32_t i = 0; i < f->n_lanes; i++) {
		if (!all && (f->lanes[i].failed == 0 || shown == STRIPS_SHOWN)) {
			left++;
			continue;
		}
		lane_row(d, v, &f->lanes[i], &p->strips[i]);
		shown++;
	}
	doc_end(d, DOC_TABLE);
	if (left) {
		doc_begin(d, DOC_PARA);
		doc_begin(d, DOC_SMALL);
		doc_say(d, "  and ");
		part_count(d, left, "builder");
		doc_say(d, "%s", shown == STRIPS_SHOWN ? "" : " where it never failed");
		doc_end(d, DOC_SMALL);
		doc_end(d, DOC_PARA);
	}
}

/* ---- messages, explanation ---- */

void
part_messages(struct doc *d, const struct finding *f, uint32_t most)
{
	uint32_t n = f->n_messages < most ? f->n_messages : most;

	if (n == 0)
		return;
	doc_begin(d, DOC_LIST);
	for (uint32_t i = 0; i < n; i++) {
		const struct message_cluster *m = &f->messages[i];

		doc_begin(d, DOC_ITEM);
		part_count(d, m->count, "time");
		doc_say(d, " ");
		doc_part(d, DOC_CODE, m->example);
		doc_begin(d, DOC_SMALL);
		doc_say(d, m->generic ? "  (says nothing by itself" : "  (%.*s", (int)m->id.n, m->id.p);
		if (m->n_also)
			doc_say(d, ", with %u nearly the same", m->n_also);
		doc_say(d, ")");
		doc_end(d, DOC_SMALL);
		doc_end(d, DOC_ITEM);
	}
	if (f->n_messages > n) {
		doc_begin(d, DOC_ITEM);
		doc_say(d, "and ");
		part_count(d, f->n_messages - n, "other message");
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
}

void
part_explain(struct doc *d, const struct finding *f)
{
	doc_begin(d, DOC_LIST);
	for (uint32_t i = 0; i < f->n_explain; i++)
		doc_part(d, DOC_ITEM, f->explain[i]);
	doc_end(d, DOC_LIST);
}
