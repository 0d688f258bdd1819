/*
 * The tables of the store and their versions.  A file is a store by SQLite's
 * application_id; user_version is the schema's.  Older ones are brought up to
 * date step by step, newer ones refused.
 */
#include "common/base.h"
#include "triage/store_in.h"

enum { APPLICATION = 0x464c4b54, /* "FLKT" */ SCHEMA = 2 };

/* Hot tables hold numbers only: a text stands once, in a table of its own.
 *
 * builds: one row a build (a part of one).  number is an integer where it is one; took is
 * finished - started; events are the tests with rows in blocks (first those whose cell is
 * neither none nor a pass).
 * blocks: series of rows of numbers (store_series.c): the builds of a lane by their start,
 * and what was no plain pass of a test by its build; sums: a full block of a test by lane.
 * rosters: lists of tests, by the hash of their content; lane_rosters counts the builds of
 * a lane that ran each.
 * times: how long the tests of a lane's newest build took (store_times.c). */
#define TIMES "CREATE TABLE times(lane INTEGER NOT NULL, part INTEGER NOT NULL, started INTEGER NOT NULL," \
	" data BLOB NOT NULL, PRIMARY KEY(lane, part));"

static const char tables[] =
	TIMES
	"CREATE TABLE names(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL,"
	" UNIQUE(kind, text));"
	"CREATE TABLE tests(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, file TEXT NOT NULL);"
	"CREATE TABLE revisions(id INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE);"
	"CREATE TABLE messages(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, example TEXT NOT NULL,"
	" details TEXT NOT NULL);"
	"CREATE INDEX messages_hash ON messages(hash);"
	"CREATE TABLE stories(id INTEGER PRIMARY KEY, letters TEXT NOT NULL, n INTEGER NOT NULL,"
	" cell INTEGER NOT NULL, UNIQUE(letters, n, cell));"
	"CREATE TABLE lanes(id INTEGER PRIMARY KEY, builder INTEGER NOT NULL, branch INTEGER NOT NULL,"
	" n INTEGER NOT NULL DEFAULT 0, UNIQUE(builder, branch));"
	"CREATE TABLE rosters(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, tests BLOB NOT NULL);"
	"CREATE INDEX rosters_hash ON rosters(hash);"
	"CREATE TABLE lane_rosters(lane INTEGER NOT NULL, roster INTEGER NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY(lane, roster)) WITHOUT ROWID;"
	"CREATE TABLE builds(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, builder INTEGER NOT NULL,"
	" number NOT NULL, part INTEGER NOT NULL, digest INTEGER NOT NULL, lane INTEGER NOT NULL,"
	" revision INTEGER NOT NULL, worker INTEGER NOT NULL, url INTEGER NOT NULL,"
	" started INTEGER NOT NULL, took INTEGER NOT NULL, result INTEGER NOT NULL,"
	" color INTEGER NOT NULL, roster INTEGER NOT NULL, flags INTEGER NOT NULL, events BLOB,"
	" run_ms INTEGER, processors INTEGER, jobs INTEGER, seed, format INTEGER, n_warnings INTEGER,"
	" n_unread INTEGER);"
	"CREATE UNIQUE INDEX builds_identity ON builds(source, builder, number, part);"
	"CREATE INDEX builds_started ON builds(started);"
	"CREATE TABLE blocks(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, owner INTEGER NOT NULL,"
	" k0 INTEGER NOT NULL, k1 INTEGER NOT NULL, n INTEGER NOT NULL, sums BLOB, data BLOB NOT NULL);"
	"CREATE UNIQUE INDEX blocks_key ON blocks(kind, owner, k0, k1);"
	"CREATE TABLE warnings(build INTEGER NOT NULL, test INTEGER NOT NULL, rule INTEGER NOT NULL,"
	" message INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(build, test, rule, message)) WITHOUT ROWID;"
	"CREATE INDEX warnings_test ON warnings(test) WHERE test > 0;"
	"CREATE TABLE unread(build INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL,"
	" PRIMARY KEY(build, at)) WITHOUT ROWID;"
	"CREATE TABLE notes(source TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
	" PRIMARY KEY(source, key)) WITHOUT ROWID;"
	"CREATE TABLE known(id INTEGER PRIMARY KEY AUTOINCREMENT, test TEXT NOT NULL, builder TEXT NOT NULL,"
	" branch TEXT NOT NULL, pattern TEXT NOT NULL, issue TEXT NOT NULL, note TEXT NOT NULL,"
	" since INTEGER NOT NULL);";

