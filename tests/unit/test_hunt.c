/* The search for a commit: graphs, posterior, questions, gate. */
#include "tests/unit/check.h"

#include "bisect/hunt.h"
#include "bisect/finding.h"
#include "common/rnd.h"

static struct rnd rnd;

static void
make_line(struct graph *g, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t parent = i - 1;

		graph_add(g, &parent, i > 0);
	}
}

/* Parents a few commits back, every third commit a merge; the last one has all others behind it. */
static void
make_graph(struct graph *g, uint32_t n)
{
	struct { VEC(uint32_t) v; } ends = { VEC_INIT };
	uint8_t *has_child = xcalloc(n, 1);

	for (uint32_t i = 0; i + 1 < n; i++) {
		uint32_t p[2] = { i ? i - 1 - rnd_below(&rnd, i < 4 ? i : 4) : 0, i > 9 ? i - 2 - rnd_below(&rnd, 8) : 0 };
		size_t k = i == 0 ? 0 : i > 9 && rnd_below(&rnd, 3) == 0 ? 2 : 1;

		for (size_t j = 0; j < k; j++)
			has_child[p[j]] = 1;
		graph_add(g, p, k);
	}
	for (uint32_t i = 0; i + 1 < n; i++) {
		if (!has_child[i])
			vec_push(&ends.v, i);
	}
	graph_add(g, ends.v.p, ends.v.n);
	vec_release(&ends.v);
	free(has_child);
}

/* Catches an ancestor that is missed or counted twice. */
static void
test_graph(void)
{
	struct graph g = GRAPH_INIT;
	const uint32_t *parents, two[] = { 1, 2, 1 }, one[] = { 0 };
	uint8_t mark[4];

	graph_add(&g, NULL, 0);
	graph_add(&g, one, 1);
	graph_add(&g, one, 1);
	graph_add(&g, two, 3);
	CHECK_INT(g.n, 4);
	CHECK_INT(g.n_merges, 1);
	CHECK_INT(graph_parents(&g, 3, &parents), 2);
	CHECK_INT(graph_mark(&g, 2, mark), 2);
	CHECK(mark[0] && !mark[1] && mark[2] && !mark[3]);
	CHECK_INT(graph_mark(&g, 3, mark), 4);
	graph_release(&g);
}

/* What one oracle came to. */
struct end {
	enum hunt_state state;
	uint32_t best, runs;
	double posterior;
	bool in_set;
	size_t set;
};

static struct end
hunt_once(const struct graph *g, uint32_t culprit, double q, double r, double confidence)
{
	struct hunt_config c = { .graph = g, .confidence = confidence };
	struct hunt *h = hunt_new(&c);
	struct hunt_set set = { VEC_INIT };
	uint8_t *mark = xcalloc(g->n, 1);
	struct end end = { .runs = 0 };
	uint32_t x;

	for (int i = 0; i < 4; i++) {
		hunt_tell(h, HUNT_OLD, rnd_chance(&rnd, q));
		hunt_tell(h, g->n - 1, rnd_chance(&rnd, r));
	}
	while ((end.state = hunt_next(h, NULL, &x)) == HUNT_ASK && end.runs < 2000) {
		end.runs++;
		if (x == HUNT_OLD) {
			hunt_tell(h, x, rnd_chance(&rnd, q));
			continue;
		}
		graph_mark(g, x, mark);
		hunt_tell(h, x, rnd_chance(&rnd, mark[culprit] ? r : q));
	}
	end.best = hunt_view(h).best;
	end.posterior = hunt_view(h).posterior;
	hunt_set(h, 0.9, &set);
	end.set = set.v.n;
	for (size_t i = 0; i < set.v.n; i++)
		end.in_set = end.in_set || set.v.p[i] == culprit;
	vec_release(&set.v);
	free(mark);
	hunt_free(h);
	return end;
}

/* Catches a search that wastes runs where every answer is right: 7 to halve 100, and the proof. */
static void
test_exact(void)
{
	struct graph g = GRAPH_INIT;
	uint32_t runs = 0;

	make_line(&g, 100);
	for (uint32_t c = 0; c < 100; c += 3) {
		struct end end = hunt_once(&g, c, 0, 1, 0.99);

		CHECK_INT(end.state, HUNT_FOUND);
		CHECK_INT(end.best, c);
		runs += end.runs;
	}
	CHECK((double)runs / 34 < 11);
	graph_release(&g);
}

