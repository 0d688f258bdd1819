/*
 * The search for a commit on graphs with merges: this repository's own, and generated
 * ones of which three commits in ten are merges.  Is the question the best of
 * all, and does the next one come in 100 ms (of processor time)?  "!" where not.
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "bisect/hunt.h"
#include "common/repo.h"
#include "tests/bench/oracle.h"

static const double confidence = 0.99;
enum { GIVE_UP = 3000 };

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A main line, and branches of one or two commits that begin up to 30 commits back and are
 * merged: three of ten commits are merges. */
static void
make_graph(struct graph *g, uint32_t n)
{
	struct rnd rnd = rnd_from(4);
	uint32_t main = graph_add(g, NULL, 0), side, length, p[2];
	struct { VEC(uint32_t) v; } line = { VEC_INIT };

	vec_push(&line.v, main);
	while (g->n + 4 <= n) {
		if (rnd_chance(&rnd, .7)) {
			main = graph_add(g, &main, 1);
			vec_push(&line.v, main);
		}
		side = line.v.p[line.v.n - 1 - rnd_below(&rnd, line.v.n < 30 ? (uint32_t)line.v.n : 30)];
		for (length = 1 + rnd_below(&rnd, 2); length > 0; length--)
			side = graph_add(g, &side, 1);
		p[0] = main;
		p[1] = side;
		main = graph_add(g, p, 2);
		vec_push(&line.v, main);
	}
	while (g->n < n)
		main = graph_add(g, &main, 1);
	vec_release(&line.v);
}

struct graph_sums { double next_ms, gap, runs; unsigned n, right, asked; };

/* One search; questions are compared with every other one where `all` says so, but for those of
 * the ends that come first. */
static void
search_graph(const struct graph *g, struct oracle *o, bool all, struct graph_sums *s)
{
	struct hunt_config c = { .graph = g, .confidence = confidence };
	struct hunt *h = hunt_new(&c);
	uint8_t *mark = xcalloc(g->n, 1);
	enum hunt_state state;
	uint32_t x, runs = 0;
	double t, best, gain;
	bool compare;

	for (int i = 0; i < 4; i++) {
		hunt_tell(h, HUNT_OLD, answer(o, o->n, false));
		hunt_tell(h, g->n - 1, answer(o, g->n - 1, true));
	}
	for (;;) {
		t = cpu_ms();
		state = hunt_next(h, NULL, &x);
		t = cpu_ms() - t;
		s->next_ms = t > s->next_ms ? t : s->next_ms;
		if (state != HUNT_ASK || runs >= GIVE_UP)
			break;
		runs++;
		best = 0;
		compare = all && x != HUNT_OLD && !hunt_view(h).ends;
		for (uint32_t y = 0; compare && y < g->n; y++) {
			gain = hunt_gain(h, y);
			best = gain > best ? gain : best;
		}
		if (compare && best - hunt_gain(h, x) > s->gap)
			s->gap = best - hunt_gain(h, x);
		s->asked++;
		if (x == HUNT_OLD) {
			hunt_tell(h, x, answer(o, o->n, false));
			continue;
		}
		graph_mark(g, x, mark);
		hunt_tell(h, x, answer(o, x, mark[o->culprit]));
	}
	s->n++;
	s->runs += runs;
	s->right += state == HUNT_FOUND && hunt_view(h).best == o->culprit;
	free(mark);
	hunt_free(h);
}

static void
run_graph(const char *name, const struct graph *g, unsigned n, bool all, double q, double r)
{
	struct oracle o = { .asked = xcalloc(g->n + 1, sizeof(*o.asked)) };
	struct graph_sums s = { .n = 0 };

	for (unsigned i = 0; i < n; i++) {
		oracle_init(&o, g->n, q, r, i);
		search_graph(g, &o, all, &s);
	}
	printf("%-22s %6u commits %6u merges  %g to %g: right in %u of %u, %.1f runs (log2 n %.1f), next question "
	       "at most %.1f ms%s", name, g->n, g->n_merges, q, r, s.right, s.n, s.runs / s.n, log2(g->n), s.next_ms,
	       s.next_ms > 100 ? "!" : "");
	if (all)
		printf(", best question missed by %.1e bits%s", s.gap, s.gap > 1e-6 ? "!" : "");
	printf("\n");
	fflush(stdout);
	free(o.asked);
}

/* The history of the repository in which this is run, whole. */
struct own { struct repo_id *ids; VEC(uint32_t) first; VEC(struct repo_id) v, parents; };

static bool
meet(void *data, const struct repo_step *step)
{
	struct own *o = data;

	vec_push(&o->v, step->id);
	vec_push(&o->first, (uint32_t)o->parents.n);
	for (size_t i = 0; i < step->n_parents; i++)
		vec_push(&o->parents, step->parents[i]);
	return true;
}

static void
own_graph(struct graph *g)
{
	struct own o = { .ids = NULL };
	struct repo *r = repo_open(".", NULL);
	struct repo_id head;
	struct { VEC(uint32_t) v; } parents = { VEC_INIT };

	if (r && repo_resolve(&head, r, "HEAD", NULL) == 0 &&
	    repo_walk(r, &head, NULL, false, meet, &o, NULL) == 0) {
		vec_push(&o.first, (uint32_t)o.parents.n);
		for (size_t i = o.v.n; i-- > 0;) {
			vec_clear(&parents.v);
			for (uint32_t k = o.first.p[i]; k < o.first.p[i + 1]; k++) {
				for (size_t j = i + 1; j < o.v.n; j++) {
					if (repo_same(&o.v.p[j], &o.parents.p[k]))
						vec_push(&parents.v, (uint32_t)(o.v.n - 1 - j));
				}
			}
			graph_add(g, parents.v.p, parents.v.n);
		}
	}
	vec_release(&parents.v);
	vec_release(&o.v);
	vec_release(&o.first);
	vec_release(&o.parents);
	repo_close(r);
}

int
main(void)
{
	struct graph own = GRAPH_INIT, middle = GRAPH_INIT, big = GRAPH_INIT;

	own_graph(&own);
	if (own.n > 1) {
		run_graph("this repository", &own, 20, true, 0, 1);
		run_graph("this repository", &own, 10, true, .1, .6);
	}
	make_graph(&middle, 1000);
	run_graph("30 % merges", &middle, 10, true, 0, 1);
	run_graph("30 % merges", &middle, 3, true, .1, .6);
	make_graph(&big, 50000);
	run_graph("30 % merges", &big, 20, false, 0, 1);
	run_graph("30 % merges", &big, 5, false, .1, .6);
	graph_release(&own);
	graph_release(&middle);
	graph_release(&big);
	return 0;
}

