/*
 * What pytest prints.  With -v each result has a line of its own; with dots only the
 * failures have names (in the summary), and all others stay unknown.  A passed test
 * counts when the next line of the session is there: its tear-down may still fail.
 * pytest-rerunfailures prints RERUN for a failed try.  Sessions are runs of their own,
 * unless a runner around them says that it tries the same tests again (PyTorch's).
 */
#include "common/base.h"
#include "triage/reader.h"

#include "triage/read_pytest_in.h"

/* ---- results ---- */

static struct run_test *
test_at(const struct pytest *p, uint32_t i)
{
	return &collect_run(p->to)->tests.p[i];
}

/* A passed test is believed when the line after it is there. */
static void
settle(struct pytest *p, uint32_t worker)
{
	if (p->held[worker].is)
		test_at(p, p->held[worker].test)->attempts.p[p->held[worker].attempt].outcome = OUTCOME_PASS;
	p->held[worker].is = false;
}

static void
settle_all(struct pytest *p)
{
	uint32_t i;

	for (i = 0; i < PYTEST_WORKERS; i++)
		settle(p, i);
}

/* The test of that name, which a runner around pytest may write with a folder before it. */
static uint32_t
find_test(const struct pytest *p, struct span name)
{
	uint32_t i = collect_find(p->to, name);

	if (i == UINT32_MAX && span_starts(name, "test/"))
		i = collect_find(p->to, span_from(name, strlen("test/")));
	return i;
}

/* Whether the test's last try failed: then the next is a re-run. */
static bool
failed_before(const struct pytest *p, struct span name)
{
	uint32_t i = find_test(p, name);
	const struct run_test *t = i == UINT32_MAX ? NULL : test_at(p, i);

	return t && outcome_evidence(t->attempts.p[t->attempts.n - 1].outcome) == EVIDENCE_FAIL;
}

/* A failed subtest fails its test, whose own result may still say that it passed. */
static void
take_part(struct pytest *p, const struct pytest_result *r)
{
	if (outcome_evidence(r->status.outcome) != EVIDENCE_FAIL)
		return;
	str_clear(&p->part);
	str_addspan(&p->part, r->name);
}

static void
add_result(struct pytest *p, const struct pytest_result *r)
{
	struct seen seen = { .name = r->name, .file = r->file, .outcome = r->status.outcome,
	                     .micros = r->status.micros, .has_micros = r->status.micros >= 0 };
	uint32_t w = r->worker < PYTEST_WORKERS ? r->worker : 0, i;
	bool hold = r->status.outcome == OUTCOME_PASS;

	if (r->status.part) {
		take_part(p, r);
		return;
	}
	p->n_reruns += r->status.rerun;
	if (hold && p->part.n && span_is(r->name, str_c(&p->part))) {
		seen.outcome = OUTCOME_FAIL;
		hold = false;
	}
	str_clear(&p->part);
	/* "test_x PASSED", then "test_x ERROR" or "test_x RERUN": its tear-down failed. */
	if (p->held[w].is && r->status.outcome == OUTCOME_FAIL && collect_find(p->to, r->name) == p->held[w].test) {
		test_at(p, p->held[w].test)->attempts.p[p->held[w].attempt].outcome = OUTCOME_FAIL;
		p->held[w].is = false;
		return;
	}
	settle(p, w);
	seen.rerun = failed_before(p, r->name);
	seen.outcome = hold ? OUTCOME_UNKNOWN : seen.outcome;
	i = collect_attempt(p->to, &seen);
	p->console.test = p->workers ? UINT32_MAX : i;
	p->held[w].is = hold;
	p->held[w].test = i;
	p->held[w].attempt = (uint32_t)test_at(p, i)->attempts.n - 1;
}

static void
end_pending(struct pytest *p, enum outcome outcome)
{
	struct pytest_result r = { .name = str_span(&p->pending), .status = { .outcome = outcome, .micros = -1 } };

	if (p->fatal && outcome == OUTCOME_UNKNOWN)
		r.status.outcome = OUTCOME_CRASH;
	if (p->pending.n)
		add_result(p, &r);
	str_clear(&p->pending);
	p->fatal = false;
}

/* ---- sessions ---- */

static void
begin_session(struct pytest *p)
{
	end_pending(p, OUTCOME_UNKNOWN);
	settle_all(p);
	pytest_tell_sections(p);
	if (p->began && !p->again) {
		/* The last line of a session is its end, which this one lacked. */
		if (p->open)
			collect_run(p->to)->truncated = true;
		collect_next_run(p->to);
		p->sticky = false;
	}
	collect_run(p->to)->format = span_of("pytest");
	p->began = p->open = true;
	p->again = p->summary = p->workers = false;
	p->n_reruns = 0;
	p->console.test = UINT32_MAX;
}

