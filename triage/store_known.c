/* Known failures in the store: see store.h. */
#include "common/base.h"
#include "triage/store_in.h"

/* One change, in a transaction of its own. */
static int
change(struct store *s, struct db_query *q, struct err *e)
{
	if (q == NULL || db_run(q, e) < 0) {
		store_rollback(s);
		return -1;
	}
	return 0;
}

int
store_known_add(struct store *s, const struct known *k, int64_t *id, struct err *e)
{
	const struct span texts[] = { k->test, k->builder, k->branch, k->pattern, k->issue, k->note };
	struct db_query *q;
	size_t i;

	if (store_begin(s, e) < 0)
		return -1;
	q = db_query(s->db, "INSERT INTO known(test, builder, branch, pattern, issue, note, since) "
	             "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", e);
	for (i = 0; q && i < ARRAY_LEN(texts); i++)
		db_bind_text(q, (int)i + 1, texts[i]);
	if (q)
		db_bind_int(q, 7, k->since);
	if (change(s, q, e) < 0)
		return -1;
	*id = db_last_id(s->db);
	return store_flush(s, e);
}

int
store_known_remove(struct store *s, int64_t id, bool *there, struct err *e)
{
	struct db_query *q;

	if (store_begin(s, e) < 0)
		return -1;
	q = db_query(s->db, "DELETE FROM known WHERE id = ?1", e);
	if (q)
		db_bind_int(q, 1, id);
	if (change(s, q, e) < 0)
		return -1;
	*there = db_changes(s->db) > 0;
	return store_flush(s, e);
}

int
store_known_each(struct store *s, void (*each)(void *data, const struct known *k), void *data, struct err *e)
{
	struct db_query *q = db_query(s->db, "SELECT id, test, builder, branch, pattern, issue, note, since "
	                              "FROM known ORDER BY id", e);
	int got;

	if (q == NULL)
		return -1;
	while ((got = db_step(q, e)) > 0) {
		struct known k = {
			.id = db_int(q, 0), .test = db_text(q, 1), .builder = db_text(q, 2),
			.branch = db_text(q, 3), .pattern = db_text(q, 4), .issue = db_text(q, 5),
			.note = db_text(q, 6), .since = db_int(q, 7),
		};

		each(data, &k);
	}
	return got;
}
