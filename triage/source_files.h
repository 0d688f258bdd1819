/*
 * Files, folders and archives of results as a source of builds.
 *
 * Which files make one build, and what the build is called, when neither the command line
 * nor a layout says so.  An archive counts as a folder.
 *  1. Jenkins: "NAME/builds/12/junitResult.xml" is build 12 of NAME.
 *  2. A file whose name ends with a number is a build of that number ("build-101.xml",
 *     "run_7.log.gz", "101.xml", "2026-11-25.xml"); not so the parts of one run ("TEST-x.xml",
 *     "shard-2.xml"), and no version ("py-3.12.xml") and no platform ("linux-64.xml").
 *  3. Other files belong to the build of the nearest folder around them that is a number, or a
 *     word like build, run or nightly and a number ("artifacts/101/", "build-101/").
 *  4. No number anywhere: all files of one folder are a build, whose number is a hash of the
 *     content.  So the same files are one build however often they are read, and a file that is
 *     overwritten every night is a new build each night.
 * The builder is what the folders below the argument are called, without the numbers, without
 * what looks like a branch ("main", "3.12"; that is the branch) and without what every build tool
 * calls its folders ("target/surefire-reports"); else the name of the argument.  A word before a
 * file's number is part of it if it says something ("linux-101.xml").  Where one build
 * holds files of the same name in several folders, these are builders of their own.
 * The logs of GitHub Actions ("0_test (3.12).txt") are one builder a job.
 * When a build began is what its files say, else the oldest file's time.
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

/* Reads files, folders with all below them, and archives, and stores their builds: files of
 * several arguments may make one build.  Hidden files and what cannot hold results
 * by its name (pictures, programs, lock files) are passed over.  What cannot be read is told with
 * a remark and counted in in->n_unread, and the rest is read.
 * -1 and e: there is no such path (the others are read), or the store failed. */
int source_files_all(struct ingest *in, const struct files_options *o, const char *const *paths, size_t n,
                     struct err *e);
/* The same for one. */
int source_files(struct ingest *in, const struct files_options *o, const char *path, struct err *e);

#endif
