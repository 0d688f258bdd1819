/*
 * The store: opening, transactions, notes; see store.h.  Several builds share
 * one transaction, for speed: it ends after a short time, so that others get
 * their turn.  Whatever was in it when the program was killed is not stored at all, and the
 * next ingest reads it again.
 */
#include "common/base.h"
#include "triage/store_in.h"

#include "common/clock.h"

#define BATCH_MICROS INT64_C(200000)

/* ---- opening ---- */

static int
prepare(struct store *s, struct err *e)
{
	if (schema_check(s, e) < 0)
		return -1;
	if (s->mode == STORE_READ)
		return db_exec(s->db, "PRAGMA cache_size = -32768", e);
	if (db_use_wal(s->db, WAIT_MS, e) < 0)
		return -1;
	return db_exec(s->db, "PRAGMA synchronous = NORMAL; "
	               "PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 16777216", e);
}

struct store *
store_open(const char *path, enum store_mode mode, struct err *e)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->mode = mode;
	s->db = db_open(path, mode == STORE_READ ? DB_READ : DB_MAKE, WAIT_MS, e);
	if (s->db == NULL || prepare(s, e) < 0) {
		store_close(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->in_batch)
		db_exec(s->db, "COMMIT", NULL);
	store_forget(s);
	db_close(s->db);
	free(s);
}

/* ---- transactions ---- */

int
store_begin(struct store *s, struct err *e)
{
	if (s->in_batch)
		return 0;
	if (db_exec(s->db, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	s->in_batch = true;
	s->batch_began = clock_micros();
	return 0;
}

void
store_rollback(struct store *s)
{
	if (s->in_batch)
		db_exec(s->db, "ROLLBACK", NULL);
	s->in_batch = false;
	store_forget(s);
}

int
store_flush(struct store *s, struct err *e)
{
	if (!s->in_batch)
		return 0;
	if (db_exec(s->db, "COMMIT", e) < 0) {
		store_rollback(s);
		return -1;
	}
	s->in_batch = false;
	return 0;
}

int
store_end_put(struct store *s, struct err *e)
{
	return clock_micros() - s->batch_began < BATCH_MICROS ? 0 : store_flush(s, e);
}

/* ---- notes ---- */

int
store_note(struct store *s, struct span source, const char *key, struct span value, struct err *e)
{
	struct db_query *q;

	if (store_begin(s, e) < 0)
		return -1;
	q = db_query(s->db, "INSERT OR REPLACE INTO notes(source, key, value) VALUES(?1, ?2, ?3)", e);
	if (q) {
		db_bind_text(q, 1, source);
		db_bind_text(q, 2, span_of(key));
		db_bind_blob(q, 3, value);
	}
	if (q == NULL || db_run(q, e) < 0) {
		store_rollback(s);
		return -1;
	}
	return store_end_put(s, e);
}

int
store_noted(struct store *s, struct span source, const char *key, struct str *value, struct err *e)
{
	struct db_query *q = db_query(s->db, "SELECT value FROM notes WHERE source = ?1 AND key = ?2", e);
	int got;

	str_clear(value);
	if (q == NULL)
		return -1;
	db_bind_text(q, 1, source);
	db_bind_text(q, 2, span_of(key));
	got = db_step(q, e);
	if (got > 0) {
		str_addspan(value, db_text(q, 0));
		db_done(q);
	}
	return got < 0 ? -1 : 0;
}
