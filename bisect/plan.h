/*
 * The search, pure: which question to ask next about n candidate tests so
 * that the fewest expected seconds are spent until it is known which of them a
 * failure needs.  It knows no test, process, file or clock.
 *
 * A hypothesis is a set of needed tests (the failure shows with rate r when
 * all of them are in, with rate q otherwise) or the plain flake, whose rate
 * depends on no test.  How many are needed, r and q are not known.
 */
#ifndef BISECT_PLAN_H
#define BISECT_PLAN_H

#include "common/vec.h"

struct plan;

/* Candidates lo .. hi-1, by position. */
struct range { uint32_t lo, hi; };
/* A question: ascending, disjoint, not touching ranges of candidates. */
struct ranges { VEC(struct range) v; };

struct plan_config {
	uint32_t n;            /* candidates, in the order of the list */
	const double *seconds; /* [n] expected seconds of each, > 0; NULL: 1/n each */
	const double *prior;   /* [n] relative suspicion, > 0; NULL: equal */
	double startup;        /* seconds of one start, the same unit */
	double confidence;     /* posterior at which the search stops, 0.5 to 1 */
};

enum plan_state {
	PLAN_ASK,     /* a question is in *out */
	PLAN_FOUND,   /* plan_answer has the needed tests */
	PLAN_PLAIN,   /* the failure depends on no candidate */
	PLAN_STUCK,   /* the answers fit no hypothesis: reduce by other means */
};

struct plan *plan_new(const struct plan_config *c); /* copies what it needs */
void plan_free(struct plan *p);
/* The confidence at which it stops, from now on: as in plan_config. */
void plan_confidence(struct plan *p, double confidence);
/* Better known costs, from the next question on: as in plan_config. */
void plan_costs(struct plan *p, const double *seconds, double startup);

/* The next question, given what was told and the questions still pending
 * (plan_pending counts those handed out and neither told nor dropped). */
enum plan_state plan_next(struct plan *p, struct ranges *out);
/* The answer to any question, asked by the plan or not. */
void plan_tell(struct plan *p, const struct ranges *asked, bool failed);
/* A question that plan_next gave will not be answered (unresolved, cancelled). */
void plan_drop(struct plan *p, const struct ranges *asked);
/* Other evidence has ruled the plain flake out (the list fails far more often than next
 * to nothing does).  False: then no hypothesis is left. */
bool plan_not_plain(struct plan *p);
/* Whether the answer to this pending question could still change much: false
 * means that its run can be cancelled. */
bool plan_wants(const struct plan *p, const struct ranges *asked);

struct plan_view {
	double posterior;      /* of the best hypothesis */
	double plain;          /* posterior of the plain flake */
	double bits;           /* entropy of the posterior, bits */
	double runs_left;      /* expected */
	double seconds_left;   /* expected */
	uint32_t n_open;       /* candidates that hold 99 % of the mass */
	double rate;           /* estimate of r under the best hypothesis */
};
struct plan_view plan_view(const struct plan *p);
/* The best hypothesis: positions ascending in *out (cleared first).  Its
 * posterior; 0 when it is not down to single tests yet. */
struct positions { VEC(uint32_t) v; };
double plan_answer(const struct plan *p, struct positions *out);

void ranges_all(struct ranges *r, uint32_t n);
void ranges_add(struct ranges *r, uint32_t lo, uint32_t hi); /* lo not below the last hi */
void ranges_set(struct ranges *to, const struct ranges *from);
struct ranges ranges_copy(const struct ranges *r); /* released by the caller */
uint32_t ranges_count(const struct ranges *r);
bool ranges_has(const struct ranges *r, uint32_t x);

#endif
