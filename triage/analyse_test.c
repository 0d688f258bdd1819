/*
 * One test: each of its branches and lanes is decided, the branch that matters most
 * speaks for the test, and now is compared with `since`.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <math.h>

/* What is told of a test whose branches differ: the first of these. */
static const enum verdict loudest[] = {
	VERDICT_REGRESSED, VERDICT_DID_NOT_HOLD, VERDICT_FLAKY,   VERDICT_MACHINE,
	VERDICT_KNOWN,     VERDICT_UNDECIDED,    VERDICT_FIXED,   VERDICT_HEALTHY,
};

static unsigned
loudness(enum verdict v)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(loudest) && loudest[i] != v; i++)
		;
	return i;
}

/* Whether a speaks rather than b: the louder, else with more failures, else with more runs. */
static bool
speaks(const struct decision *a, const struct decision *b)
{
	unsigned x = loudness(a->verdict), y = loudness(b->verdict);

	if (x != y)
		return x < y;
	if (a->rate.fails != b->rate.fails)
		return a->rate.fails > b->rate.fails;
	return a->rate.runs > b->rate.runs;
}

static void
decision_release(struct decision *d)
{
	vec_release(&d->lines);
}

/* The test's branches up to a time, decided; the one that speaks in *best. */
struct judged {
	struct branch *branches;
	struct decision *decisions;
	uint32_t n, best;
};

static void
judge(struct judged *j, const struct think *common, bool explains)
{
	j->branches = branches_of(&j->n, common->view, common->test, common->o->until, common->scratch);
	j->decisions = arena_alloc(common->scratch, j->n * sizeof(*j->decisions));
	j->best = 0;
	for (uint32_t i = 0; i < j->n; i++) {
		const struct branch *b = &j->branches[i];
		struct scope s = { .of = b, .tracks = b->tracks, .n_tracks = b->n_tracks };

		decide(&j->decisions[i], common, &s, explains);
		if (i && speaks(&j->decisions[i], &j->decisions[j->best]))
			j->best = i;
	}
}

static void
judged_release(struct judged *j)
{
	for (uint32_t i = 0; i < j->n; i++)
		decision_release(&j->decisions[i]);
}

/* ---- the parts of a finding ---- */

static void
fill_lanes(struct finding *f, const struct judged *j, const struct think *common, struct arena *mem)
{
	f->lanes = arena_alloc(mem, common->test->n_streams * sizeof(*f->lanes));
	for (uint32_t i = 0; i < j->n; i++) {
		for (uint32_t k = 0; k < j->branches[i].n_tracks; k++) {
			const struct track *t = &j->branches[i].tracks[k];
			struct scope s = { .of = &j->branches[i], .tracks = t, .n_tracks = 1 };
			struct decision d;

			if (t->runs == 0)
				continue;
			decide(&d, common, &s, false);
			/* one lane alone sees less than all together */
			if (j->decisions[i].verdict == VERDICT_FIXED &&
			    (d.verdict == VERDICT_FLAKY || d.verdict == VERDICT_UNDECIDED) && t->failed > t->left_out)
				d.verdict = VERDICT_FIXED;
			f->lanes[f->n_lanes++] = (struct lane_finding){
				.builder = t->stream->lane->builder, .branch = t->stream->lane->branch,
				.verdict = d.verdict, .runs = t->runs, .failed = t->failed,
				.rerun_passes = t->rerun_passes, .left_out = t->left_out,
				.last_fail = t->last_fail, .rate = d.rate, .stream = t->stream,
			};
			decision_release(&d);
		}
	}
}

static void
fill_counts(struct finding *f, const struct test_view *t)
{
	for (uint32_t i = 0; i < f->n_lanes; i++) {
		f->runs += f->lanes[i].runs;
		f->failed += f->lanes[i].failed;
		f->rerun_passes += f->lanes[i].rerun_passes;
		f->left_out += f->lanes[i].left_out;
		f->last_fail = f->lanes[i].last_fail > f->last_fail ? f->lanes[i].last_fail : f->last_fail;
	}
	for (uint32_t i = 0; i < t->n_streams; i++) {
		f->older_runs += t->streams[i].n_older_runs;
		f->older_fails += t->streams[i].n_older_fails;
	}
}