/* Catches claims that do not hold: 60 searches at 0.95 each must be right in 50 or more (it
 * has a chance of 1 in 1,000 to see fewer). */
static void
test_noise(void)
{
	static const double rates[][2] = { { 0, 0.5 }, { 0.05, 0.95 }, { 0.1, 0.5 } };
	struct graph g = GRAPH_INIT;

	rnd = rnd_from(1);
	make_line(&g, 60);
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		int right = 0, in_set = 0;

		for (int k = 0; k < 60; k++) {
			uint32_t culprit = rnd_below(&rnd, 60);
			struct end end = hunt_once(&g, culprit, rates[i][0], rates[i][1], 0.95);

			right += end.state == HUNT_FOUND && end.best == culprit;
			in_set += end.in_set;
		}
		if (!CHECK(right >= 50) || !CHECK(in_set >= 50))
			printf("  rates %g to %g: %d of 60 right, %d in the set\n", rates[i][0], rates[i][1],
			       right, in_set);
	}
	graph_release(&g);
}

/* Catches a question of a graph with merges that is not the best one: every commit looked at. */
static void
test_best_question(void)
{
	for (int round = 0; round < 12; round++) {
		struct graph g = GRAPH_INIT;
		struct hunt_config c = { .graph = &g, .confidence = 0.99 };
		uint32_t n = 30 + rnd_below(&rnd, 300), culprit = rnd_below(&rnd, n), x;
		uint8_t *mark = xcalloc(n, 1);
		struct hunt *h;

		make_graph(&g, n);
		h = hunt_new(&c);
		hunt_tell(h, n - 1, true);
		for (int step = 0; step < 12 && hunt_next(h, NULL, &x) == HUNT_ASK; step++) {
			double best = 0, got;

			if (x == HUNT_OLD) {
				hunt_tell(h, x, false);
				continue;
			}
			got = hunt_gain(h, x);

			for (uint32_t y = 0; y < n; y++) {
				double gain = hunt_gain(h, y);
				best = gain > best ? gain : best;
			}
			CHECK_NEAR(got, best, 1e-9);
			graph_mark(&g, x, mark);
			hunt_tell(h, x, rnd_chance(&rnd, mark[culprit] ? 0.8 : 0.1));
		}
		hunt_free(h);
		graph_release(&g);
		free(mark);
	}
}

/* Catches a search that can compare the first commit of the range with nothing. */
static void
test_first(void)
{
	struct graph g = GRAPH_INIT;
	struct end end;

	make_line(&g, 50);
	for (uint32_t k = 0; k < 4; k++) {
		rnd = rnd_from(k);
		end = hunt_once(&g, 0, 0, 0.3, 0.95);
		CHECK_INT(end.state, HUNT_FOUND);
		CHECK(end.runs < 300);
	}
	graph_release(&g);
}

/* Catches a commit of a side branch that is blamed on another. */
static void
test_merges(void)
{
	struct graph g = GRAPH_INIT;

	rnd = rnd_from(7);
	make_graph(&g, 300);
	for (uint32_t c = 5; c < 300; c += 37) {
		struct end end = hunt_once(&g, c, 0, 1, 0.99);

		CHECK_INT(end.state, HUNT_FOUND);
		CHECK_INT(end.best, c);
		end = hunt_once(&g, c, 0, 0.5, 0.99);
		CHECK(end.best == c || end.posterior < 0.999);
	}
	graph_release(&g);
}

/* Catches a search that asks for ever what nobody can answer, or asks what is closed. */
static void
test_closed(void)
{
	struct graph g = GRAPH_INIT;
	struct hunt_config c = { .graph = &g, .confidence = 0.99 };
	struct hunt_set set = { VEC_INIT };
	enum hunt_state state;
	struct hunt *h;
	uint32_t x, n = 0;

	make_line(&g, 40);
	h = hunt_new(&c);
	hunt_close(h, 20);
	hunt_close(h, 21);
	for (int i = 0; i < 3; i++) {
		hunt_tell(h, HUNT_OLD, false);
		hunt_tell(h, 39, true);
	}
	while ((state = hunt_next(h, NULL, &x)) == HUNT_ASK && n++ < 100) {
		CHECK(x != 20 && x != 21);
		hunt_tell(h, x, x != HUNT_OLD && x >= 21);
	}
	CHECK_INT(state, HUNT_STUCK);
	CHECK(n < 20);
	hunt_set(h, 0.9, &set);
	CHECK_INT(set.v.n, 3);
	for (size_t i = 0; i < set.v.n; i++)
		CHECK(set.v.p[i] >= 20 && set.v.p[i] <= 22);
	vec_release(&set.v);
	hunt_free(h);
	graph_release(&g);
}

