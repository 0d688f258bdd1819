/*
 * A Buildbot master's REST interface, version 2: see source_buildbot_in.h.  One
 * connection, one request at a time, each with its fields named.
 */
#include "common/base.h"
#include "triage/source_buildbot_rest.h"

#include <stdio.h>


enum { LIST_MAX = 1000 };       /* builders asked for at once */
#define PROPERTIES "&property=branch&property=revision&property=got_revision&property=workername" \
	"&property=slavename"

/* ---- requests ---- */

/* What the server says itself: {"error": "..."}, or nothing. */
static void
add_servers_words(struct bb_rest *r, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct json *doc = r->body.n < BB_TEXT_MAX ? json_parse(str_span(&r->body), &ignored) : NULL;
	struct str words = STR_INIT(1000);
	struct span text;

	if (!json_text(json_find(doc, "error"), &text))
		json_text(json_find(json_find(doc, "error"), "message"), &text);
	if (json_text(json_find(doc, "error"), &text) && text.n < 300 && str_add_escaped(&words, text)) {
		struct err old = *e;
		err_set(e, "%s: %s", old.msg, str_c(&words));
	}
	str_release(&words);
	json_free(doc);
}

/* What an answer that is no document comes to. */
static enum bb_did
refuse(struct bb_rest *r, struct err *e)
{
	long status = r->answer.status;

	if (status == 401 || status == 403) {
		err_set(e, "status %ld: it wants a login; put one into ~/.netrc, or a token into the "
		        "environment as FLAKE_TRIAGE_TOKEN", status);
		return BB_FATAL;
	}
	err_set(e, "status %ld", status);
	add_servers_words(r, e);
	return BB_NOT;
}

enum bb_did
bb_rest_get(struct bb_rest *r, struct json **doc, const char *etag, bool *missing, struct err *e)
{
	struct err why = ERR_INIT;
	enum bb_did did = BB_DONE;

	*doc = NULL;
	if (http_get(r->http, str_c(&r->url), etag, &r->body, &r->answer, e) < 0)
		did = r->body.over ? BB_NOT : BB_FATAL;
	else if (r->answer.status == 404 && missing)
		*missing = true;
	else if (r->answer.status == 304 && etag[0])
		return BB_DONE;
	else if (r->answer.status != 200)
		did = refuse(r, e);
	else if ((*doc = json_parse(str_span(&r->body), &why)) == NULL) {
		err_set(e, "the answer is %s and not Buildbot's JSON (%s)", r->answer.type[0] ? r->answer.type
		        : "of no type", why.msg);
		did = BB_NOT;
	}
	if (did != BB_DONE)
		err_prefix(e, "%s", &str_c(&r->url)[r->base.n]);
	return did;
}

void
bb_rest_url(struct bb_rest *r, const char *fmt, ...)
{
	char part[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	str_clear(&r->url);
	str_addspan(&r->url, str_span(&r->base));
	str_adds(&r->url, "api/v2/");
	str_adds(&r->url, part);
}

enum bb_did
bb_rest_list(struct bb_rest *r, const struct json *doc, const char *name, const struct json **list, struct err *e)
{
	*list = json_find(doc, name);
	if (*list)
		return BB_DONE;
	err_set(e, "%s: the answer holds no '%s'", &str_c(&r->url)[r->base.n], name);
	return BB_NOT;
}

int64_t
bb_rest_int(const struct json *x, const char *key, int64_t otherwise)
{
	double real;

	if (!json_int(json_find(x, key), &otherwise) && json_number(json_find(x, key), &real) &&
	    real > -1e15 && real < 1e15)
		otherwise = (int64_t)real;
	return otherwise;
}

struct span
bb_rest_text(const struct json *x, const char *key)
{
	struct span text = { "", 0 };

	json_text(json_find(x, key), &text);
	return text;
}

/* ---- open ---- */

static void
close_rest(void *self)
{
	struct bb_rest *r = self;

	http_free(r->http);
	str_release(&r->base);
	str_release(&r->url);
	str_release(&r->body);
	vec_release(&r->builders);
	arena_release(&r->mem);
	free(r);
}

/* The master's address: without "#/builders/12", "?x" and "api/v2", with a slash at its end. */
static void
set_base(struct str *base, const char *url)
{
	struct span x = { url, strcspn(url, "#?") };

	while (x.n && x.p[x.n - 1] == '/')
		x.n--;
	if (span_ends(x, "/api/v2"))
		x.n -= strlen("/api/v2");
	str_addspan(base, x);
	str_addc(base, '/');
}

void *
bb_rest_open(const char *url, const struct buildbot_options *o, struct str *memo, struct err *e)
{
	struct bb_rest *r = xcalloc(1, sizeof(*r));

	r->base = (struct str)STR_INIT(4096);
	r->url = (struct str)STR_INIT(8192);
	r->body = (struct str)STR_INIT(BB_BODY_MAX);
	r->n_lines = BB_LINES_MOST;
	r->memo = memo;
	set_base(&r->base, url);
	r->http = http_new("flake-triage (reads build results)", o ? o->token : NULL,
	                   o && o->limits ? o->limits : &http_usual, e);
	if (r->http == NULL) {
		close_rest(r);
		return NULL;
	}
	return r;
}

static void
url_of(void *self, const struct bb_build *b, struct str *out)
{
	const struct bb_rest *r = self;

	str_addf(out, "%s#/builders/%lld/builds/%lld", str_c(&r->base), (long long)b->builder_id,
	         (long long)b->number);
}

/* The master with the lowest id.  This is the first request: what goes wrong here is the address. */
static enum bb_did
master_name(void *self, struct str *name, struct err *e)
{
	struct bb_rest *r = self;
	const struct json *list = NULL, *first = NULL;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "masters");
	did = bb_rest_get(r, &doc, "", NULL, e);
	if (did == BB_DONE)
		did = bb_rest_list(r, doc, "masters", &list, e);
	for (size_t i = 0; i < json_count(list); i++) {
		if (!first || bb_rest_int(json_at(list, i), "masterid", 0) < bb_rest_int(first, "masterid", 0))
			first = json_at(list, i);
	}
	str_addspan(name, bb_rest_text(first, "name"));
	json_free(doc);
	if (did == BB_NOT)
		err_prefix(e, "no Buildbot answers there");
	return did;
}