/* steps[i] makes version i + 2 out of version i + 1. */
static const char *const steps[] = {
	TIMES,
};
_Static_assert(ARRAY_LEN(steps) == SCHEMA - 1, "one step for each version but the first");

static int
pragma(struct store *s, const char *sql, int64_t *value, struct err *e)
{
	struct db_query *q = db_query(s->db, sql, e);
	int got = q ? db_step(q, e) : -1;

	*value = got > 0 ? db_int(q, 0) : 0;
	if (got > 0)
		db_done(q);
	return got < 0 ? -1 : 0;
}

static int
set_version(struct store *s, int version, struct err *e)
{
	struct str sql = STR_INIT(200);
	int ret;

	str_addf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, version);
	ret = db_exec(s->db, str_c(&sql), e);
	str_release(&sql);
	return ret;
}

/* Two programs may begin a store at once: the second finds it made. */
int
schema_make(struct store *s, struct err *e)
{
	int64_t n = 0;

	if (db_use_wal(s->db, WAIT_MS, e) < 0 || db_exec(s->db, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	if (pragma(s, "SELECT count(*) FROM sqlite_schema", &n, e) < 0 ||
	    (n == 0 && (db_exec(s->db, tables, e) < 0 || set_version(s, SCHEMA, e) < 0)) ||
	    db_exec(s->db, "COMMIT", e) < 0) {
		db_exec(s->db, "ROLLBACK", NULL);
		return -1;
	}
	return 0;
}

static int
migrate(struct store *s, struct err *e)
{
	int64_t version = 0;

	if (db_exec(s->db, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	if (pragma(s, "PRAGMA user_version", &version, e) < 0)
		goto failed;
	for (; version < SCHEMA; version++) {
		if (db_exec(s->db, steps[version - 1], e) < 0)
			goto failed;
	}
	if (set_version(s, SCHEMA, e) < 0 || db_exec(s->db, "COMMIT", e) < 0)
		goto failed;
	return 0;
failed:
	db_exec(s->db, "ROLLBACK", NULL);
	return -1;
}

/* What it says of itself, at one moment: another program may be making it. */
static int
read_marks(struct store *s, int64_t *application, int64_t *version, int64_t *n_tables, struct err *e)
{
	int ret;

	if (db_exec(s->db, "BEGIN", e) < 0)
		return -1;
	ret = pragma(s, "SELECT count(*) FROM sqlite_schema", n_tables, e);
	if (ret == 0)
		ret = pragma(s, "PRAGMA application_id", application, e);
	if (ret == 0)
		ret = pragma(s, "PRAGMA user_version", version, e);
	db_exec(s->db, "ROLLBACK", NULL);
	return ret;
}

int
schema_check(struct store *s, struct err *e)
{
	const char *path = db_path(s->db);
	int64_t application, version, n;

	if (read_marks(s, &application, &version, &n, e) < 0)
		return -1;
	if (n == 0 && application == 0 && s->mode == STORE_WRITE)
		return schema_make(s, e);
	if (application != APPLICATION)
		return err_set(e, "'%s' is no store of flake-triage%s", path,
		               n ? "; a Buildbot database is read with `flake-triage ingest`" : ": it is empty");
	if (version > SCHEMA)
		return err_set(e, "'%s' was written by a newer flake-triage (its schema is %d, this program "
		               "knows %d); install the newer one, or use another --db", path, (int)version,
		               SCHEMA);
	if (version == SCHEMA)
		return 0;
	if (version < 1)
		return err_set(e, "'%s' is a damaged store: it has no version", path);
	if (s->mode == STORE_WRITE)
		return migrate(s, e);
	return err_set(e, "'%s' was written by an older flake-triage; any `flake-triage ingest` brings it "
	               "up to date", path);
}
