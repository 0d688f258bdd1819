/*
 * Regular expressions (PCRE2, just-in-time compiled where the machine can).
 * Patterns and texts are bytes; UTF-8 is understood where it is valid.  A
 * match has a limit on its steps, so that no pattern can hang the program.
 */
#ifndef COMMON_RX_H
#define COMMON_RX_H

#include "common/err.h"
#include "common/str.h"

struct rx;

enum rx_flags {
	RX_CASELESS = 1,
	RX_MULTILINE = 2, /* ^ and $ match at newlines too */
	RX_WHOLE = 4,     /* the whole text must match */
};

/* NULL and e ("'PATTERN': reason at byte N") when the pattern is wrong. */
struct rx *rx_new(const char *pattern, unsigned flags, struct err *e);
void rx_free(struct rx *rx); /* NULL is fine */

/* The number of a named group; -1: the pattern has none of that name. */
int rx_group(const struct rx *rx, const char *name);

/* 1 match, 0 none, -1 when it would take too long (counts as none).  Groups
 * are those of the last match. */
int rx_match(struct rx *rx, struct span text);
/* What group (0: the whole match) matched; false when it took no part.  Looks into
 * the text given to the last rx_match. */
bool rx_get(const struct rx *rx, int group, struct span *out);

/* Adds the text so that a PCRE, POSIX extended, Go, Ruby or JavaScript
 * expression finds exactly it; false when it does not fit. */
bool rx_add_quoted(struct str *s, struct span text);

#endif
