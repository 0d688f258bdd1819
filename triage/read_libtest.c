/*
 * Rust's libtest JSON, cargo's and nextest's: one event a line.  nextest's "NAME#2" is the second
 * attempt of NAME.  libtest says "timeout" of a test that is slow and goes on: that
 * is no end.  Suites that hold the same name are told apart by what cargo prints before them,
 * else by their number.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "common/clock.h"
#include "common/lines.h"
#include "common/map.h"
#include "triage/errtext.h"
#include "triage/jline.h"

extern const struct reader read_libtest;

struct libtest {
	struct reader_input in;
	struct lines lines;
	struct str scratch, full;
	struct str binary;     /* that cargo says it runs; "" when it does not */
	struct map started;    /* names with a start, without attempts */
	VEC(bool) running;     /* by number in started */
	struct map where;      /* names that were told, ... */
	VEC(uint32_t) suite_of; /* ... and in which suite first */
	uint32_t suite;        /* from 1 */
	bool suite_open, any_failed, any;
	uint64_t n_dropped;
};

enum { TYPE, EVENT, NAME, TIME, OUT, MESSAGE, REASON, N_FIELDS };

static const struct jline_field blank[N_FIELDS] = {
	[TYPE] = { .key = "type" }, [EVENT] = { .key = "event" }, [NAME] = { .key = "name" },
	[TIME] = { .key = "exec_time" }, [OUT] = { .key = "stdout" }, [MESSAGE] = { .key = "message" },
	[REASON] = { .key = "reason" },
};

/* ---- names ---- */

/* Takes "#2" off nextest's names; the attempt, 1 when nothing is said. */
static uint64_t
take_attempt(struct span *name)
{
	size_t at = name->n;
	uint64_t n;

	while (at > 0 && name->p[at - 1] >= '0' && name->p[at - 1] <= '9')
		at--;
	if (at == 0 || name->p[at - 1] != '#' || !span_u64(span_from(*name, at), &n))
		return 1;
	name->n = at - 1;
	return n;
}

static struct span
full_name(struct libtest *t, struct span name)
{
	uint32_t i;

	str_clear(&t->full);
	if (t->binary.n)
		str_addf(&t->full, "%s::", str_c(&t->binary));
	str_addspan(&t->full, name);
	i = map_add(&t->where, str_span(&t->full));
	if (i == t->suite_of.n)
		vec_push(&t->suite_of, t->suite);
	if (t->suite_of.p[i] != t->suite)
		str_addf(&t->full, " (suite %u)", t->suite);
	return str_span(&t->full);
}

/* Tests that began and never ended: their process is gone.  When it died while one ran, that one
 * killed it. */
static void
close_running(struct libtest *t, bool died)
{
	struct seen s = { .outcome = OUTCOME_UNKNOWN };
	size_t i, n = 0;

	for (i = 0; i < t->running.n; i++)
		n += t->running.p[i];
	if (died && n == 1)
		s.outcome = OUTCOME_CRASH;
	for (i = 0; i < t->running.n; i++) {
		if (!t->running.p[i])
			continue;
		s.name = full_name(t, t->started.texts.p[i]);
		collect_attempt(t->in.to, &s);
	}
	vec_clear(&t->running);
	map_release(&t->started);
}

/* A suite without its end, and what follows it is there: what is missing never comes. */
static void
suite_died(struct libtest *t)
{
	close_running(t, true);
	t->suite_open = false;
	t->any_failed = true;
}

/* "     Running unittests src/lib.rs (target/debug/deps/queue-1b2c3d)": the binary without its hash. */
static void
on_text(struct libtest *t, struct span line)
{
	size_t at, n;

	/* "process didn't exit successfully: `...` (signal: 6, SIGABRT: process abort signal)" */
	if (t->suite_open && span_find(line, "process didn't exit successfully: ") < line.n &&
	    span_find(line, " (signal: ") < line.n)
		suite_died(t);
	if (!span_starts(line, "Running ") && !span_starts(line, "Doc-tests "))
		return;
	str_clear(&t->binary);
	if (span_starts(line, "Doc-tests ")) {
		str_addf(&t->binary, "doc %.*s", (int)(line.n - 10 < 200 ? line.n - 10 : 200), line.p + 10);
		return;
	}
	for (at = line.n; at > 0 && line.p[at - 1] != '/' && line.p[at - 1] != '('; at--)
		;
	line = span_from(line, at);
	for (n = line.n; n > 0 && line.p[n - 1] != '-'; n--)
		;
	if (n > 1)
		str_add(&t->binary, line.p, n - 1 < 200 ? n - 1 : 200);
}

/* ---- events ---- */

/* The panic's own words, which follow "thread ... panicked at PLACE:". */
static struct span
error_line(struct span out)
{
	struct span line, next, whole = out;

	while (span_next(&out, '\n', &line)) {
		if (span_find(line, "panicked at") == line.n)
			continue;
		next = (struct span){ "", 0 };
		if (span_ends(line, ":"))
			span_next(&out, '\n', &next);
		return span_trim(next).n ? span_trim(next) : span_trim(line);
	}
	return errtext_line(whole);
}

