/*
 * Standard output of CTest.  With --repeat the failed tries stand only here: a second
 * `Start 1: flaky` and a result line without its count.  With -j results interleave,
 * so tries are told apart by the number of their test.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "triage/console.h"
#include "triage/errtext.h"

enum { DETAILS_MAX = 32 << 10 };

/* A try that began and has no result yet. */
struct open_try { uint32_t number, test, attempt; };

struct ctest {
	struct console console; /* first: console_feed_state */
	struct collect *to;
	bool began, over;      /* something of a run was seen; its summary was */
	bool listing;          /* in a list of tests at the end */
	VEC(struct open_try) open;
	uint32_t failed;       /* test whose output is being read; UINT32_MAX: none */
	struct str details;
};

/* ---- words ---- */

static const struct {
	const char *word;
	enum outcome outcome;
} states[] = {
	{ "Passed", OUTCOME_PASS },
	{ "Failed", OUTCOME_FAIL },
	{ "Timeout", OUTCOME_TIMEOUT },
	{ "Exception", OUTCOME_CRASH },
	{ "SEGFAULT", OUTCOME_CRASH },
	{ "ILLEGAL", OUTCOME_CRASH },
	{ "INTERRUPT", OUTCOME_CRASH },
	{ "NUMERICAL", OUTCOME_CRASH },
	{ "OTHER_FAULT", OUTCOME_CRASH },
	{ "Subprocess", OUTCOME_CRASH },
	{ "Child", OUTCOME_CRASH },
	{ "Not Run (Disabled)", OUTCOME_SKIP },
	{ "Disabled", OUTCOME_SKIP },
	{ "Skipped", OUTCOME_SKIP },
	{ "Not Run", OUTCOME_NOT_RUN },
};

static bool
outcome_of(struct span text, enum outcome *out)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(states); i++) {
		if (span_starts(text, states[i].word)) {
			*out = states[i].outcome;
			return true;
		}
	}
	return false;
}

