/*
 * The gate: before any search, does the command fail at all, does one test
 * fail by itself, and which failing is to be searched for.  Wrong answers are
 * made by searches that should not have begun.
 *
 * A first run that fails is enough to go on: the search learns the rate.  Runs
 * that all pass are repeated until the rate is below RARE with 95 %.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/stats.h"
#include "common/clock.h"
#include "common/rnd.h"

#define RARE 0.1
enum { SPOILT = 3, PATIENCE = 4, ALONE_MAX = 24, WHOLE_MAX = 10 };
enum { LONG_S = 10 }; /* it is said beforehand that so much may follow */

struct keyed { uint64_t key; uint32_t test; };

static int
compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->test < y->test ? -1 : 1;
}

/* An order by hash of seed and name: any subset keeps its relative order in it. */
static void
shuffle(struct inquiry *q, uint64_t seed)
{
	struct keyed *k = xmalloc(q->n * sizeof(*k));
	uint32_t *order = xmalloc(q->n * sizeof(*order));
	uint32_t i;

	for (i = 0; i < q->n; i++) {
		const char *s = testlist_name(q->d->list, i);
		uint64_t h = 0xcbf29ce484222325u ^ rnd_mix(seed + 0x9e3779b97f4a7c15u);
		for (; *s; s++)
			h = (h ^ (unsigned char)*s) * 0x100000001b3u;
		k[i] = (struct keyed){ rnd_mix(h), i };
	}
	qsort(k, q->n, sizeof(*k), compare_keyed);
	for (i = 0; i < q->n; i++)
		order[i] = k[i].test;
	inquiry_order(q, order);
	free(k);
	free(order);
}

static struct counts
whole_counts(struct inquiry *q)
{
	struct ranges all = { VEC_INIT };
	struct counts c;

	ranges_all(&all, q->n);
	c = past_exact(q, &all, NULL);
	set_release(&all);
	return c;
}

struct counts
gate_alone_counts(struct inquiry *q)
{
	struct ranges one = { VEC_INIT };
	struct counts c;

	if (q->n == 1)
		return whole_counts(q); /* the list is the test */
	inquiry_victim(q, &one);
	c = past_exact(q, &one, NULL);
	set_release(&one);
	return c;
}

int
gate_ask(struct inquiry *q, unsigned n_whole, unsigned n_alone, bool fresh)
{
	unsigned n = n_whole + n_alone, i;
	struct question *qs = xcalloc(n, sizeof(*qs));
	int rc;

	for (i = 0; i < n; i++) {
		qs[i].fresh = fresh;
		if (i < n_whole || q->n == 1)
			ranges_all(&qs[i].set, q->n);
		else
			inquiry_victim(q, &qs[i].set);
	}
	rc = inquiry_batch(q, qs, n);
	for (i = 0; i < n; i++)
		set_release(&qs[i].set);
	free(qs);
	return rc;
}

/* Says what is to come once the first run passed. */
static void
foretell(struct inquiry *q, const char *what, uint32_t n_left)
{
	const struct options *o = q->d->opt;
	double seconds = inquiry_seconds(q, n_left);
	char took[CLOCK_TEXT];

	if (seconds < LONG_S && o->verbose == 0)
		return;
	clock_format(took, (int64_t)(seconds * 1e6));
	lab_note(q->d->lab, "the first %s passed; up to %u more follow, in about %s, before it counts as not "
	                    "reproduced%s", what, n_left, took,
	         o->budget_ms || o->max_runs ? "" : " (--max-runs or --budget ends it sooner)");
}

/* Repeats the list until it failed as often as needed or is known not to. */
static int
gate_whole(struct inquiry *q)
{
	uint32_t bound = stats_runs_below(RARE, 0.95), jobs = lab_jobs(q->d->lab);
	struct counts c = whole_counts(q), alone;

	while (c.runs < bound * PATIENCE) {
		bool first = c.runs == 0;
		if (c.fails >= 2 || (c.fails == 1 && c.runs == 1) || (c.fails == 0 && c.runs >= bound))
			break;
		if (q->n_spoilt >= SPOILT * TRIES_MAX)
			break;
		q->n_expected = c.fails == 0 && c.runs ? bound - c.runs : 0;
		if (gate_ask(q, first || c.fails ? 1 : jobs, 0, false) < 0)
			return -1;
		c = whole_counts(q);
		if (first && c.runs && c.fails == 0)
			foretell(q, "run", bound - c.runs);
		if (first && c.runs == 0)
			break; /* it never came to an answer */
		if (q->victim == TESTLIST_NONE || c.fails || q->n == 1)
			continue;
		if (gate_ask(q, 0, 1, false) < 0)
			return -1;
		alone = gate_alone_counts(q);
		if (alone.fails)
			break;
	}
	return 0;
}

