/*
 * The next question.  For a commit x that is asked now, with p the posterior,
 * q_c and r_c the mean rates if c is the one and h the binary entropy,
 *
 *	P(new) = sum over c of p_c q_c + W1(x),   W1(x) = sum over ancestors p_c (r_c - q_c)
 *	information = h(P(new)) - (sum over c of p_c h(q_c) + W2(x)),
 *	                                          W2(x) = sum over ancestors p_c (h(r_c) - h(q_c))
 *
 * so that only two sums over the ancestors of each x are needed.  Along single
 * parents they are running sums; at a merge, ancestors are counted once by sets
 * of bits, one a commit that carries mass (an atom).  Where more commits carry
 * mass than there is room for, atoms stand for equal shares of it (systematic
 * sampling), and the best few questions are then computed exactly.
 */
#include "common/base.h"
#include "bisect/hunt_in.h"

#include <math.h>
#include <stdlib.h>

#include "bisect/stats.h"

enum {
	NONE = UINT32_MAX,
	ATOMS_MAX = 4096, ATOMS_MIN = 512,
	BITS_BYTES = 16 << 20, /* of all sets together, roughly */
	CLOSER = 8,            /* questions computed exactly after sampling */
	SCENES = 8,            /* ways that pending questions may end, looked at */
	PENDING_EXACT = 3,     /* 2^3 = SCENES */
};

static const uint64_t NO_QUESTION = UINT64_MAX;
static const double too_little = 2e-5; /* bits: nothing more can be learnt */

void
asking_init(struct hunt *h)
{
	size_t atoms = ATOMS_MAX;

	h->w1 = xcalloc(h->n, sizeof(*h->w1));
	h->w2 = xcalloc(h->n, sizeof(*h->w2));
	h->gain = xcalloc(h->n, sizeof(*h->gain));
	h->scene = xcalloc(h->n, sizeof(*h->scene));
	if (h->graph->n_merges == 0)
		return;
	while (atoms > ATOMS_MIN && atoms / 8 * h->n > BITS_BYTES)
		atoms /= 2;
	if (atoms > h->n)
		atoms = h->n;
	h->words = (uint32_t)((atoms + 63) / 64);
	h->bits = xcalloc((size_t)h->n * h->words, sizeof(*h->bits));
	h->atom_of = xcalloc(h->n, sizeof(*h->atom_of));
}

void
asking_release(struct hunt *h)
{
	free(h->w1);
	free(h->w2);
	free(h->gain);
	free(h->scene);
	free(h->bits);
	free(h->atom_of);
}

/* ---- sums over ancestors ---- */

/* What a commit with mass p adds to both sums of all that have it in their history. */
struct share { double w1, w2; };

static struct share
share_of(const struct hunt *h, uint32_t c, double p)
{
	const struct class *k = &h->classes.p[h->class_of[c]];

	return (struct share){ p * k->w1, p * k->w2 };
}

static void
sum_linear(struct hunt *h, const double *p)
{
	const uint32_t *parents;
	struct share s;

	for (uint32_t x = 0; x < h->n; x++) {
		s = share_of(h, x, p[x]);
		h->w1[x] = s.w1;
		h->w2[x] = s.w2;
		if (graph_parents(h->graph, x, &parents)) {
			h->w1[x] += h->w1[parents[0]];
			h->w2[x] += h->w2[parents[0]];
		}
	}
}

/* The atoms: all commits with mass where there is room, else shares.  Fills atom_of and
 * atoms ([words * 64]); returns their number, *sampled says which. */
static uint32_t
choose_atoms(struct hunt *h, const double *p, struct share *atoms, bool *sampled)
{
	uint32_t room = h->words * 64, n = 0, c;
	double total = 0, step, next;

	for (c = 0; c < h->n; c++) {
		n += p[c] > 1e-12;
		total += p[c];
	}
	*sampled = n > room;
	step = total / room;
	next = step / 2;
	total = 0;
	for (c = 0, n = 0; c < h->n; c++) {
		double mass = 0;

		h->atom_of[c] = NONE;
		total += p[c];
		if (!*sampled && p[c] > 1e-12)
			mass = p[c];
		for (; *sampled && next < total; next += step)
			mass += step;
		if (mass > 0 && n < room) {
			atoms[n] = share_of(h, c, mass);
			h->atom_of[c] = n++;
		}
	}
	return n;
}

static void
sum_bits(const struct hunt *h, const uint64_t *bits, const struct share *atoms, uint32_t x)
{
	double w1 = 0, w2 = 0;

	for (uint32_t i = 0; i < h->words; i++) {
		for (uint64_t word = bits[i]; word; word &= word - 1) {
			const struct share *s = &atoms[i * 64 + (uint32_t)__builtin_ctzll(word)];

			w1 += s->w1;
			w2 += s->w2;
		}
	}
	h->w1[x] = w1;
	h->w2[x] = w2;
}

