/* Console marks off: see strip.h. */
#include "common/base.h"
#include "triage/strip.h"

#include "triage/scan.h"

enum { ESC = 0x1b, BEL = 7, PIECE = 32 << 10, LOOK_LINES = 100 };

/* ECMA-48: ESC [ parameters final byte; ESC ] text BEL; other ESC intermediate... final. */
enum state { TEXT, AFTER_ESC, CSI, STRING, STRING_ESC, CHARSET };

void
strip_init(struct strip *s, enum strip_mode mode,
           int (*give)(void *data, struct span bytes, struct err *e), void *data)
{
	*s = (struct strip){ .mode = mode, .state = TEXT, .stamped = -1, .at_start = true,
	                     .out = STR_INIT(PIECE + STRIP_HOLD + 1), .give = give, .data = data };
}

void
strip_release(struct strip *s)
{
	str_release(&s->out);
}

/* ---- the beginnings of lines ---- */

/* How a text compares with a pattern, in which 0 stands for any digit: its length when
 * it begins so, 0 when it does not, -1 when more of the text has to come. */
static int
begins(const char *pattern, struct span text)
{
	size_t i;

	for (i = 0; pattern[i]; i++) {
		if (i == text.n)
			return -1;
		if (pattern[i] == '0' ? text.p[i] < '0' || text.p[i] > '9' : text.p[i] != pattern[i])
			return 0;
	}
	return (int)i;
}

/* Time stamps before lines; '+' of GitLab's goes on with the line before. */
static const char *const stamps[] = {
	"0000-00-00T00:00:00.0000000Z ",   /* GitHub, Azure */
	"0000-00-00T00:00:00.000000Z 00O ", "0000-00-00T00:00:00.000000Z 00E ", /* GitLab: and the stream */
	"0000-00-00T00:00:00.000000Z 00O+", "0000-00-00T00:00:00.000000Z 00E+",
	"[0000-00-00T00:00:00.000Z] ",     /* Jenkins */
	"0000-00-00T00:00:00.000000000Z ", /* docker logs -t */
};
static const char bom[] = "\xef\xbb\xbf";
static const char match[] = "#=MATCH=# "; /* a log classifier's mark for the line that it chose */
static const char *const groups[] = { "##[group]", "##[endgroup]" };

/* Adds the length of a mark at *at to it; false: more of the line has to come. */
static bool
pass(const char *mark, struct span line, size_t *at, bool *found)
{
	int n = begins(mark, span_from(line, *at));

	if (n > 0) {
		*at += (size_t)n;
		*found = true;
	}
	return n >= 0;
}

/* The first of the marks that the line has. */
static bool
pass_one(const char *const *marks, size_t n_marks, struct span line, size_t *at, bool *found)
{
	bool whole = true;
	size_t i;

	for (i = 0; i < n_marks && !*found; i++)
		whole &= pass(marks[i], line, at, found);
	return whole || *found;
}

/* How much of the line's beginning is to go; false: more of it has to come. */
static bool
measure(const struct strip *s, struct span line, size_t *n, bool *stamped)
{
	bool found = false, group = false;

	*n = 0;
	*stamped = false;
	if (s->stamped != 0 && !pass(bom, line, n, &found))
		return false;
	if (s->mode == STRIP_LETTERS && *n < line.n && line.p[*n] && strchr("oehi", line.p[*n]))
		++*n;
	if (s->stamped == 0)
		return true;
	if (!pass(match, line, n, &found))
		return false;
	if (!pass_one(stamps, ARRAY_LEN(stamps), line, n, stamped))
		return false;
	return !*stamped || pass_one(groups, ARRAY_LEN(groups), line, n, &group);
}

/* Whether no mark, escape or line end begins so. */
static bool
is_plain_start(struct span x)
{
	if (x.p[0] >= '0' && x.p[0] <= '9')
		return x.n > 1 && (unsigned char)x.p[1] > '9'; /* stamps begin with four digits */
	return strchr("\xef#[\x1b\r\n", x.p[0]) == NULL;
}

static bool
looks_at_starts(const struct strip *s)
{
	return s->mode == STRIP_LETTERS || s->stamped != 0;
}

/* A line's beginning is understood: what is known of the lines from now on. */
static void
started(struct strip *s, bool stamped, bool empty)
{
	if (stamped)
		s->stamped = 1;
	else if (s->stamped < 0 && !empty && ++s->n_lines >= LOOK_LINES)
		s->stamped = 0;
	s->at_start = false;
}

/* The held bytes are understood as far as they ever will be: n of them go. */
static void
release_held(struct strip *s, size_t n, bool stamped)
{
	started(s, stamped, s->n_held == n);
	str_add(&s->out, s->held + n, s->n_held - n);
	s->n_held = 0;
}

