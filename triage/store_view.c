/*
 * Views: the newest builds of each lane out of its blocks, names, and the axis
 * of each branch.  What single tests did comes later, on demand
 * (store_streams.c).
 */
#include "common/base.h"
#include "triage/store_in.h"

#include <fnmatch.h>

/* Numbers by row of a table, + 1. */
struct numbers { VEC(uint32_t) by_row; };

/* One lane while it is loaded. */
struct loading {
	int64_t id, n;
	uint32_t builder, branch;   /* in the view's maps */
	struct lane_more more;
	struct lane_build *builds;  /* [n_builds]; filled from the end, as they are read from the newest back.
	                               commit holds the revision's row until the axes are made */
	uint32_t n_builds, room;    /* [room] in all, in the view's memory */
};

struct loader {
	struct view_in *v;
	struct store *s;
	const struct view_filter *f;
	uint32_t horizon;
	VEC(struct loading) lanes;
	struct numbers workers, rosters;
};

struct view_in *
view_in(struct view *v)
{
	return (struct view_in *)v;
}

/* ---- names ---- */

/* The text of one row of the table of names, in the view's memory. */
static int
name_text(struct loader *l, int64_t row, struct span *out, struct err *e)
{
	struct db_query *q = db_query(l->s->db, "SELECT text FROM names WHERE id = ?1", e);
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, row);
	got = db_step(q, e);
	*out = span_of("");
	if (got > 0) {
		struct span text = db_text(q, 0);

		*out = (struct span){ arena_copy(&l->v->pub.mem, text.p, text.n), text.n };
		db_done(q);
	}
	return got < 0 ? -1 : 0;
}

static void
make_room(struct numbers *x, size_t want)
{
	size_t n = x->by_row.n;

	vec_reserve(&x->by_row, want);
	memset(x->by_row.p + n, 0, (want - n) * sizeof(*x->by_row.p));
	x->by_row.n = want;
}

static inline uint32_t *
number_of(struct numbers *x, int64_t row)
{
	if ((size_t)row >= x->by_row.n)
		make_room(x, (size_t)row + 1);
	return &x->by_row.p[row];
}

/* ---- lanes ---- */

static bool
fits(const char *glob, struct span text)
{
	return glob == NULL || fnmatch(glob, text.p, 0) == 0;
}

/* The lanes that the filter lets through. */
static int
find_lanes(struct loader *l, struct err *e)
{
	struct db_query *q = db_query(l->s->db, "SELECT l.id, l.n, b.text, r.text FROM lanes l "
		"JOIN names b ON b.id = l.builder JOIN names r ON r.id = l.branch WHERE l.n > 0 "
		"ORDER BY r.text, b.text", e);
	struct view *v = &l->v->pub;
	int got;

	if (q == NULL)
		return -1;
	while ((got = db_step(q, e)) > 0) {
		struct loading x = { .id = db_int(q, 0), .n = db_int(q, 1) };
		struct span builder = db_text(q, 2), branch = db_text(q, 3);

		builder.p = arena_copy(&v->mem, builder.p, builder.n);
		branch.p = arena_copy(&v->mem, branch.p, branch.n);
		v->n_builds += (uint64_t)x.n;
		if (!fits(l->f->builder, builder) || !fits(l->f->branch, branch))
			continue;
		x.builder = map_add(&v->builders, builder);
		x.branch = map_add(&v->branches, branch);
		x.room = x.n < l->horizon ? (uint32_t)x.n : l->horizon;
		x.builds = (struct lane_build *)arena_alloc(&v->mem, x.room * sizeof(*x.builds)) + x.room;
		vec_push(&l->lanes, x);
	}
	return got;
}

/* Both are numbered as they come. */
static int
worker_number(struct loader *l, int64_t row, uint32_t *out, struct err *e)
{
	enum { MOST = 1 << 24 };
	struct span text;
	uint32_t *n;

	*out = UINT32_MAX;
	if (row <= 0 || row > MOST)
		return 0;
	n = number_of(&l->workers, row);
	if (*n == 0) {
		if (name_text(l, row, &text, e) < 0)
			return -1;
		*n = map_add(&l->v->pub.workers, text) + 1;
	}
	*out = *n - 1;
	return 0;
}

