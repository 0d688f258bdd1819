/*
 * `go test -json`: one event a line, of packages, tests and builds, with other output
 * between.  A test is PACKAGE.TEST; one that runs again is another attempt.  A test that never
 * ends is what its package's panic says, else unknown; a package that fails without a
 * failed test has a test of its own, PACKAGE.TestMain.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "common/clock.h"
#include "common/lines.h"
#include "common/map.h"
#include "triage/jline.h"

extern const struct reader read_gotest;

enum { OUTPUT_MAX = 8 << 10, KEPT_TOTAL = 64 << 20 };

/* A test of a package, or the package itself; kept by its name. */
struct go_unit {
	bool running;
	bool failed_last;
	uint32_t failed_in;    /* n_ended of its package then: -count repeats a test within one */
	uint32_t open_at;      /* where it stands in gotest.open, while it runs */
	uint32_t package;      /* index of its package's unit */
	uint32_t n_ended;      /* of a package: how often it ended */
	uint32_t n_failed;     /* of a package: tests that failed since it began */
	bool ended;            /* of a package */
	struct str output;     /* the beginning, while it runs */
};

struct gotest {
	struct reader_input in;
	struct lines lines;
	struct str scratch;
	struct map names;        /* of units: PACKAGE, or PACKAGE.TEST */
	VEC(struct go_unit) units;
	VEC(uint32_t) open;      /* units of tests that run */
	struct map builds;       /* import paths whose build said something */
	VEC(struct str) build_output;
	uint32_t printed;        /* the build whose lines stand between; MAP_NONE */
	struct str name;         /* scratch: a unit's name */
	uint64_t n_dropped;      /* bytes of long lines, before this one */
	size_t kept;             /* bytes of output that are kept in all */
	int64_t last_time;
	bool failed;             /* some package's last run failed */
	bool read_anything;
};

enum { TIME, ACTION, PACKAGE, TEST, ELAPSED, OUTPUT, IMPORT, FAILED_BUILD, N_FIELDS };

static const struct jline_field blank[N_FIELDS] = {
	[TIME] = { .key = "Time" }, [ACTION] = { .key = "Action" }, [PACKAGE] = { .key = "Package" },
	[TEST] = { .key = "Test" }, [ELAPSED] = { .key = "Elapsed" }, [OUTPUT] = { .key = "Output" },
	[IMPORT] = { .key = "ImportPath" }, [FAILED_BUILD] = { .key = "FailedBuild" },
};

/* ---- units ---- */

static uint32_t
unit_of(struct gotest *g, struct span name, uint32_t package)
{
	uint32_t i = map_add(&g->names, name);
	struct go_unit u = { .package = package == UINT32_MAX ? i : package, .output = STR_INIT(OUTPUT_MAX) };

	if (i == g->units.n)
		vec_push(&g->units, u);
	return i;
}

static uint32_t
test_unit(struct gotest *g, uint32_t package, struct span name)
{
	str_clear(&g->name);
	str_addspan(&g->name, g->names.texts.p[package]);
	if (g->name.n) /* some leave the package out */
		str_addc(&g->name, '.');
	str_addspan(&g->name, name);
	return unit_of(g, str_span(&g->name), package);
}

static void
forget_output(struct gotest *g, struct go_unit *u)
{
	g->kept -= u->output.n;
	str_release(&u->output);
}

static void
keep_output(struct gotest *g, struct go_unit *u, struct span text)
{
	size_t room = u->output.max - u->output.n;

	if (g->kept > KEPT_TOTAL)
		return;
	if (text.n > room)
		text.n = room;
	str_addspan(&u->output, text);
	g->kept += text.n;
}

/* ---- what output says ---- */

/* Lines of the go tool itself, which say nothing of the fault. */
static bool
is_frame(struct span line)
{
	static const char *const starts[] = { "=== ", "--- ", "FAIL", "PASS", "ok  ", "exit status ", "coverage:",
	                                      "testing: warning: no tests", "# ", "SEED:", "==================", NULL };
	size_t i;

	for (i = 0; starts[i]; i++) {
		if (span_starts(line, starts[i]))
			return true;
	}
	return line.n == 0;
}

/* The line that names the fault: a panic, else the first that is the test's own. */
static struct span
error_line(struct span output)
{
	struct span line, first = { "", 0 };

	while (span_next(&output, '\n', &line)) {
		line = span_trim(line);
		if (span_starts(line, "panic: ") || span_starts(line, "fatal error: ") ||
		    span_starts(line, "WARNING: DATA RACE"))
			return line;
		if (first.n == 0 && !is_frame(line))
			first = line;
	}
	return first;
}

