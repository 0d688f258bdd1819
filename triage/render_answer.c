/* The answer on one build, to be pasted into a mail or an issue: see render.h. */
#include "common/base.h"
#include "triage/render.h"

#include "common/json.h"
#include "triage/wording.h"

/* ---- pages ---- */

static void
lead(struct doc *d, const struct answer *a)
{
	const struct build *b = &a->facts;
	struct str name = STR_INIT(STR_LINE), when = STR_INIT(200), revision = STR_INIT(200);

	str_addspan(&name, b->builder);
	str_addc(&name, '/');
	str_addspan(&name, b->number);
	wording_time(&when, b->started);
	wording_revision(&revision, b->revision);
	doc_begin(d, DOC_H1);
	doc_span(d, str_span(&name));
	doc_end(d, DOC_H1);
	doc_begin(d, DOC_PARA);
	doc_badge(d, color_name(a->color));
	doc_say(d, "  ");
	part_count(d, a->rows.n, "failure");
	doc_say(d, " in ");
	part_count(d, a->n_tests, "test");
	doc_say(d, "; %s", str_c(&when));
	if (b->branch.n) {
		doc_say(d, ", ");
		doc_span(d, b->branch);
	}
	if (revision.n) {
		doc_say(d, " at ");
		doc_part(d, DOC_CODE, str_span(&revision));
	}
	if (b->url.n) {
		doc_say(d, ", ");
		doc_link(d, b->url, b->url);
	}
	doc_end(d, DOC_PARA);
	str_release(&name);
	str_release(&when);
	str_release(&revision);
}

static void
why(struct doc *d, const struct answer *a, const struct answer_row *r)
{
	switch (r->class) {
	case ANSWER_KNOWN:
		doc_link(d, r->known->issue, r->known->issue);
		if (r->known->note.n) {
			doc_say(d, ", ");
			doc_span(d, r->known->note);
		}
		break;
	case ANSWER_MACHINE:
		doc_say(d, "%s", r->machine);
		break;
	case ANSWER_REGRESSION:
		part_regressed(d, a->view, &r->f);
		break;
	case ANSWER_FLAKY:
		part_rate(d, &r->f.rate);
		doc_say(d, " of first tries fail");
		if (r->cell == CELL_RERUN)
			doc_say(d, "; it passed on a re-run");
		break;
	case ANSWER_NEW:
		doc_say(d, "it never failed before, in ");
		part_count(d, r->f.runs ? r->f.runs - 1 : 0, "other run");
		break;
	default:
		doc_say(d, "it failed in ");
		part_count(d, r->before, "build");
		doc_say(d, " before: too few to tell");
	}
}

/* Whether it can be the fault of the commits that the build brought. */
static void
fault(struct doc *d, const struct answer *a, const struct fault_found *f)
{
	static const char *const words[] = {
		[FAULT_BEFORE] = "; not of this build's commits: it failed before, at ",
		[FAULT_BESIDE] = "; not of this build's commits: it fails without them, at ",
		[FAULT_DOCS] = "; not of this build's commits: documentation only, ",
		[FAULT_SAME] = "; not of this build's commits: it passed at the same one, ",
		[FAULT_CAN] = "; it can be of ",
	};

	if (f->fault == FAULT_UNKNOWN)
		return;
	doc_say(d, "%s", words[f->fault]);
	part_commit(d, f->id, f->title);
	if (f->fault == FAULT_BESIDE) {
		doc_say(d, " of branch ");
		doc_span(d, a->view->branches.texts.p[f->branch]);
	}
	for (unsigned bit = 1; f->fault == FAULT_CAN && bit < 1u << FACTOR_COUNT; bit <<= 1) {
		if (f->factors & bit)
			doc_say(d, ", which %s", blame_factor_text(bit));
	}
}

static void
failure(struct doc *d, const struct answer *a, const struct answer_row *r)
{
	doc_begin(d, DOC_ITEM);
	doc_part(d, DOC_STRONG, r->f.name);
	doc_say(d, ": ");
	doc_badge(d, answer_class_name(r->class));
	doc_say(d, ", ");
	why(d, a, r);
	fault(d, a, &r->fault);
	if (r->message.n) {
		doc_say(d, "; ");
		doc_part(d, DOC_CODE, r->message);
	}
	doc_end(d, DOC_ITEM);
}

void
render_answer_page(struct str *out, const struct doc_format *format, const struct answer *a,
                   const struct render_options *o)
{
	struct doc d;

	doc_open(&d, format, out, "flake-triage: answer on a build");
	lead(&d, a);
	if (a->facts.log_lost || (a->n_tests == 0 && a->rows.n == 0))
		doc_says(&d, DOC_NOTE, "Nothing is known of the tests of this build.");
	else if (a->rows.n == 0)
		doc_says(&d, DOC_PARA, "No test failed.");
	doc_begin(&d, DOC_LIST);
	for (size_t i = 0; i < a->rows.n; i++)
		failure(&d, a, &a->rows.p[i]);
	doc_end(&d, DOC_LIST);
	for (size_t i = 0; o->explain && i < a->rows.n; i++) {
		doc_begin(&d, DOC_H2);
		doc_span(&d, a->rows.p[i].f.name);
		doc_end(&d, DOC_H2);
		part_explain(&d, &a->rows.p[i].f);
	}
	doc_close(&d);
}

/* ---- JSON ---- */

void
render_answer_json(struct str *out, const struct answer *a, const struct render_options *o UNUSED)
{
	struct json *doc = json_new(), *x, *list;

	json_add_int(doc, "schema", 1);
	x = json_add_object(doc, "build");
	json_add_text(x, "builder", a->facts.builder);
	json_add_text(x, "number", a->facts.number);
	json_add_text(x, "branch", a->facts.branch);
	json_add_text(x, "revision", a->facts.revision);
	json_add_text(x, "worker", a->facts.worker);
	json_add_text(x, "url", a->facts.url);
	json_add_text(x, "color", span_of(color_name(a->color)));
	json_add_int(x, "tests", a->n_tests);
	json_add_bool(doc, "news", answer_has_news(a));
	list = json_add_array(doc, "failures");
	for (size_t i = 0; i < a->rows.n; i++) {
		const struct answer_row *r = &a->rows.p[i];

		x = json_add_object(list, NULL);
		json_add_text(x, "class", span_of(answer_class_name(r->class)));
		json_add_text(x, "attempts", r->attempts);
		json_add_text(x, "message", r->message);
		json_add_text(x, "message_id", r->message_id);
		json_add_int(x, "failed_before", (int64_t)r->before);
		if (r->known) {
			json_add_int(x, "rule", r->known->id);
			json_add_text(x, "rule_issue", r->known->issue);
		}
		if (r->machine)
			json_add_text(x, "machine", span_of(r->machine));
		json_add_text(x, "commit_fault", span_of(fault_name(r->fault.fault)));
		if (r->fault.fault != FAULT_UNKNOWN)
			json_add_text(x, "commit_fault_at", r->fault.id);
		json_add_finding(x, a->view, &r->f, span_of(""));
	}
	if (!json_print(doc, out))
		out->over = true;
	str_addc(out, '\n');
	json_free(doc);
}
