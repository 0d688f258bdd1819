/* XML as events: see xml.h.  Bytes come in, and what cannot be read yet is kept. */
#include "common/base.h"
#include "common/xml_in.h"

struct xml *
xml_new(const struct xml_events *events)
{
	struct xml *x = xcalloc(1, sizeof(*x));

	x->events = *events;
	x->part = (struct str)STR_INIT(XML_TAG_MAX + 3 * XML_SLICE);
	x->wide = (struct str)STR_INIT(XML_SLICE + 8);
	x->open = (struct str)STR_INIT((size_t)XML_DEPTH_MAX * XML_TAG_MAX);
	x->line = 1;
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	str_release(&x->part);
	str_release(&x->wide);
	str_release(&x->open);
	vec_release(&x->starts);
	vec_release(&x->attrs);
	free(x->made);
	free(x);
}

void
xml_want_text(struct xml *x, bool wanted)
{
	x->skip_text = !wanted;
}

/* ---- feeding ---- */

/* Reads what is kept and these bytes, and keeps what is left over. */
static int
take(struct xml *x, struct span bytes, bool last, struct err *e)
{
	struct xml_input in = { bytes.n ? bytes.p : "", bytes.n, 0, last };
	size_t left;

	if (x->part.n) {
		str_addspan(&x->part, bytes);
		in.p = x->part.p;
		in.n = x->part.n;
	}
	if (xml_run(x, &in, e) < 0)
		return -1;
	x->line += span_count((struct span){ in.p, in.at }, '\n');
	left = in.n - in.at;
	if (x->part.n) {
		memmove(x->part.p, x->part.p + in.at, left);
		str_cut(&x->part, left);
	} else {
		str_add(&x->part, in.p + in.at, left);
	}
	return 0;
}

/* Bytes in UTF-16 on their way to take(). */
static int
take_wide(struct xml *x, struct span bytes, struct err *e)
{
	struct str narrow = STR_INIT(3 * (XML_SLICE + 8));
	size_t used;
	int ret;

	if (x->wide.n + bytes.n == 0)
		return 0;
	str_addspan(&x->wide, bytes);
	used = xml_from_utf16(&narrow, str_span(&x->wide), x->encoding);
	memmove(x->wide.p, x->wide.p + used, x->wide.n - used);
	str_cut(&x->wide, x->wide.n - used);
	ret = take(x, str_span(&narrow), false, e);
	str_release(&narrow);
	return ret;
}

/* The encoding by the first bytes; false: there are too few. */
static bool
begin(struct xml *x, struct span *bytes, bool last)
{
	static const struct {
		const char *mark;
		size_t n, skip;
		enum xml_encoding encoding;
	} marks[] = {
		{ "\xef\xbb\xbf", 3, 3, XML_UTF8 },   { "\xff\xfe", 2, 2, XML_UTF16_LE },
		{ "\xfe\xff", 2, 2, XML_UTF16_BE },   { "<\0", 2, 0, XML_UTF16_LE },
		{ "\0<", 2, 0, XML_UTF16_BE },
	};
	size_t i;

	if (bytes->n < 3 && !last)
		return false;
	for (i = 0; i < ARRAY_LEN(marks); i++) {
		if (bytes->n >= marks[i].n && memcmp(bytes->p, marks[i].mark, marks[i].n) == 0) {
			*bytes = span_from(*bytes, marks[i].skip);
			x->encoding = marks[i].encoding;
			break;
		}
	}
	x->began = true;
	return true;
}

static int
take_slice(struct xml *x, struct span bytes, bool last, struct err *e)
{
	struct str first = STR_INIT(XML_SLICE + 8);
	int ret = 0;

	if (!x->began && x->wide.n == 0 && bytes.n > 2) {
		begin(x, &bytes, last);
	} else if (!x->began) {
		str_addspan(&x->wide, bytes);
		bytes = str_span(&x->wide);
		if (!begin(x, &bytes, last))
			return 0;
		str_addspan(&first, bytes);
		str_clear(&x->wide);
		bytes = str_span(&first);
	}
	if (x->encoding == XML_UTF16_LE || x->encoding == XML_UTF16_BE)
		ret = take_wide(x, bytes, e);
	else if (bytes.n)
		ret = take(x, bytes, false, e);
	str_release(&first);
	return ret;
}

int
xml_feed(struct xml *x, struct span bytes, struct err *e)
{
	int ret = 0;

	while (bytes.n && ret == 0) {
		size_t n = bytes.n < XML_SLICE ? bytes.n : XML_SLICE;

		ret = take_slice(x, (struct span){ bytes.p, n }, false, e);
		bytes = span_from(bytes, n);
	}
	return ret;
}

int
xml_finish(struct xml *x, struct err *e)
{
	static const char *const unclosed[] = {
		[XML_AT_CDATA] = "unclosed CDATA section", [XML_AT_COMMENT] = "unclosed comment",
		[XML_AT_PI] = "unclosed processing instruction", [XML_AT_DOCTYPE] = "unclosed DOCTYPE",
		[XML_AT_SUBSET] = "unclosed DOCTYPE",
	};
	struct xml_input end = { "", 0, 0, true };

	if (!x->began && take_slice(x, (struct span){ "", 0 }, true, e) < 0)
		return -1;
	if (take(x, (struct span){ "", 0 }, true, e) < 0)
		return -1;
	if (x->state != XML_AT_TEXT)
		return xml_fail(x, &end, e, unclosed[x->state]);
	if (x->part.n)
		return xml_fail(x, &end, e, "unclosed token");
	if (x->starts.n || !x->has_root)
		return xml_fail(x, &end, e, "no element found");
	return 0;
}

/* ---- look-ups ---- */

struct span
xml_value(const struct xml_attrs *attrs, const char *name)
{
	size_t i;

	for (i = 0; i < attrs->n; i++) {
		if (span_is(attrs->p[i].name, name))
			return attrs->p[i].value;
	}
	return (struct span){ NULL, 0 };
}

/* Behind the end, or nothing when it does not come. */
static struct span
behind(struct span x, const char *end)
{
	return span_from(x, span_find(x, end) + strlen(end));
}

/* Behind <!DOCTYPE name> or <!DOCTYPE name [ ... ]>. */
static struct span
behind_doctype(struct span x)
{
	if (span_find(x, "[") < span_find(x, ">"))
		x = behind(x, "]");
	return behind(x, ">");
}

struct span
xml_root(struct span head)
{
	struct span none = { "", 0 };

	if (span_starts(head, "\xef\xbb\xbf"))
		head = span_from(head, 3);
	for (;;) {
		xml_skip_space(&head);
		if (span_starts(head, "<!--"))
			head = behind(head, "-->");
		else if (span_starts(head, "<?"))
			head = behind(head, "?>");
		else if (span_starts(head, "<!DOCTYPE"))
			head = behind_doctype(head);
		else
			break;
	}
	if (head.n < 2 || head.p[0] != '<' || !xml_is_name_start(head.p[1]))
		return none;
	return (struct span){ head.p + 1, xml_name_length(span_from(head, 1)) };
}
