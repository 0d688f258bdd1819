/*
 * The search for a commit, pure: which commit of a range to ask next, so that
 * it is known in the fewest expected seconds from which one on the answer
 * changed.  It knows no repository, process or clock.
 *
 * A hypothesis is a commit c: whatever has c in its history answers "new" with
 * rate r, everything else with rate q < r, neither of them known; or that there
 * is no such commit (one rate everywhere).  The posterior is exact: for each c the
 * likelihood of all answers, summed over a grid of (q, r) on which r has twice the odds of q
 * or more (less is not looked for), and q = 0 and r = 1 have masses of their own, so that an
 * exact bisection is recognised and a rare failure that becomes less rare is found too.
 * First both ends are asked, and again when it may be that they do not differ
 * (hunt_ends.c).  The next question then is that
 * with the most information about c per second (Lindley 1956; for one rate known
 * this is Horstein's probabilistic bisection).  Asking a commit again is such a question.
 */
#ifndef BISECT_HUNT_H
#define BISECT_HUNT_H

#include "bisect/graph.h"

struct hunt;

enum { HUNT_OLD = UINT32_MAX /* the commit before the range: GOOD */ };

/* Answers that others had before: of commits that are surely older, or newer, than the one
 * looked for.  Counts are scaled down to HUNT_PAST_RUNS where there are more, and trusted by
 * HUNT_PAST_TRUST: what a farm of machines saw need not hold here.  Numbers of the whole, not of runs, hence double. */
struct hunt_past { double old_new, old_runs, new_new, new_runs; };

enum { HUNT_PAST_RUNS = 20 };
#define HUNT_PAST_TRUST 0.8

struct hunt_config {
	const struct graph *graph; /* outlives the hunt; its last commit is the one known as new */
	const double *prior;       /* [n] relative suspicion of each, >= 0, one above 0; NULL: equal */
	const struct hunt_past *past; /* NULL, or no runs: nothing is known */
	double confidence;         /* posterior at which the search stops, 0.5 to 1 */
};

enum hunt_state {
	HUNT_ASK,   /* a question is in *out */
	HUNT_FOUND, /* the best commit has the confidence wanted */
	HUNT_SAME,  /* there is no such commit, with that confidence */
	HUNT_NEVER, /* the new end never showed it, in 149 runs */
	HUNT_UNSURE, /* whether both ends differ is not known after 600 runs of each */
	HUNT_STUCK, /* what could still tell the rest apart cannot be asked */
};

struct hunt *hunt_new(const struct hunt_config *c);
void hunt_free(struct hunt *h);

/* An answer of commit x, or HUNT_OLD: new or old. */
void hunt_tell(struct hunt *h, uint32_t x, bool is_new);
/* x, or HUNT_OLD, cannot be asked (it does not build); it may still be the one. */
void hunt_close(struct hunt *h, uint32_t x);
/* Expected seconds: of a run of a commit that is ready (hunt_next's `ready`), and of one
 * that must be made ready first. */
void hunt_costs(struct hunt *h, double ready, double other);

struct hunt_now {
	const uint32_t *pending; /* commits that are being asked; HUNT_OLD may be one */
	size_t n_pending;
	const uint32_t *ready;   /* commits that are checked out and built; HUNT_OLD may be one */
	size_t n_ready;
};
/* *out may be HUNT_OLD. */
enum hunt_state hunt_next(struct hunt *h, const struct hunt_now *now, uint32_t *out);

struct hunt_view {
	uint32_t best;     /* the commit with the highest posterior */
	double posterior;  /* of it */
	double same;       /* that there is none */
	double bits;       /* entropy of the posterior over commits */
	double runs_left;  /* expected, roughly */
	uint32_t n_open;   /* commits that hold 99 % of the mass */
	double q, r;       /* the rates, if it is the best */
	bool ends;         /* hunt_next asked for the ends, to see that they differ, or came to its state there */
};
struct hunt_view hunt_view(const struct hunt *h);
/* Posterior of each commit, [n]; sums to 1 less that of "no such commit". */
const double *hunt_posterior(const struct hunt *h);
/* The smallest set of commits that holds `mass` of what the commits have, the likeliest first. */
struct hunt_set { VEC(uint32_t) v; };
void hunt_set(const struct hunt *h, double mass, struct hunt_set *out);
/* The expected information, in bits, of asking x now; for tests. */
double hunt_gain(struct hunt *h, uint32_t x);

#endif
