/* SQLite, the only place that knows it: see db.h. */
#include "common/base.h"
#include "common/db.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/map.h"

struct db_query {
	struct db *db;
	sqlite3_stmt *stmt;
};

struct db {
	sqlite3 *lite;
	char *path;
	struct map texts;               /* of statements, to their place in queries */
	VEC(struct db_query *) queries;
	int code;                       /* of the last failure, the primary one */
};

/* What to say beside SQLite's own words, by code. */
static const struct {
	int code;
	const char *words;
} failures[] = {
	{ SQLITE_CORRUPT, "the database is damaged; restore it, or move it away and ingest again" },
	{ SQLITE_NOTADB, "it is no database" },
	{ SQLITE_FULL, "no space is left for it" },
	{ SQLITE_READONLY, "it may not be written" },
	{ SQLITE_BUSY, "another program has locked it for too long" },
	{ SQLITE_CANTOPEN, "it cannot be opened" },
	{ SQLITE_PERM, "it may not be opened" },
};

static int
failed(struct db *d, struct err *e)
{
	const char *words = sqlite3_errmsg(d->lite);
	int extended = sqlite3_extended_errcode(d->lite), system = sqlite3_system_errno(d->lite);
	size_t i;

	d->code = extended & 0xff;
	for (i = 0; i < ARRAY_LEN(failures); i++) {
		if (failures[i].code == d->code)
			words = failures[i].words;
	}
	if ((d->code == SQLITE_IOERR || d->code == SQLITE_CANTOPEN) && system)
		return err_set(e, "'%s': %s: %s", d->path, words, strerror(system));
	return err_set(e, "'%s': %s", d->path, words);
}

const char *
db_path(const struct db *d)
{
	return d->path;
}

bool
db_is_corrupt(const struct db *d)
{
	return d->code == SQLITE_CORRUPT || d->code == SQLITE_NOTADB;
}

bool
db_is_full(const struct db *d)
{
	return d->code == SQLITE_FULL;
}

/* ---- opening ---- */

/* The path as a URI, so that parameters can be given. */
static void
add_uri(struct str *out, const char *path, const char *parameters)
{
	size_t i;

	str_adds(out, "file:");
	for (i = 0; path[i]; i++) {
		if (strchr("%?#", path[i]) || (unsigned char)path[i] < 0x20)
			str_addf(out, "%%%02X", (unsigned char)path[i]);
		else
			str_addc(out, path[i]);
	}
	str_adds(out, parameters);
}

static int
open_with(struct db *d, int flags, const char *parameters, struct err *e)
{
	struct str uri = STR_INIT(STR_LINE);
	int code;

	add_uri(&uri, d->path, parameters);
	code = sqlite3_open_v2(str_c(&uri), &d->lite, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
	                       SQLITE_OPEN_EXRESCODE, NULL);
	str_release(&uri);
	return code == SQLITE_OK ? 0 : failed(d, e);
}

/* A database with a write-ahead log needs a folder that may be written even to be read,
 * unless nobody writes: then no log lies beside it. */
static bool
is_unwritten(const struct db *d)
{
	struct str log = STR_INIT(STR_LINE);
	struct stat st;
	bool there;

	str_addf(&log, "%s-wal", d->path);
	there = stat(str_c(&log), &st) == 0 && st.st_size > 0;
	str_release(&log);
	return !there;
}

static bool
can_be_read(struct db *d)
{
	return sqlite3_exec(d->lite, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL) == SQLITE_OK;
}

static int
open_to_read(struct db *d, struct err *e)
{
	int code;

	if (open_with(d, SQLITE_OPEN_READONLY, "", e) < 0)
		return -1;
	if (can_be_read(d))
		return 0;
	code = sqlite3_errcode(d->lite) & 0xff;
	if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || !is_unwritten(d))
		return 0; /* the first query says what is wrong */
	sqlite3_close_v2(d->lite);
	d->lite = NULL;
	return open_with(d, SQLITE_OPEN_READONLY, "?immutable=1", e);
}

/* SQLite without what nobody asks of it here: threads of ours, and counts of its memory, which cost a lock at
 * each piece of it.  Once open it can be set no more, and then it was set before. */
