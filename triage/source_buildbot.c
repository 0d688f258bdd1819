/*
 * A Buildbot master as a source: see source_buildbot.h.  Here is what goes on whichever
 * way leads to the master: identity, what was read before, builds into the store.
 */
#include "common/base.h"
#include "triage/source_buildbot.h"

#include <stdio.h>

#include "triage/collect.h"
#include "triage/source_buildbot_in.h"
#include "triage/store.h"

enum { OPEN_MAX = 10000 };    /* builds looked at again; older ones are given up */
enum { GENERATIONS_MAX = 100 };

struct bb {
	struct ingest *in;
	const struct bb_way *way;
	void *self;
	const char *where;
	int64_t since;        /* older builds are left out; 0: none */
	struct str source;    /* identity of the builds */
	int64_t last;         /* highest build id that was seen */
	VEC(int64_t) open;    /* ids up to last that were not complete, or could not be read */
	struct str anchor;    /* what the last build looked like */
	struct str memo;      /* of the way */
	unsigned n_strikes;   /* builds in a row that could not be read */
};

/* ---- what is remembered ---- */

static int
load_notes(struct bb *bb, struct err *e)
{
	struct store *s = bb->in->store;
	struct span source = str_span(&bb->source), rest, word;
	struct str open = STR_INIT(1 << 20), last = STR_INIT(100);
	uint64_t id;
	int ret = -1;

	vec_clear(&bb->open);
	if (store_noted(s, source, "last", &last, e) < 0 || store_noted(s, source, "open", &open, e) < 0 ||
	    store_noted(s, source, "anchor", &bb->anchor, e) < 0 ||
	    store_noted(s, source, "memo", &bb->memo, e) < 0)
		goto out;
	bb->last = span_u64(str_span(&last), &id) && id <= INT64_MAX ? (int64_t)id : 0;
	rest = str_span(&open);
	while (span_next(&rest, ' ', &word)) {
		if (span_u64(word, &id) && id <= INT64_MAX)
			vec_push(&bb->open, (int64_t)id);
	}
	ret = 0;
out:
	str_release(&open);
	str_release(&last);
	return ret;
}

static int
save_notes(struct bb *bb, struct err *e)
{
	struct store *s = bb->in->store;
	struct span source = str_span(&bb->source);
	struct str open = STR_INIT(1 << 20), last = STR_INIT(100);
	size_t i = bb->open.n > OPEN_MAX ? bb->open.n - OPEN_MAX : 0;
	int ret;

	for (; i < bb->open.n; i++)
		str_addf(&open, "%s%lld", open.n ? " " : "", (long long)bb->open.p[i]);
	str_addf(&last, "%lld", (long long)bb->last);
	ret = store_note(s, source, "open", str_span(&open), e) < 0 ||
	      store_note(s, source, "anchor", str_span(&bb->anchor), e) < 0 ||
	      store_note(s, source, "memo", str_span(&bb->memo), e) < 0 ||
	      store_note(s, source, "last", str_span(&last), e) < 0 ? -1 : 0;
	str_release(&open);
	str_release(&last);
	return ret;
}

/* ---- identity ---- */

/* Is it still the Buildbot in which the last build was the one that was noted?  It may have
 * been removed since as too old; then there are only later ones. */
static enum bb_did
is_known(struct bb *bb, bool *known, struct err *e)
{
	struct bb_page page = BB_PAGE_INIT;
	struct str seen = STR_INIT(200);
	enum bb_did did = BB_DONE;

	*known = true;
	if (bb->anchor.n == 0)
		goto out;
	did = bb->way->build(bb->self, bb->last, &page, e);
	if (did == BB_DONE && page.builds.n) {
		bb_describe(&page.builds.p[0], &seen);
		*known = strcmp(str_c(&seen), str_c(&bb->anchor)) == 0;
	} else if (did == BB_DONE) {
		did = bb->way->builds(bb->self, 0, &page, e);
		*known = page.builds.n == 0 || page.builds.p[0].id > bb->last;
	}
out:
	bb_page_clear(&page);
	str_release(&seen);
	return did;
}

