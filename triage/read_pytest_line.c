/* What lines of pytest's output say, and its sections on failures: see read_pytest_in.h. */
#include "common/base.h"
#include "triage/read_pytest_in.h"

enum { SECTIONS_MAX = 200, DETAILS_MAX = 16 << 10, TITLE_MAX = 4096 };

static const struct {
	const char *word;
	enum outcome outcome;
	bool rerun, part;
} statuses[] = {
	{ "PASSED", OUTCOME_PASS, false, false },
	{ "FAILED", OUTCOME_FAIL, false, false },
	{ "ERROR", OUTCOME_FAIL, false, false },
	{ "SKIPPED", OUTCOME_SKIP, false, false },
	{ "XFAIL", OUTCOME_XFAIL, false, false },
	{ "XPASS", OUTCOME_PASS, false, false }, /* where it counts as a failure it is FAILED */
	{ "RERUN", OUTCOME_FAIL, true, false },
	{ "SUBFAILED", OUTCOME_FAIL, false, true },
	{ "SUBFAIL", OUTCOME_FAIL, false, true },
	{ "SUBPASSED", OUTCOME_PASS, false, true },
	{ "SUBPASS", OUTCOME_PASS, false, true },
	{ "SUBSKIPPED", OUTCOME_SKIP, false, true },
	{ "SUBSKIP", OUTCOME_SKIP, false, true },
	{ "SUBXFAIL", OUTCOME_XFAIL, false, true },
	{ "SUBXPASS", OUTCOME_PASS, false, true },
};

/* "0.3790", "1.66" in microseconds; -1: something else. */
static int64_t
seconds(struct span text)
{
	double x = 0, scale = 1;
	bool fraction = false;
	size_t i;

	for (i = 0; i < text.n && i < 15; i++) {
		char c = text.p[i];

		if (c == '.' && !fraction) {
			fraction = true;
		} else if (c >= '0' && c <= '9') {
			x = x * 10 + (c - '0');
			scale *= fraction ? 10 : 1;
		} else {
			return -1;
		}
	}
	return text.n == 0 || i < text.n ? -1 : (int64_t)(x / scale * 1e6 + 0.5);
}

/* "[what the subtest is of] (i=1) " before the rest. */
static struct span
without_part(struct span rest)
{
	size_t close;

	while (rest.n && (rest.p[0] == '[' || rest.p[0] == '(')) {
		close = span_find(rest, rest.p[0] == '[' ? "]" : ")");
		if (close == rest.n)
			break;
		rest = span_trim(span_from(rest, close + 1));
	}
	return rest;
}

bool
pytest_status(struct span line, struct pytest_status *s, struct span *rest)
{
	/* "('RERUN', {'yellow': True})", by some versions of a plugin that counts on colours. */
	bool quoted = span_starts(line, "('");
	size_t i, n, close;

	line = span_from(line, quoted ? 2 : 0);
	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		n = strlen(statuses[i].word);
		if (span_starts(line, statuses[i].word) &&
		    (line.n == n || line.p[n] == (quoted ? '\'' : ' ') ||
		     (statuses[i].part && (line.p[n] == '(' || line.p[n] == '['))))
			break;
	}
	if (i == ARRAY_LEN(statuses))
		return false;
	if (quoted)
		n = span_find(line, ")") + 1;
	*s = (struct pytest_status){ statuses[i].outcome, -1, statuses[i].rerun, statuses[i].part };
	*rest = span_trim(span_from(line, n));
	if (s->part)
		*rest = without_part(*rest);
	/* "[0.3790s] ", not "[ 10%]". */
	close = span_find(*rest, "s]");
	if (span_starts(*rest, "[") && close < rest->n && close > 1) {
		s->micros = seconds((struct span){ rest->p + 1, close - 1 });
		if (s->micros >= 0)
			*rest = span_trim(span_from(*rest, close + 2));
	}
	return true;
}

struct span
pytest_trim_name(struct span name)
{
	static const char *const marks[] = { "\xe2\x80\xb9", "\xe2\x80\xba" };
	size_t i;

	name = span_trim(name);
	for (i = 0; i < ARRAY_LEN(marks); i++) {
		if (span_starts(name, marks[i]))
			name = span_from(name, 3);
		if (span_ends(name, marks[i]))
			name.n -= 3;
	}
	return span_trim(name);
}

/* "path::test <- file" into its parts; false: it is no test's name. */
static bool
split_name(struct span text, struct pytest_result *r)
{
	size_t at = span_find(text, " <- "), colons;

	r->file = span_from(text, at + 4);
	r->name = pytest_trim_name((struct span){ text.p, at });
	colons = span_find(r->name, "::");
	if (colons == 0 || colons == r->name.n)
		return false;
	/* Before the colons stands a path: no blank, and an extension. */
	return memchr(r->name.p, ' ', colons) == NULL && memchr(r->name.p, '.', colons) != NULL;
}

