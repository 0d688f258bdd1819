/*
 * Error lines, normalised: see errline.h.  A lexer of few rules: at each place
 * the first that fits takes its bytes.
 */
#include "common/base.h"
#include "common/errline.h"

#include <ctype.h>

static bool
word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Each rule returns how many bytes at the beginning of x it takes, 0: it does
 * not fit.  before is the byte before x, NUL at the beginning. */
struct rule {
	size_t (*take)(struct span x, char before);
	const char *put;
};

/* ESC [ ... letter, raw or as reading_message escaped it. */
static size_t
take_colour(struct span x, char before UNUSED)
{
	size_t i = span_starts(x, "\x1b[") ? 2 : span_starts(x, "\\x1b[") ? 5 : 0;

	if (i == 0)
		return 0;
	while (i < x.n && (digit(x.p[i]) || x.p[i] == ';'))
		i++;
	return i < x.n ? i + 1 : i;
}

/* '...', "...", `...`; an apostrophe within a word is none. */
static size_t
take_quoted(struct span x, char before)
{
	size_t i;

	if ((x.p[0] != '\'' && x.p[0] != '"' && x.p[0] != '`') || word_char(before))
		return 0;
	for (i = 1; i < x.n; i++) {
		if (x.p[i] == '\\' && i + 1 < x.n)
			i++;
		else if (x.p[i] == x.p[0] && (i + 1 == x.n || !word_char(x.p[i + 1])))
			return i + 1;
	}
	return 0;
}

static bool
path_char(char c)
{
	return c != ' ' && c != '\t' && c != ':' && c != ',' && c != ';' && c != '(' && c != ')' &&
	       c != '\'' && c != '"' && c != '`' && c != '[' && c != ']' && c != '<' && c != '>';
}

/* /a/b, ./a, ../a, ~/a, a/b/c, a/b.py and C:\a. */
static size_t
take_path(struct span x, char before)
{
	size_t i = 0, slashes = 0, last_dot = 0;

	if (word_char(before) || before == '/' || before == '.')
		return 0;
	if (x.n > 2 && isalpha((unsigned char)x.p[0]) && x.p[1] == ':' && x.p[2] == '\\')
		i = 2;
	else if (!word_char(x.p[0]) && !strchr("/.~", x.p[0]))
		return 0;
	for (slashes = i > 0 ? 2 : 0; i < x.n && path_char(x.p[i]); i++) {
		slashes += x.p[i] == '/';
		if (x.p[i] == '.')
			last_dot = i;
	}
	while (i > 0 && x.p[i - 1] == '.')
		i--;
	if (slashes == 0 || i < 2)
		return 0;
	if (slashes >= 2 || !word_char(x.p[0]) || (last_dot > 0 && last_dot + 1 < i))
		return i;
	return 0;
}

/* What mkstemp, tempfile and their like make: tmpab3_x9, tmp.Xa81bC, pytest-of-ann. */
static size_t
take_temp(struct span x, char before)
{
	static const char *const words[] = {
		"tmpdir", "tmpfile", "tmp_path", "tmpfs", "tmpname", "tmpnam",
	};
	size_t i, n = 0;

	if (word_char(before))
		return 0;
	if (span_starts(x, "pytest-of-") || span_starts(x, "pytest-"))
		n = 7;
	else if (span_starts(x, "tmp"))
		n = 3;
	else
		return 0;
	for (i = n; i < x.n && (word_char(x.p[i]) || x.p[i] == '-' || x.p[i] == '.'); i++)
		;
	while (i > n && x.p[i - 1] == '.')
		i--;
	for (size_t w = 0; w < ARRAY_LEN(words); w++) {
		if (span_is((struct span){ x.p, i }, words[w]))
			return 0;
	}
	return i >= n + 4 ? i : 0;
}

/* 0x7f3a, and words of six and more hex digits with a digit and a letter in them. */
static size_t
take_hex(struct span x, char before)
{
	size_t i = 0, digits = 0;

	if (word_char(before))
		return 0;
	if (span_starts(x, "0x") || span_starts(x, "0X")) {
		for (i = 2; i < x.n && isxdigit((unsigned char)x.p[i]); i++)
			;
		return i > 2 ? i : 0;
	}
	for (; i < x.n && isxdigit((unsigned char)x.p[i]); i++)
		digits += digit(x.p[i]);
	return i >= 6 && digits > 0 && digits < i && (i == x.n || !word_char(x.p[i])) ? i : 0;
}

