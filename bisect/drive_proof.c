/*
 * The proof of an answer, in fresh processes: it shows again (sufficient),
 * everything without it does not (necessary), nor does it without each of its
 * tests (minimal).  How often is a question of the rates seen, never a fixed
 * number: a deterministic answer takes one run each, and what the search already
 * knows is not asked again.
 *
 * Where sets without the answer showed too, either by chance or because
 * another culprit is enough alone, the answer's rate is compared with
 * that of small innocent sets; only a higher one convicts.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/stats.h"

enum {
	ASKS_MAX = 400,  /* questions of one proof */
	EXACT_MAX = 40,  /* of the answer by itself when it is compared */
	REST_MAX = 12,   /* of everything without it, once one showed */
	EACH_MAX = 24,   /* of one set without one test, once one showed */
	SHOWN = 3,       /* a search in which the answer showed less often wants it twice more */
};
#define CONVICT 0.9 /* evidence of the proof by itself, on top of the search's confidence */
/* Of another culprit among the rest, before any run without this one: where all are
 * asked for there are often several. */
#define ANOTHER_PRIOR 0.1
#define ANOTHER_PRIOR_ALL 0.5

struct tally {
	struct counts with;   /* runs with all of the answer */
	struct counts exact;  /* of nothing else */
	struct counts proof;  /* of these, asked by this proof: the search did not choose by them */
	struct counts lack;   /* runs without at least one of it */
	struct counts small;  /* of these, small ones */
	struct counts control; /* of these, asked by this proof */
	struct counts rest;   /* of everything without all of it */
	struct counts rest_fresh;
	double left_over;     /* chance that the rest holds another culprit */
};

static void
count(struct counts *c, bool shows)
{
	c->runs++;
	c->fails += shows;
}

/* The rate of the answer: Jeffreys' estimate, a little under 1 where it always showed. */
static double
rate_of(const struct tally *t)
{
	return (t->with.fails + 0.5) / (t->with.runs + 1.0);
}

/* The same without this proof's own runs of the answer, which are held against it. */
static double
rate_before(const struct tally *t)
{
	return (t->with.fails - t->proof.fails + 0.5) / (t->with.runs - t->proof.runs + 1.0);
}

/* What a run says that holds the fixed places and nothing that is gone. */
static void
tally_past(const struct search *s, const struct past *p, bool shows, struct tally *t)
{
	uint32_t n_answer = ranges_count(&s->answer), size = ranges_count(&p->set);
	uint32_t held = set_common(&s->answer, &p->set), fixed = ranges_count(&s->fixed);
	uint32_t cand = set_common(&s->cand, &p->set);
	uint32_t little = n_answer + 2 > s->n / 64 ? n_answer + 2 : s->n / 64;

	if (held == n_answer) {
		count(&t->with, shows);
		if (size != n_answer + fixed)
			return;
		count(&t->exact, shows);
		if (p >= s->q->past.p + s->n_before_proof)
			count(&t->proof, shows);
		return;
	}
	count(&t->lack, shows);
	if (cand <= little)
		count(&t->small, shows);
	if (cand <= little && p >= s->q->past.p + s->n_before_proof)
		count(&t->control, shows);
	if (held == 0 && cand == s->n - n_answer) {
		count(&t->rest, shows);
		if (p->fresh)
			count(&t->rest_fresh, shows);
	}
}

static void
tally_all(const struct search *s, struct tally *t)
{
	const struct inquiry *q = s->q;
	uint32_t n_rest = s->n - ranges_count(&s->answer);
	double rate, odds = q->d->opt->all ? ANOTHER_PRIOR_ALL : ANOTHER_PRIOR;
	bool shows;
	size_t i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < q->past.n; i++) {
		const struct past *p = &q->past.p[i];
		if (past_counts(q, p, &shows) && set_within(&s->fixed, &p->set) &&
		    set_common(&p->set, &q->gone) == 0)
			tally_past(s, p, shows, t);
	}
	rate = rate_of(t);
	for (i = 0; i < q->past.n && n_rest; i++) {
		const struct past *p = &q->past.p[i];
		if (past_counts(q, p, &shows) && !shows && set_within(&s->fixed, &p->set) &&
		    set_common(&p->set, &q->gone) == 0 && !set_within(&s->answer, &p->set))
			odds *= 1 - rate * (set_common(&s->cand, &p->set) - set_common(&s->answer, &p->set)) /
			                n_rest;
	}
	t->left_over = n_rest ? odds : 0;
}

