/* `known add|list|check|rm`: rules for failures that have an issue. */
#include "common/base.h"
#include "triage/cmd.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/json.h"
#include "triage/doc_escape.h"
#include "triage/known_check.h"
#include "triage/wording.h"

enum { PAGE_MAX = 16 << 20 };

/* ---- rules as text and as JSON ---- */

static struct span
text_of(const char *text)
{
	return text ? span_of(text) : span_of("");
}

static struct known
rule_of(const struct options *o)
{
	return (struct known){
		.test = text_of(o->test), .builder = text_of(o->builder), .branch = text_of(o->branch),
		.pattern = text_of(o->pattern), .issue = text_of(o->issue), .note = text_of(o->note),
		.since = clock_wall(),
	};
}

static void
add_part(struct str *out, const char *name, struct span x)
{
	if (x.n == 0)
		return;
	str_addf(out, "  %s ", name);
	escape_text(out, x);
}

static void
rule_text(struct str *out, const struct known *k)
{
	str_addf(out, "%lld  ", (long long)k->id);
	escape_text(out, k->issue);
	add_part(out, "test", k->test);
	add_part(out, "builder", k->builder);
	add_part(out, "branch", k->branch);
	add_part(out, "pattern", k->pattern);
	add_part(out, "note", k->note);
	str_addc(out, '\n');
}

static void
rule_json(struct json *x, const struct known *k)
{
	char since[CLOCK_TEXT];

	clock_stamp(since, k->since);
	json_add_int(x, "id", k->id);
	json_add_text(x, "issue", k->issue);
	json_add_text(x, "test", k->test);
	json_add_text(x, "builder", k->builder);
	json_add_text(x, "branch", k->branch);
	json_add_text(x, "pattern", k->pattern);
	json_add_text(x, "note", k->note);
	json_add_text(x, "since", span_of(since));
}

static void
checked_json(struct json *x, const struct known_checked *c)
{
	json_add_int(x, "failures", (int64_t)c->failures);
	json_add_int(x, "of_failures", (int64_t)c->of_failures);
	json_add_int(x, "tests", (int64_t)c->tests);
	json_add_int(x, "of_tests", (int64_t)c->of_tests);
	json_add_int(x, "passing_lines", (int64_t)c->lines);
	json_add_int(x, "of_passing_lines", (int64_t)c->of_lines);
	if (known_doubt(c))
		json_add_text(x, "doubt", span_of(known_doubt(c)));
	else
		json_add_null(x, "doubt");
}

static void
checked_text(struct str *out, const struct known_checked *c)
{
	str_adds(out, "   matches ");
	wording_number(out, c->failures);
	str_adds(out, " of ");
	wording_count(out, c->of_failures, "failure");
	str_adds(out, " in ");
	wording_number(out, c->tests);
	str_adds(out, " of ");
	wording_count(out, c->of_tests, "test");
	str_adds(out, ", and ");
	wording_number(out, c->lines);
	str_adds(out, " of ");
	wording_count(out, c->of_lines, "warning");
	str_adds(out, " in builds that passed\n");
	if (c->line.n) {
		str_adds(out, "   for example: ");
		escape_text(out, c->line.n > 200 ? (struct span){ c->line.p, 200 } : c->line);
		str_addc(out, '\n');
	}
	str_addf(out, "   %s%s\n", known_doubt(c) ? "do not trust it: " : "nothing speaks against it",
	         known_doubt(c) ? known_doubt(c) : "");
}

static void
print(struct str *out, struct json *doc)
{
	if (doc) {
		str_clear(out);
		json_print(doc, out);
		str_addc(out, '\n');
	}
	fwrite(str_c(out), 1, out->n, stdout);
}

/* ---- what can be done ---- */

static int
usage(const char *text)
{
	diag_note("%s", text);
	return EXIT_USAGE;
}

static int
add(const struct prog_call *call, const struct options *o, struct err *e)
{
	struct known rule = rule_of(o);
	struct known_set *set = known_new();
	struct err wrong = ERR_INIT;
	struct store *s = NULL;
	struct str out = STR_INIT(PAGE_MAX);
	struct json *doc = json_new();
	int ret = -1;

	if (call->n_operands > 1 || rule.issue.n == 0) {
		ret = usage("known add needs --issue LINK, and what fails: --test, --pattern, --builder or --branch");
	} else if (rule.test.n + rule.pattern.n + rule.builder.n + rule.branch.n == 0) {
		ret = usage("this would match every failure: say which with --test, --pattern, --builder or --branch");
	} else if (known_add(set, &rule, &wrong) < 0) {
		ret = usage(wrong.msg);
	} else if ((s = store_open(o->db, STORE_WRITE, e)) != NULL && store_known_add(s, &rule, &rule.id, e) == 0) {
		ret = EXIT_ANSWERED;
		rule_text(&out, &rule);
		rule_json(doc, &rule);
		print(&out, o->json ? doc : NULL);
	}
	json_free(doc);
	str_release(&out);
	store_close(s);
	known_free(set);
	return ret;
}

