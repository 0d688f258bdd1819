/* Another axis for a branch: see axis.h. */
#include "common/base.h"
#include "triage/axis.h"

static int
compare_builds(const void *a, const void *b)
{
	const struct lane_build *x = a, *y = b;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void
move_builds(struct lane *l, const uint32_t *to)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->builds[i].commit = to[l->builds[i].commit];
	if (l->n)
		qsort(l->builds, l->n, sizeof(*l->builds), compare_builds);
}

void
axis_replace(struct view *v, uint32_t branch, uint32_t n, const struct span *revisions,
             const int64_t *times, const uint32_t *to)
{
	struct axis *axis = &v->axes[branch];
	uint32_t i;

	for (i = 0; i < v->n_lanes; i++) {
		if (v->lanes[i].branch == branch)
			move_builds(&v->lanes[i], to);
	}
	axis->n = n;
	axis->revisions = arena_alloc(&v->mem, (n + 1) * sizeof(*axis->revisions));
	axis->started = arena_alloc(&v->mem, (n + 1) * sizeof(*axis->started));
	if (n == 0)
		return;
	memcpy(axis->revisions, revisions, n * sizeof(*revisions));
	memcpy(axis->started, times, n * sizeof(*times));
}
