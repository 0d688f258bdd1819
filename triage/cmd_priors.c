/* `priors`: of each test how long it takes and how often it fails, for flake-bisect --history. */
#include "common/base.h"
#include "triage/cmd.h"

#include <stdlib.h>

#include "common/json.h"
#include "triage/asked.h"
#include "triage/render.h"

/* One lane's duration of a test. */
struct took { uint32_t test, lane; int64_t micros; };

struct gathered {
	VEC(struct took) took;
	struct tests tests; /* all of the view */
};

static void
add_took(void *data, uint32_t test, uint32_t lane, int64_t micros)
{
	struct gathered *g = data;

	vec_push(&g->took, ((struct took){ test, lane, micros }));
}

static int
by_test(const void *a, const void *b)
{
	const struct took *x = a, *y = b;

	if (x->test != y->test)
		return x->test < y->test ? -1 : 1;
	return x->micros < y->micros ? -1 : x->micros > y->micros;
}

/* The median over its lanes. */
static void
add_seconds(struct json *row, const struct gathered *g, uint32_t test)
{
	size_t lo = 0, hi = g->took.n, n = 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (g->took.p[mid].test < test)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo + n < g->took.n && g->took.p[lo + n].test == test)
		n++;
	if (n == 0)
		json_add_null(row, "seconds");
	else
		json_add_number(row, "seconds", (double)(g->took.p[lo + (n - 1) / 2].micros +
		                g->took.p[lo + n / 2].micros) / 2e6);
}

/* First tries within the horizon; builds that failed as a whole say nothing of one test. */
static void
add_counts(struct json *row, const struct test_view *t)
{
	int64_t fails = 0, runs = 0;

	for (uint32_t i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (uint32_t k = 0; k < s->lane->n; k++) {
			if (s->cells[k] == CELL_NONE || s->lane->builds[k].mass != MASS_NONE)
				continue;
			runs++;
			fails += s->cells[k] >= CELL_RERUN;
		}
	}
	json_add_int(row, "fails", fails);
	json_add_int(row, "runs", runs);
}

static int
fill(struct json *doc, struct asked *a, struct gathered *g, struct err *e)
{
	struct json *list = json_add_array(doc, "tests"), *row;
	struct test_view t;

	if (store_times(a->view, add_took, g, e) < 0 ||
	    store_tests(a->view, 0, true, &g->tests, e) < 0)
		return -1;
	if (g->took.n)
		qsort(g->took.p, g->took.n, sizeof(*g->took.p), by_test);
	for (size_t i = 0; i < g->tests.v.n; i++) {
		if (store_streams(a->view, g->tests.v.p[i], &t, e) < 0)
			return -1;
		if (t.n_streams == 0)
			continue;
		row = json_add_object(list, NULL);
		json_add_text(row, "test", t.name);
		add_seconds(row, g, t.test);
		add_counts(row, &t);
	}
	return 0;
}

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	struct asked *a = xcalloc(1, sizeof(*a));
	struct gathered g = { VEC_INIT, { VEC_INIT } };
	struct str page = STR_INIT(RENDER_MAX);
	struct json *doc = json_new();
	int ret = -1;

	json_add_int(doc, "schema", 1);
	if (asked_open(a, o, 0, e) < 0 || fill(doc, a, &g, e) < 0)
		goto out;
	json_print(doc, &page);
	str_addc(&page, '\n');
	ret = render_write(&page, o->output, e) < 0 ? -1 : EXIT_ANSWERED;
out:
	json_free(doc);
	str_release(&page);
	vec_release(&g.took);
	vec_release(&g.tests.v);
	asked_release(a);
	free(a);
	return ret;
}

const struct prog_cmd triage_priors = {
	.head = {
		.name = "priors",
		.usage = "priors [OPTION...]",
		.title = "how long tests take and how often they fail, for flake-bisect --history",
		.operands = "",
		.use = USE_PRIORS,
	},
	.run = run,
};
