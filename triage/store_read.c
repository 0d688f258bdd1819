/* Single things out of the store, for answers: see store.h. */
#include "common/base.h"
#include "triage/store_in.h"

static struct span
lend(struct view_in *v, struct span text)
{
	return (struct span){ arena_copy(&v->texts, text.p, text.n), text.n };
}

/* ---- one build ---- */

static const char facts_sql[] =
	"SELECT s.text, b.text, r.text, rev.text, w.text, u.text, x.number, x.part, x.started, x.took, "
	"x.result, x.flags FROM builds x JOIN names s ON s.id = x.source JOIN names b ON b.id = x.builder "
	"JOIN lanes l ON l.id = x.lane JOIN names r ON r.id = l.branch "
	"LEFT JOIN revisions rev ON rev.id = x.revision LEFT JOIN names w ON w.id = x.worker "
	"LEFT JOIN names u ON u.id = x.url WHERE x.id = ?1";

/* The link with its number put back. */
static struct span
whole_url(struct view_in *v, struct span url, struct span number)
{
	struct str text = STR_INIT(2 * STR_LINE);
	struct span out;
	size_t i;

	for (i = 0; i < url.n; i++) {
		if (url.p[i] == 1)
			str_addspan(&text, number);
		else
			str_addc(&text, url.p[i]);
	}
	out = lend(v, str_span(&text));
	str_release(&text);
	return out;
}

int
store_facts(struct view *view, int64_t build, struct build *out, struct err *e)
{
	struct view_in *v = view_in(view);
	struct db_query *q = db_query(view->store->db, facts_sql, e);
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, build);
	got = db_step(q, e);
	if (got <= 0)
		return got < 0 ? -1 : err_set(e, "there is no build %lld", (long long)build);
	*out = (struct build){
		.source = lend(v, db_text(q, 0)),
		.builder = lend(v, db_text(q, 1)),
		.branch = lend(v, db_text(q, 2)),
		.revision = revision_text(&v->texts, db_text(q, 3)),
		.worker = lend(v, db_text(q, 4)),
		.number = lend(v, db_text(q, 6)),
		.part = (uint32_t)db_int(q, 7),
		.started = db_int(q, 8),
		.finished = db_int(q, 9) < 0 ? 0 : db_int(q, 8) + db_int(q, 9),
		.result = (uint8_t)(db_int(q, 10) > BUILD_CANCELLED ? BUILD_UNKNOWN : db_int(q, 10)),
		.log_lost = db_int(q, 11) & 1,
	};
	out->url = whole_url(v, db_text(q, 5), out->number);
	db_done(q);
	return 0;
}

/* ---- its rows ---- */

struct row_walk {
	struct view_in *v;
	int64_t build;
	void (*each)(void *data, const struct store_row *row);
	void *data;
	struct err *e;
	bool failed;
};

static bool
test_name(struct view_in *v, int64_t test, struct span *name, struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT name FROM tests WHERE id = ?1", e);

	if (q == NULL)
		return false;
	db_bind_int(q, 1, test);
	if (db_step(q, e) <= 0)
		return false;
	*name = lend(v, db_text(q, 0));
	db_done(q);
	return true;
}

/* The letters of outcome.h alone. */
static struct span
bare_letters(struct view_in *v, struct span letters)
{
	char *p = arena_copy(&v->texts, letters.p, letters.n);
	size_t i, n = 0;

	for (i = 0; i < letters.n; i++) {
		if (letters.p[i] != '+')
			p[n++] = letters.p[i] == '_' ? '.' : letters.p[i];
	}
	p[n] = '\0';
	return (struct span){ p, n };
}

static void
give_row(void *data, int64_t test)
{
	struct row_walk *w = data;
	struct store_row row = { .test = store_joined(&w->v->pub, (uint32_t)test) };
	const struct story_more *story;
	struct entry x;
	int got;

	if (w->failed)
		return;
	got = series_find(w->v->pub.store, SERIES_TEST, test, w->build, &x, w->e);
	if (got == 0)
		err_set(w->e, "'%s' is damaged: build %lld lacks a result", db_path(w->v->pub.store->db),
		        (long long)w->build);
	if (got <= 0 || view_event(w->v, &x, &row.event, w->e) < 0 ||
	    (story = view_story(w->v, x.v[2] >> 3, w->e)) == NULL || !test_name(w->v, test, &row.name, w->e)) {
		w->failed = true;
		return;
	}
	row.attempts = bare_letters(w->v, story->letters);
	w->each(w->data, &row);
}

