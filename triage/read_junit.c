/*
 * JUnit XML in all its dialects: Surefire and Gradle, pytest, nextest, GoogleTest, CTest,
 * jest, mocha, PHPUnit, Swift, regrtest and the others.  Cases are read wherever they
 * stand; a name that comes again is another attempt of the same test.
 */
#include "common/base.h"
#include "triage/read_junit_in.h"

#include "common/clock.h"

extern const struct reader read_junit;

/* ---- attributes ---- */

static void
put(struct str *s, struct span text)
{
	str_clear(s);
	str_addspan(s, text);
}

/* When it began, and how long it took, if this element is the first to say so. */
static void
note_times(struct junit *j, const struct xml_attrs *attrs, bool root)
{
	struct run *r = collect_run(j->in.to);
	struct span stamp = xml_value(attrs, "timestamp");
	int64_t at;

	if (stamp.p == NULL)
		stamp = xml_value(attrs, "start"); /* regrtest */
	if (clock_read_stamp(stamp, &at) && (r->started == 0 || at < r->started))
		r->started = at;
	if (root && r->micros < 0)
		r->micros = clock_read_seconds(xml_value(attrs, "time"));
}

/* ---- suites ---- */

static bool
is_pytest(struct span name)
{
	return span_is(name, "pytest") || span_is(name, "pytest tests");
}

static void
open_suite(struct junit *j, const struct xml_attrs *attrs)
{
	struct span name = xml_value(attrs, "name"), file = xml_value(attrs, "file");
	struct junit_suite *s;

	note_times(j, attrs, j->depth == 0);
	if (j->depth++ >= JUNIT_SUITES_MAX)
		return;
	s = &j->suites[j->depth - 1];
	put(&s->name, name);
	put(&s->file, j->depth == 1 || file.p ? file : str_span(&s[-1].file));
	s->serial = ++j->n_suites;
	s->pytest = j->pytest || is_pytest(name);
	s->repeats = span_find(name, "@stress-") < name.n;
}

static void
open_root(struct junit *j, const struct xml_attrs *attrs)
{
	j->pytest = is_pytest(xml_value(attrs, "name"));
	j->bare_root = attrs->n == 0;
	note_times(j, attrs, true);
}

static void
close_suite(struct junit *j)
{
	if (j->depth)
		j->depth--;
}

/* ---- cases ---- */

/* Node.js writes the class "test" everywhere: its suites are what a test stands in. */
static bool
is_of_node(const struct junit *j, struct span class_name)
{
	return j->bare_root && span_is(class_name, "test") && !junit_suite(j)->pytest;
}

/* SUITE > SUITE > NAME, as its TAP says it. */
static void
name_by_suites(struct junit *j, struct span name)
{
	unsigned i;

	str_clear(&j->now.name);
	for (i = 0; i < j->depth && i < JUNIT_SUITES_MAX; i++)
		str_addf(&j->now.name, "%s > ", str_c(&j->suites[i].name));
	str_addspan(&j->now.name, name);
}

static void
open_case(struct junit *j, const struct xml_attrs *attrs)
{
	struct junit_case *c = &j->now;
	struct span name = { NULL, 0 }, class_name = name, file = name, time = name, status = name, result = name;
	size_t i;

	if (c->open)
		junit_tell_case(j, true);
	c->open = c->empty = true;
	c->failed = c->skipped = c->expected = c->todo = c->passed_late = c->has_message = c->in_output = false;
	str_clear(&c->message);
	str_clear(&c->text);
	vec_clear(&c->flaky);
	vec_clear(&c->reruns);
	for (i = 0; i < attrs->n; i++) {
		struct span key = attrs->p[i].name, value = attrs->p[i].value;

		if (span_is(key, "name"))
			name = value;
		else if (span_is(key, "classname"))
			class_name = value;
		else if (span_is(key, "time"))
			time = value;
		else if (span_is(key, "file"))
			file = value;
		else if (span_is(key, "status"))
			status = value;
		else if (span_is(key, "result"))
			result = value;
	}
	put(&c->file, file);
	if (is_of_node(j, class_name))
		name_by_suites(j, name);
	else
		junit_name(&c->name, name, class_name, str_span(&junit_suite(j)->name));
	c->micros = clock_read_seconds(time);
	c->by_attribute = junit_status(status, result);
}

static void
close_case(struct junit *j)
{
	if (j->now.open)
		junit_tell_case(j, false);
}

