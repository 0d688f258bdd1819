/* What the bytes of a document are: see xml_in.h. */
#include "common/base.h"
#include "common/xml_in.h"

/* Room for so much; what was in it is gone. */
static char *
scratch(struct xml *x, size_t want)
{
	if (x->made_cap < want) {
		x->made_cap = want < 2 * XML_PIECE ? 2 * XML_PIECE : want;
		free(x->made);
		x->made = xmalloc(x->made_cap);
	}
	return x->made;
}

/* ---- where we are ---- */

int
xml_fail(const struct xml *x, const struct xml_input *in, struct err *e, const char *what)
{
	uint64_t line = x->line + span_count((struct span){ in->p, in->at }, '\n');

	return err_set(e, "line %llu: %s", (unsigned long long)line, what);
}

static inline bool
is_space(char c)
{
	return (unsigned char)c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
}

/* These are inline: a tag is read byte by byte, and x stays in registers. */

static inline void
skip(struct span *x, size_t n)
{
	x->p += n;
	x->n -= n;
}

static inline bool
at_space(struct span x)
{
	return x.n && is_space(x.p[0]);
}

static inline void
skip_space(struct span *x)
{
	while (at_space(*x))
		skip(x, 1);
}

void
xml_skip_space(struct span *x)
{
	skip_space(x);
}

static bool
is_blank(struct span x)
{
	return span_trim(x).n == 0;
}

/* ---- text ---- */

static void
tell_text(struct xml *x, struct span raw, enum xml_place place)
{
	if (x->events.text == NULL || x->skip_text || raw.n == 0)
		return;
	if (xml_plain(raw, place) == raw.n) {
		x->events.text(x->events.data, raw);
		return;
	}
	while (raw.n) {
		struct span piece = { raw.p, raw.n < XML_PIECE ? raw.n : XML_PIECE };
		char *out = scratch(x, 2 * XML_PIECE);

		if (piece.n < raw.n && xml_whole(piece, x->encoding))
			piece.n = xml_whole(piece, x->encoding);
		x->events.text(x->events.data, (struct span){ out, xml_decode(out, piece, place, x->encoding) });
		raw = span_from(raw, piece.n);
	}
}

/* Text up to the next tag, or up to what may go on in the next bytes. */
static int
read_text(struct xml *x, struct xml_input *in, struct err *e)
{
	const char *p = in->p + in->at, *tag = memchr(p, '<', in->n - in->at);
	struct span text = { p, tag ? (size_t)(tag - p) : in->n - in->at };

	if (tag == NULL && !in->last && !x->skip_text)
		text.n = xml_whole(text, x->encoding);
	if (x->starts.n) {
		tell_text(x, text, XML_IN_TEXT);
	} else if (!is_blank(text)) {
		in->at += (size_t)(span_trim(text).p - p);
		return xml_fail(x, in, e, x->has_root ? "junk after document element" : "not well-formed");
	}
	in->at += text.n;
	return 0;
}

/* ---- what is skipped, or told as it is ---- */

/* Where the end begins in what is left, or its length. */
static size_t
find_end(const struct xml_input *in, const char *end)
{
	const char *p = in->p + in->at, *stop = in->p + in->n;
	size_t n = strlen(end);

	while (p < stop && (p = memchr(p, end[0], (size_t)(stop - p)))) {
		if ((size_t)(stop - p) >= n && memcmp(p, end, n) == 0)
			return (size_t)(p - in->p) - in->at;
		p++;
	}
	return in->n - in->at;
}

/* Goes on to behind the end; what could be the beginning of an end stays. */
static void
read_until(struct xml *x, struct xml_input *in, const char *end)
{
	size_t left = in->n - in->at, at = find_end(in, end), keep = strlen(end) - 1;
	struct span text = { in->p + in->at, at };

	if (at == left)
		text.n = in->last ? left : left > keep ? left - keep : 0;
	if (at == left && x->state == XML_AT_CDATA && !in->last)
		text.n = xml_whole(text, x->encoding);
	if (x->state == XML_AT_CDATA)
		tell_text(x, text, XML_IN_CDATA);
	in->at += text.n;
	if (at < left) {
		in->at += keep + 1;
		x->state = XML_AT_TEXT;
	}
}

