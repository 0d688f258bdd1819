/*
 * Asking the laboratory, and keeping what it answered.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

#include <stdio.h>

int
inquiry_init(struct inquiry *q, struct drive *d, struct finding *f, struct err *e)
{
	uint32_t i;

	memset(q, 0, sizeof(*q));
	q->d = d;
	q->f = f;
	q->e = e;
	q->event = LAB_ANSWER;
	q->phase = "gate";
	q->stage = 1;
	q->victim = TESTLIST_NONE;
	f->n_tests = q->n = testlist_count(d->list);
	if (q->n == 0) {
		q->event = LAB_ERROR;
		return err_set(e, "the list of tests is empty");
	}
	q->n_open = q->n;
	q->order = xmalloc(q->n * sizeof(*q->order));
	q->place = xmalloc(q->n * sizeof(*q->place));
	for (i = 0; i < q->n; i++)
		q->order[i] = q->place[i] = i;
	return 0;
}

void
inquiry_release(struct inquiry *q)
{
	size_t i;

	while (q->pending.n)
		inquiry_cancel(q, q->pending.n - 1);
	for (i = 0; i < q->past.n; i++) {
		set_release(&q->past.p[i].set);
		free(q->past.p[i].failed);
	}
	vec_release(&q->past);
	vec_release(&q->pending);
	set_release(&q->gone);
	set_release(&q->kept);
	free(q->order);
	free(q->place);
}

void
inquiry_order(struct inquiry *q, const uint32_t *order)
{
	uint32_t i;

	q->stage++;
	for (i = 0; i < q->n; i++) {
		q->order[i] = order[i];
		q->place[order[i]] = i;
	}
	vec_clear(&q->kept.v);
}

void
inquiry_forget_forks(struct inquiry *q, const char *why)
{
	size_t i;

	lab_drop_warm(q->d->lab, why);
	for (i = 0; i < q->past.n; i++)
		if (!q->past.p[i].fresh)
			q->past.p[i].stage = PAST_VOID;
	inquiry_kept(q);
}

void
inquiry_anew(struct inquiry *q)
{
	struct finding *f = q->f;
	size_t i;

	while (q->pending.n)
		inquiry_cancel(q, q->pending.n - 1);
	for (i = 0; i < q->past.n; i++)
		q->past.p[i].search = 0;
	vec_clear(&q->gone.v);
	vec_clear(&f->culprits);
	f->verdict = FOUND_UNDECIDED;
	f->confidence = 0;
	f->reason = NULL;
	q->n_open = q->n;
	q->posterior = 0;
	q->plan = NULL;
	q->ahead = 0;
	q->forks_lied = q->back = q->doubtful = false;
	inquiry_kept(q);
}

void
inquiry_target(struct inquiry *q, uint32_t victim, bool inverted)
{
	q->victim = victim;
	q->inverted = inverted;
	inquiry_kept(q);
}

void
inquiry_whole(const struct inquiry *q, struct ranges *out)
{
	struct ranges all = { VEC_INIT };

	ranges_all(&all, q->n);
	set_minus(out, &all, &q->gone);
	set_release(&all);
}

void
inquiry_victim(const struct inquiry *q, struct ranges *out)
{
	vec_clear(&out->v);
	if (q->victim != TESTLIST_NONE)
		set_one(out, q->place[q->victim]);
}

static int
ended(struct inquiry *q, enum lab_event event)
{
	q->event = event;
	return -1;
}

int
inquiry_ask(struct inquiry *q, const struct ranges *set, bool fresh, unsigned search, uint64_t *id)
{
	uint32_t n = ranges_count(set), k = 0, x;
	uint32_t *tests = xmalloc(n * sizeof(*tests));
	struct ask ask = { tests, n, q->phase, fresh, q->victim };
	struct pending p = { 0, { VEC_INIT }, search, fresh, q->phase };
	size_t i;

	assert(n > 0);
	for (i = 0; i < set->v.n; i++)
		for (x = set->v.p[i].lo; x < set->v.p[i].hi; x++)
			tests[k++] = q->order[x];
	if (lab_ask(q->d->lab, &ask, &p.id, q->e) < 0) {
		free(tests);
		return ended(q, LAB_ERROR);
	}
	free(tests);
	set_copy(&p.set, set);
	vec_push(&q->pending, p);
	*id = p.id;
	return 0;
}

static void
pending_remove(struct inquiry *q, size_t i)
{
	set_release(&q->pending.p[i].set);
	memmove(&q->pending.p[i], &q->pending.p[i + 1], (q->pending.n - i - 1) * sizeof(*q->pending.p));
	q->pending.n--;
}

void
inquiry_cancel(struct inquiry *q, size_t i)
{
	lab_cancel(q->d->lab, q->pending.p[i].id);
	pending_remove(q, i);
}

static int
compare_tests(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Keeps a resolved answer as a past. */
static void
note_past(struct inquiry *q, const struct pending *asked, const struct answer *a)
{
	struct past p = { { VEC_INIT }, q->victim, NULL, 0, q->stage, asked->search, a->ask, a->run, asked->phase,
		          a->verdict == VERDICT_FAIL,
		          a->outcome == OUT_FAIL && a->n_failed > 0, asked->fresh || !a->warm };
	bool shows;

	set_copy(&p.set, &asked->set);
	p.n_failed = (uint32_t)a->n_failed;
	p.failed = xmalloc(a->n_failed * sizeof(*p.failed));
	if (a->n_failed)
		memcpy(p.failed, a->failed, a->n_failed * sizeof(*p.failed));
	qsort(p.failed, p.n_failed, sizeof(*p.failed), compare_tests);
	vec_push(&q->past, p);
	if (past_counts(q, &p, &shows) && shows && set_common(&p.set, &q->gone) == 0 &&
	    (q->kept.v.n == 0 || ranges_count(&p.set) < ranges_count(&q->kept)))
		set_copy(&q->kept, &p.set);
}