/* What it died of, by its output; FAIL when it just failed. */
static enum outcome
death(struct span output)
{
	if (span_find(output, "panic: test timed out after") < output.n)
		return OUTCOME_TIMEOUT;
	if (span_find(output, "\npanic: ") < output.n || span_starts(output, "panic: ") ||
	    span_find(output, "fatal error: ") < output.n || span_find(output, "SIGSEGV") < output.n)
		return OUTCOME_CRASH;
	return OUTCOME_FAIL;
}

/* ---- ends ---- */

static void
tell(struct gotest *g, uint32_t unit, struct span name, enum outcome outcome, int64_t micros)
{
	struct go_unit *u = &g->units.p[unit];
	bool bad = outcome_evidence(outcome) == EVIDENCE_FAIL;
	struct seen s = {
		.name = name,
		.outcome = outcome,
		.rerun = u->failed_last && u->failed_in < g->units.p[u->package].n_ended,
		.micros = micros,
		.has_micros = micros >= 0,
	};

	if (bad || outcome == OUTCOME_BROKEN) {
		s.message = error_line(str_span(&u->output));
		s.details = str_span(&u->output);
	}
	collect_attempt(g->in.to, &s);
	u->failed_last = bad;
	u->failed_in = g->units.p[u->package].n_ended;
	u->running = false;
	g->units.p[u->package].n_failed += bad;
	forget_output(g, u);
}

static void
open_test(struct gotest *g, uint32_t unit)
{
	g->units.p[unit].running = true;
	g->units.p[unit].open_at = (uint32_t)g->open.n;
	vec_push(&g->open, unit);
}

static void
close_test(struct gotest *g, uint32_t unit, enum outcome outcome, int64_t micros)
{
	uint32_t at = g->units.p[unit].open_at;

	if (at < g->open.n && g->open.p[at] == unit) {
		g->open.p[at] = g->open.p[--g->open.n];
		g->units.p[g->open.p[at]].open_at = at;
	}
	tell(g, unit, g->names.texts.p[unit], outcome, micros);
}

/* Tests of the package that never said how they ended. */
static void
close_open(struct gotest *g, uint32_t package, bool failed)
{
	enum outcome all = failed ? death(str_span(&g->units.p[package].output)) : OUTCOME_UNKNOWN;
	size_t i;

	for (i = g->open.n; i-- > 0;) {
		uint32_t unit = g->open.p[i];
		enum outcome own;

		if (i >= g->open.n || (package != UINT32_MAX && g->units.p[unit].package != package))
			continue;
		own = failed ? death(str_span(&g->units.p[unit].output)) : OUTCOME_UNKNOWN;
		if (own == OUTCOME_FAIL)
			own = all == OUTCOME_TIMEOUT ? OUTCOME_TIMEOUT : OUTCOME_UNKNOWN;
		close_test(g, unit, own, -1);
	}
}

/* A package that failed although no test of it did: its build, its TestMain, an exit. */
static void
tell_package(struct gotest *g, uint32_t package, const struct jline_field *f, enum outcome outcome, int64_t micros)
{
	struct span output = str_span(&g->units.p[package].output);
	uint32_t build = f[FAILED_BUILD].there ? map_find(&g->builds, f[FAILED_BUILD].value) : MAP_NONE;
	bool built = !f[FAILED_BUILD].there && span_find(output, "[build failed]") == output.n &&
	             span_find(output, "[setup failed]") == output.n;
	uint32_t unit = test_unit(g, package, span_of("TestMain"));
	size_t i;

	if (build != MAP_NONE)
		keep_output(g, &g->units.p[unit], str_span(&g->build_output.p[build]));
	keep_output(g, &g->units.p[unit], str_span(&g->units.p[package].output));
	for (i = 0; i < g->units.n; i++) { /* a panic after a test has ended stands in its output */
		if (g->units.p[i].package == package && i != unit && i != package &&
		    death(str_span(&g->units.p[i].output)) != OUTCOME_FAIL)
			keep_output(g, &g->units.p[unit], str_span(&g->units.p[i].output));
	}
	if (outcome == OUTCOME_FAIL)
		outcome = built ? death(str_span(&g->units.p[unit].output)) : OUTCOME_BROKEN;
	tell(g, unit, g->names.texts.p[unit], outcome, micros);
}

