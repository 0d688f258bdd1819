/* Lines of TAP: see tap.h. */
#include "common/base.h"
#include "common/tap.h"

#include <strings.h>

static struct span
skip_blanks(struct span x)
{
	while (x.n && (x.p[0] == ' ' || x.p[0] == '\t'))
		x = span_from(x, 1);
	return x;
}

static bool
starts_caseless(struct span x, const char *word)
{
	size_t n = strlen(word);

	return x.n >= n && strncasecmp(x.p, word, n) == 0;
}

/* Takes a number off the front; 0 when there is none. */
static uint64_t
take_number(struct span *x)
{
	size_t n = 0;
	uint64_t v = 0;

	while (n < x->n && x->p[n] >= '0' && x->p[n] <= '9')
		n++;
	if (n == 0 || !span_u64((struct span){ x->p, n }, &v))
		return 0;
	*x = span_from(*x, n);
	return v;
}

/* Where the directive's '#' is: not one that is escaped or in a word. */
static size_t
find_hash(struct span x)
{
	size_t i;

	for (i = 0; i < x.n; i++) {
		if (x.p[i] == '#' && (i == 0 || x.p[i - 1] == ' ' || x.p[i - 1] == '\t') &&
		    i + 1 < x.n)
			return i;
	}
	return x.n;
}

/* "12ms" or "time=12ms" at the front and nothing after it. */
static int64_t
parse_millis(struct span x)
{
	uint64_t v;
	size_t n = x.n;

	x = span_trim(x);
	if (span_starts(x, "time="))
		x = span_from(x, 5);
	n = x.n;
	v = take_number(&x);
	return x.n < n && span_is(x, "ms") && v < 1000000000 ? (int64_t)v * 1000 : -1;
}

/* bats -T: "name in 12ms" */
static void
take_duration(struct tap_line *t)
{
	size_t blank = t->text.n;

	while (blank > 0 && t->text.p[blank - 1] != ' ')
		blank--;
	if (blank < 4 || memcmp(t->text.p + blank - 4, " in ", 4) != 0)
		return;
	t->micros = parse_millis(span_from(t->text, blank));
	if (t->micros >= 0)
		t->text.n = blank - 4;
}

static struct tap_line
parse_test(struct span rest, bool ok)
{
	struct tap_line t = { TAP_TEST, ok ? TAP_PASS : TAP_FAIL, 0, { "", 0 }, { "", 0 }, -1 };
	struct span directive;
	size_t hash;

	rest = skip_blanks(rest);
	t.number = take_number(&rest);
	rest = skip_blanks(rest);
	if (span_starts(rest, "- "))
		rest = span_from(rest, 2);
	hash = find_hash(rest);
	directive = skip_blanks(span_from(rest, hash + 1));
	if (starts_caseless(directive, "skip"))
		t.result = TAP_SKIP;
	else if (starts_caseless(directive, "todo"))
		t.result = ok ? TAP_PASS : TAP_TODO;
	else if (hash < rest.n && (t.micros = parse_millis(directive)) < 0)
		hash = rest.n; /* part of the name */
	if (starts_caseless(directive, "skip") || starts_caseless(directive, "todo"))
		t.why = span_trim(span_from(directive, 4));
	t.text = span_trim((struct span){ rest.p, hash });
	if (t.micros < 0)
		take_duration(&t);
	return t;
}

struct tap_line
tap_parse(struct span line)
{
	struct tap_line none = { TAP_OTHER, TAP_PASS, 0, { "", 0 }, { "", 0 }, -1 };
	struct span rest;

	if (span_is(line, "ok") || span_starts(line, "ok "))
		return parse_test(span_from(line, 2), true);
	if (span_is(line, "not ok") || span_starts(line, "not ok "))
		return parse_test(span_from(line, 6), false);
	if (span_starts(line, "Bail out!")) {
		none.kind = TAP_BAIL;
		none.text = span_trim(span_from(line, 9));
	} else if (span_starts(line, "1..")) {
		rest = span_from(line, 3);
		none.number = take_number(&rest);
		if (rest.n < line.n - 3)
			none.kind = TAP_PLAN;
		rest = skip_blanks(rest);
		if (none.kind == TAP_PLAN && rest.n && rest.p[0] == '#')
			none.why = span_trim(span_from(rest, 1));
	}
	return none;
}