/* <!DOCTYPE name ...> and <!DOCTYPE name [ ... ]>: no text of a report, and no entities. */
static int
read_doctype(struct xml *x, struct xml_input *in, struct err *e)
{
	static const char entity[] = "<!ENTITY";

	for (; in->at < in->n; in->at++) {
		const char *p = in->p + in->at;
		size_t left = in->n - in->at;

		if (x->state == XML_AT_DOCTYPE && *p == '[') {
			x->state = XML_AT_SUBSET;
		} else if (x->state == XML_AT_SUBSET && *p == ']') {
			x->state = XML_AT_DOCTYPE;
		} else if (x->state == XML_AT_DOCTYPE && *p == '>') {
			in->at++;
			x->state = XML_AT_TEXT;
			return 0;
		} else if (*p == '<') {
			if (left < sizeof(entity) - 1 && !in->last && memcmp(p, entity, left) == 0)
				return 0;
			if (left >= sizeof(entity) - 1 && memcmp(p, entity, sizeof(entity) - 1) == 0)
				return xml_fail(x, in, e, "it declares entities");
		}
	}
	return 0;
}

/* ---- tags ---- */

/* The length of the tag that begins at the input's place; 0: its end has not come. */
static size_t
tag_length(struct xml *x, const struct xml_input *in)
{
	const char *p = in->p + in->at;
	size_t n = in->n - in->at, i = x->scanned;
	char quote = x->quote;

	for (; i < n; i++) {
		if (quote) {
			const char *end = memchr(p + i, quote, n - i);

			i = end ? (size_t)(end - p) : n - 1;
			quote = end ? 0 : quote;
		} else if (p[i] == '>') {
			x->scanned = 0;
			x->quote = 0;
			return i + 1;
		} else if (p[i] == '"' || p[i] == '\'') {
			quote = p[i];
		}
	}
	x->scanned = n;
	x->quote = quote;
	return 0;
}

bool
xml_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

/* Takes a name off the front; empty: there is none. */
static inline struct span
take_name(struct span *rest)
{
	struct span name = { rest->p, xml_name_length(*rest) };

	if (name.n && !xml_is_name_start(name.p[0]))
		name.n = 0;
	skip(rest, name.n);
	return name;
}

/* What a tag can end as: UNFINISHED is no fault, its end has not come. */
static const char UNFINISHED[] = "unclosed token";

/* The value as it is to be told.  left: bytes from here on, for which the tag's first value takes the room, so
 * that it does not move. */
static struct span
decoded(struct xml *x, struct span raw, size_t left)
{
	char *out = scratch(x, x->made_n + 2 * left) + x->made_n;
	struct span value = { out, xml_decode(out, raw, XML_IN_VALUE, x->encoding) };

	x->made_n += value.n;
	return value;
}

/* Takes a value in quotes off the front; NULL, or what is wrong with it. */
static inline const char *
take_value(struct xml *x, struct span *value, struct span *rest)
{
	char quote = rest->p[0];
	const char *end;

	skip(rest, 1);
	*value = (struct span){ rest->p, xml_plain_value(*rest, quote) };
	end = rest->p + value->n;
	if (value->n == rest->n || *end != quote) {
		end = memchr(end, quote, rest->n - value->n);
		if (end == NULL)
			return UNFINISHED;
		value->n = (size_t)(end - rest->p);
		if (memchr(value->p, '<', value->n))
			return "not well-formed ('<' in an attribute)";
		*value = decoded(x, *value, rest->n);
	}
	skip(rest, (size_t)(end - rest->p) + 1);
	return NULL;
}

