/*
 * Formats of build results: each is one row of a table (reader.c) and one file
 * read_NAME.c.  A reader is a push parser in bounded memory: it is fed the bytes
 * of one file or log in chunks of any size and tells collect.h what it sees.  What
 * it cannot read it counts and names; it never guesses, and never passes a
 * test that nothing says passed.
 */
#ifndef TRIAGE_READER_H
#define TRIAGE_READER_H

#include "common/err.h"
#include "triage/collect.h"
#include "triage/strip.h"

enum { READER_HEAD = 64 << 10 }; /* bytes that detect() is shown at the most */
enum { READER_SURE = 90 };       /* who is as sure as this is believed, and nobody after it is asked */

struct warn; /* warn.h: the rules that turn a build orange */

/* What a reader is given beside the bytes; lives as long as the reader's state. */
struct reader_input {
	struct collect *to;
	const char *path;        /* of the file, or its name in an archive; for hints; may be "" */
	struct warn *warn;       /* may be NULL: no rules.  Readers of console output match lines with it */
};

struct reader {
	const char *name;    /* for --format */
	const char *title;   /* one line for the help */
	const char *refused; /* what to do with this format instead, when it is recognised in
	                        order to be refused; NULL: it is read */
	bool console;        /* reads what was printed: it may stand behind time stamps, stream
	                        letters and colours, which are taken off before (strip.h) */
	/* How sure this beginning (at most READER_HEAD bytes) is of its format: 0 not, up to 100. */
	int (*detect)(struct span head, const char *path);
	/* A new state; never NULL. */
	void *(*start)(const struct reader_input *in);
	/* -1 and e ("line 3: mismatched tag"): the rest is no use; what came before was told
	 * and stays.  Nothing may be fed after that. */
	int (*feed)(void *state, struct span bytes, struct err *e);
	int (*finish)(void *state, struct err *e);
	void (*free)(void *state);
};

extern const struct reader *const readers[]; /* NULL-terminated, surest first on a tie */
const struct reader *reader_find(const char *name); /* NULL: no such row */
/* The row that is surest of it; NULL: nobody knows it.  head is as it stands in the file:
 * rows of console output see it without time stamps and escapes. */
const struct reader *reader_detect(struct span head, const char *path);

/* One input on its way to one reader.  What is console output is stripped before. */
struct reader_stream {
	const struct reader *format;
	void *state;
	struct strip strip;
};

/* format is a row that is not refused; r stays where it is until it is released. */
void reader_start(struct reader_stream *r, const struct reader *format, const struct reader_input *in,
                  enum strip_mode mode);
/* Each as the row's own: -1 and e ends it all, what was told before stays. */
int reader_feed(struct reader_stream *r, struct span bytes, struct err *e);
int reader_finish(struct reader_stream *r, struct err *e);
void reader_release(struct reader_stream *r);

/* Reads a whole input that lies in memory (a log's lines, a small file), in one go:
 * start, feed, finish, free.  format NULL: detect.  -1 and e; a failed input keeps
 * what was told before, with truncated set in its open run and the reason in unread. */
int reader_read(const struct reader *format, const struct reader_input *in, struct span bytes,
                struct err *e);

#endif