/* Catches a prior that is not used, and one that rules out what it should not. */
static void
test_prior(void)
{
	struct graph g = GRAPH_INIT;
	double prior[64] = { 0 };
	struct hunt_config c = { .graph = &g, .prior = prior, .confidence = 0.99 };
	struct hunt *h;
	uint32_t x = 0, n = 0;

	make_line(&g, 64);
	prior[10] = prior[30] = 1;
	h = hunt_new(&c);
	hunt_tell(h, HUNT_OLD, false);
	hunt_tell(h, 63, true);
	CHECK_NEAR(hunt_posterior(h)[10], hunt_posterior(h)[30], 1e-12);
	CHECK(hunt_posterior(h)[11] == 0);
	for (; hunt_next(h, NULL, &x) == HUNT_ASK && n < 50; n++)
		hunt_tell(h, x, x != HUNT_OLD && x >= 30);
	CHECK_INT(hunt_view(h).best, 30);
	CHECK(n < 6);
	hunt_free(h);
	graph_release(&g);
}

/* Catches questions that are all the same when several are asked at once, and costs that are
 * not looked at. */
static void
test_pending_and_costs(void)
{
	struct graph g = GRAPH_INIT;
	struct hunt_config c = { .graph = &g, .confidence = 0.99 };
	struct hunt *h;
	uint32_t asked[3], x, ready = 40;
	struct hunt_now now = { .pending = asked }, at = { .ready = &ready, .n_ready = 1 };

	make_line(&g, 64);
	h = hunt_new(&c);
	for (int i = 0; i < 4; i++) {
		hunt_tell(h, HUNT_OLD, false);
		hunt_tell(h, 63, true);
	}
	for (; now.n_pending < 3; now.n_pending++)
		CHECK_INT(hunt_next(h, &now, &asked[now.n_pending]), HUNT_ASK);
	CHECK(asked[0] >= 28 && asked[0] <= 35);
	CHECK(asked[1] != asked[0] && asked[2] != asked[0] && asked[2] != asked[1]);
	CHECK_INT(hunt_next(h, &at, &x), HUNT_ASK);
	CHECK_INT(x, asked[0]);
	hunt_costs(h, 1, 5);
	CHECK_INT(hunt_next(h, &at, &x), HUNT_ASK);
	CHECK_INT(x, 40);
	hunt_free(h);
	graph_release(&g);
}

/* Catches a search that names one where there is none. */
static void
test_same(void)
{
	struct graph g = GRAPH_INIT;
	int wrong = 0;

	rnd = rnd_from(3);
	make_line(&g, 30);
	for (int i = 0; i < 20; i++) {
		struct end end = hunt_once(&g, 5, 0.5, 0.5, 0.99);

		wrong += end.state == HUNT_FOUND;
	}
	CHECK(wrong <= 1);
	graph_release(&g);
}

static struct hunt *
begin(const struct graph *g, struct counts old, struct counts new)
{
	struct hunt_config c = { .graph = g, .confidence = 0.99 };
	struct hunt *h = hunt_new(&c);

	for (uint32_t i = 0; i < old.runs; i++)
		hunt_tell(h, HUNT_OLD, i < old.fails);
	for (uint32_t i = 0; i < new.runs; i++)
		hunt_tell(h, g->n - 1, i < new.fails);
	return h;
}

