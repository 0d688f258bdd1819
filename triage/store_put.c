/*
 * Storing a build: its tests become a roster and events, and events, lane and
 * counts are brought up to date.  A build that was there is taken out of all
 * of these first.
 */
#include "common/base.h"
#include "triage/store_in.h"

#include "triage/mask.h"

enum { FLAG_LOG_LOST = 1, FLAG_TRUNCATED = 2, VERDICT_SHIFT = 2 };

/* A test that was no plain pass; quiet: its cell is none or a pass all the same. */
struct put_event {
	int64_t test;
	const struct run_test *of;
	uint8_t cell;
	bool quiet;
};

/* A build on its way. */
struct put {
	struct store *store;
	const struct build *b;
	int64_t id, lane, roster; /* roster 0: nothing is known of its tests */
	int64_t source, builder;
	int64_t digest;
	int64_t n_ran, n_failed;
	enum color color;
	VEC(struct put_event) events;
	struct str list;          /* of the events, packed */
	struct str times;         /* of those that passed, packed */
	struct err *e;
};

/* How it was stored before. */
struct stored {
	int64_t id, digest, lane, started, roster, flags;
	struct str events;
};

/* ---- numbers and links ---- */

/* Decimal numbers as people write them are stored as integers. */
static void
bind_number(struct db_query *q, int at, struct span number)
{
	uint64_t n;

	if (number.n <= 18 && (number.n == 1 || number.p[0] != '0') && span_u64(number, &n))
		db_bind_int(q, at, (int64_t)n);
	else
		db_bind_text(q, at, number);
}

/* A link with the number left out (a byte 1 stands for it), so that most builds share it. */
static int64_t
url_row(struct put *p)
{
	struct span url = p->b->url, number = p->b->number;
	struct str text = STR_INIT(STR_LINE);
	int64_t id = 0;
	size_t i;

	if (url.n > STR_LINE)
		url.n = STR_LINE;
	for (i = url.n < number.n ? 0 : url.n - number.n + 1; i > 0; i--) {
		if (number.n && memcmp(url.p + i - 1, number.p, number.n) == 0)
			break;
	}
	if (i > 0) {
		str_add(&text, url.p, i - 1);
		str_addc(&text, 1);
		str_addspan(&text, span_from(url, i - 1 + number.n));
	} else {
		str_addspan(&text, url);
	}
	if (url.n)
		id = name_row(p->store, NAME_URL, str_span(&text), true, p->e);
	str_release(&text);
	return id;
}

/* ---- is it there? ---- */

/* 1: *old says how; 0: no; -1 and e. */
static int
look_up(struct put *p, struct stored *old)
{
	struct db_query *q;
	int got;

	p->source = name_row(p->store, NAME_SOURCE, p->b->source, false, p->e);
	p->builder = name_row(p->store, NAME_BUILDER, p->b->builder, false, p->e);
	if (p->source <= 0 || p->builder <= 0)
		return p->source < 0 || p->builder < 0 ? -1 : 0;
	q = db_query(p->store->db, "SELECT id, digest, lane, started, roster, flags, events FROM builds "
	             "WHERE source = ?1 AND builder = ?2 AND number = ?3 AND part = ?4", p->e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, p->source);
	db_bind_int(q, 2, p->builder);
	bind_number(q, 3, p->b->number);
	db_bind_int(q, 4, p->b->part);
	got = db_step(q, p->e);
	if (got <= 0)
		return got;
	old->id = db_int(q, 0);
	old->digest = db_int(q, 1);
	old->lane = db_int(q, 2);
	old->started = db_int(q, 3);
	old->roster = db_int(q, 4);
	old->flags = db_int(q, 5);
	str_clear(&old->events);
	str_addspan(&old->events, db_text(q, 6));
	db_done(q);
	return 1;
}

/* The same, or less than is known already: a log that was deleted since. */
static bool
adds_nothing(const struct put *p, const struct stored *old)
{
	return old->digest == p->digest || (p->b->log_lost && old->roster > 0);
}

/* ---- small changes ---- */

