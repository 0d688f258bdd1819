/*
 * Answers as pages and as JSON: everything from models, nothing is asked here.
 */
#ifndef TRIAGE_RENDER_H
#define TRIAGE_RENDER_H

#include "triage/answer.h"
#include "triage/doc.h"
#include "triage/history.h"
#include "triage/report.h"

enum { RENDER_MAX = 256 << 20 /* bytes of a page */ };

struct render_options { bool all, explain; };

/* A row a format. */
struct renderer {
	const char *name;
	const struct doc_format *pages; /* NULL: JSON */
	void (*report)(struct str *out, const struct report *r, const struct render_options *o);
	void (*history)(struct str *out, const struct history *h, const struct render_options *o);
	void (*answer)(struct str *out, const struct answer *a, const struct render_options *o);
};

extern const struct renderer *const renderers[]; /* NULL-terminated; the first is the default */
/* NULL and e: there is none of that name.  name NULL: the default. */
const struct renderer *render_find(const char *name, struct err *e);

/* Prints the page on standard output, or writes it to a file; -1 and e. */
int render_write(const struct str *page, const char *path, struct err *e);

/* ---- parts of pages (render_parts.c) ---- */

/* "1234abcd (2026-11-25)" of a place. */
void part_place(struct doc *d, const struct view *v, uint32_t branch, uint32_t place);
/* "since X", or "since one of 12 commits, most likely X"; nothing when it is not known. */
void part_since(struct doc *d, const struct view *v, const struct finding *f);
/* "called test_old until 1234abcd (2026-11-25)", a line each. */
void part_older_names(struct doc *d, const struct view *v, const struct finding *f);
/* "fails in every run on windows since X": of a regressed test, with the builders that it is regressed on. */
void part_regressed(struct doc *d, const struct view *v, const struct finding *f);
void part_rate(struct doc *d, const struct rate *r);
void part_age(struct doc *d, int64_t now, int64_t t); /* "3 d 4 h ago" */
void part_date(struct doc *d, int64_t t);
/* A table of strips; without all: lanes that ever failed, at most 12. */
void part_strips(struct doc *d, const struct view *v, const struct finding *f, const struct picture *p, bool all);
/* The commonest messages, with their ids. */
void part_messages(struct doc *d, const struct finding *f, uint32_t most);
void part_explain(struct doc *d, const struct finding *f);
void part_count(struct doc *d, uint64_t n, const char *thing);

/* Parts of JSON documents (render_json.c). */
struct json;
void json_add_rate(struct json *to, const char *key, const struct rate *r);
void json_add_finding(struct json *to, const struct view *v, const struct finding *f, struct span since_build);

void render_report_json(struct str *out, const struct report *r, const struct render_options *o);
void render_report_page(struct str *out, const struct doc_format *format, const struct report *r,
                        const struct render_options *o);
void render_history_json(struct str *out, const struct history *h, const struct render_options *o);
void render_history_page(struct str *out, const struct doc_format *format, const struct history *h,
                         const struct render_options *o);
void render_answer_json(struct str *out, const struct answer *a, const struct render_options *o);
void render_answer_page(struct str *out, const struct doc_format *format, const struct answer *a,
                        const struct render_options *o);

#endif
