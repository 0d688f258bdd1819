/* `blame TEST`: the commits that can have made it flaky, ranked. */
#include "common/base.h"
#include "triage/cmd_page.h"

#include "common/json.h"
#include "triage/render_commits.h"
#include "triage/turn.h"
#include "triage/wording.h"

enum { SHOWN = 10 };

struct blamed {
	struct asked *asked;
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
		doc_span(d, b->asked->view->branches.texts.p[b->s.window.branch]);
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
		if (suspects_settle(&command, b->asked->view, &b->s)) {
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
	json_add_suspects(doc, b->asked->view, &b->s);
	if (!json_print(doc, out))
		out->over = true;
	str_addc(out, '\n');
	json_free(doc);
}

static int
write_blame(const struct page_call *p, struct err *e)
{
	struct asked *a = p->asked;
	struct blamed b = { .asked = a };
	uint32_t test;

	if (asked_test_or_error(a, p->operand, &test, e) < 0 || asked_finding(a, test, &b.t, &b.f, e) < 0)
		return -1;
	turn_find(&b.s, a, &b.t, false);
	if (p->format->pages)
		write_page(p->page, p->format->pages, &b, p->o);
	else
		write_json(p->page, &b);
	return b.s.any ? EXIT_ANSWERED : EXIT_NEGATIVE;
}

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_page(call, "blame which test? flake-triage blame TEST", write_blame, e);
}

const struct prog_cmd triage_blame = {
	.head = { "blame", "blame [OPTION...] TEST", "the commits that can have made TEST flaky, ranked", "",
	          USE_BLAME },
	.operands_max = 1,
	.run = run,
};
