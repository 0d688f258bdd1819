/*
 * The tests of one command, in the order in which the runner has them.  A
 * test is known to everything else by its index.  Names are any bytes but NUL;
 * equal names are kept once (the runner cannot choose between them).
 */
#ifndef BISECT_TESTLIST_H
#define BISECT_TESTLIST_H

#include "common/arena.h"
#include "common/err.h"
#include "common/str.h"
#include "common/vec.h"

enum { TESTLIST_NONE = UINT32_MAX, TESTLIST_MAX = 16 << 20 };

struct testlist {
	struct arena mem;
	VEC(const char *) names; /* owned by mem */
	uint32_t *slots;         /* open-addressing hash of indices; NONE: free */
	uint32_t n_slots;        /* a power of two, or 0 */
	uint32_t n_doubles;      /* names that were added again and left out */
};

#define TESTLIST_INIT { ARENA_INIT, VEC_INIT, NULL, 0, 0 }

void testlist_release(struct testlist *l);
/* The index of the name, which is added at the end when it is new. */
uint32_t testlist_add(struct testlist *l, struct span name);
/* TESTLIST_NONE when there is no such test. */
uint32_t testlist_find(const struct testlist *l, struct span name);
const char *testlist_name(const struct testlist *l, uint32_t i);
uint32_t testlist_count(const struct testlist *l);

/* One name a line; escapes of str_add_escaped are undone, so a backslash of a
 * name is written twice.  Empty lines and lines that begin with '#' are passed
 * over, a carriage return at the end of a line is taken off.  -1: no file, a
 * NUL byte, a name of more than 1 MiB; e names file and line. */
int testlist_read(struct testlist *l, const char *path, struct err *e); /* "-": standard input */
/* The same for a list that a person or another program wrote: names as they are (pytest
 * itself writes a backslash into ids), escapes only after the line TESTLIST_ESCAPED. */
#define TESTLIST_ESCAPED "# flake-bisect: escaped names"
int testlist_read_plain(struct testlist *l, const char *path, struct err *e);

/* The same for bytes that come in pieces: init, read_bytes for each, read_end. */
struct testlist_reader {
	struct str part; /* of a line whose end has not come */
	struct str name;
	unsigned line;   /* lines that are done */
	bool plain;      /* no escapes, as testlist_read_plain */
};
void testlist_reader_init(struct testlist_reader *rd, bool plain);
void testlist_reader_release(struct testlist_reader *rd);
int testlist_read_bytes(struct testlist *l, struct testlist_reader *rd, struct span bytes,
                        struct err *e);
int testlist_read_end(struct testlist *l, struct testlist_reader *rd, struct err *e);

/* Writes the chosen tests, one escaped name a line, through a temporary file and
 * rename (a device, a pipe or a link is written to as it is). */
int testlist_write(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
                   struct err *e);
/* The same for testlist_read_plain: names as they are, or, where one of them could not
 * be read back so, TESTLIST_ESCAPED and escaped names. */
int testlist_write_plain(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
                         struct err *e);
/* The same with the names as they are, for other programs; -1 also for a name
 * that holds a newline. */
int testlist_write_raw(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
                       struct err *e);
/* A 64-bit digest (FNV-1a) of names in order: tells whether a list changed. */
uint64_t testlist_digest(const struct testlist *l);

#endif
