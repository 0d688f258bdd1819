/*
 * What belongs to a build, by REST: source stamps, steps, logs, test result sets.  Logs come in pages of
 * lines, smaller ones when the lines are long.
 */
#include "common/base.h"
#include "triage/source_buildbot_rest.h"

/* ---- what belongs to a build ---- */

static const struct json *
stamps_in(const struct json *doc)
{
	return json_find(json_at(json_find(doc, "buildsets"), 0), "sourcestamps");
}

/* The one with the lowest id above after; NULL: none. */
static const struct json *
next_stamp(const struct json *list, int64_t after)
{
	const struct json *best = NULL;

	for (size_t i = 0; i < json_count(list); i++) {
		int64_t id = bb_rest_int(json_at(list, i), "ssid", -1);
		if (id > after && (!best || id < bb_rest_int(best, "ssid", -1)))
			best = json_at(list, i);
	}
	return best;
}

enum bb_did
bb_rest_stamps(void *self, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct bb_rest *r = self;
	bool missing = false;
	const struct json *x;
	int64_t buildset = -1;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "buildrequests/%lld?field=buildsetid", (long long)b->request_id);
	did = bb_rest_get(r, &doc, "", &missing, e);
	if (did == BB_DONE)
		buildset = bb_rest_int(json_at(json_find(doc, "buildrequests"), 0), "buildsetid", -1);
	json_free(doc);
	if (did != BB_DONE || buildset < 0)
		return did;
	bb_rest_url(r, "buildsets/%lld", (long long)buildset);
	did = bb_rest_get(r, &doc, "", &missing, e);
	for (x = next_stamp(stamps_in(doc), -1); x; x = next_stamp(stamps_in(doc), bb_rest_int(x, "ssid", -1))) {
		struct bb_stamp s = { bb_copy(mem, bb_rest_text(x, "codebase")),
		                      bb_copy(mem, bb_rest_text(x, "branch")),
		                      bb_copy(mem, bb_rest_text(x, "revision")) };
		vec_push(&b->stamps, s);
	}
	json_free(doc);
	return did;
}

static enum bb_did
logs_of_step(struct bb_rest *r, struct bb_build *b, const struct json *step, struct arena *mem, struct err *e)
{
	const struct json *list = NULL;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "steps/%lld/logs", (long long)bb_rest_int(step, "stepid", -1));
	did = bb_rest_get(r, &doc, "", NULL, e);
	if (did == BB_DONE)
		did = bb_rest_list(r, doc, "logs", &list, e);
	for (size_t i = 0; i < json_count(list) && b->logs.n < BB_LOGS_MAX; i++) {
		const struct json *x = json_at(list, i);
		struct span type = bb_rest_text(x, "type");
		struct bb_log l = { .id = bb_rest_int(x, "logid", -1), .n_lines = bb_rest_int(x, "num_lines", 0),
		                    .type = type.n ? type.p[0] : 't' };
		if (!bb_log_matters(bb_rest_text(x, "name"), l.type))
			continue;
		l.name = bb_copy(mem, bb_rest_text(x, "name"));
		l.step = bb_copy(mem, bb_rest_text(step, "name"));
		vec_push(&b->logs, l);
	}
	json_free(doc);
	return did;
}

enum bb_did
bb_rest_logs(void *self, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct bb_rest *r = self;
	const struct json *list = NULL;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "builds/%lld/steps?field=stepid&field=name&field=number&order=number", (long long)b->id);
	did = bb_rest_get(r, &doc, "", NULL, e);
	if (did == BB_DONE)
		did = bb_rest_list(r, doc, "steps", &list, e);
	for (size_t i = 0; i < json_count(list) && did == BB_DONE; i++) {
		if (bb_step_matters(bb_rest_text(json_at(list, i), "name")))
			did = logs_of_step(r, b, json_at(list, i), mem, e);
	}
	json_free(doc);
	return did;
}

/* ---- logs ---- */

