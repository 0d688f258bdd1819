/*
 * Which commits can still be told apart, where some cannot be asked: two are
 * the same to us when every commit that can be asked has both or neither in its
 * history.
 */
#include "common/base.h"
#include "bisect/hunt_in.h"

#include <stdlib.h>

enum { FEW = 64 }; /* commits looked at: the likeliest, a bit each */

double
hunt_group(const struct hunt *h, uint32_t best)
{
	struct hunt_set likely = { VEC_INIT };
	uint64_t *bits = xcalloc(h->n, sizeof(*bits)), apart = 0, first;
	const uint32_t *parents;
	double mass = 0;
	size_t n;

	hunt_set(h, 0.999999, &likely);
	if (likely.v.n > FEW)
		likely.v.n = FEW;
	for (size_t i = 0; i < likely.v.n; i++)
		bits[likely.v.p[i]] = UINT64_C(1) << i;
	first = bits[best];
	for (uint32_t x = 0; x < h->n; x++) {
		n = graph_parents(h->graph, x, &parents);
		for (size_t i = 0; i < n; i++)
			bits[x] |= bits[parents[i]];
		if (!h->closed[x])
			apart |= bits[x] & first ? ~bits[x] : bits[x];
	}
	for (size_t i = 0; i < likely.v.n; i++) {
		if (!(apart >> i & 1))
			mass += h->post[likely.v.p[i]];
	}
	vec_release(&likely.v);
	free(bits);
	return mass;
}