/* Runs a statement with up to three numbers. */
static int
run_with(struct store *s, const char *sql, int n, int64_t a, int64_t b, int64_t c, struct err *e)
{
	const int64_t values[] = { a, b, c };
	struct db_query *q = db_query(s->db, sql, e);
	int i;

	if (q == NULL)
		return -1;
	for (i = 0; i < n; i++)
		db_bind_int(q, i + 1, values[i]);
	return db_run(q, e);
}

static int
count_lane(struct store *s, int64_t lane, int64_t roster, int64_t by, struct err *e)
{
	if (run_with(s, "UPDATE lanes SET n = n + ?2 WHERE id = ?1", 2, lane, by, 0, e) < 0)
		return -1;
	if (roster == 0)
		return 0;
	return run_with(s, "INSERT INTO lane_rosters(lane, roster, n) VALUES(?1, ?2, ?3) "
	                "ON CONFLICT(lane, roster) DO UPDATE SET n = n + excluded.n", 3, lane, roster, by, e);
}

/* ---- taking a build out ---- */

struct removal {
	struct store *store;
	const struct stored *old;
	struct err *e;
	bool failed;
};

static void
remove_event(void *data, int64_t test)
{
	struct removal *r = data;

	if (!r->failed)
		r->failed = series_remove(r->store, SERIES_TEST, test, r->old->id, r->old->lane, r->e) < 0;
}

static int
remove_events(struct store *s, const struct stored *old, struct err *e)
{
	struct removal r = { s, old, e, false };

	if (!events_each(str_span(&old->events), false, remove_event, &r))
		return err_set(e, "'%s' is damaged: build %lld", db_path(s->db), (long long)old->id);
	return r.failed ? -1 : 0;
}

static int
take_out(struct store *s, const struct stored *old, struct err *e)
{
	if (remove_events(s, old, e) < 0 ||
	    series_remove(s, SERIES_LANE, old->lane, old->started, old->id, e) < 0 ||
	    count_lane(s, old->lane, old->roster, -1, e) < 0 ||
	    run_with(s, "DELETE FROM warnings WHERE build = ?1", 1, old->id, 0, 0, e) < 0 ||
	    run_with(s, "DELETE FROM unread WHERE build = ?1", 1, old->id, 0, 0, e) < 0)
		return -1;
	return 0;
}

/* ---- rosters ---- */

/* The row of the roster with this content, new or old; -1 and e. */
static int64_t
roster_row(struct store *s, struct span packed, struct err *e)
{
	int64_t hash = (int64_t)map_hash(packed), id = 0;
	struct db_query *q = db_query(s->db, "SELECT id, tests FROM rosters WHERE hash = ?1", e);
	struct span tests;
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, hash);
	while ((got = db_step(q, e)) > 0) {
		tests = db_text(q, 1);
		if (tests.n == packed.n && memcmp(tests.p, packed.p, packed.n) == 0)
			id = db_int(q, 0);
	}
	if (got < 0 || id)
		return got < 0 ? -1 : id;
	q = db_query(s->db, "INSERT INTO rosters(hash, tests) VALUES(?1, ?2)", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, hash);
	db_bind_blob(q, 2, packed);
	return db_run(q, e) < 0 ? -1 : db_last_id(s->db);
}

/* Fills events, durations and roster from the run. */
static int
sort_tests(struct put *p)
{
	const struct run *r = p->b->run;
	VEC(struct roster_test) tests = VEC_INIT;
	struct str packed = STR_INIT(STR_FILE);
	int64_t last = 0;
	int ret = -1;
	size_t i;

	vec_reserve(&tests, r->tests.n);
	for (i = 0; i < r->tests.n; i++) {
		const struct run_test *t = &r->tests.p[i];
		struct story story = story_of(t->attempts.p, t->attempts.n);
		struct roster_test x = { test_row(p->store, t->name, t->file, p->e), 'P' };

		if (x.test < 0)
			goto out;
		if (t->attempts.n)
			times_add(&p->times, &last, x.test, &t->attempts.p[0]);
		p->n_ran += story.cell != CELL_NONE;
		p->n_failed += story.cell >= CELL_RERUN;
		if (story.plain)
			x.letter = story.plain;
		else
			vec_push(&p->events, ((struct put_event){ x.test, t, story.cell,
				story.cell == CELL_NONE || story.cell == CELL_PASS }));
		vec_push(&tests, x);
	}
	roster_pack(&packed, tests.p, tests.n);
	p->roster = tests.n ? roster_row(p->store, str_span(&packed), p->e) : 0;
	ret = p->roster < 0 ? -1 : 0;
out:
	vec_release(&tests);
	str_release(&packed);
	return ret;
}

