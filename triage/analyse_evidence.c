/*
 * The classes of evidence in the current segment, and which messages its
 * failures have.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

#include <stdlib.h>

/* ---- classes ---- */

/* What is seen of the failures at a place. */
struct failed_place { uint32_t fails; bool returned; };

/* Passes and failures at one place of one track: same source, same builder. */
static void
same_source(const struct track *t, uint32_t from, struct evidence_counts *out)
{
	uint32_t k = first_fail(t, from), begin, end;

	while (k < t->n_fails) {
		uint32_t n = 0, flips = 0, fails = 0;

		for (begin = t->fails[k]; begin > from && t->p[begin - 1].place == t->p[begin].place; begin--)
			;
		for (end = begin; end < t->n && t->p[end].place == t->p[begin].place; end++)
			;
		for (; k < t->n_fails && t->fails[k] < end; k++) {
			n++;
			fails += t->p[t->fails[k]].cell == CELL_FAIL;
			flips += t->p[t->fails[k]].cell == CELL_FLIP;
		}
		out->same_source += flips + (end - begin > n ? fails : 0);
	}
}

static void
count_places(const struct track *t, uint32_t from, struct failed_place *places)
{
	for (uint32_t k = first_fail(t, from); k < t->n_fails; k++)
		places[t->p[t->fails[k]].place].fails++;
}

/* Failures in a row that begin after a pass and end before one: how many; marked where they
 * begin, unless places is NULL. */
static uint64_t
sandwiched(const struct track *t, uint32_t from, struct failed_place *places)
{
	uint32_t k = first_fail(t, from), begin, end;
	uint64_t n = 0;

	while (k < t->n_fails) {
		begin = end = t->fails[k];
		while (k < t->n_fails && t->fails[k] == end && t->p[end].cell == CELL_FAIL) {
			k++;
			end++;
		}
		if (end == begin) {
			k++; /* another kind of failure */
		} else if (end < t->n && begin > 0 && !cell_fails(t->p[begin - 1].cell)) {
			n++;
			if (places)
				places[t->p[begin].place].returned = true;
		}
	}
	return n;
}

static uint64_t
tail(const struct track *t, uint32_t from)
{
	uint32_t n = t->n;

	while (n > from && t->p[n - 1].cell == CELL_FAIL)
		n--;
	return t->n - n;
}

/* Several tracks put together: what failed where others passed, and what came back between
 * passes; that all builders fail at a place is the commit's fault. */
static void
together(const struct branch *b, uint32_t begin, const struct failed_place *places, struct evidence_counts *out)
{
	for (uint32_t c = begin; c < b->n_places; c++) {
		bool passes = places[c].fails && b->sights_at[c] > places[c].fails;

		out->other_builder += passes ? places[c].fails : 0;
		out->sandwiched += places[c].returned && (passes || places[c].fails == 1);
	}
}

void
evidence_count(const struct think *t, struct evidence_counts *out)
{
	struct failed_place *places = NULL; /* only several tracks have to be put together */
	uint32_t begin = branch_begin(t->s.of, t->now);
	uint64_t alone = 0;

	*out = (struct evidence_counts){ 0 };
	if (t->s.n_tracks > 1)
		places = xcalloc((size_t)t->s.of->n_places + 1, sizeof(*places));
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		const struct track *k = &t->s.tracks[i];
		uint32_t from = first_at(k, begin);
		uint64_t row = tail(k, from);

		out->rerun_passes += sights_count(k, from, k->n).rerun_passes;
		same_source(k, from, out);
		alone += sandwiched(k, from, places);
		if (places)
			count_places(k, from, places);
		out->tail_fails = row > out->tail_fails ? row : out->tail_fails;
	}
	if (places)
		together(t->s.of, begin, places, out);
	else
		out->sandwiched = alone;
	free(places);
}

/* ---- messages ---- */

