/*
 * What a run of prove said.  How each file ended is read from the line prove
 * prints for it and, as verbose output is ambiguous (a bare "ok" may be a test's
 * own), from the summary at the end, which names every file that failed.
 */
#include "common/base.h"
#include "bisect/fw_prove.h"

/* How one file's run stands. */
struct file_end {
	uint32_t test;
	enum { PENDING, PASSED, FAILED, SKIPPED } how;
	int64_t micros;
};

struct prove_run {
	VEC(struct file_end) files; /* in the order in which they began */
	uint32_t in_summary;        /* the file whose summary is read; NONE */
	bool summary, ended, none, bail;
	struct str failed_test;     /* what the first failing test said */
	struct str trouble;         /* why prove itself gave up */
};

static void
run_release(struct prove_run *run)
{
	vec_release(&run->files);
	str_release(&run->failed_test);
	str_release(&run->trouble);
}

static struct prove_run *
run_state(struct reading *r)
{
	struct prove_run *run = r->state;

	if (run == NULL) {
		run = arena_alloc(&r->mem, sizeof(*run));
		*run = (struct prove_run){ .in_summary = TESTLIST_NONE, .failed_test = STR_INIT(1024),
		                           .trouble = STR_INIT(1024) };
		r->state = run;
	}
	return run;
}

static struct file_end *
find_file(struct prove_run *run, uint32_t test)
{
	size_t i = run->files.n;

	while (i-- > 0) {
		if (run->files.p[i].test == test)
			return &run->files.p[i];
	}
	return NULL;
}

/* " 71 ms ( 0.00 usr ...": the time that --timer adds. */
static int64_t
parse_timer(struct span x)
{
	uint64_t v;
	size_t n = span_find(x, " ms");

	return n < x.n && span_u64(span_trim((struct span){ x.p, n }), &v) && v < 1000000000
	       ? (int64_t)v * 1000 : -1;
}

/* What stands after "FILE .. ". */
static void
file_begun(struct prove_run *run, uint32_t test, struct span rest)
{
	struct file_end f = { test, PENDING, -1 };

	if (span_is(rest, "ok") || span_starts(rest, "ok ")) {
		f.how = PASSED;
		f.micros = parse_timer(span_from(rest, 2));
	} else if (span_starts(rest, "skipped")) {
		f.how = SKIPPED;
	} else if (span_starts(rest, "Failed ") || span_starts(rest, "Dubious")) {
		f.how = FAILED;
	}
	vec_push(&run->files, f);
}

static struct span
without_clock(struct span line)
{
	if (line.n > 11 && line.p[0] == '[' && line.p[3] == ':' && line.p[6] == ':' && line.p[9] == ']')
		return span_from(line, 11);
	return line;
}

/* "FILE .. REST": the file is one of the list, which tells it from a test's own output. */
static bool
is_file_line(struct reading *r, struct prove_run *run, struct span line)
{
	size_t i, dots;
	uint32_t test;

	line = without_clock(line);
	for (i = 1; i + 2 < line.n; i++) {
		if (line.p[i] != ' ' || line.p[i + 1] != '.' || line.p[i + 2] != '.')
			continue;
		for (dots = i + 1; dots < line.n && line.p[dots] == '.'; dots++)
			;
		if (dots < line.n && line.p[dots] != ' ')
			continue;
		test = testlist_find(r->list, (struct span){ line.p, i });
		if (test != TESTLIST_NONE) {
			file_begun(run, test, span_from(line, dots + 1));
			return true;
		}
	}
	return false;
}

/* "FILE (Wstat: 256 (exited 1) Tests: 2 Failed: 1)" and what is indented below it. */
static void
summary_line(struct reading *r, struct prove_run *run, struct span line)
{
	size_t at = span_find(line, " (Wstat: ");
	struct file_end *f;

	if (at < line.n && line.p[0] != ' ') {
		run->in_summary = testlist_find(r->list, span_trim((struct span){ line.p, at }));
		line = span_from(line, at);
		if (span_starts(line, " (Wstat: 0 ") && span_ends(line, " Failed: 0)"))
			return; /* unexpected passes, or what the next lines say */
	} else if (!span_starts(line, "  Parse errors:") && !span_starts(line, "  Non-zero ")) {
		return;
	}
	f = run->in_summary == TESTLIST_NONE ? NULL : find_file(run, run->in_summary);
	if (f)
		f->how = FAILED;
}

static void
keep(struct str *s, struct span text)
{
	text = span_trim(text);
	if (s->n == 0)
		str_add(s, text.p, text.n < s->max ? text.n : s->max);
}

void
prove_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	struct prove_run *run = run_state(r);
	struct file_end *last = run->files.n ? &run->files.p[run->files.n - 1] : NULL;

	if (span_starts(line, "#   Failed test")) {
		keep(&run->failed_test, span_from(line, 2));
	} else if (stream == 2) {
		if (span_starts(line, "FAILED--Further testing stopped")) {
			run->bail = true;
			keep(&run->trouble, line);
		} else if (span_starts(line, "Cannot ")) {
			keep(&run->trouble, line);
		}
	} else if (span_is(line, "Test Summary Report")) {
		run->summary = true;
	} else if (span_starts(line, "Files=")) {
		run->ended = true;
	} else if (span_starts(line, "Result: NOTESTS")) {
		run->none = true;
	} else if (run->summary) {
		summary_line(r, run, line);
	} else if (!is_file_line(r, run, line) && last && last->how == PENDING &&
	           (span_starts(line, "Dubious, test returned ") || span_is(line, "No subtests run "))) {
		last->how = FAILED;
	}
}

static void
report(struct reading *r, const struct prove_run *run)
{
	static const enum test_status status[] = { TEST_PASS, TEST_PASS, TEST_FAIL, TEST_SKIP };
	size_t i;

	for (i = 0; i < run->files.n; i++) {
		const struct file_end *f = &run->files.p[i];

		/* Without the summary nobody knows how it ended. */
		if (f->how != PENDING || run->ended)
			reading_test(r, span_of(testlist_name(r->list, f->test)), status[f->how], f->micros);
	}
}

int
prove_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
             const struct job_end *end, struct err *e UNUSED)
{
	struct prove_run *run = run_state(r);

	report(r, run);
	reading_message(r, str_span(&run->failed_test));
	reading_message(r, str_span(&run->trouble));
	if (run->bail) {
		r->whole_failed = true;
		r->whole_kind = "bail out";
	} else if (end->how == JOB_EXITED && !run->ended) {
		r->unresolved = "prove broke off";
	} else if (end->how == JOB_EXITED && run->none) {
		r->unresolved = "no tests ran";
	}
	run_release(run);
	r->state = NULL;
	return 0;
}