/* "=== 1 failed, 2 passed, 1 rerun in 310.03s (0:05:10) ===" */
static bool
on_end(struct pytest *p, struct span line)
{
	struct pytest_totals t;
	struct run *run;
	size_t i;

	if (!p->open || !pytest_totals(line, &t))
		return false;
	settle_all(p);
	end_pending(p, OUTCOME_UNKNOWN);
	run = collect_run(p->to);
	if (!p->sticky && run->verdict != RUN_STOPPED)
		run->verdict = t.failed || t.errors || t.none ? RUN_FAILED : RUN_PASSED;
	run->micros = t.micros;
	for (i = 0; i < p->passes.n; i++) {
		struct run_test *test = test_at(p, p->passes.p[i]);

		if (test->attempts.p[test->attempts.n - 1].outcome == OUTCOME_UNKNOWN)
			test->attempts.p[test->attempts.n - 1].outcome = OUTCOME_PASS;
	}
	/* With dots a re-run shows only here, and it passed when nothing failed. */
	for (i = 0; i < p->reruns.n && !t.failed && !t.errors; i++) {
		struct run_test *test = test_at(p, p->reruns.p[i]);

		if (outcome_evidence(test->attempts.p[test->attempts.n - 1].outcome) == EVIDENCE_FAIL)
			collect_attempt(p->to, &(struct seen){
				.name = test->name, .outcome = OUTCOME_PASS, .rerun = true });
	}
	if (t.reruns > p->n_reruns + p->reruns.n)
		collect_warning(p->to, span_of("rerun"), line, UINT32_MAX);
	if (!p->verbose && t.passed > p->passes.n)
		collect_unread(p->to, "%u passed tests without a name (pytest -v prints them)",
		               t.passed - (uint32_t)p->passes.n);
	pytest_tell_sections(p);
	p->open = p->summary = false;
	p->console.test = UINT32_MAX;
	return true;
}

/* ---- the summary ---- */

/* A test in the summary, which may have no line of its own; its number. */
static uint32_t
summary_result(struct pytest *p, struct span name, const struct pytest_status *s)
{
	struct seen seen = { .name = name, .outcome = s->outcome == OUTCOME_PASS ? OUTCOME_UNKNOWN : s->outcome };
	uint32_t i = find_test(p, name);
	bool fails = outcome_evidence(s->outcome) == EVIDENCE_FAIL;
	struct attempt *last;

	if (i != UINT32_MAX && (p->verbose || !fails))
		return i;
	last = i == UINT32_MAX ? NULL : &test_at(p, i)->attempts.p[test_at(p, i)->attempts.n - 1];
	if (last && last->outcome == OUTCOME_UNKNOWN) {
		last->outcome = (uint8_t)s->outcome; /* it passed, and then had an error */
		return i;
	}
	/* Failed, and listed again as failed or with an error: one try, unless it was run again. */
	if (last && !s->rerun && p->reruns.n == 0)
		return i;
	seen.rerun = last != NULL;
	i = collect_attempt(p->to, &seen);
	if (s->rerun)
		vec_push(&p->reruns, i);
	if (s->outcome == OUTCOME_PASS)
		vec_push(&p->passes, i);
	return i;
}

/* A failed subtest of a test that may be listed as passed. */
static uint32_t
summary_part(struct pytest *p, struct span name)
{
	uint32_t i = find_test(p, name);
	struct attempt *last = i == UINT32_MAX ? NULL : &test_at(p, i)->attempts.p[test_at(p, i)->attempts.n - 1];

	if (last == NULL)
		return collect_attempt(p->to, &(struct seen){ .name = name, .outcome = OUTCOME_FAIL });
	if (last->outcome == OUTCOME_PASS || last->outcome == OUTCOME_UNKNOWN)
		last->outcome = OUTCOME_FAIL;
	return i;
}

/* "FAILED [0.3790s] path::test - AssertionError: ...", "RERUN path::test", "ERROR path - ..." */
static bool
on_summary_line(struct pytest *p, struct span line)
{
	struct pytest_status s;
	struct span rest, name, message = { "", 0 };
	uint32_t i;
	size_t at;

	if (!pytest_status(line, &s, &rest) || s.outcome == OUTCOME_SKIP)
		return false;
	at = pytest_summary_name(rest);
	name = pytest_trim_name((struct span){ rest.p, at });
	if (at < rest.n)
		message = span_from(rest, at + 3);
	if (name.n == 0)
		return false;
	if (s.part && s.outcome != OUTCOME_FAIL)
		return true;
	i = s.part ? summary_part(p, name) : summary_result(p, name, &s);
	if (outcome_evidence(s.outcome) == EVIDENCE_FAIL && message.n)
		collect_message(p->to, i, message, span_of(""));
	return true;
}

