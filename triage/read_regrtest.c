/*
 * Standard output of regrtest (`python -m test`, `make test`), CPython 2.7 to main,
 * in whatever it stands between.  A test is a test file.  What follows a result
 * line, or a name in a sequential run, belongs to that test until the next; a file
 * without a word of its own passed when the next one begins, and is unknown when the
 * log just ends.  Output of other runs inside of a test's is told by its counts.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "triage/read_regrtest_in.h"

/* ---- results ---- */

/* Whether a result line is of this run and not of one inside of a test's output; may
 * begin another run. */
static bool
belongs(struct regrtest *r, struct progress *p)
{
	bool next = r->first_total && p->total == r->first_total && p->index == r->first_index + 1;

	if (r->phase == PHASE_BEFORE) {
		regrtest_new_run(r);
	} else if (r->phase == PHASE_FIRST && !r->results) {
		r->total = 0;
	} else if ((r->phase == PHASE_RERUN || r->phase == PHASE_OVER) && next) {
		/* What looked like the end was inside. */
		r->phase = PHASE_FIRST;
		r->index = r->first_index;
		r->total = r->first_total;
	} else if (r->phase == PHASE_OVER) {
		regrtest_new_run(r);
	}
	if (r->phase == PHASE_RERUN && r->in_process)
		return false;
	if (!r->results && p->total == 0)
		r->forever = true;
	if (r->forever)
		p->total = 0;
	if (r->total && p->total != r->total)
		return false;
	if (p->index > r->index)
		return true;
	if (p->index == 1 && r->phase == PHASE_FIRST) {
		regrtest_new_run(r);
		return true;
	}
	return false;
}

static void
keep_running(struct regrtest *r, struct span text)
{
	size_t at = span_find(text, ": ");

	str_clear(&r->running);
	str_addspan(&r->running, span_from(text, at + 2));
}

/* "test_a", "test_a -- test_b failed in 3 sec", "test_a passed (45 sec)". */
static bool
on_result(struct regrtest *r, struct progress *p)
{
	struct span text = p->text, name, other;
	struct state s;
	size_t at;

	if (r->console.partial || r->bisecting || !regrtest_name(&text, &name) || !belongs(r, p))
		return true;
	at = memchr(text.p, '-', text.n) ? span_find(text, " -- running") : text.n;
	if (at < text.n) {
		keep_running(r, span_from(text, at));
		text.n = at;
	} else {
		str_clear(&r->running);
	}
	if (span_starts(text, " -- ")) {
		text = span_from(text, 4);
		if (regrtest_name(&text, &other) && regrtest_state(span_from(text, 1), &s))
			regrtest_say_before(r, other, &s, span_from(text, 1));
		text = span_of("");
	}
	/* What said so was inside of its output. */
	r->cur.interrupted = false;
	regrtest_begin(r, name, r->phase == PHASE_RERUN, p->has_load ? p->load : -1);
	r->results = true;
	r->summary = r->titled = false;
	r->index = p->index;
	r->total = p->total;
	if (r->phase == PHASE_FIRST) {
		r->first_index = p->index;
		r->first_total = p->total;
	}
	text = span_trim(text);
	if (regrtest_state(text, &s)) {
		regrtest_say(r, &s, text);
	} else if (text.n && text.p[0] != '(') {
		s = (struct state){ OUTCOME_UNKNOWN, -1, false };
		regrtest_say(r, &s, text);
		collect_unread(r->to, "%.*s: a result of unknown meaning: %.*s", (int)name.n, name.p,
		               (int)(text.n < 200 ? text.n : 200), text.p);
	}
	return true;
}

/* "test_x failed (env changed)", "test_x skipped -- no _bsddb", "test_x leaked [1, 1, 1]
 * references": of the open test, or in a log that is nothing but an end. */