/* One byte of text that is no part of an escape. */
static void
put(struct strip *s, char c)
{
	size_t n = 0;
	bool stamped = false;

	if (!s->at_start) {
		str_addc(&s->out, c);
	} else if (c != '\n') {
		s->held[s->n_held++] = c;
		if (measure(s, (struct span){ s->held, s->n_held }, &n, &stamped) || s->n_held == STRIP_HOLD)
			release_held(s, n, stamped);
	} else {
		/* The line ends before a mark was whole: what there is of one stays. */
		measure(s, (struct span){ s->held, s->n_held }, &n, &stamped);
		release_held(s, n, stamped);
		str_addc(&s->out, c);
	}
	if (c == '\n')
		s->at_start = looks_at_starts(s);
}

/* ---- escapes ---- */

/* The state after a byte inside an escape; a line feed ends each, so that a broken
 * one costs no more than its line. */
static int
next_state(int state, unsigned char c)
{
	if (c == '\n')
		return TEXT;
	switch (state) {
	case AFTER_ESC:
		if (c == '[')
			return CSI;
		if (strchr("]PX^_", c))
			return c ? STRING : TEXT;
		return c >= 0x20 && c < 0x30 ? CHARSET : TEXT;
	case CSI:
		return c >= 0x20 && c < 0x40 ? CSI : TEXT;
	case STRING:
		return c == BEL ? TEXT : c == ESC ? STRING_ESC : STRING;
	case STRING_ESC:
		return c == '\\' ? TEXT : c == ESC ? STRING_ESC : STRING;
	default: /* CHARSET */
		return c >= 0x20 && c < 0x30 ? CHARSET : TEXT;
	}
}

static void
step(struct strip *s, char c)
{
	if (s->state != TEXT) {
		s->state = next_state(s->state, (unsigned char)c);
		if (c != '\n')
			return;
	}
	if (c == '\r') {
		s->cr = true;
		return;
	}
	if (s->cr && c != '\n')
		put(s, '\n');
	s->cr = false;
	if (c == ESC)
		s->state = AFTER_ESC;
	else
		put(s, c);
}

/* ---- pieces ---- */

/* Takes a line's beginning that lies whole in the bytes off them without holding it; false: it does not. */
static bool
skip_start(struct strip *s, struct span *bytes)
{
	size_t n, len = bytes->n < STRIP_HOLD ? bytes->n : STRIP_HOLD;
	const char *lf;
	bool stamped;

	if (s->mode == STRIP_PLAIN && is_plain_start(*bytes)) {
		started(s, false, false);
		return true;
	}
	lf = memchr(bytes->p, '\n', len);
	len = lf ? (size_t)(lf - bytes->p) : len;
	if (len == 0 || memchr(bytes->p, ESC, len) || memchr(bytes->p, '\r', len))
		return false;
	if (!measure(s, (struct span){ bytes->p, len }, &n, &stamped) && len < STRIP_HOLD)
		return false;
	started(s, stamped, n == len);
	*bytes = span_from(*bytes, n);
	return true;
}

/* How many bytes from the front hold nothing to look at one by one.  The next mark is
 * found once and kept until it is passed. */
static size_t
plain_length(struct strip *s, struct span bytes)
{
	const char *lf;

	if (s->state != TEXT || s->cr || s->at_start || bytes.n == 0)
		return 0;
	if (s->next < bytes.p)
		s->next = bytes.p + scan_marks(bytes);
	/* With marks at the beginnings of lines: to the end of this line. */
	lf = looks_at_starts(s) ? memchr(bytes.p, '\n', (size_t)(s->next - bytes.p)) : NULL;
	return (size_t)((lf ? lf : s->next) - bytes.p);
}

static int
flush(struct strip *s, struct err *e)
{
	int ret = s->out.n ? s->give(s->data, str_span(&s->out), e) : 0;

	str_clear(&s->out);
	return ret;
}

static int
feed_piece(struct strip *s, struct span bytes, struct err *e)
{
	size_t n;

	s->next = NULL;
	/* What is put to `out` is no longer than the piece, what was held and one line feed. */
	while ((n = plain_length(s, bytes)) < bytes.n) {
		str_add(&s->out, bytes.p, n);
		bytes = span_from(bytes, n);
		if (s->at_start && s->n_held == 0 && s->state == TEXT && !s->cr && skip_start(s, &bytes))
			continue;
		do {
			step(s, bytes.p[0]);
			bytes = span_from(bytes, 1);
		} while (bytes.n && s->state != TEXT);
	}
	if (flush(s, e) < 0)
		return -1;
	return bytes.n ? s->give(s->data, bytes, e) : 0;
}

int
strip_feed(struct strip *s, struct span bytes, struct err *e)
{
	while (bytes.n) {
		size_t n = bytes.n < PIECE ? bytes.n : PIECE;

		if (feed_piece(s, (struct span){ bytes.p, n }, e) < 0)
			return -1;
		bytes = span_from(bytes, n);
	}
	return 0;
}

int
strip_finish(struct strip *s, struct err *e)
{
	size_t n = 0;
	bool stamped = false;

	if (s->n_held) {
		measure(s, (struct span){ s->held, s->n_held }, &n, &stamped);
		release_held(s, n, stamped);
	}
	return flush(s, e);
}