/* Takes "  12" off the front. */
static bool
number(struct span *s, uint32_t *out)
{
	size_t n;
	uint64_t x;

	while (s->n && s->p[0] == ' ')
		*s = span_from(*s, 1);
	for (n = 0; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		;
	if (n == 0 || n > 9 || !span_u64((struct span){ s->p, n }, &x))
		return false;
	*out = (uint32_t)x;
	*s = span_from(*s, n);
	return true;
}

static bool
takes(struct span *s, const char *text)
{
	if (!span_starts(*s, text))
		return false;
	*s = span_from(*s, strlen(text));
	return true;
}

/* "0.03 sec" at the end of the text, taken off it; -1: there is none. */
static int64_t
seconds_off(struct span *text)
{
	struct span t = span_trim(*text);
	double scale = 1, x = 0;
	size_t i;

	if (!span_ends(t, " sec"))
		return -1;
	t = span_trim((struct span){ t.p, t.n - 4 });
	for (i = t.n; i > 0 && ((t.p[i - 1] >= '0' && t.p[i - 1] <= '9') || t.p[i - 1] == '.'); i--)
		;
	*text = span_trim((struct span){ t.p, i });
	for (bool fraction = false; i < t.n; i++) {
		if (t.p[i] == '.') {
			fraction = true;
			continue;
		}
		x = x * 10 + (t.p[i] - '0');
		scale *= fraction ? 10 : 1;
	}
	return x / scale < 1e9 ? (int64_t)(x / scale * 1e6 + 0.5) : -1;
}

/* ---- tries ---- */

static struct open_try *
find_open(struct ctest *c, uint32_t n)
{
	size_t i;

	for (i = 0; i < c->open.n; i++) {
		if (c->open.p[i].number == n)
			return &c->open.p[i];
	}
	return NULL;
}

static struct run_test *
test_at(const struct ctest *c, uint32_t i)
{
	return &collect_run(c->to)->tests.p[i];
}

/* The output of a failed try is complete: it says more than "Failed". */
static void
end_output(struct ctest *c)
{
	struct span output = span_trim(str_span(&c->details)), line = errtext_line(output);

	if (c->failed != UINT32_MAX)
		collect_message(c->to, c->failed, line.n ? line : span_of("Failed"), output);
	c->failed = UINT32_MAX;
	str_clear(&c->details);
}

static void
begin_run(struct ctest *c)
{
	end_output(c);
	if (c->began) {
		if (!c->over)
			collect_run(c->to)->truncated = true;
		collect_next_run(c->to);
	}
	collect_run(c->to)->format = span_of("ctest");
	c->began = true;
	c->over = c->listing = false;
	c->console.test = UINT32_MAX;
	vec_clear(&c->open);
}

/* Another try of a test is a re-run when the one before it failed. */
static uint32_t
add_try(struct ctest *c, struct span name, enum outcome outcome)
{
	struct seen s = { .name = name, .outcome = outcome };
	uint32_t i = collect_find(c->to, name);
	const struct run_test *t = i == UINT32_MAX ? NULL : test_at(c, i);

	s.rerun = t && outcome_evidence(t->attempts.p[t->attempts.n - 1].outcome) == EVIDENCE_FAIL;
	return collect_attempt(c->to, &s);
}

/* "Start  1: flaky" */
static bool
on_start(struct ctest *c, struct span line)
{
	struct open_try o;
	uint32_t n;

	if (!takes(&line, "Start ") || !number(&line, &n) || !takes(&line, ": ") || line.n == 0)
		return false;
	if (!c->began || c->over)
		begin_run(c);
	end_output(c);
	o.number = n;
	o.test = add_try(c, line, OUTCOME_UNKNOWN);
	o.attempt = (uint32_t)test_at(c, o.test)->attempts.n - 1;
	if (c->open.n < 10000)
		vec_push(&c->open, o);
	c->console.test = c->open.n == 1 ? o.test : UINT32_MAX;
	return true;
}

/* What stands behind the dots: "   Passed", "***Failed  Error regular ...", "Subprocess
 * aborted***Exception:". */
static bool
on_state(struct ctest *c, uint32_t n, struct span name, struct span text)
{
	int64_t micros = seconds_off(&text);
	struct open_try *o = find_open(c, n);
	enum outcome outcome = OUTCOME_UNKNOWN;
	struct attempt *a;
	uint32_t test;

	if (micros < 0)
		return false; /* cut off, or no result */
	text = span_trim(text);
	takes(&text, "***");
	if (!outcome_of(text, &outcome))
		collect_unread(c->to, "%.*s: a result of unknown meaning: %.*s", (int)(name.n < 100 ? name.n : 100),
		               name.p, (int)(text.n < 200 ? text.n : 200), text.p);
	test = o ? o->test : add_try(c, name, outcome);
	a = &test_at(c, test)->attempts.p[o ? o->attempt : test_at(c, test)->attempts.n - 1];
	a->outcome = (uint8_t)outcome;
	a->micros = micros;
	if (o)
		*o = c->open.p[--c->open.n];
	c->console.test = test;
	if (outcome_evidence(outcome) == EVIDENCE_FAIL || outcome == OUTCOME_NOT_RUN) {
		if (!span_is(text, "Failed"))
			collect_message(c->to, test, text, span_of(""));
		c->failed = test;
	}
	return true;
}

/* " 2/11 Test  #2: flaky ......***Failed    0.03 sec"; of other tries than the first without the count. */
static bool
on_result(struct ctest *c, struct span line)
{
	struct span name, rest = line;
	struct open_try *o;
	uint32_t n, total;
	size_t at;

	if (rest.p[0] != 'T' && (rest.p[0] < '0' || rest.p[0] > '9'))
		return false;
	if (number(&rest, &n) && (!takes(&rest, "/") || !number(&rest, &total) || !takes(&rest, " ")))
		return false;
	if (!takes(&rest, "Test "))
		return false;
	rest = span_trim(rest);
	if (!takes(&rest, "#") || !number(&rest, &n) || !takes(&rest, ": "))
		return false;
	if (!c->began || c->over)
		begin_run(c);
	end_output(c);
	o = find_open(c, n);
	name = o ? test_at(c, o->test)->name : (struct span){ rest.p, span_find(rest, " ..") };
	if (name.n >= rest.n || memcmp(rest.p, name.p, name.n) != 0)
		return false;
	rest = span_from(rest, name.n);
	for (at = 0; at < rest.n && (rest.p[at] == ' ' || rest.p[at] == '.'); at++)
		;
	return on_state(c, n, name, span_from(rest, at));
}

/* ---- the end ---- */

/* "40% tests passed, 6 tests failed out of 10" */
static bool
on_summary(struct ctest *c, struct span line)
{
	size_t at = span_find(line, "% tests passed, ");
	struct span rest = span_from(line, at + strlen("% tests passed, "));
	uint32_t n;

	if (at == line.n || !number(&rest, &n))
		return false;
	if (!c->began || c->over)
		begin_run(c);
	end_output(c);
	collect_run(c->to)->verdict = n ? RUN_FAILED : RUN_PASSED;
	c->over = true;
	c->console.test = UINT32_MAX;
	return true;
}

/* "	  3 - bad (Failed)", in the lists: for tests that have no result line. */
static void
on_listed(struct ctest *c, struct span line)
{
	struct span rest = span_trim(line), name;
	enum outcome outcome;
	size_t at, open;
	uint32_t n;

	if (!number(&rest, &n) || !takes(&rest, " - ")) {
		c->listing = false;
		return;
	}
	for (open = rest.n, at = 0; at + 1 < rest.n; at++) {
		if (rest.p[at] == ' ' && rest.p[at + 1] == '(')
			open = at;
	}
	name = (struct span){ rest.p, open };
	if (open == rest.n || !outcome_of(span_from(rest, open + 2), &outcome))
		return;
	if (collect_find(c->to, name) == UINT32_MAX)
		add_try(c, name, outcome);
}

static void
on_time(struct ctest *c, struct span line)
{
	int64_t micros;

	line = span_from(line, span_find(line, "=") + 1);
	micros = seconds_off(&line);
	if (micros >= 0)
		collect_run(c->to)->micros = micros;
}

static bool
on_frame(struct ctest *c, struct span line)
{
	if (span_starts(line, "Test project ")) {
		if (!c->began || c->over || collect_run(c->to)->tests.n)
			begin_run(c);
	} else if (span_starts(line, "No tests were found!!!") && c->began) {
		collect_unread(c->to, "no tests were found");
		c->over = true;
	} else if (span_starts(line, "Total Test time (real) =") && c->over) {
		on_time(c, line);
	} else if (span_starts(line, "The following tests ") && span_ends(line, ":") && c->over) {
		c->listing = true;
	} else {
		return false;
	}
	return true;
}

static void
on_line(void *data, struct span line)
{
	struct ctest *c = data;
	struct span text = span_trim(line);

	/* Without its end it may have been cut off. */
	if (c->console.partial)
		return;
	if (c->listing) {
		on_listed(c, line);
		return;
	}
	if (text.n && (on_start(c, text) || on_result(c, text) || on_summary(c, text)))
		return;
	if (on_frame(c, line) || c->failed == UINT32_MAX)
		return;
	if (c->details.n + line.n < c->details.max) {
		str_addspan(&c->details, line);
		str_addc(&c->details, '\n');
	}
}

/* ---- the row ---- */

static void *
start(const struct reader_input *in)
{
	struct ctest *c = xcalloc(1, sizeof(*c));

	c->to = in->to;
	c->failed = UINT32_MAX;
	c->details = (struct str)STR_INIT(DETAILS_MAX);
	console_init(&c->console, in->to, in->warn, on_line, c);
	return c;
}

static int
finish(void *state, struct err *e)
{
	struct ctest *c = state;

	console_finish(&c->console);
	if (!c->began)
		return err_set(e, "no line of a CTest run");
	end_output(c);
	if (!c->over)
		collect_run(c->to)->truncated = true;
	return 0;
}

static void
release(void *state)
{
	struct ctest *c = state;

	console_release(&c->console);
	vec_release(&c->open);
	str_release(&c->details);
	free(c);
}

static int
detect(struct span head, const char *path UNUSED)
{
	struct span rest = head, line, text;
	bool project = false;
	uint32_t n;

	while (span_next(&rest, '\n', &line)) {
		line = span_trim(line);
		project |= span_starts(line, "Test project /") || span_starts(line, "Test project C:");
		text = span_from(line, span_find(line, "Test "));
		if (!takes(&text, "Test "))
			continue;
		text = span_trim(text);
		if (takes(&text, "#") && number(&text, &n) && takes(&text, ": ") && span_find(text, " ..") < text.n)
			return 85;
	}
	return project ? 70 : 0;
}

const struct reader read_ctest = {
	.name = "ctest",
	.title = "output of CTest (ctest, make test)",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = console_feed_state,
	.finish = finish,
	.free = release,
};
