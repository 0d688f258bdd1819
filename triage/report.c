/* Gathers the report: the tests. See report.h. */
#include "common/base.h"
#include "triage/report.h"

#include "triage/report_in.h"

enum {
	DAY = 86400,
	HORIZON_LEAST = 200,
	CELLS_MOST = 5000000, /* looked at in one report: beyond that, fewer builds a lane */
	DRAWN_MOST = 60,       /* tests with a picture */
	ASKED_MOST = 200,      /* tests whose commits are looked at */
};

/* ---- one test ---- */

/* A verdict that tells why the test fails, whatever a failure says.  A known test is known for some of its
 * failures: each is asked for. */
static bool
tells_why(enum verdict v)
{
	return v != VERDICT_UNDECIDED && v != VERDICT_HEALTHY && v != VERDICT_KNOWN;
}

static bool
is_known(struct asked *a, const struct test_view *t, const struct lane *lane, uint32_t message)
{
	struct known_failure failure = {
		.test = t->name,
		.builder = a->view->builders.texts.p[lane->builder],
		.branch = a->view->branches.texts.p[lane->branch],
	};
	struct message_words w;

	if (known_count(a->known) == 0)
		return false;
	if (message && a->words.get(a->words.data, message, &w)) {
		failure.message = w.example;
		failure.details = w.details;
	}
	return known_find(a->known, &failure) != NULL;
}

/* Failures since then, and how many of them nothing explains; without those of builds that broke as a whole, or
 * that their machine ended. */
static void
count_failures(struct report *r, struct asked *a, const struct test_view *t, enum verdict v)
{
	for (uint32_t i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (uint32_t k = 0; k < s->n_events; k++) {
			const struct event *x = &s->events[k];
			const struct lane_build *b = &s->lane->builds[x->at];

			if (x->cell <= CELL_WARNED || b->started < r->since || b->mass != MASS_NONE ||
			    b->color == COLOR_MACHINE)
				continue;
			r->failures++;
			r->unexplained += !tells_why(v) && !is_known(a, t, s->lane, x->message);
		}
	}
}

/* Not worth a line: healthy, or broken together with so much that the build has the line. */
static bool
worth_showing(const struct finding *f)
{
	if (f->change != CHANGE_NONE || f->once)
		return true;
	if (f->verdict == VERDICT_MACHINE)
		return f->worker.n > 0;
	return f->verdict != VERDICT_HEALTHY;
}

/* What a night's reader wants commits of: what is new, and what fails while a fix may be elsewhere. */
static bool
asks_commits(const struct finding *f)
{
	return f->change != CHANGE_NONE || f->verdict == VERDICT_FLAKY || f->verdict == VERDICT_REGRESSED ||
	       f->verdict == VERDICT_DID_NOT_HOLD || f->verdict == VERDICT_KNOWN;
}

struct gathering { struct report *r; struct asked *a; struct err *e; int ret; struct tests tests; };

static int
look_at(struct gathering *g, uint32_t test)
{
	struct report *r = g->r;
	struct test_view t;
	struct shown s = { .drawn = false };
	uint64_t before;

	if (store_streams(g->a->view, test, &t, g->e) < 0)
		return -1;
	analyse_test(g->a->view, &t, &g->a->analyse, &g->a->mem, &s.f);
	before = r->failures;
	count_failures(r, g->a, &t, s.f.verdict);
	s.failed_since = r->failures - before;
	r->n_tests++;
	if (!worth_showing(&s.f))
		return 0;
	if (asks_commits(&s.f) && r->n_asked++ < ASKED_MOST && commits_of_test(&s.commits, g->a, &t, g->e) < 0)
		return -1;
	s.drawn = s.f.change != CHANGE_NONE || r->tests.n < DRAWN_MOST;
	if (s.drawn)
		picture_of(&s.picture, g->a->view, &s.f, &g->a->mem);
	vec_push(&r->tests, s);
	return 0;
}

/* ---- their order ---- */

/* Sections in the order of the report. */
static unsigned
section(const struct shown *s)
{
	static const unsigned order[] = {
		[CHANGE_NEW_REGRESSION] = 0, [CHANGE_NEW_FLAKE] = 1, [CHANGE_WORSE] = 2, [CHANGE_BETTER] = 3,
		[CHANGE_FIXED] = 4, [CHANGE_BACK] = 5, [CHANGE_NONE] = 6,
	};

	return order[s->f.change];
}

static int
compare_spans(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static int
by_section(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	unsigned s = section(x), t = section(y);

	if (s != t)
		return s < t ? -1 : 1;
	if (x->f.fails_per_day != y->f.fails_per_day)
		return x->f.fails_per_day > y->f.fails_per_day ? -1 : 1;
	return compare_spans(x->f.name, y->f.name);
}

/* ---- the whole ---- */

/* The view is needed once more when there is too much: with fewer builds a lane. */
static uint32_t
horizon_for(size_t n_tests, uint32_t n_lanes)
{
	uint64_t lanes = (uint64_t)n_tests * n_lanes;
	uint64_t horizon = lanes ? CELLS_MOST / lanes : VIEW_HORIZON;

	return horizon >= VIEW_HORIZON ? VIEW_HORIZON : horizon < HORIZON_LEAST ? HORIZON_LEAST : (uint32_t)horizon;
}

static void
choose_since(struct report *r, const struct asked *a, const struct options *o)
{
	r->newest = a->view->newest;
	r->since = o->since ? o->since : a->now - DAY;
	r->nothing_since = r->newest < r->since;
	if (r->nothing_since && !o->since)
		r->since = r->newest - DAY;
}

int
report_gather(struct report *r, struct asked *a, const struct options *o, struct err *e)
{
	struct gathering g = { .r = r, .a = a, .e = e };
	int ret = -1;

	*r = (struct report){ .now = a->now, .horizon = VIEW_HORIZON };
	choose_since(r, a, o);
	a->analyse.since = r->since;
	if (store_tests(a->view, 0, false, &g.tests, e) < 0)
		goto out;
	r->horizon = horizon_for(g.tests.v.n, a->view->n_lanes);
	if (r->horizon < VIEW_HORIZON && asked_shorten(a, o, r->horizon, e) < 0)
		goto out;
	for (size_t i = 0; i < g.tests.v.n; i++) {
		if (look_at(&g, g.tests.v.p[i]) < 0)
			goto out;
	}
	if (r->tests.n)
		qsort(r->tests.p, r->tests.n, sizeof(*r->tests.p), by_section);
	r->view = a->view;
	r->n_lanes = a->view->n_lanes;
	ret = report_builds(r, a, e);
out:
	vec_release(&g.tests.v);
	return ret;
}

void
report_release(struct report *r)
{
	vec_release(&r->silent);
	vec_release(&r->broken);
	vec_release(&r->ended);
	vec_release(&r->tests);
}

bool
report_has_news(const struct report *r)
{
	for (size_t i = 0; i < r->tests.n && !r->nothing_since; i++) {
		enum change c = r->tests.p[i].f.change;

		if (c == CHANGE_NEW_REGRESSION || c == CHANGE_NEW_FLAKE || c == CHANGE_WORSE || c == CHANGE_BACK)
			return true;
	}
	return false;
}
