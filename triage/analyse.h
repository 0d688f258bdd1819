/*
 * The thinking: from a view to findings.  Pure: no file, no clock, no output;
 * the same view gives the same findings, byte for byte.
 *
 * Evidence is the first try: a test that passes only on a re-run failed its
 * first try.  Builds that their machine ended, skipped ones and those that
 * analyse_mass marked are evidence of no single test, and are counted apart.
 */
#ifndef TRIAGE_ANALYSE_H
#define TRIAGE_ANALYSE_H

#include "triage/cluster.h"
#include "triage/known.h"

/* What the analysis asks of the world; every field may be zero. */
struct analyse_options {
	int64_t until;                 /* builds started after it are not seen; 0: all */
	int64_t since;                 /* what changed since then; 0: nothing is compared */
	const struct known_set *known; /* NULL: none are known */
	const struct message_source *words; /* NULL: no clusters, and no rule's pattern matches */
	bool explain;                  /* the steps of the decision are wanted (finding.explain) */
};

/* Marks the builds whose failures say nothing of single tests (lane_build.mass).  To be
 * called once for a view, before everything else. */
void analyse_mass(struct view *v);

/* What is thought of one test; everything in it lives in mem, but the streams of its
 * lanes, which live as long as t. */
void analyse_test(const struct view *v, const struct test_view *t, const struct analyse_options *o,
                  struct arena *mem, struct finding *out);

#endif
