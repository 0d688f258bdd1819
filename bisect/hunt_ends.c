/*
 * The ends of the range, in the search for a commit: the new end until it showed the change
 * once, the old end once, and both in turn whenever it may well be that nothing changed
 * between them.  Two commits are enough to tell that: no others are built for it.
 *
 * Measured (build/bench/commits): to go on comparing the ends before the search, until they
 * surely differ, takes a tenth more runs in all; and to stop at the first sure difference
 * picks what looks further apart than it is, so that the search is too sure of itself.
 */
#include "common/base.h"
#include "bisect/hunt_in.h"

enum {
	NEVER_RUNS = 149, /* rules a rate of 2 % out, at 95 % */
	SAME_RUNS = 6,    /* of each end at least: few that look alike say little */
	EACH_MAX = 600,   /* as many are sensible */
};

static const double doubtful = 0.3; /* of "no such commit" */

/* One end: with the runs that are under way, and without. */
struct end { uint32_t commit, runs, begun; bool open; };

static struct end
end_of(const struct hunt *h, const struct hunt_now *now, uint32_t commit)
{
	struct end e = { .commit = commit };

	e.open = commit == HUNT_OLD ? !h->old_closed : !h->closed[commit];
	e.runs = e.begun = commit == HUNT_OLD ? h->old_runs : h->new_runs;
	for (size_t i = 0; i < now->n_pending; i++)
		e.begun += now->pending[i] == commit;
	return e;
}

static bool
has(const struct end *e, uint32_t runs)
{
	return !e->open || e->runs >= runs;
}

static bool
decide(enum hunt_state *out, enum hunt_state state)
{
	*out = state;
	return true;
}

bool
hunt_ends(const struct hunt *h, const struct hunt_now *now, enum hunt_state *state, uint32_t *out)
{
	struct end old = end_of(h, now, HUNT_OLD), new = end_of(h, now, h->n - 1);
	bool doubt = h->post_same > doubtful, ask_old = old.open && (old.begun <= new.begun || !new.open);

	if (h->seen_new && !doubt && (old.begun > 0 || !old.open))
		return false;
	if (!h->seen_new && !new.open)
		return decide(state, HUNT_STUCK);
	if (!h->seen_new && new.runs >= NEVER_RUNS)
		return decide(state, HUNT_NEVER);
	if (h->post_same >= h->confidence && has(&old, SAME_RUNS) && has(&new, SAME_RUNS))
		return decide(state, HUNT_SAME);
	if (doubt && has(&old, EACH_MAX) && has(&new, EACH_MAX))
		return decide(state, HUNT_UNSURE);
	if (!h->seen_new)
		ask_old = old.open && old.begun == 0 && new.begun > new.runs;
	*out = ask_old ? HUNT_OLD : new.commit;
	return decide(state, HUNT_ASK);
}