/* Finds the builds' source and what was read of it before. */
static int
identify(struct bb *bb, struct err *e)
{
	struct str name = STR_INIT(4096);
	bool known = false;
	int ret = -1;

	if (bb->way->master(bb->self, &name, e) != BB_DONE)
		goto out;
	for (int n = 1; !known; n++) {
		str_clear(&bb->source);
		str_addf(&bb->source, "buildbot %s", name.n ? str_c(&name) : bb->where);
		if (n > 1)
			str_addf(&bb->source, " (%d)", n);
		if (n > GENERATIONS_MAX) {
			err_set(e, "its builds are not those of any earlier ingest, for the %dth time; "
			        "use another --db for it", n);
			goto out;
		}
		if (load_notes(bb, e) < 0 || is_known(bb, &known, e) != BB_DONE)
			goto out;
		if (known && n > 1 && bb->last == 0 && bb->in->remark) {
			struct str text = STR_INIT(8192);
			str_addf(&text, "'%s' has other builds than the Buildbot that was read before as '%s'; "
			         "they are kept apart as '%s'", bb->where, str_c(&name), str_c(&bb->source));
			bb->in->remark(bb->in->data, str_c(&text));
			str_release(&text);
		}
	}
	ret = 0;
out:
	str_release(&name);
	return ret;
}

/* ---- one build ---- */

/* Takes the bytes of one log. */
struct taking {
	struct bb *bb;
	const struct bb_build *build;
	const struct bb_log *log;
	struct intake *to;
	bool lost; /* some of it */
};

static bool
take_bytes(void *data, struct span bytes)
{
	struct taking *t = data;

	intake_feed(t->to, bytes);
	return !intake_is_idle(t->to);
}

static void
take_unread(void *data, const char *what)
{
	struct taking *t = data;

	t->lost = true;
	intake_unread(t->to, "%.*s #%lld, step '%.*s', log '%.*s': %s", (int)t->build->builder.n,
	              t->build->builder.p, (long long)t->build->number, (int)t->log->step.n, t->log->step.p,
	              (int)t->log->name.n, t->log->name.p, what);
}

static enum bb_did
take_log(struct taking *t, struct err *e)
{
	const struct bb_sink sink = { take_bytes, take_unread, t };
	struct str path = STR_INIT(4096);
	enum bb_did did;

	str_addf(&path, "%.*s/%.*s", (int)t->log->step.n, t->log->step.p, (int)t->log->name.n, t->log->name.p);
	intake_begin_maybe(t->to, str_c(&path));
	did = t->bb->way->read(t->bb->self, t->log, &sink, e);
	if (did == BB_NOT)
		take_unread(t, e->msg);
	intake_end(t->to);
	str_release(&path);
	return did == BB_NOT ? BB_DONE : did;
}

static void
state_facts(struct bb *bb, const struct bb_build *b, struct str *number, struct str *url, struct build *facts)
{
	str_addf(number, "%lld", (long long)b->number);
	bb->way->url(bb->self, b, url);
	*facts = (struct build){
		.source = str_span(&bb->source),
		.builder = b->builder.n ? b->builder : span_of("(without a name)"),
		.worker = b->worker.n ? b->worker : span_of(""),
		.url = str_span(url),
		.number = str_span(number),
		.started = b->started,
		.finished = b->finished,
		.result = (uint8_t)build_result_of_buildbot(b->results),
	};
	bb_revision(b, &facts->branch, &facts->revision);
}

