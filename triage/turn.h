/*
 * Where a test took a turn to the worse or to the better, on whichever branch that shows.
 */
#ifndef TRIAGE_TURN_H
#define TRIAGE_TURN_H

#include "triage/asked.h"
#include "triage/suspects.h"

/* The commits behind the test's last turn in that direction.  Each branch is looked at by itself; of
 * several that turned, the one that did so first: others mostly got the commit from it.  any is false where none did.
 * t's streams are those of store_streams; out lives in a->mem. */
void turn_find(struct suspects *out, struct asked *a, const struct test_view *t, bool better);

#endif
