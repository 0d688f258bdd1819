/*
 * TAP (Test Anything Protocol), versions 12 to 14, also in the middle of a console: tests with
 * their YAML blocks, subtests (PARENT > CHILD), plans, bail-outs.  Equal descriptions are
 * different tests and are counted.  Node's `# TODO : Fix flaky test` is a failure of a
 * test that is known to be flaky, and no expected one.
 */
#include "common/base.h"
#include "triage/read_tap_in.h"

#include <stdio.h>
#include <strings.h>

#include "triage/errtext.h"

extern const struct reader read_tap;

struct tap {
	struct console console; /* first: console_feed_state */
	struct reader_input in;
	struct tap_level levels[TAP_LEVELS_MAX];
	struct tap_waiting now;
	struct map names;      /* of tests, to count those of one name */
	VEC(uint32_t) counts;
	struct str file;       /* that prove runs: "t/a.t" */
	struct str full;       /* scratch */
	int comment_step;      /* from the level of "# Subtest" to the one it names; -1: not known yet */
	bool streamed;         /* a plan, a version or a test came */
	bool bailed, short_plan, unplanned, failed;
	uint64_t n_tests;
};

/* ---- names ---- */

/* Without the escapes of version 14: "\#" and "\\". */
static void
add_plain(struct str *out, struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n && (text.p[i + 1] == '#' || text.p[i + 1] == '\\'))
			i++;
		str_addc(out, text.p[i]);
	}
}

/* FILE > PARENT > NAME, with a count where it came before. */
static struct span
full_name(struct tap *t, unsigned level, struct span name)
{
	uint32_t i;
	unsigned k;

	str_clear(&t->full);
	if (t->file.n)
		str_addf(&t->full, "%s > ", str_c(&t->file));
	for (k = 1; k <= level; k++) {
		if (t->levels[k].parent.n)
			str_addf(&t->full, "%s > ", str_c(&t->levels[k].parent));
	}
	add_plain(&t->full, name);
	i = map_add(&t->names, str_span(&t->full));
	if (i == t->counts.n)
		vec_push(&t->counts, 0);
	if (++t->counts.p[i] > 1)
		str_addf(&t->full, " (%u)", t->counts.p[i]);
	return str_span(&t->full);
}

/* ---- telling ---- */

static void
flush(struct tap *t)
{
	struct tap_waiting *w = &t->now;
	struct seen s = { .outcome = w->outcome, .micros = w->micros, .has_micros = w->micros >= 0 };

	w->in_yaml = w->in_text = false;
	if (!w->there)
		return;
	w->there = false;
	s.name = str_span(&w->name);
	if (outcome_evidence(w->outcome) == EVIDENCE_FAIL) {
		t->failed = true;
		s.message = w->message.n ? str_span(&w->message) : errtext_line(str_span(&w->details));
		s.details = str_span(&w->details);
	}
	collect_attempt(t->in.to, &s);
}

/* A level is at its end: were all of its planned tests there? */
static void
close_level(struct tap *t, unsigned level)
{
	struct tap_level *l = &t->levels[level];

	if (l->planned && l->n_seen < l->plan) {
		t->short_plan = true;
		collect_unread(t->in.to, "%llu of %llu planned tests are not there",
		               (unsigned long long)(l->plan - l->n_seen), (unsigned long long)l->plan);
	} else if (l->planned && l->n_seen > l->plan) {
		collect_unread(t->in.to, "%llu tests more than planned", (unsigned long long)(l->n_seen - l->plan));
	}
	t->unplanned |= level == 0 && !l->planned && l->n_seen > 0;
	l->planned = false;
	l->plan = l->n_seen = 0;
	str_clear(&l->parent);
}

static void
close_stream(struct tap *t)
{
	unsigned k;

	for (k = TAP_LEVELS_MAX; k-- > 0;)
		close_level(t, k);
}

/* ---- lines of TAP ---- */

