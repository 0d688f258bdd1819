/*
 * Which failure is meant?  The target is that of the first run that failed, and
 * where another failure comes now and then that run may have been one of these.  Then
 * the true failure is "another" and proves nothing, for ever.  So when some
 * other failure is more frequent than the target, runs of the whole list decide.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

enum {
	DOUBT = 3,     /* runs with the other failure, and more than with the target */
	LEAD = 2,      /* of votes that decide */
	RUNS_MAX = 12, /* of the whole list */
	VOTES_MAX = 2, /* of a session */
};

bool
vote_is_due(const struct inquiry *q)
{
	const struct other_failure *o;

	if (q->voting || q->victim != TESTLIST_NONE || q->n_votes >= VOTES_MAX || q->f->culprits.n ||
	    q->n_failed == 0)
		return false;
	return lab_others(q->d->lab, &o) > 0 && o[0].count >= DOUBT && o[0].count > q->n_failed;
}

/* The last answer's failure is the target: what failed otherwise is no evidence. */
static void
retarget(struct inquiry *q)
{
	size_t i;

	lab_target(q->d->lab, &q->last);
	for (i = 0; i < q->past.n; i++)
		if (q->past.p[i].fail)
			q->past.p[i].stage = PAST_VOID;
	q->n_failed = 0;
	q->n_spoilt = 0;
	inquiry_kept(q);
}

static int
run_whole(struct inquiry *q)
{
	struct ranges all = { VEC_INIT };
	struct heard h;
	uint64_t id;
	int rc;

	ranges_all(&all, q->n);
	rc = inquiry_ask(q, &all, false, 0, &id);
	set_release(&all);
	if (rc == 0)
		rc = inquiry_hear(q, &h);
	if (rc == 0)
		set_release(&h.set);
	return rc;
}

int
drive_vote(struct inquiry *q)
{
	const struct other_failure *o;
	char *other;
	unsigned n, for_target = 0, for_other = 0;
	int rc = 0;

	inquiry_anew(q);
	lab_others(q->d->lab, &o);
	other = xstrdup(o[0].signature);
	q->phase = "gate";
	q->n_votes++;
	q->voting = true;
	for (n = 0; rc == 0 && n < RUNS_MAX && for_target < for_other + LEAD; n++) {
		rc = run_whole(q);
		if (rc < 0)
			break;
		for_target += q->last.verdict == VERDICT_FAIL;
		for_other += q->last.outcome == OUT_OTHER && strcmp(q->last.signature, other) == 0;
		if (q->last.outcome == OUT_OTHER && for_other >= for_target + LEAD) {
			retarget(q);
			break;
		}
	}
	q->voting = false;
	free(other);
	return rc;
}
