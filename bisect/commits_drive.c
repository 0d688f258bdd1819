/*
 * The driver of a search in a range of commits: gate, search, proof, on
 * answers of a lab.  It decides from answers alone (lab.h), so that a resumed
 * session comes to the same questions.  Gate and proof are no phases of their own for
 * the hunt: it asks the ends where they come first, and once one commit has most of the
 * posterior, the best questions are that commit and its parents again, until the
 * confidence is reached.
 */
#include "common/base.h"
#include "bisect/commits.h"

#include <stdio.h>

#include "bisect/drive.h"
#include "bisect/hunt.h"
#include "bisect/stats.h"

enum {
	SPOILT_MAX = 2,       /* unresolved answers until a commit is skipped, if others are not more */
	ENDS_SPOILT_MAX = 4,  /* and an end of the range */
	TIMEOUT_FACTOR = 10,
	TIMEOUT_FLOOR_MS = 10000,
	BASELINE_RUNS = 2,
};

static const double proof_from = 0.5, set_mass = 0.9;

/* ready: its tree held it, built, when it was asked. */
struct pending { uint64_t id; uint32_t commit; const char *phase; bool ready; };

/* Numbers of commits are those of the list; the hunt's are one less. */
struct inquest {
	struct commits_drive *d;
	struct commits_finding *f;
	struct hunt *hunt;
	uint32_t n, last;        /* commits of the list; the new end */
	VEC(struct pending) pending;
	uint32_t *spoilt;        /* [n] unresolved answers of each */
	const char *phase;
	int64_t longest;         /* of the first runs, microseconds */
	uint32_t n_answers;      /* until the limit of time was known */
	double ready_us, other_us; /* sums of durations, for the costs */
	uint32_t n_ready, n_other;
	char why[200];           /* of the last unresolved answer */
	enum lab_event event;
	struct err *e;
};

PRINTF_LIKE(2, 3)
static void
reason(struct commits_finding *f, const char *fmt, ...)
{
	struct err text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text.msg, sizeof(text.msg), fmt, ap);
	va_end(ap);
	f->reason = arena_copy(&f->mem, text.msg, strlen(text.msg));
}

/* ---- asking ---- */

static int
ask(struct inquest *q, uint32_t commit)
{
	struct ask a = { .tests = &commit, .n = 1, .phase = q->phase, .fresh = true, .victim = TESTLIST_NONE };
	struct pending p = { .commit = commit, .phase = q->phase };

	p.ready = commits_trees_promise(q->d->trees, commit);
	if (lab_ask(q->d->lab, &a, &p.id, q->e) < 0) {
		q->event = LAB_ERROR;
		return -1;
	}
	vec_push(&q->pending, p);
	return 0;
}

/* By answers: a run in a tree that was ready took so long, one in another so long. */
static void
learn_costs(struct inquest *q, bool ready, int64_t micros)
{
	double a, b;

	*(ready ? &q->ready_us : &q->other_us) += (double)micros;
	*(ready ? &q->n_ready : &q->n_other) += 1;
	if (q->d->opt->build == NULL)
		return;
	b = q->n_other ? q->other_us / q->n_other : 2e6;
	a = q->n_ready ? q->ready_us / q->n_ready : b / 2;
	if (a < 1000)
		a = 1000;
	hunt_costs(q->hunt, a / 1e6, (b > a ? b : a) / 1e6);
}

/* Ten times what the first runs took, unless the user said. */
static void
learn_limit(struct inquest *q, int64_t micros)
{
	int64_t limit;

	if (micros > q->longest)
		q->longest = micros;
	if (q->d->opt->timeout_ms > 0 || ++q->n_answers < BASELINE_RUNS)
		return;
	limit = q->longest / 1000 * TIMEOUT_FACTOR;
	q->d->opt->timeout_ms = limit > TIMEOUT_FLOOR_MS ? limit : TIMEOUT_FLOOR_MS;
}

static uint32_t
hunt_number(uint32_t commit)
{
	return commit == 0 ? HUNT_OLD : commit - 1;
}

static void
count(struct inquest *q, uint32_t commit, bool fails)
{
	q->f->each.p[commit].runs++;
	q->f->each.p[commit].fails += fails;
	hunt_tell(q->hunt, hunt_number(commit), fails != q->d->opt->fixed);
}

static bool
is_final(const char *why)
{
	return strncmp(why, COMMITS_BUILD_FAILED, strlen(COMMITS_BUILD_FAILED)) == 0 ||
	       strncmp(why, COMMITS_NO_CHECKOUT, strlen(COMMITS_NO_CHECKOUT)) == 0;
}

