/*
 * The parts of the source of files: source_files.c reads, source_files_list.c finds what there is to
 * read, source_files_group.c puts it together to builds, source_files_place.c thinks about what
 * a path says, source_files_layout.c reads layouts.
 */
#ifndef TRIAGE_SOURCE_FILES_IN_H
#define TRIAGE_SOURCE_FILES_IN_H

#include "common/arena.h"
#include "common/vec.h"
#include "triage/source_files.h"

/* What a path says of the build that its file belongs to; empty: nothing. */
struct files_place {
	struct span builder, branch, revision, number, worker;
	struct span below; /* the folders between the number and the file, joined by '/' */
};

/* root: the absolute name of the argument's folder, or of the one that holds it; path: from there on,
 * with the file's name.  The results live in mem. */
void files_place_find(struct files_place *out, struct arena *mem, struct span root, struct span path);
/* Is it one of GitHub Actions' names ("0_test (3.12).txt", packed or not)?  Then job is what it is of. */
bool files_place_job(struct span name, struct span *job);
/* A file that holds no results by its name: a picture, a program, a lock. */
bool files_place_is_noise(struct span name);
/* A file that may hold results, but rarely does, and lies beside those that do. */
bool files_place_is_doubtful(struct span path);
/* The name without what says how it is packed (".gz", ".zip", ".tar.xz"). */
struct span files_place_stem(struct span name);

/* False: the end of the path does not fit. */
bool files_layout_match(const char *layout, struct span path, struct files_place *out);

/* Something to read: a file, or an entry of an archive. */
struct files_input {
	struct span path;    /* for people: "logs.zip/0_test.txt" */
	struct span root, below_root; /* as for files_place_find */
	int64_t mtime;       /* seconds since 1970; 0: unknown */
	int64_t size;        /* -1: unknown */
	uint32_t container;  /* index of the file that it is or is in */
	uint32_t build;      /* FILES_NO_BUILD: passed over */
};
enum { FILES_NO_BUILD = UINT32_MAX };

struct files_container {
	const char *path;
	bool packed;         /* opened with archive.h */
	int64_t mtime;
	struct span root, below_root;
	uint32_t first, n;   /* its inputs */
};

struct files_list {
	VEC(struct files_container) containers;
	VEC(struct files_input) inputs;
	struct arena mem;
	struct ingest *in;   /* for remarks */
};

/* Adds what there is below path, in order.  -1 and e: there is no such path. */
int files_list_add(struct files_list *l, const char *path, struct err *e);
void files_list_release(struct files_list *l);
/* The remark that path cannot be read, counted. */
void files_unread(struct ingest *in, struct span path, const char *why);

/* The inputs of one build. */
struct files_group {
	struct files_place place;
	struct span path;     /* of its first input */
	uint32_t n_left;      /* inputs that are still to be read */
	uint32_t n_read;
	struct intake *intake; /* NULL: nothing of it was read yet, or it is stored */
};
struct files_groups { struct files_group *p; size_t n, cap; }; /* a VEC */

/* Gives each input its build. */
void files_group(struct files_list *l, const struct files_options *o, struct files_groups *out);

/* The entries of an archive in order, with those of archives in it (once).  1: *path (empty: a single
 * compressed file) and the others are those of one; 0: there are no more; 2: this one cannot be
 * read, e says why; -1 and e: all the rest cannot. */
struct files_walk;
struct files_walk *files_walk_open(const struct files_container *c, struct err *e);
int files_walk_next(struct files_walk *w, struct str *path, int64_t *mtime, int64_t *size, struct err *e);
int files_walk_read(struct files_walk *w, struct span *bytes, struct err *e);
void files_walk_close(struct files_walk *w);

#endif