static uint32_t
roster_number(struct loader *l, int64_t row)
{
	enum { MOST = 1 << 26 };
	uint32_t *n;

	if (row <= 0 || row > MOST)
		return UINT32_MAX;
	n = number_of(&l->rosters, row);
	if (*n == 0) {
		vec_push(&l->v->rosters, ((struct roster_more){ .id = row }));
		*n = (uint32_t)l->v->rosters.n;
	}
	return *n - 1;
}

static int
take_build(struct loader *l, struct loading *lane, const struct entry *x, struct err *e)
{
	struct lane_build b = {
		.id = x->v[1],
		.started = x->v[0],
		.commit = x->v[2] >= 0 && x->v[2] < UINT32_MAX ? (uint32_t)x->v[2] : 0,
		.roster = roster_number(l, x->v[3]),
		.n_tests = (uint32_t)x->v[6],
		.n_fails = (uint32_t)x->v[7],
		.color = (uint8_t)(x->v[5] & 15),
		.result = (uint8_t)(x->v[5] >> 4),
	};

	if (l->f->until && b.started > l->f->until) {
		lane->more.n_newer++;
		vec_push(&lane->more.newer, b.roster == UINT32_MAX ? 0 : (int64_t)b.roster + 1);
		return 0;
	}
	if (b.color > COLOR_MACHINE)
		b.color = COLOR_UNKNOWN;
	if (b.result > BUILD_CANCELLED)
		b.result = BUILD_UNKNOWN;
	*--lane->builds = b;
	lane->n_builds++;
	return worker_number(l, x->v[4], &lane->builds->worker, e);
}

/* From the newest block back, until the horizon is full. */
static int
load_lane(struct loader *l, struct loading *lane, struct err *e)
{
	struct entry before = { { INT64_MAX, INT64_MAX } };
	struct entries *x = &l->v->entries;
	size_t i;
	int got = 0;

	while (lane->n_builds < lane->room) {
		vec_clear(&x->e);
		got = series_block(l->s, SERIES_LANE, lane->id, &before, x, &before, e);
		if (got <= 0)
			break;
		for (i = x->e.n; i > 0 && lane->n_builds < lane->room; i--) {
			if (take_build(l, lane, &x->e.p[i - 1], e) < 0)
				return -1;
		}
	}
	return got < 0 ? -1 : 0;
}

/* ---- axes ---- */

/* One revision of a branch; row 0: a build that did not say, which has its own place. */
struct spot {
	int64_t row, started;
	struct lane_build *own;
};

struct spots { VEC(struct spot) p; };

static int
by_start(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->own && y->own ? (x->own->id > y->own->id) - (x->own->id < y->own->id) : 0;
}

/* One spot for each revision that was built on the branch, with its first start. */
static void
find_spots(struct loader *l, uint32_t branch, struct spots *spots)
{
	struct numbers at = { VEC_INIT };
	size_t i, k;

	for (i = 0; i < l->lanes.n; i++) {
		struct loading *lane = &l->lanes.p[i];

		for (k = lane->n_builds; lane->branch == branch && k > 0; k--) {
			struct lane_build *b = &lane->builds[k - 1];
			uint32_t *n = b->commit ? number_of(&at, b->commit) : NULL;

			if (n == NULL || *n == 0) {
				vec_push(&spots->p, ((struct spot){ b->commit, b->started, n ? NULL : b }));
				if (n)
					*n = (uint32_t)spots->p.n;
			} else if (b->started < spots->p.p[*n - 1].started) {
				spots->p.p[*n - 1].started = b->started;
			}
		}
	}
	vec_release(&at.by_row);
}

