/*
 * Search, proof, and what to do when they disagree: tell the plan, search on,
 * and after DOUBTS of that reduce the smallest set that showed, which is sound
 * whatever the command does.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/stats.h"

enum { DOUBTS = 6, PLAIN_RUNS = 12 };

const uint32_t *
finding_tests(struct inquiry *q, const struct ranges *set, uint32_t *n)
{
	uint32_t *tests, k = 0, x;
	size_t i;

	*n = ranges_count(set);
	tests = arena_alloc(&q->f->mem, (*n + 1) * sizeof(*tests));
	for (i = 0; i < set->v.n; i++)
		for (x = set->v.p[i].lo; x < set->v.p[i].hi; x++)
			tests[k++] = q->order[x];
	return tests;
}

/* Counts of showing as counts of failing. */
static struct counts
as_fails(const struct inquiry *q, struct counts c)
{
	if (q->inverted)
		c.fails = c.runs - c.fails;
	return c;
}

double
proof_confidence(const struct search *s, const struct proof *p)
{
	return s->posterior * (p->another || p->left_over > 1 ? 1 : 1 - p->left_over);
}

struct culprit *
culprit_add(struct search *s, const struct proof *p)
{
	struct inquiry *q = s->q;
	struct culprit c = { 0 };
	struct ranges all = { VEC_INIT };
	struct counts *each;
	uint32_t i;

	set_union(&all, &s->answer, &s->fixed);
	c.tests = finding_tests(q, &all, &c.n_tests);
	c.polluters = finding_tests(q, &s->answer, &c.n_polluters);
	c.victim = q->victim;
	c.with = as_fails(q, p->exact);
	c.without = as_fails(q, p->rest);
	c.minimal = p->minimal;
	c.proven = p->complete && !p->another;
	if (!s->few && p->each) {
		c.without_each = each = arena_alloc(&q->f->mem, (c.n_polluters + 1) * sizeof(*each));
		for (i = 0; i < c.n_polluters; i++)
			each[i] = as_fails(q, p->each[i]);
	}
	vec_push(&q->f->culprits, c);
	set_release(&all);
	return &q->f->culprits.p[q->f->culprits.n - 1];
}

/* Candidates: what runs before the victim, or (wide) all others. */
static void
candidates(const struct inquiry *q, bool wide, struct ranges *out)
{
	struct ranges before = { VEC_INIT };

	if (q->victim == TESTLIST_NONE || !q->d->keeps_order || wide)
		ranges_all(&before, q->n);
	else
		ranges_all(&before, q->place[q->victim]);
	set_minus(out, &before, &q->gone);
	set_release(&before);
}

static void
open_search(struct search *s, struct inquiry *q, bool wide)
{
	struct ranges cand = { VEC_INIT }, fixed = { VEC_INIT };

	candidates(q, wide, &cand);
	inquiry_victim(q, &fixed);
	search_open(s, q, &cand, &fixed);
	set_release(&cand);
	set_release(&fixed);
}

/* Runs of everything that is left, and of next to nothing (see ask_sizes).  Of the
 * whole only what a proof asked: the gate stops at a failure, which favours failures. */
static void
count_sizes(const struct search *s, struct counts *whole, struct counts *few)
{
	struct ranges all = { VEC_INIT };
	bool shows;
	size_t i;

	memset(whole, 0, sizeof(*whole));
	memset(few, 0, sizeof(*few));
	inquiry_whole(s->q, &all);
	for (i = 0; i < s->q->past.n; i++) {
		const struct past *p = &s->q->past.p[i];
		struct counts *c = NULL;
		if (!past_counts(s->q, p, &shows) || set_common(&p->set, &s->q->gone))
			continue;
		if (set_equal(&p->set, &all))
			c = strcmp(p->phase, "proof") == 0 ? whole : NULL;
		else if (set_equal(&p->set, &s->fixed) ||
		         (s->fixed.v.n == 0 && strcmp(p->phase, "proof") == 0 && ranges_count(&p->set) == 1))
			c = few;
		if (c) {
			c->runs++;
			c->fails += shows;
		}
	}
	set_release(&all);
}

/* The whole list once more, and twice next to nothing: the victim alone, or one test. */
static int
ask_sizes(struct search *s, uint32_t turn)
{
	struct inquiry *q = s->q;
	struct question qs[3] = { { .fresh = true }, { .fresh = true }, { .fresh = true } };
	unsigned n = s->n > 1 || s->fixed.v.n ? 3 : 1, i;
	int rc;

	inquiry_whole(q, &qs[0].set);
	for (i = 1; i < n; i++)
		search_control(s, 1, 2 * turn + i, &qs[i].set);
	rc = inquiry_batch(q, qs, n);
	for (i = 0; i < n; i++)
		set_release(&qs[i].set);
	return rc;
}

