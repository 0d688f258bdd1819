/* Bytes that are looked at and bytes that are owned: see str.h. */
#include "common/base.h"
#include "common/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/mem.h"

static bool
str_room(struct str *s, size_t n)
{
	size_t want;

	if (n > s->max - s->n) {
		s->over = true;
		return false;
	}
	want = s->n + n + 1;
	if (want > s->cap) {
		size_t cap = s->cap * 2 > want ? s->cap * 2 : want;
		if (cap < 32)
			cap = 32;
		if (cap > s->max + 1)
			cap = s->max + 1;
		s->p = xrealloc(s->p, cap, 1);
		s->cap = cap;
	}
	return true;
}

void
str_release(struct str *s)
{
	free(s->p);
	*s = (struct str)STR_INIT(s->max);
}

void
str_clear(struct str *s)
{
	str_cut(s, 0);
	s->over = false;
}

void
str_cut(struct str *s, size_t n)
{
	assert(n <= s->n);
	s->n = n;
	if (s->p)
		s->p[n] = '\0';
}

bool
str_add(struct str *s, const void *p, size_t n)
{
	/* In short where there is room: cap is at most max + 1, or 0. */
	if (n >= s->cap - s->n && !str_room(s, n))
		return false;
	if (n)
		memcpy(s->p + s->n, p, n);
	s->n += n;
	s->p[s->n] = '\0';
	return true;
}

bool
str_adds(struct str *s, const char *text)
{
	return str_add(s, text, strlen(text));
}

bool
str_addc(struct str *s, char c)
{
	return str_add(s, &c, 1);
}

bool
str_addspan(struct str *s, struct span x)
{
	return str_add(s, x.p, x.n);
}

bool
str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int n;
	bool ok;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	ok = str_room(s, (size_t)n);
	if (!ok)
		return false;
	va_start(ap, fmt);
	vsnprintf(s->p + s->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->n += (size_t)n;
	return true;
}

static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

bool
str_add_shell(struct str *s, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789_@%+=:,./-";
	size_t start = s->n;
	bool control = false, ok;
	const char *c;

	if (*text && text[strspn(text, plain)] == '\0')
		return str_adds(s, text);
	for (c = text; *c; c++)
		control |= is_control((unsigned char)*c);
	ok = str_adds(s, control ? "$'" : "'");
	for (c = text; ok && *c; c++) {
		if (control && is_control((unsigned char)*c))
			ok = *c == '\n' ? str_adds(s, "\\n") : *c == '\t' ? str_adds(s, "\\t")
			     : str_addf(s, "\\%03o", (unsigned char)*c);
		else if (control && (*c == '\\' || *c == '\''))
			ok = str_addf(s, "\\%c", *c);
		else if (*c == '\'')
			ok = str_adds(s, "'\\''");
		else
			ok = str_addc(s, *c);
	}
	ok = ok && str_addc(s, '\'');
	if (!ok && s->n > start)
		str_cut(s, start);
	return ok;
}

bool
str_add_escaped(struct str *s, struct span x)
{
	size_t i, start = s->n;
	bool ok = true;

	for (i = 0; ok && i < x.n; i++) {
		unsigned char c = (unsigned char)x.p[i];
		if (c == '\\')
			ok = str_adds(s, "\\\\");
		else if (c == '\n')
			ok = str_adds(s, "\\n");
		else if (c == '\t')
			ok = str_adds(s, "\\t");
		else if (is_control(c))
			ok = str_addf(s, "\\x%02x", c);
		else if (c == 0xc2 && i + 1 < x.n && (unsigned char)x.p[i + 1] < 0xa0) /* U+0080 to U+009F */
			ok = str_addf(s, "\\xc2\\x%02x", (unsigned char)x.p[++i]);
		else
			ok = str_addc(s, (char)c);
	}
	if (!ok && s->n > start)
		str_cut(s, start);
	return ok;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
str_add_unescaped(struct str *s, struct span x)
{
	size_t i, start = s->n;
	bool ok = true;

	for (i = 0; ok && i < x.n; i++) {
		char next = x.p[i] == '\\' && i + 1 < x.n ? x.p[i + 1] : '\0';
		if (next == '\\' || next == 'n' || next == 't') {
			ok = str_addc(s, next == 'n' ? '\n' : next == 't' ? '\t' : '\\');
			i++;
		} else if (next == 'x' && i + 3 < x.n && hex_digit(x.p[i + 2]) >= 0 &&
		           hex_digit(x.p[i + 3]) >= 0) {
			ok = str_addc(s, (char)(hex_digit(x.p[i + 2]) * 16 + hex_digit(x.p[i + 3])));
			i += 3;
		} else {
			ok = str_addc(s, x.p[i]);
		}
	}
	if (!ok && s->n > start)
		str_cut(s, start);
	return ok;
}

const char *
str_c(const struct str *s)
{
	return s->p ? s->p : "";
}

struct span
str_span(const struct str *s)
{
	return (struct span){ s->p, s->n };
}

struct span
span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

bool
span_ends(struct span x, const char *suffix)
{
	size_t n = strlen(suffix);

	return x.n >= n && (n == 0 || memcmp(x.p + x.n - n, suffix, n) == 0);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span
span_trim(struct span x)
{
	while (x.n && is_space(x.p[0]))
		x = span_from(x, 1);
	while (x.n && is_space(x.p[x.n - 1]))
		x.n--;
	return x;
}

struct span
span_base(struct span path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/' && path.p[i - 1] != '\\')
		i--;
	return span_from(path, i);
}

size_t
span_find(struct span x, const char *needle)
{
	size_t n = strlen(needle);
	const char *hit = n <= x.n && x.n ? memmem(x.p, x.n, needle, n) : NULL;

	return hit ? (size_t)(hit - x.p) : x.n;
}

/* In sixteen lanes at once (vectors of GCC and Clang), each of which counts to 127 at the most. */
size_t
span_count(struct span x, char c)
{
	size_t n = 0, i, k;

	while (x.n >= 16) {
		signed char word __attribute__((vector_size(16))), sums __attribute__((vector_size(16))) = { 0 };
		size_t n_words = x.n / 16 < 127 ? x.n / 16 : 127;

		for (i = 0; i < n_words; i++) {
			memcpy(&word, x.p + 16 * i, 16);
			sums -= word == (signed char)c;
		}
		for (k = 0; k < 16; k++)
			n += (size_t)sums[k];
		x = span_from(x, 16 * n_words);
	}
	for (i = 0; i < x.n; i++)
		n += x.p[i] == c;
	return n;
}

bool
span_next(struct span *rest, char sep, struct span *part)
{
	const char *hit;

	if (rest->p == NULL)
		return false;
	hit = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	part->p = rest->p;
	part->n = hit ? (size_t)(hit - rest->p) : rest->n;
	if (hit)
		*rest = span_from(*rest, part->n + 1);
	else
		*rest = (struct span){ NULL, 0 };
	return true;
}

bool
span_u64(struct span x, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (x.n == 0)
		return false;
	for (i = 0; i < x.n; i++) {
		if (x.p[i] < '0' || x.p[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(x.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}
