/*
 * Small programs and plugins in the runners' own languages (bisect/helpers/),
 * carried inside the program: the Makefile turns each file into an array, and
 * a session writes those it needs into its folder.
 */
#ifndef BISECT_HELPER_H
#define BISECT_HELPER_H

#include "common/arena.h"
#include "common/err.h"
#include "common/str.h"

/* The file as it was at build time; text is not NUL-terminated. */
struct helper {
	const char *name; /* "fb_pytest.py": the file's name without a folder */
	struct span text;
};

extern const struct helper helpers[]; /* ends with a NULL name */

/* The helper's row, or NULL when there is none. */
const struct helper *helper_find(const char *name);

/* Sees to it that DIR/helpers holds exactly this text (written to a temporary
 * file and renamed, so that two sessions in one folder cannot see half of it).
 * *path, if not NULL, is the file's path, in mem.  The name must be one of ours. */
int helper_install(const char **path, const char *dir, const char *name, struct arena *mem, struct err *e);

#endif