static void
open_skipped(struct junit *j, const struct xml_attrs *attrs)
{
	struct span type = xml_value(attrs, "type");

	j->now.skipped = true;
	j->now.expected = span_is(type, "pytest.xfail") || span_is(type, "XFAIL");
	j->now.todo = span_is(type, "todo");
}

/* ---- what failed ---- */

static void
open_fault(struct junit *j, const struct xml_attrs *attrs, enum junit_fault kind)
{
	struct junit_case *c = &j->now;
	struct span type = xml_value(attrs, "type"), message = xml_value(attrs, "message");
	struct junit_try t = { junit_fault_outcome(type, message), clock_read_seconds(xml_value(attrs, "time")) };
	bool of_other = kind == JUNIT_FAILURE && span_is(type, "flaky failure");

	j->in_fault = 1;
	if (!c->open) {
		put(&c->message, message);
		str_clear(&c->text);
		j->capture = true;
		return;
	}
	if (kind == JUNIT_FLAKY && c->flaky.n < JUNIT_TRIES_MAX) {
		vec_push(&c->flaky, t);
	} else if (kind == JUNIT_RERUN && c->reruns.n < JUNIT_TRIES_MAX) {
		vec_push(&c->reruns, t);
	} else if (of_other) {
		c->passed_late = true;
	} else if (kind == JUNIT_FAILURE && !c->failed) {
		c->failed = true;
		c->fault = t.outcome;
	}
	if (c->has_message || of_other)
		return;
	c->has_message = j->capture = true;
	put(&c->message, message);
	if (c->file.n == 0)
		put(&c->file, xml_value(attrs, "file"));
}

static void
open_failure(struct junit *j, const struct xml_attrs *attrs)
{
	open_fault(j, attrs, JUNIT_FAILURE);
}

static void
open_flaky(struct junit *j, const struct xml_attrs *attrs)
{
	open_fault(j, attrs, JUNIT_FLAKY);
}

static void
open_rerun(struct junit *j, const struct xml_attrs *attrs)
{
	open_fault(j, attrs, JUNIT_RERUN);
}

static void
close_fault(struct junit *j)
{
	if (j->in_fault && !j->now.open && j->depth)
		junit_tell_suite_fault(j);
	j->in_fault = j->muted = 0;
	j->capture = false;
}

/* What a failed test printed, if its fault has no word. */
static void
open_output(struct junit *j, const struct xml_attrs *attrs UNUSED)
{
	struct junit_case *c = &j->now;

	if (c->open && c->failed && c->message.n == 0 && c->text.n == 0)
		j->capture = c->in_output = true;
}

static void
close_output(struct junit *j)
{
	j->capture = false;
}

static void
open_outcome(struct junit *j, const struct xml_attrs *attrs UNUSED)
{
	j->in_outcome = j->now.open;
	str_clear(&j->line);
}

/* regrtest's word, and the only text of the element. */
static void
close_outcome(struct junit *j)
{
	if (j->in_outcome && span_find(str_span(&j->line), "UNEXPECTED") < j->line.n) {
		j->now.failed = j->now.has_message = true;
		j->now.fault = OUTCOME_XPASS;
		put(&j->now.message, span_of("unexpected success"));
	}
	j->in_outcome = false;
}

/* ---- elements ---- */

static const struct element {
	struct span name;
	void (*open)(struct junit *j, const struct xml_attrs *attrs);
	void (*close)(struct junit *j);
} elements[] = {
#define NAME(text) { text, sizeof(text) - 1 }
	{ NAME("testcase"), open_case, close_case },
	{ NAME("testsuite"), open_suite, close_suite },
	{ NAME("failure"), open_failure, close_fault },
	{ NAME("error"), open_failure, close_fault },
	{ NAME("skipped"), open_skipped, NULL },
	{ NAME("flakyFailure"), open_flaky, close_fault },
	{ NAME("flakyError"), open_flaky, close_fault },
	{ NAME("rerunFailure"), open_rerun, close_fault },
	{ NAME("rerunError"), open_rerun, close_fault },
	{ NAME("outcome"), open_outcome, close_outcome },
	{ NAME("testsuites"), open_root, NULL },
	{ NAME("system-out"), open_output, close_output },
#undef NAME
};

