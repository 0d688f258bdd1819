/*
 * One session: gate, search, proof, and what the finding says of it.  How
 * each part works stands at the top of its file; this one only puts them in order.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/stats.h"

#include <stdio.h>

/* Adds a sentence; what is said already stays first. */
void
finding_reason(struct finding *f, const char *fmt, ...)
{
	char text[512];
	size_t n = 0;
	va_list ap;

	if (f->reason)
		n = (size_t)snprintf(text, sizeof(text), "%s; ", f->reason);
	if (n >= sizeof(text))
		return;
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	f->reason = arena_copy(&f->mem, text, strlen(text));
}

/* The rate of the failure in the whole list.  For a plain flake no test matters,
 * so every run of the target counts. */
static void
fill_rate(struct inquiry *q)
{
	struct finding *f = q->f;
	bool any = f->verdict == FOUND_PLAIN_FLAKE, shows;
	size_t i;

	memset(&f->whole, 0, sizeof(f->whole));
	for (i = 0; i < q->past.n; i++) {
		const struct past *p = &q->past.p[i];
		if (!past_counts(q, p, &shows) || (!any && ranges_count(&p->set) != q->n))
			continue;
		f->whole.runs++;
		f->whole.fails += shows != q->inverted;
	}
	stats_wilson(f->whole.fails, f->whole.runs, &f->rate_low, &f->rate_high);
}

static int
compare_tests(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* What is still under suspicion: the smallest set that showed. */
static void
fill_left(struct inquiry *q)
{
	uint32_t x;
	size_t i;

	for (i = 0; i < q->kept.v.n; i++)
		for (x = q->kept.v.p[i].lo; x < q->kept.v.p[i].hi; x++)
			vec_push(&q->f->left, q->order[x]);
	if (q->f->left.n)
		qsort(q->f->left.p, q->f->left.n, sizeof(*q->f->left.p), compare_tests);
}

static void
fill_others(struct inquiry *q)
{
	const struct other_failure *o;
	size_t n = lab_others(q->d->lab, &o), i;

	for (i = 0; i < n; i++) {
		struct other_failure own = o[i];
		own.signature = arena_copy(&q->f->mem, o[i].signature, strlen(o[i].signature));
		vec_push(&q->f->others, own);
	}
}

static void
fill_stats(struct inquiry *q)
{
	struct lab_stats s = lab_stats(q->d->lab);
	const char *text = lab_target_text(q->d->lab);
	struct str shown = STR_INIT(2048);

	q->f->n_runs = s.n_runs;
	q->f->work = s.work;
	q->f->seconds = s.seconds;
	if (text)
		q->f->signature = arena_copy(&q->f->mem, text, strlen(text));
	lab_target_shown(&shown, q->d->lab);
	if (shown.n)
		q->f->failure = arena_copy(&q->f->mem, str_c(&shown), shown.n);
	str_release(&shown);
}

/* Says why the session ended before its answer. */
static void
fill_end(struct inquiry *q)
{
	struct finding *f = q->f;
	const char *trouble = lab_trouble(q->d->lab);

	if (q->event == LAB_BUDGET && f->verdict == FOUND_UNDECIDED && f->whole.runs && f->whole.fails == 0) {
		f->verdict = FOUND_NOT_REPRODUCED;
		f->confidence = 0.95;
		finding_reason(f, "%u runs passed before the budget ended: the failure shows in fewer than "
		                  "%.1f %% of them (95 %%)", f->whole.runs,
		               100 * stats_rate_above(f->whole.runs, 0.95));
	} else if (q->event == LAB_BUDGET) {
		finding_reason(f, "the budget ended");
	} else if (q->event == LAB_SIGNAL) {
		finding_reason(f, "interrupted");
	}
	if (f->verdict == FOUND_UNDECIDED) {
		fill_left(q);
		if (trouble)
			finding_reason(f, "%s", trouble);
	}
}

/* The culprit of a test that fails by itself. */
static void
fill_alone(struct inquiry *q)
{
	struct culprit c = { 0 };
	struct ranges one = { VEC_INIT };

	if (q->victim == TESTLIST_NONE)
		ranges_all(&one, q->n);
	else
		inquiry_victim(q, &one);
	c.tests = finding_tests(q, &one, &c.n_tests);
	c.victim = c.tests[0];
	c.with = past_exact(q, &one, NULL);
	c.minimal = c.proven = true;
	vec_push(&q->f->culprits, c);
	set_release(&one);
}

/* Gate, search and proof of the first answer, for the target that there is. */
static int
try_answer(struct inquiry *q)
{
	enum gate gate;
	bool settled;

	if (drive_ahead(q, &settled) < 0 || (!settled && drive_gate(q, &gate) < 0))
		return -1;
	if (settled)
		return 0;
	if (gate == GATE_DONE && q->f->verdict == FOUND_FAILS_ALONE)
		fill_alone(q);
	return gate == GATE_SEARCH ? drive_isolate(q) : 0;
}

static int
first_answer(struct inquiry *q)
{
	int rc;

	while ((rc = try_answer(q)) < 0 && q->doubtful)
		if (drive_vote(q) < 0)
			return -1;
	return rc;
}

/* What was found shows in no fresh process: begins again without the fork server. */
static int
answer_without_forks(struct inquiry *q)
{
	q->forks_lied = false;
	inquiry_forget_forks(q, "what fails in it does not fail in a fresh process");
	vec_clear(&q->f->culprits);
	vec_clear(&q->gone.v);
	q->f->reason = NULL;
	if (q->d->opt->victim == NULL)
		inquiry_target(q, TESTLIST_NONE, false);
	return first_answer(q);
}

static int
run_session(struct inquiry *q)
{
	if (first_answer(q) < 0 || (q->forks_lied && answer_without_forks(q) < 0))
		return -1;
	fill_rate(q);
	if (drive_others(q) < 0)
		return -1;
	return q->d->opt->find_cleaner ? drive_cleaner(q) : 0;
}

int
drive_tests(struct drive *d, struct finding *f, enum lab_event *event, struct err *e)
{
	struct inquiry q;
	int rc = inquiry_init(&q, d, f, e);

	if (rc == 0) {
		rc = run_session(&q);
		if (rc < 0 && f->whole.runs == 0)
			fill_rate(&q);
		fill_end(&q);
		fill_others(&q);
		fill_stats(&q);
	}
	*event = q.event;
	inquiry_release(&q);
	return q.event == LAB_ERROR ? -1 : 0;
}