static void
sum_node(struct hunt *h, const struct share *atoms, uint32_t x)
{
	uint64_t *bits = h->bits + (size_t)x * h->words;
	const uint32_t *parents;
	size_t n = graph_parents(h->graph, x, &parents);

	h->w1[x] = h->w2[x] = 0;
	if (n == 0)
		memset(bits, 0, h->words * sizeof(*bits));
	else
		memcpy(bits, h->bits + (size_t)parents[0] * h->words, h->words * sizeof(*bits));
	for (size_t i = 1; i < n; i++) {
		const uint64_t *other = h->bits + (size_t)parents[i] * h->words;

		for (uint32_t k = 0; k < h->words; k++)
			bits[k] |= other[k];
	}
	if (n > 1) {
		sum_bits(h, bits, atoms, x);
	} else if (n == 1) {
		h->w1[x] = h->w1[parents[0]];
		h->w2[x] = h->w2[parents[0]];
	}
	if (h->atom_of[x] != NONE) {
		bits[h->atom_of[x] / 64] |= UINT64_C(1) << (h->atom_of[x] % 64);
		h->w1[x] += atoms[h->atom_of[x]].w1;
		h->w2[x] += atoms[h->atom_of[x]].w2;
	}
}

/* Fills w1 and w2 for all; true: they are exact. */
static bool
sum_ancestors(struct hunt *h, const double *p)
{
	struct share *atoms;
	bool sampled;

	if (h->bits == NULL) {
		sum_linear(h, p);
		return true;
	}
	atoms = xcalloc((size_t)h->words * 64, sizeof(*atoms));
	choose_atoms(h, p, atoms, &sampled);
	for (uint32_t x = 0; x < h->n; x++)
		sum_node(h, atoms, x);
	free(atoms);
	return !sampled;
}

/* The same for one commit, exactly. */
static void
sum_exactly(struct hunt *h, const double *p, uint32_t x)
{
	double w1 = 0, w2 = 0;

	graph_mark(h->graph, x, h->mark);
	for (uint32_t c = 0; c <= x; c++) {
		struct share s;

		if (!h->mark[c] || p[c] == 0)
			continue;
		s = share_of(h, c, p[c]);
		w1 += s.w1;
		w2 += s.w2;
	}
	h->w1[x] = w1;
	h->w2[x] = w2;
}

/* ---- information ---- */

/* What does not depend on the question. */
struct ground { double new, entropy; };

static struct ground
ground_of(const struct hunt *h, const double *p, double same)
{
	struct ground g = { same * h->same_rate, same * stats_entropy(h->same_rate) };

	for (uint32_t c = 0; c < h->n; c++) {
		const struct class *k = &h->classes.p[h->class_of[c]];

		if (p[c] > 0) {
			g.new += p[c] * k->q;
			g.entropy += p[c] * k->h_q;
		}
	}
	return g;
}

static double
information(const struct hunt *h, const struct ground *g, uint32_t x)
{
	double bits = stats_entropy(g->new + h->w1[x]) - g->entropy - h->w2[x];

	return bits > 0 ? bits : 0;
}

/* Adds weight times the information of each question under the posterior p. */
static bool
add_gains(struct hunt *h, const double *p, double same, double weight)
{
	struct ground g = ground_of(h, p, same);
	bool exact = sum_ancestors(h, p);

	for (uint32_t x = 0; x < h->n; x++)
		h->gain[x] += weight * information(h, &g, x);
	h->old_gain += weight * (stats_entropy(g.new) - g.entropy);
	return exact;
}

/* ---- pending questions ---- */

static double
chance(const struct hunt *h, uint32_t c, bool marked, bool is_new)
{
	const struct class *k = &h->classes.p[h->class_of[c]];
	double p = marked ? k->r : k->q;

	return is_new ? p : 1 - p;
}

/* Makes scene the (unnormalised) posterior if the pending ones end as the bits of `ends`
 * say; returns its sum, *same gets that of "no such commit". */
static double
imagine(struct hunt *h, const struct hunt_now *now, size_t n, unsigned ends, double *same)
{
	double sum = 0;

	memcpy(h->scene, h->post, h->n * sizeof(*h->scene));
	*same = h->post_same;
	for (size_t i = 0; i < n; i++) {
		bool is_new = ends >> i & 1;

		hunt_mark(h, now->pending[i]);
		for (uint32_t c = 0; c < h->n; c++) {
			if (h->scene[c] > 0)
				h->scene[c] *= chance(h, c, h->mark[c], is_new);
		}
		*same *= is_new ? h->same_rate : 1 - h->same_rate;
	}
	for (uint32_t c = 0; c < h->n; c++)
		sum += h->scene[c];
	return sum + *same;
}

