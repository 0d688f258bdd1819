/* Gathers the report: builds and builders. See report.h. */
#include "common/base.h"
#include "triage/report_in.h"

enum {
	DAY = 86400,
	GAPS = 30,          /* of the newest builds, to know how often a builder builds */
	SILENT_TIMES = 4,   /* the longest of the usual gaps */
	GONE_DAYS = 60,     /* a builder silent for so long was taken away */
};

static void
count_colors(struct report *r, const struct lane *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct lane_build *b = &l->builds[i];

		if (b->started < r->since)
			continue;
		r->builds[b->color]++;
		r->n_builds++;
		r->n_lost += b->n_tests == 0 && b->color != COLOR_MACHINE;
	}
}

/* ---- silence ---- */

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The time between two builds that nine in ten stay below; 0: too few to tell. */
static int64_t
usual_gap(int64_t *times, uint32_t n)
{
	int64_t gaps[GAPS];
	uint32_t k;

	if (n < 4)
		return 0;
	qsort(times, n, sizeof(*times), compare_times);
	for (k = 0; k + 1 < n && k < GAPS; k++)
		gaps[k] = times[n - 1 - k] - times[n - 2 - k];
	qsort(gaps, k, sizeof(*gaps), compare_times);
	return gaps[k * 9 / 10];
}

static void
look_for_silence(struct report *r, const struct view *v, const struct lane *l)
{
	int64_t *times = xcalloc(l->n ? l->n : 1, sizeof(*times)), usual, last, bound;

	for (uint32_t i = 0; i < l->n; i++)
		times[i] = l->builds[i].started;
	usual = usual_gap(times, l->n);
	last = l->n ? times[l->n - 1] : 0;
	free(times);
	bound = usual * SILENT_TIMES > DAY ? usual * SILENT_TIMES : DAY;
	if (usual == 0 || r->now - last <= bound || r->now - last > (int64_t)GONE_DAYS * DAY)
		return;
	vec_push(&r->silent, ((struct silent){ v->builders.texts.p[l->builder], v->branches.texts.p[l->branch],
	                                       last, usual }));
}

/* ---- what was broken ---- */

static struct broken *
broken_of(struct report *r, const struct broken *like)
{
	for (size_t i = 0; i < r->broken.n; i++) {
		struct broken *b = &r->broken.p[i];

		if (b->mass == like->mass && b->builder.p == like->builder.p && b->branch.p == like->branch.p &&
		    b->revision.p == like->revision.p)
			return b;
	}
	vec_push(&r->broken, *like);
	return &r->broken.p[r->broken.n - 1];
}

static void
look_for_broken(struct report *r, const struct view *v, const struct lane *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct lane_build *x = &l->builds[i];
		struct broken like = { .mass = x->mass, .branch = v->branches.texts.p[l->branch] }, *b;

		if (x->mass == MASS_NONE || x->started < r->since)
			continue;
		if (x->mass == MASS_COMMIT)
			like.revision = v->axes[l->branch].revisions[x->commit];
		else
			like.builder = v->builders.texts.p[l->builder];
		b = broken_of(r, &like);
		b->n_builds++;
		if (x->n_fails > b->n_fails) {
			b->n_fails = x->n_fails;
			b->n_tests = x->n_tests;
		}
		b->last = x->started > b->last ? x->started : b->last;
	}
}

static void
look_for_ended(struct report *r, const struct view *v, const struct lane *l)
{
	struct ended e = { .builder = v->builders.texts.p[l->builder] };
	size_t i;

	for (uint32_t k = 0; k < l->n; k++) {
		e.of += l->builds[k].started >= r->since;
		e.n += l->builds[k].started >= r->since && l->builds[k].color == COLOR_MACHINE;
	}
	if (e.n == 0)
		return;
	for (i = 0; i < r->ended.n && r->ended.p[i].builder.p != e.builder.p; i++)
		;
	if (i == r->ended.n) {
		vec_push(&r->ended, e);
	} else {
		r->ended.p[i].n += e.n;
		r->ended.p[i].of += e.of;
	}
}

static void
count_unread(void *data, int64_t build UNUSED, struct span what UNUSED)
{
	++*(uint64_t *)data;
}

int
report_builds(struct report *r, struct asked *a, struct err *e)
{
	for (uint32_t i = 0; i < a->view->n_lanes; i++) {
		const struct lane *l = &a->view->lanes[i];

		count_colors(r, l);
		look_for_silence(r, a->view, l);
		look_for_broken(r, a->view, l);
		look_for_ended(r, a->view, l);
	}
	return store_unread(a->view, r->since, count_unread, &r->n_unread, e);
}
