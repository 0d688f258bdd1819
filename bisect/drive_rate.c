/*
 * How often the command fails: the whole list again and again, nothing else.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/stats.h"

enum { RUNS_MIN = 20, RUNS_MAX = 200 };
#define WIDTH 0.2 /* of the 95 % interval that is good enough where no budget is given */

static bool
known_well(const struct inquiry *q)
{
	const struct finding *f = q->f;
	const struct options *o = q->d->opt;

	if (o->max_runs || o->budget_ms)
		return false; /* the budget says when */
	return f->whole.runs >= RUNS_MAX ||
	       (f->whole.runs >= RUNS_MIN && f->rate_high - f->rate_low <= WIDTH);
}

static int
rate_run(struct inquiry *q)
{
	struct ranges all = { VEC_INIT };
	uint32_t jobs = lab_jobs(q->d->lab);
	struct heard h;
	uint64_t id;
	int rc = 0;

	ranges_all(&all, q->n);
	q->phase = "gate";
	if (q->d->opt->victim)
		q->victim = testlist_find(q->d->list, span_of(q->d->opt->victim));
	while (rc == 0 && !known_well(q) && q->n_spoilt < 4 * TRIES_MAX) {
		while (rc == 0 && q->pending.n < jobs)
			rc = inquiry_ask(q, &all, true, 0, &id);
		if (rc == 0 && (rc = inquiry_hear(q, &h)) == 0) {
			set_release(&h.set);
			q->f->whole = past_exact(q, &all, NULL);
			stats_wilson(q->f->whole.fails, q->f->whole.runs, &q->f->rate_low, &q->f->rate_high);
		}
	}
	set_release(&all);
	return rc;
}

int
drive_rate(struct drive *d, struct finding *f, enum lab_event *event, struct err *e)
{
	struct inquiry q;
	struct lab_stats s;
	int rc = inquiry_init(&q, d, f, e);

	if (rc == 0) {
		rate_run(&q);
		f->confidence = 0.95;
		if (f->whole.runs == 0) {
			f->confidence = 0;
			finding_reason(f, "no run came to an answer: %s", q.why[0] ? q.why : "interrupted");
		} else {
			f->verdict = f->whole.fails ? FOUND_PLAIN_FLAKE : FOUND_NOT_REPRODUCED;
		}
		s = lab_stats(d->lab);
		f->n_runs = s.n_runs;
		f->work = s.work;
		f->seconds = s.seconds;
	}
	*event = q.event;
	inquiry_release(&q);
	return q.event == LAB_ERROR ? -1 : 0;
}
