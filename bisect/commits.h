/*
 * A search in a range of commits, from the command line to the report: what
 * `commits`, and `resume` and `show` of such a session, have in common.  The
 * parts: commits_range.c (the range as a graph and a list), commits_trees.c
 * (working trees, builds), commits_drive.c (gate and search, on answers of a
 * lab), commits_log.c (the log for git), report_commits.c (the words).
 */
#ifndef BISECT_COMMITS_H
#define BISECT_COMMITS_H

#include "bisect/finding.h"
#include "bisect/graph.h"
#include "bisect/hunt.h"
#include "bisect/lab.h"
#include "bisect/options.h"
#include "bisect/record.h"
#include "common/repo.h"

/* ---- the range ---- */

/* Commit c of the graph is number c + 1 of the list, whose names are ids; number 0 is
 * the old end.  Invariant: list and graph.n agree. */
struct commits_range {
	struct graph graph;
	struct testlist list;
	double *prior;        /* [graph.n] relative suspicion; NULL: equal */
	struct hunt_past past; /* what a history saw before and after it; no runs: nothing */
	uint32_t n_suspects;  /* of the graph, that touch --paths; all without */
	bool base;            /* the old end is the best common ancestor: GOOD was none */
	const char *old_word, *new_word; /* the revisions as the user wrote them, in mem */
	struct arena mem;
};

#define COMMITS_RANGE_INIT { .graph = GRAPH_INIT, .list = TESTLIST_INIT }

void commits_range_release(struct commits_range *r);
bool commits_is_range(const char *text); /* GOOD..BAD, or GOOD.. for GOOD..HEAD */
/* Reads opt->range; --paths are seen from cwd.  -1: a revision is missing, there is nothing between them, or the
 * history cannot be read; e says so. */
int commits_range_read(struct commits_range *r, struct repo *repo, const struct options *opt,
                       const char *cwd, struct err *e);
void commits_id(struct repo_id *out, const struct testlist *list, uint32_t i);

/* ---- working trees ---- */

enum { COMMITS_NONE = UINT32_MAX };

struct commits_trees;
extern const struct framework commits_framework; /* its fw_command.state is a commits_trees */

/* n: as many runs as are under way at once.  cwd: where the program was started.  Nothing is
 * made before it is needed; what killed programs left is removed. */
struct commits_trees *commits_trees_open(struct repo *repo, const struct testlist *list,
                                         const struct session *session, const struct options *opt,
                                         const char *cwd, uint32_t n);
void commits_trees_close(struct commits_trees *t); /* takes NULL */
/* The command, with what the user has in cwd but the commit `in` has not named by its
 * absolute path; lives in mem. */
const char **commits_command(struct repo *repo, const struct repo_id *in, const char *const *command,
                             const char *cwd, struct arena *mem);

/* Trees as the driver sees them, by answers: a commit that is about to be asked gets one;
 * true: one that is free holds it already, built. */
bool commits_trees_promise(struct commits_trees *t, uint32_t commit);
/* Its answer came, of that run: the tree is free, and holds it (built: and could be built). */
void commits_trees_done(struct commits_trees *t, uint32_t commit, uint64_t run, bool built);
/* The commits that free trees hold; [n], how many. */
size_t commits_trees_ready(const struct commits_trees *t, uint32_t *out);

/* Reasons of unresolved answers that will not change when it is asked again begin so. */
#define COMMITS_BUILD_FAILED "the build"
#define COMMITS_NO_CHECKOUT "the checkout"

/* ---- what was found ---- */

enum commits_verdict {
	COMMITS_FOUND,     /* "found" */
	COMMITS_SAME,      /* "no-change": the old end shows it as often as the new one */
	COMMITS_NEVER,     /* "not-reproduced": the new end never showed it */
	COMMITS_UNDECIDED, /* "undecided" */
};

struct commits_suspect { uint32_t commit; double posterior; /* number in the list */ };

/* `fails` always counts failing runs, also with --fixed.  Strings live in mem. */
struct commits_finding {
	enum commits_verdict verdict;
	uint32_t best;             /* number in the list; COMMITS_NONE: no search yet */
	double confidence;         /* that it is the one; of the other verdicts: of them */
	struct counts with, without; /* runs of what has it in its history, and of what has not */
	struct counts old, new;    /* of both ends */
	VEC(struct commits_suspect) set; /* holds 90 % of the posterior, likeliest first */
	VEC(struct counts) each;   /* [list] of each commit */
	VEC(bool) skipped;         /* [list] it cannot be tested */
	uint32_t n_skipped;
	uint32_t n_runs, n_gate_runs, n_proof_runs;
	double seconds;
	VEC(struct other_failure) others;
	const char *reason;        /* one sentence more; NULL: none */
	const char *signature, *failure; /* as in struct finding */
	const char *session;
	struct arena mem;
};

void commits_finding_init(struct commits_finding *f);
void commits_finding_release(struct commits_finding *f);
const char *commits_verdict_name(enum commits_verdict v);
int commits_exit_status(const struct commits_finding *f);

/* ---- the driver ---- */

struct drive_view;

struct commits_drive {
	struct lab *lab;
	struct commits_trees *trees;
	const struct commits_range *range;
	struct options *opt;       /* the default of timeout_ms is set once runs are known */
	uint32_t at_once;          /* questions asked at once; the same in all parts of a session */
	void (*progress)(void *data, const struct drive_view *view); /* may be NULL */
	void *data;
};

/* As drive_tests: -1 when the lab broke; what is known is in f all the same. */
int commits_search(struct commits_drive *d, struct commits_finding *f, enum lab_event *event,
                   struct err *e);

/* ---- the whole ---- */

/* GOOD..BAD is opt->range.  The exit status; -1 and e when something outside failed. */
int commits_begin(const struct options *opt, struct err *e);
/* Whether that session (NULL: the latest of root) is one of commits. */
bool commits_is_session(const char *root, const char *which);
struct prog_call;
int commits_resume(const struct prog_call *call, const char *which, bool replay_only, struct err *e);

/* ---- output ---- */

/* A commit as people see it; filled where the repository has it. */
struct commits_words {
	struct repo *repo; /* NULL: ids alone */
	const struct commits_range *range;
	const struct options *opt;
};

/* Writes the file for `git bisect replay`. */
int commits_log_write(const struct commits_finding *f, const struct commits_words *w, const char *path,
                      struct err *e);
void report_commits_text(struct str *out, const struct commits_finding *f, const struct commits_words *w,
                         bool color, const char *resume);
void report_commits_json(struct str *out, const struct commits_finding *f, const struct commits_words *w);
/* Prints either, as the options want it. */
void report_commits(const struct commits_finding *f, const struct commits_words *w);

#endif
