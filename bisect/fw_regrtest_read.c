/*
 * What a run of regrtest said.  Cases and their times come from its JUnit
 * report (written by all versions since 3.6), which has four holes, filled here:
 * it is not there when the process died; a case with a failed sub-test has no
 * name; failures in set-up and tear-down of classes and modules are counted but
 * have no case; classes and modules that skip themselves as a whole are not in it.
 * Leaks, changed environments and crashes of workers are read from the output.
 * With -R there is no report, since regrtest collects it in memory and so would
 * leak itself: then a run that came to its end ran what was asked.
 */
#include "common/base.h"
#include "bisect/fw_regrtest.h"

#include "bisect/junit.h"

const char regrtest_report[] = "junit.xml";

enum exit_code {
	CODE_UNCAUGHT = 1,
	CODE_BAD_TEST = 2, /* also argparse's, for options it does not know */
	CODE_ENV_CHANGED = 3,
	CODE_NO_TESTS = 4, /* since 3.11.7; before it, 0 */
	CODE_INTERRUPTED = 130,
};

/* Collected line by line; in r->mem. */
struct regrtest_run {
	bool env, leak, crash, timeout, uncaught; /* said of some test file */
	bool none_ran;
	bool repeats;      /* -R: each test runs several times, and there is no report */
	bool ended;        /* it came to its summary */
	bool usage;        /* argparse refused an argument */
	int64_t n_skipped; /* of the summary; -1: not said */
	/* What to say of a failure as a whole; NULL: nothing. */
	const char *env_text, *leak_text, *crash_text, *usage_text;
};

static struct regrtest_run *
run_state(struct reading *r)
{
	struct regrtest_run *run = r->state;

	if (run == NULL) {
		run = arena_alloc(&r->mem, sizeof(*run));
		*run = (struct regrtest_run){ .n_skipped = -1 };
		r->state = run;
	}
	return run;
}

/* ---- lines ---- */

static void
keep_first(struct reading *r, const char **slot, struct span line)
{
	if (*slot == NULL)
		*slot = arena_copy(&r->mem, line.p, line.n < 1000 ? line.n : 1000);
}

/* The line without "0:00:01 load avg: 0.5 [3/4/1] ", which no two runs share. */
static struct span
without_progress(struct span line)
{
	size_t at = span_find(line, "] ");

	if (line.n > 8 && line.p[1] == ':' && line.p[4] == ':' && at < line.n)
		return span_from(line, at + 2);
	return line;
}

static bool
holds(struct span line, const char *part)
{
	return span_find(line, part) < line.n;
}

/* "Total tests: run=9 failures=2 skipped=1" (3.11.7 and later; numbers have commas). */
static int64_t
skipped_count(struct span line)
{
	struct span rest = span_from(line, span_find(line, "skipped="));
	int64_t n = 0;
	size_t i;

	rest = span_from(rest, strlen("skipped="));
	for (i = 0; i < rest.n && (rest.p[i] == ',' || (rest.p[i] >= '0' && rest.p[i] <= '9')); i++) {
		if (rest.p[i] != ',' && n < INT32_MAX)
			n = n * 10 + (rest.p[i] - '0');
	}
	return n;
}

/* The result of one file: "test_x failed (env changed)", with or without a
 * progress prefix "0:00:01 load avg: 0.5 [3/4/1] ". */
static void
file_result(struct reading *r, struct regrtest_run *run, struct span line)
{
	static const char *const crashes[] = { " crashed (Exit code", " worker non-zero exit code",
		" worker bug", " timed out (" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(crashes); i++) {
		if (holds(line, crashes[i])) {
			run->crash = true;
			keep_first(r, &run->crash_text, without_progress(line));
		}
	}
	if (holds(line, " failed (uncaught exception)") ||
	    (span_starts(line, "test ") && holds(line, " crashed -- "))) {
		run->uncaught = true;
		keep_first(r, &run->crash_text, without_progress(line));
	} else if (span_ends(line, " failed (reference leak)")) {
		run->leak = true;
	}
}

void
regrtest_line(struct fw_command *c UNUSED, struct reading *r, int stream UNUSED, struct span line)
{
	struct regrtest_run *run = run_state(r);

	/* Not "Warning --   Before: ...": for os.environ that holds all of it, secrets too. */
	if (span_starts(line, "Warning -- ") && holds(line, " was modified by ")) {
		run->env = true;
		keep_first(r, &run->env_text, line);
	} else if (holds(line, " leaked [") && !span_ends(line, "(this is fine)")) {
		run->leak = true;
		keep_first(r, &run->leak_text, line);
	} else if (span_starts(line, "beginning ") && holds(line, " repetitions")) {
		run->repeats = true;
	} else if (span_starts(line, "== Tests result: ") || span_starts(line, "Tests result: ") ||
	           span_starts(line, "Result: ")) {
		run->ended = true;
		run->none_ran |= holds(line, "NO TEST");
	} else if (span_starts(line, "Timeout (") && span_ends(line, ")!")) {
		run->timeout = true;
	} else if (span_starts(line, "Total tests: ")) {
		run->n_skipped = skipped_count(line);
	} else if (holds(line, ".py: error: ") || holds(line, "-m test: error: ")) {
		run->usage = true;
		keep_first(r, &run->usage_text, line);
	} else {
		file_result(r, run, line);
	}
}