static void
fill_segments(struct finding *f, const struct branch *b, struct arena *mem)
{
	f->n_segments = b->n_changes + 1;
	f->segments = arena_alloc(mem, f->n_segments * sizeof(*f->segments));
	for (uint32_t i = 0; i < f->n_segments; i++) {
		struct segment *g = &f->segments[i];
		struct stretch all = { 0 };

		*g = (struct segment){ .sure = 1 };
		if (i) {
			g->begin = b->changes[i - 1].at;
			g->sure = b->changes[i - 1].sure;
		}
		g->end = branch_end(b, i) ? branch_end(b, i) - 1 : 0;
		for (uint32_t k = 0; k < b->n_tracks; k++) {
			struct stretch x = track_count(&b->tracks[k], branch_begin(b, i), branch_end(b, i));

			all.runs += x.runs;
			all.fails += x.fails;
			g->rerun_passes += x.rerun_passes;
		}
		g->rate = rate_of(all.fails, all.runs);
	}
}

/* Of the current segment's evidence, on the days that it covers. */
static double
fails_per_day(const struct branch *b, const struct decision *d)
{
	int64_t first = INT64_MAX, last = 0;
	uint32_t begin = branch_begin(b, b->n_changes);

	for (uint32_t i = 0; i < b->n_tracks; i++) {
		const struct track *t = &b->tracks[i];

		for (uint32_t k = first_at(t, begin); k < t->n; k++) {
			int64_t at = t->stream->lane->builds[t->p[k].at].started;

			first = at < first ? at : first;
			last = at > last ? at : last;
		}
	}
	return (double)d->rate.fails / fmax(1, last > first ? ((double)last - (double)first) / 86400 : 0);
}

static void
fill_decision(struct finding *f, const struct decision *d, struct arena *mem)
{
	f->verdict = d->verdict;
	f->sure = d->sure;
	f->rate = d->rate;
	f->before = d->before;
	f->evidence = d->evidence;
	f->has_since = d->has_since;
	f->since = d->since;
	f->clean_runs = d->clean_runs;
	f->clean_needed = d->clean_needed;
	f->known = d->known;
	f->worker = d->worker;
	f->n_explain = (uint32_t)d->lines.n;
	f->explain = arena_alloc(mem, d->lines.n * sizeof(*f->explain));
	if (d->lines.n)
		memcpy(f->explain, d->lines.p, d->lines.n * sizeof(*f->explain));
}

/* ---- what changed ---- */

static bool
fails_now(enum verdict v)
{
	return v == VERDICT_FLAKY || v == VERDICT_DID_NOT_HOLD || v == VERDICT_REGRESSED || v == VERDICT_KNOWN;
}

/* The change of a flake that goes on: its rate moved at a change point inside the time, or so far
 * that the intervals have nothing in common. */
static enum change
drift(const struct finding *f, const struct decision *before, bool changed_inside)
{
	const struct rate *old = changed_inside ? &f->before : &before->rate;

	if (!changed_inside && !rate_apart(old, &f->rate))
		return CHANGE_NONE;
	return rate_mean(&f->rate) > rate_mean(old) ? CHANGE_WORSE : CHANGE_BETTER;
}

static enum change
change_of(const struct finding *f, const struct decision *before, bool back, bool changed_inside)
{
	enum verdict was = before->verdict;

	switch (f->verdict) {
	case VERDICT_REGRESSED:
		return was == VERDICT_REGRESSED ? CHANGE_NONE : back ? CHANGE_BACK : CHANGE_NEW_REGRESSION;
	case VERDICT_DID_NOT_HOLD:
		return was == VERDICT_DID_NOT_HOLD ? drift(f, before, changed_inside) : CHANGE_BACK;
	case VERDICT_FLAKY:
		if (was == VERDICT_FIXED && (back || before->flaked))
			return CHANGE_BACK;
		if (was == VERDICT_FLAKY || was == VERDICT_DID_NOT_HOLD || was == VERDICT_KNOWN)
			return drift(f, before, changed_inside);
		return was == VERDICT_REGRESSED ? CHANGE_BETTER : CHANGE_NEW_FLAKE;
	case VERDICT_FIXED:
		return fails_now(was) || (was == VERDICT_UNDECIDED && before->rate.fails) ? CHANGE_FIXED
		                                                                         : CHANGE_NONE;
	default:
		return CHANGE_NONE;
	}
}

