/*
 * What the files of the repository's wrapper share: repo.c (opening, ids, one
 * commit), repo_walk.c and repo_order.c (history), repo_diff.c (what commits change) and
 * repo_tree.c (working trees of our own).  Nobody else includes this, and no
 * other file includes libgit2.
 */
#ifndef COMMON_REPO_IN_H
#define COMMON_REPO_IN_H

#include <git2.h>

#include "common/repo.h"
#include "common/vec.h"
#include "lazy/git2.h"

struct repo {
	git_repository *git;
	git_odb *odb;
	char *folder; /* without a slash at its end */
	char *top;    /* the same; NULL: bare */
};

/* Fills e with the words given and what libgit2 says; returns -1. */
PRINTF_LIKE(3, 4)
int repo_fail(struct repo *r, struct err *e, const char *fmt, ...);
/* The same about one object: "commit 1a2b...: ...". */
int repo_fail_at(struct repo *r, struct err *e, const struct repo_id *id);

static inline const git_oid *
repo_oid(const struct repo_id *id)
{
	_Static_assert(sizeof(git_oid) == sizeof(struct repo_id), "ids of libgit2 are bytes alone");
	return (const git_oid *)(const void *)id;
}

static inline void
repo_from_oid(struct repo_id *out, const git_oid *oid)
{
	memcpy(out->bytes, oid->id, sizeof(out->bytes));
}

/* repo_walk.c: reads commits as bytes. */
struct repo_reader {
	struct repo *repo;
	struct err *e;
	VEC(struct repo_id) parents; /* of the commit read last */
	VEC(struct repo_id) cut;     /* whose parents a shallow clone lacks */
};
/* Fills time and parents (until the next call) for step->id. */
int repo_reader_step(struct repo_reader *rd, struct repo_step *step);

/* repo_order.c: repo_walk without first_parent. */
int repo_walk_all(struct repo_reader *rd, const struct repo_id *tip, const struct repo_id *hide,
                  bool (*visit)(void *data, const struct repo_step *step), void *data);

#endif
