/* Lines of regrtest's output that are no results: of the frame of a run, of re-runs, of
 * failures.  See read_regrtest_in.h. */
#include "common/base.h"
#include "triage/read_regrtest_in.h"

/* ---- the frame of a run ---- */

static bool
on_header(struct regrtest *r, struct span line)
{
	static const char *const names[] = { "CPython ", "PyPy ", "Jython ", "IronPython ", "GraalPy ", "GraalVM " };
	struct span text = span_from(line, 3);
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (!span_starts(text, names[i]))
			continue;
		if (r->phase == PHASE_BEFORE || r->results || r->phase == PHASE_OVER)
			regrtest_new_run(r);
		return true;
	}
	return false;
}

/* The first number in the text; 0: there is none. */
static uint32_t
first_number(struct span text)
{
	uint32_t n = 0;
	size_t i = 0;

	while (i < text.n && (text.p[i] < '0' || text.p[i] > '9'))
		i++;
	for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && n < 100000000; i++)
		n = n * 10 + (uint32_t)(text.p[i] - '0');
	return n;
}

static bool
on_cpus(struct regrtest *r, struct span line)
{
	collect_run(r->to)->n_processors = first_number(line);
	return true;
}

static bool
on_seed(struct regrtest *r, struct span line)
{
	struct run *run = collect_run(r->to);

	line = span_trim(span_from(line, strlen("Using random seed")));
	if (span_starts(line, ":"))
		line = span_trim(span_from(line, 1));
	if (run->seed.n == 0 && line.n < 100)
		run->seed = collect_copy(r->to, line);
	return true;
}

/* "Run tests sequentially", "Run 41 tests in parallel using 6 worker processes (timeout: ...)" */
static bool
on_run(struct regrtest *r, struct span line)
{
	size_t using = span_find(line, " in parallel using ");
	bool sequential = span_find(line, " sequentially") < line.n;

	if (!sequential && using == line.n)
		return false;
	if (r->phase == PHASE_OVER || r->phase == PHASE_BEFORE)
		regrtest_new_run(r);
	if (r->phase == PHASE_FIRST && !r->headed) {
		r->headed = true;
		collect_run(r->to)->n_jobs = sequential ? 1 : first_number(span_from(line, using));
	}
	return true;
}

static bool
on_title(struct regrtest *r, struct span line)
{
	if (r->phase == PHASE_BEFORE)
		regrtest_new_run(r);
	if (r->bisecting)
		return true;
	/* Of a re-run the title repeats what was said of the first run. */
	if (span_find(line, "INTERRUPTED") < line.n && !(r->phase == PHASE_RERUN && r->cur.ran_some))
		r->cur.interrupted = true;
	r->reran_nothing = span_find(line, " then NO TEST") < line.n;
	vec_clear(&r->listed);
	regrtest_summary(r);
	r->titled = true;
	return true;
}

/* "FAILURE then SUCCESS", "ENV CHANGED", "FAILURE, INTERRUPTED". */
static enum run_verdict
verdict_of(struct span text)
{
	size_t then = span_find(text, " then ");

	if (then < text.n)
		text = span_from(text, then + strlen(" then "));
	if (span_find(text, "INTERRUPTED") < text.n)
		return RUN_STOPPED;
	return span_is(text, "SUCCESS") ? RUN_PASSED : RUN_FAILED;
}

/* The last line of a run: "Tests result: SUCCESS", "Result: FAILURE then SUCCESS". */
static bool
on_end(struct regrtest *r, struct span line)
{
	struct span text = span_trim(span_from(line, span_find(line, ": ") + 2));

	/* In capitals; "Result: 3" is somebody else's. */
	if (text.n < 4 || text.p[0] < 'A' || text.p[0] > 'Z' || text.p[1] < 'A' || text.p[1] > 'Z')
		return false;
	if (r->phase == PHASE_BEFORE) {
		if (line.p[0] != 'T')
			return false;
		regrtest_new_run(r);
	}
	collect_run(r->to)->verdict = verdict_of(text);
	if (!r->bisecting)
		regrtest_summary(r);
	if (r->phase == PHASE_FIRST) {
		r->first_index = r->index;
		r->first_total = r->total;
	}
	r->phase = PHASE_OVER;
	return true;
}

