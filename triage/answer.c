/* See answer.h. */
#include "common/base.h"
#include "triage/answer.h"

#include "triage/doc_escape.h"

enum { SHOWN = 8 /* builds that could be meant */ };

const char *
answer_class_name(enum answer_class c)
{
	static const char *const names[] = {
		[ANSWER_REGRESSION] = "regression", [ANSWER_NEW] = "new", [ANSWER_UNDECIDED] = "undecided",
		[ANSWER_MACHINE] = "machine", [ANSWER_FLAKY] = "flaky", [ANSWER_KNOWN] = "known",
	};

	assert((unsigned)c < ARRAY_LEN(names));
	return names[c];
}

/* ---- which build ---- */

struct meant { VEC(int64_t) builds; };

static void
add_meant(void *data, int64_t build)
{
	struct meant *m = data;

	vec_push(&m->builds, build);
}

/* Its place in the view; NULL: it lies before the horizon, or is filtered out. */
static const struct lane_build *
in_view(const struct view *v, int64_t build)
{
	for (uint32_t i = 0; i < v->n_lanes; i++) {
		for (uint32_t k = 0; k < v->lanes[i].n; k++) {
			if (v->lanes[i].builds[k].id == build)
				return &v->lanes[i].builds[k];
		}
	}
	return NULL;
}

/* Of several those that --branch and --builder leave. */
static void
keep_in_view(struct meant *m, const struct view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < m->builds.n; i++) {
		if (in_view(v, m->builds.p[i]))
			m->builds.p[n++] = m->builds.p[i];
	}
	m->builds.n = n ? n : m->builds.n;
}

static int
say_several(struct asked *a, const struct meant *m, const char *text, struct err *e)
{
	struct str names = STR_INIT(ERR_MAX * 2);
	struct build facts;

	for (size_t i = 0; i < m->builds.n && i < SHOWN; i++) {
		if (store_facts(a->view, m->builds.p[i], &facts, e) < 0)
			break;
		str_adds(&names, "\n  ");
		escape_text(&names, facts.builder);
		str_addc(&names, '/');
		escape_text(&names, facts.number);
		if (facts.branch.n) {
			str_adds(&names, " of branch ");
			escape_text(&names, facts.branch);
		}
	}
	err_set(e, "'%.200s' can be %zu builds:%s%s", text, m->builds.n, str_c(&names),
	        m->builds.n > SHOWN ? "\n  ..." : "");
	str_release(&names);
	return -1;
}

static int
find_build(struct asked *a, const char *text, int64_t *build, struct err *e)
{
	struct meant m = { VEC_INIT };
	int ret = store_find_build(a->view, text, add_meant, &m, e);

	if (m.builds.n > 1)
		keep_in_view(&m, a->view);
	if (ret == 0 && m.builds.n == 0)
		ret = err_set(e, "there is no build '%.200s'; write BUILDER/NUMBER, a URL, or a part that only one has",
		              text);
	else if (ret == 0 && m.builds.n > 1)
		ret = say_several(a, &m, text, e);
	else if (ret == 0)
		*build = m.builds.p[0];
	vec_release(&m.builds);
	return ret;
}

/* ---- what a failure is ---- */

static const char *
broken_words(const struct answer *out, const struct finding *f)
{
	static const char *const words[] = {
		[MASS_NONE] = NULL, [MASS_BUILD] = "a great part of the build's tests failed",
		[MASS_BUILDER] = "its builder is broken", [MASS_COMMIT] = "the commit is broken on many builders",
	};

	if (out->color == COLOR_MACHINE)
		return "the machine ended the build";
	if (out->mass)
		return words[out->mass];
	if (f->verdict == VERDICT_MACHINE && f->worker.n && f->worker.n == out->facts.worker.n &&
	    memcmp(f->worker.p, out->facts.worker.p, f->worker.n) == 0)
		return "only its worker fails so";
	return NULL;
}