/* Calls each for the failures of the scope that are evidence at places from low to high - 1. */
static void
each_failure(const struct think *t, uint32_t low, uint32_t high,
             void (*each)(void *data, const struct lane *l, const struct event *x), void *data)
{
	for (uint32_t i = 0; i < t->s.n_tracks; i++) {
		const struct stream *s = t->s.tracks[i].stream;

		for (uint32_t k = 0; k < s->n_events; k++) {
			const struct lane_build *b = &s->lane->builds[s->events[k].at];

			if (cell_fails(s->events[k].cell) && b->commit >= low && b->commit < high &&
			    build_counts(b) && build_seen(b, t->o->until))
				each(data, s->lane, &s->events[k]);
		}
	}
}

struct matching {
	const struct think *t;
	uint64_t all, *of_rule, last_message, last_rule;
	const struct lane *last_lane;
};

static void
match(void *data, const struct lane *l, const struct event *x)
{
	struct matching *m = data;
	const struct known_set *k = m->t->o->known;
	struct message_words w = { 0 };
	struct known_failure f = { .test = m->t->test->name, .older = m->t->test->older,
	                           .n_older = m->t->test->n_older };
	size_t i;

	m->all++;
	if (m->last_lane != l || m->last_message != x->message) {
		f.builder = m->t->view->builders.texts.p[l->builder];
		f.branch = m->t->view->branches.texts.p[l->branch];
		if (x->message && m->t->o->words && m->t->o->words->get(m->t->o->words->data, x->message, &w)) {
			f.message = w.example;
			f.details = w.details;
		}
		for (i = 0; i < known_count(k) && !known_matches(k, i, &f); i++)
			;
		m->last_lane = l;
		m->last_message = x->message;
		m->last_rule = i;
	}
	if (m->last_rule < known_count(k))
		m->of_rule[m->last_rule]++;
}

const struct known *
known_of(const struct think *t)
{
	struct matching m = { .t = t };
	const struct known *best = NULL;
	uint64_t sum = 0, most = 0;
	size_t n = t->o->known ? known_count(t->o->known) : 0;

	if (n == 0)
		return NULL;
	m.of_rule = xcalloc(n, sizeof(*m.of_rule));
	each_failure(t, branch_begin(t->s.of, t->now), t->s.of->n_places, match, &m);
	for (size_t i = 0; i < n; i++) {
		sum += m.of_rule[i];
		if (m.of_rule[i] > most) {
			most = m.of_rule[i];
			best = known_at(t->o->known, i);
		}
	}
	free(m.of_rule);
	return sum * 10 >= m.all * 9 ? best : NULL;
}

struct hashes { const struct think *t; VEC(uint64_t) all; bool unknown; };

static void
add_hash(void *data, const struct lane *l UNUSED, const struct event *x)
{
	struct hashes *h = data;
	struct message_words w;

	if (x->message == 0 || !h->t->o->words || !h->t->o->words->get(h->t->o->words->data, x->message, &w) ||
	    w.generic)
		h->unknown = true;
	else if (h->all.n == 0 || h->all.p[h->all.n - 1] != w.hash)
		vec_push(&h->all, w.hash);
}

static int
compare_hashes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

enum alike
failures_alike(const struct think *t, uint32_t before, uint32_t from)
{
	struct hashes old = { .t = t }, now = { .t = t };
	enum alike alike;
	bool same = false;

	each_failure(t, 0, before, add_hash, &old);
	each_failure(t, from, t->s.of->n_places, add_hash, &now);
	if (old.all.n)
		qsort(old.all.p, old.all.n, sizeof(*old.all.p), compare_hashes);
	for (size_t i = 0; i < now.all.n && old.all.n && !same; i++)
		same = bsearch(&now.all.p[i], old.all.p, old.all.n, sizeof(*old.all.p), compare_hashes);
	alike = same ? ALIKE_YES : old.unknown || now.unknown ? ALIKE_MAYBE : ALIKE_NO;
	vec_release(&old.all);
	vec_release(&now.all);
	return alike;
}