static bool
on_duration(struct regrtest *r, struct span line)
{
	int64_t micros = regrtest_duration(span_trim(span_from(line, strlen("Total duration:"))));

	if (r->phase != PHASE_BEFORE && micros >= 0)
		collect_run(r->to)->micros = micros;
	return true;
}

static bool
on_interrupted(struct regrtest *r, struct span line)
{
	(void)line;
	if (r->phase != PHASE_BEFORE && r->phase != PHASE_OVER)
		collect_run(r->to)->verdict = RUN_STOPPED;
	return true;
}

/* "- test_subprocess: 65.9s": how long its first attempt took. */
static bool
on_slow(struct regrtest *r, struct span line)
{
	struct span text = span_from(line, 2), name;
	struct run_test *t;
	int64_t micros;
	uint32_t test;

	if (r->phase == PHASE_BEFORE || !regrtest_name(&text, &name) || !span_starts(text, ": "))
		return false;
	micros = regrtest_duration(span_from(text, 2));
	test = collect_find(r->to, name);
	if (test == UINT32_MAX || micros < 0)
		return true;
	t = &collect_run(r->to)->tests.p[test];
	if (t->attempts.p[0].micros < 0)
		t->attempts.p[0].micros = micros;
	return true;
}

static bool
on_bisect(struct regrtest *r, struct span line)
{
	if (r->phase == PHASE_BEFORE || !r->summary || !span_starts(line, "Bisect test"))
		return false;
	regrtest_settle(r, true);
	r->bisecting = true;
	return true;
}

/* ---- re-runs ---- */

/* "Re-running failed tests in verbose mode", "Re-running 2 failed tests in verbose mode in
 * subprocesses", "Re-running test 'test_x' in verbose mode", "Re-running test_x in verbose
 * mode (matching: test_once)". */
static bool
on_rerun(struct regrtest *r, struct span line, float load)
{
	struct span text = span_from(line, strlen("Re-running ")), name;

	if (span_find(text, " in verbose mode") == text.n || r->bisecting)
		return false;
	if (span_starts(text, "failed tests") || (text.p[0] >= '0' && text.p[0] <= '9')) {
		if (r->summary || !r->results)
			regrtest_rerun(r);
		return true;
	}
	if (span_starts(text, "test '"))
		text = span_from(text, strlen("test '"));
	if (!regrtest_name(&text, &name))
		return false;
	if (r->phase != PHASE_RERUN && !r->results)
		regrtest_rerun(r);
	/* In subprocesses it stands in the output after the result. */
	if (r->phase != PHASE_RERUN || r->index > 0 || (r->cur.rerun && regrtest_is_current(r, name)))
		return true;
	if (r->results && collect_find(r->to, name) == UINT32_MAX)
		return true;
	r->in_process = true;
	regrtest_begin(r, name, true, load);
	return true;
}

/* "Ran 3 tests in 0.123s" */
static bool
on_ran(struct regrtest *r, struct span line)
{
	struct span text = span_from(line, strlen("Ran "));

	if (text.n == 0 || text.p[0] < '0' || text.p[0] > '9' || span_find(text, " test") == text.n)
		return false;
	if (first_number(text))
		r->cur.ran_some = true;
	else
		r->cur.ran_none = true;
	return true;
}

static bool
on_ran_none(struct regrtest *r, struct span line)
{
	(void)line;
	r->cur.ran_none = true;
	return true;
}

/* ---- why ---- */

static bool
on_block(struct regrtest *r, struct span line)
{
	if (r->cur.is)
		why_block(&r->why, line);
	return true;
}

static bool
on_trace(struct regrtest *r, struct span line)
{
	if (!r->cur.is || !span_ends(line, "(most recent call last):"))
		return false;
	why_trace(&r->why, line);
	return true;
}

bool
regrtest_on_fatal(struct regrtest *r, struct span line)
{
	if (r->cur.is) {
		r->cur.died = true;
		why_death(&r->why, line);
	}
	return true;
}

/* "Timeout (0:00:18)!", by faulthandler, which then ends the process. */
bool
regrtest_on_timeout(struct regrtest *r, struct span line)
{
	if (!r->cur.is || !span_ends(line, ")!"))
		return false;
	r->cur.timeout = true;
	why_death(&r->why, line);
	return true;
}

