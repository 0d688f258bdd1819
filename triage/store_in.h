/* What the files of the store (store_*.c) share; nobody else includes it. */
#ifndef TRIAGE_STORE_IN_H
#define TRIAGE_STORE_IN_H

#include "common/db.h"
#include "common/map.h"
#include "common/vec.h"
#include "triage/store.h"
#include "triage/store_joint.h"
#include "triage/story.h"

/* ---- texts that have numbers (store_names.c) ---- */

/* Kinds of rows in the table of names.  Stored: never change the numbers. */
enum name_kind {
	NAME_SOURCE, NAME_BUILDER, NAME_BRANCH, NAME_WORKER, NAME_URL, NAME_RULE, NAME_FORMAT,
	NAME_KINDS,
};

/* What is known already of one table: text to row. */
struct cache {
	struct map texts;
	VEC(int64_t) ids;
	size_t next;           /* behind the text that was asked for last */
};

#define WAIT_MS (20 * 60 * INT64_C(1000)) /* for another ingest */

struct store {
	struct db *db;
	enum store_mode mode;
	bool in_batch;         /* a transaction of several builds is open */
	int64_t batch_began;   /* clock_micros */
	unsigned n_readers;    /* views, which share one read transaction */
	bool reading;
	struct cache names[NAME_KINDS];
	struct cache tests, revisions, messages, stories;
	struct cache lines;    /* error lines and warnings as they were read, to rows of messages */
};

/* Rows begin at 1.  add = false: 0 when there is none.  -1 and e. */
int64_t name_row(struct store *s, enum name_kind kind, struct span text, bool add, struct err *e);
int64_t test_row(struct store *s, struct span name, struct span file, struct err *e);
int64_t revision_row(struct store *s, struct span text, struct err *e); /* "" is 0 */
/* The row of an error line or warning; details may be empty.  "" without details is 0.  What is
 * stored of them is masked (mask.h). */
int64_t message_row(struct store *s, struct span line, struct span details, struct err *e);
int64_t story_row(struct store *s, const struct attempt *a, size_t n, struct err *e);
/* A revision as it was given; spans live in mem. */
struct span revision_text(struct arena *mem, struct span stored);
void cache_release(struct cache *c);
void store_forget(struct store *s); /* all caches, after a rollback */

/* ---- rosters (store_roster.c) ---- */

struct roster_test { int64_t test; char letter; };
/* Sorts the tests and adds their packed form: sets by letter, each as ranges. */
void roster_pack(struct str *out, struct roster_test *tests, size_t n);
/* The letter of the test; NUL: it is not there, or the rest is damaged. */
char roster_letter(struct span packed, int64_t test);
/* Every test; false: it is damaged. */
bool roster_each(struct span packed, void (*each)(void *data, int64_t test, char letter), void *data);

void pack_uint(struct str *out, uint64_t n);          /* LEB128 */
void pack_pair(struct str *out, uint64_t a, uint64_t b); /* one after the other */
bool unpack_uint(struct span *rest, uint64_t *n);     /* false: damaged */

/* ---- durations of passing tests (store_times.c) ---- */

/* Adds a test's first try, if it passed and says how long it took; last: 0 before the first. */
void times_add(struct str *packed, int64_t *last, int64_t test, const struct attempt *first);
/* False: it is damaged. */
bool times_each(struct span packed, void (*each)(void *data, int64_t test, int64_t micros), void *data);
/* They are the lane's from now on, unless it has those of a newer build; empty, or of a run that
 * was cut off: nothing changes. */
int times_put(struct store *s, int64_t lane, const struct build *b, struct span packed, struct err *e);

/* ---- series: rows of numbers in order, in delta-coded blocks (store_series.c) ---- */

/* Stored: never change the numbers. */
enum series_kind {
	SERIES_LANE,  /* owner: lane.  started, build, revision, roster, worker, color | result << 4,
	                 tests that ran, tests that failed */
	SERIES_TEST,  /* owner: test.  build, lane, story << 3 | cell, message, duration, load */
	SERIES_KINDS,
};

enum { SERIES_WIDTH = 8 }; /* at the most */
/* Ordered by the first two numbers, which are unique in a series. */
struct entry { int64_t v[SERIES_WIDTH]; };

struct entries { VEC(struct entry) e; };

int series_insert(struct store *s, enum series_kind kind, int64_t owner, const struct entry *x,
                  struct err *e);
