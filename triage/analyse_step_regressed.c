/*
 * A step of the decision: the test fails in each build since some place.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <math.h>

enum {
	TAIL_ENOUGH = 4, /* failures in a row before a regression may be called */
	STALE_DAYS = 30, /* a lane that has not built for so long says nothing of now */
};

static const double regressed_sure = 0.9;

/* The failures in a row at the end of one track, and what was before. */
struct row { uint32_t n, begin, passed; uint64_t fails, passes; double log_flake; };

static bool
stale(const struct think *t, const struct track *k)
{
	int64_t now = t->o->until ? t->o->until : t->view->newest;
	const struct lane_build *last = &k->stream->lane->builds[k->p[k->n - 1].at];

	return last->started + (int64_t)STALE_DAYS * 86400 < now;
}

static void
row_of(const struct think *t, const struct track *k, struct row *r)
{
	struct stretch before;
	uint32_t i = k->n, segment;

	*r = (struct row){ 0 };
	while (i > 0 && k->p[i - 1].cell == CELL_FAIL)
		i--;
	r->n = k->n - i;
	if (r->n == 0 || stale(t, k)) {
		r->n = 0;
		return;
	}
	r->begin = k->p[i].place;
	if (i == 0)
		return;
	r->passed = k->p[i - 1].place + 1;
	segment = branch_segment(t->s.of, k->p[i - 1].place);
	before = sights_count(k, first_at(k, branch_begin(t->s.of, segment)), i);
	r->fails = before.fails;
	r->passes = before.runs - before.fails;
	r->log_flake = rate_log_all_fail(r->fails, r->passes, r->n);
}

/* The odds that a row is a regression and no flake: against the rate it had (a
 * regression is 50 times rarer than going on as before), and against a new
 * flake of any rate (half as likely as a regression). */
static double
regression_sure(uint64_t n, double log_flake)
{
	double odds = 0.02 / (exp(log_flake) + 0.02 * 0.5 / (double)(n + 1));

	return odds / (1 + odds);
}

static bool
born_failing(const struct row *r)
{
	return r->n && r->fails + r->passes == 0;
}

static void
say_back(struct think *t)
{
	struct span_of_commits since;
	enum alike alike;

	t->d->back = is_back(t, &since, &alike);
	if (t->d->back)
		say(t, "it had been fixed at %s, and came back%s", place_name(t, since.lo),
		    alike == ALIKE_YES ? " with the same message" : "");
}

static void
call_regressed(struct think *t, const struct row *r, uint32_t n_lanes, double sure)
{
	t->d->verdict = VERDICT_REGRESSED;
	t->d->sure = sure;
	t->d->has_since = true;
	t->d->since.best = t->d->since.hi = r->begin;
	t->d->since.lo = r->passed && r->passed <= r->begin ? r->passed : r->begin;
	say(t, "the last %u runs%s all failed, since %s%s: %.1f %% sure that it is no flake", r->n,
	    n_lanes > 1 ? " of the builders that fail" : "", place_name(t, r->begin),
	    born_failing(r) ? ", where it was first seen" : "", 100 * sure);
	say_back(t);
}

bool
step_regressed(struct think *t)
{
	struct row r, all = { 0 }, best = { 0 };
	uint32_t failing = 0, passing = 0;
	double sure, best_sure = 0;

	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		if (t->s.tracks[i].n == 0)
			continue;
		row_of(t, &t->s.tracks[i], &r);
		if (r.n == 0)
			continue;
		sure = regression_sure(r.n, born_failing(&r) ? -INFINITY : r.log_flake);
		if (r.n >= TAIL_ENOUGH && (sure > best_sure || (sure == best_sure && r.begin < best.begin))) {
			best = r;
			best_sure = sure;
		}
		all.begin = failing == 0 || r.begin < all.begin ? r.begin : all.begin;
		all.passed = r.passed > all.passed ? r.passed : all.passed;
		all.n += r.n;
		all.fails += r.fails;
		all.passes += r.passes;
		all.log_flake += born_failing(&r) ? 0 : r.log_flake;
		failing++;
	}
	if (best_sure >= regressed_sure) {
		call_regressed(t, &best, 1, best_sure);
		return true;
	}
	for (uint32_t i = 0; failing > 1 && i < t->s.n_tracks; i++) {
		const struct track *k = &t->s.tracks[i];

		passing += k->n && k->p[k->n - 1].place >= all.begin && k->p[k->n - 1].cell != CELL_FAIL;
	}
	sure = regression_sure(all.n, all.log_flake);
	if (failing < 2 || all.n < TAIL_ENOUGH || passing > failing || sure < regressed_sure)
		return false;
	call_regressed(t, &all, failing, sure);
	return true;
}

