/* Tests under several names: see store_joint.h. */
#include "common/base.h"
#include "triage/store_in.h"
#include "triage/store_joint.h"

enum { TESTS_MOST = 1 << 28 /* more is damage */ };

static void
take(void *data, int64_t test, char letter UNUSED)
{
	struct tests *m = data;

	if (test >= 0 && test < TESTS_MOST)
		vec_push(&m->v, (uint32_t)test);
}

/* ---- turnovers ---- */

/* Which of two rosters a test is in, by bits. */
enum { IN_BEFORE = 1, IN_AFTER = 2 };

struct comparing {
	struct tests rosters[2], *before, *after, gone, come;
	VEC(uint8_t) marks; /* by test; all 0 between two comparisons */
};

static void
mark(struct comparing *c, const struct tests *m, uint8_t bit)
{
	for (size_t i = 0; i < m->v.n; i++) {
		while (c->marks.n <= m->v.p[i])
			vec_push(&c->marks, 0);
		c->marks.p[m->v.p[i]] |= bit;
	}
}

static void
clear(struct comparing *c, const struct tests *m)
{
	for (size_t i = 0; i < m->v.n; i++)
		c->marks.p[m->v.p[i]] = 0;
}

/* Fills gone and come. */
static void
compare(struct comparing *c)
{
	size_t i;

	vec_clear(&c->gone.v);
	vec_clear(&c->come.v);
	mark(c, c->before, IN_BEFORE);
	mark(c, c->after, IN_AFTER);
	for (i = 0; i < c->before->v.n; i++) {
		if (c->marks.p[c->before->v.p[i]] == IN_BEFORE)
			vec_push(&c->gone.v, c->before->v.p[i]);
	}
	for (i = 0; i < c->after->v.n; i++) {
		if (c->marks.p[c->after->v.p[i]] == IN_AFTER)
			vec_push(&c->come.v, c->after->v.p[i]);
	}
	clear(c, c->before);
	clear(c, c->after);
}

static void
walk_lane(struct view_in *v, uint32_t lane, struct comparing *c, void (*each)(void *data, const struct turnover *t),
          void *data)
{
	uint32_t at = 0, last = 0;
	struct tests *swap;

	vec_clear(&c->before->v);
	for (size_t i = 0; i < v->more[lane].runs.n; i++) {
		const struct roster_run *run = &v->more[lane].runs.p[i];
		uint32_t begin = at;

		at += run->n;
		if (run->roster >= v->rosters.n)
			continue;
		vec_clear(&c->after->v);
		roster_each(v->rosters.p[run->roster].packed, take, c->after);
		if (run->n == 1 && 2 * c->after->v.n < c->before->v.n)
			continue;
		compare(c);
		if (c->gone.v.n && c->come.v.n)
			each(data, &(struct turnover){ lane, last, begin, c->gone.v.p, c->come.v.p,
			                               (uint32_t)c->gone.v.n, (uint32_t)c->come.v.n });
		swap = c->before;
		c->before = c->after;
		c->after = swap;
		last = at - 1;
	}
}

int
store_turnovers(struct view *view, void (*each)(void *data, const struct turnover *t), void *data, struct err *e)
{
	struct view_in *v = view_in(view);
	struct comparing c = { .before = &c.rosters[0], .after = &c.rosters[1] };

	if (view_load_rosters(v, e) < 0)
		return -1;
	view_index(v);
	for (uint32_t i = 0; i < view->n_lanes; i++)
		walk_lane(v, i, &c, each, data);
	vec_release(&c.rosters[0].v);
	vec_release(&c.rosters[1].v);
	vec_release(&c.gone.v);
	vec_release(&c.come.v);
	vec_release(&c.marks);
	return 0;
}

/* ---- joints ---- */

uint32_t
store_joined(struct view *view, uint32_t test)
{
	const struct view_in *v = view_in(view);

	return test < v->joined.n ? v->joined.p[test] : test;
}

static void
point(struct view_in *v, uint32_t test, uint32_t at)
{
	for (uint32_t i = (uint32_t)v->joined.n; i <= test; i++)
		vec_push(&v->joined, i);
	v->joined.p[test] = at;
}

/* Marks the joints of which one roster holds both tests. */
static void
find_together(struct view_in *v, const struct test_joint *joints, size_t n, bool *together)
{
	struct comparing c = { .marks = VEC_INIT };
	struct tests *tests = &c.rosters[0];

	for (size_t i = 0; i < v->rosters.n; i++) {
		vec_clear(&tests->v);
		roster_each(v->rosters.p[i].packed, take, tests);
		mark(&c, tests, IN_BEFORE);
		for (size_t k = 0; k < n; k++)
			together[k] |= joints[k].old < c.marks.n && joints[k].now < c.marks.n &&
			               c.marks.p[joints[k].old] && c.marks.p[joints[k].now];
		clear(&c, tests);
	}
	vec_release(&tests->v);
	vec_release(&c.marks);
}

/* The test that both are from now on.  They are one already where a branch followed another's rename; unless
 * this branch gave the older name back. */
static uint32_t
root_of(struct view_in *v, const struct test_joint *j)
{
	uint32_t old = store_joined(&v->pub, j->old), now = store_joined(&v->pub, j->now);

	for (size_t i = 0; old == now && i < v->older.n; i++) {
		if (v->older.p[i].old == j->now && v->older.p[i].branch == j->branch)
			return j->now;
	}
	return now;
}

static void
join(struct view_in *v, const struct test_joint *j)
{
	uint32_t root = root_of(v, j), others[] = { store_joined(&v->pub, j->old), store_joined(&v->pub, j->now) };
	size_t kept = 0, i;

	if (root == others[0] && root == others[1])
		return;
	for (i = 0; i < v->older.n; i++) {
		struct test_joint *o = &v->older.p[i];

		if (o->now == others[0] || o->now == others[1])
			o->now = root;
		if (o->old != root && o->old != j->old)
			v->older.p[kept++] = *o;
	}
	v->older.n = kept;
	if (others[0] != root && others[0] != j->old)
		vec_push(&v->older, ((struct test_joint){ others[0], root, j->branch, j->place }));
	vec_push(&v->older, ((struct test_joint){ j->old, root, j->branch, j->place }));
	for (i = 0; i < v->older.n; i++) {
		if (v->older.p[i].now == root)
			point(v, v->older.p[i].old, root);
	}
	point(v, root, root);
}

int
store_join(struct view *view, const struct test_joint *joints, size_t n, struct err *e)
{
	struct view_in *v = view_in(view);
	bool *together;

	if (view_load_rosters(v, e) < 0)
		return -1;
	together = xcalloc(n + 1, sizeof(*together));
	find_together(v, joints, n, together);
	for (size_t i = 0; i < n; i++) {
		if (!together[i] && joints[i].old != joints[i].now)
			join(v, &joints[i]);
	}
	free(together);
	return 0;
}
