/*
 * Which tests a view holds: by the rosters of its builds, or by their lists of events.
 */
#include "common/base.h"
#include "triage/store_in.h"

bool
events_each(struct span list, bool loud, void (*each)(void *data, int64_t test), void *data)
{
	uint64_t n_loud, n, i, gap, test = 0;

	if (list.n == 0)
		return true;
	if (!unpack_uint(&list, &n_loud) || !unpack_uint(&list, &n))
		return false;
	for (i = 0; i < (loud ? n_loud : n); i++) {
		if (!unpack_uint(&list, &gap))
			return false;
		test = i == n_loud ? gap : test + gap;
		each(data, (int64_t)test);
	}
	return true;
}

struct set { VEC(uint8_t) in; };

static void
add_to_set(void *data, int64_t test)
{
	enum { MOST = 1 << 28 };
	struct set *set = data;

	if (test < 0 || test > MOST)
		return;
	while (set->in.n <= (size_t)test)
		vec_push(&set->in, 0);
	set->in.p[test] = 1;
}

static void
add_letter_to_set(void *data, int64_t test, char letter UNUSED)
{
	add_to_set(data, test);
}

/* Of the builds numbered lo to hi that are in the view and began at `since` or later. */
static int
add_events(struct view_in *v, int64_t lo, int64_t hi, int64_t since, struct set *set, struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT id, events FROM builds WHERE id BETWEEN ?1 AND ?2", e);
	const struct place *at;
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, lo);
	db_bind_int(q, 2, hi);
	while ((got = db_step(q, e)) > 0) {
		at = view_place(v, db_int(q, 0));
		if (at && v->pub.lanes[at->lane].builds[at->at].started >= since)
			events_each(db_text(q, 1), true, add_to_set, set);
	}
	return got;
}

/* Builds of a time mostly have numbers close together: then all are read in one go. */
static int
add_events_since(struct view_in *v, int64_t since, struct set *set, struct err *e)
{
	enum { GAPS = 8 };
	VEC(int64_t) ids = VEC_INIT;
	int64_t lo = INT64_MAX, hi = 0;
	int ret = 0;
	size_t i, k;

	for (i = 0; i < v->pub.n_lanes; i++) {
		for (k = 0; k < v->pub.lanes[i].n; k++) {
			const struct lane_build *b = &v->pub.lanes[i].builds[k];

			if (b->started < since)
				continue;
			lo = b->id < lo ? b->id : lo;
			hi = b->id > hi ? b->id : hi;
			vec_push(&ids, b->id);
		}
	}
	if (ids.n && hi - lo < GAPS * (int64_t)ids.n)
		ret = add_events(v, lo, hi, since, set, e);
	else
		for (i = 0; i < ids.n && ret == 0; i++)
			ret = add_events(v, ids.p[i], ids.p[i], since, set, e);
	vec_release(&ids);
	return ret;
}

int
store_tests(struct view *view, int64_t since, bool all, struct tests *out, struct err *e)
{
	struct view_in *v = view_in(view);
	struct set set = { VEC_INIT };
	int ret = all ? view_load_rosters(v, e) : add_events_since(v, since, &set, e);
	size_t i;

	for (i = 0; ret == 0 && all && i < v->rosters.n; i++)
		roster_each(v->rosters.p[i].packed, add_letter_to_set, &set);
	for (i = 0; ret == 0 && i < set.in.n; i++) {
		if (set.in.p[i] && store_joined(view, (uint32_t)i) != i)
			add_to_set(&set, store_joined(view, (uint32_t)i));
	}
	for (i = 0; ret == 0 && i < set.in.n; i++) {
		if (set.in.p[i] && store_joined(view, (uint32_t)i) == i)
			vec_push(&out->v, (uint32_t)i);
	}
	vec_release(&set.in);
	return ret;
}