/* The answer and the fixed places, without place x (UINT32_MAX: with all). */
static void
answer_set(const struct search *s, uint32_t x, struct ranges *out)
{
	struct ranges one = { VEC_INIT }, less = { VEC_INIT };

	set_one(&one, x == UINT32_MAX ? 0 : x);
	set_minus(&less, &s->answer, x == UINT32_MAX ? &(struct ranges){ VEC_INIT } : &one);
	set_union(out, &less, &s->fixed);
	set_release(&one);
	set_release(&less);
}

/* Everything without the answer: up to the last place that can matter, all of it where
 * other tests' failing is to be learnt from the same run. */
static void
rest_set(const struct search *s, bool whole, struct ranges *out)
{
	struct ranges all = { VEC_INIT };

	if (whole)
		inquiry_whole(s->q, &all);
	else
		set_union(&all, &s->cand, &s->fixed);
	set_minus(out, &all, &s->answer);
	set_release(&all);
}

/* Runs of the answer's set without the one at place x: exactly, and how many larger
 * ones that lack it did not show. */
static struct counts
each_counts(const struct search *s, uint32_t x, uint32_t *n_quiet)
{
	struct ranges less = { VEC_INIT };
	struct counts c;
	bool shows;
	size_t i;

	answer_set(s, x, &less);
	c = past_exact(s->q, &less, NULL);
	*n_quiet = 0;
	for (i = 0; i < s->q->past.n; i++) {
		const struct past *p = &s->q->past.p[i];
		if (past_counts(s->q, p, &shows) && !shows && set_within(&less, &p->set) &&
		    !ranges_has(&p->set, x))
			++*n_quiet;
	}
	set_release(&less);
	return c;
}

/* What is to be asked next, from what is known now. */
struct round {
	VEC(struct question) ask;
	struct search *s;
	struct proof *out;
	struct tally t;
	uint32_t n_asked;
};

static struct ranges *
round_add(struct round *r)
{
	vec_push(&r->ask, ((struct question){ .fresh = true }));
	return &r->ask.p[r->ask.n - 1].set;
}

/* How often the answer must show in this proof: once where a search for a victim saw it
 * fail every time, and nothing else. */
static uint32_t
fails_wanted(const struct tally *t, bool nameless)
{
	bool always = t->with.fails == t->with.runs && t->lack.fails == 0;

	return !nameless && always && t->with.fails - t->proof.fails >= SHOWN ? 1 : 2;
}

/* It showed in half of the runs of the search or more, and in none of this proof's. */
static bool
shows_in_forks_only(const struct round *r)
{
	const struct tally *t = &r->t;

	return lab_warm(r->s->q->d->lab) == LAB_WARM_USED && t->proof.fails == 0 &&
	       rate_before(t) >= 0.5;
}

/* Sufficient: does the answer by itself show, and more often than innocent sets?
 * Where everything without it shows now and then too, only what this proof asked counts:
 * of a plain flake the search may have found the one set that looks guilty. */
static void
round_exact(struct round *r)
{
	const struct tally *t = &r->t;
	double confidence = r->s->q->d->opt->confidence, rate = rate_before(t);
	bool noisy = t->lack.fails > 0, doubtful = t->rest.fails > 0 && t->rest.fails < t->rest.runs;
	uint32_t limit = stats_runs_below(rate < 0.9 ? rate * 0.8 : 0.7, confidence);
	bool nameless = r->s->fixed.v.n == 0; /* no victim that was seen passing alone */
	bool done = t->proof.fails >= fails_wanted(t, nameless);
	const struct counts *innocent = doubtful ? &t->control : &t->small;

	if (noisy && done)
		done = stats_higher(t->proof.fails, t->proof.runs, innocent->fails, innocent->runs) >=
		       (doubtful || nameless ? confidence : CONVICT);
	if (done)
		return;
	if (t->proof.runs >= limit && (t->proof.fails == 0 || t->proof.runs >= EXACT_MAX)) {
		r->out->contradicted = true;
		r->out->forks_only = shows_in_forks_only(r);
		return;
	}
	answer_set(r->s, UINT32_MAX, round_add(r));
	if (noisy && innocent->runs < 2 * t->proof.runs + 4 && r->s->n > 2 * ranges_count(&r->s->answer))
		search_control(r->s, ranges_count(&r->s->answer), r->n_asked, round_add(r));
}