static enum answer_class
class_of(const struct answer *out, struct answer_row *r)
{
	r->machine = broken_words(out, &r->f);
	if (r->known)
		return ANSWER_KNOWN;
	if (r->machine)
		return ANSWER_MACHINE;
	if (r->f.verdict == VERDICT_REGRESSED && r->cell == CELL_FAIL)
		return ANSWER_REGRESSION;
	if (r->cell == CELL_RERUN || r->cell == CELL_FLIP || r->f.verdict == VERDICT_FLAKY ||
	    r->f.verdict == VERDICT_DID_NOT_HOLD)
		return ANSWER_FLAKY;
	return r->before ? ANSWER_UNDECIDED : ANSWER_NEW;
}

static uint64_t
failed_before(const struct test_view *t, int64_t started)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < t->n_streams; i++) {
		n += t->streams[i].n_older_fails;
		for (uint32_t k = 0; k < t->streams[i].n_events; k++)
			n += t->streams[i].events[k].cell > CELL_WARNED &&
			     t->streams[i].lane->builds[t->streams[i].events[k].at].started < started;
	}
	return n;
}

struct gathering { struct answer *out; struct asked *a; };

static struct span
copied(struct arena *mem, struct span x)
{
	return (struct span){ arena_copy(mem, x.p ? x.p : "", x.n), x.n };
}

static void
add_row(void *data, const struct store_row *row)
{
	struct gathering *g = data;
	struct answer_row r = { .cell = row->event.cell, .attempts = copied(&g->a->mem, row->attempts) };
	struct message_words w;

	if (row->event.cell <= CELL_WARNED)
		return;
	if (g->a->words.get(g->a->words.data, row->event.message, &w)) {
		r.message = w.example;
		r.details = w.details;
		r.message_id = cluster_id(&g->a->mem, w.hash);
	}
	r.f.test = row->test;
	vec_push(&g->out->rows, r);
}

static int
by_class(const void *a, const void *b)
{
	const struct answer_row *x = a, *y = b;
	size_t n = x->f.name.n < y->f.name.n ? x->f.name.n : y->f.name.n;
	int c;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	c = n ? memcmp(x->f.name.p, y->f.name.p, n) : 0;
	return c ? c : x->f.name.n < y->f.name.n ? -1 : x->f.name.n > y->f.name.n;
}

static const struct known *
rule_of(const struct asked *a, const struct answer *out, const struct answer_row *r, const struct test_view *t)
{
	struct known_failure f = { .test = t->name, .older = t->older, .n_older = t->n_older,
	                           .builder = out->facts.builder, .branch = out->facts.branch,
	                           .message = r->message, .details = r->details };

	return known_find(a->known, &f);
}

int
answer_gather(struct answer *out, struct asked *a, const char *text, struct err *e)
{
	struct gathering g = { out, a };
	const struct lane_build *place;
	struct test_view t;
	int64_t build = 0;

	*out = (struct answer){ .view = a->view, .now = a->now };
	if (find_build(a, text, &build, e) < 0 || store_facts(a->view, build, &out->facts, e) < 0)
		return -1;
	place = in_view(a->view, build);
	out->color = place ? place->color : COLOR_UNKNOWN;
	out->n_tests = place ? place->n_tests : 0;
	out->mass = place ? place->mass : MASS_NONE;
	if (store_rows(a->view, build, add_row, &g, e) < 0)
		return -1;
	for (size_t i = 0; i < out->rows.n; i++) {
		struct answer_row *r = &out->rows.p[i];

		if (asked_finding(a, r->f.test, &t, &r->f, e) < 0)
			return -1;
		r->known = rule_of(a, out, r, &t);
		r->before = failed_before(&t, out->facts.started);
		r->class = class_of(out, r);
		r->fault = fault_find(a->view, &t, build, &a->commits, &a->mem);
	}
	if (out->rows.n)
		qsort(out->rows.p, out->rows.n, sizeof(*out->rows.p), by_class);
	return 0;
}

void
answer_release(struct answer *a)
{
	vec_release(&a->rows);
}

bool
answer_has_news(const struct answer *a)
{
	return a->rows.n && a->rows.p[0].class <= ANSWER_UNDECIDED;
}