static void
note_answer(struct inquiry *q, const struct pending *asked, const struct answer *a)
{
	if (strcmp(asked->phase, "gate") == 0)
		q->f->n_gate_runs++;
	else if (strcmp(asked->phase, "proof") == 0)
		q->f->n_proof_runs++;
	if (a->verdict == VERDICT_UNRESOLVED) {
		q->n_spoilt++;
		snprintf(q->why, sizeof(q->why), "%s", a->why && a->why[0] ? a->why : "another failure");
		return;
	}
	q->n_spoilt = 0;
	q->n_failed += a->verdict == VERDICT_FAIL && q->victim == TESTLIST_NONE;
	note_past(q, asked, a);
}

int
inquiry_hear(struct inquiry *q, struct heard *h)
{
	struct answer a;
	enum lab_event event;
	size_t i;

	for (;;) {
		event = lab_wait(q->d->lab, &a, q->e);
		if (event == LAB_IDLE) {
			err_set(q->e, "the laboratory lost a question");
			return ended(q, LAB_ERROR);
		}
		if (event != LAB_ANSWER)
			return ended(q, event);
		for (i = 0; i < q->pending.n && q->pending.p[i].id != a.ask; i++)
			;
		if (i < q->pending.n)
			break;
	}
	q->last = a;
	note_answer(q, &q->pending.p[i], &a);
	h->id = a.ask;
	h->verdict = a.verdict;
	h->search = q->pending.p[i].search;
	h->set = (struct ranges){ VEC_INIT };
	set_copy(&h->set, &q->pending.p[i].set);
	pending_remove(q, i);
	inquiry_view(q);
	if (h->id == q->ahead) {
		q->ahead = 0;
		q->back = a.verdict != VERDICT_FAIL;
	}
	q->doubtful = vote_is_due(q);
	if (!q->back && !q->doubtful)
		return 0;
	set_release(&h->set);
	return -1;
}