static enum outcome
outcome_of(const struct tap_line *l)
{
	static const enum outcome of[] = {
		[TAP_PASS] = OUTCOME_PASS, [TAP_FAIL] = OUTCOME_FAIL, [TAP_SKIP] = OUTCOME_SKIP,
		[TAP_TODO] = OUTCOME_XFAIL,
	};
	size_t i;

	for (i = 0; l->result == TAP_TODO && i + 5 <= l->why.n; i++) {
		if (strncasecmp(l->why.p + i, "flaky", 5) == 0)
			return OUTCOME_FAIL;
	}
	return of[l->result];
}

static void
on_test(struct tap *t, unsigned level, const struct tap_line *l)
{
	struct tap_level *at = &t->levels[level];
	struct tap_waiting *w = &t->now;
	char number[32];
	struct span name = l->text;

	/* what a console says again when all is over: "not ok 7 ..." */
	if (level == 0 && at->planned && at->n_seen >= at->plan && l->number > 0 && l->number <= at->plan)
		return;
	at->n_seen++;
	t->streamed = true;
	t->n_tests++;
	if (name.n == 0) {
		snprintf(number, sizeof(number), "test %llu",
		         (unsigned long long)(l->number ? l->number : at->n_seen));
		name = span_of(number);
	}
	w->there = w->commented = true;
	w->outcome = outcome_of(l);
	w->micros = l->micros;
	str_clear(&w->message);
	str_clear(&w->details);
	str_clear(&w->name);
	str_addspan(&w->name, full_name(t, level, name));
}

/* A second plan begins another stream; one behind the tests ends this. */
static void
on_plan(struct tap *t, unsigned level, const struct tap_line *l)
{
	if (t->levels[level].planned)
		close_level(t, level);
	t->levels[level].planned = true;
	t->levels[level].plan = l->number;
	t->streamed = true;
}

/* "# Subtest: name" says what the next level is; Perl's writers indent it with that, which
 * shows at the first. */
static void
on_comment(struct tap *t, unsigned level, struct span text)
{
	if (!span_starts(text, "# Subtest: "))
		return;
	if (t->comment_step < 0)
		t->comment_step = level == 0;
	level += (unsigned)t->comment_step;
	if (level == 0 || level >= TAP_LEVELS_MAX)
		return;
	close_level(t, level);
	add_plain(&t->levels[level].parent, span_trim(span_from(text, strlen("# Subtest: "))));
	t->streamed = true;
}

/* "#   Failed test 'x'", right behind the line of a failed test; not the counts at the end of all. */
static void
on_diagnosis(struct tap *t, struct span text)
{
	static const char *const counts[] = {
		"tests ", "pass ", "fail ", "skip ", "todo ", "Looks like you ", "duration_ms ",
	};
	struct tap_waiting *w = &t->now;
	size_t i;

	text = span_trim(span_from(text, 1));
	for (i = 0; i < ARRAY_LEN(counts); i++) {
		if (span_starts(text, counts[i]))
			w->commented = false;
	}
	if (w->there && w->commented && text.n && w->outcome == OUTCOME_FAIL) {
		str_addspan(&w->details, text);
		str_addc(&w->details, '\n');
	}
}

/* prove -v says which file comes: "t/queue.t .." */
static void
on_file(struct tap *t, struct span line)
{
	size_t n = span_find(line, ".t ."), i;

	if (n >= line.n || span_find(line, " ") != n + 2)
		return;
	for (i = n + 3; i < line.n; i++) {
		if (line.p[i] != '.' && line.p[i] != ' ')
			return;
	}
	close_stream(t);
	str_clear(&t->file);
	str_add(&t->file, line.p, n + 2);
}

/* ---- all lines ---- */

static void
on_markup(struct tap *t, unsigned level, struct span x)
{
	struct tap_line l = tap_parse(x);
	bool version = level == 0 && span_starts(x, "TAP version ");

	if (l.kind != TAP_OTHER || version)
		flush(t);
	else if (!span_starts(x, "#"))
		t->now.commented = false;
	if (version) {
		close_stream(t);
		t->streamed = true;
	} else if (l.kind == TAP_TEST) {
		on_test(t, level, &l);
	} else if (l.kind == TAP_PLAN) {
		on_plan(t, level, &l);
	} else if (l.kind == TAP_BAIL) {
		t->bailed = true;
	} else if (span_starts(x, "#")) {
		on_comment(t, level, x);
		on_diagnosis(t, x);
	} else if (level == 0) {
		on_file(t, x);
	}
}

