/*
 * Takes off what stands before and between the bytes of console lines, so that
 * readers see what the program printed: terminal escapes, a byte order mark, the time
 * stamps of GitHub Actions (with its group marks), GitLab, Jenkins and docker, the stream letters of
 * Buildbot.  A
 * carriage return before a line feed may stay (lines.h takes it), any other becomes a line
 * feed: what a progress display overwrote is a line of its own.  Bounded memory; where
 * there is nothing to take off the bytes are handed on without a copy.
 */
#ifndef TRIAGE_STRIP_H
#define TRIAGE_STRIP_H

#include "common/err.h"
#include "common/str.h"

enum strip_mode {
	STRIP_PLAIN,
	STRIP_LETTERS, /* each line begins with Buildbot's o, e, h or i */
};

enum { STRIP_HOLD = 64 };

struct strip {
	enum strip_mode mode;
	int state;        /* inside which escape */
	bool cr;          /* a carriage return was last */
	int stamped;      /* lines begin with time stamps: 1 yes, 0 no, -1 not known yet */
	unsigned n_lines; /* that were looked at for one */
	bool at_start;    /* of a line, whose first bytes are held until they are understood */
	size_t n_held;
	char held[STRIP_HOLD];
	struct str out;   /* bytes left over of a piece */
	const char *next; /* mark in the piece being fed; NULL: not looked for yet */
	/* Takes what is left; spans are valid during the call only.  -1 and e ends it all. */
	int (*give)(void *data, struct span bytes, struct err *e);
	void *data;
};

void strip_init(struct strip *s, enum strip_mode mode,
                int (*give)(void *data, struct span bytes, struct err *e), void *data);
/* -1 and e: give said so; then nothing may be fed any more. */
int strip_feed(struct strip *s, struct span bytes, struct err *e);
int strip_finish(struct strip *s, struct err *e); /* gives what was held */
void strip_release(struct strip *s);

#endif
