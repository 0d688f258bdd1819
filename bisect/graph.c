/* See graph.h. */
#include "common/base.h"
#include "bisect/graph.h"

void
graph_release(struct graph *g)
{
	vec_release(&g->first);
	vec_release(&g->links);
	*g = (struct graph)GRAPH_INIT;
}

uint32_t
graph_add(struct graph *g, const uint32_t *parents, size_t n)
{
	size_t i, j, start = g->links.n;

	if (g->n == 0)
		vec_push(&g->first, 0);
	for (i = 0; i < n; i++) {
		assert(parents[i] < g->n);
		for (j = start; j < g->links.n && g->links.p[j] != parents[i]; j++)
			;
		if (j == g->links.n)
			vec_push(&g->links, parents[i]);
	}
	g->n_merges += g->links.n - start > 1;
	vec_push(&g->first, (uint32_t)g->links.n);
	return g->n++;
}

size_t
graph_parents(const struct graph *g, uint32_t x, const uint32_t **out)
{
	*out = g->links.p + g->first.p[x];
	return g->first.p[x + 1] - g->first.p[x];
}

uint32_t
graph_mark(const struct graph *g, uint32_t x, uint8_t *mark)
{
	const uint32_t *parents;
	uint32_t count = 0;
	size_t n;

	memset(mark, 0, g->n);
	mark[x] = 1;
	for (uint32_t c = x + 1; c-- > 0;) {
		if (!mark[c])
			continue;
		count++;
		n = graph_parents(g, c, &parents);
		for (size_t i = 0; i < n; i++)
			mark[parents[i]] = 1;
	}
	return count;
}
