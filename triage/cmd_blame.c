/* `blame TEST`: the commits that can have made it flaky, ranked. */
#include "common/base.h"
#include "triage/cmd.h"

#include "common/json.h"
#include "triage/render.h"
#include "triage/render_commits.h"
#include "triage/turn.h"
#include "triage/wording.h"

enum { SHOWN = 10 };

struct blamed {
	struct asked asked;
	struct test_view t;
	struct finding f;
	struct suspects s;
};

static void
say_change(struct doc *d, const struct blamed *b)
{
	struct str text = STR_INIT(400);

	doc_begin(d, DOC_PARA);
	doc_part(d, DOC_STRONG, b->t.name);
	if (!b->s.any) {
		doc_say(d, " did not get worse in what is known: no commit can be blamed");
	} else {
		doc_say(d, " got worse on branch ");
		doc_span(d, b->asked.view->branches.texts.p[b->s.window.branch]);
		str_adds(&text, ": from ");
		wording_rate(&text, &b->s.before);
		str_adds(&text, " to ");
		wording_rate(&text, &b->s.after);
		doc_span(d, str_span(&text));
	}
	doc_end(d, DOC_PARA);
	str_release(&text);
}

static void
write_page(struct str *out, const struct doc_format *format, const struct blamed *b, const struct options *o)
{
	struct suspects_shown shown = { o->all ? UINT32_MAX : SHOWN, o->explain };
	struct str command = STR_INIT(STR_LINE);
	struct doc d;

	doc_open(&d, format, out, "flake-triage: blame");
	say_change(&d, b);
	if (b->s.any) {
		doc_says(&d, DOC_PARA, "%u of %u commits hold the change with %.0f %%:", (unsigned)b->s.n_set,
		         (unsigned)b->s.n_candidates, 100 * b->s.mass);
		part_suspects(&d, &b->s, &shown);
		if (!b->s.with_commits)
			doc_says(&d, DOC_PARA, "By the results alone; --repo DIR looks at what the commits touch.");
		if (suspects_settle(&command, b->asked.view, &b->s)) {
			doc_begin(&d, DOC_PARA);
			doc_say(&d, "This would settle it: ");
			doc_part(&d, DOC_CODE, str_span(&command));
			doc_end(&d, DOC_PARA);
		}
	}
	doc_close(&d);
	str_release(&command);
}

static void
write_json(struct str *out, const struct blamed *b)
{
	struct json *doc = json_new();

	json_add_int(doc, "schema", 1);
	json_add_text(doc, "test", b->t.name);
	json_add_text(doc, "verdict", span_of(verdict_name(b->f.verdict)));
	json_add_suspects(doc, b->asked.view, &b->s);
	if (!json_print(doc, out))
		out->over = true;
	str_addc(out, '\n');
	json_free(doc);
}

static int
answer(struct blamed *b, const struct renderer *format, const struct options *o, const char *name, struct err *e)
{
	struct str page = STR_INIT(RENDER_MAX);
	struct asked *a = &b->asked;
	uint32_t test;
	int ret = -1;

	if (asked_open(a, o, 0, e) < 0 || asked_test_or_error(a, name, &test, e) < 0 ||
	    asked_finding(a, test, &b->t, &b->f, e) < 0)
		return -1;
	turn_find(&b->s, a, &b->t, false);
	if (format->pages)
		write_page(&page, format->pages, b, o);
	else
		write_json(&page, b);
	if (render_write(&page, o->output, e) == 0)
		ret = b->s.any ? EXIT_ANSWERED : EXIT_NEGATIVE;
	str_release(&page);
	return ret;
}

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	const struct renderer *format = render_find(o->json ? "json" : o->format, e);
	struct blamed *b = xcalloc(1, sizeof(*b));
	int ret;

	if (format == NULL || call->n_operands == 0) {
		diag_note("%s", format ? "blame which test? flake-triage blame TEST" : e->msg);
		ret = EXIT_USAGE;
	} else {
		ret = answer(b, format, o, call->operands[0], e);
	}
	asked_release(&b->asked);
	free(b);
	return ret;
}

const struct prog_cmd triage_blame = {
	.head = { "blame", "blame [OPTION...] TEST", "the commits that can have made TEST flaky, ranked", "",
	          USE_BLAME },
	.operands_max = 1,
	.run = run,
};
