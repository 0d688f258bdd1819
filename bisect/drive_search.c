/*
 * The search for the present target: asks the laboratory what the plan wants
 * to know, several questions at once, and tells it everything that was
 * answered, also by earlier searches and by proofs.
 */
#include "common/base.h"
#include "bisect/drive_in.h"
#include "bisect/reduce.h"
#include "bisect/stats.h"

enum {
	SPOILT_MAX = 40,      /* unresolved answers in a row that end a search */
	SEARCH_RUNS = 3000,  /* answers after which the plan is given up */
	REPEATS_MAX = 60,
	QUIET_MAX = 32,      /* answers in a row that do not show, where the smallest set shows always */
};

static void
candidates_fill(struct search *s)
{
	uint32_t k = 0, x;
	size_t i;

	s->n = ranges_count(&s->cand);
	s->place = xmalloc((s->n + 1) * sizeof(*s->place));
	for (i = 0; i < s->cand.v.n; i++)
		for (x = s->cand.v.p[i].lo; x < s->cand.v.p[i].hi; x++)
			s->place[k++] = x;
}

/* Candidates (by number) as places, with the fixed ones. */
static void
to_places(const struct search *s, const struct ranges *asked, struct ranges *out)
{
	size_t i;
	uint32_t x;

	vec_clear(&out->v);
	for (i = 0; i < asked->v.n; i++)
		for (x = asked->v.p[i].lo; x < asked->v.p[i].hi; x++)
			ranges_add(out, s->place[x], s->place[x] + 1);
	set_join(out, &s->fixed);
}

/* The first candidate at or after that place. */
static uint32_t
candidate_from(const struct search *s, uint32_t place)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (s->place[mid] < place)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The candidates of a set of places, by number. */
static void
to_candidates(const struct search *s, const struct ranges *set, struct ranges *out)
{
	size_t i;

	vec_clear(&out->v);
	for (i = 0; i < set->v.n; i++)
		ranges_add(out, candidate_from(s, set->v.p[i].lo), candidate_from(s, set->v.p[i].hi));
}

/* Expected seconds of each candidate; the caller frees. */
static double *
candidate_seconds(const struct search *s)
{
	const struct inquiry *q = s->q;
	const double *seconds = lab_seconds(q->d->lab);
	double *own = xmalloc(s->n * sizeof(*own));

	for (uint32_t i = 0; i < s->n; i++)
		own[i] = seconds[q->order[s->place[i]]];
	return own;
}

/* How suspect each candidate is; NULL: equally; the caller frees. */
static double *
candidate_suspicion(const struct search *s)
{
	const struct inquiry *q = s->q;
	double *own;

	if (q->d->suspicion == NULL)
		return NULL;
	own = xmalloc(s->n * sizeof(*own));
	for (uint32_t i = 0; i < s->n; i++)
		own[i] = q->d->suspicion[q->order[s->place[i]]];
	return own;
}

static double
startup(const struct inquiry *q)
{
	return lab_startup(q->d->lab, lab_warm(q->d->lab) == LAB_WARM_USED);
}

static struct plan *
make_plan(const struct search *s)
{
	double *own = candidate_seconds(s), *suspicion = candidate_suspicion(s);
	struct plan_config c = { .n = s->n, .seconds = own, .prior = suspicion, .startup = startup(s->q),
		                 .confidence = s->q->d->opt->confidence };
	struct plan *p = plan_new(&c);

	free(own);
	free(suspicion);
	return p;
}

/* The whole list has said what its tests take. */
static void
learn_costs(struct search *s)
{
	double *own = candidate_seconds(s);

	plan_costs(s->plan, own, startup(s->q));
	free(own);
	s->guessed = false;
}

