/*
 * A Buildbot master's SQLite database, read only: see source_buildbot_in.h.  No
 * statement stays open for more than some milliseconds, so that a master that needs its
 * database is never kept waiting.  What the schemas from 0.9 to 4.3 have in common is
 * asked for; where they differ (slaves became workers) what is there decides.
 */
#include "common/base.h"
#include "triage/source_buildbot_db.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"

enum { WAIT_MS = 20000 };     /* for a master that is writing */
enum { SKIP_MAX = 1 << 20 };   /* ids passed over where the table of builds is damaged */

/* ---- what is there ---- */

static const char *
in_folder(const char *where, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", where, name);
	return path;
}

/* The database's file: where itself, or state.sqlite in that folder. */
static const char *
database_of(const char *where, char path[PATH_MAX])
{
	struct stat st;

	if (stat(where, &st) == 0 && S_ISDIR(st.st_mode))
		return in_folder(where, "state.sqlite", path);
	return where;
}

/* 1: the table has that column; 0; -1 and e. */
static int
has_column(struct db *db, const char *table, const char *column, struct err *e)
{
	struct db_query *q = db_query(db, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2", e);
	int ret;

	if (q == NULL)
		return -1;
	db_bind_text(q, 1, span_of(table));
	db_bind_text(q, 2, span_of(column));
	ret = db_step(q, e);
	db_done(q);
	return ret;
}

static const struct {
	const char *table, *column;
} needed[] = {
	{ "builders", "name" }, { "builds", "number" }, { "builds", "builderid" }, { "builds", "results" },
	{ "builds", "buildrequestid" }, { "builds", "complete_at" }, { "steps", "buildid" },
	{ "logs", "stepid" }, { "logs", "slug" }, { "logchunks", "logid" }, { "logchunks", "compressed" },
};

static int
probe(struct bb_db *d, struct err *e)
{
	int has_builds, ret, workers, stamps, properties, sets;

	has_builds = has_column(d->db, "builds", "number", e);
	for (size_t i = 0; has_builds >= 0 && i < ARRAY_LEN(needed); i++) {
		ret = has_column(d->db, needed[i].table, needed[i].column, e);
		if (ret < 0)
			return -1;
		if (ret == 0)
			return err_set(e, has_builds == 1
			               ? "a Buildbot database from before 0.9, or a damaged one: it lacks '%s.%s'"
			               : "no Buildbot database: it lacks '%s.%s'", needed[i].table, needed[i].column);
	}
	if (has_builds < 0)
		return -1;
	ret = has_column(d->db, "builds", "workerid", e);
	workers = has_column(d->db, ret == 1 ? "workers" : "buildslaves", "name", e);
	stamps = has_column(d->db, "buildset_sourcestamps", "sourcestampid", e);
	properties = has_column(d->db, "build_properties", "value", e);
	sets = has_column(d->db, "test_results", "value", e);
	if (ret < 0 || workers < 0 || stamps < 0 || properties < 0 || sets < 0)
		return -1;
	d->slaves = ret == 0;
	d->no_workers = workers == 0;
	d->no_stamps = stamps == 0;
	d->no_properties = properties == 0;
	d->no_sets = sets == 0;
	return 0;
}

/* c['buildbotURL'] = "http://..." in the master's configuration, when it stands there plainly. */
static void
find_url(struct bb_db *d, const char *database)
{
	char path[PATH_MAX];
	const char *slash = strrchr(database, '/');
	struct str text = STR_INIT(4 << 20);
	struct span rest, url;
	struct err e = ERR_INIT;
	size_t i;

	snprintf(path, sizeof(path), "%.*smaster.cfg", slash ? (int)(slash + 1 - database) : 0, database);
	if (access(path, R_OK) < 0 || fs_read(&text, path, &e) < 0)
		goto out;
	for (rest = str_span(&text); rest.n; rest = span_from(rest, 1)) {
		rest = span_from(rest, span_find(rest, "buildbotURL"));
		url = span_trim(span_from(rest, strlen("buildbotURL") + 2));
		if (!span_starts(url, "="))
			continue;
		url = span_trim(span_from(url, 1));
		for (i = 1; i < url.n && url.p[i] != url.p[0] && url.p[i] != '\n'; i++)
			;
		url.n = i < url.n && (url.p[0] == '"' || url.p[0] == '\'') ? i : 0;
		url = span_from(url, 1);
		if (span_starts(url, "http") && span_find(url, "%") == url.n && span_find(url, "{") == url.n) {
			str_addspan(&d->url, url);
			break;
		}
	}
out:
	str_release(&text);
}

bool
source_buildbot_is(const char *where)
{
	static const char magic[] = "SQLite format 3";
	char path[PATH_MAX], head[sizeof(magic)] = "";
	bool is;
	struct err e = ERR_INIT;
	struct stat about;
	struct db *db;
	FILE *f;

	if (span_starts(span_of(where), "http://") || span_starts(span_of(where), "https://"))
		return true;
	if (access(in_folder(where, "buildbot.tac", path), R_OK) == 0)
		return true;
	/* What is read from a pipe to look at it would be gone. */
	if (stat(database_of(where, path), &about) < 0 || !S_ISREG(about.st_mode))
		return false;
	f = fopen(database_of(where, path), "rb");
	if (f == NULL)
		return false;
	is = fread(head, 1, sizeof(head), f) == sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0;
	fclose(f);
	if (!is)
		return false;
	db = db_open(database_of(where, path), DB_READ, 0, &e);
	/* A damaged or locked one is for us too: we can wait, or say so. */
	is = db == NULL || (has_column(db, "builds", "number", &e) != 0 && has_column(db, "store", "x", &e) != 1);
	db_close(db);
	return is;
}

static void
close_database(void *self)
{
	struct bb_db *d = self;

	unpack_free(d->unpack);
	db_close(d->db);
	str_release(&d->url);
	free(d);
}

void *
bb_database_open(const char *where, struct err *e)
{
	struct bb_db *d = xcalloc(1, sizeof(*d));
	char path[PATH_MAX];
	const char *file = database_of(where, path);

	d->url = (struct str)STR_INIT(4096);
	d->unpack = unpack_new(BB_CHUNK_MAX);
	d->db = db_open(file, DB_READ, WAIT_MS, e);
	if (d->db == NULL || probe(d, e) < 0) {
		close_database(d);
		return NULL;
	}
	find_url(d, file);
	return d;
}

static void
url_of(void *self, const struct bb_build *b, struct str *out)
{
	const struct bb_db *d = self;

	if (d->url.n)
		str_addf(out, "%s%s#/builders/%lld/builds/%lld", str_c(&d->url),
		         span_ends(str_span(&d->url), "/") ? "" : "/", (long long)b->builder_id, (long long)b->number);
}

/* ---- builds ---- */

static enum bb_did
master_name(void *self, struct str *name, struct err *e)
{
	struct bb_db *d = self;
	int there = has_column(d->db, "masters", "name", e);
	struct db_query *q;
	int ret;

	if (there <= 0)
		return there < 0 ? BB_FATAL : BB_DONE;
	q = db_query(d->db, "SELECT name FROM masters ORDER BY id LIMIT 1", e);
	ret = q ? db_step(q, e) : -1;
	if (ret == 1)
		str_addspan(name, db_text(q, 0));
	if (q)
		db_done(q);
	return ret < 0 ? BB_FATAL : BB_DONE;
}

#define COLUMNS(worker) "b.id, b.number, b.builderid, b.buildrequestid, b.started_at, b.complete_at, " \
	"b.results, (SELECT name FROM builders WHERE id = b.builderid), b." worker " FROM builds b"

static const char *const pages[] = {
	"SELECT " COLUMNS("workerid") " WHERE b.id > ?1 ORDER BY b.id LIMIT ?2",
	"SELECT " COLUMNS("buildslaveid") " WHERE b.id > ?1 ORDER BY b.id LIMIT ?2",
};
static const char *const singles[] = {
	"SELECT " COLUMNS("workerid") " WHERE b.id = ?1",
	"SELECT " COLUMNS("buildslaveid") " WHERE b.id = ?1",
};
static void
take_row(struct bb_build *b, struct db_query *q, struct arena *mem)
{
	b->id = db_int(q, 0);
	b->number = db_int(q, 1);
	b->builder_id = db_null(q, 2) ? -1 : db_int(q, 2);
	b->request_id = db_null(q, 3) ? -1 : db_int(q, 3);
	b->started = bb_time(db_real(q, 4));
	b->finished = bb_time(db_real(q, 5));
	b->complete = !db_null(q, 5);
	b->results = db_null(q, 6) || db_int(q, 6) < 0 || db_int(q, 6) > 100 ? -1 : (int)db_int(q, 6);
	b->builder = bb_copy(mem, db_text(q, 7));
	b->worker_id = db_null(q, 8) ? -1 : db_int(q, 8);
}

/* Takes all rows of q; those before a failure stay. */
static enum bb_did
fill(struct bb_db *d, struct bb_page *page, struct db_query *q, struct err *e)
{
	int ret;

	while ((ret = db_step(q, e)) == 1)
		take_row(bb_page_add(page), q, &page->mem);
	if (ret < 0 && page->builds.n == 0)
		return db_is_corrupt(d->db) ? BB_NOT : BB_FATAL;
	return bb_database_complete(d, page, e);
}

static enum bb_did
try_page(struct bb_db *d, int64_t after, struct bb_page *page, struct err *e)
{
	struct db_query *q = db_query(d->db, pages[d->slaves], e);

	if (q == NULL)
		return db_is_corrupt(d->db) ? BB_NOT : BB_FATAL;
	db_bind_int(q, 1, after);
	db_bind_int(q, 2, BB_PAGE);
	return fill(d, page, q, e);
}

/* Where the table is damaged, the next ids may lie in a part that is not. */
static enum bb_did
page_after(void *self, int64_t after, struct bb_page *page, struct err *e)
{
	struct bb_db *d = self;
	struct err first = ERR_INIT, ignored = ERR_INIT;
	enum bb_did did = try_page(d, after, page, &first);
	int64_t step;

	for (step = 1; did == BB_NOT && step <= SKIP_MAX; step *= 2)
		did = try_page(d, after + step, page, &ignored);
	if (step > 1 && page->builds.n) {
		struct str text = STR_INIT(2048);
		str_addf(&text, "builds between the ids %lld and %lld cannot be read: %s", (long long)after,
		         (long long)page->builds.p[0].id, first.msg);
		page->skipped = bb_copy(&page->mem, str_span(&text));
		str_release(&text);
	}
	if (did == BB_DONE && (step == 1 || page->builds.n))
		return BB_DONE;
	*e = first;
	return BB_FATAL;
}

static enum bb_did
one_build(void *self, int64_t id, struct bb_page *page, struct err *e)
{
	struct bb_db *d = self;
	struct db_query *q = db_query(d->db, singles[d->slaves], e);

	if (q == NULL)
		return BB_FATAL;
	db_bind_int(q, 1, id);
	return fill(d, page, q, e);
}

const struct bb_way bb_database = {
	.master = master_name, .builds = page_after, .build = one_build, .stamps = bb_database_stamps,
	.read = bb_database_read, .sets = bb_database_sets, .url = url_of, .close = close_database,
};
