/* From a finding to a ranked list of commits: see suspects.h. */
#include "common/base.h"
#include "triage/suspects.h"

#include <math.h>


#define CONFIDENCE 0.9
#define FAR 12.0 /* places so much less likely, as logarithm, are not asked: no prior brings them back */
#define VETO 0.1 /* what is left of a suspect that a failing branch lacks */

enum { TRACES = 16, BRANCHES = 16 };

/* ---- where to look ---- */

static double
mean(const struct rate *r)
{
	return r->runs ? (double)r->fails / (double)r->runs : 0;
}

/* The last segment that begins with a change in this direction; 0: there is none. */
static uint32_t
last_change(const struct finding *f, bool down)
{
	uint32_t i;

	for (i = f->n_segments; i > 1; i--) {
		if ((mean(&f->segments[i - 1].rate) < mean(&f->segments[i - 2].rate)) == down)
			return i - 1;
	}
	return 0;
}

static bool
choose_window(const struct finding *f, bool down, struct suspects *out)
{
	uint32_t k = last_change(f, down);

	if (k == 0)
		return false;
	out->window = (struct blame_window){
		.branch = f->branch, .down = down,
		.from = f->segments[k - 1].begin.best, .end = f->segments[k].end,
	};
	out->window.lo = out->window.from + 1;
	out->window.hi = out->window.end;
	out->before = f->segments[k - 1].rate;
	out->after = f->segments[k].rate;
	out->sure = f->segments[k].sure;
	return out->window.lo <= out->window.hi;
}

/* ---- what commits say ---- */

/* The candidates, with results and what was asked of their commits. */
struct candidates {
	uint32_t n;
	double *likelihood, *prior; /* [n] */
	unsigned *factors;          /* [n] */
	uint32_t *order;            /* [n] by likelihood */
	uint32_t n_asked;
};

struct by_value { double value; uint32_t i; };

static int
compare_values(const void *a, const void *b)
{
	const struct by_value *x = a, *y = b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static void
order_by_likelihood(struct candidates *c, struct arena *mem)
{
	struct by_value *v = arena_alloc(mem, c->n * sizeof(*v));
	uint32_t i;

	for (i = 0; i < c->n; i++)
		v[i] = (struct by_value){ c->likelihood[i], i };
	qsort(v, c->n, sizeof(*v), compare_values);
	for (i = 0; i < c->n; i++) {
		c->order[i] = v[i].i;
		if (i < SUSPECTS_ASKED && v[i].value > v[0].value - FAR)
			c->n_asked = i + 1;
	}
}

/* Asks the likeliest for their files; the prior of the others is that of commits that touch other code. */
static bool
ask_commits(struct candidates *c, const struct commit_source *commits, const struct suspects *s,
            const struct blame_subject *subject)
{
	struct commit_facts facts;
	bool any = false;
	uint32_t i;

	for (i = 0; i < c->n; i++)
		c->factors[i] = FACTOR_CODE;
	for (i = 0; i < c->n_asked; i++) {
		uint32_t k = c->order[i];

		if (commits->facts(commits->data, s->window.branch, s->window.lo + k, true, &facts)) {
			c->factors[k] = blame_factors(subject, &facts);
			any = true;
		}
	}
	blame_prior(c->factors, c->n, c->prior);
	return any;
}

/* ---- what other branches say ---- */

/* Another branch, and the last place there at which the test failed. */
struct failing_branch { uint32_t branch, at; };

/* With at least two failures there: one may be a stray. */
static bool
last_failing(const struct test_view *t, uint32_t branch, uint32_t *out)
{
	uint32_t i, j, fails = 0;

	*out = 0;
	for (i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (j = 0; s->lane->branch == branch && j < s->lane->n; j++) {
			if (!cell_fails(s->cells[j]) || s->lane->builds[j].mass)
				continue;
			fails++;
			*out = s->lane->builds[j].commit > *out ? s->lane->builds[j].commit : *out;
		}
	}
	return fails >= 2;
}

static uint32_t
failing_branches(const struct view *v, const struct test_view *t, uint32_t branch, struct failing_branch *out)
{
	uint32_t b, n = 0;

	for (b = 0; b < v->branches.texts.n && n < BRANCHES; b++) {
		out[n].branch = b;
		if (b != branch && last_failing(t, b, &out[n].at))
			n++;
	}
	return n;
}

/* The name of a failing branch that lacks the commit; empty: there is none. */
static struct span
lacking(const struct view *v, const struct commit_source *commits, uint32_t branch, uint32_t at,
        const struct failing_branch *branches, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (commits->lacks(commits->data, branch, at, branches[i].branch, branches[i].at))
			return v->branches.texts.p[branches[i].branch];
	}
	return (struct span){ NULL, 0 };
}

/* ---- the list ---- */