static int
batch_fill(struct inquiry *q, struct question *qs, size_t n)
{
	size_t i, jobs = lab_jobs(q->d->lab);

	for (i = 0; i < n && q->pending.n < jobs; i++) {
		if (qs[i].done || qs[i].id)
			continue;
		if (inquiry_ask(q, &qs[i].set, qs[i].fresh, 0, &qs[i].id) < 0)
			return -1;
	}
	return 0;
}

int
inquiry_batch(struct inquiry *q, struct question *qs, size_t n)
{
	struct heard h;
	size_t i, left = n;

	while (left > 0) {
		if (batch_fill(q, qs, n) < 0 || inquiry_hear(q, &h) < 0)
			return -1;
		set_release(&h.set);
		for (i = 0; i < n && qs[i].id != h.id; i++)
			;
		if (i == n)
			continue;
		qs[i].id = 0;
		qs[i].verdict = h.verdict;
		qs[i].done = h.verdict != VERDICT_UNRESOLVED || ++qs[i].tries >= TRIES_MAX;
		left -= qs[i].done;
	}
	return 0;
}

int
inquiry_once(struct inquiry *q, const struct ranges *set, bool fresh, enum verdict *verdict)
{
	struct question one = { .fresh = fresh };
	int rc;

	set_copy(&one.set, set);
	rc = inquiry_batch(q, &one, 1);
	set_release(&one.set);
	*verdict = one.verdict;
	return rc;
}

/* The kept set as tests in the order of the run; NULL when there is none. */
static uint32_t *
kept_tests(const struct inquiry *q, uint32_t n)
{
	uint32_t *tests = n ? xmalloc(n * sizeof(*tests)) : NULL;
	uint32_t k = 0, x;
	size_t i;

	for (i = 0; i < q->kept.v.n; i++)
		for (x = q->kept.v.p[i].lo; x < q->kept.v.p[i].hi; x++)
			tests[k++] = q->order[x];
	return tests;
}

/* How often the whole list failed so far. */
static struct counts
whole_counts(const struct inquiry *q)
{
	struct ranges all = { VEC_INIT };
	struct counts c;

	ranges_all(&all, q->n);
	c = past_exact(q, &all, NULL);
	if (q->inverted)
		c.fails = c.runs - c.fails;
	set_release(&all);
	return c;
}

double
inquiry_seconds(const struct inquiry *q, uint32_t n_runs)
{
	const double *seconds = lab_seconds(q->d->lab);
	uint32_t jobs = lab_jobs(q->d->lab), i;
	double whole = lab_startup(q->d->lab, lab_warm(q->d->lab) == LAB_WARM_USED);

	for (i = 0; i < q->n; i++)
		whole += seconds[i];
	return whole * ((n_runs + jobs - 1) / jobs);
}

void
inquiry_view(struct inquiry *q)
{
	struct drive_view v = { 0 };
	uint32_t *kept;

	if (q->d->progress == NULL)
		return;
	v.n_kept = ranges_count(&q->kept);
	v.kept = kept = kept_tests(q, v.n_kept);
	v.phase = q->phase;
	v.n_tests = q->n;
	v.n_open = q->n_open;
	v.n_runs = lab_stats(q->d->lab).n_runs;
	v.seconds_left = -1;
	v.posterior = q->posterior;
	v.whole = whole_counts(q);
	if (q->n_expected) {
		v.runs_left = q->n_expected;
		v.seconds_left = inquiry_seconds(q, q->n_expected);
	}
	if (q->plan) {
		struct plan_view p = plan_view(q->plan);
		v.n_open = q->n_open = p.n_open;
		v.posterior = p.posterior;
		v.runs_left = (uint32_t)(p.runs_left + 0.5);
		v.seconds_left = p.seconds_left;
	}
	q->d->progress(q->d->data, &v);
	free(kept);
}