static const struct {
	const char *event;
	enum outcome outcome;
} ends[] = {
	{ "ok", OUTCOME_PASS }, { "failed", OUTCOME_FAIL }, { "ignored", OUTCOME_SKIP },
	{ "allowed_failure", OUTCOME_XFAIL },
};

static void
tell(struct libtest *t, const struct jline_field *f, enum outcome outcome)
{
	struct span name = f[NAME].value;
	bool rerun = take_attempt(&name) > 1;
	int64_t micros = f[TIME].there ? clock_read_seconds(f[TIME].value) : -1;
	struct seen s = { .outcome = outcome, .rerun = rerun, .micros = micros, .has_micros = micros >= 0 };
	uint32_t i = map_find(&t->started, name);

	if (i != MAP_NONE)
		t->running.p[i] = false;
	s.name = full_name(t, name);
	if (outcome == OUTCOME_FAIL) {
		if (span_is(f[REASON].value, "time limit exceeded"))
			s.outcome = OUTCOME_TIMEOUT;
		s.details = f[OUT].there ? f[OUT].value : f[MESSAGE].value;
		s.message = f[MESSAGE].there ? f[MESSAGE].value : error_line(f[OUT].value);
	}
	collect_attempt(t->in.to, &s);
}

static void
on_test(struct libtest *t, const struct jline_field *f)
{
	struct span name = f[NAME].value;
	uint32_t i;
	size_t k;

	if (!f[NAME].there)
		return;
	if (f[NAME].torn) {
		collect_unread(t->in.to, "an event of a test whose name is too long");
		return;
	}
	if (span_is(f[EVENT].value, "started")) {
		take_attempt(&name);
		i = map_add(&t->started, name);
		if (i == t->running.n)
			vec_push(&t->running, true);
		t->running.p[i] = true;
	}
	for (k = 0; k < ARRAY_LEN(ends); k++) {
		if (span_is(f[EVENT].value, ends[k].event))
			tell(t, f, ends[k].outcome);
	}
}

static void
on_suite(struct libtest *t, const struct jline_field *f)
{
	t->any = true;
	if (span_is(f[EVENT].value, "started")) {
		if (t->suite_open)
			suite_died(t);
		t->suite++;
		t->suite_open = true;
	} else {
		close_running(t, false);
		t->suite_open = false;
		t->any_failed |= span_is(f[EVENT].value, "failed");
	}
}

static void
on_line(void *data, struct span line)
{
	struct libtest *t = data;
	struct jline_field f[N_FIELDS];
	bool cut = t->lines.n_dropped != t->n_dropped;

	t->n_dropped = t->lines.n_dropped;
	line = span_trim(line);
	if (line.n == 0 || line.p[0] != '{') {
		on_text(t, line);
		return;
	}
	memcpy(f, blank, sizeof(f));
	if (!jline_read(line, cut, f, N_FIELDS, &t->scratch)) {
		if (span_find(line, "\"event\"") < line.n)
			collect_unread(t->in.to, "no event: %.*s", (int)(line.n < 200 ? line.n : 200), line.p);
	} else if (span_is(f[TYPE].value, "suite") && f[EVENT].there) {
		on_suite(t, f);
	} else if (span_is(f[TYPE].value, "test") && f[EVENT].there) {
		on_test(t, f);
	} else if (span_is(f[TYPE].value, "bench") && f[NAME].there) {
		tell(t, f, OUTCOME_PASS);
	}
}

/* ---- the row ---- */

static int
detect(struct span head, const char *path UNUSED)
{
	static const char *const suite[] = { "\"type\":", "\"suite\"", "\"event\":", NULL };
	static const char *const test[] = { "\"type\":", "\"test\"", "\"event\":", "\"name\":", NULL };

	return jline_looks_like(head, suite) || jline_looks_like(head, test) ? 90 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct libtest *t = xcalloc(1, sizeof(*t));

	t->in = *in;
	lines_init(&t->lines, on_line, t);
	t->scratch = (struct str)STR_INIT(2 * STR_LINE);
	t->full = (struct str)STR_INIT(2 * STR_LINE);
	t->binary = (struct str)STR_INIT(STR_LINE);
	collect_next_run(in->to)->format = span_of(read_libtest.name);
	return t;
}

static int
feed(void *state, struct span bytes, struct err *e UNUSED)
{
	struct libtest *t = state;

	lines_feed(&t->lines, bytes);
	return 0;
}

static int
finish(void *state, struct err *e UNUSED)
{
	struct libtest *t = state;
	struct run *r = collect_run(t->in.to);

	lines_finish(&t->lines);
	r->truncated |= t->suite_open || !t->any;
	close_running(t, false);
	if (!r->truncated)
		r->verdict = t->any_failed ? RUN_FAILED : RUN_PASSED;
	return 0;
}

static void
stop(void *state)
{
	struct libtest *t = state;

	lines_release(&t->lines);
	str_release(&t->scratch);
	str_release(&t->full);
	str_release(&t->binary);
	map_release(&t->started);
	map_release(&t->where);
	vec_release(&t->running);
	vec_release(&t->suite_of);
	free(t);
}

const struct reader read_libtest = {
	.name = "libtest",
	.title = "libtest JSON, of Rust's cargo test and nextest",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
