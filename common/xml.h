/*
 * XML as events, from bytes that come in pieces: a parser of our own, since reports are
 * read by the gigabyte and are often not quite XML.  What test runners write and XML
 * forbids is repaired: control bytes and bytes that are not UTF-8 become '?', a lone '&'
 * stands for itself.  UTF-8, UTF-16 and single-byte encodings (all read as Latin-1).
 * Entities that a document declares itself are refused: no report needs them, and they
 * can explode.  Elements nest at most 200 deep; a tag has at most 4 MiB.
 */
#ifndef COMMON_XML_H
#define COMMON_XML_H

#include "common/err.h"
#include "common/str.h"

struct xml;

struct xml_attr {
	struct span name, value; /* p is never NULL */
};

struct xml_attrs {
	struct xml_attr *p;
	size_t n, cap;
};

/* Any may be NULL.  Names are those of the document, with its prefixes.  What is told is valid
 * during the call: as a rule it is the very bytes that were fed. */
struct xml_events {
	void (*open)(void *data, struct span name, const struct xml_attrs *attrs);
	void (*close)(void *data, struct span name);
	void (*text)(void *data, struct span text); /* in pieces */
	void *data;
};

struct xml *xml_new(const struct xml_events *events); /* copied */
void xml_free(struct xml *x); /* NULL is fine */

/* -1 and e ("line 3: mismatched tag") when it is no XML; nothing may be fed after that. */
int xml_feed(struct xml *x, struct span bytes, struct err *e);
int xml_finish(struct xml *x, struct err *e);

/* Whether text is told from now on (at first it is): skipping it is many times faster. */
void xml_want_text(struct xml *x, bool wanted);

/* The value of an attribute; its p is NULL when there is none. */
struct span xml_value(const struct xml_attrs *attrs, const char *name);

/* The name of the first element in the beginning of a document; empty: there is none. */
struct span xml_root(struct span head);

#endif
