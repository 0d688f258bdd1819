/* What single lines of regrtest's output say: see read_regrtest_in.h. */
#include "common/base.h"
#include "triage/read_regrtest_in.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes a number off the front; false: there is none, or it is too large. */
static inline bool
number(struct span *s, uint32_t *out)
{
	const char *p = s->p, *end = p + s->n;
	uint32_t n = 0;

	while (p < end && is_digit(*p) && n < 100000000)
		n = n * 10 + (uint32_t)(*p++ - '0');
	if (p == s->p || (p < end && is_digit(*p)))
		return false;
	*s = (struct span){ p, (size_t)(end - p) };
	*out = n;
	return true;
}

static bool
byte(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = (struct span){ s->p + 1, s->n - 1 };
	return true;
}

/* A decimal number with an optional fraction. */
static bool
decimal(struct span *s, double *out)
{
	double fraction = 0, scale = 1;
	size_t i;
	uint32_t n;

	if (!number(s, &n))
		return false;
	*out = n;
	if (s->n < 2 || s->p[0] != '.' || !is_digit(s->p[1]))
		return true;
	for (i = 1; i < s->n && is_digit(s->p[i]); i++) {
		fraction = fraction * 10 + (s->p[i] - '0');
		scale *= 10;
	}
	*out += fraction / scale;
	*s = span_from(*s, i);
	return true;
}

/* ---- what stands before the text ---- */

/* "[ 6/34/2] ", "[12/400] ", with --forever "[ 6] " and "[ 6/2] " (which reads as a total). */
static bool
index_of(struct span *s, struct progress *p)
{
	struct span rest = *s;

	p->index = p->total = p->bad = 0;
	if (!byte(&rest, '['))
		return false;
	while (byte(&rest, ' '))
		;
	if (!number(&rest, &p->index))
		return false;
	if (byte(&rest, '/') && !number(&rest, &p->total))
		return false;
	if (byte(&rest, '/') && !number(&rest, &p->bad))
		return false;
	if (!byte(&rest, ']') || !byte(&rest, ' '))
		return false;
	p->has_index = true;
	*s = rest;
	return true;
}

/* "0:00:18 " */
static bool
clock_of(struct span *s)
{
	struct span rest = *s;
	uint32_t hours;

	if (!number(&rest, &hours) || rest.n < 7 || rest.p[0] != ':' || rest.p[3] != ':' || rest.p[6] != ' ')
		return false;
	*s = span_from(rest, 7);
	return true;
}

/* "load avg: 9.97 ", and whatever else stands before the bracket or the text. */
static void
load_of(struct span *s, struct progress *p)
{
	struct span rest = *s;
	double load;

	if (!span_starts(rest, "load avg: "))
		return;
	rest = span_from(rest, strlen("load avg: "));
	if (!decimal(&rest, &load) || !byte(&rest, ' '))
		return;
	p->has_load = true;
	p->load = (float)load;
	*s = rest;
}

bool
regrtest_progress(struct span line, struct progress *p)
{
	*p = (struct progress){ .text = line };
	p->has_clock = clock_of(&p->text);
	if (p->has_clock) {
		load_of(&p->text, p);
		/* "mem: 120 MiB " or the like. */
		if (p->text.n && p->text.p[0] != '[' && memchr(p->text.p, '[', p->text.n < 40 ? p->text.n : 40)) {
			struct span rest = span_from(p->text, span_find(p->text, "["));

			if (index_of(&rest, p))
				p->text = rest;
			return true;
		}
	}
	return index_of(&p->text, p) || p->has_clock;
}

/* The load that ends before `at`: "... load avg: 9.97 [". */
static void
load_before(struct span line, size_t at, struct progress *p)
{
	struct span before = { line.p, at }, rest;
	size_t begin = at > 24 ? at - 24 : 0;
	size_t found = begin + span_find(span_from(before, begin), "load avg: ");

	if (found < at) {
		rest = span_from(before, found);
		load_of(&rest, p);
	}
}

bool
regrtest_progress_inside(struct span line, struct progress *p)
{
	const char *close = line.n ? memchr(line.p, ']', line.n) : NULL;
	struct span name, rest;
	struct state s;
	size_t at;

	while (close) {
		at = (size_t)(close - line.p);
		while (at > 0 && line.p[at] != '[' && close - (line.p + at) < 30)
			at--;
		*p = (struct progress){ .text = span_from(line, at) };
		load_before(line, at, p);
		if (index_of(&p->text, p) && (p->total || p->has_load)) {
			rest = p->text;
			return regrtest_name(&rest, &name) &&
			       (rest.n == 0 || span_starts(rest, " -- ") || span_starts(rest, " (") ||
			        (rest.p[0] == ' ' && regrtest_state(span_from(rest, 1), &s)));
		}
		close = memchr(close + 1, ']', line.n - (size_t)(close + 1 - line.p));
	}
	return false;
}

/* ---- names, states, times ---- */

/* Letters, digits, underscore, dot: a bit for each byte of ASCII. */
static bool
is_name(char c)
{
	static const uint64_t bits[4] = { UINT64_C(0x03ff400000000000), UINT64_C(0x07fffffe87fffffe), 0, 0 };

	return bits[(uint8_t)c / 64] >> (uint8_t)c % 64 & 1;
}

