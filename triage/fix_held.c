/* Whether a fix held: see fix_held.h. */
#include "common/base.h"
#include "triage/fix_held.h"

#include <math.h>

#define DOUBT 0.05
#define LEAST 0.001

static uint64_t
runs_needed(const struct rate *before)
{
	double r = before->runs ? (double)before->fails / (double)before->runs : 0;

	r = fmax(r, LEAST);
	return r >= 1 ? 1 : (uint64_t)ceil(log(DOUBT) / log1p(-r));
}

struct fix_held
fix_held(const struct test_view *t, uint32_t branch, uint32_t at, const struct rate *before)
{
	struct fix_held h = { .held = HELD_NOT_YET };
	uint64_t needed = runs_needed(before);
	uint32_t i, j;

	for (i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (j = 0; s->lane->branch == branch && j < s->lane->n; j++) {
			uint8_t cell = s->cells[j];

			if (s->lane->builds[j].commit < at || s->lane->builds[j].mass || cell == CELL_NONE)
				continue;
			h.failed += cell != CELL_PASS && cell != CELL_WARNED;
			h.clean += cell == CELL_PASS || cell == CELL_WARNED;
		}
	}
	h.needed = h.clean < needed ? needed - h.clean : 0;
	if (h.failed)
		h.held = HELD_NO;
	else if (h.needed == 0)
		h.held = HELD_YES;
	return h;
}
