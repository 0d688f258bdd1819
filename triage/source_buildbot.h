/*
 * A Buildbot master (0.9 and later) as a source of builds: its SQLite database, also
 * while the master runs, or its REST interface, version 2.
 *
 * Both say the same of a build, and a build has the same identity by either way:
 * its source is "buildbot NAME", NAME being what the first master calls itself in
 * its database ("host:/folder").  So one store may be filled by both in turn, and
 * neither reads again what the other read.  A database that was begun anew under the
 * same name is noticed, and its builds are kept apart ("buildbot NAME (2)").
 *
 * Read are builds that are complete, in the order of their ids; what was not complete
 * is looked at again by the next ingest.  Success, warnings and failure are evidence
 * of tests, so their logs are read; of other builds only the facts are kept.
 */
#ifndef TRIAGE_SOURCE_BUILDBOT_H
#define TRIAGE_SOURCE_BUILDBOT_H

#include "triage/intake.h"

struct http_limits;

/* Is it for this source: a URL (http, https), a database with Buildbot's tables, or
 * the base folder of a master? */
bool source_buildbot_is(const char *where);

struct buildbot_options {
	int64_t since;                    /* builds that began before are left out, for good; 0: none */
	const char *token;                /* for the REST interface; NULL: none */
	const struct http_limits *limits; /* NULL: the usual */
};

/* Reads what is new and stores it.  -1 and e: it cannot be reached or read (any more), or the
 * store failed; what came before is stored, and the next call goes on there. */
int source_buildbot(struct ingest *in, const struct buildbot_options *o, const char *where,
                    struct err *e);

#endif