static void
on_line(void *data, struct span line)
{
	struct tap *t = data;
	struct tap_waiting *w = &t->now;
	unsigned indent = 0;
	struct span x;

	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	x = span_from(line, indent);
	if (w->in_yaml) {
		if (!tap_yaml_line(w, line, indent))
			flush(t);
	} else if (w->there && span_is(span_trim(x), "---") && indent > 0) {
		w->in_yaml = true;
		w->indent = indent;
	} else if (indent % TAP_INDENT == 0 && indent / TAP_INDENT < TAP_LEVELS_MAX &&
	           (indent == 0 || t->streamed)) {
		on_markup(t, indent / TAP_INDENT, x);
	}
}

/* ---- the row ---- */

/* A version; or a plan and a test; or three tests. */
static int
detect(struct span head, const char *path)
{
	bool named = span_ends(span_of(path), ".tap");
	unsigned n_tests = 0, n_plans = 0;
	struct span line;

	while (span_next(&head, '\n', &line)) {
		struct tap_line l = tap_parse(span_trim(line));

		if (span_starts(line, "TAP version 1"))
			return 90;
		n_plans += l.kind == TAP_PLAN;
		n_tests += l.kind == TAP_TEST && l.number > 0;
	}
	if (n_plans && n_tests)
		return 70;
	return n_tests >= 3 || (named && (n_plans || n_tests)) ? 50 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct tap *t = xcalloc(1, sizeof(*t));
	unsigned k;

	t->in = *in;
	t->comment_step = -1;
	console_init(&t->console, in->to, in->warn, on_line, t);
	for (k = 0; k < TAP_LEVELS_MAX; k++)
		t->levels[k].parent = (struct str)STR_INIT(STR_LINE);
	t->now.name = (struct str)STR_INIT(2 * TAP_LEVELS_MAX * STR_LINE);
	t->now.message = (struct str)STR_INIT(TAP_TEXT_MAX);
	t->now.details = (struct str)STR_INIT(TAP_TEXT_MAX);
	t->file = (struct str)STR_INIT(STR_LINE);
	t->full = (struct str)STR_INIT(2 * TAP_LEVELS_MAX * STR_LINE);
	collect_next_run(in->to)->format = span_of(read_tap.name);
	return t;
}

/* A line that was cut may lack what changes its sense ("not ok 3 x # TODO"), or half of its name. */
static int
finish(void *state, struct err *e UNUSED)
{
	struct tap *t = state;
	struct run *r = collect_run(t->in.to);
	bool torn = t->console.lines.pending;

	console_finish(&t->console);
	if (torn && t->now.there && !t->now.in_yaml && outcome_evidence(t->now.outcome) == EVIDENCE_PASS)
		t->now.outcome = OUTCOME_UNKNOWN;
	flush(t);
	close_stream(t);
	r->truncated = t->short_plan || t->bailed || t->unplanned;
	if (t->bailed)
		r->verdict = RUN_STOPPED;
	else if (!r->truncated && t->n_tests)
		r->verdict = t->failed ? RUN_FAILED : RUN_PASSED;
	return 0;
}

static void
stop(void *state)
{
	struct tap *t = state;
	unsigned k;

	for (k = 0; k < TAP_LEVELS_MAX; k++)
		str_release(&t->levels[k].parent);
	str_release(&t->now.name);
	str_release(&t->now.message);
	str_release(&t->now.details);
	str_release(&t->file);
	str_release(&t->full);
	map_release(&t->names);
	vec_release(&t->counts);
	console_release(&t->console);
	free(t);
}

const struct reader read_tap = {
	.name = "tap",
	.title = "TAP (Test Anything Protocol)",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = console_feed_state,
	.finish = finish,
	.free = stop,
};