/* Buildbot's word, when nothing was printed for long. */
static bool
on_silence(struct regrtest *r, struct span line)
{
	if (r->cur.is && !r->cur.said) {
		r->cur.timeout = true;
		why_death(&r->why, line);
	}
	return true;
}

/* "Warning -- files was modified by test_x" */
static bool
on_warning(struct regrtest *r, struct span line)
{
	size_t at = span_find(line, " was modified by ");
	struct span name, text = span_from(line, at + strlen(" was modified by "));

	if (at == line.n || !regrtest_name(&text, &name) || !regrtest_is_current(r, name))
		return false;
	r->cur.env = true;
	regrtest_note(r, line);
	return true;
}

/* ---- rows ---- */

bool
regrtest_on_list(struct regrtest *r, struct span line)
{
	enum list list = regrtest_list(line);

	if (list == LIST_NONE || r->bisecting)
		return false;
	if (r->phase == PHASE_BEFORE) {
		if (list == LIST_OK || list == LIST_FAILED)
			return false;
		regrtest_new_run(r);
	}
	if (r->phase != PHASE_OVER) {
		regrtest_summary(r);
		r->list = list == LIST_OK ? LIST_NONE : list;
	}
	return true;
}

#define ROW(prefix, take) { "\n" prefix, sizeof(prefix) - 1, take }

static const struct {
	const char *text; /* a line feed and what the line begins with */
	size_t n;         /* bytes of that */
	bool (*take)(struct regrtest *r, struct span line);
} rows[] = {
	ROW("== Tests result: ", on_title),
	ROW("== CPU count: ", on_cpus),
	ROW("== ", on_header),
	ROW("Tests result: ", on_end),
	ROW("Result: ", on_end),
	ROW("Total duration:", on_duration),
	ROW("Test suite interrupted by", on_interrupted),
	ROW("Run ", on_run),
	ROW("Ran ", on_ran),
	ROW("NO TESTS RAN", on_ran_none),
	ROW("Using random seed", on_seed),
	ROW("test ", regrtest_on_failed),
	ROW("FAIL: ", on_block),
	ROW("ERROR: ", on_block),
	ROW("Traceback ", on_trace),
	ROW("Timeout (", regrtest_on_timeout),
	ROW("Fatal Python error:", regrtest_on_fatal),
	ROW("Windows fatal exception:", regrtest_on_fatal),
	ROW("command timed out:", on_silence),
	ROW("Warning -- ", on_warning),
	ROW("- test", on_slow),
	ROW("Bisect ", on_bisect),
	ROW("All ", regrtest_on_list),
};

/* Bytes with which one of the rows begins, or a name of a test file as a rule does. */
static const bool begins[256] = {
	['='] = true, ['T'] = true, ['R'] = true, ['N'] = true, ['U'] = true, ['t'] = true, ['F'] = true,
	['E'] = true, ['W'] = true, ['c'] = true, ['-'] = true, ['B'] = true, ['A'] = true,
};

void
regrtest_want_text(struct console *c)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		console_want(c, rows[i].text, 0);
	console_want(c, "\nRe-running ", 0);
	console_want(c, "\ntest", 0);
}

/* The last line, without its end: more than that the run came to its end it does not say. */
static bool
on_last(struct regrtest *r, struct span line)
{
	return (span_starts(line, "Tests result: ") || span_starts(line, "Result: ")) && on_end(r, line);
}

/* A line, or what stands behind its time and load. */
bool
regrtest_on_text(struct regrtest *r, struct span line, float load)
{
	size_t i;

	if (line.n == 0 || !begins[(unsigned char)line.p[0]])
		return false;
	if (r->console.partial)
		return (line.p[0] == 'T' || line.p[0] == 'R') && on_last(r, line);
	if (span_starts(line, "test_") || span_starts(line, "test."))
		return regrtest_on_name(r, line);
	if (span_starts(line, "Re-running "))
		return on_rerun(r, line, load);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].text[1] == line.p[0] && line.n >= rows[i].n &&
		    memcmp(line.p, rows[i].text + 1, rows[i].n) == 0 && rows[i].take(r, line))
			return true;
	}
	return false;
}

