/*
 * A step of the decision: it fails and passes at one source, or a fix did not hold.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <math.h>

enum { FLOOR = 2 /* failures before a fix that can have failed to hold */ };

/* A rate that surely is above this is called flaky; what is rarer every test does, on a bad day. */
#define RARE 0.0005

/* The last place where the rate fell to nothing for long enough, and the failure that came
 * back behind it. */
static bool
came_back(const struct think *t, uint32_t *fixed, uint32_t *back)
{
	for (uint32_t s = t->now + 1; s-- > 1;) {
		uint32_t begin = branch_begin(t->s.of, s), first = first_failure(&t->s, begin);
		uint64_t fails = 0;
		double log_chance = 0;

		if (t->stretch[s - 1].fails < FLOOR ||
		    t->stretch[s - 1].fails * t->stretch[s].runs <= t->stretch[s].fails * t->stretch[s - 1].runs)
			continue;
		for (uint32_t i = 0; i < t->s.n_tracks && first != UINT32_MAX; i++) {
			struct stretch was = track_count(&t->s.tracks[i], branch_begin(t->s.of, s - 1), begin);
			struct stretch clean = track_count(&t->s.tracks[i], begin, first);

			if (was.fails)
				log_chance += rate_log_all_pass(was.fails, was.runs - was.fails, clean.runs);
			fails += was.fails;
		}
		if (first == UINT32_MAX || fails < FLOOR || exp(log_chance) >= 0.01)
			continue;
		*fixed = begin;
		*back = first;
		return true;
	}
	return false;
}

/* What failed always and now fails sometimes (or the other way round) is another failure,
 * unless it says the same. */
static bool
same_nature(const struct think *t, uint32_t fixed)
{
	const struct stretch *was = &t->stretch[branch_segment(t->s.of, fixed) - 1];
	bool always = was->fails * 10 >= was->runs * 9;

	return always == (t->d->verdict == VERDICT_REGRESSED);
}

bool
is_back(const struct think *t, struct span_of_commits *since, enum alike *alike)
{
	uint32_t fixed, back;

	if (!came_back(t, &fixed, &back))
		return false;
	*alike = failures_alike(t, fixed, back);
	*since = (struct span_of_commits){ fixed, back, back };
	return *alike == ALIKE_YES || (*alike == ALIKE_MAYBE && same_nature(t, fixed));
}

static bool
did_not_hold(struct think *t)
{
	struct span_of_commits since;
	enum alike alike;

	if (!is_back(t, &since, &alike))
		return false;
	t->d->verdict = VERDICT_DID_NOT_HOLD;
	t->d->back = t->d->has_since = true;
	t->d->since = since;
	t->d->sure = 0.99;
	say(t, "it was clean from %s on, and failed again at %s%s", place_name(t, since.lo),
	    place_name(t, since.best), alike == ALIKE_YES ? ", with the same message" : "");
	return true;
}

static void
since_first_failure(struct think *t)
{
	uint32_t begin = branch_begin(t->s.of, t->now), first = first_failure(&t->s, begin);

	t->d->has_since = first != UINT32_MAX;
	t->d->since = t->now ? t->s.of->changes[t->now - 1].at
	                     : (struct span_of_commits){ begin, first, first };
}

bool
step_flaky(struct think *t)
{
	const struct evidence_counts *e = &t->d->evidence;

	if (e->rerun_passes)
		say(t, "%s with a failing and then a passing try: no commit explains that",
		    counted(t, e->rerun_passes, "build"));
	if (e->same_source)
		say(t, "%s where the same builder passed at the same revision",
		    counted(t, e->same_source, "failure"));
	if (e->sandwiched)
		say(t, "it failed %s between passes", counted(t, e->sandwiched, "time"));
	if (did_not_hold(t))
		return true;
	if (e->rerun_passes + e->same_source == 0 && e->sandwiched < 2)
		return false;
	if (t->d->rate.low < RARE) {
		say(t, "that is rarer than one in %.0f runs, or may be: too little for an alarm", 1 / RARE);
		return false;
	}
	t->d->verdict = VERDICT_FLAKY;
	t->d->sure = e->rerun_passes + e->same_source ? 0.999
	             : 1 - 1 / (double)((e->sandwiched + 1) * (e->sandwiched + 1));
	since_first_failure(t);
	return true;
}