/* ---- builders ---- */

static const struct bb_builder *
find_builder(const struct bb_rest *r, int64_t id)
{
	for (size_t i = 0; i < r->builders.n; i++) {
		if (r->builders.p[i].id == id)
			return &r->builders.p[i];
	}
	return NULL;
}

static size_t
take_builders(struct bb_rest *r, const struct json *list)
{
	size_t n = json_count(list);

	for (size_t i = 0; i < n; i++) {
		const struct json *x = json_at(list, i);
		struct bb_builder b = { bb_rest_int(x, "builderid", -1), bb_copy(&r->mem, bb_rest_text(x, "name")) };
		vec_push(&r->builders, b);
	}
	return n;
}

static enum bb_did
get_builders(struct bb_rest *r, struct err *e)
{
	enum bb_did did = BB_DONE;
	size_t n = LIST_MAX, at = 0;

	for (at = 0; did == BB_DONE && n == LIST_MAX; at += n) {
		const struct json *list = NULL;
		struct json *doc;

		bb_rest_url(r, "builders?field=builderid&field=name&order=builderid&limit=%d&offset=%zu", LIST_MAX, at);
		did = bb_rest_get(r, &doc, "", NULL, e);
		if (did == BB_DONE)
			did = bb_rest_list(r, doc, "builders", &list, e);
		n = take_builders(r, list);
		json_free(doc);
	}
	return did;
}

/* The list does not hold builders that are configured no more on some versions: each is asked for. */
static enum bb_did
builder_of(struct bb_rest *r, struct bb_build *b, struct arena *mem, struct err *e)
{
	const struct bb_builder *found;
	enum bb_did did = BB_DONE;
	bool missing = false;

	if (b->builder_id < 0)
		return BB_DONE;
	if (r->builders.n == 0)
		did = get_builders(r, e);
	found = find_builder(r, b->builder_id);
	if (did == BB_DONE && !found) {
		struct json *doc;
		bb_rest_url(r, "builders/%lld", (long long)b->builder_id);
		did = bb_rest_get(r, &doc, "", &missing, e);
		if (did == BB_DONE && doc)
			take_builders(r, json_find(doc, "builders"));
		json_free(doc);
		found = find_builder(r, b->builder_id);
	}
	if (found)
		b->builder = bb_copy(mem, found->name);
	return did;
}

/* ---- builds ---- */

struct taking {
	struct bb_build *b;
	struct arena *mem;
};

/* A property is [value, source]. */
static void
take_property(void *data, struct span name, const struct json *pair)
{
	struct taking *t = data;

	bb_property(t->b, name, json_at(pair, 0), t->mem);
}

static void
take_build(struct bb_build *b, const struct json *x, struct arena *mem)
{
	struct taking t = { b, mem };
	int64_t results = bb_rest_int(x, "results", -1);

	b->id = bb_rest_int(x, "buildid", -1);
	b->number = bb_rest_int(x, "number", 0);
	b->builder_id = bb_rest_int(x, "builderid", -1);
	b->request_id = bb_rest_int(x, "buildrequestid", -1);
	b->worker_id = bb_rest_int(x, "workerid", -1);
	b->started = bb_time((double)bb_rest_int(x, "started_at", 0));
	b->finished = bb_time((double)bb_rest_int(x, "complete_at", 0));
	json_bool(json_find(x, "complete"), &b->complete);
	b->results = results < 0 || results > 100 ? -1 : (int)results;
	json_each(json_find(x, "properties"), take_property, &t);
}

