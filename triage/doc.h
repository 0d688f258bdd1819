/*
 * Documents: one description of a page, written as plain text, Markdown or one
 * self-contained HTML file.  Everything that is written passes the format's one escape
 * function (doc_escape.h), so that no text from outside can be markup.
 */
#ifndef TRIAGE_DOC_H
#define TRIAGE_DOC_H

#include "common/str.h"
#include "common/vec.h"

/* Parts of a page.  Tables hold rows, rows hold cells; a table's first row is its head. */
enum doc_kind {
	DOC_H1, DOC_H2, DOC_H3, DOC_PARA, DOC_LIST, DOC_ITEM, DOC_TABLE, DOC_ROW, DOC_CELL,
	DOC_STRONG, DOC_CODE, DOC_SMALL,
	DOC_CARD,  /* what belongs together */
	DOC_NOTE,  /* what is missing or wrong */
	DOC_KINDS,
};

/* One build in a strip. */
struct doc_mark {
	uint8_t cell;       /* enum cell */
	bool left_out;      /* it is evidence of no single test */
	struct span title;  /* said when it is pointed at; may be empty */
};

/* A rate over time: bars of what was seen, and the segments' rates with their intervals. */
struct doc_bar { uint32_t fails, runs; };
struct doc_step { double from, to; /* 0 to 1 of the width */ double low, mean, high; };
struct doc_curve {
	const struct doc_bar *bars;
	uint32_t n_bars;
	const struct doc_step *steps;
	uint32_t n_steps;
	struct span first, last; /* what stands at both ends, like dates */
};

struct doc;

struct doc_format {
	const char *name;
	void (*open)(struct doc *d, struct span title);
	void (*close)(struct doc *d);
	void (*begin)(struct doc *d, enum doc_kind kind);
	void (*end)(struct doc *d, enum doc_kind kind);
	void (*escape)(struct str *out, struct span text);
	void (*link)(struct doc *d, struct span text, struct span url); /* url is http or https */
	void (*badge)(struct doc *d, const char *word);
	void (*strip)(struct doc *d, const struct doc_mark *marks, uint32_t n);
	void (*curve)(struct doc *d, const struct doc_curve *c);
};

extern const struct doc_format doc_text_format, doc_markdown_format, doc_html_format;

struct doc {
	const struct doc_format *format;
	struct str *out;
	/* a table under way, for formats that must see all of it */
	VEC(struct str) cells;
	VEC(uint32_t) rows;    /* number of each row's first cell */
	bool in_cell, in_table;
	unsigned row;          /* of the table */
};

/* A page into out. */
void doc_open(struct doc *d, const struct doc_format *format, struct str *out, const char *title);
void doc_close(struct doc *d);

void doc_begin(struct doc *d, enum doc_kind kind);
void doc_end(struct doc *d, enum doc_kind kind);
/* Text from outside, or our own words; a long one keeps its beginning and says its length. */
void doc_span(struct doc *d, struct span text);
void doc_say(struct doc *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A whole part with one text in it. */
void doc_part(struct doc *d, enum doc_kind kind, struct span text);
void doc_says(struct doc *d, enum doc_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Only http and https become links; of anything else the text is written. */
void doc_link(struct doc *d, struct span text, struct span url);
void doc_badge(struct doc *d, const char *word); /* a verdict or a color, of our own words */
void doc_strip(struct doc *d, const struct doc_mark *marks, uint32_t n);
void doc_curve(struct doc *d, const struct doc_curve *c);

/* Where the text goes that is written now: a cell, or the page. */
struct str *doc_to(struct doc *d);

#endif
