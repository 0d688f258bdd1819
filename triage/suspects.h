/*
 * The commits that can have made a test worse, or better: from its finding to a ranked list with
 * reasons.  Results say where on the axis the rate changed (blame.h), commits what they touch
 * (blame_prior.h), other branches what cannot be.
 */
#ifndef TRIAGE_SUSPECTS_H
#define TRIAGE_SUSPECTS_H

#include "triage/blame.h"
#include "triage/blame_prior.h"
#include "triage/finding.h"

enum {
	SUSPECTS_ASKED = 1000, /* commits whose files are looked at, at the most: the likeliest by results */
	SUSPECTS_SHOWN = 200,  /* kept beside those of the set */
};

struct suspect_place {
	uint32_t at;             /* on the branch's axis */
	double posterior;
	bool in_set;
	double by_results;       /* natural logarithm of the likelihood, against the likeliest place */
	double by_commit;        /* of the prior, against the mean of all candidates */
	unsigned factors;        /* enum blame_factor; 0: nothing is known of the commit */
	struct span id, title;   /* title empty: there is no repository */
	struct span beside;      /* a branch that fails alike and lacks it: a veto; empty: none */
};

struct suspects {
	struct blame_window window;
	bool any;                /* false: the rate did not change so, in what is known */
	bool with_commits;       /* a repository told of them */
	struct rate before, after;
	double sure;             /* posterior that there is a change at all */
	struct suspect_place *places; /* likeliest first */
	uint32_t n;
	uint32_t n_set;          /* in the 90 % set; may be more than n */
	double mass;             /* of the set */
	uint32_t n_candidates;
};

/* down: the last time that it got better (a fix) instead of worse.  details: a trace of the test's
 * failures, may be empty.  Made in mem. */
void suspects_find(const struct view *v, const struct test_view *t, const struct finding *f,
                   const struct commit_source *commits, struct span details, bool down, struct arena *mem,
                   struct suspects *out);

#endif