/* Hands on the lines of a page; their number, -1: no more are wanted. */
static int64_t
take_lines(struct str *text, bool letters, const struct bb_sink *to)
{
	size_t n;

	if (text->n && text->p[text->n - 1] != '\n')
		str_addc(text, '\n');
	n = bb_count_lines(str_span(text));
	if (letters)
		str_cut(text, bb_strip(text->p, text->n));
	if (text->n && !to->feed(to->data, str_span(text)))
		return -1;
	return (int64_t)n;
}

enum bb_did
bb_rest_read(void *self, const struct bb_log *log, const struct bb_sink *to, struct err *e)
{
	struct bb_rest *r = self;
	struct str text = STR_INIT(BB_BODY_MAX + 1);
	enum bb_did did = BB_DONE;
	int64_t at = 0, n = 1;

	while (at < log->n_lines && did == BB_DONE && n > 0) {
		struct json *doc;

		bb_rest_url(r, "logs/%lld/contents?offset=%lld&limit=%lld", (long long)log->id, (long long)at,
		        (long long)r->n_lines);
		did = bb_rest_get(r, &doc, "", NULL, e);
		if (did == BB_NOT && r->body.over && r->n_lines > 1) {
			r->n_lines = r->n_lines > 8 ? r->n_lines / 8 : 1;
			did = BB_DONE;
			continue;
		}
		if (did == BB_DONE) {
			const struct json *x = json_find(doc, "logchunks");
			str_clear(&text);
			str_addspan(&text, bb_rest_text(json_count(x) ? json_at(x, 0) : x, "content"));
			n = take_lines(&text, log->type == 's', to);
			at = n < 0 ? log->n_lines : at + n;
		}
		json_free(doc);
	}
	if (did == BB_DONE && at < log->n_lines) {
		str_clear(&text);
		str_addf(&text, "lines %lld to %lld are missing", (long long)at, (long long)log->n_lines - 1);
		to->unread(to->data, str_c(&text));
	}
	str_release(&text);
	return did;
}

/* ---- test result sets ---- */

static enum bb_did
take_set(struct bb_rest *r, const struct json *set, struct collect *to, bool *any, bool *complete, struct err *e)
{
	bool whole = false;
	struct bb_result x = { .category = bb_rest_text(set, "category"), .unit = bb_rest_text(set, "value_unit") };
	const struct json *list = NULL;
	struct json *doc;
	enum bb_did did;

	if (!bb_set_matters(x.category, x.unit))
		return BB_DONE;
	bb_rest_url(r, "test_result_sets/%lld/results", (long long)bb_rest_int(set, "test_result_setid", -1));
	did = bb_rest_get(r, &doc, "", NULL, e);
	if (did == BB_DONE)
		did = bb_rest_list(r, doc, "test_results", &list, e);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *result = json_at(list, i);

		x.name = bb_rest_text(result, "test_name");
		x.path = bb_rest_text(result, "test_code_path");
		x.value = bb_rest_text(result, "value");
		x.nanos = bb_rest_int(result, "duration_ns", -1);
		bb_take_result(to, &x);
	}
	json_bool(json_find(set, "complete"), &whole);
	*any |= json_count(list) > 0;
	*complete &= whole || json_count(list) == 0;
	json_free(doc);
	return did;
}

enum bb_did
bb_rest_sets(void *self, const struct bb_build *b, struct collect *to, struct err *e)
{
	struct bb_rest *r = self;
	const struct json *list = NULL;
	bool missing = false, any = false, complete = true;
	struct json *doc;
	enum bb_did did;

	if (r->no_sets)
		return BB_DONE;
	bb_rest_url(r, "builds/%lld/test_result_sets", (long long)b->id);
	did = bb_rest_get(r, &doc, "", &missing, e);
	r->no_sets = missing;
	if (did == BB_DONE && doc)
		did = bb_rest_list(r, doc, "test_result_sets", &list, e);
	for (size_t i = 0; i < json_count(list) && did == BB_DONE; i++)
		did = take_set(r, json_at(list, i), to, &any, &complete, e);
	if (any)
		bb_end_results(to, b->results, complete && did == BB_DONE);
	json_free(doc);
	return did;
}