/* The revisions of rows lo to hi that have a place there. */
static int
take_revisions(struct loader *l, struct axis *axis, const struct numbers *places, int64_t lo, int64_t hi,
               struct err *e)
{
	struct db_query *q = db_query(l->s->db, "SELECT id, text FROM revisions WHERE id BETWEEN ?1 AND ?2", e);
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, lo);
	db_bind_int(q, 2, hi);
	while ((got = db_step(q, e)) > 0) {
		uint32_t n = places->by_row.p[db_int(q, 0)];

		if (n)
			axis->revisions[n - 1] = revision_text(&l->v->pub.mem, db_text(q, 1));
	}
	return got;
}

/* Rows of a branch mostly lie close together: then all are read in one go. */
static int
read_revisions(struct loader *l, struct axis *axis, const struct spot *p, const struct numbers *places,
               struct err *e)
{
	enum { GAPS = 8 };
	int64_t lo = INT64_MAX, hi = 0;
	uint32_t i, n = 0;

	for (i = 0; i < axis->n; i++) {
		axis->revisions[i] = span_of("");
		if (p[i].row == 0)
			continue;
		lo = p[i].row < lo ? p[i].row : lo;
		hi = p[i].row > hi ? p[i].row : hi;
		n++;
	}
	if (n == 0 || hi - lo < (int64_t)GAPS * n)
		return n ? take_revisions(l, axis, places, lo, hi, e) : 0;
	for (i = 0; i < axis->n; i++) {
		if (p[i].row && take_revisions(l, axis, places, p[i].row, p[i].row, e) < 0)
			return -1;
	}
	return 0;
}

/* Gives every build of the branch its place; places, less 1, is by row of a revision. */
static void
set_places(struct loader *l, uint32_t branch, const struct spot *p, size_t n, struct numbers *places)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (p[i].row)
			*number_of(places, p[i].row) = (uint32_t)i + 1;
	}
	for (i = 0; i < l->lanes.n; i++) {
		struct loading *lane = &l->lanes.p[i];

		for (k = 0; lane->branch == branch && k < lane->n_builds; k++) {
			if (lane->builds[k].commit)
				lane->builds[k].commit = places->by_row.p[lane->builds[k].commit] - 1;
		}
	}
	for (i = 0; i < n; i++) {
		if (p[i].row == 0)
			p[i].own->commit = (uint32_t)i;
	}
}

/* The order of a branch: its revisions as they were first built. */
static int
make_axis(struct loader *l, uint32_t branch, struct axis *axis, struct err *e)
{
	struct arena *mem = &l->v->pub.mem;
	struct spots found = { VEC_INIT };
	struct numbers places = { VEC_INIT };
	const struct spot *spots;
	size_t i, n;
	int ret;

	find_spots(l, branch, &found);
	n = found.p.n;
	if (n)
		qsort(found.p.p, n, sizeof(*found.p.p), by_start);
	spots = found.p.p;
	set_places(l, branch, spots, n, &places);
	*axis = (struct axis){
		.branch = branch,
		.n = (uint32_t)n,
		.revisions = arena_alloc(mem, n * sizeof(*axis->revisions)),
		.started = arena_alloc(mem, n * sizeof(*axis->started)),
	};
	for (i = 0; i < n; i++)
		axis->started[i] = spots[i].started;
	ret = read_revisions(l, axis, spots, &places, e);
	vec_release(&places.by_row);
	vec_release(&found.p);
	return ret;
}

/* ---- the whole ---- */

/* The builds mostly lie in order. */
static void
finish_lane(struct loader *l, struct loading *from, struct lane *to, struct lane_more *more)
{
	struct view *v = &l->v->pub;
	uint32_t n = from->n_builds, i;

	*to = (struct lane){
		.builder = from->builder,
		.branch = from->branch,
		.n = n,
		.builds = from->builds,
		.n_older = (uint64_t)(from->n - (int64_t)n - from->more.n_newer),
	};
	for (i = 0; i < n; i++) {
		if (to->builds[i].started > v->newest)
			v->newest = to->builds[i].started;
	}
	view_sort_lane(to);
	*more = from->more;
	more->id = from->id;
	from->more = (struct lane_more){ 0 };
}