int
store_rows(struct view *view, int64_t build, void (*each)(void *data, const struct store_row *row),
           void *data, struct err *e)
{
	struct row_walk w = { view_in(view), build, each, data, e, false };
	struct db_query *q = db_query(view->store->db, "SELECT events FROM builds WHERE id = ?1", e);
	struct span list;
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, build);
	got = db_step(q, e);
	if (got <= 0)
		return got < 0 ? -1 : err_set(e, "there is no build %lld", (long long)build);
	list = lend(w.v, db_text(q, 0));
	db_done(q);
	if (!events_each(list, false, give_row, &w))
		return err_set(e, "'%s' is damaged: build %lld", db_path(view->store->db), (long long)build);
	return w.failed ? -1 : 0;
}

/* ---- which build is meant ---- */

/* "BUILDER/123" and "BUILDER#123": where the number begins; 0: neither. */
static size_t
number_at(struct span text)
{
	size_t i;

	for (i = text.n; i > 1; i--) {
		if (text.p[i - 1] == '/' || text.p[i - 1] == '#')
			return i < text.n ? i : 0;
	}
	return 0;
}

static int
give_builds(struct db_query *q, void (*each)(void *data, int64_t build), void *data, struct err *e)
{
	VEC(int64_t) found = VEC_INIT;
	size_t i;
	int got;

	while ((got = db_step(q, e)) > 0)
		vec_push(&found, db_int(q, 0));
	for (i = 0; got == 0 && i < found.n; i++)
		each(data, found.p[i]);
	got = got < 0 ? -1 : (int)(found.n > 0);
	vec_release(&found);
	return got;
}

static int
by_builder(struct view_in *v, struct span text, void (*each)(void *data, int64_t build), void *data,
           struct err *e)
{
	size_t at = number_at(text);
	struct span builder, number = span_from(text, at);
	struct db_query *q;
	uint64_t n;

	if (at == 0)
		return 0;
	builder = (struct span){ text.p, at - 1 };
	q = db_query(v->pub.store->db, "SELECT b.id FROM builds b JOIN names n ON n.id = b.builder "
	             "WHERE n.kind = 1 AND b.number = ?2 AND (n.text = ?1 OR instr(n.text, ?1) > 0) "
	             "ORDER BY n.text <> ?1, b.id LIMIT 20", e);
	if (q == NULL)
		return -1;
	db_bind_text(q, 1, builder);
	if (span_u64(number, &n) && n <= INT64_MAX)
		db_bind_int(q, 2, (int64_t)n);
	else
		db_bind_text(q, 2, number);
	return give_builds(q, each, data, e);
}

/* Whose link is, or holds, the text. */
static int
by_url(struct view_in *v, struct span text, void (*each)(void *data, int64_t build), void *data,
       struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT b.id FROM builds b JOIN names u ON u.id = b.url "
		"WHERE instr(replace(u.text, char(1), b.number), ?1) > 0 "
		"ORDER BY length(replace(u.text, char(1), b.number)), b.id LIMIT 20", e);

	if (q == NULL)
		return -1;
	db_bind_text(q, 1, text);
	return give_builds(q, each, data, e);
}

/* A number alone, of whatever builder; or a part of one that is no number. */
static int
by_number(struct view_in *v, struct span text, void (*each)(void *data, int64_t build), void *data,
          struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT id FROM builds WHERE number = ?1 OR "
		"(typeof(number) = 'text' AND length(?2) >= 4 AND instr(number, ?2) = 1) ORDER BY id LIMIT 20", e);
	uint64_t n;

	if (q == NULL)
		return -1;
	if (span_u64(text, &n) && n <= INT64_MAX)
		db_bind_int(q, 1, (int64_t)n);
	else
		db_bind_text(q, 1, text);
	db_bind_text(q, 2, text);
	return give_builds(q, each, data, e);
}

int
store_find_build(struct view *view, const char *text, void (*each)(void *data, int64_t build), void *data,
                 struct err *e)
{
	static int (*const ways[])(struct view_in *, struct span, void (*)(void *, int64_t), void *,
	                           struct err *) = { by_builder, by_number, by_url };
	struct span what = span_trim(span_of(text));
	size_t i;
	int got = 0;

	for (i = 0; what.n && got == 0 && i < ARRAY_LEN(ways); i++)
		got = ways[i](view_in(view), what, each, data, e);
	return got < 0 ? -1 : 0;
}

/* ---- names, messages ---- */

