/*
 * The commits of a range as numbers: parents before children, the newest
 * last.  What lies before the range (GOOD and its ancestors) has no number.
 */
#ifndef BISECT_GRAPH_H
#define BISECT_GRAPH_H

#include "common/vec.h"

/* Invariant: the parents of x are links.p[first.p[x]] to links.p[first.p[x + 1] - 1], all below x. */
struct graph {
	uint32_t n;
	uint32_t n_merges; /* commits with more than one parent in the range */
	VEC(uint32_t) first, links;
};

#define GRAPH_INIT { 0, 0, VEC_INIT, VEC_INIT }

void graph_release(struct graph *g);
/* Adds the next commit; returns its number.  Parents that are not below it are a bug, one
 * that is named twice counts once. */
uint32_t graph_add(struct graph *g, const uint32_t *parents, size_t n);
size_t graph_parents(const struct graph *g, uint32_t x, const uint32_t **out);
/* Sets mark[c], [n], to 1 for x and its ancestors, to 0 for the others; how many are marked. */
uint32_t graph_mark(const struct graph *g, uint32_t x, uint8_t *mark);

#endif
