/*
 * A made history (synth.h) as a store, a view with all its commits, and its truth; for eval,
 * tests and benches.
 */
#ifndef TRIAGE_EVAL_SYNTH_H
#define TRIAGE_EVAL_SYNTH_H

#include "triage/eval.h"
#include "triage/store.h"
#include "triage/synth.h"

/* Stores all builds; *n: how many. */
int synth_store(const struct synth *s, struct store *to, uint64_t *n, struct err *e);

/* Gives the view's axes all commits of the history's branches.  Before any streams are loaded. */
void synth_axes(const struct synth *s, struct view *v);

/* Facts of the places on those axes; the history, the view and what is in mem outlive it. */
struct commit_source synth_commits(const struct synth *s, const struct view *v, struct arena *mem);

/* What happened, with the store's numbers; made in mem. */
int synth_truth(const struct synth *s, struct view *v, struct arena *mem, struct eval_truth *out,
                struct err *e);

#endif
