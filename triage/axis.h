/*
 * Gives a branch of a view another axis: other places, and its builds put onto them.  Pure.
 * Streams that were loaded before keep the old places: load them again.
 */
#ifndef TRIAGE_AXIS_H
#define TRIAGE_AXIS_H

#include "triage/view.h"

/* The new axis has n places with these revisions and times of theirs (both copied into the view's memory;
 * texts are kept as they are); to[i] is the new place of the old place i. */
void axis_replace(struct view *v, uint32_t branch, uint32_t n, const struct span *revisions,
                  const int64_t *times, const uint32_t *to);

#endif
