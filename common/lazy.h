/*
 * Libraries that few runs need and that take long to load (libcurl brings thirty others):
 * they are loaded when they are first used.  scripts/lazy makes the table of one library's
 * functions from the sources of its wrapper, and macros, so that the wrapper calls
 * them by their own names; it calls lazy_load before the first of them.
 */
#ifndef COMMON_LAZY_H
#define COMMON_LAZY_H

#include "common/err.h"

struct lazy {
	const char *soname;       /* what the linker would have noted; NULL: the program is linked with it */
	const char *package;      /* "libgit2" */
	const char *const *names; /* of the functions; NULL behind the last */
	void **at;                /* [the same] their addresses; NULL until loaded */
};

/* Does nothing when it was loaded before; it stays loaded until the program ends.  -1 and e: it or
 * one of its functions is missing. */
int lazy_load(const struct lazy *l, struct err *e);

#endif
