/*
 * With --jobs the gate's run of the whole list, which takes longest, need not be
 * waited for: where it is known beforehand whose failing is searched for, the
 * search begins beside it, as if it had failed.  If it did not, what the search
 * asked remains as evidence, and the gate goes on as it does without --jobs.
 */
#include "common/base.h"
#include "bisect/drive_in.h"

enum { TESTS_MIN = 4 }; /* of a list in which there is something to be asked beside the whole */

static bool
is_possible(const struct inquiry *q)
{
	const struct options *o = q->d->opt;
	bool nameless = !q->d->names_tests || o->match || o->fail_exit || o->any_failure;

	return lab_jobs(q->d->lab) > 1 && q->past.n == 0 && q->n >= TESTS_MIN && !o->shuffle &&
	       (nameless || o->victim);
}

int
drive_ahead(struct inquiry *q, bool *settled)
{
	struct ranges all = { VEC_INIT };
	struct heard h;
	bool alone = false;
	int rc;

	*settled = false;
	if (!is_possible(q) || gate_victim(q) < 0)
		return 0; /* the gate says what is wrong */
	q->phase = "gate";
	ranges_all(&all, q->n);
	rc = inquiry_ask(q, &all, false, 0, &q->ahead);
	set_release(&all);
	if (rc == 0 && q->victim != TESTLIST_NONE) {
		rc = gate_ask(q, 0, 1, false);
		alone = rc == 0 && (gate_alone_counts(q).fails > 0 || gate_alone_counts(q).runs == 0);
	}
	if (rc == 0 && !alone)
		rc = drive_isolate(q);
	while (rc == 0 && q->ahead) {
		rc = inquiry_hear(q, &h);
		if (rc == 0)
			set_release(&h.set);
	}
	*settled = rc == 0 && !alone;
	if (!q->back)
		return rc;
	inquiry_anew(q);
	return 0;
}
