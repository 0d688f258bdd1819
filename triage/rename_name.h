/*
 * What a test is called after its file was renamed, pure.  Names of tests begin with their file, written in
 * one of the ways of rename_name.c's table: "tests/a/test_x.py::test_y", "a.test_x.TestX.test_y",
 * "a::x::tests::y"; from the top of the repository, or from a folder below it.
 */
#ifndef TRIAGE_RENAME_NAME_H
#define TRIAGE_RENAME_NAME_H

#include "common/str.h"

/* A file that a commit renamed; paths from the top. */
struct file_rename { struct span from, to; };

/* Puts into out what `name` is called when the new path is written with its last `parts` parts.
 * False: the name does not begin with the old path, or the new one has fewer parts. */
bool rename_name(struct str *out, struct span name, const struct file_rename *r, unsigned parts);
unsigned rename_parts(struct span path); /* 3 of "a/b/c.py" */

#endif