static int64_t
last_evidence_of_failure(const struct branch *b)
{
	int64_t last = 0;

	for (uint32_t i = 0; i < b->n_tracks; i++) {
		const struct track *t = &b->tracks[i];

		for (uint32_t k = 0; k < t->n_fails; k++) {
			int64_t at = t->stream->lane->builds[t->p[t->fails[k]].at].started;

			last = at > last ? at : last;
		}
	}
	return last;
}

/* The floor before an alarm: two failures, or one change point, in the current segment. */
static bool
enough(const struct finding *f)
{
	return f->rate.fails >= 2;
}

static void
compare(struct finding *f, const struct branch *of, const struct decision *now, const struct think *common)
{
	struct analyse_options then = *common->o;
	struct think past = *common;
	const struct axis *a = &common->view->axes[of->branch];
	struct decision none = { .verdict = VERDICT_HEALTHY }, *before = &none;
	struct judged j;
	bool inside;

	then.until = common->o->since - 1;
	past.o = &then;
	judge(&j, &past, false);
	for (uint32_t i = 0; i < j.n; i++) {
		if (j.branches[i].branch == of->branch)
			before = &j.decisions[i];
	}
	inside = of->n_changes && a->started[of->changes[of->n_changes - 1].at.best] >= common->o->since;
	f->change = change_of(f, before, now->back, inside);
	if (last_evidence_of_failure(of) < common->o->since && f->change != CHANGE_FIXED &&
	    f->change != CHANGE_BETTER)
		f->change = CHANGE_NONE; /* nothing failed since: another look at old builds is no news */
	f->once = (f->change == CHANGE_NEW_FLAKE && !enough(f)) ||
	          (f->verdict == VERDICT_UNDECIDED && f->rate.fails && !fails_now(before->verdict) &&
	           last_evidence_of_failure(of) >= common->o->since);
	if (f->once)
		f->change = CHANGE_NONE;
	judged_release(&j);
}

static struct span
copied(struct arena *mem, struct span x)
{
	return (struct span){ arena_copy(mem, x.p ? x.p : "", x.n), x.n };
}

static const struct older_name *
copied_names(struct arena *mem, const struct test_view *t)
{
	struct older_name *out = arena_alloc(mem, t->n_older * sizeof(*out));

	for (uint32_t i = 0; i < t->n_older; i++) {
		out[i] = t->older[i];
		out[i].name = copied(mem, t->older[i].name);
	}
	return out;
}

void
analyse_test(const struct view *v, const struct test_view *t, const struct analyse_options *o,
             struct arena *mem, struct finding *out)
{
	struct arena scratch = ARENA_INIT;
	struct think common = { .view = v, .test = t, .o = o, .mem = mem, .scratch = &scratch };
	struct judged j;

	*out = (struct finding){ .test = t->test, .name = copied(mem, t->name), .file = copied(mem, t->file),
	                         .older = copied_names(mem, t), .n_older = t->n_older, .verdict = VERDICT_UNDECIDED };
	if (o->words)
		out->messages = cluster_messages(&out->n_messages, t, o->until, o->words, mem);
	if (t->n_streams == 0)
		return;
	judge(&j, &common, o->explain);
	fill_lanes(out, &j, &common, mem);
	fill_counts(out, t);
	out->branch = j.branches[j.best].branch;
	fill_decision(out, &j.decisions[j.best], mem);
	fill_segments(out, &j.branches[j.best], mem);
	out->fails_per_day = fails_per_day(&j.branches[j.best], &j.decisions[j.best]);
	if (o->since)
		compare(out, &j.branches[j.best], &j.decisions[j.best], &common);
	judged_release(&j);
	arena_release(&scratch);
}