void
search_open(struct search *s, struct inquiry *q, const struct ranges *cand,
            const struct ranges *fixed)
{
	memset(s, 0, sizeof(*s));
	s->q = q;
	s->serial = ++q->n_searches;
	set_minus(&s->cand, cand, fixed);
	set_copy(&s->fixed, fixed);
	candidates_fill(s);
	if (s->n)
		s->plan = make_plan(s);
	if (s->plan && q->ahead) {
		struct ranges all = { VEC_INIT };

		ranges_all(&all, s->n);
		plan_tell(s->plan, &all, true);
		s->assumed = q->ahead;
		s->guessed = true;
		set_release(&all);
	}
	search_tell(s);
}

void
search_close(struct search *s)
{
	if (s->q)
		s->q->plan = NULL;
	plan_free(s->plan);
	free(s->place);
	set_release(&s->cand);
	set_release(&s->fixed);
	set_release(&s->answer);
	set_release(&s->proved);
}

/* What another search asked is not told: its many borders would cut the list into more
 * segments than the plan has, and cost more than they say.  The proof counts it. */
void
search_tell(struct search *s)
{
	struct ranges mine = { VEC_INIT };
	bool shows;

	if (s->guessed && s->q->ahead == 0)
		learn_costs(s);
	for (; s->plan && s->n_told < s->q->past.n; s->n_told++) {
		const struct past *p = &s->q->past.p[s->n_told];
		if (s->assumed && p->ask == s->assumed)
			continue; /* it was told */
		if (!past_counts(s->q, p, &shows) || !set_within(&s->fixed, &p->set) ||
		    set_common(&p->set, &s->q->gone) || (p->search && p->search != s->serial))
			continue;
		to_candidates(s, &p->set, &mine);
		plan_tell(s->plan, &mine, shows);
	}
	set_release(&mine);
}

/* All that this search has asked. */
static void
cancel_all(struct search *s)
{
	struct ranges mine = { VEC_INIT };
	size_t i;

	for (i = s->q->pending.n; i-- > 0;) {
		if (s->q->pending.p[i].search != s->serial)
			continue;
		to_candidates(s, &s->q->pending.p[i].set, &mine);
		plan_drop(s->plan, &mine);
		inquiry_cancel(s->q, i);
	}
	set_release(&mine);
}

/* Ends the runs whose answers would not change much any more. */
static void
cancel_settled(struct search *s)
{
	struct ranges mine = { VEC_INIT };
	size_t i = 0;

	while (i < s->q->pending.n) {
		to_candidates(s, &s->q->pending.p[i].set, &mine);
		if (s->q->pending.p[i].search != s->serial || plan_wants(s->plan, &mine)) {
			i++;
			continue;
		}
		plan_drop(s->plan, &mine);
		inquiry_cancel(s->q, i);
	}
	set_release(&mine);
}

/* Asks until -j questions are under way or the plan has none. */
static int
ask_more(struct search *s, enum plan_state *state)
{
	uint32_t jobs = lab_jobs(s->q->d->lab);
	struct ranges mine = { VEC_INIT }, places = { VEC_INIT };
	uint64_t id;
	int rc = 0;

	*state = PLAN_ASK;
	while (rc == 0 && s->q->pending.n < jobs) {
		*state = plan_next(s->plan, &mine);
		if (*state != PLAN_ASK)
			break;
		to_places(s, &mine, &places);
		if (places.v.n == 0) { /* a run of nothing says nothing: it would not show */
			plan_tell(s->plan, &mine, false);
			continue;
		}
		rc = inquiry_ask(s->q, &places, false, s->serial, &id);
	}
	set_release(&mine);
	set_release(&places);
	return rc;
}

/* An answer that proves nothing: once it is dropped; a question that is spoilt again
 * and again counts as not showing, else the plan would ask it for ever. */
static void
spoilt(struct search *s, const struct heard *h)
{
	struct ranges mine = { VEC_INIT };

	to_candidates(s, &h->set, &mine);
	if (s->q->n_spoilt >= TRIES_MAX && s->q->n_spoilt % TRIES_MAX == 0)
		plan_tell(s->plan, &mine, false);
	else
		plan_drop(s->plan, &mine);
	set_release(&mine);
}

