/*
 * The text that stands in everything a pattern matches, so that only lines with it need
 * be tried.  Used by warn.c.
 */
#ifndef TRIAGE_WARN_LITERAL_H
#define TRIAGE_WARN_LITERAL_H

#include "common/arena.h"
#include "common/str.h"

/* The longest such text (in mem); empty: none was found, which is always safe. */
struct span warn_literal(struct span pattern, struct arena *mem);

#endif
