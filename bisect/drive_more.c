/*
 * What comes after the first answer: other tests that fail in the baseline
 * (victims of the same polluters, or of their own), and tests that undo the
 * pollution.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

enum { CHUNKS = 8 };

/* How often the test failed in runs of this order, and the first of them. */
static uint32_t
count_failed(const struct inquiry *q, uint32_t test, uint64_t *first)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < q->past.n; i++) {
		const struct past *p = &q->past.p[i];
		if (p->stage == q->stage && past_test_failed(p, test)) {
			if (n++ == 0)
				*first = p->run;
		}
	}
	return n;
}

static void
list_other(struct inquiry *q, uint32_t test)
{
	const char *name = testlist_name(q->d->list, test);
	struct other_failure o = { 0 };

	o.count = count_failed(q, test, &o.first_run);
	o.signature = arena_copy(&q->f->mem, name, strlen(name));
	vec_push(&q->f->others, o);
}

/* Does the other victim fail by the polluters of a culprit that is known? */
static int
same_polluters(struct inquiry *q, const struct culprit *c, bool *same)
{
	struct ranges others = { VEC_INIT }, one = { VEC_INIT }, polluters = { VEC_INIT };
	struct search s;
	struct proof p;
	uint32_t i;
	int rc;

	for (i = 0; i < c->n_polluters; i++) {
		set_one(&one, q->place[c->polluters[i]]);
		set_join(&polluters, &one);
	}
	inquiry_victim(q, &one);
	ranges_all(&others, q->d->keeps_order ? q->place[q->victim] : q->n);
	*same = set_within(&polluters, &others) && !set_common(&polluters, &one);
	rc = 0;
	if (*same) {
		search_open(&s, q, &others, &one);
		set_copy(&s.answer, &polluters);
		s.posterior = q->d->opt->confidence;
		rc = drive_prove(&s, &p);
		*same = rc == 0 && p.complete && !p.another;
		if (*same)
			culprit_add(&s, &p);
		free(p.each);
		search_close(&s);
	}
	set_release(&others);
	set_release(&one);
	set_release(&polluters);
	return rc;
}

/* A test that fails by itself, as a culprit of one. */
static void
add_alone(struct inquiry *q)
{
	struct culprit c = { 0 };
	struct ranges one = { VEC_INIT };

	inquiry_victim(q, &one);
	c.tests = finding_tests(q, &one, &c.n_tests);
	c.victim = q->victim;
	c.with = past_exact(q, &one, NULL);
	c.minimal = c.proven = true;
	vec_push(&q->f->culprits, c);
	set_release(&one);
}

static int
search_other(struct inquiry *q)
{
	size_t i, n = q->f->culprits.n;
	enum gate gate;
	bool same = false;

	if (gate_alone(q, &gate) < 0)
		return -1;
	if (gate == GATE_DONE) {
		if (q->f->verdict == FOUND_FAILS_ALONE)
			add_alone(q);
		else
			list_other(q, q->victim);
		return 0;
	}
	for (i = 0; i < n && !same; i++) {
		struct culprit c = q->f->culprits.p[i];
		if (c.n_polluters && same_polluters(q, &c, &same) < 0)
			return -1;
	}
	if (same)
		return 0;
	if (drive_isolate(q) < 0)
		return -1;
	if (q->f->culprits.n == n)
		list_other(q, q->victim);
	return 0;
}

int
drive_others(struct inquiry *q)
{
	struct finding *f = q->f;
	uint32_t first = q->victim, x;
	uint64_t run;

	if (first == TESTLIST_NONE || q->inverted || !q->d->names_tests)
		return 0;
	for (x = 0; x < q->n; x++) {
		uint32_t test = q->order[x];
		enum finding_verdict verdict = f->verdict;
		double confidence = f->confidence;
		int rc;
		if (test == first || count_failed(q, test, &run) == 0)
			continue;
		if (!q->d->opt->all) {
			list_other(q, test);
			continue;
		}
		vec_clear(&q->gone.v);
		inquiry_target(q, test, false);
		rc = search_other(q);
		if (rc < 0 || f->verdict != FOUND_ISOLATED || verdict == FOUND_ISOLATED) {
			f->verdict = verdict;
			f->confidence = confidence;
		}
		if (rc < 0)
			return -1;
	}
	vec_clear(&q->gone.v);
	inquiry_target(q, first, false);
	return 0;
}

