/* The line of a failing test's output that says most of what went wrong. */
#ifndef TRIAGE_ERRTEXT_H
#define TRIAGE_ERRTEXT_H

#include "common/str.h"

/* The first line with a word like error, assert or fail in it, else the last; without
 * blanks around it.  Empty: there is no text. */
struct span errtext_line(struct span output);

#endif
