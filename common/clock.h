/*
 * Time: a monotonic clock for measuring, the wall clock for records, and
 * durations as people write and read them.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "common/str.h"

int64_t clock_micros(void); /* monotonic, from an arbitrary start */

/* Seconds since 1970; FLAKETOOLS_NOW (whole seconds) in the environment
 * replaces the machine's, so that tests can stop it. */
int64_t clock_wall(void);

enum { CLOCK_TEXT = 32 }; /* bytes for every text made here */
void clock_stamp(char out[CLOCK_TEXT], int64_t seconds); /* "2026-11-22T14:03:05Z" */
void clock_day(char out[CLOCK_TEXT], int64_t seconds);   /* "20261122", local time */

/* "250ms", "90s", "90" (seconds), "30m", "1.5h", "2d", and sums of them from
 * large to small: "1h30m".  Case and white space around it do not matter.
 * False: not a duration, or longer than 100 years. */
bool clock_parse(struct span text, int64_t *ms);

/* Seconds as programs print them: "1.25", "1,234.5", "1.7e-05"; in microseconds.  -1: no
 * such number, or more than 30,000 years. */
int64_t clock_read_seconds(struct span text);

/* ISO 8601 and RFC 3339: "2026-11-22T14:03:05.123Z", "...+02:00", also with a blank for the
 * T; without a zone it is taken as UTC.  In seconds since 1970; false: none of these. */
bool clock_read_stamp(struct span text, int64_t *seconds);

/* For people, about three digits: "0.35 s", "41 s", "3 min 20 s", "2 h 5 min",
 * "3 d 4 h".  A negative duration is shown as 0. */
void clock_format(char out[CLOCK_TEXT], int64_t micros);

#endif
