/*
 * Commands that answer with a page: what they do alike.
 */
#ifndef TRIAGE_CMD_PAGE_H
#define TRIAGE_CMD_PAGE_H

#include "triage/cmd.h"
#include "triage/render.h"

/* What an answer is made from, and where it goes. */
struct page_call {
	struct asked *asked;           /* open */
	const struct options *o;
	const struct renderer *format;
	const char *operand;           /* NULL: the command takes none */
	struct str *page;
};

/* Opens the store, lets write fill the page, prints it.  missing: what to say when there is no operand; NULL: none
 * is needed.  write gives the exit status, or -1 and e. */
int cmd_page(const struct prog_call *call, const char *missing,
             int (*write)(const struct page_call *p, struct err *e), struct err *e);

#endif
