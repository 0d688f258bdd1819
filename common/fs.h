/*
 * Files and folders as whole things: read one with a maximum, replace one so
 * that a crash leaves the old or the new, make and remove trees.
 */
#ifndef COMMON_FS_H
#define COMMON_FS_H

#include "common/err.h"
#include "common/str.h"

/* Adds the whole file to out; more than out's maximum is an error.  Reading from
 * a pipe or terminal ends with an error when a deadly signal comes (sig.h). */
int fs_read(struct str *out, const char *path, struct err *e);
/* The same from an open descriptor, called name in errors; it stays open. */
int fs_read_fd(struct str *out, int fd, const char *name, struct err *e);

/* Replaces path by a file with these bytes: a temporary file beside it, synced,
 * renamed, the folder synced.  On failure path is as it was and nothing is left
 * behind.  A link is replaced, not followed; the mode is 0666 less the umask. */
int fs_write(const char *path, struct span bytes, struct err *e);
/* The same without syncing, for what is of no use after a crash: a run's own files. */
int fs_write_scratch(const char *path, struct span bytes, struct err *e);

/* Writes all of it, also through signals and short writes; name is for errors. */
int fs_write_fd(int fd, struct span bytes, const char *name, struct err *e);

/* Makes the folder and those above it; one that is there is no error. */
int fs_mkdirs(const char *path, struct err *e);
/* A new folder parent/prefixXXXXXX, 0700; the caller frees the name, NULL: e. */
char *fs_unique_dir(const char *parent, const char *prefix, struct err *e);
/* Removes a file, link or tree; never follows a link out of it, makes folders
 * writable where that is in the way, needs few descriptors however deep it is.
 * What is not there is no error.  Goes on after a failure and reports the first. */
int fs_remove(const char *path, struct err *e);

/* A heap copy of path made absolute (not resolved further). */
char *fs_absolute(const char *path, struct err *e);

#endif
