/*
 * Which tests are one under two names since their file was renamed, by the repositories: a test that is
 * gone, one that has come between the same two builds of a builder, and a commit in between that renamed the
 * file of the one to the file of the other (rename_name.h).  A copy is no rename, nor are two names that one
 * build ran.
 */
#ifndef TRIAGE_RENAMES_H
#define TRIAGE_RENAMES_H

#include "triage/axis_repo.h"

/* Joins them in the view (store_join), whose axes are those of the repositories. */
int renames_join(struct view *v, const struct axes_repo *axes, struct err *e);

#endif