/* Necessary: everything without it does not show, or there is another culprit. */
static void
round_rest(struct round *r, bool whole)
{
	const struct tally *t = &r->t;
	double confidence = r->s->q->d->opt->confidence;
	struct ranges set = { VEC_INIT };

	rest_set(r->s, whole, &set);
	if (set.v.n == 0)
		goto out;
	if (t->rest.fails) {
		if (t->rest.fails == t->rest.runs && t->with.fails == t->with.runs) {
			r->out->another = true;
			goto out;
		}
		if (stats_higher(t->with.fails, t->with.runs, t->rest.fails, t->rest.runs) >= confidence)
			goto out;
		if (t->rest.runs >= REST_MAX) {
			r->out->another = true;
			goto out;
		}
	} else if (t->rest_fresh.runs && t->left_over <= (1 - confidence) / (r->s->surer ? 4 : 1)) {
		goto out;
	}
	set_copy(round_add(r), &set);
out:
	set_release(&set);
}

/* Minimal: without the test at place x it does not show. */
static void
round_each(struct round *r, uint32_t x, struct counts *c)
{
	double confidence = r->s->q->d->opt->confidence, rate = rate_of(&r->t), doubt = ANOTHER_PRIOR;
	const struct counts *with = &r->t.with;
	struct ranges less = { VEC_INIT };
	uint32_t quiet, i;

	answer_set(r->s, x, &less);
	*c = each_counts(r->s, x, &quiet);
	for (i = 0; i < quiet && doubt > 1e-6; i++)
		doubt *= 1 - rate;
	if (less.v.n == 0)
		goto out;
	if (c->fails) {
		double higher = stats_higher(with->fails, with->runs, c->fails, c->runs);
		if (higher >= CONVICT)
			goto out;
		if (c->runs >= EACH_MAX || (c->runs >= 3 && c->fails == c->runs)) {
			r->out->contradicted = higher < 0.5;
			goto out;
		}
	} else if (c->runs && doubt <= 1 - confidence) {
		goto out;
	}
	set_copy(round_add(r), &less);
out:
	set_release(&less);
}

static int
round_run(struct round *r)
{
	size_t i;
	int rc = r->ask.n ? inquiry_batch(r->s->q, r->ask.p, r->ask.n) : 0;

	r->n_asked += (uint32_t)r->ask.n;
	for (i = 0; i < r->ask.n; i++)
		set_release(&r->ask.p[i].set);
	return rc;
}

/* One round of questions; *more says that some were asked. */
static int
prove_round(struct round *r, bool whole, bool *more)
{
	struct search *s = r->s;
	uint32_t i = 0, x;
	size_t j;

	vec_clear(&r->ask);
	tally_all(s, &r->t);
	r->out->contradicted = false;
	round_exact(r);
	if (!r->out->contradicted) {
		round_rest(r, whole);
		for (j = 0; !s->few && j < s->answer.v.n; j++)
			for (x = s->answer.v.p[j].lo; x < s->answer.v.p[j].hi; x++)
				round_each(r, x, &r->out->each[i++]);
	}
	if (r->out->contradicted) {
		for (j = 0; j < r->ask.n; j++)
			set_release(&r->ask.p[j].set);
		*more = false;
		return 0;
	}
	*more = r->ask.n > 0;
	return round_run(r);
}

/* Does any test but the victim fail in the baseline? */
static bool
others_fail(const struct inquiry *q)
{
	size_t i;

	for (i = 0; i < q->past.n; i++)
		if (q->past.p[i].stage == q->stage && ranges_count(&q->past.p[i].set) == q->n)
			if (q->past.p[i].n_failed > 1)
				return true;
	return false;
}

int
drive_prove(struct search *s, struct proof *out)
{
	struct round r = { .s = s, .out = out };
	bool more = true, whole = s->q->victim != TESTLIST_NONE && others_fail(s->q);
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->each = xcalloc(ranges_count(&s->answer) + 1, sizeof(*out->each));
	if (!set_equal(&s->answer, &s->proved)) {
		set_copy(&s->proved, &s->answer);
		s->n_before_proof = s->q->past.n;
	}
	s->q->phase = "proof";
	s->q->plan = NULL;
	while (rc == 0 && more && r.n_asked < ASKS_MAX && s->q->n_spoilt < 4 * TRIES_MAX)
		rc = prove_round(&r, whole, &more);
	vec_release(&r.ask);
	tally_all(s, &r.t);
	out->exact = r.t.exact;
	out->rest = r.t.lack;
	out->left_over = r.t.left_over;
	out->minimal = rc == 0 && !more && !out->contradicted && !s->few;
	out->complete = rc == 0 && !more && !out->contradicted;
	return rc;
}
