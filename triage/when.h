/* Moments as people write them: "1d" (before now), "2026-11-24", "2026-11-24 18:30". */
#ifndef TRIAGE_WHEN_H
#define TRIAGE_WHEN_H

#include "common/str.h"

/* Seconds since 1970.  A duration (clock.h) counts back from now.  A date is UTC, as is a
 * time without a zone ("Z", "+02:00"); 'T' or a blank stands between them.  A date alone is its
 * beginning, or with `end` its last second.  "now", "today", "yesterday"; "@SECONDS".  False:
 * none of these. */
bool when_parse(struct span text, int64_t now, bool end, int64_t *seconds);

#endif