/* Tries one order after another until one fails; the last one stays. */
static int
gate_shuffled(struct inquiry *q, uint32_t *n_orders)
{
	uint32_t bound = stats_runs_below(RARE, 0.95);

	for (*n_orders = 0; *n_orders < bound; ++*n_orders) {
		q->f->seed = q->d->opt->seed + *n_orders;
		shuffle(q, q->f->seed);
		q->f->shuffled = true;
		if (*n_orders == 1)
			foretell(q, "order", bound - 1);
		q->n_expected = *n_orders ? bound - *n_orders : 0;
		if (gate_ask(q, 1, 0, false) < 0)
			return -1;
		if (whole_counts(q).fails || q->n_spoilt >= SPOILT * TRIES_MAX)
			break;
	}
	return 0;
}

/* The test that failed in most failing runs of the list, the first of the first on a tie. */
static uint32_t
choose_victim(const struct inquiry *q)
{
	const struct options *o = q->d->opt;
	uint32_t best = TESTLIST_NONE, best_count = 0;
	const struct past *first = NULL;
	size_t i;

	if (!q->d->names_tests || o->match || o->fail_exit || o->any_failure)
		return TESTLIST_NONE;
	for (i = 0; i < q->past.n && first == NULL; i++)
		if (q->past.p[i].stage == q->stage && q->past.p[i].fail)
			first = &q->past.p[i];
	if (first == NULL || !first->by_test)
		return TESTLIST_NONE;
	for (uint32_t x = 0; x < q->n; x++) {
		uint32_t test = q->order[x], count = 0;
		if (!past_test_failed(first, test))
			continue;
		for (i = 0; i < q->past.n; i++)
			count += q->past.p[i].stage == q->stage && past_test_failed(&q->past.p[i], test);
		if (count > best_count) {
			best = test;
			best_count = count;
		}
	}
	return best;
}

/* A failure of the victim by itself: how often, compared with the list.  Asks
 * until it is steady, is a flake, or is rarer than in the list. */
static int
settle_alone(struct inquiry *q, enum gate *out)
{
	double confidence = q->d->opt->confidence;

	q->phase = "proof";
	for (;;) {
		struct counts a = gate_alone_counts(q), w = whole_counts(q);
		bool steady = a.fails == a.runs && w.fails == w.runs;
		uint32_t runs = a.runs + (q->n > 1 ? w.runs : 0);
		double higher;
		bool compare;
		if (steady && stats_steady(runs) >= confidence) {
			q->f->verdict = FOUND_FAILS_ALONE;
			q->f->confidence = stats_steady(runs);
			break;
		}
		higher = stats_higher(w.fails, w.runs, a.fails, a.runs);
		if (!steady && q->n > 1 && (higher >= confidence || a.runs >= ALONE_MAX)) {
			*out = GATE_SEARCH; /* which has the plain flake as a hypothesis */
			return 0;
		}
		if (!steady && a.fails >= 2 && a.runs >= 10 && (q->n == 1 || (w.runs >= 5 && higher < 0.3))) {
			q->f->verdict = FOUND_PLAIN_FLAKE;
			q->f->confidence = 1 - higher;
			break;
		}
		compare = !steady && q->n > 1 && w.runs < WHOLE_MAX && w.runs * 2 < a.runs;
		if (gate_ask(q, compare, 1, true) < 0)
			return -1;
		if (q->n_spoilt >= SPOILT * TRIES_MAX)
			break;
	}
	*out = GATE_DONE;
	return 0;
}

