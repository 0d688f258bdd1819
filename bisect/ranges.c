/* Sets of candidates as ascending ranges: see plan.h. */
#include "common/base.h"
#include "bisect/plan.h"

void
ranges_all(struct ranges *r, uint32_t n)
{
	vec_clear(&r->v);
	ranges_add(r, 0, n);
}

void
ranges_add(struct ranges *r, uint32_t lo, uint32_t hi)
{
	struct range *last = r->v.n ? &r->v.p[r->v.n - 1] : NULL;

	assert(last == NULL || lo >= last->hi);
	if (lo >= hi)
		return;
	if (last && last->hi == lo)
		last->hi = hi;
	else
		vec_push(&r->v, ((struct range){ lo, hi }));
}

void
ranges_set(struct ranges *to, const struct ranges *from)
{
	size_t i;

	vec_clear(&to->v);
	for (i = 0; i < from->v.n; i++)
		vec_push(&to->v, from->v.p[i]);
}

struct ranges
ranges_copy(const struct ranges *r)
{
	struct ranges copy = { VEC_INIT };

	ranges_set(&copy, r);
	return copy;
}

uint32_t
ranges_count(const struct ranges *r)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < r->v.n; i++)
		n += r->v.p[i].hi - r->v.p[i].lo;
	return n;
}

bool
ranges_has(const struct ranges *r, uint32_t x)
{
	size_t lo = 0, hi = r->v.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->v.p[mid].hi <= x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < r->v.n && r->v.p[lo].lo <= x;
}
