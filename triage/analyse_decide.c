/*
 * The decision on a branch, or on one lane of it.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <stdarg.h>
#include <stdio.h>

#include "triage/wording.h"

void
say_line(struct think *t, const char *fmt, ...)
{
	struct str line = STR_INIT(STR_LINE);
	char text[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n >= 0)
		str_adds(&line, text);
	vec_push(&t->d->lines, ((struct span){ arena_copy(t->mem, str_c(&line), line.n), line.n }));
	str_release(&line);
}

static const char *
kept(const struct think *t, struct str *text)
{
	const char *copy = arena_copy(t->scratch, str_c(text), text->n);

	str_release(text);
	return copy;
}

const char *
counted(const struct think *t, uint64_t n, const char *thing)
{
	struct str text = STR_INIT(STR_LINE);

	wording_count(&text, n, thing);
	return kept(t, &text);
}

const char *
place_name(const struct think *t, uint32_t place)
{
	const struct axis *a = &t->view->axes[t->s.of->branch];
	struct str text = STR_INIT(STR_LINE);

	if (place < a->n && a->revisions[place].n)
		wording_revision(&text, a->revisions[place]);
	else
		str_adds(&text, "the build of ");
	if (place < a->n && a->revisions[place].n == 0)
		wording_time(&text, a->started[place]);
	return kept(t, &text);
}

/* ---- counts ---- */

static void
count_stretches(struct think *t)
{
	t->stretch = arena_alloc(t->scratch, (t->now + 1) * sizeof(*t->stretch));
	memset(t->stretch, 0, (t->now + 1) * sizeof(*t->stretch));
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		for (uint32_t k = 0; k <= t->now; k++) {
			struct stretch x = track_count(&t->s.tracks[i], branch_begin(t->s.of, k),
			                               branch_end(t->s.of, k));

			t->stretch[k].runs += x.runs;
			t->stretch[k].fails += x.fails;
			t->stretch[k].rerun_passes += x.rerun_passes;
		}
	}
}

static void
say_changes(struct think *t)
{
	for (uint32_t i = 0; i < t->now; i++) {
		const struct change_point *c = &t->s.of->changes[i];
		struct rate before = rate_of(t->stretch[i].fails, t->stretch[i].runs);
		struct rate since = rate_of(t->stretch[i + 1].fails, t->stretch[i + 1].runs);
		struct str text = STR_INIT(500);

		wording_rate(&text, &before);
		str_adds(&text, " before, ");
		wording_rate(&text, &since);
		say(t, "the rate changed at %s (%.1f %% sure; 90 %%: one of %u commits): %s since",
		    place_name(t, c->at.best), 100 * (c->sure < 0.999 ? c->sure : 0.999),
		    c->at.hi - c->at.lo + 1, str_c(&text));
		str_release(&text);
	}
}

/* Why failures are no evidence, by enum mass. */
static const char *const left_words[] = {
	[MASS_NONE] = "in builds ended by their machine, or skipped",
	[MASS_BUILD] = "in builds where a great part of all tests failed",
	[MASS_BUILDER] = "on a broken builder",
	[MASS_COMMIT] = "at a broken commit",
};

static void
say_left_out(struct think *t)
{
	for (unsigned k = 0; k < ARRAY_LEN(left_words); k++) {
		uint64_t left = 0;

		for (uint32_t i = 0; i < t->s.n_tracks; i++)
			left += t->s.tracks[i].left_mass[k];
		if (left)
			say(t, "%s left out: %s", counted(t, left, "failure"), left_words[k]);
	}
}

static void
say_counts(struct think *t)
{
	struct str rate = STR_INIT(200);

	if (!t->d->explains)
		return;
	wording_rate(&rate, &t->d->rate);
	say(t, "first tries that failed in %s: %s", counted(t, t->s.n_tracks, "builder"), str_c(&rate));
	say_changes(t);
	say_left_out(t);
	str_release(&rate);
}

/* ---- the first and the last step ---- */

static bool
fails_at_all(const struct think *t)
{
	for (uint32_t i = 0; i <= t->now; i++) {
		if (t->stretch[i].fails)
			return true;
	}
	return false;
}

static bool
step_nothing(struct think *t)
{
	uint64_t runs = 0;

	if (fails_at_all(t))
		return false;
	for (uint32_t i = 0; i <= t->now; i++)
		runs += t->stretch[i].runs;
	t->d->verdict = runs ? VERDICT_HEALTHY : VERDICT_UNDECIDED;
	t->d->sure = runs ? rate_beta(0.01, 0.5, (double)runs + 0.5) : 0;
	if (runs == 0)
		say(t, "no run of it is evidence");
	return true;
}

static bool
step_undecided(struct think *t)
{
	t->d->verdict = VERDICT_UNDECIDED;
	if (t->d->evidence.tail_fails)
		say(t, "%s in a row at the end: too few to tell a regression from a flake",
		    counted(t, t->d->evidence.tail_fails, "failure"));
	else
		say(t, "too few failures to tell");
	return true;
}

/* Where the newest run of most lanes failed together with much else. */
static void
broken_now(struct think *t)
{
	uint32_t broken = 0, commit = 0;

	if (t->d->verdict != VERDICT_HEALTHY && t->d->verdict != VERDICT_UNDECIDED)
		return;
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		broken += t->s.tracks[i].last_mass == MASS_BUILD || t->s.tracks[i].last_mass == MASS_BUILDER;
		commit += t->s.tracks[i].last_mass == MASS_COMMIT;
	}
	if (2 * (broken + commit) < t->s.n_tracks || broken + commit == 0)
		return;
	t->d->verdict = commit > broken ? VERDICT_UNDECIDED : VERDICT_MACHINE;
	t->d->sure = 0.9;
	say(t, "its newest runs failed together with a great part of all tests: %s",
	    commit > broken ? "the commit is broken" : "the builder is");
}

static void
match_known(struct think *t)
{
	enum verdict v = t->d->verdict;

	if (t->stretch[t->now].fails == 0 || v == VERDICT_HEALTHY || v == VERDICT_FIXED || v == VERDICT_MACHINE)
		return;
	t->d->known = known_of(t);
	if (!t->d->known)
		return;
	t->d->verdict = VERDICT_KNOWN;
	say(t, "a rule knows these failures: %.*s", (int)t->d->known->issue.n, t->d->known->issue.p);
}

/* In this order: the first that returns true has made the verdict. */
static bool (*const steps[])(struct think *t) = {
	step_nothing, step_machine, step_regressed, step_fixed, step_flaky, step_undecided,
};

void
decide(struct decision *d, const struct think *common, const struct scope *s, bool explains)
{
	struct think t = *common;
	size_t i;

	*d = (struct decision){ .explains = explains };
	t.s = *s;
	t.d = d;
	t.now = s->of->n_changes;
	count_stretches(&t);
	d->rate = rate_of(t.stretch[t.now].fails, t.stretch[t.now].runs);
	if (t.now)
		d->before = rate_of(t.stretch[t.now - 1].fails, t.stretch[t.now - 1].runs);
	if (fails_at_all(&t))
		evidence_count(&t, &d->evidence);
	say_counts(&t);
	for (i = 0; i < ARRAY_LEN(steps) && !steps[i](&t); i++)
		;
	broken_now(&t);
	match_known(&t);
	say(&t, "so: %s", verdict_name(d->verdict));
}
