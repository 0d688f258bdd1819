/*
 * Numbers and rates as people read them; every renderer and --explain use these.
 */
#ifndef TRIAGE_WORDING_H
#define TRIAGE_WORDING_H

#include "triage/finding.h"

void wording_number(struct str *out, uint64_t n);                      /* "1,600" */
void wording_count(struct str *out, uint64_t n, const char *thing);    /* "1 run", "2 runs" */
void wording_range(struct str *out, const struct rate *r);             /* "4 to 12 %", "up to 1.9 %" */
void wording_rate(struct str *out, const struct rate *r);              /* "9 of 120: 4 to 12 %" */
void wording_percent(struct str *out, double p);                       /* "99.4 %"; never 100 unless it is 1 */
void wording_date(struct str *out, int64_t t);                         /* "2026-11-25"; "" for 0 */
void wording_time(struct str *out, int64_t t);                         /* "2026-11-25 22:18 UTC"; "" for 0 */
void wording_revision(struct str *out, struct span revision);          /* its first 10 characters */

#endif
