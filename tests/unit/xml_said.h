/*
 * What a parser of XML says, as one text: ours and expat's, to be compared.  Included by one file
 * of a program.
 */
#ifndef TESTS_UNIT_XML_SAID_H
#define TESTS_UNIT_XML_SAID_H

#include "common/base.h"

#if __has_include(<expat.h>) /* Debian: libexpat1-dev */
#include <expat.h>
#define HAS_EXPAT true
#else
#define HAS_EXPAT false
#endif

#include "common/xml.h"

static struct str said = STR_INIT(64 << 20);

static void
say_attr(struct span name, struct span value)
{
	str_addc(&said, ' ');
	str_addspan(&said, name);
	str_addc(&said, '=');
	str_addspan(&said, value);
}

static void
on_open(void *data UNUSED, struct span name, const struct xml_attrs *attrs)
{
	str_addc(&said, '<');
	str_addspan(&said, name);
	for (size_t i = 0; i < attrs->n; i++)
		say_attr(attrs->p[i].name, attrs->p[i].value);
	str_addc(&said, '>');
}

static void
on_close(void *data UNUSED, struct span name)
{
	str_adds(&said, "</");
	str_addspan(&said, name);
	str_addc(&said, '>');
}

static void
on_text(void *data UNUSED, struct span text)
{
	str_addspan(&said, text);
}

/* Ours, in chunks; what feed and finish came to. */
static int
xml_said(struct span bytes, size_t chunk, struct err *e)
{
	struct xml_events events = { on_open, on_close, on_text, NULL };
	struct xml *x = xml_new(&events);
	int ret = 0;

	str_clear(&said);
	while (ret == 0 && bytes.n) {
		struct span part = { bytes.p, bytes.n < chunk ? bytes.n : chunk };

		ret = xml_feed(x, part, e);
		bytes = span_from(bytes, part.n);
	}
	if (ret == 0)
		ret = xml_finish(x, e);
	xml_free(x);
	return ret;
}

/* Expat's; false: it is no XML, or expat is not here. */
static bool expat_said(struct span bytes);

#if HAS_EXPAT

static void
expat_open(void *data UNUSED, const char *name, const char **attrs)
{
	str_addf(&said, "<%s", name);
	for (; *attrs; attrs += 2)
		say_attr(span_of(attrs[0]), span_of(attrs[1]));
	str_addc(&said, '>');
}

static void
expat_close(void *data, const char *name)
{
	on_close(data, span_of(name));
}

static void
expat_text(void *data, const char *p, int n)
{
	on_text(data, (struct span){ p, (size_t)n });
}

static bool
expat_said(struct span bytes)
{
	XML_Parser p = XML_ParserCreate(NULL);
	bool ok;

	str_clear(&said);
	XML_SetElementHandler(p, expat_open, expat_close);
	XML_SetCharacterDataHandler(p, expat_text);
	ok = XML_Parse(p, bytes.p, (int)bytes.n, 1) == XML_STATUS_OK;
	XML_ParserFree(p);
	return ok;
}

#else

static bool
expat_said(struct span bytes UNUSED)
{
	return false;
}

#endif

#endif
