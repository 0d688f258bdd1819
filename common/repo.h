/*
 * Git repositories (libgit2), read only but for working trees of our own.
 * Nothing here changes the user's branches, index or files.  The user's
 * configuration is read as git does (GIT_CONFIG_GLOBAL=/dev/null and
 * GIT_CONFIG_NOSYSTEM=1 leave it out).  Ids are values and belong to nobody; every
 * error names the repository or the object and says what to do where that is known.
 */
#ifndef COMMON_REPO_H
#define COMMON_REPO_H

#include "common/arena.h"
#include "common/err.h"
#include "common/str.h"

struct repo;

enum { REPO_ID_BYTES = 20, REPO_HEX = 2 * REPO_ID_BYTES + 1, REPO_SHORT = 12 /* digits shown */ };

struct repo_id {
	unsigned char bytes[REPO_ID_BYTES];
};

/* dir: a repository, bare or not, or any folder in one.  NULL and e when there is none, it
 * belongs to somebody else, or is damaged. */
struct repo *repo_open(const char *dir, struct err *e);
void repo_close(struct repo *r); /* takes NULL */
/* The folder that the repository's working trees share (".git", or the bare one), absolute. */
const char *repo_folder(const struct repo *r);
bool repo_is_bare(const struct repo *r);
bool repo_is_shallow(struct repo *r);

/* ---- ids ---- */

void repo_hex(char out[REPO_HEX], const struct repo_id *id);
bool repo_unhex(struct repo_id *out, struct span hex); /* 40 digits and no more */
bool repo_same(const struct repo_id *a, const struct repo_id *b);
/* The commit that a revision as git writes it ("v1.2", "main~3", "1a2b3c4") leads to. */
int repo_resolve(struct repo_id *out, struct repo *r, const char *revision, struct err *e);
bool repo_holds(struct repo *r, const struct repo_id *id); /* the object is there */
/* The folder that holds the user's files, without a slash at its end; NULL: it is bare. */
const char *repo_top(const struct repo *r);
/* Whether the commit holds a file or folder of that path (from the top). */
bool repo_has_path(struct repo *r, const struct repo_id *commit, const char *path);

/* ---- one commit ---- */

/* Strings and parents live in the arena it was read into. */
struct repo_commit {
	struct repo_id id;
	const struct repo_id *parents;
	size_t n_parents;
	int64_t time;         /* of the committer, seconds since 1970 */
	int64_t author_time;
	const char *author, *email;
	const char *subject;  /* the first paragraph on one line */
	const char *message;  /* all of it, trailers too */
};

int repo_commit_read(struct repo_commit *out, struct repo *r, const struct repo_id *id,
                     struct arena *mem, struct err *e);

/* A file that a commit changed against its first parent: so a merge shows what it brought
 * into its branch.  old_path differs from path for a renamed file only; NULL: added. */
struct repo_change {
	const char *path, *old_path;
	char status; /* 'A', 'D', 'M', 'R', 'T' (another type of file) */
};

/* Calls visit for each file, in order of the paths, until it returns false.  renames:
 * compares contents, which takes far longer. */
int repo_changes(struct repo *r, const struct repo_id *commit, bool renames,
                 bool (*visit)(void *data, const struct repo_change *c), void *data, struct err *e);
/* Whether it changed a file below one of the n paths (a file or folder each; "" is all):
 * 1, 0, or -1. */
int repo_touches(struct repo *r, const struct repo_id *commit, const char *const *paths, size_t n,
                 struct err *e);
/* As `git patch-id --stable`: equal for commits that make the same change somewhere else. */
int repo_patch_id(struct repo_id *out, struct repo *r, const struct repo_id *commit, struct err *e);

/* ---- history ---- */

struct repo_step {
	struct repo_id id;
	const struct repo_id *parents; /* until visit returns */
	size_t n_parents;
	int64_t time; /* of the committer, seconds since 1970 */
};

/* From tip backwards, without hide and its ancestors (NULL: to the root), until visit
 * returns false.  All commits, children before parents; or first_parent: along the first
 * parents alone, until hide is met.  Where a shallow clone ends, so does the walk, as if
 * there were no parents.  -1: an object is missing or damaged. */
int repo_walk(struct repo *r, const struct repo_id *tip, const struct repo_id *hide, bool first_parent,
              bool (*visit)(void *data, const struct repo_step *step), void *data, struct err *e);
/* Whether a is b or an ancestor of it: 1, 0, or -1. */
int repo_is_ancestor(struct repo *r, const struct repo_id *a, const struct repo_id *b, struct err *e);
/* The best common ancestor: 1, 0 when there is none, or -1. */
int repo_merge_base(struct repo_id *out, struct repo *r, const struct repo_id *a,
                    const struct repo_id *b, struct err *e);
/* Local branches, and those of remotes ("origin/main"), in order of their names. */
int repo_branches(struct repo *r, bool (*visit)(void *data, const char *name, const struct repo_id *tip),
                  void *data, struct err *e);

/* ---- working trees of our own ---- */

/* A linked working tree with a detached HEAD, as `git worktree add --detach` makes it, but
 * without a branch and with nothing in it until the first checkout. */
struct repo_tree;

/* Makes the folder `path`, absolute (its parent is there), and worktrees/NAME in the
 * repository. */
struct repo_tree *repo_tree_new(struct repo *r, const char *name, const char *path, struct err *e);
/* Makes its files those of the commit; writes only what differs.  clean: what is not of
 * the commit goes (what earlier runs left), else it stays (what a build made).  0; 1:
 * the commit cannot be had (an object is missing or damaged); -1: writing failed (the
 * disk is full).  e says why for both. */
int repo_tree_checkout(struct repo_tree *t, const struct repo_id *commit, bool clean, struct err *e);
const char *repo_tree_path(const struct repo_tree *t);
/* Whether the commit last checked out has submodules, which are left empty. */
bool repo_tree_has_submodules(const struct repo_tree *t);
/* Removes both folders and frees; takes NULL. */
void repo_tree_free(struct repo_tree *t);
/* Removes worktrees/PREFIX* of the repository whose working tree is gone: what is left of a
 * program that was killed. */
void repo_trees_sweep(struct repo *r, const char *prefix);

#endif