/* Where the text first stands outside of brackets ("path::test[a PASSED b] PASSED"); line.n: nowhere. */
static size_t
find_outside(struct span line, size_t from, const char *text)
{
	unsigned depth = 0;
	size_t i;

	for (i = from; i < line.n && (depth || !span_starts(span_from(line, i), text)); i++) {
		if (line.p[i] == '[')
			depth++;
		else if (line.p[i] == ']' && depth)
			depth--;
	}
	return i;
}

/* As many brackets are closed as opened. */
static bool
is_balanced(struct span line)
{
	size_t i, n = 0;

	for (i = 0; i < line.n; i++)
		n += line.p[i] == '[' ? 1 : line.p[i] == ']' ? (size_t)-1 : 0;
	return n == 0;
}

size_t
pytest_summary_name(struct span line)
{
	size_t at = find_outside(line, 0, " - ");

	return at < line.n ? at : span_find(line, " - ");
}

/* Without "[...]" at its end. */
static struct span
without_bracket(struct span line)
{
	while (line.n && line.p[line.n - 1] != '[')
		line.n--;
	return span_trim((struct span){ line.p, line.n - (line.n > 0) });
}

/* A status right behind output, as "outputPASSED   [ 50%]". */
static bool
glued_status(struct span line, struct pytest_status *s)
{
	struct span rest;
	size_t i, n;

	if (!span_ends(line, "%]"))
		return false;
	line = without_bracket(line);
	if (span_ends(line, "s]"))
		line = without_bracket(line);
	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		n = strlen(statuses[i].word);
		if (span_ends(line, statuses[i].word))
			return pytest_status(span_from(line, line.n - n), s, &rest);
	}
	return false;
}

bool
pytest_result(struct span line, struct pytest_result *r)
{
	size_t colons = span_find(line, "::"), end, at;
	struct span rest;
	bool is_python;

	*r = (struct pytest_result){ .has_status = false };
	if (colons == 0 || colons == line.n || memchr(line.p, ' ', colons))
		return false;
	is_python = span_ends((struct span){ line.p, colons }, ".py");
	end = find_outside(line, colons, " ");
	/* Brackets that do not close: the blank may stand in them. */
	for (at = end < line.n || is_balanced(line) ? end : colons; at < line.n && !r->has_status; at++)
		r->has_status = line.p[at] == ' ' && pytest_status(span_from(line, at + 1), &r->status, &rest);
	/* In Python's files a blank ends the name: then comes its output. */
	if (r->has_status && at - 1 > end && is_python && !span_starts(span_from(line, end), " <- "))
		at = end + 1;
	if (r->has_status)
		return split_name((struct span){ line.p, at - 1 }, r);
	/* Its output begins, or it only begins. */
	at = end;
	if (at == line.n || !is_python)
		return false;
	r->has_status = glued_status(line, &r->status);
	return split_name((struct span){ line.p, at }, r);
}

/* "[gw1] [ 14%] RERUN test_mix.py::test_bad " */
bool
pytest_worker_result(struct span line, struct pytest_result *r)
{
	struct span rest;
	size_t at;

	if (!span_starts(line, "[gw"))
		return false;
	*r = (struct pytest_result){ .has_status = true };
	for (at = 3; at < line.n && at < 8 && line.p[at] >= '0' && line.p[at] <= '9'; at++)
		r->worker = r->worker * 10 + (uint32_t)(line.p[at] - '0');
	r->worker++;
	for (; at < line.n && at < 40; at++) {
		if (line.p[at] == ' ' && pytest_status(span_from(line, at + 1), &r->status, &rest))
			return split_name(rest, r);
	}
	return false;
}

bool
pytest_late_status(struct span line, struct pytest_status *s)
{
	struct span rest;

	return (pytest_status(line, s, &rest) && (rest.n == 0 || rest.p[0] == '[' || rest.p[0] == '(')) ||
	       glued_status(line, s);
}

/* The number before the word: "1 failed, 2 passed". */
static uint32_t
count_of(struct span line, const char *word)
{
	size_t at = span_find(line, word), i = at;
	uint32_t n = 0, unit = 1;

	if (at == line.n || at == 0 || line.p[at - 1] != ' ')
		return 0;
	for (i = at - 1; i > 0 && line.p[i - 1] >= '0' && line.p[i - 1] <= '9' && unit < 100000000; i--, unit *= 10)
		n += unit * (uint32_t)(line.p[i - 1] - '0');
	return n;
}

