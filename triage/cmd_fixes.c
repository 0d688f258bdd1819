/* `fixes TEST|COMMIT`: which commit fixed it, whether it held, and on which branches it is. */
#include "common/base.h"
#include "triage/cmd.h"

#include <stdio.h>

#include "common/json.h"
#include "triage/fix_search.h"
#include "triage/wording.h"

struct fixed {
	struct ask ask;
	struct test_view t;     /* name empty: a commit was named */
	struct finding f;
	struct fix_search s;
};

static struct span
branch_name(const struct fixed *x, uint32_t branch)
{
	return x->ask.view->branches.texts.p[branch];
}

/* ---- text ---- */

static void
add_commit(struct str *out, struct span id, struct span title)
{
	str_add(out, id.p, id.n < 12 ? id.n : 12);
	if (title.n) {
		str_adds(out, "  ");
		str_add_escaped(out, title);
	}
}

static void
add_held(struct str *out, const struct fix_held *h)
{
	switch (h->held) {
	case HELD_YES:
		str_adds(out, "it held: ");
		wording_count(out, h->clean, "clean run");
		str_adds(out, " since");
		break;
	case HELD_NOT_YET:
		str_adds(out, "it holds so far, ");
		wording_count(out, h->clean, "clean run");
		str_adds(out, " since; ");
		wording_number(out, h->needed);
		str_adds(out, " more are needed to believe so");
		break;
	case HELD_NO:
		str_adds(out, "it did not hold: ");
		wording_count(out, h->failed, "failure");
		str_adds(out, " since, in ");
		wording_count(out, h->clean + h->failed, "run");
		break;
	}
}

static void
add_branch(struct str *out, const struct fixed *x, const struct fix_on_branch *b)
{
	char hex[REPO_HEX];
	struct span none = { NULL, 0 };

	str_adds(out, "  ");
	str_add_escaped(out, branch_name(x, b->branch));
	if (b->state.by == FIX_MISSING) {
		str_adds(out, ": lacks it");
	} else {
		str_addf(out, ": %s, by %s: ", b->state.reverted ? "reverted" : "has it", fix_by_name(b->state.by));
		repo_hex(hex, b->state.reverted ? &b->state.reverted_by : &b->state.commit);
		add_commit(out, span_of(hex), none);
	}
	if (b->with_test && b->since.failed) {
		str_adds(out, "; ");
		wording_count(out, b->since.failed, "failure");
		str_adds(out, " since, in ");
		wording_count(out, b->since.failed + b->since.clean, "run");
	} else if (b->with_test && b->since.clean) {
		str_adds(out, "; ");
		wording_count(out, b->since.clean, "clean run");
		str_adds(out, " since");
	}
	str_addc(out, '\n');
}

static void
add_fix(struct str *out, const struct fixed *x)
{
	uint32_t i;

	add_commit(out, x->s.place.id, x->s.place.title);
	if (x->t.name.n) {
		str_adds(out, "\n  is ");
		wording_percent(out, x->s.place.posterior);
		str_adds(out, " likely to have fixed '");
		str_add_escaped(out, x->t.name);
		str_adds(out, "' on branch '");
		str_add_escaped(out, branch_name(x, x->s.branch));
		str_adds(out, "', which failed ");
		wording_rate(out, &x->s.before);
		str_adds(out, " before\n  ");
		add_held(out, &x->s.held);
	}
	str_adds(out, "\n\n");
	for (i = 0; i < x->s.n_branches; i++)
		add_branch(out, x, &x->s.branches[i]);
	if (x->s.n_branches == 0)
		str_adds(out, "which branches have it is known with a clone: --repo DIR\n");
}

static void
print_text(const struct fixed *x)
{
	struct str out = STR_INIT(STR_FILE);

	if (x->s.any) {
		add_fix(&out, x);
	} else {
		str_adds(&out, "no fix of '");
		str_add_escaped(&out, x->t.name);
		str_addf(&out, "' is known: its rate did not fall (it is %s)\n", verdict_name(x->f.verdict));
	}
	fwrite(str_c(&out), 1, out.n, stdout);
	str_release(&out);
}

/* ---- JSON ---- */