/* ---- events ---- */

static int
by_loudness(const void *a, const void *b)
{
	const struct put_event *x = a, *y = b;

	if (x->quiet != y->quiet)
		return x->quiet ? 1 : -1;
	return x->test < y->test ? -1 : x->test > y->test;
}

/* The list of the build's events: how many are loud, how many in all, their tests. */
static void
pack_events(struct put *p)
{
	size_t i, n_loud = 0;
	int64_t last = 0;

	if (p->events.n == 0)
		return;
	qsort(p->events.p, p->events.n, sizeof(*p->events.p), by_loudness);
	for (i = 0; i < p->events.n; i++)
		n_loud += !p->events.p[i].quiet;
	pack_uint(&p->list, n_loud);
	pack_uint(&p->list, p->events.n);
	for (i = 0; i < p->events.n; i++) {
		if (i == n_loud)
			last = 0;
		pack_uint(&p->list, (uint64_t)(p->events.p[i].test - last));
		last = p->events.p[i].test;
	}
}

static int
put_event(struct put *p, const struct put_event *ev)
{
	const struct run_test *t = ev->of;
	const struct attempt *first = t->attempts.n ? &t->attempts.p[0] : NULL;
	int64_t story = story_row(p->store, t->attempts.p, t->attempts.n, p->e);
	int64_t message = story < 0 ? -1 : message_row(p->store, t->message, t->details, p->e);
	struct entry x = { { p->id, p->lane, story << 3 | ev->cell, message, first ? duration_code(first->micros) : 0,
	                     first ? load_code(first->load) : 0 } };

	return message < 0 ? -1 : series_insert(p->store, SERIES_TEST, ev->test, &x, p->e);
}

static int
put_events(struct put *p)
{
	size_t i;

	for (i = 0; i < p->events.n; i++) {
		if (i > 0 && p->events.p[i].test == p->events.p[i - 1].test)
			continue;
		if (put_event(p, &p->events.p[i]) < 0)
			return -1;
	}
	return 0;
}

/* ---- beside the tests ---- */

static int
put_warning(struct put *p, const struct run_warning *w)
{
	const struct run *r = p->b->run;
	struct span none = { "", 0 };
	struct db_query *q;
	int64_t test = 0, rule = name_row(p->store, NAME_RULE, w->rule, true, p->e);
	int64_t message = rule < 0 ? -1 : message_row(p->store, w->line, none, p->e);

	if (message >= 0 && w->test < r->tests.n)
		test = test_row(p->store, r->tests.p[w->test].name, r->tests.p[w->test].file, p->e);
	if (rule < 0 || message < 0 || test < 0)
		return -1;
	q = db_query(p->store->db, "INSERT INTO warnings(build, test, rule, message, n) VALUES(?1, ?2, ?3, "
	             "?4, 1) ON CONFLICT DO UPDATE SET n = n + 1", p->e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, p->id);
	db_bind_int(q, 2, test);
	db_bind_int(q, 3, rule);
	db_bind_int(q, 4, message);
	return db_run(q, p->e);
}

static int
put_unread(struct put *p, size_t at)
{
	struct str clean = STR_INIT(2 * RUN_MESSAGE_MAX);
	struct db_query *q = db_query(p->store->db, "INSERT INTO unread(build, at, text) VALUES(?1, ?2, ?3)",
	                              p->e);
	int ret = -1;

	if (q) {
		mask_add(&clean, p->b->run->unread.p[at]);
		db_bind_int(q, 1, p->id);
		db_bind_int(q, 2, (int64_t)at);
		db_bind_text(q, 3, str_span(&clean));
		ret = db_run(q, p->e);
	}
	str_release(&clean);
	return ret;
}

