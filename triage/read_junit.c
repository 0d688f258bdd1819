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
put(struct str *s, const char *text)
{
	str_clear(s);
	if (text)
		str_adds(s, text);
}

static int64_t
seconds(const char *text)
{
	return text ? clock_read_seconds(span_of(text)) : -1;
}

/* When it began, and how long it took, if this element is the first to say so. */
static void
note_times(struct junit *j, const char *const *attrs, bool root)
{
	struct run *r = collect_run(j->in.to);
	const char *stamp = xml_attr(attrs, "timestamp");
	int64_t at;

	if (stamp == NULL)
		stamp = xml_attr(attrs, "start"); /* regrtest */
	if (stamp && clock_read_stamp(span_of(stamp), &at) && (r->started == 0 || at < r->started))
		r->started = at;
	if (root && r->micros < 0)
		r->micros = seconds(xml_attr(attrs, "time"));
}

/* ---- suites ---- */

static bool
is_pytest(const char *name)
{
	return name && (strcmp(name, "pytest") == 0 || strcmp(name, "pytest tests") == 0);
}

static void
open_suite(struct junit *j, const char *const *attrs)
{
	const char *name = xml_attr(attrs, "name"), *file = xml_attr(attrs, "file");
	struct junit_suite *s;

	note_times(j, attrs, j->depth == 0);
	if (j->depth++ >= JUNIT_SUITES_MAX)
		return;
	s = &j->suites[j->depth - 1];
	put(&s->name, name);
	if (j->depth == 1 || file)
		put(&s->file, file);
	else
		put(&s->file, str_c(&s[-1].file));
	s->serial = ++j->n_suites;
	s->pytest = j->pytest || is_pytest(name);
	s->repeats = name && strstr(name, "@stress-");
}

static void
open_root(struct junit *j, const char *const *attrs)
{
	j->pytest = is_pytest(xml_attr(attrs, "name"));
	j->bare_root = *attrs == NULL;
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
is_of_node(const struct junit *j, const char *classname)
{
	return j->bare_root && classname[0] == 't' && strcmp(classname, "test") == 0 && !junit_suite(j)->pytest;
}

/* SUITE > SUITE > NAME, as its TAP says it. */
static void
name_by_suites(struct junit *j, const char *name)
{
	unsigned i;

	str_clear(&j->now.name);
	for (i = 0; i < j->depth && i < JUNIT_SUITES_MAX; i++)
		str_addf(&j->now.name, "%s > ", str_c(&j->suites[i].name));
	str_adds(&j->now.name, name);
}

static void
open_case(struct junit *j, const char *const *attrs)
{
	struct junit_case *c = &j->now;
	const char *name = "", *classname = "", *status = NULL, *result = NULL, *time = NULL;

	if (c->open)
		junit_tell_case(j, true);
	c->open = c->empty = true;
	c->failed = c->skipped = c->expected = c->todo = c->passed_late = c->has_message = false;
	str_clear(&c->file);
	str_clear(&c->message);
	str_clear(&c->text);
	vec_clear(&c->flaky);
	vec_clear(&c->reruns);
	for (; *attrs; attrs += 2) {
		const char *key = *attrs, *value = attrs[1];

		if (key[0] == 'n' && strcmp(key, "name") == 0)
			name = value;
		else if (key[0] == 'c' && strcmp(key, "classname") == 0)
			classname = value;
		else if (key[0] == 't' && strcmp(key, "time") == 0)
			time = value;
		else if (key[0] == 'f' && strcmp(key, "file") == 0)
			str_adds(&c->file, value);
		else if (key[0] == 's' && strcmp(key, "status") == 0)
			status = value;
		else if (key[0] == 'r' && strcmp(key, "result") == 0)
			result = value;
	}
	if (is_of_node(j, classname))
		name_by_suites(j, name);
	else
		junit_name(&c->name, span_of(name), span_of(classname), str_span(&junit_suite(j)->name));
	c->micros = seconds(time);
	c->by_attribute = status || result ? junit_status(status, result) : OUTCOME_PASS;
}

static void
close_case(struct junit *j)
{
	if (j->now.open)
		junit_tell_case(j, false);
}

static void
open_skipped(struct junit *j, const char *const *attrs)
{
	const char *type = xml_attr(attrs, "type");

	j->now.skipped = true;
	j->now.expected = type && (strcmp(type, "pytest.xfail") == 0 || strcmp(type, "XFAIL") == 0);
	j->now.todo = type && strcmp(type, "todo") == 0;
}

/* ---- what failed ---- */

static void
open_fault(struct junit *j, const char *const *attrs, enum junit_fault kind)
{
	struct junit_case *c = &j->now;
	const char *type = xml_attr(attrs, "type"), *message = xml_attr(attrs, "message");
	const char *file = xml_attr(attrs, "file");
	struct junit_try t = { junit_fault_outcome(type, message), seconds(xml_attr(attrs, "time")) };
	bool of_other = kind == JUNIT_FAILURE && type && strcmp(type, "flaky failure") == 0;

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
	put(&c->message, message ? message : "");
	if (c->file.n == 0)
		put(&c->file, file);
}

static void
open_failure(struct junit *j, const char *const *attrs)
{
	open_fault(j, attrs, JUNIT_FAILURE);
}

static void
open_flaky(struct junit *j, const char *const *attrs)
{
	open_fault(j, attrs, JUNIT_FLAKY);
}

static void
open_rerun(struct junit *j, const char *const *attrs)
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

static void
open_outcome(struct junit *j, const char *const *attrs UNUSED)
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
		put(&j->now.message, "unexpected success");
	}
	j->in_outcome = false;
}

/* ---- elements ---- */

static const struct element {
	const char *name;
	void (*open)(struct junit *j, const char *const *attrs);
	void (*close)(struct junit *j);
} elements[] = {
	{ "testcase", open_case, close_case },
	{ "testsuite", open_suite, close_suite },
	{ "failure", open_failure, close_fault },
	{ "error", open_failure, close_fault },
	{ "skipped", open_skipped, NULL },
	{ "flakyFailure", open_flaky, close_fault },
	{ "flakyError", open_flaky, close_fault },
	{ "rerunFailure", open_rerun, close_fault },
	{ "rerunError", open_rerun, close_fault },
	{ "outcome", open_outcome, close_outcome },
	{ "testsuites", open_root, NULL },
};

static const struct element *
find_element(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(elements); i++) {
		if (elements[i].name[0] == name[0] && strcmp(elements[i].name, name) == 0)
			return &elements[i];
	}
	return NULL;
}

/* In a fault only what it says itself and its stack trace are its text. */
static bool
is_mute(const char *name)
{
	return strcmp(name, "stackTrace") != 0;
}

static void
on_open(void *data, const char *name, const char *const *attrs)
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
on_close(void *data, const char *name)
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
