/*
 * Inside the plan (plan.c, plan_rate.c, plan_hyp.c, plan_ask.c); nobody else
 * includes this.
 *
 * The list is cut into segments, and a hypothesis is a multiset of segments:
 * "one needed test in each".  It stands for all sets of single tests that fit
 * it.  Segments that carry mass are halved, hypotheses that carry none are
 * dropped, so a few thousand stand for C(n, k) of them.
 *
 * All tests of a question are whole segments, so for every hypothesis a
 * question either holds all that is needed or does not, and what was answered
 * so far is four counts: fails and passes with all needed tests inside, and
 * without.  The likelihood of the counts is averaged over the two unknown
 * rates (plan_rate.c).
 */
#ifndef BISECT_PLAN_IN_H
#define BISECT_PLAN_IN_H

#include "bisect/plan.h"

enum {
	MAX_NEEDED = 6,    /* needed tests a hypothesis can hold */
	MAX_SEGMENTS = 64,  /* bits of a mask */
	MAX_PENDING = 3,    /* pending questions that are looked through exactly */
	PENDING_CASES = 1 << MAX_PENDING,
};

/* A run of candidates lo .. hi-1. */
struct segment {
	uint32_t lo, hi;
	double mass;     /* prior suspicion of its tests, summed */
	double seconds;  /* cost of running them */
	double marginal; /* posterior that it holds a needed test */
};

/* seg[0 .. n_needed-1] ascending, a segment as often as it holds needed tests. */
struct hypothesis {
	uint64_t mask;   /* its segments as bits */
	double base;     /* prior weight */
	double weight;   /* posterior; all sum to 1 after hyp_weigh */
	uint32_t fails;  /* answers to questions that held all its tests */
	uint32_t passes;
	uint8_t n_needed;
	uint8_t seg[MAX_NEEDED];
};

/* What the counts of one hypothesis mean, averaged over the rates. */
struct rate_cell {
	double likelihood; /* of all answers */
	double inside;     /* expected rate with all needed tests in */
	double outside;    /* without */
	double inside_h;   /* entropy of these, bits */
	double outside_h;
	uint32_t stamp;    /* of the tell it was computed for */
};

struct rates {
	struct rate_cell *cells; /* [max_fails + 1][max_passes + 1][MAX_NEEDED + 1], by inside counts */
	uint32_t max_fails, max_passes;
	uint32_t stamp;
	uint32_t n_fails, n_passes; /* of all answers */
	double scale;        /* log of the factor that likelihoods are divided by */
};

void rates_init(struct rates *r);
void rates_release(struct rates *r);
void rates_tell(struct rates *r, bool failed);
/* The cell for a hypothesis with so many needed tests and answers inside. */
const struct rate_cell *rates_cell(struct rates *r, unsigned n_needed, uint32_t fails, uint32_t passes);
/* The share of the failures that need so many tests that fail each time. */
double needed_steady(unsigned n_needed);

struct told { struct ranges asked; bool failed; };

struct plan {
	struct plan_config c;
	double *mass_sum;    /* [n + 1] prefix sums of prior; NULL: equal */
	double *seconds_sum; /* [n + 1]; NULL: equal */
	double ask_startup;  /* start-up as the choice of a question counts it, seconds */
	struct segment seg[MAX_SEGMENTS];
	uint64_t live;       /* segments that some hypothesis holds */
	VEC(struct hypothesis) hyp;
	struct rates rates;
	VEC(struct ranges) pending;
	VEC(struct told) told; /* all answers */
	size_t smallest;     /* of the failing ones, the fewest candidates; index into told */
	uint32_t n_again;    /* times in a row that this question failed again */
	bool again_passed;   /* it passed when asked again */
	struct range innocent; /* candidates that are in no hypothesis any more; lo == hi: none yet */
	double expected;     /* the fewest runs in all that were ever expected; 0: not yet */
	uint32_t n_little;   /* questions given that told little */
	double surprise;     /* bits by which the answers were less likely than expected; the sum
	                        of late, never below 0 (a CUSUM) */
	double lost;         /* weight of hypotheses forgotten to make room */
	double information;  /* of the question given last, bits */
	double cost;         /* its expected seconds */
};

/* plan_hyp.c */
void hyp_start(struct plan *p);              /* one segment, every number of needed tests */
void hyp_tell(struct plan *p, uint64_t asked, bool failed);
void hyp_weigh(struct plan *p);              /* weights, marginals; drops what has no mass */
void hyp_refine(struct plan *p);             /* halves segments that carry mass */
const struct rate_cell *hyp_rates(struct plan *p, const struct hypothesis *h);
double hyp_expect(struct plan *p, uint64_t asked); /* probability that this question fails */
void hyp_confine(struct plan *p, uint64_t segments); /* drops what needs a test elsewhere */
bool hyp_cut(struct plan *p, uint32_t at);   /* makes `at` a border of segments */
double plan_mass(const struct plan *p, uint32_t lo, uint32_t hi);
double plan_seconds(const struct plan *p, uint32_t lo, uint32_t hi);
uint64_t plan_mask(const struct plan *p, const struct ranges *asked); /* live segments inside */
const struct hypothesis *hyp_best(const struct plan *p); /* a single set or the plain flake; NULL: none yet */
bool hyp_is_single(const struct plan *p, const struct hypothesis *h);

/* plan_ask.c */
bool ask_best(struct plan *p, uint64_t *segments, bool *innocent);
double ask_information(struct plan *p, uint64_t segments); /* bits, nothing pending */

#endif
