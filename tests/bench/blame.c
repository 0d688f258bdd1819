/*
 * Whether the 90 % sets of blame are calibrated, and how large they are with and without what the
 * commits say, on made histories (triage/synth.h) of which the culprit is known.  Only changes
 * that the results show count: a set for what cannot be seen is the whole axis.
 *
 *	blame [HISTORIES [FIRST-SEED]]
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "triage/blame.h"
#include "triage/blame_prior.h"
#include "triage/synth.h"

/* The first branch of one history, as lanes and cells. */
struct table {
	const struct synth *s;
	struct lane *lanes;      /* [builders] */
	VEC(uint8_t) *cells;     /* [builders], row by row: n_tests a build */
	VEC(struct lane_build) *builds;
};

static int
take(void *data, const struct build *b)
{
	struct table *t = data;
	const struct synth_branch *branch = &t->s->branches[0];
	struct lane_build lb = { .started = b->started };
	uint32_t builder = (uint32_t)atoi(b->builder.p + strlen("builder-"));
	size_t i;

	if (!span_is(b->branch, "main") || b->run == NULL)
		return 0;
	while (memcmp(branch->commits[lb.commit].id.p, b->revision.p, 40) != 0)
		lb.commit++;
	for (i = 0; i < b->run->tests.n; i++) {
		const struct run_test *x = &b->run->tests.p[i];
		uint8_t cell = x->attempts.p[0].outcome == OUTCOME_PASS ? CELL_PASS :
		               x->attempts.p[x->attempts.n - 1].outcome == OUTCOME_PASS ? CELL_RERUN : CELL_FAIL;

		lb.n_fails += cell != CELL_PASS;
		vec_push(&t->cells[builder], cell);
	}
	lb.mass = lb.n_fails > b->run->tests.n / 5;
	vec_push(&t->builds[builder], lb);
	return 0;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct score { VEC(double) size, size_prior, rank; double mass, mass_prior; uint32_t n, unseen, held, held_prior, first; };

/* One change, by results alone and with the commits. */
static void
judge(struct score *sc, const struct table *t, const struct synth_change *x, uint32_t from, uint32_t end)
{
	const struct synth *s = t->s;
	uint32_t n = end - from + 1, nb = s->config.n_builders, i, b;
	struct stream *streams = xcalloc(nb, sizeof(*streams));
	struct test_view view = { .streams = streams, .n_streams = nb };
	struct blame_window w = { .branch = 0, .from = from, .lo = from, .hi = end, .end = end,
	                          .down = x->kind == SYNTH_FIX };
	double *like = xmalloc(n * sizeof(double)), *prior = xmalloc(n * sizeof(double)), total = -INFINITY;
	unsigned *factors = xmalloc(n * sizeof(*factors));
	struct blame_place *out = xmalloc(n * sizeof(*out));
	struct blame_subject subject = { .test = s->tests[x->test] };
	uint32_t size = 0;

	for (b = 0; b < nb; b++) {
		uint8_t *cells = xmalloc(t->builds[b].n + 1);

		for (i = 0; i < t->builds[b].n; i++)
			cells[i] = t->cells[b].p[i * s->config.n_tests + x->test];
		t->lanes[b].builds = t->builds[b].p;
		t->lanes[b].n = (uint32_t)t->builds[b].n;
		streams[b] = (struct stream){ .lane = &t->lanes[b], .cells = cells };
	}
	blame_likelihood(&view, &w, like);
	for (i = 0; i < n; i++)
		total = fmax(total, like[i]) + log1p(exp(-fabs(total - like[i])));
	if (total - log(n) < like[0] + log(n)) {
		sc->unseen++;
		goto out;
	}
	sc->n++;
	blame_rank(from, n, like, NULL, 0.9, out);
	for (i = 0; i < n; i++) {
		size += out[i].in_set;
		sc->mass += out[i].in_set ? out[i].posterior : 0;
		sc->held += out[i].in_set && out[i].at == x->commit;
	}
	vec_push(&sc->size, size);
	for (i = 0; i < n; i++) {
		const struct synth_commit *c = &s->branches[0].commits[from + i];
		struct span paths[8];
		struct commit_facts facts = { .id = c->id, .title = c->title, .body = c->body, .paths = paths,
		                              .n_paths = c->n_files };

		for (b = 0; b < c->n_files; b++)
			paths[b] = s->files[c->files[b]];
		factors[i] = blame_factors(&subject, &facts);
	}
	blame_prior(factors, n, prior);
	blame_rank(from, n, like, prior, 0.9, out);
	for (size = 0, i = 0; i < n; i++) {
		size += out[i].in_set;
		sc->mass_prior += out[i].in_set ? out[i].posterior : 0;
		sc->held_prior += out[i].in_set && out[i].at == x->commit;
		if (out[i].at == x->commit)
			vec_push(&sc->rank, i + 1);
		sc->first += i == 0 && out[i].at == x->commit;
	}
	vec_push(&sc->size_prior, size);
out:
	for (b = 0; b < nb; b++)
		free((void *)(uintptr_t)streams[b].cells);
	free(streams);
	free(like);
	free(prior);
	free(factors);
	free(out);
}

static void
history(struct score *sc, uint64_t seed)
{
	struct synth_config c = synth_usual(seed);
	struct synth s;
	struct table t = { .s = &s };
	size_t i, j;
	uint32_t b;

	synth_make(&s, &c);
	t.lanes = xcalloc(c.n_builders, sizeof(*t.lanes));
	t.cells = xcalloc(c.n_builders, sizeof(*t.cells));
	t.builds = xcalloc(c.n_builders, sizeof(*t.builds));
	synth_builds(&s, take, &t);
	for (i = 0; i < s.changes.n; i++) {
		const struct synth_change *x = &s.changes.p[i];
		uint32_t from = 0, end = s.branches[0].n - 1;

		if (x->branch != 0 || x->commit == 0 || x->kind == SYNTH_FIX)
			continue;
		for (j = 0; j < s.changes.n; j++) {
			const struct synth_change *y = &s.changes.p[j];

			if (y->test == x->test && y->branch == 0 && y->commit > x->commit && y->commit <= end)
				end = y->commit - 1;
		}
		judge(sc, &t, x, from, end);
	}
	for (b = 0; b < c.n_builders; b++) {
		vec_release(&t.cells[b]);
		vec_release(&t.builds[b]);
	}
	free(t.lanes);
	free(t.cells);
	free(t.builds);
	synth_release(&s);
}

#define MEDIAN(v) (qsort((v).p, (v).n, sizeof(double), compare_doubles), (v).p[(v).n / 2])

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 40, first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000, i;
	struct score sc = { .n = 0 };
	double alone, with;

	for (i = 0; i < n; i++)
		history(&sc, first + i);
	if (sc.n == 0)
		return 1;
	alone = MEDIAN(sc.size);
	with = MEDIAN(sc.size_prior);
	printf("blame: %u changes that the results show (%u do not), in %u histories\n", sc.n, sc.unseen, (unsigned)n);
	printf("%-28s %10s %8s  %s\n", "", "alone", "commits", "reach");
	printf("%-28s %9.1f%% %7.1f%%  88 to 95 %%\n", "90 % set holds the culprit", 100.0 * sc.held / sc.n,
	       100.0 * sc.held_prior / sc.n);
	printf("%-28s %9.1f%% %7.1f%%\n", "the mass that it claims", 100 * sc.mass / sc.n, 100 * sc.mass_prior / sc.n);
	printf("%-28s %10.0f %8.0f  ratio %.2f (at most 0.33)\n", "median size of the set", alone, with, with / alone);
	printf("%-28s %10s %7.1f%%  median rank %.0f\n", "the culprit is first", "", 100.0 * sc.first / sc.n, MEDIAN(sc.rank));
	vec_release(&sc.size);
	vec_release(&sc.size_prior);
	vec_release(&sc.rank);
	return 0;
}