static bool
few_left(const struct search *s)
{
	const struct options *o = s->q->d->opt;

	return o->max_tests > 1 && s->q->kept.v.n && set_within(&s->fixed, &s->q->kept) &&
	       ranges_count(&s->q->kept) <= o->max_tests;
}

static void
take_answer(struct search *s)
{
	struct positions at = { VEC_INIT };
	size_t i;

	s->posterior = plan_answer(s->plan, &at);
	vec_clear(&s->answer.v);
	for (i = 0; i < at.v.n; i++)
		ranges_add(&s->answer, s->place[at.v.p[i]], s->place[at.v.p[i]] + 1);
	vec_release(&at.v);
}

bool
search_stands(struct search *s)
{
	struct ranges before = { VEC_INIT };
	bool same;

	if (s->reduced || s->few)
		return true;
	set_copy(&before, &s->answer);
	search_tell(s);
	take_answer(s);
	same = set_equal(&before, &s->answer) && s->posterior >= s->q->d->opt->confidence;
	set_release(&before);
	return same;
}

static enum search_end
search_result(struct search *s, enum plan_state state)
{
	if (state == PLAN_STUCK)
		return SEARCH_LOST;
	take_answer(s);
	return state == PLAN_PLAIN || s->answer.v.n == 0 ? SEARCH_PLAIN : SEARCH_FOUND;
}

/* The kept set without the fixed places becomes the answer. */
static void
take_kept(struct search *s)
{
	set_minus(&s->answer, &s->q->kept, &s->fixed);
	s->posterior = s->q->d->opt->confidence;
	s->few = true;
}

/* Nothing showed for long: if the smallest set that showed shows twice more, more tests are
 * needed than the plan can think of, and the sound way is the faster one. */
static int
needs_many(struct search *s, bool *many)
{
	struct ranges kept = { VEC_INIT };
	enum verdict v = VERDICT_FAIL;
	struct counts c;
	unsigned i;
	int rc = 0;

	*many = false;
	if (s->steady_asked || s->q->kept.v.n == 0 || !set_within(&s->fixed, &s->q->kept))
		return 0;
	s->steady_asked = true;
	set_copy(&kept, &s->q->kept);
	for (i = 0; rc == 0 && i < 2; i++)
		rc = inquiry_once(s->q, &kept, false, &v);
	c = past_exact(s->q, &kept, NULL);
	set_release(&kept);
	*many = rc == 0 && c.fails == c.runs && c.runs >= 3;
	if (*many)
		s->not_plain = true;
	return rc;
}

int
search_run(struct search *s, enum search_end *out)
{
	struct inquiry *q = s->q;
	enum plan_state state;
	struct heard h;
	uint32_t n, n_quiet = 0;
	bool many;

	*out = SEARCH_LOST;
	if (s->n == 0) {
		*out = SEARCH_PLAIN;
		return 0;
	}
	q->phase = "search";
	q->plan = s->plan;
	for (n = 0; n < SEARCH_RUNS && q->n_spoilt < SPOILT_MAX; n++) {
		if (ask_more(s, &state) < 0)
			return -1;
		if (state != PLAN_ASK) {
			cancel_all(s);
			*out = search_result(s, state);
			return 0;
		}
		if (inquiry_hear(q, &h) < 0)
			return -1;
		if (h.verdict == VERDICT_UNRESOLVED)
			spoilt(s, &h);
		else
			n_quiet = (h.verdict == VERDICT_FAIL) != q->inverted ? 0 : n_quiet + 1;
		set_release(&h.set);
		search_tell(s);
		if (few_left(s)) {
			cancel_all(s);
			take_kept(s);
			*out = SEARCH_FEW;
			return 0;
		}
		if (n_quiet >= QUIET_MAX && !s->steady_asked) {
			cancel_all(s);
			if (needs_many(s, &many) < 0)
				return -1;
			search_tell(s);
			if (many)
				return 0;
		}
		cancel_settled(s);
	}
	cancel_all(s);
	return 0;
}