/* Old versions do not put properties into builds. */
static enum bb_did
properties_of(struct bb_rest *r, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct taking t = { b, mem };
	bool missing = false;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "builds/%lld/properties", (long long)b->id);
	did = bb_rest_get(r, &doc, "", &missing, e);
	if (did == BB_DONE)
		json_each(json_at(json_find(doc, "_properties"), 0), take_property, &t);
	json_free(doc);
	return did;
}

static enum bb_did
worker_of(struct bb_rest *r, struct bb_build *b, struct arena *mem, struct err *e)
{
	bool missing = false;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "workers/%lld", (long long)b->worker_id);
	did = bb_rest_get(r, &doc, "", &missing, e);
	if (did == BB_DONE)
		b->worker = bb_copy(mem, bb_rest_text(json_at(json_find(doc, "workers"), 0), "name"));
	json_free(doc);
	return did;
}

static enum bb_did
complete_build(struct bb_rest *r, struct bb_build *b, struct arena *mem, struct err *e)
{
	enum bb_did did = builder_of(r, b, mem, e);

	if (did == BB_DONE && b->complete && b->branch.p == NULL && b->got.n == 0 && b->worker.n == 0)
		did = properties_of(r, b, mem, e);
	if (did == BB_DONE && b->complete && b->worker.n == 0 && b->worker_id >= 0)
		did = worker_of(r, b, mem, e);
	return did;
}

/* The builds of a document, those above after. */
static enum bb_did
take_builds(struct bb_rest *r, const struct json *list, int64_t after, struct bb_page *page, struct err *e)
{
	enum bb_did did = BB_DONE;

	for (size_t i = 0; i < json_count(list) && did == BB_DONE; i++) {
		struct bb_build *b = bb_page_add(page);
		take_build(b, json_at(list, i), &page->mem);
		if (b->id <= after || (page->builds.n > 1 && b->id <= b[-1].id)) {
			err_set(e, "%s: the answer holds builds that were not asked for", &str_c(&r->url)[r->base.n]);
			return BB_NOT;
		}
		did = complete_build(r, b, &page->mem, e);
	}
	return did;
}

/* What is to be remembered of an empty page: that nothing but a change of it is news. */
static void
remember(struct bb_rest *r, const char *url)
{
	str_clear(r->memo);
	if (r->answer.etag[0])
		str_addf(r->memo, "%s %s", url, r->answer.etag);
}

static enum bb_did
page_after(void *self, int64_t after, struct bb_page *page, struct err *e)
{
	struct bb_rest *r = self;
	struct str url = STR_INIT(8192), etag = STR_INIT(sizeof(r->answer.etag));
	const struct json *list = NULL;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "builds?buildid__gt=%lld&order=buildid&limit=%d" PROPERTIES, (long long)after, BB_PAGE);
	str_addspan(&url, str_span(&r->url));
	if (span_starts(str_span(r->memo), str_c(&url)))
		str_addspan(&etag, span_trim(span_from(str_span(r->memo), url.n)));
	did = bb_rest_get(r, &doc, str_c(&etag), NULL, e);
	if (did == BB_DONE && doc) {
		did = bb_rest_list(r, doc, "builds", &list, e);
		if (did == BB_DONE && json_count(list) == 0)
			remember(r, str_c(&url));
		if (did == BB_DONE)
			did = take_builds(r, list, after, page, e);
	}
	json_free(doc);
	str_release(&url);
	str_release(&etag);
	return did;
}

static enum bb_did
one_build(void *self, int64_t id, struct bb_page *page, struct err *e)
{
	struct bb_rest *r = self;
	bool missing = false;
	struct json *doc;
	enum bb_did did;

	bb_rest_url(r, "builds/%lld?%s", (long long)id, &PROPERTIES[1]);
	did = bb_rest_get(r, &doc, "", &missing, e);
	if (did == BB_DONE && doc)
		did = take_builds(r, json_find(doc, "builds"), id - 1, page, e);
	json_free(doc);
	return did;
}

const struct bb_way bb_rest = {
	.master = master_name, .builds = page_after, .build = one_build, .stamps = bb_rest_stamps,
	.logs = bb_rest_logs, .read = bb_rest_read, .sets = bb_rest_sets,
	.url = url_of, .close = close_rest, .slow = true,
};