/* ---- what a runner around pytest says ---- */

static bool
on_consistent(struct pytest *p, struct span line)
{
	struct span name = pytest_trim_name(span_from(line, strlen("FAILED CONSISTENTLY: ")));
	uint32_t i = find_test(p, name);

	if (name.n == 0)
		return false;
	p->began = true;
	if (i == UINT32_MAX)
		collect_attempt(p->to, &(struct seen){ .name = name, .outcome = OUTCOME_FAIL });
	collect_run(p->to)->verdict = RUN_FAILED;
	p->sticky = true;
	return true;
}

/* "Command took >30min, returning 124": the test that ran then hung. */
static bool
on_limit(struct pytest *p, struct span line)
{
	settle_all(p);
	end_pending(p, OUTCOME_TIMEOUT);
	p->timed_out = p->began = true;
	collect_run(p->to)->verdict = RUN_FAILED;
	p->sticky = true;
	if (p->open)
		collect_run(p->to)->truncated = true;
	line = pytest_trim_name(line);
	collect_unread(p->to, "%.*s", (int)(line.n < 200 ? line.n : 200), line.p);
	return true;
}

/* "inductor/test_x 4/10 failed!", after it was stopped: the file timed out. */
static bool
on_file_failed(struct pytest *p, struct span line)
{
	struct span name = { line.p, span_find(line, " ") };

	if (!p->timed_out || !span_ends(line, " failed!") || span_find(line, "/") == line.n ||
	    memchr(name.p, ':', name.n) || collect_find(p->to, name) != UINT32_MAX)
		return false;
	collect_attempt(p->to, &(struct seen){ .name = name, .outcome = OUTCOME_TIMEOUT });
	return true;
}

static bool
on_stop(struct pytest *p, struct span line UNUSED)
{
	settle_all(p);
	end_pending(p, OUTCOME_INTERRUPTED);
	if (!p->began)
		collect_run(p->to)->format = span_of("pytest");
	collect_run(p->to)->verdict = RUN_STOPPED;
	collect_run(p->to)->truncated = true;
	p->began = true;
	p->open = false;
	return true;
}

static bool
on_again(struct pytest *p, struct span line UNUSED)
{
	p->again = p->began;
	if (p->open)
		end_pending(p, OUTCOME_UNKNOWN);
	return true;
}

static const struct {
	const char *text;
	bool inside; /* also inside of a line */
	bool (*take)(struct pytest *p, struct span line);
} rows[] = {
	{ "FAILED CONSISTENTLY: ", false, on_consistent },
	{ "Got exit code ", false, on_again },
	{ "Test succeeded in new process", false, on_again },
	{ "Test succeeeded in new process", false, on_again },
	{ "Test failed consistently", false, on_again },
	{ "Retrying ", false, on_again },
	{ "Command took >", true, on_limit },
	{ "The runner has received a shutdown signal", true, on_stop },
	{ "The operation was canceled", true, on_stop },
	{ "A task was canceled", true, on_stop },
};

static bool
on_word(struct pytest *p, struct span line)
{
	size_t i, at;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (line.n < 12 || (!rows[i].inside && line.p[0] != rows[i].text[0]))
			continue;
		if (rows[i].inside && line.n < 1000)
			at = span_find(line, rows[i].text);
		else
			at = span_starts(line, rows[i].text) ? 0 : line.n;
		if (at < line.n && rows[i].take(p, span_from(line, at)))
			return true;
	}
	return on_file_failed(p, line);
}

/* ---- lines ---- */

/* What a process says that dies: it was the test that ran, if nothing comes after. */
static bool
is_fatal(struct span line)
{
	return span_find(line, "Fatal Python error: ") < line.n ||
	       span_find(line, "Windows fatal exception: ") < line.n;
}

/* "path::test PASSED [ 10%]", "[gw0] [ 10%] PASSED path::test", "path::test " whose result
 * stands behind what it printed. */
