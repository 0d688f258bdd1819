/*
 * SQLite, held so that little can go wrong: statements are prepared once for
 * each text, errors name the file, and what a query lends is spans.  For
 * flake-triage's own store and for the databases that it reads (Buildbot's).
 */
#ifndef COMMON_DB_H
#define COMMON_DB_H

#include "common/err.h"
#include "common/str.h"

struct db;
struct db_query; /* a statement of a db; lives as long as that */

enum db_mode {
	DB_READ,      /* the file must be there; nothing is written, not even beside it where it can
	                 be avoided; also in a folder that may not be written */
	DB_WRITE,     /* the file must be there */
	DB_MAKE,      /* made when it is not there */
};

/* wait_ms: how long to wait for other programs' locks.  NULL and e.  A file that is no
 * database is seen by the first query only. */
struct db *db_open(const char *path, enum db_mode mode, int64_t wait_ms, struct err *e);
void db_close(struct db *d); /* NULL is fine; what was not committed is rolled back */
const char *db_path(const struct db *d);

/* What e says came from a database that is damaged, or is none. */
bool db_is_corrupt(const struct db *d);
/* The last failure was a full disk. */
bool db_is_full(const struct db *d);

/* Write-ahead logging from now on.  SQLite waits for no other program here, so this does, at most wait_ms. */
int db_use_wal(struct db *d, int64_t wait_ms, struct err *e);

/* Runs several statements at once, without results. */
int db_exec(struct db *d, const char *sql, struct err *e);

/* The query for this text, which must be a constant; ready to be bound.  Only one at a
 * time for each text.  NULL and e. */
struct db_query *db_query(struct db *d, const char *sql, struct err *e);

/* Parameters are counted from 1; texts and blobs must live until db_done. */
void db_bind_int(struct db_query *q, int at, int64_t value);
void db_bind_real(struct db_query *q, int at, double value);
void db_bind_text(struct db_query *q, int at, struct span text);
void db_bind_blob(struct db_query *q, int at, struct span bytes);
void db_bind_null(struct db_query *q, int at);

/* 1: a row is there; 0: no more; -1 and e.  After 0 and -1 it is done. */
int db_step(struct db_query *q, struct err *e);
/* Columns of the row, counted from 0; spans live until the next step or done. */
int64_t db_int(struct db_query *q, int column); /* NULL is 0 */
double db_real(struct db_query *q, int column);
struct span db_text(struct db_query *q, int column); /* texts and blobs; NULL is empty, p not NULL */
bool db_null(struct db_query *q, int column);
bool db_is_int(struct db_query *q, int column);
/* Ends it before its last row; always safe. */
void db_done(struct db_query *q);
/* Runs it to its end, rows are dropped; 0, or -1 and e. */
int db_run(struct db_query *q, struct err *e);

int64_t db_last_id(struct db *d); /* of the last row that was inserted */
int64_t db_changes(struct db *d); /* rows that the last statement changed */

#endif
