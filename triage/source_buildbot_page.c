/*
 * What belongs to builds in a Buildbot master's database: properties, workers, source stamps, logs.
 * A whole page of builds is asked for at once, since a statement costs more than its rows: SQLite
 * locks the file for each.  Where that meets damage, the builds are asked for one by one.
 */
#include "common/base.h"
#include "triage/source_buildbot_db.h"

/* A damaged database: that build is, others may be whole. */
static enum bb_did
failed(struct bb_db *d, struct bb_build *b, struct arena *mem)
{
	if (!db_is_corrupt(d->db))
		return BB_FATAL;
	b->damage = bb_copy(mem, span_of("the master's database is damaged here"));
	return BB_DONE;
}

/* ---- rows of many builds ---- */

/* The id of the build comes first in a row. */
struct rows {
	const char *sql; /* of the builds with ids from ?1 to ?2 */
	void (*take)(struct bb_build *b, struct db_query *q, struct arena *mem);
};

/* The build with that id; NULL: none in the page. */
static struct bb_build *
find_build(struct bb_page *page, int64_t id)
{
	size_t low = 0, high = page->builds.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (page->builds.p[middle].id == id)
			return &page->builds.p[middle];
		if (page->builds.p[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Those of n builds from at on. */
static int
try_rows(struct bb_db *d, struct bb_page *page, size_t at, size_t n, const struct rows *rows, struct err *e)
{
	struct db_query *q = db_query(d->db, rows->sql, e);
	struct bb_build *b;
	int ret;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, page->builds.p[at].id);
	db_bind_int(q, 2, page->builds.p[at + n - 1].id);
	while ((ret = db_step(q, e)) == 1) {
		b = find_build(page, db_int(q, 0));
		if (b && b->complete)
			rows->take(b, q, &page->mem);
	}
	return ret;
}

static enum bb_did
take_rows(struct bb_db *d, struct bb_page *page, const struct rows *rows, struct err *e)
{
	size_t i, n = page->builds.n;
	enum bb_did did = BB_DONE;

	if (n == 0 || try_rows(d, page, 0, n, rows, e) == 0)
		return BB_DONE;
	if (!db_is_corrupt(d->db))
		return BB_FATAL;
	for (i = 0; i < n && did == BB_DONE; i++) {
		vec_clear(&page->builds.p[i].logs);
		if (try_rows(d, page, i, 1, rows, e) < 0)
			did = failed(d, &page->builds.p[i], &page->mem);
	}
	return did;
}

static void
take_property(struct bb_build *b, struct db_query *q, struct arena *mem)
{
	struct span text = db_text(q, 2);
	struct err ignored = ERR_INIT;
	struct json *value = text.n > BB_TEXT_MAX ? NULL : json_parse(text, &ignored);

	bb_property(b, db_text(q, 1), value, mem);
	json_free(value);
}

static const struct rows properties = {
	"SELECT buildid, name, value FROM build_properties WHERE buildid BETWEEN ?1 AND ?2 AND "
	"name IN ('branch', 'revision', 'got_revision', 'workername', 'slavename')",
	take_property,
};

static void
take_log(struct bb_build *b, struct db_query *q, struct arena *mem)
{
	struct span type = db_text(q, 4), name = db_text(q, 2), step = db_text(q, 5);
	struct bb_log l = { .id = db_int(q, 1), .n_lines = db_int(q, 3), .type = type.n ? type.p[0] : 't' };

	if (!bb_tests_matter(b->results) || b->logs.n >= BB_LOGS_MAX || !bb_step_matters(step) ||
	    !bb_log_matters(name, l.type))
		return;
	l.name = bb_copy(mem, name);
	l.step = bb_copy(mem, step);
	vec_push(&b->logs, l);
}

static const struct rows logs = {
	"SELECT s.buildid, l.id, l.name, l.num_lines, l.type, s.name FROM steps s JOIN logs l ON l.stepid = s.id "
	"WHERE s.buildid BETWEEN ?1 AND ?2 ORDER BY s.buildid, s.number, l.id",
	take_log,
};

/* ---- of one build ---- */

static const char *const worker_names[] = {
	"SELECT name FROM workers WHERE id = ?1",
	"SELECT name FROM buildslaves WHERE id = ?1",
};

/* Its property says it too, as a rule. */
static enum bb_did
worker_of(struct bb_db *d, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct db_query *q;
	int ret;

	if (b->worker.n || b->worker_id < 0 || d->no_workers)
		return BB_DONE;
	q = db_query(d->db, worker_names[d->slaves], e);
	if (q == NULL)
		return failed(d, b, mem);
	db_bind_int(q, 1, b->worker_id);
	ret = db_step(q, e);
	if (ret == 1)
		b->worker = bb_copy(mem, db_text(q, 0));
	db_done(q);
	return ret < 0 ? failed(d, b, mem) : BB_DONE;
}

enum bb_did
bb_database_stamps(void *self, struct bb_build *b, struct arena *mem, struct err *e)
{
	struct bb_db *d = self;
	struct db_query *q;
	int ret = 0;

	if (d->no_stamps)
		return BB_DONE;
	q = db_query(d->db, "SELECT s.codebase, s.branch, s.revision FROM buildrequests r "
	             "JOIN buildset_sourcestamps x ON x.buildsetid = r.buildsetid "
	             "JOIN sourcestamps s ON s.id = x.sourcestampid WHERE r.id = ?1 ORDER BY s.id", e);
	if (q == NULL)
		return failed(d, b, mem);
	db_bind_int(q, 1, b->request_id);
	while ((ret = db_step(q, e)) == 1) {
		struct bb_stamp s = { bb_copy(mem, db_text(q, 0)), bb_copy(mem, db_text(q, 1)),
		                      bb_copy(mem, db_text(q, 2)) };
		vec_push(&b->stamps, s);
	}
	return ret < 0 ? failed(d, b, mem) : BB_DONE;
}

enum bb_did
bb_database_complete(struct bb_db *d, struct bb_page *page, struct err *e)
{
	enum bb_did did = d->no_properties ? BB_DONE : take_rows(d, page, &properties, e);

	if (did == BB_DONE)
		did = take_rows(d, page, &logs, e);
	for (size_t i = 0; i < page->builds.n && did == BB_DONE; i++) {
		if (page->builds.p[i].complete)
			did = worker_of(d, &page->builds.p[i], &page->mem, e);
	}
	return did;
}
