/*
 * How long tests take where they pass.  A pass costs no row, so of every lane
 * only the newest build's durations are kept (for each part of it), as one
 * blob: for each test that passed at its first try the distance of its row
 * from the one before (zigzag, in the order of the run, so that nothing need
 * be sorted) and tenths of milliseconds, as LEB128.
 */
#include "common/base.h"
#include "triage/store_in.h"

enum { UNIT_MICROS = 100 };

void
times_add(struct str *packed, int64_t *last, int64_t test, const struct attempt *first)
{
	int64_t gap = test - *last;

	if (first->micros < 0 || outcome_evidence(first->outcome) != EVIDENCE_PASS)
		return;
	pack_pair(packed, gap < 0 ? ((uint64_t)-gap << 1) - 1 : (uint64_t)gap << 1,
	          (uint64_t)(first->micros + UNIT_MICROS / 2) / UNIT_MICROS);
	*last = test;
}

bool
times_each(struct span packed, void (*each)(void *data, int64_t test, int64_t micros), void *data)
{
	enum { MOST_GAP = 1 << 29 };
	const uint64_t most = INT64_MAX / UNIT_MICROS;
	int64_t test = 0;
	uint64_t gap, units;

	while (packed.n) {
		if (!unpack_uint(&packed, &gap) || !unpack_uint(&packed, &units) || gap > MOST_GAP || units > most)
			return false;
		test += gap & 1 ? -(int64_t)((gap + 1) >> 1) : (int64_t)(gap >> 1);
		if (test < 0 || test > UINT32_MAX)
			return false;
		each(data, test, (int64_t)units * UNIT_MICROS);
	}
	return true;
}

int
times_put(struct store *s, int64_t lane, const struct build *b, struct span packed, struct err *e)
{
	struct db_query *q;

	if (packed.n == 0 || b->run->truncated)
		return 0;
	q = db_query(s->db, "INSERT INTO times(lane, part, started, data) VALUES(?1, ?2, ?3, ?4) "
	             "ON CONFLICT(lane, part) DO UPDATE SET started = excluded.started, data = excluded.data "
	             "WHERE excluded.started >= started", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, lane);
	db_bind_int(q, 2, b->part);
	db_bind_int(q, 3, b->started);
	db_bind_blob(q, 4, packed);
	return db_run(q, e);
}

struct giving {
	struct view *view;
	uint32_t lane;
	void (*each)(void *data, uint32_t test, uint32_t lane, int64_t micros);
	void *data;
};

static void
give(void *data, int64_t test, int64_t micros)
{
	const struct giving *g = data;

	g->each(g->data, store_joined(g->view, (uint32_t)test), g->lane, micros);
}

int
store_times(struct view *view, void (*each)(void *data, uint32_t test, uint32_t lane, int64_t micros),
            void *data, struct err *e)
{
	const struct view_in *v = view_in(view);
	struct giving g = { view, 0, each, data };
	struct db_query *q = db_query(view->store->db, "SELECT data FROM times WHERE lane = ?1 AND "
	                             "(?2 = 0 OR started <= ?2) ORDER BY part", e);
	int got = 0;

	if (q == NULL)
		return -1;
	for (; g.lane < view->n_lanes && got == 0; g.lane++) {
		db_bind_int(q, 1, v->more[g.lane].id);
		db_bind_int(q, 2, v->until);
		while ((got = db_step(q, e)) > 0) {
			if (times_each(db_text(q, 0), give, &g))
				continue;
			db_done(q);
			return err_set(e, "'%s' is damaged: the durations of a builder", db_path(view->store->db));
		}
	}
	return got;
}