static double
log_mean(const double *x, uint32_t n)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += exp(x[i]);
	return log(sum / n);
}

static void
fill_place(struct suspect_place *p, const struct view *v, const struct commit_source *commits, const struct suspects *s,
           const struct candidates *c, const struct blame_place *b, struct arena *mem)
{
	uint32_t k = b->at - s->window.lo;
	struct commit_facts facts;
	struct span id = v->axes[s->window.branch].revisions[b->at];

	*p = (struct suspect_place){
		.at = b->at, .posterior = b->posterior, .in_set = b->in_set, .id = id,
		.by_results = c->likelihood[k] - c->likelihood[c->order[0]],
		.by_commit = s->with_commits ? c->prior[k] - log_mean(c->prior, c->n) : 0,
		.factors = s->with_commits ? c->factors[k] : 0,
	};
	if (commits->facts && commits->facts(commits->data, s->window.branch, b->at, false, &facts))
		p->title = (struct span){ arena_copy(mem, facts.title.p, facts.title.n), facts.title.n };
}

static int
compare_suspects(const void *a, const void *b)
{
	const struct suspect_place *x = a, *y = b;

	if (x->posterior != y->posterior)
		return x->posterior > y->posterior ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Takes from suspects that a failing branch lacks; unless all are so: then the branch fails for another reason. */
static void
veto(struct suspects *s, const struct view *v, const struct test_view *t, const struct commit_source *commits)
{
	struct failing_branch branches[BRANCHES];
	uint32_t n = commits->lacks ? failing_branches(v, t, s->window.branch, branches) : 0, i;
	double held = 0, lost = 0, times;

	for (i = 0; i < s->n && n; i++) {
		s->places[i].beside = lacking(v, commits, s->window.branch, s->places[i].at, branches, n);
		if (s->places[i].beside.n == 0)
			held += s->places[i].posterior;
		else
			lost += s->places[i].posterior;
	}
	if (held < 0.01 || lost == 0)
		return;
	times = (held + lost) / (held + lost * VETO);
	for (i = 0; i < s->n; i++)
		s->places[i].posterior *= s->places[i].beside.n ? times * VETO : times;
	qsort(s->places, s->n, sizeof(*s->places), compare_suspects);
	for (i = 0, held = 0; i < s->n; i++) {
		s->places[i].in_set = held + s->places[i].posterior / 2 < CONFIDENCE;
		held += s->places[i].posterior;
	}
}

static void
make_list(struct suspects *s, const struct view *v, const struct commit_source *commits, const struct candidates *c,
          struct arena *mem)
{
	struct blame_place *ranked = arena_alloc(mem, c->n * sizeof(*ranked));
	uint32_t i;

	blame_rank(s->window.lo, c->n, c->likelihood, c->prior, CONFIDENCE, ranked);
	s->places = arena_alloc(mem, (c->n < SUSPECTS_SHOWN ? c->n : SUSPECTS_SHOWN) * sizeof(*s->places));
	for (i = 0; i < c->n && i < SUSPECTS_SHOWN; i++)
		fill_place(&s->places[s->n++], v, commits, s, c, &ranked[i], mem);
	for (i = SUSPECTS_SHOWN; i < c->n; i++) {
		s->n_set += ranked[i].in_set;
		s->mass += ranked[i].in_set ? ranked[i].posterior : 0;
	}
}

void
suspects_find(const struct view *v, const struct test_view *t, const struct finding *f,
              const struct commit_source *commits, struct span details, bool down, struct arena *mem,
              struct suspects *out)
{
	struct span traces[TRACES];
	struct blame_subject subject = { .test = t->name, .file = t->file, .older = t->older,
	                                 .n_older = t->n_older, .traces = traces, .fixed = down };
	struct candidates c = { .n = 0 };
	uint32_t i;

	*out = (struct suspects){ .any = false };
	if (!choose_window(f, down, out))
		return;
	out->any = true;
	c.n = out->n_candidates = out->window.hi - out->window.lo + 1;
	c.likelihood = arena_alloc(mem, c.n * sizeof(double));
	c.prior = arena_alloc(mem, c.n * sizeof(double));
	c.factors = arena_alloc(mem, c.n * sizeof(*c.factors));
	c.order = arena_alloc(mem, c.n * sizeof(*c.order));
	memset(c.prior, 0, c.n * sizeof(double));
	blame_likelihood(t, &out->window, c.likelihood);
	order_by_likelihood(&c, mem);
	subject.n_traces = blame_trace_paths(details, traces, TRACES);
	out->with_commits = commits->facts && ask_commits(&c, commits, out, &subject);
	make_list(out, v, commits, &c, mem);
	veto(out, v, t, commits);
	for (i = 0; i < out->n; i++) {
		out->n_set += out->places[i].in_set;
		out->mass += out->places[i].in_set ? out->places[i].posterior : 0;
	}
}