/* The order polluters, everything else, victim; places of the polluters and of the
 * victim in *fixed, of the innocent in *cand. */
static void
order_for_cleaners(struct inquiry *q, const struct culprit *c, struct ranges *fixed, struct ranges *cand)
{
	uint32_t *order = xmalloc(q->n * sizeof(*order)), n = 0, i;
	bool *used = xcalloc(q->n, 1);

	for (i = 0; i < c->n_polluters; i++) {
		order[n++] = c->polluters[i];
		used[c->polluters[i]] = true;
	}
	ranges_add(fixed, 0, n);
	used[c->victim] = true;
	for (i = 0; i < q->n; i++)
		if (!used[q->order[i]])
			order[n++] = q->order[i];
	order[n] = c->victim;
	ranges_add(fixed, n, n + 1);
	inquiry_order(q, order);
	ranges_add(cand, c->n_polluters, n);
	free(order);
	free(used);
}

/* Finds candidates that together undo it: all, or one of some pieces of them. */
static int
cleaning_piece(struct inquiry *q, const struct ranges *fixed, struct ranges *cand, bool *found)
{
	uint32_t lo = cand->v.p[0].lo, n = ranges_count(cand), chunks = n < CHUNKS ? n : CHUNKS, i;
	struct ranges set = { VEC_INIT };
	enum verdict v;
	int rc = 0;

	*found = false;
	for (i = 0; rc == 0 && i <= chunks && !*found; i++) {
		vec_clear(&cand->v);
		if (i == 0)
			ranges_add(cand, lo, lo + n);
		else
			ranges_add(cand, lo + (uint32_t)((uint64_t)n * (i - 1) / chunks),
			           lo + (uint32_t)((uint64_t)n * i / chunks));
		set_union(&set, cand, fixed);
		rc = inquiry_once(q, &set, false, &v);
		*found = rc == 0 && v == VERDICT_PASS;
	}
	set_release(&set);
	return rc;
}

/* Searches the piece; what is found goes to the culprit. */
static int
clean_search(struct inquiry *q, struct culprit *c, const struct ranges *cand, const struct ranges *fixed)
{
	struct search s;
	struct proof p = { .each = NULL };
	enum search_end end;
	int rc;

	search_open(&s, q, cand, fixed);
	rc = search_run(&s, &end);
	if (rc == 0 && end == SEARCH_LOST)
		rc = search_reduce(&s, &end);
	if (rc == 0 && end == SEARCH_FOUND) {
		rc = drive_prove(&s, &p);
		if (rc == 0 && p.complete)
			c->cleaners = finding_tests(q, &s.answer, &c->n_cleaners);
	}
	free(p.each);
	search_close(&s);
	return rc;
}

int
drive_cleaner(struct inquiry *q)
{
	struct ranges fixed = { VEC_INIT }, cand = { VEC_INIT };
	struct culprit *c = q->f->culprits.n ? &q->f->culprits.p[0] : NULL;
	bool found = false;
	int rc = 0;

	if (c == NULL || c->victim == TESTLIST_NONE || c->n_polluters == 0 || q->inverted)
		return 0;
	if (!q->d->keeps_order) {
		finding_reason(q->f, "tests that undo the pollution need a framework that keeps the order");
		return 0;
	}
	order_for_cleaners(q, c, &fixed, &cand);
	inquiry_target(q, c->victim, true);
	q->phase = "search";
	if (cand.v.n)
		rc = cleaning_piece(q, &fixed, &cand, &found);
	if (rc == 0 && found)
		rc = clean_search(q, c, &cand, &fixed);
	if (rc == 0 && c->n_cleaners == 0)
		finding_reason(q->f, "no test was found that undoes the pollution");
	set_release(&fixed);
	set_release(&cand);
	return rc;
}