static bool
is_spoilt(const struct inquest *q, uint32_t commit)
{
	uint32_t max = commit == 0 || commit == q->last ? ENDS_SPOILT_MAX : SPOILT_MAX;

	return q->spoilt[commit] >= max && q->spoilt[commit] > q->f->each.p[commit].runs / 2;
}

/* Another failure may not come again; what cannot be built, or says 125, is left. */
static void
spoil(struct inquest *q, uint32_t commit, const struct answer *a)
{
	snprintf(q->why, sizeof(q->why), "%s", a->why);
	q->spoilt[commit] += is_final(a->why) ? ENDS_SPOILT_MAX : 1;
	if (!is_spoilt(q, commit) || q->f->skipped.p[commit])
		return;
	hunt_close(q->hunt, hunt_number(commit));
	if (commit == 0)
		return;
	q->f->skipped.p[commit] = true;
	q->f->n_skipped++;
}

static struct pending
take_pending(struct inquest *q, uint64_t id)
{
	struct pending p;

	for (size_t i = 0; i < q->pending.n; i++) {
		if (q->pending.p[i].id == id) {
			p = q->pending.p[i];
			memmove(&q->pending.p[i], &q->pending.p[i + 1],
			        (--q->pending.n - i) * sizeof(*q->pending.p));
			return p;
		}
	}
	assert(!"an answer to what was not asked");
	return (struct pending){ .id = 0 };
}

static void
show(struct inquest *q)
{
	struct hunt_view v = hunt_view(q->hunt);
	struct drive_view view = {
		.phase = q->phase, .n_tests = q->n - 1, .n_open = v.n_open, .n_runs = lab_stats(q->d->lab).n_runs,
		.runs_left = q->phase[0] == 'g' ? 0 : (uint32_t)(v.runs_left + 0.5), .seconds_left = -1,
		.posterior = v.posterior, .whole = q->f->each.p[q->last], .commits = true,
	};

	if (q->d->progress)
		q->d->progress(q->d->data, &view);
}

static int
hear(struct inquest *q)
{
	struct pending p;
	struct answer a;
	uint32_t commit;

	q->event = lab_wait(q->d->lab, &a, q->e);
	if (q->event != LAB_ANSWER)
		return -1;
	p = take_pending(q, a.ask);
	commit = p.commit;
	commits_trees_done(q->d->trees, commit, a.run, !is_final(a.why) && a.outcome != OUT_NOT_STARTED);
	q->f->n_gate_runs += p.phase[0] == 'g';
	q->f->n_proof_runs += p.phase[0] == 'p';
	if (a.verdict == VERDICT_UNRESOLVED) {
		spoil(q, commit, &a);
	} else {
		count(q, commit, a.verdict == VERDICT_FAIL);
		learn_costs(q, p.ready, a.micros);
		learn_limit(q, a.micros);
	}
	show(q);
	return 0;
}

/* ---- the search ---- */

static enum hunt_state
next(struct inquest *q, uint32_t *commit)
{
	uint32_t pending[64], ready[64];
	struct hunt_now now = { pending, 0, ready, 0 };
	enum hunt_state state;

	for (size_t i = 0; i < q->pending.n && now.n_pending < ARRAY_LEN(pending); i++)
		pending[now.n_pending++] = hunt_number(q->pending.p[i].commit);
	if (q->d->at_once <= ARRAY_LEN(ready))
		now.n_ready = commits_trees_ready(q->d->trees, ready);
	for (size_t i = 0; i < now.n_ready; i++)
		ready[i] = hunt_number(ready[i]);
	state = hunt_next(q->hunt, &now, commit);
	if (state == HUNT_ASK)
		*commit = *commit == HUNT_OLD ? 0 : *commit + 1;
	return state;
}

static const char *
phase_of(const struct inquest *q)
{
	struct hunt_view v = hunt_view(q->hunt);

	return v.ends ? "gate" : v.posterior >= proof_from ? "proof" : "search";
}

/* Asks until the hunt has an end; what is still pending then is not waited for. */
static enum hunt_state
run_search(struct inquest *q)
{
	uint32_t commit = 0;
	enum hunt_state state = HUNT_ASK;

	show(q);
	for (;;) {
		while (q->pending.n < q->d->at_once && (state = next(q, &commit)) == HUNT_ASK) {
			q->phase = phase_of(q);
			if (ask(q, commit) < 0)
				return state;
		}
		if ((state != HUNT_ASK && state != HUNT_STUCK) || q->pending.n == 0)
			return state;
		if (hear(q) < 0)
			return HUNT_ASK;
	}
}

/* ---- the finding ---- */