bool
regrtest_on_name(struct regrtest *r, struct span line)
{
	struct span text = line, name;
	struct state s;

	/* Most such lines are of the cases in a file, with other names. */
	if (r->cur.is && !regrtest_begins_current(r, line))
		return false;
	if (!regrtest_name(&text, &name) || text.n < 7 || text.p[0] != ' ' || text.p[1] == '(')
		return false;
	text = span_from(text, 1);
	if (span_starts(text, "leaked [")) {
		if (regrtest_is_current(r, name) && !span_ends(text, "(this is fine)")) {
			r->cur.leaked = true;
			regrtest_note(r, line);
		}
		return true;
	}
	if (!regrtest_state(text, &s) || s.outcome == OUTCOME_CRASH)
		return false;
	/* "test_x skipped 'reason'" is of one case of a test. */
	if (s.outcome == OUTCOME_SKIP && span_find(text, "'") == strlen("skipped "))
		return false;
	if (!r->cur.is && !r->results && r->phase != PHASE_OVER && span_starts(name, "test_")) {
		if (r->phase == PHASE_BEFORE)
			regrtest_new_run(r);
		regrtest_begin(r, name, r->phase == PHASE_RERUN, -1);
	}
	if (regrtest_is_current(r, name))
		regrtest_say(r, &s, text);
	return true;
}

/* "test test_x failed -- Traceback (most recent call last):", "test test_x crashed -- ..." */
bool
regrtest_on_failed(struct regrtest *r, struct span line)
{
	static const struct state failed = { OUTCOME_FAIL, -1, false };
	struct span text = span_from(line, strlen("test ")), name;
	bool why;

	if (!regrtest_name(&text, &name) || (!span_starts(text, " failed") && !span_starts(text, " crashed -- ")))
		return false;
	why = span_starts(text, " failed -- ") || span_starts(text, " crashed -- ");
	if (!why && !span_is(text, " failed"))
		return false;
	if (!r->cur.is && !r->results && r->phase != PHASE_OVER) {
		if (r->phase == PHASE_BEFORE)
			regrtest_new_run(r);
		regrtest_begin(r, name, r->phase == PHASE_RERUN, -1);
	}
	if (!regrtest_is_current(r, name))
		return true;
	text = span_from(text, span_find(text, " -- ") + 4);
	regrtest_say(r, &failed, span_ends(line, "(most recent call last):") ? span_of("") : text);
	if (span_ends(line, "(most recent call last):"))
		why_block(&r->why, line);
	return true;
}

/* ---- lines ---- */

/* What on_start, on_inside and find_indent look for, beside the texts of regrtest_want_text. */
enum { INDEX = 1, TIMEOUT = 2, UNSAID = 4 };
static const struct { const char *text; uint64_t bits; } texts[] = {
	{ "\n[", 0 }, { "\n0", 0 }, { "\n1", 0 }, { "\n2", 0 }, { "\n3", 0 }, { "\n4", 0 }, { "\n5", 0 },
	{ "\n6", 0 }, { "\n7", 0 }, { "\n8", 0 }, { "\n9", 0 }, { "Run tests ", 0 },
	{ "0] ", INDEX }, { "1] ", INDEX }, { "2] ", INDEX }, { "3] ", INDEX }, { "4] ", INDEX },
	{ "5] ", INDEX }, { "6] ", INDEX }, { "7] ", INDEX }, { "8] ", INDEX }, { "9] ", INDEX },
	{ ")!", TIMEOUT }, { " failed", UNSAID }, { " crashed -- ", UNSAID }, { "Fatal Python error:", UNSAID },
};

static bool
on_start(struct regrtest *r, struct span line)
{
	char c = line.p[0];
	struct progress p;

	if (c != '[' && (c < '0' || c > '9'))
		return regrtest_on_text(r, line, -1);
	if (!regrtest_progress(line, &p))
		return c != '[' && !r->console.partial && regrtest_on_list(r, line);
	if (p.has_index && (p.has_clock || p.total))
		return on_result(r, &p);
	if (span_starts(p.text, "running")) {
		keep_running(r, p.text);
		return true;
	}
	return regrtest_on_text(r, p.text, p.has_load ? p.load : -1);
}

/* Of a test without a result so far: "test_too (...) ... test test_bad failed", since
 * standard error is not held back, and "test_segv (...) ... Fatal Python error: ...". */