int
store_names(struct view *view, void (*each)(void *data, uint32_t test, struct span name), void *data,
            struct err *e)
{
	struct db_query *q = db_query(view->store->db, "SELECT id, name FROM tests ORDER BY id", e);
	int got;

	if (q == NULL)
		return -1;
	while ((got = db_step(q, e)) > 0)
		each(data, (uint32_t)db_int(q, 0), lend(view_in(view), db_text(q, 1)));
	return got;
}

int
store_message(struct view *view, uint32_t message, struct store_message *out, struct err *e)
{
	struct view_in *v = view_in(view);
	struct db_query *q = db_query(view->store->db, "SELECT hash, example, details FROM messages "
	                              "WHERE id = ?1", e);
	int got;

	*out = (struct store_message){ .example = span_of(""), .details = span_of("") };
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, message);
	got = db_step(q, e);
	if (got <= 0)
		return got;
	out->hash = (uint64_t)db_int(q, 0);
	out->example = lend(v, db_text(q, 1));
	out->details = lend(v, db_text(q, 2));
	db_done(q);
	return 0;
}

/* ---- warnings, what could not be read ---- */

/* The first build that started at or after since, by number: those before are not looked at. */
static int
first_since(struct store *s, int64_t since, int64_t *out, struct err *e)
{
	struct db_query *q = db_query(s->db, "SELECT min(id) FROM builds WHERE started >= ?1", e);
	int got;

	*out = 0;
	if (since <= 0)
		return 0;
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, since);
	got = db_step(q, e);
	if (got > 0) {
		*out = db_null(q, 0) ? INT64_MAX : db_int(q, 0);
		db_done(q);
	}
	return got < 0 ? -1 : 0;
}

/* Under one name. */
static int
give_warnings(struct view_in *v, uint32_t test, int64_t first, int64_t since,
              void (*each)(void *data, const struct store_warning *w), void *data, struct err *e)
{
	struct db_query *q;
	int got;

	q = db_query(v->pub.store->db, test == UINT32_MAX ?
		"SELECT w.build, w.test, r.text, m.example, w.n FROM warnings w JOIN builds b ON b.id = w.build "
		"JOIN names r ON r.id = w.rule LEFT JOIN messages m ON m.id = w.message "
		"WHERE w.build >= ?1 AND b.started >= ?2 ORDER BY w.build, w.test" :
		"SELECT w.build, w.test, r.text, m.example, w.n FROM warnings w JOIN builds b ON b.id = w.build "
		"JOIN names r ON r.id = w.rule LEFT JOIN messages m ON m.id = w.message "
		"WHERE w.test = ?3 AND w.test > 0 AND w.build >= ?1 AND b.started >= ?2 ORDER BY w.build", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, first);
	db_bind_int(q, 2, since);
	if (test != UINT32_MAX)
		db_bind_int(q, 3, test);
	while ((got = db_step(q, e)) > 0) {
		struct store_warning w = {
			.build = db_int(q, 0),
			.test = db_int(q, 1) ? store_joined(&v->pub, (uint32_t)db_int(q, 1)) : UINT32_MAX,
			.rule = lend(v, db_text(q, 2)),
			.line = lend(v, db_text(q, 3)),
			.count = (uint32_t)db_int(q, 4),
		};

		each(data, &w);
	}
	return got;
}

int
store_warnings(struct view *view, uint32_t test, int64_t since,
               void (*each)(void *data, const struct store_warning *w), void *data, struct err *e)
{
	struct view_in *v = view_in(view);
	int64_t first;
	size_t i;

	if (first_since(view->store, since, &first, e) < 0 || give_warnings(v, test, first, since, each, data, e) < 0)
		return -1;
	for (i = 0; i < v->older.n; i++) {
		if (v->older.p[i].now == test && give_warnings(v, v->older.p[i].old, first, since, each, data, e) < 0)
			return -1;
	}
	return 0;
}

int
store_unread(struct view *view, int64_t since, void (*each)(void *data, int64_t build, struct span what),
             void *data, struct err *e)
{
	struct view_in *v = view_in(view);
	struct db_query *q;
	int64_t first;
	int got;

	if (first_since(view->store, since, &first, e) < 0)
		return -1;
	q = db_query(view->store->db, "SELECT u.build, u.text FROM unread u JOIN builds b ON b.id = u.build "
	             "WHERE u.build >= ?1 AND b.started >= ?2 ORDER BY u.build, u.at", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, first);
	db_bind_int(q, 2, since);
	while ((got = db_step(q, e)) > 0)
		each(data, db_int(q, 0), lend(v, db_text(q, 1)));
	return got;
}