static void
end_package(struct gotest *g, uint32_t package, const struct jline_field *f, enum outcome outcome, int64_t micros)
{
	bool failed = outcome == OUTCOME_FAIL;
	uint32_t main_unit;

	close_open(g, package, failed);
	str_clear(&g->name);
	str_addspan(&g->name, g->names.texts.p[package]);
	str_adds(&g->name, g->name.n ? ".TestMain" : "TestMain");
	main_unit = map_find(&g->names, str_span(&g->name));
	if ((failed && g->units.p[package].n_failed == 0) ||
	    (main_unit != MAP_NONE && g->units.p[main_unit].failed_last))
		tell_package(g, package, f, outcome, micros);
	g->units.p[package].running = false;
	g->units.p[package].ended = true;
	g->units.p[package].n_ended++;
	g->units.p[package].failed_last = failed;
	g->units.p[package].n_failed = 0;
	forget_output(g, &g->units.p[package]);
	g->units.p[package].output = (struct str)STR_INIT(OUTPUT_MAX);
}

/* ---- events ---- */

static void
note_time(struct gotest *g, struct span stamp)
{
	struct run *r = collect_run(g->in.to);

	if (!clock_read_stamp(stamp, &g->last_time))
		return;
	if (r->started == 0)
		r->started = g->last_time;
}

static uint32_t
build_output(struct gotest *g, struct span import, struct span output)
{
	uint32_t i = map_add(&g->builds, import);
	struct str s = STR_INIT(OUTPUT_MAX);

	if (i == g->build_output.n)
		vec_push(&g->build_output, s);
	str_addspan(&g->build_output.p[i], output);
	return i;
}

/* Before Go 1.24 a build is told between the events: "# PACKAGE", what the compiler says
 * (on standard error), and "FAIL<TAB>PACKAGE [build failed]". */
static void
on_printed(struct gotest *g, struct span line)
{
	struct jline_field f[N_FIELDS];
	uint32_t package;
	size_t blank_at;

	if (span_starts(line, "FAIL\t") &&
	    (span_ends(line, " [build failed]") || span_ends(line, " [setup failed]"))) {
		line = span_from(line, strlen("FAIL\t"));
		line.n = span_find(line, " [");
		memcpy(f, blank, sizeof(f));
		f[FAILED_BUILD].there = true;
		f[FAILED_BUILD].value = line;
		package = unit_of(g, line, UINT32_MAX);
		g->read_anything = true;
		g->printed = MAP_NONE;
		if (!g->units.p[package].ended)
			end_package(g, package, f, OUTCOME_FAIL, -1);
	} else if (span_starts(line, "# ")) {
		line = span_from(line, 2);
		blank_at = span_find(line, " [");
		g->printed = build_output(g, (struct span){ line.p, blank_at }, span_of(""));
	} else if (g->printed != MAP_NONE) {
		build_output(g, g->builds.texts.p[g->printed], line);
		build_output(g, g->builds.texts.p[g->printed], span_of("\n"));
	}
}

static const struct {
	const char *action;
	enum outcome outcome;
} ends[] = {
	{ "pass", OUTCOME_PASS }, { "fail", OUTCOME_FAIL }, { "skip", OUTCOME_SKIP }, { "bench", OUTCOME_PASS },
};

static void
on_test(struct gotest *g, uint32_t unit, const struct jline_field *f)
{
	struct go_unit *u = &g->units.p[unit];
	int64_t micros = f[ELAPSED].there ? clock_read_seconds(f[ELAPSED].value) : -1;
	enum outcome outcome;
	size_t i;

	if (span_is(f[ACTION].value, "run")) {
		if (u->running) /* it began again and nobody said how it ended */
			close_test(g, unit, OUTCOME_UNKNOWN, -1);
		open_test(g, unit);
	} else if (span_is(f[ACTION].value, "output")) {
		keep_output(g, u, f[OUTPUT].value);
	}
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (!span_is(f[ACTION].value, ends[i].action))
			continue;
		outcome = ends[i].outcome;
		if (outcome == OUTCOME_FAIL)
			outcome = death(str_span(&u->output));
		close_test(g, unit, outcome, micros);
		g->units.p[unit].output = (struct str)STR_INIT(OUTPUT_MAX);
	}
}

