/*
 * What readers of console output share: chunks into lines, and the rules for warnings
 * (warn.h) on each line, searched for over whole chunks.
 */
#ifndef TRIAGE_CONSOLE_H
#define TRIAGE_CONSOLE_H

#include "common/lines.h"
#include "triage/collect.h"
#include "triage/warn.h"

struct console {
	struct lines lines;
	struct collect *to;
	struct warn *warn;   /* may be NULL */
	uint32_t test;       /* that runs now, for warnings; UINT32_MAX: unknown.  Set by the reader */
	bool partial;        /* the line is the last and has no end: it may have been cut off */
	struct span chunk;   /* being fed */
	const char *suspect; /* in it: where the next warning may be; its end: nowhere */
	void (*line)(void *data, struct span line);
	void *data;
};

/* line is called for each line, before its warning is told. */
void console_init(struct console *c, struct collect *to, struct warn *warn,
                  void (*line)(void *data, struct span line), void *data);
void console_feed(struct console *c, struct span bytes);
/* Hands out the last line, and tells of rules that were stopped. */
void console_finish(struct console *c);
void console_release(struct console *c);

#endif