bool
regrtest_name(struct span *text, struct span *name)
{
	static const char worker[] = "<regrtest worker>";
	size_t i = 0;

	if (text->n && text->p[0] == '<' && span_starts(*text, worker))
		i = strlen(worker);
	else
		while (i < text->n && is_name(text->p[i]))
			i++;
	if (i == 0 || is_digit(text->p[0]) || text->p[0] == '.' || text->p[i - 1] == '.')
		return false;
	*name = (struct span){ text->p, i };
	*text = span_from(*text, i);
	if (span_starts(*name, "test.test_"))
		*name = span_from(*name, strlen("test."));
	return true;
}

static const struct {
	const char *word;
	enum outcome outcome;
	bool plain;
} states[] = {
	{ "passed", OUTCOME_PASS, true },
	{ "failed (env changed)", OUTCOME_ENV_CHANGED, false },
	{ "failed (reference leak)", OUTCOME_LEAK, false },
	{ "failed", OUTCOME_FAIL, true },
	{ "skipped", OUTCOME_SKIP, false },
	{ "interrupted", OUTCOME_INTERRUPTED, false },
	{ "crashed", OUTCOME_CRASH, false },
	{ "process crashed", OUTCOME_CRASH, false },
	{ "worker non-zero exit code", OUTCOME_CRASH, false },
	{ "worker crashed", OUTCOME_CRASH, false },
	{ "worker bug", OUTCOME_BROKEN, false },
	{ "ran no tests", OUTCOME_NOT_RUN, false },
	{ "run no tests", OUTCOME_NOT_RUN, false },
	{ "timed out", OUTCOME_TIMEOUT, false },
};

/* "... in 1 min 2 sec", "... (45.2 sec)" at the end. */
static int64_t
duration_at_end(struct span text)
{
	size_t i, open = text.n;

	if (text.n && text.p[text.n - 1] == ')') {
		for (i = 0; i < text.n; i++)
			open = text.p[i] == '(' ? i + 1 : open;
		return regrtest_duration((struct span){ text.p + open, text.n - 1 - open });
	}
	for (i = 0; i + 4 < text.n; i++) {
		if (memcmp(text.p + i, " in ", 4) == 0)
			open = i + 4;
	}
	return regrtest_duration(span_from(text, open));
}

bool
regrtest_state(struct span text, struct state *s)
{
	size_t i, n = 0;

	for (i = 0; i < ARRAY_LEN(states); i++) {
		if (text.n == 0 || text.p[0] != states[i].word[0])
			continue;
		n = strlen(states[i].word);
		if (span_starts(text, states[i].word) && (text.n == n || text.p[n] == ' '))
			break;
	}
	if (i == ARRAY_LEN(states))
		return false;
	*s = (struct state){ states[i].outcome, -1, states[i].plain };
	if (text.n > n)
		s->micros = duration_at_end(text);
	return true;
}

/* "1:02:03" as seconds; -1: something else. */
static int64_t
clock_seconds(struct span text)
{
	uint32_t hours, minutes, seconds;

	if (!number(&text, &hours) || !byte(&text, ':') || !number(&text, &minutes) || !byte(&text, ':') ||
	    !number(&text, &seconds) || text.n)
		return -1;
	return ((int64_t)hours * 60 + minutes) * 60 + seconds;
}

int64_t
regrtest_duration(struct span text)
{
	static const struct { const char *word; double micros; } units[] = {
		{ "hours", 3600e6 }, { "hour", 3600e6 }, { "min", 60e6 }, { "sec", 1e6 }, { "ms", 1e3 }, { "s", 1e6 },
	};
	int64_t seconds = clock_seconds(text);
	double sum = 0, x;
	size_t i;

	if (seconds >= 0 || text.n == 0)
		return text.n ? seconds * 1000000 : -1;
	while (text.n) {
		if (!decimal(&text, &x))
			return -1;
		byte(&text, ' ');
		for (i = 0; i < ARRAY_LEN(units) && !span_starts(text, units[i].word); i++)
			;
		if (i == ARRAY_LEN(units))
			return -1;
		text = span_from(text, strlen(units[i].word));
		sum += x * units[i].micros;
		if (text.n && !byte(&text, ' '))
			return -1;
	}
	return sum < 1e15 ? (int64_t)(sum + 0.5) : -1;
}

/* ---- lists ---- */

enum list
regrtest_list(struct span line)
{
	static const struct { const char *tail; enum list list; } tails[] = {
		{ " OK.", LIST_OK }, { " failed:", LIST_FAILED }, { " failed again:", LIST_AGAIN },
		{ " skipped:", LIST_SKIPPED }, { " skipped (resource denied):", LIST_SKIPPED },
		{ " altered the execution environment:", LIST_ENV },
		{ " altered the execution environment (env changed):", LIST_ENV },
		{ " omitted:", LIST_OMITTED }, { " run no tests:", LIST_EMPTY }, { " ran no tests:", LIST_EMPTY },
	};
	bool rerun;
	uint32_t n;
	size_t i;

	if (span_starts(line, "All "))
		line = span_from(line, 4);
	if (!number(&line, &n) || !byte(&line, ' '))
		return LIST_NONE;
	rerun = span_starts(line, "re-run ");
	line = span_from(line, rerun ? strlen("re-run ") : 0);
	if (!span_starts(line, "test"))
		return LIST_NONE;
	line = span_from(line, span_starts(line, "tests") ? 5 : 4);
	if (rerun)
		return span_is(line, ":") ? LIST_RERUN : LIST_NONE;
	for (i = 0; i < ARRAY_LEN(tails); i++) {
		if (span_is(line, tails[i].tail))
			return tails[i].list;
	}
	return LIST_NONE;
}
