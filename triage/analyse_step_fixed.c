/*
 * A step of the decision: it failed, and has been clean for long enough.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <math.h>

#include "triage/wording.h"

enum {
	FLOOR = 2,         /* failures before anything may be called fixed */
	CLEAN_OF_ONE = 20, /* passes after which a single failure is let go */
};

/* What became of the last failures: how likely so many passes are if nothing changed. */
struct clean {
	uint32_t segment;  /* the last one with a failure */
	uint32_t last;     /* place of the last failure */
	uint32_t resumed;  /* place of the first pass behind it */
	uint64_t fails, passes, n;
	double log_chance;
};

static void
clean_since(const struct think *t, struct clean *c)
{
	uint32_t begin, end;

	*c = (struct clean){ .segment = UINT32_MAX, .resumed = UINT32_MAX };
	for (uint32_t s = t->now + 1; s-- > 0;) {
		if (t->stretch[s].fails) {
			c->segment = s;
			break;
		}
	}
	if (c->segment == UINT32_MAX)
		return;
	begin = branch_begin(t->s.of, c->segment);
	end = branch_end(t->s.of, c->segment);
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		const struct track *k = &t->s.tracks[i];

		uint32_t j = first_fail(k, first_at(k, end));

		if (j > 0 && k->p[k->fails[j - 1]].place >= begin && k->p[k->fails[j - 1]].place > c->last)
			c->last = k->p[k->fails[j - 1]].place;
	}
	if (c->segment == t->now)
		end = c->last + 1;
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		const struct track *k = &t->s.tracks[i];
		struct stretch was = track_count(k, begin, end);
		uint32_t next = first_at(k, c->last + 1);

		if (next < k->n && k->p[next].place < c->resumed)
			c->resumed = k->p[next].place;
		if (was.fails == 0)
			continue;
		c->fails += was.fails;
		c->passes += was.runs - was.fails;
		c->n += k->n - first_at(k, end);
		c->log_chance += rate_log_all_pass(was.fails, was.runs - was.fails, k->n - first_at(k, end));
	}
}

/* How unlikely the passes must be; without a change point their beginning was chosen after
 * the fact, so that more is asked. */
static double
believed_below(const struct think *t, const struct clean *c)
{
	return c->segment < t->now ? 0.05 : 0.002;
}

static uint64_t
clean_needed(const struct clean *c, double chance)
{
	uint64_t low = 0, high = 1;

	while (high < UINT32_MAX && rate_log_all_pass(c->fails, c->passes, high) > log(chance))
		high *= 2;
	while (low + 1 < high) {
		uint64_t mid = low + (high - low) / 2;

		*(rate_log_all_pass(c->fails, c->passes, mid) > log(chance) ? &low : &high) = mid;
	}
	return high;
}

static void
say_clean(struct think *t, const struct clean *c)
{
	struct str rate = STR_INIT(200);
	struct rate r;

	if (!t->d->explains)
		return;
	r = rate_of(c->fails, c->fails + c->passes);
	wording_rate(&rate, &r);
	say(t, "%s since the last failure, where it had failed %s: so many would happen in %.2g %% of cases "
	    "if nothing had changed; to believe in a fix takes %llu",
	    counted(t, c->n, "clean run"), str_c(&rate), 100 * exp(c->log_chance),
	    (unsigned long long)t->d->clean_needed);
	str_release(&rate);
}

bool
step_fixed(struct think *t)
{
	struct clean c;
	double chance;

	clean_since(t, &c);
	if (c.segment == UINT32_MAX)
		return false;
	chance = exp(c.log_chance);
	t->d->clean_runs = c.n;
	t->d->clean_needed = clean_needed(&c, believed_below(t, &c));
	if (c.n)
		say_clean(t, &c);
	if (c.fails >= FLOOR && chance < believed_below(t, &c)) {
		t->d->verdict = VERDICT_FIXED;
		t->d->sure = 1 - chance;
		t->d->flaked = c.passes * 10 > c.fails;
		t->d->has_since = c.resumed != UINT32_MAX;
		t->d->since = (struct span_of_commits){ c.last + 1, c.resumed, c.resumed };
		if (c.segment < t->now)
			t->d->since = t->s.of->changes[c.segment].at;
		return true;
	}
	if (c.fails < FLOOR && (chance < 0.05 || (t->d->evidence.rerun_passes == 0 && c.n >= CLEAN_OF_ONE))) {
		say(t, "one failure, long ago: too little to say anything");
		t->d->verdict = VERDICT_HEALTHY;
		t->d->sure = 1 - chance;
		return true;
	}
	if (c.segment < t->now) {
		t->d->verdict = VERDICT_UNDECIDED;
		t->d->sure = 1 - chance;
		return true;
	}
	return false;
}