/* Catches a search that begins before both ends were seen, in ends that are alike, or never. */
static void
test_ends(void)
{
	static const struct { struct counts old, new; enum hunt_state state; bool ends; uint32_t ask; } rows[] = {
		{ { 0, 0 }, { 0, 0 }, HUNT_ASK, true, 49 },
		{ { 0, 0 }, { 0, 148 }, HUNT_ASK, true, 49 },
		{ { 0, 0 }, { 0, 149 }, HUNT_NEVER, true, 0 },
		{ { 0, 0 }, { 1, 1 }, HUNT_ASK, true, HUNT_OLD },
		{ { 0, 1 }, { 1, 1 }, HUNT_ASK, false, 23 },
		{ { 1, 1 }, { 1, 1 }, HUNT_ASK, true, HUNT_OLD },
		{ { 2, 2 }, { 1, 1 }, HUNT_ASK, true, 49 },
		{ { 5, 5 }, { 5, 5 }, HUNT_ASK, true, HUNT_OLD },
		{ { 30, 30 }, { 30, 30 }, HUNT_SAME, true, 0 },
		{ { 2, 100 }, { 20, 100 }, HUNT_ASK, false, 21 },
		{ { 50, 100 }, { 52, 100 }, HUNT_ASK, true, HUNT_OLD },
	};
	struct graph g = GRAPH_INIT;

	make_line(&g, 50);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hunt *h = begin(&g, rows[i].old, rows[i].new);
		uint32_t x = 0;

		if (!CHECK_INT(hunt_next(h, NULL, &x), rows[i].state) || !CHECK_INT(hunt_view(h).ends, rows[i].ends) ||
		    (rows[i].state == HUNT_ASK && !CHECK_INT(x, rows[i].ask)))
			printf("  row %zu\n", i);
		hunt_free(h);
	}
	graph_release(&g);
}

/* Catches an end that is waited for although it cannot be asked, and ends that are asked once more while they run. */
static void
test_ends_closed_and_pending(void)
{
	struct graph g = GRAPH_INIT;
	struct hunt *h;
	uint32_t pending[] = { 49, HUNT_OLD }, x = 0;
	struct hunt_now now = { .pending = pending, .n_pending = 1 };

	make_line(&g, 50);
	h = begin(&g, (struct counts){ 0, 0 }, (struct counts){ 0, 0 });
	CHECK_INT(hunt_next(h, &now, &x), HUNT_ASK);
	CHECK_INT(x, HUNT_OLD);
	now.n_pending = 2;
	CHECK_INT(hunt_next(h, &now, &x), HUNT_ASK);
	CHECK_INT(x, 49);
	hunt_close(h, 49);
	CHECK_INT(hunt_next(h, NULL, &x), HUNT_STUCK);
	CHECK(hunt_view(h).ends);
	hunt_free(h);
	h = begin(&g, (struct counts){ 0, 0 }, (struct counts){ 1, 1 });
	hunt_close(h, HUNT_OLD);
	CHECK_INT(hunt_next(h, NULL, &x), HUNT_ASK);
	CHECK(x < 49);
	hunt_free(h);
	graph_release(&g);
}

/* Catches rates of a history that are not used, or outweigh what is seen here. */
static void
test_past(void)
{
	static const struct hunt_past exact = { 0, 1e6, 1e6, 1e6 }, rare = { 4, 200, 40, 200 };
	struct graph g = GRAPH_INIT;
	struct hunt_config c = { .graph = &g, .confidence = 0.99 };
	struct hunt *without, *told, *misled;

	make_line(&g, 50);
	without = hunt_new(&c);
	c.past = &exact;
	told = hunt_new(&c);
	c.past = &rare;
	misled = hunt_new(&c);
	CHECK_NEAR(hunt_view(told).same, hunt_view(without).same, 1e-9);
	for (uint32_t i = 0; i < 10; i++) {
		hunt_tell(without, i % 2 ? 30 : 29, i % 2);
		hunt_tell(told, i % 2 ? 30 : 29, i % 2);
		hunt_tell(misled, i % 2 ? 30 : 29, i % 2);
		if (i != 3)
			continue;
		CHECK(hunt_posterior(told)[30] > hunt_posterior(without)[30]);
		CHECK(hunt_posterior(misled)[30] < hunt_posterior(without)[30]);
	}
	CHECK(hunt_posterior(misled)[30] > 0.7);
	CHECK(hunt_view(misled).r > 0.8);
	hunt_free(without);
	hunt_free(told);
	hunt_free(misled);
	graph_release(&g);
}

int
main(void)
{
	test_graph();
	test_exact();
	test_noise();
	test_best_question();
	test_first();
	test_merges();
	test_closed();
	test_prior();
	test_pending_and_costs();
	test_same();
	test_past();
	test_ends();
	test_ends_closed_and_pending();
	return check_done();
}
