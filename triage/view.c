/* The order of builds in a lane: see view.h. */
#include "common/base.h"
#include "triage/view.h"

static int
by_place(const void *a, const void *b)
{
	const struct lane_build *x = a, *y = b;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void
view_sort_lane(struct lane *l)
{
	bool sorted = true;
	uint32_t i;

	for (i = 1; i < l->n && sorted; i++)
		sorted = by_place(&l->builds[i - 1], &l->builds[i]) <= 0;
	if (!sorted)
		qsort(l->builds, l->n, sizeof(*l->builds), by_place);
}