bool
pytest_totals(struct span line, struct pytest_totals *t)
{
	static const char *const words[] = { " passed", " failed", " error", " skipped", " xfailed", " xpassed",
		" deselected", " rerun", " warning", "no tests ran" };
	struct span text;
	size_t in, i, end;

	while (line.n && (line.p[0] == '=' || line.p[0] == ' '))
		line = span_from(line, 1);
	for (in = 0, i = 0; i + 4 < line.n; i++) {
		if (memcmp(line.p + i, " in ", 4) == 0)
			in = i;
	}
	if (in == 0)
		return false;
	text = span_from(line, in + 4);
	for (end = 0; end < text.n && ((text.p[end] >= '0' && text.p[end] <= '9') || text.p[end] == '.'); end++)
		;
	/* "in 1.66s", "in 1.66 seconds" */
	if (end == 0 || (text.n > end && text.p[end] != 's' && text.p[end] != ' '))
		return false;
	*t = (struct pytest_totals){ .micros = seconds((struct span){ text.p, end }) };
	text = (struct span){ line.p, in };
	/* The first that is there: with "deselected" alone, nothing ran. */
	for (i = 0; i < ARRAY_LEN(words) && span_find(text, words[i]) == text.n; i++)
		;
	if (i == ARRAY_LEN(words))
		return false;
	t->reruns = count_of(text, "rerun");
	t->failed = count_of(text, "failed");
	t->errors = count_of(text, "error");
	t->passed = count_of(text, "passed");
	t->none = span_find(text, "no tests ran") < text.n || (i == 6 && span_find(text, words[8]) == text.n);
	return true;
}

/* ---- sections ---- */

static void
section_release(struct pytest_section *s)
{
	str_release(&s->title);
	str_release(&s->message);
	str_release(&s->details);
}

void
pytest_forget_sections(struct pytest *p)
{
	size_t i;

	for (i = 0; i < p->sections.n; i++)
		section_release(&p->sections.p[i]);
	vec_clear(&p->sections);
	vec_clear(&p->reruns);
	vec_clear(&p->passes);
	p->in_section = false;
}

void
pytest_end_section(struct pytest *p)
{
	p->in_section = false;
}

/* "____ TestX.test_y ____", "____ ERROR at setup of test_y ____" */
static bool
section_title(struct span line, struct span *title)
{
	static const char *const before[] = { "ERROR at setup of ", "ERROR at teardown of ", "ERROR collecting " };
	size_t i, end = line.n;

	for (i = 0; i < line.n && line.p[i] == '_'; i++)
		;
	while (end > 0 && line.p[end - 1] == '_')
		end--;
	if (i < 2 || i >= end || line.p[i] != ' ' || line.p[end - 1] != ' ' || line.n > TITLE_MAX)
		return false;
	*title = span_trim((struct span){ line.p + i, end - i });
	for (i = 0; i < ARRAY_LEN(before); i++) {
		if (span_starts(*title, before[i]))
			*title = span_from(*title, strlen(before[i]));
	}
	/* "_ _ _ _": between the entries of one trace. */
	return title->n > 0 && title->p[0] != '_';
}

void
pytest_section_line(struct pytest *p, struct span line)
{
	struct pytest_section s = { .title = STR_INIT(TITLE_MAX), .message = STR_INIT(RUN_MESSAGE_MAX),
	                            .details = STR_INIT(DETAILS_MAX) };
	struct pytest_section *last;
	struct span title;

	if (p->open && line.p[0] == '_' && section_title(line, &title)) {
		p->in_section = p->sections.n < SECTIONS_MAX;
		if (p->in_section) {
			str_addspan(&s.title, title);
			vec_push(&p->sections, s);
		}
		return;
	}
	if (!p->in_section)
		return;
	last = &p->sections.p[p->sections.n - 1];
	if (span_starts(line, "Traceback (most recent call last):")) {
		last->traced = true;
	} else if (last->traced && line.p[0] != ' ' && line.p[0] != '_') {
		/* With --tb=native the exception stands below its trace. */
		str_clear(&last->message);
		str_add(&last->message, line.p, line.n < RUN_MESSAGE_MAX ? line.n : RUN_MESSAGE_MAX);
		last->traced = false;
	} else if (span_starts(line, "E   ") && !last->done) {
		str_clear(&last->message);
		title = span_trim(span_from(line, 4));
		str_add(&last->message, title.p, title.n < RUN_MESSAGE_MAX ? title.n : RUN_MESSAGE_MAX);
		last->done = true;
	} else if (last->done && !span_starts(line, "E")) {
		last->done = false; /* a chained one may follow: the last counts */
	}
	if (str_addspan(&last->details, line))
		str_addc(&last->details, '\n');
}

/* Whether "path::TestX::test_y" ends with "TestX.test_y". */
static bool
is_titled(struct span name, struct span title)
{
	size_t i = name.n, k = title.n;

	while (k > 0 && i > 0) {
		if (title.p[k - 1] == '.' && i > 1 && name.p[i - 1] == ':' && name.p[i - 2] == ':') {
			i -= 2;
			k--;
		} else if (title.p[k - 1] == name.p[i - 1]) {
			i--;
			k--;
		} else {
			return false;
		}
	}
	return k == 0 && (i == 0 || name.p[i - 1] == ':');
}

void
pytest_tell_sections(struct pytest *p)
{
	const struct run *run = collect_run(p->to);
	size_t i, k;

	for (i = 0; i < p->sections.n; i++) {
		const struct pytest_section *s = &p->sections.p[i];

		for (k = 0; k < run->tests.n; k++) {
			if (is_titled(run->tests.p[k].name, str_span(&s->title)))
				collect_message(p->to, (uint32_t)k, str_span(&s->message), str_span(&s->details));
		}
	}
	pytest_forget_sections(p);
}