/* Takes `name = "value"` off the front; NULL, or what is wrong with it. */
static inline const char *
take_attr(struct xml *x, struct span *rest)
{
	struct xml_attr a = { .name = take_name(rest) };
	const char *wrong;

	if (a.name.n == 0)
		return "not well-formed (invalid token)";
	skip_space(rest);
	if (rest->n < 2)
		return UNFINISHED;
	if (rest->p[0] != '=')
		return "not well-formed (an attribute without a value)";
	skip(rest, 1);
	skip_space(rest);
	if (rest->n == 0)
		return UNFINISHED;
	if (rest->p[0] != '"' && rest->p[0] != '\'')
		return "not well-formed (an attribute without quotes)";
	wrong = take_value(x, &a.value, rest);
	if (wrong == NULL)
		vec_push(&x->attrs, a);
	return wrong;
}

static void
tell_close(struct xml *x, struct span name)
{
	if (x->events.close)
		x->events.close(x->events.data, name);
}

static const char *
close_element(struct xml *x, struct span name)
{
	size_t start;

	if (x->starts.n == 0)
		return "not well-formed (an end without a beginning)";
	start = x->starts.p[x->starts.n - 1];
	if (x->open.n - start != name.n || memcmp(x->open.p + start, name.p, name.n) != 0)
		return "mismatched tag";
	tell_close(x, name);
	x->starts.n--;
	str_cut(&x->open, start);
	return NULL;
}

static const char *
open_element(struct xml *x, struct span name, bool empty)
{
	if (x->starts.n == 0 && x->has_root)
		return "junk after document element";
	if (x->starts.n >= XML_DEPTH_MAX)
		return "elements nest too deep";
	x->has_root = true;
	if (!empty) {
		vec_push(&x->starts, x->open.n);
		str_addspan(&x->open, name);
	}
	if (x->events.open)
		x->events.open(x->events.data, name, &x->attrs);
	if (empty)
		tell_close(x, name);
	return NULL;
}

/* Takes attributes off the front, up to the tag's end; NULL, or what is wrong. */
static inline const char *
take_attrs(struct xml *x, struct span *rest)
{
	const char *wrong = NULL;

	vec_clear(&x->attrs);
	x->made_n = 0;
	while (wrong == NULL) {
		bool spaced = at_space(*rest);

		skip_space(rest);
		if (rest->n == 0)
			return UNFINISHED;
		if (rest->p[0] == '>' || rest->p[0] == '/')
			return NULL;
		wrong = spaced ? take_attr(x, rest) : "not well-formed (invalid token)";
	}
	return wrong;
}

/* Takes the tag that begins in *at off the front; NULL, or what is wrong with it. */
static const char *
read_tag(struct xml *x, struct span *at)
{
	struct span rest = *at, name;
	bool end = rest.n > 1 && rest.p[1] == '/', empty;
	const char *wrong = NULL;

	skip(&rest, 1 + (size_t)end);
	if (rest.n == 0)
		return UNFINISHED;
	name = take_name(&rest);
	if (name.n == 0)
		return "not well-formed (invalid token)";
	if (end)
		skip_space(&rest);
	else
		wrong = take_attrs(x, &rest);
	if (wrong)
		return wrong;
	empty = !end && rest.n && rest.p[0] == '/';
	skip(&rest, empty);
	if (rest.n == 0)
		return UNFINISHED;
	if (rest.p[0] != '>')
		return "not well-formed (invalid token)";
	skip(&rest, 1);
	*at = rest;
	return end ? close_element(x, name) : open_element(x, name, empty);
}

/* ---- markup ---- */

static const struct {
	const char *begin;
	enum xml_state state;
} markups[] = {
	{ "<!--", XML_AT_COMMENT }, { "<![CDATA[", XML_AT_CDATA }, { "<!DOCTYPE", XML_AT_DOCTYPE }, { "<?", XML_AT_PI },
};

