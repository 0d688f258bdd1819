/* See doc_escape.h. */
#include "common/base.h"
#include "triage/doc_escape.h"

/* The code point at the beginning of x and its length; length 0: no valid UTF-8. */
static uint32_t
code_point(struct span x, size_t *n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)x.p;
	uint32_t c = p[0];
	size_t i;

	*n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	if (*n < 2)
		return c;
	if (*n > x.n) {
		*n = 0;
		return c;
	}
	c &= 0xffu >> (*n + 1);
	for (i = 1; i < *n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*n = 0;
			return p[0];
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[*n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		*n = 0;
		return p[0];
	}
	return c;
}

/* Control characters, and those that have no place of their own on a line. */
static bool
invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static void
add_visible(struct str *out, uint32_t c)
{
	if (c == '\n' || c == '\t' || c == '\r')
		str_adds(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
	else
		str_addf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
}

/* plain adds one visible character, the first n bytes of rest. */
static void
escape(struct str *out, struct span text, void (*plain)(struct str *out, struct span rest, size_t n))
{
	size_t n;

	while (text.n) {
		uint32_t c = code_point(text, &n);

		if (n == 0 || invisible(c))
			add_visible(out, c);
		else
			plain(out, text, n);
		text = span_from(text, n ? n : 1);
	}
}

static void
plain_text(struct str *out, struct span rest, size_t n)
{
	str_add(out, rest.p, n);
}

static void
plain_markdown(struct str *out, struct span rest, size_t n)
{
	char c = *rest.p;

	/* no HTML, no entity, no mention of a person, no link that nobody made */
	if (c == '<' || c == '&' || c == '>' || c == '@') {
		str_addf(out, "&#%d;", c);
		return;
	}
	if (n == 1 && (strchr("\\`*_[]#|~$", c) || (c == ':' && span_starts(rest, "://")) ||
	               (c == '!' && span_starts(rest, "!["))))
		str_addc(out, '\\');
	str_add(out, rest.p, n);
}

static void
plain_html(struct str *out, struct span rest, size_t n)
{
	switch (*rest.p) {
	case '&': str_adds(out, "&amp;"); break;
	case '<': str_adds(out, "&lt;"); break;
	case '>': str_adds(out, "&gt;"); break;
	case '"': str_adds(out, "&quot;"); break;
	case '\'': str_adds(out, "&#39;"); break;
	default: str_add(out, rest.p, n);
	}
}

void
escape_text(struct str *out, struct span text)
{
	escape(out, text, plain_text);
}

void
escape_markdown(struct str *out, struct span text)
{
	escape(out, text, plain_markdown);
}

void
escape_html(struct str *out, struct span text)
{
	escape(out, text, plain_html);
}