static bool
add_scene(struct hunt *h, const struct hunt_now *now, size_t n, unsigned ends, double weight)
{
	double same, sum = imagine(h, now, n, ends, &same);

	if (sum <= 1e-9)
		return true;
	for (uint32_t c = 0; c < h->n; c++)
		h->scene[c] /= sum;
	return add_gains(h, h->scene, same / sum, weight < 0 ? sum : weight);
}

/* With more pending ones than can be looked at in all their ends, some ends drawn evenly:
 * the last PENDING_EXACT in all of theirs, the others once each way. */
static bool
fill_gains(struct hunt *h, const struct hunt_now *now)
{
	size_t n = now->n_pending > 16 ? 16 : now->n_pending;
	size_t exact = n > PENDING_EXACT ? PENDING_EXACT : n;
	unsigned mix = 0x5a5a;
	bool ok = true;

	memset(h->gain, 0, h->n * sizeof(*h->gain));
	h->old_gain = 0;
	if (n == 0)
		return add_gains(h, h->post, h->post_same, 1);
	for (unsigned ends = 0; ends < 1u << exact; ends++) {
		unsigned all = ends << (n - exact) | (mix & ((1u << (n - exact)) - 1));

		mix = ~mix ^ (ends << 3);
		if (!add_scene(h, now, n, all, -1))
			ok = false;
	}
	return ok;
}

/* ---- choosing ---- */

static bool
is_ready(const struct hunt_now *now, uint32_t x)
{
	for (size_t i = 0; i < now->n_ready; i++) {
		if (now->ready[i] == x)
			return true;
	}
	return false;
}

static double
worth(const struct hunt *h, const struct hunt_now *now, uint32_t x)
{
	double s = h->ready_s < h->other_s && is_ready(now, x) ? h->ready_s : h->other_s;

	return (x == HUNT_OLD ? h->old_gain : h->gain[x]) / s;
}

static bool
is_open(const struct hunt *h, uint32_t x)
{
	if (x == HUNT_OLD)
		return !h->old_closed && h->old_gain > too_little;
	return !h->closed[x] && h->gain[x] > too_little;
}

/* NO_QUESTION: none is left. */
static uint64_t
best_question(const struct hunt *h, const struct hunt_now *now)
{
	uint64_t best = NO_QUESTION;
	double most = 0, w;

	for (uint32_t x = 0; x < h->n; x++) {
		if (is_open(h, x) && (w = worth(h, now, x)) > most * (1 + 1e-9)) {
			most = w;
			best = x;
		}
	}
	if (is_open(h, HUNT_OLD) && worth(h, now, HUNT_OLD) > most * (1 + 1e-9))
		best = HUNT_OLD;
	return best;
}

/* Of these, and HUNT_OLD. */
static uint64_t
best_of(const struct hunt *h, const struct hunt_now *now, const uint32_t *x, int n)
{
	uint64_t best = is_open(h, HUNT_OLD) ? HUNT_OLD : NO_QUESTION;

	for (int i = 0; i < n; i++) {
		if (is_open(h, x[i]) &&
		    (best == NO_QUESTION || worth(h, now, x[i]) > worth(h, now, (uint32_t)best)))
			best = x[i];
	}
	return best;
}

/* The best few of the sampled ones, again without sampling. */
static uint64_t
look_closer(struct hunt *h, const struct hunt_now *now)
{
	struct ground g = ground_of(h, h->post, h->post_same);
	double exact[CLOSER];
	uint32_t x[CLOSER];
	uint64_t best;
	int n = 0;

	while (n < CLOSER && (best = best_question(h, now)) < h->n) {
		x[n] = (uint32_t)best;
		sum_exactly(h, h->post, x[n]);
		exact[n] = information(h, &g, x[n]);
		h->gain[x[n++]] = 0;
	}
	for (int i = 0; i < n; i++)
		h->gain[x[i]] = exact[i];
	return best_of(h, now, x, n);
}

enum hunt_state
hunt_next(struct hunt *h, const struct hunt_now *now, uint32_t *out)
{
	struct hunt_now none = { .pending = NULL };
	uint32_t best = 0;
	enum hunt_state state;
	uint64_t question;
	bool exact;

	if (now == NULL)
		now = &none;
	for (uint32_t c = 1; c < h->n; c++) {
		if (h->post[c] > h->post[best])
			best = c;
	}
	h->at_ends = hunt_ends(h, now, &state, out);
	if (h->at_ends)
		return state;
	if (h->post[best] >= h->confidence)
		return HUNT_FOUND;
	if (h->n_closed && hunt_group(h, best) >= h->confidence)
		return HUNT_STUCK;
	exact = fill_gains(h, now);
	question = exact || now->n_pending ? best_question(h, now) : look_closer(h, now);
	*out = (uint32_t)question;
	return question == NO_QUESTION ? HUNT_STUCK : HUNT_ASK;
}

double
hunt_gain(struct hunt *h, uint32_t x)
{
	struct ground g = ground_of(h, h->post, h->post_same);

	sum_exactly(h, h->post, x);
	return information(h, &g, x);
}