/* The encoding that <?xml ...?> names. */
static void
read_declaration(struct xml *x, struct span text)
{
	struct span head = { text.p, text.n < XML_DECLARATION_MAX ? text.n : XML_DECLARATION_MAX };
	size_t at;
	char quote;

	head.n = span_find(head, "?>");
	at = span_find(head, "encoding");
	if (x->encoding != XML_UTF8 || at == head.n)
		return;
	head = span_from(head, at + strlen("encoding"));
	xml_skip_space(&head);
	if (head.n == 0 || head.p[0] != '=')
		return;
	head = span_from(head, 1);
	xml_skip_space(&head);
	quote = head.n ? head.p[0] : 0;
	head = span_from(head, 1);
	if (quote && span_next(&head, quote, &text))
		x->encoding = xml_encoding_of(text);
}

/* A tag.  *more: its end has not come; that is looked for first when more has, so that it is not
 * read again and again. */
static int
read_element(struct xml *x, struct xml_input *in, bool *more, struct err *e)
{
	struct span left = { in->p + in->at, in->n - in->at };
	const char *wrong = UNFINISHED;

	if (x->scanned == 0 || tag_length(x, in) > 0)
		wrong = read_tag(x, &left);
	if (wrong == UNFINISHED) {
		tag_length(x, in);
		*more = true;
		return left.n > XML_TAG_MAX ? xml_fail(x, in, e, "a tag of more than 4 MiB") : 0;
	}
	if (wrong)
		return xml_fail(x, in, e, wrong);
	in->at = in->n - left.n;
	return 0;
}

/* Something that begins with '<'.  *more: it may be something else with more bytes. */
static int
read_markup(struct xml *x, struct xml_input *in, bool *more, struct err *e)
{
	struct span left = { in->p + in->at, in->n - in->at };
	size_t i, n;

	if (left.n > 1 && left.p[1] != '!' && left.p[1] != '?')
		return read_element(x, in, more, e);
	for (i = 0; i < ARRAY_LEN(markups); i++) {
		n = strlen(markups[i].begin);
		if (left.n < n && !in->last && memcmp(left.p, markups[i].begin, left.n) == 0) {
			*more = true;
			return 0;
		}
		if (!span_starts(left, markups[i].begin))
			continue;
		if (markups[i].state == XML_AT_CDATA && x->starts.n == 0)
			return xml_fail(x, in, e, "not well-formed");
		if (markups[i].state == XML_AT_PI && !x->has_root) {
			/* a declaration has to be there as a whole */
			if (find_end(in, "?>") == left.n && !in->last && left.n < XML_DECLARATION_MAX) {
				*more = true;
				return 0;
			}
			if (span_starts(left, "<?xml"))
				read_declaration(x, left);
		}
		x->state = markups[i].state;
		in->at += n;
		return 0;
	}
	return read_element(x, in, more, e);
}

int
xml_run(struct xml *x, struct xml_input *in, struct err *e)
{
	bool more = false;
	size_t before;
	int ret = 0;

	while (ret == 0 && in->at < in->n && !more) {
		before = in->at;
		switch (x->state) {
		case XML_AT_TEXT:
			if (in->p[in->at] == '<') {
				ret = read_markup(x, in, &more, e);
				continue; /* a comment's beginning took bytes, or more says that none can be taken */
			}
			ret = read_text(x, in, e);
			break;
		case XML_AT_CDATA:
			read_until(x, in, "]]>");
			break;
		case XML_AT_COMMENT:
			read_until(x, in, "-->");
			break;
		case XML_AT_PI:
			read_until(x, in, "?>");
			break;
		case XML_AT_DOCTYPE:
		case XML_AT_SUBSET:
			ret = read_doctype(x, in, e);
			break;
		}
		more = in->at == before;
	}
	return ret;
}