/* Fails alone and in this order: does it pass in the list's own, after a state-setter? */
static int
own_order(struct inquiry *q, enum gate *out)
{
	uint32_t *order = xmalloc(q->n * sizeof(*order)), i;
	int rc;

	for (i = 0; i < q->n; i++)
		order[i] = i;
	inquiry_order(q, order);
	free(order);
	q->phase = "gate";
	rc = gate_ask(q, 1, 1, false);
	if (rc == 0 && whole_counts(q).fails == 0 && gate_alone_counts(q).fails) {
		q->f->shuffled = false;
		inquiry_target(q, q->victim, true);
		*out = GATE_SEARCH;
	}
	return rc;
}

/* A fork still holds what all test files did when they were loaded, a process that loads
 * only the victim's does not: the victim's failing alone is believed when it is seen
 * there.  Else the fork server and all it said count for nothing. */
static int
gate_fork(struct inquiry *q)
{
	bool passed = false;
	size_t i, before = q->past.n;

	if (q->n == 1 || lab_warm(q->d->lab) != LAB_WARM_USED)
		return 0;
	if (gate_ask(q, 0, 1, true) < 0)
		return -1;
	for (i = before; i < q->past.n; i++)
		passed |= q->past.p[i].fresh && !q->past.p[i].fail;
	if (!passed)
		return 0;
	inquiry_forget_forks(q, "a test that passes alone in a fresh process fails in it");
	return 0;
}

int
gate_alone(struct inquiry *q, enum gate *out)
{
	*out = GATE_SEARCH;
	if (q->victim == TESTLIST_NONE && q->n > 1)
		return 0;
	if (gate_alone_counts(q).runs == 0 && gate_ask(q, 0, 1, false) < 0)
		return -1;
	if (gate_alone_counts(q).fails && gate_fork(q) < 0)
		return -1;
	if (gate_alone_counts(q).fails == 0)
		return 0;
	if (settle_alone(q, out) < 0)
		return -1;
	if (q->f->verdict == FOUND_FAILS_ALONE && q->f->shuffled && q->n > 1)
		return own_order(q, out);
	return 0;
}

static void
not_reproduced(struct inquiry *q, uint32_t runs, const char *what)
{
	q->f->verdict = FOUND_NOT_REPRODUCED;
	q->f->confidence = 0.95;
	finding_reason(q->f, "%u %s passed: the failure shows in fewer than %.1f %% of them (95 %%)", runs,
	               what, 100 * stats_rate_above(runs, 0.95));
}

int
gate_victim(struct inquiry *q)
{
	const char *name = q->d->opt->victim;
	uint32_t t;

	if (name == NULL)
		return 0;
	t = testlist_find(q->d->list, span_of(name));
	if (t == TESTLIST_NONE) {
		q->event = LAB_ERROR;
		return err_set(q->e, "the victim '%s' is not in the list of tests", name);
	}
	q->victim = t;
	return 0;
}

int
drive_gate(struct inquiry *q, enum gate *out)
{
	uint32_t n_orders = 0;
	struct counts c;

	*out = GATE_DONE;
	q->phase = "gate";
	if (gate_victim(q) < 0)
		return -1;
	if (q->d->opt->shuffle && !q->d->keeps_order) {
		q->event = LAB_ERROR;
		return err_set(q->e, "'--shuffle' needs a framework that runs tests in the order asked");
	}
	if ((q->d->opt->shuffle ? gate_shuffled(q, &n_orders) : gate_whole(q)) < 0)
		return -1;
	q->n_expected = 0;
	c = whole_counts(q);
	if (c.runs == 0) {
		finding_reason(q->f, "no run of the whole list came to an answer: %s", q->why);
		return 0;
	}
	if (c.fails == 0 && q->victim != TESTLIST_NONE && gate_alone_counts(q).fails) {
		inquiry_target(q, q->victim, true); /* brittle: look for what makes it pass */
		*out = GATE_SEARCH;
		return 0;
	}
	if (c.fails == 0) {
		not_reproduced(q, n_orders ? n_orders : c.runs, n_orders ? "orders" : "runs");
		return 0;
	}
	if (q->victim == TESTLIST_NONE)
		inquiry_target(q, choose_victim(q), false);
	return gate_alone(q, out);
}
