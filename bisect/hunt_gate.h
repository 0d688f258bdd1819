/*
 * Before the search for a commit, pure: do the two ends differ at all?  Asks
 * the new end until it showed the change once, then both in turn, until "one
 * rate on both ends" is as unlikely as it must be (or as likely: then there
 * is nothing to search).
 */
#ifndef BISECT_HUNT_GATE_H
#define BISECT_HUNT_GATE_H

#include "bisect/finding.h"

/* `fails` are the answers "new". */
struct hunt_ends { struct counts old, new; };

enum hunt_gate {
	HUNT_GATE_OLD,   /* ask the old end */
	HUNT_GATE_NEW,   /* ask the new end */
	HUNT_GATE_OPEN,  /* they differ: search */
	HUNT_GATE_SAME,  /* the old end shows it as often as the new one */
	HUNT_GATE_NEVER, /* the new end never showed it */
	HUNT_GATE_UNSURE, /* as many runs as are sensible, and it is still not known */
};

enum hunt_gate hunt_gate(const struct hunt_ends *ends);
/* The probability, both being equally likely before, that the new end's rate is not higher. */
double hunt_gate_same(const struct hunt_ends *ends);

#endif