static void
count_sides(struct inquest *q)
{
	struct commits_finding *f = q->f;
	uint8_t *mark = xcalloc(q->n, 1);

	f->with = f->without = (struct counts){ 0, 0 };
	for (uint32_t x = 0; x < q->n; x++) {
		struct counts *side = &f->without;

		if (f->each.p[x].runs == 0)
			continue;
		if (x > 0) {
			graph_mark(&q->d->range->graph, x - 1, mark);
			side = mark[f->best - 1] ? &f->with : &f->without;
		}
		side->fails += f->each.p[x].fails;
		side->runs += f->each.p[x].runs;
	}
	free(mark);
}

static void
fill_suspects(struct inquest *q)
{
	struct hunt_set set = { VEC_INIT };
	struct hunt_view v = hunt_view(q->hunt);
	const double *post = hunt_posterior(q->hunt);

	q->f->best = v.best + 1;
	q->f->confidence = v.posterior;
	hunt_set(q->hunt, set_mass, &set);
	for (size_t i = 0; i < set.v.n; i++) {
		struct commits_suspect s = { set.v.p[i] + 1, post[set.v.p[i]] };

		vec_push(&q->f->set, s);
	}
	vec_release(&set.v);
	count_sides(q);
}

static const char *
copy(struct commits_finding *f, const char *text)
{
	return text ? arena_copy(&f->mem, text, strlen(text)) : NULL;
}

static void
fill_lab(struct inquest *q)
{
	struct commits_finding *f = q->f;
	const struct other_failure *others;
	struct lab_stats s = lab_stats(q->d->lab);
	size_t i, n = lab_others(q->d->lab, &others);
	struct str shown = STR_INIT(4096);

	f->n_runs = s.n_runs;
	f->seconds = s.seconds;
	for (i = 0; i < n; i++) {
		struct other_failure o = others[i];

		o.signature = copy(f, o.signature);
		vec_push(&f->others, o);
	}
	f->signature = copy(f, lab_target_text(q->d->lab));
	if (f->signature) {
		lab_target_shown(&shown, q->d->lab);
		f->failure = copy(f, str_c(&shown));
	}
	str_release(&shown);
	f->old = f->each.p[0];
	f->new = f->each.p[q->last];
}

static const char *
end_word(const struct inquest *q, uint32_t commit)
{
	return commit ? q->d->range->new_word : q->d->range->base ? "the common ancestor" : q->d->range->old_word;
}

/* Why nothing more can be asked. */
static void
say_stuck(struct inquest *q, bool ends)
{
	struct commits_finding *f = q->f;

	if (ends)
		reason(f, "'%s' cannot be tested: %s", end_word(q, q->last), q->why);
	else if (f->n_skipped)
		reason(f, "%u commit%s cannot be tested, which would tell the rest apart (the last: %s)",
		       f->n_skipped, f->n_skipped == 1 ? "" : "s", q->why);
	else
		reason(f, "no question is left that would tell more");
}

static void
conclude(struct inquest *q, enum hunt_state state)
{
	struct commits_finding *f = q->f;
	struct hunt_view v = hunt_view(q->hunt);

	if (!v.ends)
		fill_suspects(q);
	switch (state) {
	case HUNT_FOUND:
		f->verdict = COMMITS_FOUND;
		break;
	case HUNT_SAME:
		f->verdict = COMMITS_SAME;
		f->confidence = v.same;
		break;
	case HUNT_NEVER:
		f->verdict = COMMITS_NEVER;
		f->confidence = 0.95;
		break;
	case HUNT_UNSURE:
		reason(f, "it is not clear that the two ends differ at all");
		break;
	case HUNT_STUCK:
		say_stuck(q, v.ends);
		break;
	case HUNT_ASK: /* the lab ended */
		break;
	}
}

static void
set_up(struct inquest *q)
{
	const struct commits_range *r = q->d->range;
	struct hunt_config c = { .graph = &r->graph, .prior = r->prior, .past = &r->past,
	                         .confidence = q->d->opt->confidence };
	struct counts none = { 0, 0 };

	q->n = testlist_count(&r->list);
	q->last = q->n - 1;
	q->phase = "gate";
	q->hunt = hunt_new(&c);
	q->spoilt = xcalloc(q->n, sizeof(*q->spoilt));
	for (uint32_t i = 0; i < q->n; i++) {
		vec_push(&q->f->each, none);
		vec_push(&q->f->skipped, false);
	}
}

int
commits_search(struct commits_drive *d, struct commits_finding *f, enum lab_event *event, struct err *e)
{
	struct inquest q = { .d = d, .f = f, .event = LAB_ANSWER, .e = e };

	set_up(&q);
	f->verdict = COMMITS_UNDECIDED;
	conclude(&q, run_search(&q));
	fill_lab(&q);
	*event = q.event;
	hunt_free(q.hunt);
	vec_release(&q.pending);
	free(q.spoilt);
	return q.event == LAB_ERROR ? -1 : 0;
}
