/*
 * Layered binary splitting: see reduce.h.  The kept set is a list of pieces;
 * each layer tries to leave out every piece once, then all are halved.  The
 * layer of single tests is repeated until none of them could be left out, so
 * the answer is minimal also where leaving one out makes another needless.
 */
#include "common/base.h"
#include "bisect/reduce.h"

struct reduce {
	VEC(struct range) piece; /* ascending, disjoint; together the kept set */
	struct ranges kept;
	size_t at;               /* the piece that is left out now */
	uint32_t passes;         /* of the current question */
	uint32_t repeats;
	bool dropped;            /* some piece of this layer */
};

static void
kept_update(struct reduce *r)
{
	size_t i;

	vec_clear(&r->kept.v);
	for (i = 0; i < r->piece.n; i++)
		ranges_add(&r->kept, r->piece.p[i].lo, r->piece.p[i].hi);
}

struct reduce *
reduce_new(const struct reduce_config *c)
{
	struct reduce *r = xcalloc(1, sizeof(*r));
	size_t i;

	r->repeats = c->repeats ? c->repeats : 1;
	for (i = 0; i < c->kept->v.n; i++)
		vec_push(&r->piece, c->kept->v.p[i]);
	kept_update(r);
	return r;
}

void
reduce_free(struct reduce *r)
{
	if (r == NULL)
		return;
	vec_release(&r->piece);
	vec_release(&r->kept.v);
	free(r);
}

/* Halves every piece of more than one test; false when there is none. */
static bool
halve(struct reduce *r)
{
	VEC(struct range) next = VEC_INIT;
	bool wide = false;
	size_t i;

	for (i = 0; i < r->piece.n; i++) {
		struct range x = r->piece.p[i];
		uint32_t mid = x.lo + (x.hi - x.lo) / 2;
		if (mid > x.lo) {
			vec_push(&next, ((struct range){ x.lo, mid }));
			wide = true;
		}
		vec_push(&next, ((struct range){ mid, x.hi }));
	}
	vec_release(&r->piece);
	r->piece.p = next.p;
	r->piece.n = next.n;
	r->piece.cap = next.cap;
	return wide;
}

bool
reduce_next(struct reduce *r, struct ranges *out)
{
	size_t i;

	if (r->at >= r->piece.n) {
		bool again = r->dropped;
		if (r->piece.n == 0 || (!halve(r) && !again))
			return false;
		r->at = 0;
		r->dropped = false;
	}
	vec_clear(&out->v);
	for (i = 0; i < r->piece.n; i++)
		if (i != r->at)
			ranges_add(out, r->piece.p[i].lo, r->piece.p[i].hi);
	return true;
}

void
reduce_tell(struct reduce *r, bool failed)
{
	assert(r->at < r->piece.n);
	if (failed) {
		memmove(&r->piece.p[r->at], &r->piece.p[r->at + 1],
		        (r->piece.n - r->at - 1) * sizeof(*r->piece.p));
		r->piece.n--;
		r->passes = 0;
		r->dropped = true;
		kept_update(r);
	} else if (++r->passes >= r->repeats) {
		r->passes = 0;
		r->at++;
	}
}

const struct ranges *
reduce_kept(const struct reduce *r)
{
	return &r->kept;
}
