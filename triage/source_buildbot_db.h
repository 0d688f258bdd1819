/*
 * What the files of the database way to a Buildbot master share; nobody else includes it.
 */
#ifndef TRIAGE_SOURCE_BUILDBOT_DB_H
#define TRIAGE_SOURCE_BUILDBOT_DB_H

#include "common/db.h"
#include "common/unpack.h"
#include "triage/source_buildbot_in.h"

struct bb_db {
	struct db *db;
	struct unpack *unpack;
	bool slaves;        /* before Buildbot 0.9.0rc1: the tables speak of slaves */
	bool no_workers, no_stamps, no_properties, no_sets; /* tables that are missing */
	struct str url;     /* of the master's pages; "" unknown */
};

/* ---- source_buildbot_page.c ---- */

/* Properties, workers and logs of the page's builds that are complete.  Damage is of one build alone. */
enum bb_did bb_database_complete(struct bb_db *d, struct bb_page *page, struct err *e);

/* For the table of calls. */
enum bb_did bb_database_stamps(void *self, struct bb_build *b, struct arena *mem, struct err *e);

/* ---- source_buildbot_log.c, likewise ---- */

enum bb_did bb_database_read(void *self, const struct bb_log *log, const struct bb_sink *to, struct err *e);

/* source_buildbot_sets.c: the same */
enum bb_did bb_database_sets(void *self, const struct bb_build *b, struct collect *to, struct err *e);

#endif
