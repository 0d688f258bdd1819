/*
 * XML as events (expat), from bytes that come in pieces.  Entities that a document
 * declares itself are refused: no reports need them, and they can explode.
 * Elements nest at most 200 deep.
 */
#ifndef COMMON_XML_H
#define COMMON_XML_H

#include "common/err.h"
#include "common/str.h"

struct xml;

/* Any may be NULL.  Names are those of the document, with its prefixes. */
struct xml_events {
	/* attrs: name, value, name, value, ..., NULL; valid during the call. */
	void (*open)(void *data, const char *name, const char *const *attrs);
	void (*close)(void *data, const char *name);
	void (*text)(void *data, struct span text); /* in pieces */
	void *data;
};

struct xml *xml_new(const struct xml_events *events); /* copied */
void xml_free(struct xml *x); /* NULL is fine */

/* -1 and e ("line 3: mismatched tag") when it is no XML; nothing may be fed after that. */
int xml_feed(struct xml *x, struct span bytes, struct err *e);
int xml_finish(struct xml *x, struct err *e);

/* The value of an attribute; NULL: there is none. */
const char *xml_attr(const char *const *attrs, const char *name);

/* Puts '?' in the place of what test runners write into reports and XML forbids:
 * control bytes, bytes that are not UTF-8, references to characters that do
 * not exist.  The length stays. */
void xml_clean(char *p, size_t n);

#endif
