/*
 * Inside the driver (drive*.c); nobody else includes this.
 *
 * Tests are handled by their place in the order of the run.  Everything that
 * was answered is kept as a `past`: which places ran, and which failed.  All
 * decisions are counted from the pasts, so one run serves every question it
 * answers: another victim's search, the proof, the rate.
 *
 * "Shows" means: what is searched for was seen.  That is a failure, and for a
 * brittle test (inverted) that it passed.
 *
 * Functions that ask return 0, or -1 when the session ends (q->event) or when
 * what was built on the gate's runs is void (q->back, q->doubtful).
 */
#ifndef BISECT_DRIVE_IN_H
#define BISECT_DRIVE_IN_H

#include "bisect/drive.h"
#include "bisect/plan.h"

/* One answered run that proved something. */
struct past {
	struct ranges set;  /* places that ran, the victim's too */
	uint32_t victim;    /* test that the ask named, or TESTLIST_NONE */
	uint32_t *failed;   /* tests that failed, ascending */
	uint32_t n_failed;
	unsigned stage;     /* of the order it ran in; PAST_VOID: disproved */
	unsigned search;    /* serial number of the search that asked; 0: none */
	uint64_t ask;
	uint64_t run;
	const char *phase;
	bool fail;          /* the verdict */
	bool by_test;       /* it failed because tests failed, not as a whole */
	bool fresh;
};

enum { PAST_VOID = 0 }; /* the stage of a past that is no evidence any more */
enum { TRIES_MAX = 3 }; /* of one question that comes back unresolved */

struct pending { uint64_t id; struct ranges set; unsigned search; bool fresh; const char *phase; };

struct inquiry {
	struct drive *d;
	struct finding *f;
	struct err *e;
	enum lab_event event; /* what ended the session; LAB_ANSWER while it goes on */
	const char *phase;
	uint32_t n;
	uint32_t *order;      /* [n] test at a place */
	uint32_t *place;      /* [n] place of a test */
	unsigned stage;       /* counts orders from 1; pasts of another are no evidence */
	unsigned n_searches;
	uint32_t victim;      /* test whose failing is searched for, or TESTLIST_NONE */
	bool inverted;
	struct ranges gone;   /* places of proven polluters that are left out from now on */
	struct ranges kept;   /* the smallest set that showed; empty: none did */
	VEC(struct past) past;
	VEC(struct pending) pending;
	uint64_t ahead;       /* the gate's ask of the whole list that is under way while the search
	                         goes on, as if it had failed; 0: none */
	bool back;            /* it did not fail: back to the gate (q->event stays LAB_ANSWER) */
	uint32_t n_failed;    /* answers that failed as the target does, where no victim was asked for */
	unsigned n_votes;     /* on which failure is meant */
	bool voting;
	bool doubtful;        /* another failure is more frequent: to be voted on (as with back) */
	struct answer last;   /* until the next is waited for */
	const struct plan *plan; /* of the search under way, for the view; NULL: none */
	uint32_t n_open;
	uint32_t n_expected;  /* runs that the gate may need still; 0: unknown */
	double posterior;
	bool forks_lied;      /* the answer was proven to show in the fork server only */
	uint32_t n_spoilt;    /* unresolved answers since the last that was resolved */
	char why[160];        /* of the last unresolved answer */
};

/* drive_set.c: sets of places.  Results are cleared first and may not be an operand. */
void set_copy(struct ranges *out, const struct ranges *a);
void set_release(struct ranges *a);
void set_one(struct ranges *out, uint32_t x);
void set_union(struct ranges *out, const struct ranges *a, const struct ranges *b);
void set_minus(struct ranges *out, const struct ranges *a, const struct ranges *b);
uint32_t set_common(const struct ranges *a, const struct ranges *b); /* tests in both */
bool set_within(const struct ranges *a, const struct ranges *b);     /* a is part of b */
bool set_equal(const struct ranges *a, const struct ranges *b);
/* In place: adds all of b to a. */
void set_join(struct ranges *a, const struct ranges *b);

/* drive_ask.c */
int inquiry_init(struct inquiry *q, struct drive *d, struct finding *f, struct err *e);
void inquiry_release(struct inquiry *q);
/* Takes another order (places change; earlier pasts are no evidence any more). */
void inquiry_order(struct inquiry *q, const uint32_t *order);
/* Cancels what is under way and forgets what was made of the answers, not them. */
void inquiry_anew(struct inquiry *q);
/* The fork server is given up: what it said counts for nothing. */
void inquiry_forget_forks(struct inquiry *q, const char *why);
/* Looks for that victim's failing from now on (inverted: its passing). */
void inquiry_target(struct inquiry *q, uint32_t victim, bool inverted);
int inquiry_ask(struct inquiry *q, const struct ranges *set, bool fresh, unsigned search, uint64_t *id);
struct heard { uint64_t id; enum verdict verdict; struct ranges set; unsigned search; };
/* The next answer; h->set is the caller's to release. */
int inquiry_hear(struct inquiry *q, struct heard *h);
void inquiry_cancel(struct inquiry *q, size_t i); /* q->pending.p[i] */
struct question {
	struct ranges set;
	bool fresh;
	enum verdict verdict; /* once done */
	unsigned tries;       /* answers that were unresolved */
	bool done;
	uint64_t id;          /* of the ask under way; 0: none */
};
/* Asks all, up to --jobs at once, each again (twice) while it is unresolved. */
int inquiry_batch(struct inquiry *q, struct question *qs, size_t n);
/* One question. */
int inquiry_once(struct inquiry *q, const struct ranges *set, bool fresh, enum verdict *verdict);
void inquiry_view(struct inquiry *q);
/* What so many runs of the whole list take, as far as that is known. */
double inquiry_seconds(const struct inquiry *q, uint32_t n_runs);
void inquiry_whole(const struct inquiry *q, struct ranges *out); /* everything that is not gone */
void inquiry_victim(const struct inquiry *q, struct ranges *out); /* the victim's place; empty: none */

