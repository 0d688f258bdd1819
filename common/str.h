/*
 * Bytes: `struct span` looks at some and owns nothing; `struct str` owns a
 * growing, always NUL-terminated buffer that was made with its maximum.
 */
#ifndef COMMON_STR_H
#define COMMON_STR_H

/* n bytes at p, any value; p may be NULL when n is 0. */
struct span {
	const char *p;
	size_t n;
};

/* Invariant: p is NULL or p[n] is NUL; n <= max.  over says that something did
 * not fit and was left out: check it once, at the end. */
struct str {
	char *p;
	size_t n;
	size_t cap;
	size_t max; /* bytes, without the NUL */
	bool over;
};

enum { STR_LINE = 64 << 10, STR_FILE = 256 << 20 }; /* usual maxima, in bytes */

#define STR_INIT(max_bytes) { NULL, 0, 0, (max_bytes), false }

void str_release(struct str *s); /* leaves the empty state, max kept */
void str_clear(struct str *s);   /* empties and keeps the memory */
void str_cut(struct str *s, size_t n); /* shortens to n bytes */

/* Each adds at the end, as a whole or (past max) not at all; false then. */
bool str_add(struct str *s, const void *p, size_t n);
bool str_adds(struct str *s, const char *text);
bool str_addc(struct str *s, char c);
bool str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool str_addspan(struct str *s, struct span x);

/* Adds text so that a POSIX shell reads it back as one word: as it is when
 * harmless, else in single quotes ($'...' when it holds control bytes). */
bool str_add_shell(struct str *s, const char *text);

/* Adds the bytes with backslash, tab, newline and other control bytes written
 * as \\, \t, \n, \xHH: one line, no terminal escape; UTF-8 is left alone but for the controls
 * from U+0080 to U+009F. */
bool str_add_escaped(struct str *s, struct span x);
/* The inverse; an unknown escape stands for itself. */
bool str_add_unescaped(struct str *s, struct span x);

/* The text, "" when nothing was added. */
const char *str_c(const struct str *s);
struct span str_span(const struct str *s);

struct span span_of(const char *text);
bool span_ends(struct span x, const char *suffix);
struct span span_trim(struct span x); /* without white space at both ends */
struct span span_base(struct span path); /* what stands behind its last / or \ */
/* Where needle begins in x, or x.n when it is not there. */
size_t span_find(struct span x, const char *needle);
/* How often c stands in x. */
size_t span_count(struct span x, char c);
/* Takes the part up to sep (or all) off the front of *rest; false at the end. */
bool span_next(struct span *rest, char sep, struct span *part);
/* A whole decimal number without sign; false for anything else or overflow. */
bool span_u64(struct span x, uint64_t *out);

/* Inline, since readers ask them of every line, with texts whose length the compiler knows. */

static inline bool
span_is(struct span x, const char *text)
{
	size_t n = strlen(text);

	return x.n == n && (n == 0 || memcmp(x.p, text, n) == 0);
}

static inline bool
span_starts(struct span x, const char *prefix)
{
	size_t n = strlen(prefix);

	return x.n >= n && (n == 0 || memcmp(x.p, prefix, n) == 0);
}

/* at past the end: empty */
static inline struct span
span_from(struct span x, size_t at)
{
	if (at > x.n)
		at = x.n;
	return (struct span){ x.p ? x.p + at : NULL, x.n - at };
}

#endif