static void
set_up(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct db *
db_open(const char *path, enum db_mode mode, int64_t wait_ms, struct err *e)
{
	struct db *d = xcalloc(1, sizeof(*d));
	struct stat st;
	int ret;

	set_up();
	d->path = xstrdup(path);
	if (stat(path, &st) < 0 && (mode != DB_MAKE || errno != ENOENT))
		ret = err_sys(e, "'%s'", path);
	else if (mode == DB_READ)
		ret = open_to_read(d, e);
	else
		ret = open_with(d, SQLITE_OPEN_READWRITE | (mode == DB_MAKE ? SQLITE_OPEN_CREATE : 0), "", e);
	if (ret < 0) {
		db_close(d);
		return NULL;
	}
	sqlite3_busy_timeout(d->lite, wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms);
	return d;
}

void
db_close(struct db *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->queries.n; i++) {
		sqlite3_finalize(d->queries.p[i]->stmt);
		free(d->queries.p[i]);
	}
	vec_release(&d->queries);
	map_release(&d->texts);
	sqlite3_close_v2(d->lite);
	free(d->path);
	free(d);
}

int
db_use_wal(struct db *d, int64_t wait_ms, struct err *e)
{
	int64_t until = clock_micros() + 1000 * wait_ms;
	int code;

	while ((code = sqlite3_exec(d->lite, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) == SQLITE_BUSY &&
	       clock_micros() < until)
		sqlite3_sleep(5);
	return code == SQLITE_OK ? 0 : failed(d, e);
}

/* ---- queries ---- */

int
db_exec(struct db *d, const char *sql, struct err *e)
{
	return sqlite3_exec(d->lite, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(d, e);
}

struct db_query *
db_query(struct db *d, const char *sql, struct err *e)
{
	uint32_t at = map_find(&d->texts, span_of(sql));
	struct db_query *q;
	sqlite3_stmt *stmt;

	if (at != MAP_NONE) {
		sqlite3_reset(d->queries.p[at]->stmt);
		return d->queries.p[at];
	}
	if (sqlite3_prepare_v3(d->lite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK) {
		failed(d, e);
		return NULL;
	}
	q = xcalloc(1, sizeof(*q));
	q->db = d;
	q->stmt = stmt;
	map_add(&d->texts, span_of(sql));
	vec_push(&d->queries, q);
	return q;
}

/* A parameter that is not there is our bug. */
static void
bound(int code)
{
	assert(code == SQLITE_OK || code == SQLITE_TOOBIG || code == SQLITE_NOMEM);
}

void
db_bind_int(struct db_query *q, int at, int64_t value)
{
	bound(sqlite3_bind_int64(q->stmt, at, value));
}

void
db_bind_real(struct db_query *q, int at, double value)
{
	bound(sqlite3_bind_double(q->stmt, at, value));
}

void
db_bind_text(struct db_query *q, int at, struct span text)
{
	bound(sqlite3_bind_text64(q->stmt, at, text.p ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8));
}

void
db_bind_blob(struct db_query *q, int at, struct span bytes)
{
	bound(sqlite3_bind_blob64(q->stmt, at, bytes.p ? bytes.p : "", bytes.n, SQLITE_STATIC));
}

void
db_bind_null(struct db_query *q, int at)
{
	bound(sqlite3_bind_null(q->stmt, at));
}

int
db_step(struct db_query *q, struct err *e)
{
	int code = sqlite3_step(q->stmt);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		failed(q->db, e);
	sqlite3_reset(q->stmt);
	return code == SQLITE_DONE ? 0 : -1;
}

int64_t
db_int(struct db_query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

double
db_real(struct db_query *q, int column)
{
	return sqlite3_column_double(q->stmt, column);
}

struct span
db_text(struct db_query *q, int column)
{
	/* Blob first: a text is given as its bytes, without a conversion. */
	const char *p = sqlite3_column_blob(q->stmt, column);
	int n = sqlite3_column_bytes(q->stmt, column);

	return (struct span){ p ? p : "", p ? (size_t)n : 0 };
}

bool
db_null(struct db_query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

bool
db_is_int(struct db_query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_INTEGER;
}

void
db_done(struct db_query *q)
{
	sqlite3_reset(q->stmt);
}

int
db_run(struct db_query *q, struct err *e)
{
	int got;

	while ((got = db_step(q, e)) > 0)
		;
	return got;
}

int64_t
db_last_id(struct db *d)
{
	return sqlite3_last_insert_rowid(d->lite);
}

int64_t
db_changes(struct db *d)
{
	return sqlite3_changes64(d->lite);
}