static const struct element *
find_element(struct span name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(elements); i++) {
		if (elements[i].name.n == name.n && memcmp(elements[i].name.p, name.p, name.n) == 0)
			return &elements[i];
	}
	return NULL;
}

/* In a fault only what it says itself and its stack trace are its text. */
static bool
is_mute(struct span name)
{
	return !span_is(name, "stackTrace");
}

static void
on_open(void *data, struct span name, const struct xml_attrs *attrs)
{
	struct junit *j = data;
	const struct element *el;

	if (j->in_fault) {
		j->muted += is_mute(name);
		return;
	}
	el = find_element(name);
	if (el && el->open)
		el->open(j, attrs);
	if (el == NULL || el->open != open_case)
		j->now.empty = false;
	xml_want_text(j->xml, j->capture || j->in_outcome);
}

static void
on_close(void *data, struct span name)
{
	struct junit *j = data;
	const struct element *el;

	if (j->in_fault && j->muted) {
		j->muted -= is_mute(name);
		return;
	}
	if (j->in_fault && !is_mute(name))
		return;
	el = find_element(name);
	if (el && el->close)
		el->close(j);
	xml_want_text(j->xml, j->capture || j->in_outcome);
}

static void
on_text(void *data, struct span text)
{
	struct junit *j = data;
	size_t room = j->now.text.max - j->now.text.n;

	if (j->capture && !j->muted)
		str_add(&j->now.text, text.p, text.n < room ? text.n : room);
	if (j->in_outcome)
		str_addspan(&j->line, text);
}

/* ---- the row ---- */

static int
detect(struct span head, const char *path UNUSED)
{
	struct span root = xml_root(head);

	return span_is(root, "testsuites") || span_is(root, "testsuite") ? 100 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct junit *j = xcalloc(1, sizeof(*j));
	struct xml_events events = { on_open, on_close, on_text, j };
	struct str *names[] = { &j->now.file, &j->now.message };
	size_t i;

	j->in = *in;
	j->xml = xml_new(&events);
	xml_want_text(j->xml, false);
	for (i = 0; i < ARRAY_LEN(names); i++)
		*names[i] = (struct str)STR_INIT(JUNIT_NAME_MAX);
	for (i = 0; i < JUNIT_SUITES_MAX; i++)
		j->suites[i].name = j->suites[i].file = (struct str)STR_INIT(JUNIT_NAME_MAX);
	j->now.name = (struct str)STR_INIT(2 * JUNIT_NAME_MAX + 1);
	j->now.text = (struct str)STR_INIT(JUNIT_TEXT_MAX);
	j->line = (struct str)STR_INIT(2 * JUNIT_NAME_MAX + 1);
	collect_next_run(in->to)->format = span_of(read_junit.name);
	return j;
}

/* A case that the document breaks off in: what failed has failed, anything else is unknown. */
static int
broke_off(struct junit *j)
{
	if (j->now.open)
		junit_tell_case(j, true);
	else
		junit_doubt_last(j);
	return -1;
}

static int
feed(void *state, struct span bytes, struct err *e)
{
	struct junit *j = state;

	return xml_feed(j->xml, bytes, e) < 0 ? broke_off(j) : 0;
}

static int
finish(void *state, struct err *e)
{
	struct junit *j = state;
	struct run *r = collect_run(j->in.to);
	size_t i;

	if (xml_finish(j->xml, e) < 0)
		return broke_off(j);
	if (r->tests.n)
		r->verdict = RUN_PASSED;
	for (i = 0; i < r->tests.n; i++) {
		const struct run_test *t = &r->tests.p[i];

		if (outcome_evidence(t->attempts.p[t->attempts.n - 1].outcome) == EVIDENCE_FAIL)
			r->verdict = RUN_FAILED;
	}
	return 0;
}

static void
stop(void *state)
{
	struct junit *j = state;
	size_t i;

	xml_free(j->xml);
	for (i = 0; i < JUNIT_SUITES_MAX; i++) {
		str_release(&j->suites[i].name);
		str_release(&j->suites[i].file);
	}
	str_release(&j->now.name);
	str_release(&j->now.file);
	str_release(&j->now.message);
	str_release(&j->now.text);
	str_release(&j->line);
	vec_release(&j->now.flaky);
	vec_release(&j->now.reruns);
	vec_release(&j->empty_in);
	free(j);
}

const struct reader read_junit = {
	.name = "junit",
	.title = "JUnit XML",
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
