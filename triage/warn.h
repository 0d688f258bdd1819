/*
 * The rules that turn a build orange: lines of a log that match one of them are
 * warnings.  They stand in a plain text file:
 *
 *	# a comment
 *	rule NAME
 *	pattern PCRE2 pattern, found anywhere in a line
 *	match a line that must match
 *	other a line that must not
 *
 * with at least one `match` and one `other` each, which are tried when the file is read.
 */
#ifndef TRIAGE_WARN_H
#define TRIAGE_WARN_H

#include "common/err.h"
#include "common/str.h"

struct scan;
struct warn;

/* The rules that come with the program: triage/warnings.rules. */
extern const struct span warn_default;

/* The rules of a file; NULL: those that come with the program.  NULL and
 * e ("FILE:LINE: why"): it cannot be read, or a rule does not do what its lines say. */
struct warn *warn_load(const char *path, struct err *e);
void warn_free(struct warn *w); /* NULL is fine */

/* The name of the first rule that matches the line; "" when none does.  A rule that takes
 * too many steps on a line does not match it, and is remembered: see warn_slow. */
struct span warn_match(struct warn *w, struct span line);

/* False: no rule matches the line.  Fast. */
bool warn_may_match(const struct warn *w, struct span line);
/* Adds texts one of which stands in each line that a rule matches; they live as long as the rules.
 * False: not for all rules there is one, or room for it. */
bool warn_add_texts(const struct warn *w, struct scan *to, uint64_t bits);

/* The next rule (each once) that was stopped on some line; "" when there is none. */
struct span warn_slow(struct warn *w);

#endif
