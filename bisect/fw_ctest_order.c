/*
 * The order of ctest's own scheduler for one test at a time: by falling COST,
 * then by number, each test preceded by everything that it depends on
 * (DEPENDS, the set-up tests of its fixtures; a clean-up test depends on all
 * users of its fixture), which in turn come by number.
 */
#include "common/base.h"
#include "bisect/fw_ctest_in.h"

#include <stdlib.h>

struct ids { VEC(uint32_t) v; };

/* Edges from each test to those that must run before it. */
struct graph {
	const struct ctest_tests *tests;
	struct testlist names;    /* of tests; equal names are one */
	struct ids *same;         /* [name] tests of that name */
	struct testlist fixtures;
	struct ids *setups, *users; /* [fixture] tests */
	struct ids *before;       /* [test] */
};

static void
each_span(struct testlist *list, const struct span *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		testlist_add(list, names[i]);
}

static void
add_all(struct ids *to, const struct ids *from)
{
	size_t i;

	for (i = 0; i < from->v.n; i++)
		vec_push(&to->v, from->v.p[i]);
}

/* Adds the test to the group of each name. */
static void
put_in(struct ids *groups, const struct testlist *list, const struct span *names, size_t n,
       uint32_t test)
{
	size_t i;

	for (i = 0; i < n; i++)
		vec_push(&groups[testlist_find(list, names[i])].v, test);
}

static void
index_names(struct graph *g)
{
	size_t i, n = g->tests->v.n;

	for (i = 0; i < n; i++) {
		const struct ctest_test *t = &g->tests->v.p[i];

		testlist_add(&g->names, t->name);
		each_span(&g->fixtures, t->setup.p, t->setup.n);
		each_span(&g->fixtures, t->cleanup.p, t->cleanup.n);
		each_span(&g->fixtures, t->required.p, t->required.n);
	}
	g->same = xcalloc(testlist_count(&g->names) + 1, sizeof(*g->same));
	g->setups = xcalloc(testlist_count(&g->fixtures) + 1, sizeof(*g->setups));
	g->users = xcalloc(testlist_count(&g->fixtures) + 1, sizeof(*g->users));
	for (i = 0; i < n; i++) {
		const struct ctest_test *t = &g->tests->v.p[i];

		put_in(g->same, &g->names, &t->name, 1, (uint32_t)i);
		put_in(g->setups, &g->fixtures, t->setup.p, t->setup.n, (uint32_t)i);
		put_in(g->users, &g->fixtures, t->required.p, t->required.n, (uint32_t)i);
		/* What sets a fixture up must also come before it is cleaned up. */
		put_in(g->users, &g->fixtures, t->setup.p, t->setup.n, (uint32_t)i);
	}
}

static void
make_edges(struct graph *g)
{
	size_t i, k;
	uint32_t at;

	g->before = xcalloc(g->tests->v.n + 1, sizeof(*g->before));
	for (i = 0; i < g->tests->v.n; i++) {
		const struct ctest_test *t = &g->tests->v.p[i];

		for (k = 0; k < t->depends.n; k++) {
			at = testlist_find(&g->names, t->depends.p[k]);
			if (at != TESTLIST_NONE)
				add_all(&g->before[i], &g->same[at]);
		}
		for (k = 0; k < t->required.n; k++)
			add_all(&g->before[i], &g->setups[testlist_find(&g->fixtures, t->required.p[k])]);
		for (k = 0; k < t->cleanup.n; k++)
			add_all(&g->before[i], &g->users[testlist_find(&g->fixtures, t->cleanup.p[k])]);
	}
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* All tests that must run before this one, and are not placed yet, by number. */
static void
gather(const struct graph *g, uint32_t test, const bool *placed, bool *seen, struct ids *found)
{
	struct ids open = { VEC_INIT };
	size_t i;

	vec_clear(&found->v);
	vec_push(&open.v, test);
	seen[test] = true;
	while (open.v.n) {
		const struct ids *b = &g->before[open.v.p[--open.v.n]];

		for (i = 0; i < b->v.n; i++) {
			if (seen[b->v.p[i]] || placed[b->v.p[i]])
				continue;
			seen[b->v.p[i]] = true;
			vec_push(&found->v, b->v.p[i]);
			vec_push(&open.v, b->v.p[i]);
		}
	}
	seen[test] = false;
	for (i = 0; i < found->v.n; i++)
		seen[found->v.p[i]] = false;
	if (found->v.n)
		qsort(found->v.p, found->v.n, sizeof(uint32_t), by_number);
	vec_release(&open.v);
}

struct ranked { double cost; uint32_t test; };

static int
by_cost(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return by_number(&x->test, &y->test);
}

static void
graph_release(struct graph *g)
{
	size_t i;

	for (i = 0; i < g->tests->v.n; i++)
		vec_release(&g->before[i].v);
	for (i = 0; i < testlist_count(&g->names); i++)
		vec_release(&g->same[i].v);
	for (i = 0; i < testlist_count(&g->fixtures); i++) {
		vec_release(&g->setups[i].v);
		vec_release(&g->users[i].v);
	}
	free(g->before);
	free(g->same);
	free(g->setups);
	free(g->users);
	testlist_release(&g->names);
	testlist_release(&g->fixtures);
}

void
ctest_order(const struct ctest_tests *tests, uint32_t *out)
{
	struct graph g = { .tests = tests, .names = TESTLIST_INIT, .fixtures = TESTLIST_INIT };
	struct ranked *ranked = xcalloc(tests->v.n + 1, sizeof(*ranked));
	bool *placed = xcalloc(tests->v.n + 1, sizeof(*placed));
	bool *seen = xcalloc(tests->v.n + 1, sizeof(*seen));
	struct ids found = { VEC_INIT };
	size_t i, k, n = 0;

	index_names(&g);
	make_edges(&g);
	for (i = 0; i < tests->v.n; i++)
		ranked[i] = (struct ranked){ tests->v.p[i].cost, (uint32_t)i };
	qsort(ranked, tests->v.n, sizeof(*ranked), by_cost);
	for (i = 0; i < tests->v.n; i++) {
		if (placed[ranked[i].test])
			continue;
		gather(&g, ranked[i].test, placed, seen, &found);
		/* Last, also when it depends on itself. */
		vec_push(&found.v, ranked[i].test);
		for (k = 0; k < found.v.n; k++) {
			placed[found.v.p[k]] = true;
			out[n++] = found.v.p[k];
		}
	}
	assert(n == tests->v.n);
	vec_release(&found.v);
	graph_release(&g);
	free(ranked);
	free(placed);
	free(seen);
}
