/*
 * Between the files of source_buildbot: what a way to a master (database, REST) tells,
 * and what both share.
 */
#ifndef TRIAGE_SOURCE_BUILDBOT_IN_H
#define TRIAGE_SOURCE_BUILDBOT_IN_H

#include "common/arena.h"
#include "common/err.h"
#include "common/json.h"
#include "common/str.h"
#include "common/vec.h"
#include "triage/source_buildbot.h"

enum {
	BB_PAGE = 100,             /* builds asked for at once */
	BB_CHUNK_MAX = 4 << 20,    /* bytes of an unpacked log chunk; Buildbot makes 64 KiB */
	BB_LOGS_MAX = 10000,       /* of a build */
	BB_STRIKES = 5,            /* builds in a row that cannot be read: the master is ill */
	BB_TEXT_MAX = 64 << 10,    /* bytes of a name or a property */
};

struct collect; /* collect.h */

/* One codebase of a build. */
struct bb_stamp {
	struct span codebase, branch, revision;
};

struct bb_log {
	int64_t id;
	struct span name, step;
	int64_t n_lines;
	char type;             /* s(tdio), t(ext), h(tml), d(eleted); others count as t */
};

/* A build as its master tells it.  The spans live in mem of its page. */
struct bb_build {
	int64_t id, number;
	int64_t builder_id, worker_id, request_id; /* -1: none */
	int64_t started, finished; /* seconds since 1970; 0: unknown */
	bool complete;
	int results;               /* -1: none */
	struct span builder, worker;
	/* Properties; NULL spans: not there. */
	struct span branch, revision;
	VEC(struct bb_stamp) got;    /* got_revision; codebase "" when there is one for all */
	VEC(struct bb_stamp) stamps; /* source stamps, when they were asked for */
	VEC(struct bb_log) logs;     /* those that are worth reading, in order */
	struct span damage;          /* why its logs cannot be found, now or ever; empty: they can */
};

struct bb_page {
	VEC(struct bb_build) builds; /* by id */
	struct span skipped;         /* what could not be read before them; empty: nothing */
	struct arena mem;
};

#define BB_PAGE_INIT { VEC_INIT, { NULL, 0 }, ARENA_INIT }

/* Where a log's bytes go: whole lines, each with its newline. */
struct bb_sink {
	/* False: the rest of the log is of no use. */
	bool (*feed)(void *data, struct span bytes);
	/* Something of it could not be read ("log 12, chunk of line 400: zlib: ..."). */
	void (*unread)(void *data, const char *what);
	void *data;
};

/* What a call could do. */
enum bb_did {
	BB_DONE,
	BB_NOT,   /* e: this thing cannot be read now, others may */
	BB_FATAL, /* e: nothing more can be read now */
};

/* A way to a master. */
struct bb_way {
	/* What the first master calls itself; "" when it does not say. */
	enum bb_did (*master)(void *self, struct str *name, struct err *e);
	/* Adds at most BB_PAGE builds with ids above after, by id; none: there are no more. */
	enum bb_did (*builds)(void *self, int64_t after, struct bb_page *page, struct err *e);
	/* Adds that one build; none: it is not there. */
	enum bb_did (*build)(void *self, int64_t id, struct bb_page *page, struct err *e);
	/* Fills b->stamps. */
	enum bb_did (*stamps)(void *self, struct bb_build *b, struct arena *mem, struct err *e);
	/* Fills b->logs; NULL: they came with the build. */
	enum bb_did (*logs)(void *self, struct bb_build *b, struct arena *mem, struct err *e);
	enum bb_did (*read)(void *self, const struct bb_log *log, const struct bb_sink *to, struct err *e);
	/* Adds what its test result sets say, if there are any. */
	enum bb_did (*sets)(void *self, const struct bb_build *b, struct collect *to, struct err *e);
	/* Adds the build's page for people, or nothing. */
	void (*url)(void *self, const struct bb_build *b, struct str *out);
	void (*close)(void *self);
	bool slow; /* each call may take long: nothing may be locked meanwhile */
};

/* Both return what the calls above take; NULL and e.  where is for errors too. */
extern const struct bb_way bb_database, bb_rest;
void *bb_database_open(const char *path, struct err *e);
/* memo: what to tell the server that we know, and what to remember for the next time; kept. */
void *bb_rest_open(const char *url, const struct buildbot_options *o, struct str *memo, struct err *e);

/* ---- source_buildbot_facts.c: what both share, without I/O ---- */

/* Seconds since 1970, or 0 for what cannot be a time. */
int64_t bb_time(double seconds);
/* Takes a property that matters (branch, revision, got_revision, workername, slavename);
 * value NULL: not there. */
void bb_property(struct bb_build *b, struct span name, const struct json *value, struct arena *mem);
/* Are the properties not enough to know branch and revision? */
bool bb_needs_stamps(const struct bb_build *b);
/* What was really built, of the codebase that counts: the one without a name, else that
 * of the first source stamp, else the first that got a revision. */
void bb_revision(const struct bb_build *b, struct span *branch, struct span *revision);
/* Can a step, or a log, of that name hold the results of tests? */
bool bb_step_matters(struct span step);
bool bb_log_matters(struct span log, char type);
bool bb_tests_matter(int results); /* evidence of tests */
/* Takes off the stream letters of an 's' log, and leaves out what the master itself said
 * (letter h: command, environment).  p holds whole lines, the last may lack its newline.
 * The bytes left, from p on. */
size_t bb_strip(char *p, size_t n);
size_t bb_count_lines(struct span text); /* whole or not */
/* Without its first n lines. */
struct span bb_skip_lines(struct span text, int64_t n);

/* What a build looks like, to know it again: "ID NUMBER STARTED". */
void bb_describe(const struct bb_build *b, struct str *out);
/* Did it begin before that time?  No, when that is not known, or since is 0. */
bool bb_is_before(const struct bb_build *b, int64_t since);

void bb_page_clear(struct bb_page *p); /* leaves the empty state */
/* A new build at the end of the page, empty. */
struct bb_build *bb_page_add(struct bb_page *p);
struct span bb_copy(struct arena *mem, struct span text);

/* ---- source_buildbot_sets.c ---- */

/* One result of a test result set. */
struct bb_result {
	struct span category, unit; /* of its set: "pass_fail", "boolean" */
	struct span name, path;     /* of the test and its file; each may be empty */
	struct span value;
	int64_t nanos;              /* how long; -1: unknown */
};

/* Are the results of such a set those of tests? */
bool bb_set_matters(struct span category, struct span unit);
void bb_take_result(struct collect *to, const struct bb_result *r);
/* After the last one, when there was any; results: the build's own. */
void bb_end_results(struct collect *to, int results, bool complete);

/* ---- source_buildbot_skip.c ---- */

/* Moves *last, and what it looks like, on to the last build of those that began before since. */
enum bb_did bb_skip_old(const struct bb_way *way, void *self, int64_t since, int64_t *last,
                        struct str *anchor, struct err *e);

#endif