/* The plan says that no test matters: does the whole list really not show more often
 * than next to nothing does?  It must have been seen to show with next to nothing, or
 * the list be asked PLAIN_RUNS times: a rare failure may have stayed away from both. */
static int
confirm_plain(struct search *s, bool *plain)
{
	struct finding *f = s->q->f;
	struct counts whole, few;
	double higher;
	uint32_t turn;
	int rc = 0;

	s->q->phase = "proof";
	s->q->plan = NULL;
	*plain = true;
	for (turn = 0; rc == 0; turn++) {
		count_sizes(s, &whole, &few);
		higher = stats_higher(whole.fails, whole.runs, few.fails, few.runs);
		*plain = higher < 0.9;
		f->confidence = 1 - higher * (1 - s->q->d->opt->confidence);
		if (higher >= s->q->d->opt->confidence || (higher < 0.3 && few.fails && whole.runs >= 3) ||
		    turn >= (higher < 0.3 ? PLAIN_RUNS : 2 * PLAIN_RUNS) || s->q->n_spoilt >= TRIES_MAX)
			break;
		rc = ask_sizes(s, turn);
	}
	return rc;
}

static bool
can_widen(const struct search *s)
{
	return s->q->victim != TESTLIST_NONE && s->q->d->keeps_order &&
	       s->n + 1 + ranges_count(&s->q->gone) < s->q->n;
}

/* Does the smallest set that showed lie among the candidates? */
static bool
kept_is_ours(const struct search *s)
{
	struct ranges all = { VEC_INIT };
	bool ours;

	set_union(&all, &s->cand, &s->fixed);
	ours = s->q->kept.v.n && set_within(&s->q->kept, &all);
	set_release(&all);
	return ours;
}

static void
undecided(struct inquiry *q, const char *why)
{
	q->f->verdict = FOUND_UNDECIDED;
	q->f->confidence = 0;
	if (q->n_spoilt)
		finding_reason(q->f, "%u runs in a row proved nothing: %s", q->n_spoilt, q->why);
	else
		finding_reason(q->f, "%s", why);
}

/* Fresh processes contradict the answer: was it the fork server's? */
static void
doubt_warm(struct search *s)
{
	struct lab *lab = s->q->d->lab;

	if (lab_warm(lab) != LAB_WARM_USED || !inquiry_void_warm(s->q))
		return;
	lab_drop_warm(lab, "what it answered does not hold in fresh processes");
	s->anew = true;
}

/* The plan's confidence and the proof's are multiplied: where that is less than was
 * asked for, both are raised, once.  *again: the plan has to ask more. */
static int
make_sure(struct search *s, struct proof *p, bool *again)
{
	double wanted = s->q->d->opt->confidence;

	if (s->surer || !p->complete || p->another || !search_stands(s) || proof_confidence(s, p) >= wanted)
		return 0;
	s->surer = true;
	wanted = 1 - (1 - wanted) / 4;
	if (s->plan && !s->reduced && !s->few) {
		plan_confidence(s->plan, wanted);
		*again = s->posterior < wanted;
	} else {
		s->posterior = wanted; /* what it stands on is the proof */
	}
	if (*again)
		return 0;
	free(p->each);
	return drive_prove(s, p);
}

/* After a proof: keeps the answer, or says that the search has to go on. */
static int
weigh(struct search *s, bool *again, bool *another)
{
	struct inquiry *q = s->q;
	struct proof p;
	int rc = drive_prove(s, &p);

	*again = *another = false;
	if (rc == 0)
		rc = make_sure(s, &p, again);
	if (rc == 0 && *again) {
		search_tell(s);
	} else if (rc == 0 && p.forks_only) {
		q->forks_lied = true;
		undecided(q, "it fails in the fork server only");
	} else if (rc == 0 && (p.contradicted || (!p.another && !search_stands(s)))) {
		*again = true;
		s->n_doubts += p.contradicted ? 2 : 1;
		if (p.contradicted)
			doubt_warm(s);
		search_tell(s);
	} else if (rc == 0 || p.exact.fails) {
		culprit_add(s, &p);
		*another = p.another;
		if (p.complete) {
			q->f->verdict = q->inverted ? FOUND_BRITTLE : FOUND_ISOLATED;
			q->f->confidence = proof_confidence(s, &p);
		} else if (rc == 0) {
			undecided(q, "the proof could not be finished");
		}
	}
	free(p.each);
	return rc;
}

