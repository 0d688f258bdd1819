/*
 * A finding as one JSON document.  The keys up to "session" are promised; the
 * others may become more.
 */
#include "common/base.h"
#include "bisect/report.h"

#include <math.h>

#include "common/json.h"

/* What is claimed is never rounded up. */
static double
down(double x, double unit)
{
	return floor(x * unit + 1e-9) / unit;
}

static double
near(double x, double unit)
{
	return round(x * unit) / unit;
}

static void
add_names(struct json *to, const char *key, const struct testlist *list, const uint32_t *tests, size_t n)
{
	struct json *names = json_add_array(to, key);
	size_t i;

	for (i = 0; i < n; i++)
		json_add_text(names, NULL, span_of(testlist_name(list, tests[i])));
}

static void
add_culprit(struct json *to, const struct culprit *c, const struct testlist *list)
{
	struct json *x = json_add_object(to, NULL), *each;
	uint32_t i;

	add_names(x, "tests", list, c->tests, c->n_tests);
	add_names(x, "polluters", list, c->polluters, c->n_polluters);
	json_add_string(x, "victim", c->victim == TESTLIST_NONE ? NULL : testlist_name(list, c->victim));
	json_add_int(x, "fails", c->with.fails);
	json_add_int(x, "fail_runs", c->with.runs);
	json_add_int(x, "without_fails", c->without.fails);
	json_add_int(x, "without_runs", c->without.runs);
	json_add_bool(x, "minimal", c->minimal);
	json_add_bool(x, "proven", c->proven);
	each = json_add_array(x, "without_each");
	for (i = 0; c->without_each && i < c->n_polluters; i++) {
		struct json *one = json_add_object(each, NULL);

		json_add_string(one, "test", testlist_name(list, c->polluters[i]));
		json_add_int(one, "fails", c->without_each[i].fails);
		json_add_int(one, "runs", c->without_each[i].runs);
	}
	add_names(x, "cleaners", list, c->cleaners, c->n_cleaners);
}

static void
add_rate(struct json *doc, const struct finding *f)
{
	struct json *x = json_add_object(doc, "rate");

	json_add_int(x, "fails", f->whole.fails);
	json_add_int(x, "runs", f->whole.runs);
	json_add_number(x, "low", near(f->rate_low, 1e4));
	json_add_number(x, "high", near(f->rate_high, 1e4));
}

static void
add_others(struct json *doc, const struct finding *f)
{
	struct json *x = json_add_array(doc, "other_failures");
	size_t i;

	for (i = 0; i < f->others.n; i++) {
		struct json *one = json_add_object(x, NULL);

		json_add_string(one, "signature", f->others.p[i].signature);
		json_add_int(one, "count", f->others.p[i].count);
		json_add_int(one, "first_run", (int64_t)f->others.p[i].first_run);
	}
}

static void
add_effort(struct json *doc, const struct finding *f)
{
	json_add_int(doc, "tests", f->n_tests);
	json_add_int(doc, "runs", f->n_runs);
	json_add_number(doc, "work", near(f->work, 100));
	json_add_number(doc, "seconds", near(f->seconds, 100));
}

static void
print_line(struct str *out, struct json *doc)
{
	json_print(doc, out);
	str_addc(out, '\n');
	json_free(doc);
}

void
report_json(struct str *out, const struct finding *f, const struct testlist *list)
{
	struct json *doc = json_new(), *sets;
	size_t i;

	json_add_int(doc, "schema", 1);
	json_add_string(doc, "verdict", finding_verdict_name(f->verdict));
	json_add_number(doc, "confidence", down(f->confidence, 1e4));
	add_effort(doc, f);
	add_rate(doc, f);
	sets = json_add_array(doc, "culprits");
	for (i = 0; i < f->culprits.n; i++)
		add_culprit(sets, &f->culprits.p[i], list);
	add_others(doc, f);
	json_add_string(doc, "repro", f->repro);
	json_add_string(doc, "session", f->session);
	json_add_int(doc, "gate_runs", f->n_gate_runs);
	json_add_int(doc, "proof_runs", f->n_proof_runs);
	json_add_string(doc, "signature", f->signature);
	json_add_string(doc, "reason", f->reason);
	add_names(doc, "left", list, f->left.p, f->left.n);
	print_line(out, doc);
}

void
report_rate_json(struct str *out, const struct finding *f)
{
	struct json *doc = json_new();

	json_add_int(doc, "schema", 1);
	add_effort(doc, f);
	add_rate(doc, f);
	add_others(doc, f);
	json_add_string(doc, "session", f->session);
	json_add_string(doc, "signature", f->signature);
	json_add_string(doc, "reason", f->reason);
	print_line(out, doc);
}
