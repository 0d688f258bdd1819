/*
 * Inside the analysis (analyse_*.c); nobody else includes this.  A track is
 * what one lane says of a test, a scope is what is judged together: a branch,
 * or one lane of it.
 */
#ifndef TRIAGE_ANALYSE_IN_H
#define TRIAGE_ANALYSE_IN_H

#include "triage/analyse.h"
#include "triage/analyse_change.h"
#include "triage/analyse_rate.h"

#include "common/vec.h"

/* The first try in one build that is evidence; in the order of the lane. */
struct sight_of_build { uint32_t at, place; uint8_t cell; };

struct track {
	const struct stream *stream;
	const struct sight_of_build *p;
	uint32_t n;
	const uint32_t *fails; /* places in p where a first try failed, ascending: most never do */
	uint32_t n_fails;
	/* Of every build, also those that are no evidence (finding.h). */
	uint64_t runs, failed, rerun_passes, left_out;
	uint64_t left_mass[4]; /* of left_out, by enum mass; MASS_NONE: by their machine */
	int64_t last_fail;
	uint8_t last_mass;     /* of the newest build where it ran, when it failed there */
};

/* One branch of a test, with its changes. */
struct branch {
	uint32_t branch;
	struct track *tracks;
	uint32_t n_tracks;
	const struct change_point *changes;
	uint32_t n_changes;
	uint32_t n_places;
	const uint32_t *sights_at; /* [n_places] of all tracks */
};

struct scope {
	const struct branch *of;
	const struct track *tracks; /* all of the branch's, or one */
	uint32_t n_tracks;
};

/* Counts of one segment of a scope. */
struct stretch { uint64_t runs, fails, rerun_passes; };

/* What was thought, and the words for it. */
struct decision {
	enum verdict verdict;
	double sure;
	struct rate rate, before;
	struct evidence_counts evidence;
	bool flaked;   /* fixed, and what was fixed failed only now and then */
	bool back;     /* it had been fixed, and the same failure came back */
	bool has_since;
	struct span_of_commits since;
	uint64_t clean_runs, clean_needed;
	const struct known *known;
	struct span worker;
	bool explains; /* lines are wanted */
	VEC(struct span) lines; /* in the finding's memory */
};

/* All that is at hand while one scope is judged. */
struct think {
	const struct view *view;
	const struct test_view *test;
	const struct analyse_options *o;
	struct arena *mem;     /* of the finding */
	struct arena *scratch; /* of this call */
	struct scope s;
	uint32_t now;            /* the current segment: number of the branch's changes */
	struct stretch *stretch; /* [now + 1] */
	struct decision *d;
};

/* The segment of a place; its first place, and the place behind its last. */
uint32_t branch_segment(const struct branch *b, uint32_t place);
uint32_t branch_begin(const struct branch *b, uint32_t segment);
uint32_t branch_end(const struct branch *b, uint32_t segment);

/* The first of a track's sights at or behind a place; t->n: there is none. */
uint32_t first_at(const struct track *t, uint32_t place);
/* The first of its failures (of t->fails) whose sight is `sight` or behind it; t->n_fails: there is none. */
uint32_t first_fail(const struct track *t, uint32_t sight);
/* Of the sights from `from` to end - 1, and of places from low to high - 1. */
struct stretch sights_count(const struct track *t, uint32_t from, uint32_t end);
struct stretch track_count(const struct track *t, uint32_t low, uint32_t high);
/* The first place from there on with a failure; UINT32_MAX: there is none. */
uint32_t first_failure(const struct scope *s, uint32_t from);

/* Whether the build is evidence of single tests, and seen at all. */
bool build_seen(const struct lane_build *b, int64_t until);
bool build_counts(const struct lane_build *b);

/* The test's branches with their tracks and changes, in the order of their first streams;
 * how many in *n.  Made in mem. */
struct branch *branches_of(uint32_t *n, const struct view *v, const struct test_view *t, int64_t until,
                           struct arena *mem);

/* The decision on a scope; explains says whether it keeps its steps. */
void decide(struct decision *d, const struct think *common, const struct scope *s, bool explains);

/* Adds a line to the explanation; where none is wanted the words are not even made. */
#define say(t, ...) ((t)->d->explains ? say_line(t, __VA_ARGS__) : (void)0)
void say_line(struct think *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "1 build", "2 builds"; dies with t->scratch. */
const char *counted(const struct think *t, uint64_t n, const char *thing);
/* The revision at a place of the scope's branch, or "build N" where it is not known; dies with t->scratch. */
const char *place_name(const struct think *t, uint32_t place);

/* Evidence of the current segment (analyse_evidence.c). */
void evidence_count(const struct think *t, struct evidence_counts *out);

/* ---- steps of a decision: true when it is made (analyse_step_NAME.c) ---- */

bool step_machine(struct think *t);   /* all failures on one worker, others pass */
bool step_regressed(struct think *t); /* fails in each build since a place */
bool step_fixed(struct think *t);     /* failed, and has been clean for long enough */
bool step_flaky(struct think *t);     /* fails and passes at one source; did not hold */

/* Whether the failures of now were fixed before and came back: between which places, and
 * whether they say the same. */
enum alike { ALIKE_NO, ALIKE_YES, ALIKE_MAYBE /* nobody knows their messages */ };
bool is_back(const struct think *t, struct span_of_commits *since, enum alike *alike);

/* The rule that nearly all failures of the current segment match; NULL: none does. */
const struct known *known_of(const struct think *t);
/* Whether failures before a place, and from another on, look the same. */
enum alike failures_alike(const struct think *t, uint32_t before, uint32_t from);

#endif