static int
put_rest(struct put *p)
{
	const struct run *r = p->b->run;
	size_t i;

	for (i = 0; r && i < r->warnings.n; i++) {
		if (put_warning(p, &r->warnings.p[i]) < 0)
			return -1;
	}
	for (i = 0; r && i < r->unread.n; i++) {
		if (put_unread(p, i) < 0)
			return -1;
	}
	return 0;
}

/* ---- the build itself ---- */

/* The row of a builder and branch; 0: there is none; -1 and e. */
static int64_t
find_lane(struct store *s, int64_t builder, int64_t branch, struct err *e)
{
	struct db_query *q = db_query(s->db, "SELECT id FROM lanes WHERE builder = ?1 AND branch = ?2", e);
	int64_t id;
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, builder);
	db_bind_int(q, 2, branch);
	got = db_step(q, e);
	if (got <= 0)
		return got;
	id = db_int(q, 0);
	db_done(q);
	return id;
}

/* The row of the build's, new or old; -1 and e. */
static int64_t
lane_row(struct put *p)
{
	struct store *s = p->store;
	int64_t branch = name_row(s, NAME_BRANCH, p->b->branch, true, p->e);
	int64_t id = branch < 0 ? -1 : find_lane(s, p->builder, branch, p->e);

	if (id != 0)
		return id;
	if (run_with(s, "INSERT INTO lanes(builder, branch) VALUES(?1, ?2)", 2, p->builder, branch, 0, p->e) < 0)
		return -1;
	return db_last_id(s->db);
}

static void
bind_run(struct db_query *q, const struct run *r, int at)
{
	db_bind_int(q, at, r->micros < 0 ? -1 : r->micros / 1000);
	db_bind_int(q, at + 1, r->n_processors);
	db_bind_int(q, at + 2, r->n_jobs);
	if (r->seed.n)
		bind_number(q, at + 3, r->seed);
	else
		db_bind_null(q, at + 3);
	db_bind_int(q, at + 5, r->n_warnings);
	db_bind_int(q, at + 6, r->n_unread);
}

/* The row of the build, with the id of the one before or a new one; then p->id is set. */
static int
put_row(struct put *p, int64_t revision, int64_t worker)
{
	const struct build *b = p->b;
	const struct run *r = b->run;
	static const struct run none = { .micros = -1 };
	int64_t url = url_row(p), format = 0, flags = b->log_lost ? FLAG_LOG_LOST : 0;
	struct db_query *q;

	if (r && r->format.n)
		format = name_row(p->store, NAME_FORMAT, r->format, true, p->e);
	if (r)
		flags |= (r->truncated ? FLAG_TRUNCATED : 0) | (int64_t)r->verdict << VERDICT_SHIFT;
	if (url < 0 || format < 0)
		return -1;
	q = db_query(p->store->db, "INSERT OR REPLACE INTO builds(id, source, builder, number, part, digest, "
	             "lane, revision, worker, url, started, took, result, color, roster, flags, events, run_ms, "
	             "processors, jobs, seed, format, n_warnings, n_unread) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
	             "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)", p->e);
	if (q == NULL)
		return -1;
	if (p->id)
		db_bind_int(q, 1, p->id);
	else
		db_bind_null(q, 1);
	db_bind_int(q, 2, p->source);
	db_bind_int(q, 3, p->builder);
	bind_number(q, 4, b->number);
	db_bind_int(q, 5, b->part);
	db_bind_int(q, 6, p->digest);
	db_bind_int(q, 7, p->lane);
	db_bind_int(q, 8, revision);
	db_bind_int(q, 9, worker);
	db_bind_int(q, 10, url);
	db_bind_int(q, 11, b->started);
	db_bind_int(q, 12, b->finished ? b->finished - b->started : -1);
	db_bind_int(q, 13, b->result);
	db_bind_int(q, 14, p->color);
	db_bind_int(q, 15, p->roster);
	db_bind_int(q, 16, flags);
	if (p->list.n)
		db_bind_blob(q, 17, str_span(&p->list));
	else
		db_bind_null(q, 17);
	bind_run(q, r ? r : &none, 18);
	db_bind_int(q, 22, format);
	if (db_run(q, p->e) < 0)
		return -1;
	if (p->id == 0)
		p->id = db_last_id(p->store->db);
	return 0;
}

