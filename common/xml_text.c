/* What stands between and in the tags: see xml_in.h. */
#include "common/base.h"
#include "common/xml_in.h"

#include <strings.h>

enum { REFERENCE_MAX = 12 }; /* "&#x10FFFF;" and a little more */

/* ---- characters ---- */

static bool
is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
	       (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
}

/* Bytes that the character with this first byte has; 0: none begins so. */
static size_t
char_length(unsigned char c)
{
	return c < 0x80 ? 1 : c >= 0xf5 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
}

/* Length of the character at p when it may stand in XML, else 0. */
static size_t
valid_char(const unsigned char *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = char_length(p[0]), i;
	uint32_t c;

	if (len == 0 || len > n)
		return 0;
	c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[len] && is_xml_char(c) ? len : 0;
}

static size_t
put_char(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* ---- references ---- */

static const struct {
	const char *name;
	char c;
} entities[] = { { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "quot;", '"' }, { "apos;", '\'' } };

/* The number in "#27;" or "#x1b;" at p; its length, 0 when there is none. */
static size_t
take_number(const char *p, size_t n, uint32_t *out)
{
	unsigned base = n > 1 && p[1] == 'x' ? 16 : 10;
	size_t i = base == 16 ? 2 : 1, first = i;
	uint32_t c = 0;

	for (; i < n && p[i] != ';'; i++) {
		int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0'
		          : base == 16 && (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10
		          : -1;

		if (digit < 0)
			return 0;
		c = c > 0x10ffff ? c : c * base + (unsigned)digit;
	}
	*out = is_xml_char(c) ? c : '?';
	return i < n && i > first ? i + 1 : 0;
}

/* Reads the reference that begins at raw.p[0], a '&', into out; its length, 1 when it is just a '&'. */
static size_t
take_reference(char *out, size_t *made, struct span raw)
{
	struct span name = span_from(raw, 1);
	uint32_t c;
	size_t i, n;

	if (name.n && name.p[0] == '#' && (n = take_number(name.p, name.n, &c)) > 0) {
		*made = put_char(out, c);
		return n + 1;
	}
	*made = 1;
	for (i = 0; i < ARRAY_LEN(entities); i++) {
		if (span_starts(name, entities[i].name)) {
			out[0] = entities[i].c;
			return strlen(entities[i].name) + 1;
		}
	}
	out[0] = '&';
	return 1;
}

/* ---- whole texts ---- */

/* What stops a text from being told as it is, a bit a place. */
static const unsigned char special[256] = {
	[0 ... 8] = 7, ['\t'] = 4, ['\n'] = 4, [11 ... 12] = 7, ['\r'] = 7, [14 ... 31] = 7,
	['&'] = 1 << XML_IN_TEXT | 1 << XML_IN_VALUE, [128 ... 255] = 7,
};

/* Eight bytes as a number, the first one lowest. */
static uint64_t
word_at(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

static const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);

/* The highest bit of each byte that is special in any place.  The lowest such bit is always right, higher
 * ones may err.  (A byte less than n, and one that is n, found in a word: Anderson, "Bit Twiddling Hacks".) */
static uint64_t
special_in(uint64_t w)
{
	return (w | (w - ones * 0x20) | ((w ^ ones * '&') - ones)) & highs;
}

/* Likewise of each byte that is c, which is ASCII, where no special one stands before it. */
static uint64_t
equal_in(uint64_t w, char c)
{
	return ((w ^ ones * (unsigned char)c) - ones) & highs;
}

size_t
xml_plain(struct span raw, enum xml_place place)
{
	unsigned char bit = (unsigned char)(1 << place);
	size_t i = 0;

	while (i < raw.n) {
		uint64_t stop = raw.n - i >= 8 ? special_in(word_at(raw.p + i)) : 1;

		if (stop)
			i += (size_t)__builtin_ctzll(stop) / 8;
		else
			i += 8;
		if (stop && special[(unsigned char)raw.p[i]] & bit)
			break;
		i += stop != 0;
	}
	return i;
}

size_t
xml_plain_value(struct span raw, char quote)
{
	size_t i;

	for (i = 0; raw.n - i >= 8; i += 8) {
		uint64_t w = word_at(raw.p + i), stop = special_in(w) | equal_in(w, quote) | equal_in(w, '<');

		if (stop)
			return i + (size_t)__builtin_ctzll(stop) / 8;
	}
	while (i < raw.n && raw.p[i] != quote && raw.p[i] != '<' &&
	       !(special[(unsigned char)raw.p[i]] & 1 << XML_IN_VALUE))
		i++;
	return i;
}

/* Letters and most of what stands in a name are 0x40 and above, all that ends one is below. */
size_t
xml_name_length(struct span x)
{
	static const bool ends[256] = {
		[' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, ['='] = 1, ['/'] = 1, ['>'] = 1, ['<'] = 1,
		['"'] = 1, ['\''] = 1, ['&'] = 1,
	};
	size_t i = 0;

	while (i < x.n) {
		uint64_t w = x.n - i >= 8 ? word_at(x.p + i) : 0, low = (w - ones * 0x40) & ~w & highs;

		if (low == 0) {
			i += 8;
			continue;
		}
		i += (size_t)__builtin_ctzll(low) / 8;
		if (ends[(unsigned char)x.p[i]])
			break;
		i++;
	}
	return i;
}

/* One byte that is special, and what belongs to it; the number of bytes read. */
static size_t
decode_special(char *out, size_t *made, struct span x, enum xml_place place, enum xml_encoding enc)
{
	unsigned char c = (unsigned char)x.p[0];
	size_t len;

	*made = 1;
	if (c == '&')
		return take_reference(out, made, x);
	if (c == '\r') {
		out[0] = place == XML_IN_VALUE ? ' ' : '\n';
		return x.n > 1 && x.p[1] == '\n' ? 2 : 1;
	}
	if (c == '\t' || c == '\n') {
		out[0] = ' ';
		return 1;
	}
	if (enc == XML_LATIN1 && c >= 0x80) {
		*made = put_char(out, c);
		return 1;
	}
	len = valid_char((const unsigned char *)x.p, x.n);
	if (len == 0) {
		out[0] = '?';
		return 1;
	}
	memcpy(out, x.p, len);
	*made = len;
	return len;
}

size_t
xml_decode(char *out, struct span raw, enum xml_place place, enum xml_encoding enc)
{
	size_t n = 0, made, plain;

	while (raw.n) {
		plain = xml_plain(raw, place);
		memcpy(out + n, raw.p, plain);
		n += plain;
		raw = span_from(raw, plain);
		if (raw.n) {
			raw = span_from(raw, decode_special(out + n, &made, raw, place, enc));
			n += made;
		}
	}
	return n;
}

size_t
xml_whole(struct span raw, enum xml_encoding enc)
{
	size_t n = raw.n, i;

	for (i = 0; i < REFERENCE_MAX && i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[raw.n - 1 - i];

		if (c == ';' || c == '<')
			break;
		if (c == '&')
			return raw.n - 1 - i;
		if (i == 0 && c == '\r')
			return raw.n - 1;
		if (enc == XML_UTF8 && i < 4 && c >= 0xc2 && char_length(c) > i + 1)
			n = raw.n - 1 - i;
	}
	return n;
}

/* ---- encodings ---- */

enum xml_encoding
xml_encoding_of(struct span name)
{
	static const char *const unicode[] = { "utf-8", "utf8", "us-ascii", "ascii", "utf-16" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(unicode); i++) {
		if (name.n == strlen(unicode[i]) && strncasecmp(name.p, unicode[i], name.n) == 0)
			return XML_UTF8;
	}
	return name.n ? XML_LATIN1 : XML_UTF8;
}

static uint32_t
unit_at(struct span raw, size_t i, enum xml_encoding enc)
{
	unsigned char a = (unsigned char)raw.p[i], b = (unsigned char)raw.p[i + 1];

	return enc == XML_UTF16_LE ? (uint32_t)(b << 8 | a) : (uint32_t)(a << 8 | b);
}

size_t
xml_from_utf16(struct str *out, struct span raw, enum xml_encoding enc)
{
	char made[4];
	size_t i = 0;

	while (i + 1 < raw.n) {
		uint32_t c = unit_at(raw, i, enc), low;

		if (c >= 0xd800 && c < 0xdc00) {
			if (i + 3 >= raw.n)
				break;
			low = unit_at(raw, i + 2, enc);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		i += 2;
		str_add(out, made, put_char(made, c >= 0xd800 && c < 0xe000 ? '?' : c));
	}
	return i;
}
