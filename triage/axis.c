/* Another axis for a branch: see axis.h. */
#include "common/base.h"
#include "triage/axis.h"

static void
move_builds(struct lane *l, const uint32_t *to)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->builds[i].commit = to[l->builds[i].commit];
	view_sort_lane(l);
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
	v->order++;
	axis->n = n;
	axis->revisions = arena_alloc(&v->mem, (n + 1) * sizeof(*axis->revisions));
	axis->started = arena_alloc(&v->mem, (n + 1) * sizeof(*axis->started));
	if (n == 0)
		return;
	memcpy(axis->revisions, revisions, n * sizeof(*revisions));
	memcpy(axis->started, times, n * sizeof(*times));
}