static void
add_json_held(struct json *to, const struct fix_held *h)
{
	if (h->held == HELD_NOT_YET)
		json_add_null(to, "held");
	else
		json_add_bool(to, "held", h->held == HELD_YES);
	json_add_int(to, "clean_runs", (int64_t)h->clean);
	json_add_int(to, "failed_runs", (int64_t)h->failed);
	json_add_int(to, "clean_runs_needed", (int64_t)h->needed);
}

static void
add_json_branch(struct json *list, const struct fixed *x, const struct fix_on_branch *b)
{
	struct json *row = json_add_object(list, NULL);
	char hex[REPO_HEX];

	json_add_text(row, "branch", branch_name(x, b->branch));
	json_add_bool(row, "fixed", b->state.by != FIX_MISSING && !b->state.reverted);
	if (b->state.by == FIX_MISSING) {
		json_add_null(row, "by");
		json_add_null(row, "commit");
	} else {
		repo_hex(hex, &b->state.commit);
		json_add_text(row, "by", span_of(fix_by_name(b->state.by)));
		json_add_text(row, "commit", span_of(hex));
	}
	if (b->state.reverted) {
		repo_hex(hex, &b->state.reverted_by);
		json_add_text(row, "reverted_by", span_of(hex));
	}
	if (b->with_test) {
		json_add_int(row, "clean_runs", (int64_t)b->since.clean);
		json_add_int(row, "failed_runs", (int64_t)b->since.failed);
	}
}

static void
print_json(const struct fixed *x)
{
	struct json *doc = json_new(), *fix, *list;
	struct str out = STR_INIT(STR_FILE);
	uint32_t i;

	json_add_int(doc, "schema", 1);
	if (x->t.name.n) {
		json_add_text(doc, "test", x->t.name);
		json_add_text(doc, "verdict", span_of(verdict_name(x->f.verdict)));
	}
	if (x->s.any) {
		fix = json_add_object(doc, "fix");
		json_add_text(fix, "commit", x->s.place.id);
		json_add_text(fix, "title", x->s.place.title);
		if (x->t.name.n) {
			json_add_text(fix, "branch", branch_name(x, x->s.branch));
			json_add_number(fix, "posterior", x->s.place.posterior);
			add_json_held(fix, &x->s.held);
		}
	} else {
		json_add_null(doc, "fix");
	}
	list = json_add_array(doc, "branches");
	for (i = 0; i < x->s.n_branches; i++)
		add_json_branch(list, x, &x->s.branches[i]);
	if (json_print(doc, &out))
		printf("%s\n", str_c(&out));
	str_release(&out);
	json_free(doc);
}

/* ---- the whole ---- */

/* What was named: a test, else a commit.  e tells of the test. */
static int
search(struct fixed *x, const char *name, struct err *e)
{
	struct err commit = ERR_INIT;
	uint32_t test;

	if (ask_test(&x->ask, name, &test, e) == 0) {
		if (ask_finding(&x->ask, test, &x->t, &x->f, e) < 0)
			return -1;
		return fix_search_test(&x->ask, &x->t, &x->s, e);
	}
	if (fix_search_commit(&x->ask, name, &x->s, &commit) < 0)
		return err_set(e, "%s", commit.msg);
	return x->s.any ? 0 : err_prefix(e, x->ask.axes ? "'%s' is no commit" : "'%s'", name);
}

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	struct fixed x = { .t = { .test = 0 } };
	int ret = -1;

	if (call->n_operands == 0) {
		diag_note("the fix of what? flake-triage fixes TEST|COMMIT");
		return EXIT_USAGE;
	}
	if (ask_open(&x.ask, o, e) == 0 && search(&x, call->operands[0], e) == 0) {
		if (o->json)
			print_json(&x);
		else
			print_text(&x);
		ret = x.s.any ? EXIT_ANSWERED : EXIT_NEGATIVE;
	}
	ask_close(&x.ask);
	return ret;
}

const struct prog_cmd triage_fixes = {
	.head = { "fixes", "fixes TEST|COMMIT [OPTION...]", "on which branches a fix is, and whether it held", "",
	          USE_FIXES },
	.operands_max = 1,
	.run = run,
};