static int
rm(const struct prog_call *call, const struct options *o, struct err *e)
{
	uint64_t id = 0;
	struct store *s;
	bool there = false;
	int ret;

	if (call->n_operands != 2 || !span_u64(span_of(call->operands[1]), &id) || id > INT64_MAX)
		return usage("known rm takes the number of a rule, as `known list` shows it");
	s = store_open(o->db, STORE_WRITE, e);
	ret = s ? store_known_remove(s, (int64_t)id, &there, e) : -1;
	store_close(s);
	if (ret == 0 && !there)
		return err_set(e, "there is no rule %s", call->operands[1]);
	return ret < 0 ? -1 : EXIT_ANSWERED;
}

static int
list(const struct prog_call *call, const struct options *o, struct err *e)
{
	struct asked *a = xcalloc(1, sizeof(*a));
	struct str out = STR_INIT(PAGE_MAX);
	struct json *doc = json_new(), *rules = json_add_array(doc, "rules");
	int ret = call->n_operands > 1 ? usage("known list takes no operand") : asked_open(a, o, 0, e);

	if (ret == 0 && a->known) {
		for (size_t i = 0; i < known_count(a->known); i++) {
			rule_text(&out, known_at(a->known, i));
			rule_json(json_add_object(rules, NULL), known_at(a->known, i));
		}
		print(&out, o->json ? doc : NULL);
	}
	json_free(doc);
	str_release(&out);
	asked_release(a);
	free(a);
	return ret;
}

/* Which rules: the one of that number, the one that the options say, or all. */
static int
check_which(struct known_set *set, const struct asked *a, const struct prog_call *call,
            const struct options *o, struct err *e)
{
	struct known rule = rule_of(o);
	uint64_t id = 0;

	if (call->n_operands == 1 && rule.test.n + rule.pattern.n > 0)
		return known_add(set, &rule, e);
	if (call->n_operands == 2 && !span_u64(span_of(call->operands[1]), &id))
		return err_set(e, "'%.100s' is no number of a rule", call->operands[1]);
	for (size_t i = 0; i < known_count(a->known); i++) {
		const struct known *k = known_at(a->known, i);

		if ((id == 0 || k->id == (int64_t)id) && known_add(set, k, e) < 0)
			return -1;
	}
	return known_count(set) || id == 0 ? 0 : err_set(e, "there is no rule %s", call->operands[1]);
}

static int
check(const struct prog_call *call, const struct options *o, struct err *e)
{
	struct options all = *o; /* names in the options are the rule's, not the view's */
	struct asked *a = xcalloc(1, sizeof(*a));
	struct known_set *set = known_new();
	struct str out = STR_INIT(PAGE_MAX);
	struct json *doc = json_new(), *rules = json_add_array(doc, "rules");
	bool doubt = false;
	int ret = -1;

	all.builder = all.branch = NULL;
	if (asked_open(a, &all, 0, e) < 0 || check_which(set, a, call, o, e) < 0)
		goto out;
	for (size_t i = 0; i < known_count(set); i++) {
		struct json *x = json_add_object(rules, NULL);
		struct known_checked c;

		if (known_check(&c, a, set, i, e) < 0)
			goto out;
		doubt |= known_doubt(&c) != NULL;
		rule_text(&out, known_at(set, i));
		checked_text(&out, &c);
		rule_json(x, known_at(set, i));
		checked_json(x, &c);
	}
	print(&out, o->json ? doc : NULL);
	ret = doubt ? EXIT_NEGATIVE : EXIT_ANSWERED;
out:
	json_free(doc);
	str_release(&out);
	known_free(set);
	asked_release(a);
	free(a);
	return ret;
}

static const struct {
	const char *name;
	int (*run)(const struct prog_call *call, const struct options *o, struct err *e);
} actions[] = {
	{ "add", add }, { "list", list }, { "check", check }, { "rm", rm },
};

static int
run(const struct prog_call *call, struct err *e)
{
	const char *name = call->n_operands ? call->operands[0] : "list";

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return actions[i].run(call, triage_options(call), e);
	}
	return usage("known what? add, list, check or rm");
}

const struct prog_cmd triage_known = {
	.head = {
		.name = "known",
		.usage = "known add|list|check|rm [OPTION...] [ID]",
		.title = "rules for failures that have an issue",
		.operands = "add list check rm",
		.use = USE_KNOWN,
	},
	.operands_max = 2,
	.run = run,
};