/* ---- the report ---- */

/* While reading it. */
struct report {
	struct reading *r;
	VEC(uint32_t) order;   /* tests in order of their end; NONE: a case without a name */
	unsigned char *ran;    /* by test */
	int64_t n_failures;    /* counted by the suites */
	int64_t n_named;       /* failures that have a case with a name */
	uint32_t n_nameless, n_found; /* cases without a name; and those we know all the same */
	uint32_t n_skips;      /* cases that say they were skipped */
};

static void
on_case(void *data, const struct junit_case *c)
{
	struct report *p = data;
	uint32_t test = c->name ? testlist_find(p->r->list, span_of(c->name)) : TESTLIST_NONE;

	p->n_skips += c->status == TEST_SKIP;
	if (c->name == NULL) {
		p->n_nameless++;
		vec_push(&p->order, TESTLIST_NONE);
		return;
	}
	if (c->status == TEST_FAIL) {
		p->n_named += !c->unexpected;
		reading_message(p->r, span_of(c->message));
	}
	reading_test(p->r, span_of(c->name), c->status, c->micros);
	if (test != TESTLIST_NONE) {
		p->ran[test] = 1;
		vec_push(&p->order, test);
	}
}

static void
on_suite(void *data, const struct junit_suite *s)
{
	struct report *p = data;

	p->n_failures += (s->errors > 0 ? s->errors : 0) + (s->failures > 0 ? s->failures : 0);
}

/* Cases without a name had a failed sub-test.  When as many asked tests as there are
 * of them are missing between their neighbours, they are those. */
static void
find_nameless(struct report *p, const unsigned char *asked, uint32_t n)
{
	size_t i, k;
	uint32_t t, before = 0, end, missing;

	for (i = 0; i < p->order.n; i = k) {
		k = i + 1;
		if (p->order.p[i] != TESTLIST_NONE) {
			before = p->order.p[i] + 1;
			continue;
		}
		while (k < p->order.n && p->order.p[k] == TESTLIST_NONE)
			k++;
		end = k < p->order.n ? p->order.p[k] : n;
		for (missing = 0, t = before; t < end; t++)
			missing += asked[t] && !p->ran[t];
		if (missing != k - i)
			continue;
		for (t = before; t < end; t++) {
			if (!asked[t] || p->ran[t])
				continue;
			p->ran[t] = 1;
			p->n_found++;
			reading_test(p->r, span_of(testlist_name(p->r->list, t)), TEST_FAIL, -1);
		}
	}
}

static size_t
class_length(const char *id)
{
	const char *dot = strrchr(id, '.');

	return dot ? (size_t)(dot - id) : strlen(id);
}

/* Asked tests that no case tells of: those of classes of which nothing ran skipped
 * themselves as a whole.  Some of a class skip without a case in 3.12.0 and 3.12.1; there
 * the summary's count of skips tells.  Anything else was not run. */
static void
fill_skips(struct report *p, const unsigned char *asked, uint32_t n, int64_t n_said)
{
	struct testlist classes = TESTLIST_INIT;
	const struct testlist *list = p->r->list;
	VEC(uint32_t) part = VEC_INIT;
	uint32_t t;
	size_t i;

	for (t = 0; t < n; t++) {
		const char *id = testlist_name(list, t);

		if (p->ran[t])
			testlist_add(&classes, (struct span){ id, class_length(id) });
	}
	for (t = 0; t < n; t++) {
		const char *id = testlist_name(list, t);

		if (!asked[t] || p->ran[t])
			continue;
		if (testlist_find(&classes, (struct span){ id, class_length(id) }) == TESTLIST_NONE)
			reading_test(p->r, span_of(id), TEST_SKIP, -1);
		else
			vec_push(&part, t);
	}
	for (i = 0; i < part.n && n_said - p->n_skips >= (int64_t)part.n; i++)
		reading_test(p->r, span_of(testlist_name(list, part.p[i])), TEST_SKIP, -1);
	vec_release(&part);
	testlist_release(&classes);
}

static int
mark_asked(const struct reading *r, const struct job *job, unsigned char *asked, struct err *e)
{
	struct testlist tests = TESTLIST_INIT;
	uint32_t i, t;
	int ret = testlist_read(&tests, job->tests_path, e);

	for (i = 0; ret == 0 && i < testlist_count(&tests); i++) {
		t = testlist_find(r->list, span_of(testlist_name(&tests, i)));
		if (t != TESTLIST_NONE)
			asked[t] = 1;
	}
	testlist_release(&tests);
	return ret;
}