static enum bb_did
read_logs(struct bb *bb, const struct bb_build *b, struct intake *to, bool *deleted, struct err *e)
{
	enum bb_did did = BB_DONE;

	for (size_t i = 0; i < b->logs.n && did == BB_DONE; i++) {
		struct taking t = { bb, b, &b->logs.p[i], to, false };
		if (t.log->type != 'd')
			did = take_log(&t, e);
		*deleted |= t.log->type == 'd';
		if (t.lost)
			intake_lost(to);
	}
	return did;
}

/* The master's own results, which it keeps when logs are gone, where no log had any. */
static enum bb_did
read_sets(struct bb *bb, const struct bb_build *b, struct intake *to, bool *found, struct err *e)
{
	struct collect *own = intake_own(to);
	enum bb_did did = bb->way->sets(bb->self, b, own, e);

	*found = own->runs.n && collect_run(own)->tests.n;
	if (did != BB_NOT)
		return did;
	intake_unread(to, "%.*s #%lld, test result sets: %s", (int)b->builder.n, b->builder.p,
	              (long long)b->number, e->msg);
	intake_lost(to);
	return BB_DONE;
}

/* All that it says of tests. */
static enum bb_did
read_tests(struct bb *bb, const struct bb_build *b, struct intake *to, struct err *e)
{
	bool deleted = false, found = false;
	enum bb_did did = read_logs(bb, b, to, &deleted, e);

	if (did == BB_DONE && bb_tests_matter(b->results) && !intake_has_tests(to))
		did = read_sets(bb, b, to, &found, e);
	if (deleted && !found)
		intake_lost(to);
	return did;
}

/* BB_FATAL: the way is blocked or the store failed. */
static enum bb_did
take_build(struct bb *bb, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct str number = STR_INIT(40), url = STR_INIT(4096);
	enum bb_did did = BB_DONE;
	struct intake *to = NULL;
	struct build facts;

	if (bb_needs_stamps(b))
		did = bb->way->stamps(bb->self, b, mem, e);
	if (did == BB_DONE && bb->way->logs && bb_tests_matter(b->results))
		did = bb->way->logs(bb->self, b, mem, e);
	if (did != BB_DONE)
		goto out;
	state_facts(bb, b, &number, &url, &facts);
	to = intake_new(bb->in, &facts);
	if (b->damage.n) {
		intake_lost(to);
		intake_unread(to, "%.*s #%lld: %.*s", (int)facts.builder.n, facts.builder.p,
		              (long long)b->number, (int)b->damage.n, b->damage.p);
	}
	did = read_tests(bb, b, to, e);
	if (did == BB_DONE && (intake_commit(to, false, e) < 0 ||
	                       (bb->way->slow && store_flush(bb->in->store, e) < 0)))
		did = BB_FATAL;
out:
	intake_free(to);
	str_release(&number);
	str_release(&url);
	return did;
}

static void
say_not_now(struct bb *bb, const struct bb_build *b, struct err *e)
{
	bb->in->n_unread++;
	err_prefix(e, "build %lld of '%.*s' cannot be read now", (long long)b->number,
	           (int)b->builder.n, b->builder.p);
	if (bb->in->remark)
		bb->in->remark(bb->in->data, e->msg);
}

/* Takes a build if it is complete; keeps it in mind otherwise, and when it cannot be read now. */
static enum bb_did
try_build(struct bb *bb, struct bb_build *b, struct arena *mem, struct err *e)
{
	enum bb_did did;

	if (bb_is_before(b, bb->since))
		return BB_DONE;
	did = b->complete ? take_build(bb, b, mem, e) : BB_NOT;
	if (did == BB_DONE)
		bb->n_strikes = 0;
	if (did != BB_NOT)
		return did;
	vec_push(&bb->open, b->id);
	if (b->complete) {
		bb->n_strikes++;
		say_not_now(bb, b, e);
	}
	return BB_DONE;
}

/* ---- all builds ---- */

