/*
 * Files, folders and archives of results as a source of builds.
 *
 * Which files make one build, and what the build is called, when nobody says so:
 *  1. Jenkins: "X/builds/12/junitResult.xml" is build 12 of X.
 *  2. A number at the end of a file's name that files beside it have too, with the
 *     same words before it ("build-101.xml", "run_7.log.gz", "101.xml"): each is a
 *     build of that number.
 *  3. Otherwise all files of one folder that are parts of one run (each reports other
 *     tests: "TEST-*.xml") are one build; its number is the nearest folder in the path
 *     whose name is or ends with a number ("artifacts/101/").
 *  4. No number anywhere: the number is a hash of the content, so that the same file is
 *     one build however often it is read, and a file that is overwritten every night
 *     is a new one each night.
 * The builder is the folder above the numbers, below the argument; else the name of
 * the argument itself.  When a build began is what its files say, else the oldest
 * file's time.
 */
#ifndef TRIAGE_SOURCE_FILES_H
#define TRIAGE_SOURCE_FILES_H

#include "triage/intake.h"

/* What the command line says of the builds; empty: found as above. */
struct files_options {
	struct span builder, branch, revision, number, worker;
	int64_t started;    /* seconds since 1970; 0: not said */
	const char *layout; /* --layout, tried against the end of each path; NULL: none */
};

/* Is that a layout?  Fields {builder} {branch} {revision} {number} {worker}, each once
 * and each within one folder's name, and '*' for any text in one.  -1 and e: no. */
int source_files_check_layout(const char *layout, struct err *e);

/* Reads a file, a folder with all below it, or an archive, and stores its builds.  A file
 * that cannot be read is told with a remark and counted in in->n_unread, and the rest is read.
 * -1 and e: there is no such path, or the store failed. */
int source_files(struct ingest *in, const struct files_options *o, const char *path, struct err *e);

#endif
