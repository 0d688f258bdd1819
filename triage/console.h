/*
 * What readers of console output share: chunks into lines, and the rules for warnings
 * (warn.h) on each line.  A reader that knows without which texts a line says nothing to it
 * names them, and most lines then pass by untouched.
 */
#ifndef TRIAGE_CONSOLE_H
#define TRIAGE_CONSOLE_H

#include "common/lines.h"
#include "triage/collect.h"
#include "triage/scan.h"
#include "triage/warn.h"

#define CONSOLE_RULE (UINT64_C(1) << 63) /* a text of the rules */

struct console {
	struct lines lines;
	struct collect *to;
	struct warn *warn;   /* may be NULL */
	uint32_t test;       /* that runs now, for warnings; UINT32_MAX: unknown.  Set by the reader */
	bool partial;        /* the line is the last and has no end: it may have been cut off */
	bool every;          /* the reader wants lines without its texts too.  Set by it */
	uint64_t found;      /* bits of the texts in this line; of a beginning of it only with luck */
	bool try_all;        /* a rule for warnings has no text */
	struct scan marks;   /* the texts, and those of the rules */
	struct span chunk;   /* being fed */
	struct scan_hits hits; /* in it */
	size_t next;         /* the first of them that is not behind the line being read */
	void (*line)(void *data, struct span line);
	void *data;
};

/* line is called for each line, before its warning is told. */
void console_init(struct console *c, struct collect *to, struct warn *warn,
                  void (*line)(void *data, struct span line), void *data);
/* From now on line is called for lines that hold one of such texts (for some that do not, with
 * which it must do nothing) and, while `every` is set, for all.  A text that begins with a line feed is one
 * at the beginning of a line.  It is looked at, not copied; bits are for `found`, and not CONSOLE_RULE. */
void console_want(struct console *c, const char *text, uint64_t bits);
void console_feed(struct console *c, struct span bytes);
/* The feed of a reader's row whose state begins with its console. */
int console_feed_state(void *state, struct span bytes, struct err *e);
/* Hands out the last line, and tells of rules that were stopped. */
void console_finish(struct console *c);
void console_release(struct console *c);

#endif