static void
finish(struct loader *l)
{
	struct view_in *v = l->v;
	size_t i;

	v->pub.n_lanes = (uint32_t)l->lanes.n;
	v->pub.lanes = arena_alloc(&v->pub.mem, l->lanes.n * sizeof(*v->pub.lanes));
	v->more = arena_alloc(&v->pub.mem, l->lanes.n * sizeof(*v->more));
	for (i = 0; i < l->lanes.n; i++)
		finish_lane(l, &l->lanes.p[i], &v->pub.lanes[i], &v->more[i]);
}

/* How many builds of each lane ran each roster; rosters outside the horizon get numbers too. */
static int
count_rosters(struct loader *l, struct err *e)
{
	struct db_query *q = db_query(l->s->db, "SELECT roster, n FROM lane_rosters WHERE lane = ?1 AND n > 0", e);
	int got = 0;
	size_t i;

	if (q == NULL)
		return -1;
	for (i = 0; i < l->lanes.n && got == 0; i++) {
		db_bind_int(q, 1, l->lanes.p[i].id);
		while ((got = db_step(q, e)) > 0)
			vec_push(&l->v->counts, ((struct lane_roster){ (uint32_t)i,
				roster_number(l, db_int(q, 0)), db_int(q, 1) }));
	}
	return got;
}

static int
load(struct loader *l, struct err *e)
{
	struct view *v = &l->v->pub;
	size_t i;

	if (find_lanes(l, e) < 0)
		return -1;
	for (i = 0; i < l->lanes.n; i++) {
		if (load_lane(l, &l->lanes.p[i], e) < 0)
			return -1;
	}
	if (count_rosters(l, e) < 0)
		return -1;
	v->axes = arena_alloc(&v->mem, v->branches.texts.n * sizeof(*v->axes));
	for (i = 0; i < v->branches.texts.n; i++) {
		if (make_axis(l, (uint32_t)i, &v->axes[i], e) < 0)
			return -1;
	}
	finish(l);
	return 0;
}

int
store_view(struct store *s, const struct view_filter *f, struct view **out, struct err *e)
{
	struct view_in *v = xcalloc(1, sizeof(*v));
	struct loader l = { .v = v, .s = s, .f = f, .horizon = f->horizon ? f->horizon : VIEW_HORIZON };
	int ret = 0;
	size_t i;

	v->pub.store = s;
	v->until = f->until;
	if (s->n_readers++ == 0 && !s->in_batch) {
		ret = db_exec(s->db, "BEGIN", e);
		s->reading = ret == 0;
	}
	if (ret == 0)
		ret = load(&l, e);
	for (i = 0; i < l.lanes.n; i++)
		vec_release(&l.lanes.p[i].more.newer);
	vec_release(&l.lanes);
	vec_release(&l.workers.by_row);
	vec_release(&l.rosters.by_row);
	if (ret < 0)
		view_free(&v->pub);
	else
		*out = &v->pub;
	return ret;
}

void
view_free(struct view *v)
{
	struct view_in *in = view_in(v);
	struct store *s;
	size_t i;

	if (v == NULL)
		return;
	s = v->store;
	if (s && --s->n_readers == 0 && s->reading) {
		db_exec(s->db, "COMMIT", NULL);
		s->reading = false;
	}
	for (i = 0; in->more && i < v->n_lanes; i++) {
		vec_release(&in->more[i].newer);
		vec_release(&in->more[i].runs);
	}
	free(in->places);
	free(in->place_builds);
	vec_release(&in->rosters);
	vec_release(&in->joined);
	vec_release(&in->older);
	vec_release(&in->counts);
	vec_release(&in->stories);
	vec_release(&in->entries.e);
	arena_release(&in->scratch);
	arena_release(&in->texts);
	map_release(&v->builders);
	map_release(&v->branches);
	map_release(&v->workers);
	arena_release(&v->mem);
	free(in);
}
