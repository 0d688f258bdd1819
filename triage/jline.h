/*
 * One JSON object on one line, as test runners stream them: only the members of the
 * object itself are read, in one pass and without memory of its own, and a line
 * that was cut gives what came before the cut.
 */
#ifndef TRIAGE_JLINE_H
#define TRIAGE_JLINE_H

#include "common/str.h"

enum { JLINE_DEPTH_MAX = 256 };

/* A member that is asked for. */
struct jline_field {
	const char *key;
	struct span value; /* a text, decoded; a number, true, false or null as written; of others the bytes */
	bool text;         /* it is a text */
	bool there;
	bool torn;         /* the line was cut in it: only its beginning is there */
};

/* Reads the line into the fields; values lie in the line or in scratch, which is cleared first.
 * false: it is no such object, or nests too deep.  cut: it may end anywhere. */
bool jline_read(struct span line, bool cut, struct jline_field *fields, size_t n, struct str *scratch);

/* Does the text hold a line that begins an object and has all of the words in it? */
bool jline_looks_like(struct span head, const char *const *words);

#endif