static bool
on_inside_unsaid(struct regrtest *r, struct span line)
{
	size_t failed = span_find(line, "test test_"), fatal = span_find(line, "Fatal Python error:");

	if (fatal < failed)
		return regrtest_on_fatal(r, span_from(line, fatal));
	return failed < line.n && regrtest_on_failed(r, span_from(line, failed));
}

/* What stands behind output that did not end its line. */
static bool
on_inside(struct regrtest *r, struct span line)
{
	uint64_t found = r->console.found;
	struct progress p;

	if (found & INDEX && regrtest_progress_inside(line, &p))
		return on_result(r, &p);
	if (found & TIMEOUT && line.n > 12 && span_ends(line, ")!"))
		return regrtest_on_timeout(r, span_from(line, span_find(line, "Timeout (")));
	return found & UNSAID && r->cur.is && !r->cur.said && !r->console.partial && on_inside_unsaid(r, line);
}

/* Blanks before the first line that is of regrtest: all of it is quoted so. */
static void
find_indent(struct regrtest *r, struct span line)
{
	struct span text = span_trim(line);
	struct progress p;

	if ((regrtest_progress(text, &p) && p.has_clock && p.has_index) || span_starts(p.text, "Run tests "))
		r->indent = (size_t)(text.p - line.p);
}

static void
take_line(struct regrtest *r, struct span line)
{
	size_t i;

	if (line.n && line.p[0] == ' ' && r->phase == PHASE_BEFORE && r->indent == 0)
		find_indent(r, line);
	for (i = r->indent; i > 0 && line.n && line.p[0] == ' '; i--)
		line = span_from(line, 1);
	if (r->list != LIST_NONE) {
		if (span_starts(line, "    ")) {
			if (!r->console.partial)
				regrtest_listed(r, line);
			return;
		}
		r->list = LIST_NONE;
	}
	if (line.n && (on_start(r, line) || on_inside(r, line)))
		return;
	if (r->why.state)
		why_line(&r->why, line);
}

static void
on_line(void *data, struct span line)
{
	struct regrtest *r = data;

	take_line(r, line);
	r->console.every = r->indent || r->list != LIST_NONE || r->why.state;
}

/* ---- the row ---- */

static void *
start(const struct reader_input *in)
{
	struct regrtest *r = xcalloc(1, sizeof(*r));
	size_t i;

	r->to = in->to;
	r->running = (struct str)STR_INIT(STR_LINE);
	why_init(&r->why);
	console_init(&r->console, in->to, in->warn, on_line, r);
	regrtest_want_text(&r->console);
	for (i = 0; i < ARRAY_LEN(texts); i++)
		console_want(&r->console, texts[i].text, texts[i].bits);
	return r;
}

static int
finish(void *state, struct err *e)
{
	struct regrtest *r = state;

	console_finish(&r->console);
	if (r->phase == PHASE_BEFORE)
		return err_set(e, "no line of a regrtest run");
	regrtest_end_run(r);
	return 0;
}

static void
release(void *state)
{
	struct regrtest *r = state;

	console_release(&r->console);
	why_release(&r->why);
	str_release(&r->running);
	vec_release(&r->notes);
	vec_release(&r->listed);
	free(r);
}

/* Lines that only regrtest prints are sure; such as others print too are a hint. */
static int
detect(struct span head, const char *path UNUSED)
{
	static const char *const sure[] = { "== Tests result: ", "Run tests sequentially", "Re-running test",
		"Run tests in parallel using ", " tests in parallel using ", " sequentially in a single process",
		"altered the execution environment", "\n== CPython ", "Re-running failed tests in verbose mode" };
	struct span line, rest = head;
	struct progress p;
	size_t i;

	for (i = 0; i < ARRAY_LEN(sure); i++) {
		if (span_find(head, sure[i]) < head.n)
			return 90;
	}
	while (span_next(&rest, '\n', &line)) {
		line = span_trim(line);
		if (regrtest_progress(line, &p) && p.has_index && span_starts(p.text, "test"))
			return p.has_load ? 90 : 60;
		if (span_starts(line, "== CPython "))
			return 70;
	}
	return 0;
}

const struct reader read_regrtest = {
	.name = "regrtest",
	.title = "output of CPython's regrtest (python -m test)",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = console_feed_state,
	.finish = finish,
	.free = release,
};
