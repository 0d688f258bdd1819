/*
 * Error lines: what is left of one when everything is taken out that changes
 * from run to run, so that two failures can be compared.
 */
#ifndef COMMON_ERRLINE_H
#define COMMON_ERRLINE_H

#include "common/str.h"

enum {
	ERRLINE_MAX = 240,   /* bytes of a normalised line */
	ERRLINE_VERSION = 1, /* goes up when the same line comes out otherwise: stores keep hashes */
};

/* Adds text, one line, cut to ERRLINE_MAX bytes, with N for numbers, hex, addresses,
 * dates and durations, P for paths, T for temporary names, S for quoted strings, without
 * colours, nor the dots of a runner before it. */
void errline_normalise(struct str *out, struct span text);

/* Adds the line as it was printed, without colours and the dots, as far as out has room. */
void errline_clean(struct str *out, struct span text);

#endif