static void
on_package(struct gotest *g, uint32_t package, const struct jline_field *f)
{
	struct go_unit *u = &g->units.p[package];
	int64_t micros = f[ELAPSED].there ? clock_read_seconds(f[ELAPSED].value) : -1;
	size_t i;

	if (span_is(f[ACTION].value, "start"))
		u->ended = false;
	else if (span_is(f[ACTION].value, "output"))
		keep_output(g, u, f[OUTPUT].value);
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_is(f[ACTION].value, ends[i].action))
			end_package(g, package, f, ends[i].outcome, micros);
	}
}

static void
on_line(void *data, struct span line)
{
	struct gotest *g = data;
	struct jline_field f[N_FIELDS];
	bool cut = g->lines.n_dropped != g->n_dropped;
	uint32_t package;

	g->n_dropped = g->lines.n_dropped;
	line = span_trim(line);
	if (line.n == 0 || line.p[0] != '{') {
		on_printed(g, line);
		return;
	}
	g->printed = MAP_NONE;
	memcpy(f, blank, sizeof(f));
	if (!jline_read(line, cut, f, N_FIELDS, &g->scratch) || !f[ACTION].there) {
		if (span_find(line, "\"Action\"") < line.n)
			collect_unread(g->in.to, "no event: %.*s", (int)(line.n < 200 ? line.n : 200), line.p);
		return;
	}
	if (f[TIME].there)
		note_time(g, f[TIME].value);
	if (f[IMPORT].there && f[OUTPUT].there)
		build_output(g, f[IMPORT].value, f[OUTPUT].value);
	if (!f[PACKAGE].there && !f[TEST].there)
		return;
	if ((f[PACKAGE].there && f[PACKAGE].torn) || (f[TEST].there && f[TEST].torn)) {
		collect_unread(g->in.to, "an event of a test whose name is too long");
		return;
	}
	g->read_anything = true;
	package = unit_of(g, f[PACKAGE].there ? f[PACKAGE].value : span_of(""), UINT32_MAX);
	if (f[TEST].there && f[TEST].value.n)
		on_test(g, test_unit(g, package, f[TEST].value), f);
	else
		on_package(g, package, f);
}

/* ---- the row ---- */

static int
detect(struct span head, const char *path UNUSED)
{
	static const char *const package[] = { "\"Action\":", "\"Package\":", NULL };
	static const char *const test[] = { "\"Action\":", "\"run\"", "\"Test\":", NULL };
	static const char *const build[] = { "\"Action\":", "\"build-", "\"ImportPath\":", NULL };

	return jline_looks_like(head, package) || jline_looks_like(head, test) ||
	       jline_looks_like(head, build) ? 95 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct gotest *g = xcalloc(1, sizeof(*g));

	g->in = *in;
	g->printed = MAP_NONE;
	lines_init(&g->lines, on_line, g);
	g->scratch = (struct str)STR_INIT(2 * STR_LINE);
	g->name = (struct str)STR_INIT(2 * STR_LINE);
	collect_next_run(in->to)->format = span_of(read_gotest.name);
	return g;
}

static int
feed(void *state, struct span bytes, struct err *e UNUSED)
{
	struct gotest *g = state;

	lines_feed(&g->lines, bytes);
	return 0;
}

static int
finish(void *state, struct err *e UNUSED)
{
	struct gotest *g = state;
	struct run *r = collect_run(g->in.to);
	bool whole = g->read_anything, failed = false;
	size_t i;

	lines_finish(&g->lines);
	for (i = g->open.n; i-- > 0;)
		close_test(g, g->open.p[i], OUTCOME_UNKNOWN, -1);
	for (i = 0; i < g->units.n; i++) {
		if (g->units.p[i].package != i)
			continue;
		whole &= g->units.p[i].ended;
		failed |= g->units.p[i].failed_last;
	}
	r->truncated = !whole;
	if (whole)
		r->verdict = failed ? RUN_FAILED : RUN_PASSED;
	if (r->started && g->last_time >= r->started)
		r->micros = (g->last_time - r->started) * 1000000;
	return 0;
}

static void
stop(void *state)
{
	struct gotest *g = state;
	size_t i;

	for (i = 0; i < g->units.n; i++)
		str_release(&g->units.p[i].output);
	for (i = 0; i < g->build_output.n; i++)
		str_release(&g->build_output.p[i]);
	vec_release(&g->units);
	vec_release(&g->open);
	vec_release(&g->build_output);
	map_release(&g->names);
	map_release(&g->builds);
	lines_release(&g->lines);
	str_release(&g->scratch);
	str_release(&g->name);
	free(g);
}

const struct reader read_gotest = {
	.name = "gotest",
	.title = "go test -json",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
