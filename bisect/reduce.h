/*
 * The search that is sound whatever the command does: layered binary splitting.
 * The kept set is always one that was seen failing; a piece of it is
 * dropped only after a run without that piece failed.  A pass only keeps a
 * piece.  For answers that fit no hypothesis of the plan (more needed tests than it
 * holds, tests that undo each other, rates that drift).  It knows no test,
 * process or clock.
 *
 * The order of the pieces is that of syzkaller's pkg/bisect/minimize: all
 * pieces of one size before any smaller one, so that innocent tests leave early.
 */
#ifndef BISECT_REDUCE_H
#define BISECT_REDUCE_H

#include "bisect/plan.h"

struct reduce;

struct reduce_config {
	const struct ranges *kept; /* seen failing; copied */
	uint32_t repeats;          /* passes that keep a piece: stats_runs_below(rate, confidence) */
};

struct reduce *reduce_new(const struct reduce_config *c);
void reduce_free(struct reduce *r);

/* The next question, false when no single test can be left out any more.  It may be
 * asked again until it failed or passed `repeats` times. */
bool reduce_next(struct reduce *r, struct ranges *out);
/* The answer to the question that reduce_next gave last; what could not be answered
 * was not seen failing. */
void reduce_tell(struct reduce *r, bool failed);
/* The smallest set that was seen failing. */
const struct ranges *reduce_kept(const struct reduce *r);

#endif