int series_remove(struct store *s, enum series_kind kind, int64_t owner, int64_t k0, int64_t k1,
                  struct err *e);
/* Adds the newest block of the series that begins before (k0, k1) to out, in order; false
 * with nothing wrong: there is none.  *first: its beginning, for the next call. */
int series_block(struct store *s, enum series_kind kind, int64_t owner, const struct entry *before,
                 struct entries *out, struct entry *first, struct err *e);
/* What a test's rows before some build come to in one lane. */
struct lane_sum { int64_t lane, n_fails, n_none; };
struct sums { VEC(struct lane_sum) p; };
/* A test's rows, in order, but for whole blocks before the build `from`: those are added to sums. */
int series_since(struct store *s, int64_t test, int64_t from, struct entries *out, struct sums *sums,
                 struct err *e);
/* Is the cell one of a failing first try: re-run, fail, flip? */
bool is_failing(int64_t cell);
/* The entry of a key whose first number is k0; 0: there is none; 1: it is in *out. */
int series_find(struct store *s, enum series_kind kind, int64_t owner, int64_t k0, struct entry *out,
                struct err *e);

/* Durations in three digits, and loads in hundredths; 0: unknown. */
int64_t duration_code(int64_t micros);
int64_t duration_of(int64_t code);
int64_t load_code(float load);
float load_of(int64_t code);

int64_t store_digest(const struct build *b); /* of all that is stored of it */

/* ---- schema (store_schema.c) ---- */

int schema_make(struct store *s, struct err *e);   /* in a new file */
int schema_check(struct store *s, struct err *e);  /* and bring it up to date, where that is allowed */

/* ---- transactions (store.c) ---- */

int store_begin(struct store *s, struct err *e);     /* opens the batch, when none is open */
int store_end_put(struct store *s, struct err *e);   /* commits it, when it is time */
void store_rollback(struct store *s);

/* ---- the inside of a view (store_view.c) ---- */

/* Where a build is; lane UINT32_MAX: a free slot. */
struct place { uint32_t lane, at; };

/* n builds in a row that have the same roster. */
struct roster_run { uint32_t roster, n; };

struct lane_more {
	int64_t id;           /* in the table of lanes */
	VEC(struct roster_run) runs; /* of the lane's builds, in order */
	int64_t n_newer;      /* builds after `until` */
	VEC(int64_t) newer;   /* their rosters + 1 */
};

struct roster_more {
	int64_t id;
	struct span packed;   /* p NULL: not loaded */
	uint8_t cell;         /* of the test that is looked at */
};

/* A count of builds of a lane that ran a roster, in all. */
struct lane_roster { uint32_t lane, roster; int64_t n; };

/* n 0: not loaded. */
struct story_more { struct story story; struct span letters; };

struct view_in {
	struct view pub;       /* first */
	VEC(uint32_t) joined;  /* by test: which it is a part of; those behind the last are themselves */
	VEC(struct test_joint) older; /* tests that are a part of another: old of now */
	struct lane_more *more; /* [n_lanes] */
	struct place *places;  /* by build less first_build where that is dense, else a hash */
	int64_t *place_builds; /* of a hash: the build of each place */
	size_t n_places;       /* 0: none yet; of a hash a power of two */
	int64_t first_build;   /* the smallest */
	bool dense;
	uint32_t order;        /* of the view, when places and runs were made */
	VEC(struct roster_more) rosters; /* by lane_build.roster */
	VEC(struct lane_roster) counts;
	VEC(struct story_more) stories; /* by row */
	int64_t until;
	struct arena scratch;  /* of the last store_streams */
	struct arena texts;    /* what single questions lend */
	struct entries entries;
};

struct view_in *view_in(struct view *v);
/* Where the build is; NULL: not in this view. */
const struct place *view_place(struct view_in *v, int64_t build);
int view_load_rosters(struct view_in *v, struct err *e);
/* Makes places and runs, where they are not as the builds are now. */
void view_index(struct view_in *v);
/* NULL and e: it cannot be read. */
const struct story_more *view_story(struct view_in *v, int64_t row, struct err *e);
/* The event of one row of a test's series; at is 0. */
int view_event(struct view_in *v, const struct entry *x, struct event *out, struct err *e);
/* Calls each for the tests in a build's list of events, loud: those whose cell is neither none
 * nor a pass alone.  False: it is damaged. */
bool events_each(struct span list, bool loud, void (*each)(void *data, int64_t test), void *data);

#endif