void
search_control(const struct search *s, uint32_t k, uint32_t turn, struct ranges *out)
{
	uint32_t taken = 0, i;
	struct ranges one = { VEC_INIT };

	set_copy(out, &s->fixed);
	if (out->v.n)
		return;
	for (i = 0; taken < k && i < 8 * k + 64; i++) {
		uint32_t x = s->place[(turn * 97 + i + 1) * 2654435769u % s->n];
		if (ranges_has(&s->answer, x) || ranges_has(out, x))
			continue;
		set_one(&one, x);
		set_join(out, &one);
		taken++;
	}
	set_release(&one);
}

/* How many passes keep a piece: from how often sets that showed do so. */
static uint32_t
reduce_repeats(const struct search *s)
{
	struct counts c = { 0, 0 };
	struct ranges core = { VEC_INIT };
	uint32_t n;
	bool shows;
	size_t i;

	set_copy(&core, &s->q->kept);
	for (i = 0; i < s->q->past.n; i++) {
		const struct past *p = &s->q->past.p[i];
		if (past_counts(s->q, p, &shows) && set_within(&core, &p->set)) {
			c.runs++;
			c.fails += shows;
		}
	}
	set_release(&core);
	if (c.fails == c.runs)
		return c.runs >= 4 ? 1 : 2;
	n = stats_runs_below((double)c.fails / c.runs, 0.99);
	return n < REPEATS_MAX ? n : REPEATS_MAX;
}

/* Does the victim alone show as often as the kept set?  Once by chance is not enough. */
static bool
alone_shows(const struct search *s)
{
	struct counts alone = past_exact(s->q, &s->fixed, NULL);
	struct counts kept = past_exact(s->q, &s->q->kept, NULL);

	return alone.fails && stats_higher(kept.fails, kept.runs, alone.fails, alone.runs) < 0.9;
}

/* One question of the fall-back; a set that was seen showing is not asked again. */
static int
reduce_ask(struct search *s, const struct ranges *mine, bool *shows)
{
	struct ranges places = { VEC_INIT };
	enum verdict v = VERDICT_PASS;
	int rc = 0;

	to_places(s, mine, &places);
	*shows = false;
	if (places.v.n) {
		bool alone = set_equal(&places, &s->fixed);
		*shows = alone ? alone_shows(s) : past_exact(s->q, &places, NULL).fails > 0;
		if (!*shows && !(alone && past_exact(s->q, &places, NULL).runs)) {
			rc = inquiry_once(s->q, &places, false, &v);
			*shows = v != VERDICT_UNRESOLVED && (v == VERDICT_FAIL) != s->q->inverted;
		}
	}
	set_release(&places);
	return rc;
}

int
search_reduce(struct search *s, enum search_end *out)
{
	struct ranges kept = { VEC_INIT }, mine = { VEC_INIT };
	struct reduce_config c = { &kept, reduce_repeats(s) };
	struct reduce *r;
	bool shows;
	int rc = 0;

	*out = SEARCH_LOST;
	if (s->q->kept.v.n == 0)
		return 0;
	s->q->phase = "search";
	s->q->plan = NULL;
	s->reduced = true;
	to_candidates(s, &s->q->kept, &kept);
	r = reduce_new(&c);
	while (rc == 0 && !few_left(s) && reduce_next(r, &mine)) {
		rc = reduce_ask(s, &mine, &shows);
		if (rc == 0)
			reduce_tell(r, shows);
		s->q->n_open = ranges_count(reduce_kept(r));
	}
	if (rc == 0) {
		to_places(s, reduce_kept(r), &kept);
		set_minus(&s->answer, &kept, &s->fixed);
		s->posterior = s->q->d->opt->confidence;
		s->few = few_left(s);
		*out = s->answer.v.n == 0 ? SEARCH_PLAIN : s->few ? SEARCH_FEW : SEARCH_FOUND;
	}
	reduce_free(r);
	set_release(&kept);
	set_release(&mine);
	return rc;
}
