/* `fixes TEST|COMMIT`: which commit fixed it, whether it held, and on which branches it is. */
#include "common/base.h"
#include "triage/cmd_page.h"

#include "common/json.h"
#include "triage/render_commits.h"

struct fixed {
	struct asked *asked;
	struct test_view t;     /* name empty: a commit was named */
	struct finding f;
	struct fix_search s;
};

static void
write_page(struct str *out, const struct doc_format *format, const struct fixed *x)
{
	struct doc d;

	doc_open(&d, format, out, "flake-triage: fixes");
	if (x->t.name.n) {
		doc_begin(&d, DOC_PARA);
		doc_part(&d, DOC_STRONG, x->t.name);
		doc_say(&d, " is %s%s", verdict_name(x->f.verdict),
		        x->s.any ? "" : ": no fix is known, its rate did not fall");
		doc_end(&d, DOC_PARA);
	}
	if (x->s.any) {
		part_fix(&d, x->asked->view, &x->s, x->t.name);
		if (x->s.n_branches == 0)
			doc_says(&d, DOC_PARA, "Which branches have it is known with a clone: --repo DIR");
	}
	doc_close(&d);
}

static void
write_json(struct str *out, const struct fixed *x)
{
	struct json *doc = json_new();

	json_add_int(doc, "schema", 1);
	if (x->t.name.n) {
		json_add_text(doc, "test", x->t.name);
		json_add_text(doc, "verdict", span_of(verdict_name(x->f.verdict)));
	}
	json_add_fix(doc, x->asked->view, &x->s);
	if (!json_print(doc, out))
		out->over = true;
	str_addc(out, '\n');
	json_free(doc);
}

/* What was named: a test, else a commit.  e tells of the test. */
static int
search(struct fixed *x, const char *name, struct err *e)
{
	struct asked *a = x->asked;
	struct err commit = ERR_INIT;
	uint32_t test;

	if (asked_test_or_error(a, name, &test, e) == 0) {
		if (asked_finding(a, test, &x->t, &x->f, e) < 0)
			return -1;
		return fix_search_test(a, &x->t, &x->s, e);
	}
	if (fix_search_commit(a, name, &x->s, &commit) < 0)
		return err_set(e, "%s", commit.msg);
	if (x->s.any)
		return 0;
	return a->axes ? err_prefix(e, "no repository knows a commit '%s', and", name) : -1;
}

static int
write_fixes(const struct page_call *p, struct err *e)
{
	struct fixed x = { .asked = p->asked };

	if (search(&x, p->operand, e) < 0)
		return -1;
	if (p->format->pages)
		write_page(p->page, p->format->pages, &x);
	else
		write_json(p->page, &x);
	return x.s.any ? EXIT_ANSWERED : EXIT_NEGATIVE;
}

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_page(call, "the fix of what? flake-triage fixes TEST|COMMIT", write_fixes, e);
}

const struct prog_cmd triage_fixes = {
	.head = { "fixes", "fixes [OPTION...] TEST|COMMIT", "on which branches a fix is, and whether it held", "",
	          USE_FIXES },
	.operands_max = 1,
	.run = run,
};
