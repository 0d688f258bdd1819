/*
 * What past runs say about the present target.  A run that was asked for one
 * victim is evidence for every other test that ran in it.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

bool
past_test_failed(const struct past *p, uint32_t test)
{
	size_t lo = 0, hi = p->n_failed;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->failed[mid] < test)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n_failed && p->failed[lo] == test;
}

/* False when the run says nothing about the target. */
bool
past_counts(const struct inquiry *q, const struct past *p, bool *shows)
{
	bool fail;

	if (p->stage != q->stage)
		return false;
	if (p->victim == q->victim) {
		fail = p->fail;
	} else if (q->victim == TESTLIST_NONE || !ranges_has(&p->set, q->place[q->victim])) {
		return false;
	} else {
		fail = past_test_failed(p, q->victim);
		if (p->victim == TESTLIST_NONE && p->fail && !p->by_test)
			return false; /* it broke as a whole, perhaps before the victim ran */
	}
	*shows = fail != q->inverted;
	return true;
}

struct counts
past_exact(const struct inquiry *q, const struct ranges *set, const char *phase)
{
	struct counts c = { 0, 0 };
	bool shows;
	size_t i;

	for (i = 0; i < q->past.n; i++) {
		const struct past *p = &q->past.p[i];
		if (!past_counts(q, p, &shows) || !set_equal(&p->set, set))
			continue;
		if (phase && strcmp(phase, p->phase) != 0)
			continue;
		c.runs++;
		c.fails += shows;
	}
	return c;
}

void
inquiry_kept(struct inquiry *q)
{
	uint32_t best = UINT32_MAX;
	const struct ranges *kept = NULL;
	bool shows;
	size_t i;

	for (i = 0; i < q->past.n; i++) {
		const struct past *p = &q->past.p[i];
		uint32_t n = ranges_count(&p->set);
		if (n < best && past_counts(q, p, &shows) && shows && set_common(&p->set, &q->gone) == 0) {
			best = n;
			kept = &p->set;
		}
	}
	vec_clear(&q->kept.v);
	if (kept)
		set_copy(&q->kept, kept);
}

bool
inquiry_void_warm(struct inquiry *q)
{
	bool any = false;
	size_t i;

	for (i = 0; i < q->past.n; i++) {
		if (!q->past.p[i].fresh && q->past.p[i].stage == q->stage) {
			q->past.p[i].stage = PAST_VOID;
			any = true;
		}
	}
	inquiry_kept(q);
	return any;
}