static enum bb_did
try_id(struct bb *bb, int64_t id, struct err *e)
{
	struct bb_page page = BB_PAGE_INIT;
	enum bb_did did = bb->way->build(bb->self, id, &page, e);

	if (did == BB_DONE && page.builds.n)
		did = try_build(bb, &page.builds.p[0], &page.mem, e);
	else if (did == BB_NOT)
		vec_push(&bb->open, id);
	bb_page_clear(&page);
	return did == BB_NOT ? BB_DONE : did;
}

/* Those that were not complete the last time.  Some that cannot be read must not stand in
 * the way of new ones. */
static enum bb_did
read_open(struct bb *bb, struct err *e)
{
	VEC(int64_t) before = VEC_INIT;
	enum bb_did did = BB_DONE;
	size_t i;

	for (i = 0; i < bb->open.n; i++)
		vec_push(&before, bb->open.p[i]);
	vec_clear(&bb->open);
	for (i = 0; i < before.n && bb->n_strikes < BB_STRIKES; i++) {
		did = try_id(bb, before.p[i], e);
		if (did != BB_DONE)
			break;
	}
	for (; i < before.n; i++)
		vec_push(&bb->open, before.p[i]);
	bb->n_strikes = 0;
	vec_release(&before);
	return did;
}

static enum bb_did
read_page(struct bb *bb, struct bb_page *page, struct err *e)
{
	enum bb_did did = BB_DONE;

	if (page->skipped.n) {
		bb->in->n_unread++;
		if (bb->in->remark)
			bb->in->remark(bb->in->data, page->skipped.p);
	}
	for (size_t i = 0; i < page->builds.n && did == BB_DONE; i++) {
		struct bb_build *b = &page->builds.p[i];
		did = try_build(bb, b, &page->mem, e);
		if (did != BB_DONE)
			break;
		bb->last = b->id;
		bb_describe(b, &bb->anchor);
		if (bb->n_strikes >= BB_STRIKES)
			did = BB_FATAL;
	}
	return did;
}

static enum bb_did
read_new(struct bb *bb, struct err *e)
{
	enum bb_did did = BB_DONE;
	size_t n = 1;

	if (bb->since && bb->last == 0)
		did = bb_skip_old(bb->way, bb->self, bb->since, &bb->last, &bb->anchor, e);
	while (did == BB_DONE && n > 0) {
		struct bb_page page = BB_PAGE_INIT;
		struct err note = ERR_INIT;

		did = bb->way->builds(bb->self, bb->last, &page, e);
		n = page.builds.n;
		if (did == BB_DONE)
			did = read_page(bb, &page, e);
		bb_page_clear(&page);
		if (save_notes(bb, &note) < 0 && did == BB_DONE) {
			*e = note;
			did = BB_FATAL;
		}
	}
	return did;
}

int
source_buildbot(struct ingest *in, const struct buildbot_options *o, const char *where, struct err *e)
{
	bool web = span_starts(span_of(where), "http://") || span_starts(span_of(where), "https://");
	struct bb bb = {
		.in = in, .way = web ? &bb_rest : &bb_database, .where = where, .since = o ? o->since : 0,
		.source = STR_INIT(8192),
		.anchor = STR_INIT(200), .memo = STR_INIT(4096),
	};
	struct err note = ERR_INIT;
	int ret = -1;

	bb.self = web ? bb_rest_open(where, o, &bb.memo, e) : bb_database_open(where, e);
	if (bb.self == NULL || identify(&bb, e) < 0)
		goto out;
	if (read_open(&bb, e) == BB_DONE && read_new(&bb, e) == BB_DONE)
		ret = 0;
	else
		save_notes(&bb, &note);
out:
	if (bb.self)
		bb.way->close(bb.self);
	str_release(&bb.source);
	str_release(&bb.anchor);
	str_release(&bb.memo);
	vec_release(&bb.open);
	/* Errors of a database name its file. */
	return ret < 0 && e->msg[0] != '\'' ? err_prefix(e, "'%s'", where) : ret;
}
