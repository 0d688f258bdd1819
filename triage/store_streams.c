/*
 * What one test did, as cells: by default what the build's roster says, then
 * the test's own rows.  Builds before the horizon are counted.
 */
#include "common/base.h"
#include "triage/store_in.h"

/* ---- what is loaded on demand ---- */

/* Where the build's place is, or would be; n_places: nowhere. */
static size_t
slot_of(const struct view_in *v, int64_t build)
{
	size_t i;

	if (v->dense)
		return build < v->first_build ? v->n_places : (size_t)(build - v->first_build);
	i = (size_t)((uint64_t)build * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (v->n_places - 1);
	while (v->places[i].lane != UINT32_MAX && v->place_builds[i] != build)
		i = (i + 1) & (v->n_places - 1);
	return i;
}

/* How large the table is to be: numbers of builds mostly have few gaps. */
static void
measure_places(struct view_in *v)
{
	int64_t lo = INT64_MAX, hi = 0;
	size_t n = 0, i, k;

	for (i = 0; i < v->pub.n_lanes; i++) {
		n += v->pub.lanes[i].n;
		for (k = 0; k < v->pub.lanes[i].n; k++) {
			int64_t id = v->pub.lanes[i].builds[k].id;

			lo = id < lo ? id : lo;
			hi = id > hi ? id : hi;
		}
	}
	v->first_build = n ? lo : 0;
	v->dense = n > 0 && (uint64_t)(hi - lo) < 8 * (uint64_t)n;
	if (v->dense)
		v->n_places = (size_t)(hi - lo) + 1;
	else
		for (v->n_places = 64; v->n_places < 2 * n; v->n_places *= 2)
			;
}

/* The lane's rosters as runs of builds that have the same. */
static void
find_runs(const struct lane *lane, struct lane_more *more)
{
	size_t i;

	vec_clear(&more->runs);
	for (i = 0; i < lane->n; i++) {
		if (i == 0 || lane->builds[i].roster != lane->builds[i - 1].roster)
			vec_push(&more->runs, ((struct roster_run){ lane->builds[i].roster, 0 }));
		more->runs.p[more->runs.n - 1].n++;
	}
}

/* Where each build is, and the runs of rosters: once, and again when they were put into
 * another order. */
void
view_index(struct view_in *v)
{
	size_t i, k;

	if (v->places && v->order == v->pub.order)
		return;
	free(v->places);
	free(v->place_builds);
	v->order = v->pub.order;
	measure_places(v);
	v->places = xmalloc((v->n_places + 1) * sizeof(*v->places));
	memset(v->places, 0xff, v->n_places * sizeof(*v->places)); /* lane UINT32_MAX */
	v->place_builds = v->dense ? NULL : xmalloc(v->n_places * sizeof(*v->place_builds));
	for (i = 0; i < v->pub.n_lanes; i++) {
		find_runs(&v->pub.lanes[i], &v->more[i]);
		for (k = 0; k < v->pub.lanes[i].n; k++) {
			int64_t build = v->pub.lanes[i].builds[k].id;
			size_t at = slot_of(v, build);

			v->places[at] = (struct place){ (uint32_t)i, (uint32_t)k };
			if (v->place_builds)
				v->place_builds[at] = build;
		}
	}
}

const struct place *
view_place(struct view_in *v, int64_t build)
{
	size_t at;

	view_index(v);
	at = slot_of(v, build);
	return at >= v->n_places || v->places[at].lane == UINT32_MAX ? NULL : &v->places[at];
}

int
view_load_rosters(struct view_in *v, struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT tests FROM rosters WHERE id = ?1", e);
	struct span packed;
	size_t i;
	int got;

	if (q == NULL)
		return -1;
	for (i = 0; i < v->rosters.n; i++) {
		if (v->rosters.p[i].packed.p)
			continue;
		db_bind_int(q, 1, v->rosters.p[i].id);
		got = db_step(q, e);
		if (got < 0)
			return -1;
		packed = got ? db_text(q, 0) : span_of("");
		packed.p = arena_copy(&v->pub.mem, packed.p, packed.n);
		v->rosters.p[i].packed = packed;
		db_done(q);
	}
	return 0;
}

static int
load_stories(struct view_in *v, struct err *e)
{
	enum { MOST = 1 << 22 };
	struct db_query *q = db_query(v->pub.store->db, "SELECT id, letters, n, cell FROM stories", e);
	static const struct story_more none;
	int got;

	if (q == NULL)
		return -1;
	while ((got = db_step(q, e)) > 0) {
		int64_t id = db_int(q, 0), n = db_int(q, 2), cell = db_int(q, 3);
		struct span letters = db_text(q, 1);
		struct story_more x = { .story.n = (uint32_t)n, .story.cell = (uint8_t)cell };

		if (id < 0 || id > MOST || n < 1 || cell < 0 || cell > CELL_FLIP ||
		    !story_ends(&x.story, letters))
			continue;
		x.letters = (struct span){ arena_copy(&v->pub.mem, letters.p, letters.n), letters.n };
		while (v->stories.n <= (size_t)id)
			vec_push(&v->stories, none);
		v->stories.p[id] = x;
	}
	return got;
}

const struct story_more *
view_story(struct view_in *v, int64_t row, struct err *e)
{
	if (v->stories.n == 0 && load_stories(v, e) < 0)
		return NULL;
	if (row >= 0 && (size_t)row < v->stories.n && v->stories.p[row].story.n)
		return &v->stories.p[row];
	err_set(e, "'%s' is damaged: there is no story %lld", db_path(v->pub.store->db), (long long)row);
	return NULL;
}

int
view_event(struct view_in *v, const struct entry *x, struct event *out, struct err *e)
{
	const struct story_more *s = view_story(v, x->v[2] >> 3, e);

	if (s == NULL)
		return -1;
	*out = (struct event){
		.cell = s->story.cell,
		.first = s->story.first,
		.last = s->story.last,
		.n_attempts = (uint16_t)(s->story.n < UINT16_MAX ? s->story.n : UINT16_MAX),
		.message = x->v[3] >= 0 && x->v[3] <= UINT32_MAX ? (uint32_t)x->v[3] : 0,
		.micros = duration_of(x->v[4]),
		.load = load_of(x->v[5]),
	};
	return 0;
}

/* ---- one test ---- */

/* A lane while its stream is made. */
struct making {
	uint8_t *cells;
	VEC(struct event) events;
	int64_t older_runs, older_fails;
	bool ran;
};

static enum cell
cell_of_letter(char letter)
{
	return letter == 'P' || letter == 'x' ? CELL_PASS : CELL_NONE;
}

static enum cell
cell_in_roster(const struct view_in *v, uint32_t roster)
{
	return roster < v->rosters.n ? (enum cell)v->rosters.p[roster].cell : CELL_NONE;
}

/* By rosters alone: cells within the horizon, and counts of all builds of the lane. */
static void
by_rosters(struct view_in *v, size_t at, struct making *m)
{
	const struct lane_more *more = &v->more[at];
	uint8_t *cell;
	size_t i;

	cell = m->cells = (uint8_t *)arena_alloc(&v->scratch, v->pub.lanes[at].n);
	for (i = 0; i < more->runs.n; i++) {
		enum cell kind = cell_in_roster(v, more->runs.p[i].roster);

		memset(cell, kind, more->runs.p[i].n);
		cell += more->runs.p[i].n;
		if (kind == CELL_PASS) {
			m->older_runs -= more->runs.p[i].n;
			m->ran = true;
		}
	}
	for (i = 0; i < more->newer.n; i++)
		m->older_runs -= more->newer.p[i] &&
		                 cell_in_roster(v, (uint32_t)(more->newer.p[i] - 1)) == CELL_PASS;
}

/* A row of the test whose build is not within the horizon: is it after `until`? */
static int
is_newer(struct view_in *v, int64_t build, struct err *e)
{
	struct db_query *q;
	int got;

	if (v->until == 0)
		return 0;
	q = db_query(v->pub.store->db, "SELECT started > ?2 FROM builds WHERE id = ?1", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, build);
	db_bind_int(q, 2, v->until);
	got = db_step(q, e);
	if (got > 0) {
		got = (int)db_int(q, 0);
		db_done(q);
	}
	return got;
}

/* A row of a build before the horizon, or after `until`: it only counts. */
static int
count_row(struct view_in *v, struct making *lane, const struct entry *x, struct err *e)
{
	int newer = is_newer(v, x->v[0], e);

	if (newer == 0) {
		lane->older_runs -= (x->v[2] & 7) == CELL_NONE;
		lane->older_fails += is_failing(x->v[2] & 7);
	}
	return newer < 0 ? -1 : 0;
}

static int
take_row(struct view_in *v, struct making *m, const uint32_t *lane_of, size_t n_lane_of,
         const struct entry *x, struct err *e)
{
	const struct place *place = view_place(v, x->v[0]);
	struct event ev;

	if (place == NULL) {
		if (x->v[1] < 0 || (uint64_t)x->v[1] >= n_lane_of || lane_of[x->v[1]] == UINT32_MAX)
			return 0; /* of a lane that the filter left out */
		return count_row(v, &m[lane_of[x->v[1]]], x, e);
	}
	if (view_event(v, x, &ev, e) < 0)
		return -1;
	m = &m[place->lane];
	m->cells[place->at] = ev.cell;
	m->ran |= ev.cell != CELL_NONE;
	ev.at = place->at;
	if (ev.cell != CELL_NONE && ev.cell != CELL_PASS)
		vec_push(&m->events, ev);
	return 0;
}

static int
by_at(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void
finish_stream(struct view_in *v, size_t at, struct making *m, struct stream *out)
{
	struct event *events = arena_alloc(&v->scratch, m->events.n * sizeof(*events));

	bool sorted = true;
	size_t i;

	for (i = 0; i < m->events.n; i++) {
		events[i] = m->events.p[i];
		sorted &= i == 0 || events[i - 1].at < events[i].at;
	}
	if (!sorted)
		qsort(events, m->events.n, sizeof(*events), by_at);
	*out = (struct stream){
		.lane = &v->pub.lanes[at],
		.cells = m->cells,
		.events = events,
		.n_events = (uint32_t)m->events.n,
		.n_older_runs = m->older_runs > 0 ? (uint64_t)m->older_runs : 0,
		.n_older_fails = (uint64_t)m->older_fails,
	};
}

/* The rows of lanes in the table of lanes, to lanes of the view. */
static uint32_t *
lanes_by_row(struct view_in *v, size_t *n)
{
	uint32_t *of;
	size_t i;

	for (*n = 0, i = 0; i < v->pub.n_lanes; i++) {
		if (v->more[i].id >= 0 && (size_t)v->more[i].id >= *n)
			*n = (size_t)v->more[i].id + 1;
	}
	of = arena_alloc(&v->scratch, *n * sizeof(*of));
	memset(of, 0xff, *n * sizeof(*of));
	for (i = 0; i < v->pub.n_lanes; i++)
		of[v->more[i].id] = (uint32_t)i;
	return of;
}

static int
name_of_test(struct view_in *v, uint32_t test, struct span *out_name, struct span *out_file, struct err *e)
{
	struct db_query *q = db_query(v->pub.store->db, "SELECT name, file FROM tests WHERE id = ?1", e);
	struct span name, file;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, test);
	if (db_step(q, e) <= 0)
		return err_set(e, "'%s' has no test %u", db_path(v->pub.store->db), test);
	name = db_text(q, 0);
	file = db_text(q, 1);
	*out_name = (struct span){ arena_copy(&v->scratch, name.p, name.n), name.n };
	*out_file = (struct span){ arena_copy(&v->scratch, file.p, file.n), file.n };
	db_done(q);
	return 0;
}

/* The rows of the test; those long before the horizon are only counted. */
static int
load_rows(struct view_in *v, struct making *m, const uint32_t *lane_of, size_t n_lane_of, int64_t test,
          struct err *e)
{
	struct sums sums = { VEC_INIT };
	int ret;
	size_t i;

	ret = series_since(v->pub.store, test, v->until ? INT64_MIN : v->first_build, &v->entries, &sums, e);
	for (i = 0; ret == 0 && i < sums.p.n; i++) {
		int64_t lane = sums.p.p[i].lane;

		if (lane < 0 || (uint64_t)lane >= n_lane_of || lane_of[lane] == UINT32_MAX)
			continue;
		m[lane_of[lane]].older_runs -= sums.p.p[i].n_none;
		m[lane_of[lane]].older_fails += sums.p.p[i].n_fails;
	}
	vec_release(&sums.p);
	return ret;
}

/* What a roster says of the test, under whichever of its names. */
static uint8_t
cell_by_name(struct span packed, const struct tests *names)
{
	size_t i;

	for (i = 0; i < names->v.n; i++) {
		if (cell_of_letter(roster_letter(packed, names->v.p[i])) != CELL_NONE)
			return CELL_PASS;
	}
	return CELL_NONE;
}

static int
make_streams(struct view_in *v, struct making *m, const struct tests *names, struct test_view *out, struct err *e)
{
	size_t n_of, i;
	uint32_t *of = lanes_by_row(v, &n_of);

	for (i = 0; i < v->rosters.n; i++)
		v->rosters.p[i].cell = cell_by_name(v->rosters.p[i].packed, names);
	for (i = 0; i < v->counts.n; i++) {
		if (cell_in_roster(v, v->counts.p[i].roster) == CELL_PASS)
			m[v->counts.p[i].lane].older_runs += v->counts.p[i].n;
	}
	for (i = 0; i < v->pub.n_lanes; i++)
		by_rosters(v, i, &m[i]);
	vec_clear(&v->entries.e);
	for (i = 0; i < names->v.n; i++) {
		if (load_rows(v, m, of, n_of, names->v.p[i], e) < 0)
			return -1;
	}
	for (i = 0; i < v->entries.e.n; i++) {
		if (take_row(v, m, of, n_of, &v->entries.e.p[i], e) < 0)
			return -1;
	}
	out->streams = arena_alloc(&v->scratch, v->pub.n_lanes * sizeof(*out->streams));
	for (i = 0; i < v->pub.n_lanes; i++) {
		if (m[i].ran || m[i].older_runs > 0)
			finish_stream(v, i, &m[i], &out->streams[out->n_streams++]);
	}
	return 0;
}

/* The test and what it was called before. */
static int
find_names(struct view_in *v, struct tests *names, struct test_view *out, struct err *e)
{
	struct older_name *older = arena_alloc(&v->scratch, (v->older.n + 1) * sizeof(*older));
	struct span file;
	size_t i;

	if (name_of_test(v, out->test, &out->name, &out->file, e) < 0)
		return -1;
	vec_push(&names->v, out->test);
	out->older = older;
	for (i = 0; i < v->older.n; i++) {
		const struct test_joint *j = &v->older.p[i];

		if (j->now != out->test)
			continue;
		vec_push(&names->v, j->old);
		older[out->n_older] = (struct older_name){ .branch = j->branch, .place = j->place };
		if (name_of_test(v, j->old, &older[out->n_older++].name, &file, e) < 0)
			return -1;
	}
	return 0;
}

int
store_streams(struct view *view, uint32_t test, struct test_view *out, struct err *e)
{
	struct view_in *v = view_in(view);
	struct tests names = { VEC_INIT };
	struct making *m;
	int ret;
	size_t i;

	arena_release(&v->scratch);
	*out = (struct test_view){ .test = store_joined(view, test) };
	m = xcalloc(view->n_lanes, sizeof(*m));
	ret = find_names(v, &names, out, e);
	if (ret == 0)
		ret = view_load_rosters(v, e);
	view_index(v);
	if (ret == 0)
		ret = make_streams(v, m, &names, out, e);
	for (i = 0; i < view->n_lanes; i++)
		vec_release(&m[i].events);
	free(m);
	vec_release(&names.v);
	return ret;
}