/* A run with -R: what failed then is no test, but what leaked or broke. */
static void
fill_repeated(struct reading *r, const unsigned char *asked, const struct regrtest_run *run)
{
	uint32_t t;

	if (!run->ended || run->none_ran || run->crash || run->timeout || run->uncaught)
		return;
	for (t = 0; t < testlist_count(r->list); t++) {
		if (asked[t])
			reading_test(r, span_of(testlist_name(r->list, t)), TEST_PASS, -1);
	}
}

/* Fails the run as a whole, unless a failure that has a kind was seen before. */
static void
fail_whole(struct reading *r, const char *kind, const char *text)
{
	r->whole_failed = true;
	if (r->whole_kind == NULL)
		r->whole_kind = kind;
	if (text)
		reading_message(r, span_of(text));
}

static int
read_report(struct reading *r, const struct job *job, const struct regrtest_run *run, bool *there,
            struct err *e)
{
	struct str path = STR_INIT(4096);
	uint32_t n = testlist_count(r->list);
	struct report p = { .r = r, .ran = xcalloc(n, 1) };
	struct junit_events events = { on_case, on_suite, &p };
	unsigned char *asked = xcalloc(n, 1);
	struct err why = ERR_INIT;
	int ret;

	str_addf(&path, "%s/%s", job->dir, regrtest_report);
	ret = mark_asked(r, job, asked, e);
	if (ret == 0 && junit_read(str_c(&path), &events, there, &why) < 0) {
		/* Cut off or no XML: nothing in it can be relied on. */
		vec_clear(&r->ends);
		r->n_strangers = 0;
		r->unresolved = "its JUnit report breaks off";
	} else if (ret == 0 && *there) {
		find_nameless(&p, asked, n);
		if (p.n_failures > p.n_named && p.n_found < p.n_nameless)
			fail_whole(r, "failed sub-test", NULL);
		else if (p.n_failures > p.n_named && p.n_nameless == 0)
			fail_whole(r, "failure in set-up or tear-down", NULL);
		else if (!run->none_ran && !run->crash && !run->timeout && !run->uncaught)
			fill_skips(&p, asked, n, run->n_skipped);
	}
	if (ret == 0 && !*there && run->repeats)
		fill_repeated(r, asked, run);
	vec_release(&p.order);
	free(p.ran);
	free(asked);
	str_release(&path);
	return ret;
}

/* ---- the end ---- */

/* Exit status 1: Python itself, or faulthandler at --timeout. */
static void
judge_uncaught(struct reading *r, const struct regrtest_run *run, bool there)
{
	if (run->timeout)
		fail_whole(r, "timeout of a test file", NULL);
	else if (there)
		fail_whole(r, "uncaught exception", NULL);
	else
		r->unresolved = "python ended before regrtest did";
}

static void
judge_bad(struct reading *r, const struct regrtest_run *run, bool there)
{
	if (run->usage && !there) {
		r->unresolved = "regrtest does not know an option";
		reading_message(r, span_of(run->usage_text));
	}
	if (run->leak)
		fail_whole(r, "reference leak", run->leak_text);
	else if (run->repeats && !there)
		fail_whole(r, "failure of a test", NULL);
	if (run->timeout)
		fail_whole(r, "timeout of a test file", NULL);
	if (run->crash)
		fail_whole(r, "crash of a worker", run->crash_text);
	if (run->uncaught)
		fail_whole(r, "uncaught exception", run->crash_text);
}

static void
judge_exit(struct reading *r, const struct regrtest_run *run, int code, bool there)
{
	switch (code) {
	case 0:
		if (run->none_ran)
			r->unresolved = "no tests ran";
		else if (!there && !run->repeats)
			r->unresolved = "it wrote no JUnit report";
		break;
	case CODE_UNCAUGHT:
		judge_uncaught(r, run, there);
		break;
	case CODE_BAD_TEST:
		judge_bad(r, run, there);
		break;
	case CODE_ENV_CHANGED:
		fail_whole(r, "env changed", run->env_text);
		break;
	case CODE_NO_TESTS:
		r->unresolved = "no tests ran";
		break;
	case CODE_INTERRUPTED:
		r->unresolved = "interrupted";
		break;
	default:
		break;
	}
}

int
regrtest_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job,
                const struct job_end *end, struct err *e)
{
	struct regrtest_run *run = run_state(r);
	bool there = false;

	if (read_report(r, job, run, &there, e) < 0)
		return -1;
	if (r->unresolved && end->how != JOB_EXITED)
		r->unresolved = NULL; /* the signal or the timeout says more */
	if (end->how == JOB_EXITED && r->unresolved == NULL)
		judge_exit(r, run, end->code, there);
	return 0;
}
