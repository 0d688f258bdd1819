/*
 * A step of the decision: one worker is to blame, for others pass at the same time.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

struct of_worker { uint32_t worker; uint64_t fails, runs, others; uint32_t n_workers; bool mixed; };

static void
of_track(struct of_worker *w, const struct track *k, uint32_t first)
{
	uint32_t other = UINT32_MAX;

	for (uint32_t j = first_fail(k, first_at(k, first)); j < k->n_fails; j++) {
		uint32_t worker = k->stream->lane->builds[k->p[k->fails[j]].at].worker;

		if (w->fails++ == 0 && w->worker == UINT32_MAX)
			w->worker = worker;
		w->mixed |= worker != w->worker;
	}
	for (uint32_t j = first_at(k, first); j < k->n && w->fails && !w->mixed; j++) {
		uint32_t worker = k->stream->lane->builds[k->p[j].at].worker;

		*(worker == w->worker ? &w->runs : &w->others) += 1;
		/* a lower bound of how many others there are, exact for one */
		if (worker != w->worker && worker != other) {
			w->n_workers += other == UINT32_MAX || w->n_workers < 20;
			other = worker;
		}
	}
}

/* From the scope's first failure on, so that a worker which came with the change is
 * not taken for its cause. */
static void
count_worker(const struct think *t, struct of_worker *w)
{
	uint32_t first = first_failure(&t->s, branch_begin(t->s.of, t->now));

	for (uint32_t i = 0; i < t->s.n_tracks && !w->mixed; i++) {
		struct of_worker here = { .worker = w->worker };

		of_track(&here, &t->s.tracks[i], first);
		w->mixed = here.mixed;
		if (here.fails == 0)
			continue;
		w->worker = here.worker;
		w->fails += here.fails;
		w->runs += here.runs;
		w->others += here.others;
		w->n_workers = here.n_workers > w->n_workers ? here.n_workers : w->n_workers;
	}
}

bool
step_machine(struct think *t)
{
	struct of_worker w = { .worker = UINT32_MAX };
	double p = 1;

	if (t->stretch[t->now].fails < 3)
		return false;
	count_worker(t, &w);
	if (w.worker == UINT32_MAX || w.mixed || w.others == 0)
		return false;
	/* the first failure chose the worker; the others fell on it by chance? */
	for (uint64_t i = 1; i < w.fails; i++)
		p *= (double)(w.runs - i) / (double)(w.runs + w.others - i);
	p *= w.n_workers + 1;
	if (p > 0.01)
		return false;
	t->d->worker = t->view->workers.texts.p[w.worker];
	t->d->verdict = VERDICT_MACHINE;
	t->d->sure = 1 - p;
	say(t, "all %llu failures were on worker '%.*s', which made %llu of %llu runs there since the first: "
	    "by chance that would happen in %.2g %% of cases",
	    (unsigned long long)w.fails, (int)t->d->worker.n, t->d->worker.p, (unsigned long long)w.runs,
	    (unsigned long long)(w.runs + w.others), 100 * p);
	return true;
}

