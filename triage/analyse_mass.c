/*
 * Builds, builders and commits that were broken as a whole: what fails in them
 * says nothing of a single test.  After Go's watchflakes (skipBrokenCommits,
 * skipBrokenBuilders) and Trunk's protection against failures of the infrastructure.
 */
#include "common/base.h"
#include "triage/analyse.h"

#include "common/mem.h"

enum {
	FEW = 10,           /* failing tests that may well have causes of their own */
	MANY_PERCENT = 10,  /* of a build's tests: many */
	HUGE_PERCENT = 25,  /* so many that the build alone is enough to say so */
	ROW = 4,            /* builds in a row with many: the builder is broken */
	BUILDERS = 4,       /* that must have built a commit to say that it is broken, */
	BROKEN_PERCENT = 25, /* when many tests fail on more than that many of them */
};

static bool
fails(const struct lane_build *b, unsigned percent)
{
	return b->n_fails >= FEW && (uint64_t)b->n_fails * 100 > (uint64_t)b->n_tests * percent;
}

/* Builders that built a place, and those where many tests failed; a builder counts once. */
struct place { uint32_t built, many; };

static void
count_places(struct place *places, const struct lane *l)
{
	uint32_t i, end;
	bool many, known;

	for (i = 0; i < l->n; i = end) {
		many = known = false;
		for (end = i; end < l->n && l->builds[end].commit == l->builds[i].commit; end++) {
			known |= l->builds[end].n_tests > 0;
			many |= fails(&l->builds[end], MANY_PERCENT);
		}
		places[l->builds[i].commit].built += known;
		places[l->builds[i].commit].many += many;
	}
}

/* Nothing is marked where no build has many. */
static bool
any_many(const struct lane *l)
{
	uint32_t i;

	for (i = 0; i < l->n && !fails(&l->builds[i], MANY_PERCENT); i++)
		;
	return i < l->n;
}

static void
mark_commits(struct view *v, uint32_t branch)
{
	struct place *places = xcalloc(v->axes[branch].n ? v->axes[branch].n : 1, sizeof(*places));

	for (uint32_t i = 0; i < v->n_lanes; i++) {
		if (v->lanes[i].branch == branch)
			count_places(places, &v->lanes[i]);
	}
	for (uint32_t i = 0; i < v->n_lanes; i++) {
		struct lane *l = &v->lanes[i];

		for (uint32_t k = 0; l->branch == branch && k < l->n; k++) {
			const struct place *p = &places[l->builds[k].commit];

			if (p->built >= BUILDERS && p->many * 100 > p->built * BROKEN_PERCENT &&
			    fails(&l->builds[k], MANY_PERCENT))
				l->builds[k].mass = MASS_COMMIT;
		}
	}
	free(places);
}

/* Builds of which no test is known neither end a row nor belong to it; nor do those of a
 * broken commit. */
static void
mark_builder(struct lane *l)
{
	uint32_t from = 0, row = 0;

	for (uint32_t i = 0; i <= l->n; i++) {
		if (i < l->n && (l->builds[i].n_tests == 0 || l->builds[i].mass))
			continue;
		if (i < l->n && fails(&l->builds[i], MANY_PERCENT)) {
			from = row++ ? from : i;
			continue;
		}
		for (uint32_t k = from; row >= ROW && k < i; k++) {
			if (!l->builds[k].mass && l->builds[k].n_tests)
				l->builds[k].mass = MASS_BUILDER;
		}
		row = 0;
	}
}

static void
mark_builds(struct lane *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!l->builds[i].mass && fails(&l->builds[i], HUGE_PERCENT))
			l->builds[i].mass = MASS_BUILD;
	}
}

void
analyse_mass(struct view *v)
{
	bool *many = xcalloc(v->branches.texts.n + 1, sizeof(*many));

	for (uint32_t i = 0; i < v->n_lanes; i++) {
		if (!many[v->lanes[i].branch])
			many[v->lanes[i].branch] = any_many(&v->lanes[i]);
	}
	for (uint32_t b = 0; b < v->branches.texts.n; b++) {
		if (many[b])
			mark_commits(v, b);
	}
	for (uint32_t i = 0; i < v->n_lanes; i++) {
		if (!many[v->lanes[i].branch])
			continue;
		mark_builder(&v->lanes[i]);
		mark_builds(&v->lanes[i]);
	}
	free(many);
}