static int
put_all(struct put *p, const struct stored *old)
{
	const struct build *b = p->b;
	struct store *s = p->store;
	int64_t revision, worker = 0;
	struct entry x;

	p->id = old->id;
	p->color = build_color(b);
	p->source = name_row(s, NAME_SOURCE, b->source, true, p->e);
	p->builder = name_row(s, NAME_BUILDER, b->builder, true, p->e);
	revision = revision_row(s, b->revision, p->e);
	if (b->worker.n)
		worker = name_row(s, NAME_WORKER, b->worker, true, p->e);
	if (p->source < 0 || p->builder < 0 || revision < 0 || worker < 0 || (p->lane = lane_row(p)) < 0)
		return -1;
	if (b->run && !b->log_lost && sort_tests(p) < 0)
		return -1;
	pack_events(p);
	if ((p->id && take_out(s, old, p->e) < 0) || put_row(p, revision, worker) < 0)
		return -1;
	x = (struct entry){ { b->started, p->id, revision, p->roster, worker,
	                      p->color | b->result << 4, p->n_ran, p->n_failed } };
	if (series_insert(s, SERIES_LANE, p->lane, &x, p->e) < 0 ||
	    count_lane(s, p->lane, p->roster, 1, p->e) < 0 ||
	    (b->run && times_put(s, p->lane, b, str_span(&p->times), p->e) < 0))
		return -1;
	return put_events(p) < 0 || put_rest(p) < 0 ? -1 : 0;
}

int
store_put(struct store *s, const struct build *b, enum store_put *how, struct err *e)
{
	struct put p = { .store = s, .b = b, .digest = store_digest(b), .list = STR_INIT(STR_FILE),
	                 .times = STR_INIT(STR_FILE), .e = e };
	struct stored old = { .events = STR_INIT(STR_FILE) };
	int got = look_up(&p, &old);

	*how = STORE_PUT_SAME;
	if (got > 0 && adds_nothing(&p, &old)) {
		str_release(&old.events);
		return 0;
	}
	/* Again, now that nobody else can write. */
	if (got >= 0 && !s->in_batch)
		got = store_begin(s, e) < 0 ? -1 : look_up(&p, &old);
	if (got >= 0 && !(got > 0 && adds_nothing(&p, &old))) {
		*how = got > 0 ? STORE_PUT_CHANGED : STORE_PUT_NEW;
		got = put_all(&p, &old);
	}
	if (got >= 0)
		got = store_end_put(s, e);
	else
		store_rollback(s);
	vec_release(&p.events);
	str_release(&p.list);
	str_release(&p.times);
	str_release(&old.events);
	return got < 0 ? -1 : 0;
}

/* ---- parts that are no more ---- */

static int
drop_part(struct put *p, const struct stored *old)
{
	if (take_out(p->store, old, p->e) < 0)
		return -1;
	return run_with(p->store, "DELETE FROM builds WHERE id = ?1", 1, old->id, 0, 0, p->e);
}

int
store_trim(struct store *s, const struct build *b, uint32_t n_parts, struct err *e)
{
	struct build part = *b;
	struct put p = { .store = s, .b = &part, .e = e };
	struct stored old = { .events = STR_INIT(STR_FILE) };
	int got;

	for (part.part = n_parts; (got = look_up(&p, &old)) > 0; part.part++) {
		if (store_begin(s, e) < 0 || drop_part(&p, &old) < 0) {
			got = -1;
			break;
		}
	}
	str_release(&old.events);
	if (got < 0)
		store_rollback(s);
	return got < 0 ? -1 : 0;
}
