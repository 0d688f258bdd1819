/*
 * Sets of places as ascending ranges: what the driver asks, and compares with
 * what it asked before.  Every operation is one pass over the ranges.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

void
set_release(struct ranges *a)
{
	vec_release(&a->v);
}

void
set_copy(struct ranges *out, const struct ranges *a)
{
	size_t i;

	vec_clear(&out->v);
	for (i = 0; i < a->v.n; i++)
		vec_push(&out->v, a->v.p[i]);
}

void
set_one(struct ranges *out, uint32_t x)
{
	vec_clear(&out->v);
	ranges_add(out, x, x + 1);
}

static uint32_t
max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t
min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void
set_union(struct ranges *out, const struct ranges *a, const struct ranges *b)
{
	size_t i = 0, j = 0;
	uint32_t end = 0; /* all below it is in out already */

	vec_clear(&out->v);
	while (i < a->v.n || j < b->v.n) {
		bool from_a = j >= b->v.n || (i < a->v.n && a->v.p[i].lo <= b->v.p[j].lo);
		struct range x = from_a ? a->v.p[i++] : b->v.p[j++];
		ranges_add(out, max_u32(x.lo, end), max_u32(x.hi, end));
		end = max_u32(end, x.hi);
	}
}

void
set_minus(struct ranges *out, const struct ranges *a, const struct ranges *b)
{
	size_t i, j = 0;

	vec_clear(&out->v);
	for (i = 0; i < a->v.n; i++) {
		uint32_t lo = a->v.p[i].lo, hi = a->v.p[i].hi;
		while (j < b->v.n && b->v.p[j].hi <= lo)
			j++;
		for (size_t k = j; k < b->v.n && b->v.p[k].lo < hi && lo < hi; k++) {
			if (b->v.p[k].lo > lo)
				ranges_add(out, lo, b->v.p[k].lo);
			lo = min_u32(hi, max_u32(lo, b->v.p[k].hi));
		}
		ranges_add(out, lo, hi);
	}
}

uint32_t
set_common(const struct ranges *a, const struct ranges *b)
{
	size_t i = 0, j = 0;
	uint32_t n = 0;

	while (i < a->v.n && j < b->v.n) {
		uint32_t lo = max_u32(a->v.p[i].lo, b->v.p[j].lo);
		uint32_t hi = min_u32(a->v.p[i].hi, b->v.p[j].hi);
		if (lo < hi)
			n += hi - lo;
		if (a->v.p[i].hi < b->v.p[j].hi)
			i++;
		else
			j++;
	}
	return n;
}

bool
set_within(const struct ranges *a, const struct ranges *b)
{
	return set_common(a, b) == ranges_count(a);
}

bool
set_equal(const struct ranges *a, const struct ranges *b)
{
	return a->v.n == b->v.n &&
	       (a->v.n == 0 || memcmp(a->v.p, b->v.p, a->v.n * sizeof(*a->v.p)) == 0);
}

void
set_join(struct ranges *a, const struct ranges *b)
{
	struct ranges both = { VEC_INIT };

	set_union(&both, a, b);
	set_release(a);
	*a = both;
}
