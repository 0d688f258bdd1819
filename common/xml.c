/* XML as events: see xml.h.  The only file that knows expat. */
#include "common/base.h"
#include "common/xml.h"

#include <expat.h>
#include <limits.h>

#include "common/diag.h"
#include "common/mem.h"

enum { DEPTH_MAX = 200 };

struct xml {
	XML_Parser parser;
	struct xml_events events;
	unsigned depth;
	const char *refused; /* why we stopped it; NULL: we did not */
};

static void
refuse(struct xml *x, const char *why)
{
	x->refused = why;
	XML_StopParser(x->parser, XML_FALSE);
}

static void XMLCALL
on_open(void *data, const char *name, const char **attrs)
{
	struct xml *x = data;

	if (++x->depth > DEPTH_MAX)
		refuse(x, "elements nest too deep");
	else if (x->events.open)
		x->events.open(x->events.data, name, (const char *const *)attrs);
}

static void XMLCALL
on_close(void *data, const char *name)
{
	struct xml *x = data;

	x->depth--;
	if (x->events.close && x->refused == NULL)
		x->events.close(x->events.data, name);
}

static void XMLCALL
on_text(void *data, const char *p, int n)
{
	struct xml *x = data;

	if (x->refused == NULL)
		x->events.text(x->events.data, (struct span){ p, (size_t)n });
}

static void XMLCALL
on_entity(void *data, const char *name UNUSED, int is_parameter UNUSED, const char *value UNUSED,
          int value_length UNUSED, const char *base UNUSED, const char *system UNUSED,
          const char *public UNUSED, const char *notation UNUSED)
{
	refuse(data, "it declares entities");
}

struct xml *
xml_new(const struct xml_events *events)
{
	struct xml *x = xcalloc(1, sizeof(*x));

	x->events = *events;
	x->parser = XML_ParserCreate(NULL);
	if (x->parser == NULL)
		diag_die(EXIT_FAULT, "out of memory (an XML parser wanted)");
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_open, on_close);
	if (events->text)
		XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetEntityDeclHandler(x->parser, on_entity);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	XML_ParserFree(x->parser);
	free(x);
}

static int
parse(struct xml *x, const char *p, size_t n, bool last, struct err *e)
{
	if (XML_Parse(x->parser, p, (int)n, last) == XML_STATUS_OK)
		return 0;
	return err_set(e, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(x->parser),
	               x->refused ? x->refused : XML_ErrorString(XML_GetErrorCode(x->parser)));
}

int
xml_feed(struct xml *x, struct span bytes, struct err *e)
{
	while (bytes.n) {
		size_t n = bytes.n < INT_MAX / 2 ? bytes.n : INT_MAX / 2;

		if (parse(x, bytes.p, n, false, e) < 0)
			return -1;
		bytes = span_from(bytes, n);
	}
	return 0;
}

int
xml_finish(struct xml *x, struct err *e)
{
	return parse(x, "", 0, true, e);
}

const char *
xml_attr(const char *const *attrs, const char *name)
{
	for (; *attrs; attrs += 2) {
		if (strcmp(*attrs, name) == 0)
			return attrs[1];
	}
	return NULL;
}

/* ---- repair ---- */

static bool
is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
	       (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
}

/* Length of the character at p when it may stand in XML, else 0. */
static size_t
valid_char(const unsigned char *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 0, i;
	uint32_t c;

	if (len == 0 || len > n || p[0] > 0xf4)
		return 0;
	c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[len] && is_xml_char(c) ? len : 0;
}

/* Length of a reference like &#27; or &#x1b; to a character that XML forbids, else 0. */
static size_t
bad_reference(const char *p, size_t n)
{
	unsigned base = n > 2 && p[2] == 'x' ? 16 : 10;
	size_t i = base == 16 ? 3 : 2;
	uint32_t c = 0;

	if (n < 4 || p[0] != '&' || p[1] != '#')
		return 0;
	for (; i < n && p[i] != ';'; i++) {
		int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0'
		          : base == 16 && (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10
		          : -1;

		if (digit < 0 || c > 0x10ffff)
			return 0;
		c = c * base + (unsigned)digit;
	}
	return i < n && !is_xml_char(c) ? i + 1 : 0;
}

void
xml_clean(char *p, size_t n)
{
	size_t at, len;

	for (at = 0; at < n; at += len) {
		len = valid_char((unsigned char *)p + at, n - at);
		if (len == 0) {
			p[at] = '?';
			len = 1;
		} else if ((len = bad_reference(p + at, n - at)) > 0) {
			memset(p + at, '?', len);
		} else {
			len = valid_char((unsigned char *)p + at, n - at);
		}
	}
}