/* A unit of time or size that stands behind a number, with the blank before it. */
static size_t
unit_length(struct span x)
{
	static const char *const units[] = {
		"microseconds", "milliseconds", "nanoseconds", "seconds", "second", "minutes",
		"minute", "hours", "secs", "sec", "usec", "msec", "ms", "us", "ns", "min", "s", "h",
		"bytes", "byte", "KiB", "MiB", "GiB", "kB", "KB", "MB", "GB",
	};
	size_t blank = x.n && x.p[0] == ' ', i, n;

	x = span_from(x, blank);
	for (i = 0; i < ARRAY_LEN(units); i++) {
		n = strlen(units[i]);
		if (span_starts(x, units[i]) && (x.n == n || !word_char(x.p[n])))
			return blank + n;
	}
	return 0;
}

/* Numbers with what joins them: 3, -1.5e-9, 12:30:01.5, 2026-11-22T10:00:00Z,
 * 127.0.0.1:80, and a unit behind them. */
static size_t
take_number(struct span x, char before)
{
	size_t i = 0;

	if ((x.p[0] == '-' || x.p[0] == '+') && x.n > 1 && digit(x.p[1]) && !word_char(before))
		i = 1;
	if (!digit(x.p[i]))
		return 0;
	for (;;) {
		while (i < x.n && digit(x.p[i]))
			i++;
		if (i + 1 < x.n && strchr(".,:-/T", x.p[i]) && digit(x.p[i + 1]))
			i++;
		else if (i + 2 < x.n && (x.p[i] == 'e' || x.p[i] == 'E') &&
		         (x.p[i + 1] == '-' || x.p[i + 1] == '+') && digit(x.p[i + 2]))
			i += 2;
		else
			break;
	}
	if (i < x.n && x.p[i] == 'Z' && (i + 1 == x.n || !word_char(x.p[i + 1])))
		i++;
	return i + unit_length(span_from(x, i));
}

static size_t
take_blank(struct span x, char before UNUSED)
{
	size_t i = 0;

	while (i < x.n && (isspace((unsigned char)x.p[i]) || iscntrl((unsigned char)x.p[i])))
		i++;
	return i;
}

static const struct rule rules[] = {
	{ take_colour, "" }, { take_blank, " " }, { take_quoted, "S" }, { take_temp, "T" },
	{ take_path, "P" },  { take_hex, "N" },   { take_number, "N" },
};

/* The end of the character that begins at p[i], for cutting at whole ones. */
static size_t
next_char(struct span x, size_t i)
{
	for (i++; i < x.n && ((unsigned char)x.p[i] & 0xc0) == 0x80; i++)
		;
	return i;
}

/* What is behind "...s.": runners print it on the line that an abort then ends. */
static struct span
past_progress(struct span text)
{
	size_t i = 0, dots = 0;

	text = span_trim(text);
	while (i < text.n && (text.p[i] == '.' || text.p[i] == 's' || text.p[i] == 'x'))
		dots += text.p[i++] == '.';
	while (i > 0 && text.p[i - 1] != '.')
		i--;
	return dots >= 3 ? span_trim(span_from(text, i)) : text;
}

void
errline_normalise(struct str *out, struct span text)
{
	struct str line = STR_INIT(ERRLINE_MAX);
	char before = '\0';
	size_t i = 0, r, n;
	bool room = true;

	text = past_progress(text);
	while (i < text.n && room) {
		for (n = 0, r = 0; r < ARRAY_LEN(rules) && n == 0; r++)
			n = rules[r].take(span_from(text, i), before);
		if (n) {
			room = str_adds(&line, rules[r - 1].put);
		} else {
			n = next_char(text, i) - i;
			room = str_add(&line, text.p + i, n);
		}
		if (n && take_colour(span_from(text, i), before) != n)
			before = text.p[i + n - 1];
		i += n;
	}
	str_addspan(out, span_trim(str_span(&line)));
	str_release(&line);
}

void
errline_clean(struct str *out, struct span text)
{
	size_t i = 0, n;

	text = past_progress(text);
	while (i < text.n) {
		n = take_colour(span_from(text, i), '\0');
		if (n == 0) {
			n = next_char(text, i) - i;
			if (!str_add(out, text.p + i, n))
				break;
		}
		i += n;
	}
	out->over = false;
}