static bool
on_result(struct pytest *p, struct span line)
{
	struct pytest_result r;

	if (span_starts(line, "[gw") || span_starts(line, "gw0 "))
		p->workers = true;
	if (pytest_worker_result(line, &r)) {
		str_clear(&p->pending);
		p->verbose = p->began = p->open = true;
		add_result(p, &r);
		return true;
	}
	if (pytest_result(line, &r)) {
		/* Workers say what begins, too. */
		if (!r.has_status && p->workers)
			return true;
		if (p->pending.n && span_is(r.name, str_c(&p->pending)))
			str_clear(&p->pending); /* its subtests printed */
		end_pending(p, OUTCOME_UNKNOWN);
		p->verbose = p->began = p->open = true;
		if (r.has_status) {
			add_result(p, &r);
		} else {
			settle(p, 0);
			str_addspan(&p->pending, r.name);
			p->fatal = is_fatal(line);
		}
		return true;
	}
	if (p->pending.n && pytest_late_status(line, &r.status)) {
		r.name = str_span(&p->pending);
		add_result(p, &r);
		if (!r.status.part)
			str_clear(&p->pending);
		p->fatal = false;
		return true;
	}
	return false;
}

static bool
on_rule(struct pytest *p, struct span line)
{
	p->in_flaky = span_starts(line, "===Flaky Test Report===");
	p->flaky_test = UINT32_MAX;
	if (span_find(line, " test session starts ") < line.n) {
		begin_session(p);
	} else if (span_find(line, " test summary info ") < line.n) {
		settle_all(p);
		pytest_end_section(p);
		p->summary = p->open = p->began = true;
	} else if (!on_end(p, line)) {
		pytest_end_section(p);
		settle_all(p);
	}
	return true;
}

static void
on_line(void *data, struct span line)
{
	struct pytest *p = data;

	/* Its end may be missing. */
	if (p->console.partial || line.n == 0)
		return;
	if (span_starts(line, "===")) {
		on_rule(p, line);
		return;
	}
	/* The totals may leave no room for more. */
	if (span_starts(line, "= ") && on_end(p, line))
		return;
	if (span_starts(line, "!!!") && span_find(line, "KeyboardInterrupt") < line.n) {
		on_stop(p, line);
		p->open = true; /* its totals follow */
		return;
	}
	if (p->in_flaky) {
		pytest_flaky_line(p, line);
		return;
	}
	if (p->summary && on_summary_line(p, line))
		return;
	if (on_word(p, line) || (!p->in_section && on_result(p, line)))
		return;
	if (p->pending.n && is_fatal(line))
		p->fatal = true;
	if (line.p[0] >= '0' && line.p[0] <= '9' && on_end(p, line))
		return;
	pytest_section_line(p, line);
}

/* ---- the row ---- */

static void *
start(const struct reader_input *in)
{
	struct pytest *p = xcalloc(1, sizeof(*p));

	p->to = in->to;
	p->pending = p->part = (struct str)STR_INIT(STR_LINE);
	console_init(&p->console, in->to, in->warn, on_line, p);
	return p;
}

static int
finish(void *state, struct err *e)
{
	struct pytest *p = state;

	console_finish(&p->console);
	if (!p->began && !p->verbose)
		return err_set(e, "no line of a pytest session");
	end_pending(p, OUTCOME_UNKNOWN);
	pytest_tell_sections(p);
	if (p->open || !p->began)
		collect_run(p->to)->truncated = true;
	return 0;
}

static void
release(void *state)
{
	struct pytest *p = state;

	pytest_forget_sections(p);
	vec_release(&p->sections);
	vec_release(&p->reruns);
	vec_release(&p->passes);
	console_release(&p->console);
	str_release(&p->pending);
	str_release(&p->part);
	free(p);
}

static int
detect(struct span head, const char *path UNUSED)
{
	struct span rest = head, line;
	struct pytest_result r;
	struct pytest_totals t;
	int sure = 0;

	while (span_next(&rest, '\n', &line)) {
		line = span_trim(line);
		if (span_starts(line, "====") && (span_find(line, " test session starts ") < line.n ||
		                                  span_find(line, " test summary info ") < line.n))
			return 90;
		if ((pytest_result(line, &r) && r.has_status) || pytest_worker_result(line, &r))
			return 80;
		if (span_starts(line, "====") && pytest_totals(line, &t))
			return 80;
		if (span_find(line, "The runner has received a shutdown signal") < line.n ||
		    span_find(line, "The operation was canceled") < line.n ||
		    span_starts(line, "FAILED CONSISTENTLY: ") || span_find(line, "--use-pytest") < line.n)
			sure = 10;
	}
	return sure;
}

const struct reader read_pytest = {
	.name = "pytest",
	.title = "output of pytest",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = console_feed_state,
	.finish = finish,
	.free = release,
};