/* Did a set show and not show?  Then a single answer is no fact. */
static bool
is_flaky(const struct search *s)
{
	const struct inquiry *q = s->q;
	struct ranges all = { VEC_INIT };
	struct counts whole, kept = past_exact(q, &q->kept, NULL);

	inquiry_whole(q, &all);
	whole = past_exact(q, &all, NULL);
	set_release(&all);
	return whole.fails < whole.runs || kept.fails < kept.runs || past_exact(q, &s->fixed, NULL).fails;
}

/* The plan sees no culprit, or nothing that fits: a plain flake, or a search that
 * chance has led astray? */
static int
doubt_plain(struct search *s, bool fits, bool *over)
{
	bool plain = false;
	int rc = s->not_plain ? 0 : confirm_plain(s, &plain);

	*over = rc == 0 && plain;
	if (*over)
		s->q->f->verdict = FOUND_PLAIN_FLAKE;
	if (rc < 0 || plain)
		return rc;
	search_tell(s);
	s->not_plain = true;
	if (fits && s->plan && plan_not_plain(s->plan)) {
		s->n_doubts += 2;
		return 0;
	}
	*over = s->reduced;
	if (*over)
		undecided(s->q, "the answers contradict each other: "
		                "the failure depends on something else too");
	else if (!s->second && is_flaky(s))
		s->anew = s->second = true;
	else
		s->n_doubts = DOUBTS;
	return 0;
}

/* Takes what the search gave one step further.  *over: the target is done with. */
static int
step(struct search *s, enum search_end end, bool *over, bool *another)
{
	bool again;
	int rc;

	*over = true;
	*another = false;
	if (s->q->n_spoilt >= TRIES_MAX && end == SEARCH_LOST) {
		undecided(s->q, "");
		return 0;
	}
	if (end == SEARCH_LOST && !s->second && !s->reduced && is_flaky(s)) {
		s->anew = s->second = true; /* chance has misled the plan: once more, without that */
		*over = false;
		return 0;
	}
	if (end == SEARCH_PLAIN || end == SEARCH_LOST)
		return doubt_plain(s, end == SEARCH_PLAIN && !s->reduced, over);
	rc = weigh(s, &again, another);
	*over = !again;
	return rc;
}

/* The next search after a doubt: the plan's, a wider one, or the sound one. */
static int
search_again(struct search *s, bool *wide, enum search_end *end)
{
	struct inquiry *q = s->q;

	if (s->anew) {
		bool second = s->second, not_plain = s->not_plain;
		search_close(s);
		open_search(s, q, *wide);
		s->second = second;
		s->not_plain = not_plain;
		if (not_plain && s->plan)
			plan_not_plain(s->plan);
		return search_run(s, end);
	}
	if (s->n_doubts < DOUBTS && s->n)
		return search_run(s, end);
	if (!kept_is_ours(s) && can_widen(s) && !*wide) {
		*wide = true;
		search_close(s);
		open_search(s, q, true);
		return search_run(s, end);
	}
	if (s->reduced) {
		*end = SEARCH_LOST;
		return 0;
	}
	return search_reduce(s, end);
}

static int
isolate_one(struct inquiry *q, bool *another)
{
	struct search s;
	enum search_end end = SEARCH_LOST;
	bool over = false, wide = false;
	int rc;

	*another = false;
	open_search(&s, q, false);
	if (s.n == 0 && can_widen(&s)) {
		search_close(&s);
		open_search(&s, q, wide = true);
	}
	rc = search_run(&s, &end);
	while (rc == 0) {
		rc = step(&s, end, &over, another);
		if (rc < 0 || over)
			break;
		rc = search_again(&s, &wide, &end);
	}
	if (rc == 0 && *another)
		set_join(&q->gone, &s.answer);
	search_close(&s);
	return rc;
}

int
drive_isolate(struct inquiry *q)
{
	enum finding_verdict first = FOUND_UNDECIDED;
	double confidence = 0;
	bool another;
	uint32_t n = 0;

	do {
		if (isolate_one(q, &another) < 0)
			return -1;
		if (n++ == 0) {
			first = q->f->verdict;
			confidence = q->f->confidence;
		}
		inquiry_kept(q);
	} while (another && q->d->opt->all);
	if (another)
		finding_reason(q->f, "everything without it fails too: "
		                     "another culprit is enough alone (--all finds it)");
	else if (n > 1 && q->f->verdict != first)
		finding_reason(q->f, "without the culprits named it fails still: %s",
		               finding_verdict_name(q->f->verdict));
	if (n > 1) {
		q->f->verdict = first;
		q->f->confidence = confidence;
	}
	return 0;
}