/* drive_past.c: counting pasts for the present target. */
bool past_counts(const struct inquiry *q, const struct past *p, bool *shows);
bool past_test_failed(const struct past *p, uint32_t test);
struct counts past_exact(const struct inquiry *q, const struct ranges *set, const char *phase);
void inquiry_kept(struct inquiry *q); /* finds the smallest set that showed */
/* The fork server's answers are no evidence any more; false: there were none. */
bool inquiry_void_warm(struct inquiry *q);

/* drive_gate.c */
/* The victim that an option names becomes the target; -1: it is not in the list. */
int gate_victim(struct inquiry *q);
struct counts gate_alone_counts(struct inquiry *q);
/* Runs the whole list, and the victim alone, so often, as --jobs allows. */
int gate_ask(struct inquiry *q, unsigned n_whole, unsigned n_alone, bool fresh);
enum gate { GATE_SEARCH, GATE_DONE };
int drive_gate(struct inquiry *q, enum gate *out);
/* The victim alone, and what it means when it fails. */
int gate_alone(struct inquiry *q, enum gate *out);

/* drive_ahead.c */
/* Search and proof beside the gate's run of the whole list, where --jobs allows it and
 * it is known beforehand whose failing is searched for.  *settled: the first answer is
 * in the finding; else the gate has to go on from what was learnt. */
int drive_ahead(struct inquiry *q, bool *settled);

/* drive_vote.c */
/* Whether another failure than the target is seen so often that the target, taken from
 * the first run that failed, may be the rare one. */
bool vote_is_due(const struct inquiry *q);
/* Runs the whole list until one of the two leads, and makes it the target. */
int drive_vote(struct inquiry *q);

/* drive_search.c */
struct search {
	struct inquiry *q;
	unsigned serial;
	struct plan *plan;
	uint32_t *place;      /* [n] of each candidate, ascending */
	uint32_t n;
	struct ranges cand;   /* the same as a set */
	struct ranges fixed;  /* places that are in every question */
	struct ranges answer; /* needed candidates, as places; after SEARCH_FOUND */
	double posterior;
	size_t n_told;        /* of q->past */
	struct ranges proved;  /* the answer of the last proof */
	size_t n_before_proof; /* pasts when the proof of that answer began */
	unsigned n_doubts;    /* how often a proof contradicted the answer */
	bool reduced;         /* the answer is that of the sound fall-back */
	bool anew;            /* what it was told is void: begin again */
	bool second;          /* begun anew, since chance had led the first astray */
	bool not_plain;       /* a proof has ruled the plain flake out */
	bool surer;           /* what was sure enough by itself was not with the proof's doubt */
	bool steady_asked;    /* the smallest set was asked again since nothing else showed */
	bool few;             /* the answer is what --max-tests left, not minimal */
	bool guessed;         /* what tests take is not known yet */
	uint64_t assumed;     /* ask whose failing the plan was told ahead; 0: none */
};
enum search_end { SEARCH_FOUND, SEARCH_FEW /* --max-tests reached */, SEARCH_PLAIN, SEARCH_LOST };
void search_open(struct search *s, struct inquiry *q, const struct ranges *cand,
                 const struct ranges *fixed);
void search_close(struct search *s);
int search_run(struct search *s, enum search_end *out);
/* The sound way, from the smallest set that showed. */
int search_reduce(struct search *s, enum search_end *out);
/* Tells the plan what was answered meanwhile. */
void search_tell(struct search *s);
/* Tells it, and whether its answer is still the same, with the confidence asked for. */
bool search_stands(struct search *s);
/* What cannot be guilty by itself: the fixed places, else k tests outside the answer,
 * others at each turn (steps of the golden ratio spread them). */
void search_control(const struct search *s, uint32_t k, uint32_t turn, struct ranges *out);

/* drive_proof.c */
struct proof {
	struct counts exact, rest; /* shows of runs */
	struct counts *each;       /* [n of the answer] of the set without that one; malloc'd */
	double left_over;          /* chance that the rest holds another culprit */
	bool contradicted;         /* the answer does not show, or holds a needless test */
	bool forks_only;           /* it does show, but never in a fresh process */
	bool another;              /* everything without it shows too: another culprit */
	bool minimal;
	bool complete;             /* nothing more to ask */
};
int drive_prove(struct search *s, struct proof *out);

/* drive_isolate.c */
/* Search and proof for the present target; adds culprits and sets the verdict. */
int drive_isolate(struct inquiry *q);
/* Adds a culprit from a proof that is complete or was cut short. */
struct culprit *culprit_add(struct search *s, const struct proof *p);
/* The tests at these places, in the order of the run, in the finding's memory. */
const uint32_t *finding_tests(struct inquiry *q, const struct ranges *set, uint32_t *n);
double proof_confidence(const struct search *s, const struct proof *p);

/* drive_more.c */
/* The other failing tests of the baseline: explained, searched (--all) or listed. */
int drive_others(struct inquiry *q);
/* Tests that undo the pollution of the first culprit. */
int drive_cleaner(struct inquiry *q);

/* drive.c */
void finding_reason(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
