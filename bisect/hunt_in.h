/*
 * Inside the search for a commit: hunt.c (answers, posterior), hunt_rate.c
 * (the unknown rates), hunt_ends.c (both ends), hunt_ask.c (the other questions).  Nobody else includes this.
 */
#ifndef BISECT_HUNT_IN_H
#define BISECT_HUNT_IN_H

#include "bisect/hunt.h"

enum { GRID = 82 }; /* rates, ascending; the first is 0, the last 1 */

/* The likelihood of answers as a function of the rates: proportional to old[i] * new[j] for
 * rates i of q and j of r, priors included; scaled by exp(-scale).  Beside that the likelihood
 * of all of them being as they are because q = 0 and r = 1, in the norm of the rest, not scaled. */
struct hunt_rates {
	double old[GRID], new[GRID];
	double scale;
	double exact;
};

void hunt_rates_init(struct hunt_rates *r, const struct hunt_past *past); /* past may be NULL */
/* One more answer of the old or the new side. */
void hunt_rates_tell(struct hunt_rates *r, bool new_side, bool is_new);
/* The logarithm of the sum over pairs q < r, and the mean of both there; -inf when nothing fits. */
double hunt_rates_sum(const struct hunt_rates *r, double *q, double *one_r);

/* The same for one rate on both sides: new alone is used. */
void hunt_same_init(struct hunt_rates *r);
double hunt_same_sum(const struct hunt_rates *r, double *rate);

/* Commits with the same answers on either side are one class. */
struct class {
	uint32_t n1, n0;   /* answers new and old of commits that have them in their history */
	uint32_t n;        /* commits in it; 0: free */
	uint32_t moved;    /* while telling: where its marked commits go; NONE: nowhere yet */
	struct hunt_rates rates;
	double log;        /* of the likelihood */
	double q, r;       /* means */
	double h_q;        /* entropy of the old side's answer, bits */
	double w1, w2;     /* what a unit of mass adds to both sums of hunt_ask.c */
};

struct hunt {
	const struct graph *graph;
	uint32_t n;
	double *prior;          /* [n] sums to 1 - SAME_PRIOR */
	double confidence;
	double ready_s, other_s;
	uint32_t *class_of;     /* [n] */
	VEC(struct class) classes;
	struct hunt_rates same;
	double same_rate;       /* mean */
	double *post;           /* [n] */
	double post_same;
	uint8_t *closed;        /* [n] */
	uint32_t n_closed;
	bool old_closed;        /* HUNT_OLD cannot be asked */
	uint32_t old_runs, new_runs; /* answers of both ends */
	bool seen_new;          /* some answer was "new" */
	bool at_ends;           /* the last question, or state, was of the ends */
	uint8_t *mark;          /* [n] scratch */
	/* hunt_ask.c, [n] each */
	double *w1, *w2;        /* sums over the ancestors */
	double *gain, old_gain; /* of each commit, and of HUNT_OLD */
	double *scene;          /* posterior after pending answers */
	uint64_t *bits;         /* [n * words] which atoms are ancestors; NULL: no merges */
	uint32_t words;
	uint32_t *atom_of;      /* [n] NONE: no atom */
};

/* What has x in its history, in h->mark; nothing for HUNT_OLD. */
void hunt_mark(struct hunt *h, uint32_t x);

/* hunt_ends.c: true: the ends come first, *state and *out are what hunt_next returns. */
bool hunt_ends(const struct hunt *h, const struct hunt_now *now, enum hunt_state *state, uint32_t *out);

/* hunt_apart.c: the posterior of the best commit and those that no question which can
 * still be asked tells apart from it. */
double hunt_group(const struct hunt *h, uint32_t best);

/* hunt_ask.c */
void asking_init(struct hunt *h);
void asking_release(struct hunt *h);

#endif
