/* JSON objects on one line: see jline.h. */
#include "common/base.h"
#include "triage/jline.h"

/* What is left of the line. */
struct cursor {
	const char *p, *end;
	bool cut;
};

static void
skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' || *c->p == '\n'))
		c->p++;
}

/* ---- texts ---- */

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "1f600" of \u1f60...; -1: no four digits. */
static int
four_digits(const char *p, const char *end)
{
	int v = 0, i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		if (hex(p[i]) < 0)
			return -1;
		v = v * 16 + hex(p[i]);
	}
	return v;
}

static void
put_char(struct str *out, uint32_t c)
{
	if (c < 0x80) {
		str_addc(out, (char)c);
	} else if (c < 0x800) {
		str_addc(out, (char)(0xc0 | c >> 6));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c < 0x10000) {
			str_addc(out, (char)(0xe0 | c >> 12));
		} else {
			str_addc(out, (char)(0xf0 | c >> 18));
			str_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* What follows \u at p, with the second half of a pair; the bytes read, 0: nonsense. */
static size_t
take_unicode(struct str *out, const char *p, const char *end)
{
	int a = four_digits(p, end), b;

	if (a < 0)
		return 0;
	if (a >= 0xd800 && a < 0xdc00 && end - p >= 10 && p[4] == '\\' && p[5] == 'u' &&
	    (b = four_digits(p + 6, end)) >= 0xdc00 && b < 0xe000) {
		put_char(out, 0x10000 + ((uint32_t)(a - 0xd800) << 10) + (uint32_t)(b - 0xdc00));
		return 10;
	}
	put_char(out, a >= 0xd800 && a < 0xe000 ? 0xfffd : (uint32_t)a);
	return 4;
}

/* Decodes [p, end) into out; false: a bad escape. */
static bool
decode(struct str *out, const char *p, const char *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	size_t n;

	while (p < end) {
		at = memchr(p, '\\', (size_t)(end - p));
		str_add(out, p, (size_t)((at ? at : end) - p));
		if (at == NULL)
			break;
		if (at + 1 == end)
			return false;
		if (at[1] == 'u') {
			n = take_unicode(out, at + 2, end);
			if (n == 0)
				return false;
			p = at + 2 + n;
		} else {
			const char *k = strchr(from, at[1]);

			if (k == NULL || at[1] == '\0')
				return false;
			str_addc(out, to[k - from]);
			p = at + 2;
		}
	}
	return true;
}

/* Goes behind the text that begins at c, a '"'; raw is what stands between, escaped whether it needs decoding.
 * false: it does not end. */
static bool
take_raw(struct cursor *c, struct span *raw, bool *escaped)
{
	const char *p = c->p + 1, *start = p;

	*escaped = false;
	for (; p < c->end && *p != '"'; p++) {
		if (*p == '\\') {
			*escaped = true;
			p++;
		}
	}
	if (p > c->end)
		p = c->end;
	*raw = (struct span){ start, (size_t)(p - start) };
	c->p = p < c->end ? p + 1 : c->end;
	return p < c->end;
}

/* The text at c, decoded; of one that is cut what is there. */
static bool
take_text(struct cursor *c, struct jline_field *f, struct str *scratch)
{
	struct span *out = &f->value;
	bool escaped, whole = take_raw(c, out, &escaped), good;
	size_t before = scratch->n;

	f->torn = !whole;
	if (!whole && !c->cut)
		return false;
	if (!escaped)
		return true;
	good = decode(scratch, out->p, out->p + out->n);
	*out = (struct span){ scratch->p ? scratch->p + before : "", scratch->n - before };
	return good || (!whole && c->cut);
}

/* ---- other values ---- */

/* Goes behind an object or array, without looking into it. */
static bool
skip_nested(struct cursor *c)
{
	struct span raw;
	unsigned depth = 0;
	bool escaped;

	while (c->p < c->end) {
		if (*c->p == '"') {
			if (!take_raw(c, &raw, &escaped) && !c->cut)
				return false;
			continue;
		}
		if (*c->p == '{' || *c->p == '[') {
			if (++depth > JLINE_DEPTH_MAX)
				return false;
		} else if ((*c->p == '}' || *c->p == ']') && --depth == 0) {
			c->p++;
			return true;
		}
		c->p++;
	}
	return c->cut;
}

static bool
take_value(struct cursor *c, struct jline_field *f, struct str *scratch)
{
	const char *start = c->p;
	bool good = true;

	f->text = *c->p == '"';
	f->torn = false;
	if (f->text)
		return take_text(c, f, scratch);
	if (*c->p == '{' || *c->p == '[') {
		good = skip_nested(c);
	} else {
		while (c->p < c->end && *c->p != ',' && *c->p != '}')
			c->p++;
	}
	f->value = span_trim((struct span){ start, (size_t)(c->p - start) });
	return good && f->value.n > 0;
}

static struct jline_field *
find_field(struct jline_field *fields, size_t n, struct span key)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (span_is(key, fields[i].key))
			return &fields[i];
	}
	return NULL;
}

/* One member, from its key on. */
static bool
take_member(struct cursor *c, struct jline_field *fields, size_t n, struct str *scratch)
{
	struct jline_field none = { .key = "" }, *f;
	struct span key;
	bool escaped, whole;

	if (*c->p != '"' || !take_raw(c, &key, &escaped))
		return c->cut && *c->p == '"';
	skip_blanks(c);
	if (c->p == c->end || *c->p != ':')
		return c->p == c->end && c->cut;
	c->p++;
	skip_blanks(c);
	if (c->p == c->end)
		return c->cut;
	f = find_field(fields, n, key);
	whole = take_value(c, f && !f->there ? f : &none, scratch);
	if (f && !f->there)
		f->there = whole;
	return whole;
}

bool
jline_read(struct span line, bool cut, struct jline_field *fields, size_t n, struct str *scratch)
{
	struct cursor c = { line.p, line.p + line.n, cut };
	size_t i;

	str_clear(scratch);
	if (scratch->cap <= line.n) { /* what lies in it must not move */
		str_addspan(scratch, line);
		str_clear(scratch);
	}
	for (i = 0; i < n; i++)
		fields[i].there = false;
	skip_blanks(&c);
	if (c.p == c.end || *c.p++ != '{')
		return false;
	for (;;) {
		skip_blanks(&c);
		if (c.p == c.end)
			return cut;
		if (*c.p == '}')
			break;
		if (!take_member(&c, fields, n, scratch))
			return false;
		skip_blanks(&c);
		if (c.p < c.end && *c.p == ',')
			c.p++;
		else if (c.p < c.end && *c.p != '}')
			return false;
	}
	c.p++;
	skip_blanks(&c);
	return c.p == c.end;
}

bool
jline_looks_like(struct span head, const char *const *words)
{
	const char *const *w;
	struct span line;

	while (span_next(&head, '\n', &line)) {
		line = span_trim(line);
		if (line.n == 0 || line.p[0] != '{')
			continue;
		for (w = words; *w && span_find(line, *w) < line.n; w++)
			;
		if (*w == NULL)
			return true;
	}
	return false;
}
