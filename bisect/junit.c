/* JUnit reports: see junit.h. */
#include "common/base.h"
#include "bisect/junit.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/fs.h"
#include "common/xml.h"

enum { SUITES_MAX = 16, TEXT_MAX = 16 << 10, NAME_BYTES = 1 << 20 };

/* The case that is open, and the suites around it. */
struct junit {
	const struct junit_events *events;
	struct junit_suite suites[SUITES_MAX];
	struct str suite_names[SUITES_MAX];
	unsigned depth;     /* of suites; those past SUITES_MAX are not told */
	bool in_case, has_name, has_class, has_file, in_failure, in_outcome, unexpected;
	enum test_status status;
	int64_t micros;
	struct str name, classname, file, message, text;
};

static int64_t
number(struct span text)
{
	uint64_t v;

	return span_u64(text, &v) && v <= INT64_MAX ? (int64_t)v : -1;
}

static bool
put(struct str *s, struct span text)
{
	str_clear(s);
	return text.p && str_addspan(s, text);
}

static void
open_suite(struct junit *j, const struct xml_attrs *attrs)
{
	if (j->depth < SUITES_MAX) {
		struct junit_suite *s = &j->suites[j->depth];
		struct str *name = &j->suite_names[j->depth];
		struct span skipped = xml_value(attrs, "skipped");

		s->name = put(name, xml_value(attrs, "name")) ? str_c(name) : NULL;
		s->tests = number(xml_value(attrs, "tests"));
		s->errors = number(xml_value(attrs, "errors"));
		s->failures = number(xml_value(attrs, "failures"));
		s->skipped = number(skipped.p ? skipped : xml_value(attrs, "skip"));
	}
	j->depth++;
}

static void
open_case(struct junit *j, const struct xml_attrs *attrs)
{
	struct span status = xml_value(attrs, "status"), time = xml_value(attrs, "time");

	j->in_case = true;
	j->in_failure = j->in_outcome = j->unexpected = false;
	j->has_name = put(&j->name, xml_value(attrs, "name"));
	j->has_class = put(&j->classname, xml_value(attrs, "classname"));
	j->has_file = put(&j->file, xml_value(attrs, "file"));
	j->micros = clock_read_seconds(time);
	j->status = span_is(status, "notrun") || span_is(status, "disabled") ? TEST_SKIP : TEST_PASS;
	str_clear(&j->message);
	str_clear(&j->text);
}

static void
on_open(void *data, struct span name, const struct xml_attrs *attrs)
{
	struct junit *j = data;

	if (span_is(name, "testsuite")) {
		open_suite(j, attrs);
	} else if (span_is(name, "testcase")) {
		open_case(j, attrs);
	} else if (j->in_case && (span_is(name, "failure") || span_is(name, "error"))) {
		j->status = TEST_FAIL;
		j->in_failure = j->message.n == 0 && j->text.n == 0;
		if (j->in_failure)
			put(&j->message, xml_value(attrs, "message"));
	} else if (j->in_case && span_is(name, "outcome")) {
		j->in_outcome = true;
	} else if (j->in_case && span_is(name, "skipped") && j->status == TEST_PASS) {
		j->status = TEST_SKIP;
	}
}

static void
on_text(void *data, struct span text)
{
	struct junit *j = data;
	size_t room = j->text.max - j->text.n;

	/* regrtest's word, and the only text of the element. */
	if (j->in_outcome && span_find(text, "UNEXPECTED") < text.n) {
		j->status = TEST_FAIL;
		j->unexpected = true;
		put(&j->message, span_of("unexpected success"));
	}
	if (j->in_failure)
		str_add(&j->text, text.p, text.n < room ? text.n : room);
}

static void
close_case(struct junit *j)
{
	struct junit_case c = {
		.name = j->has_name ? str_c(&j->name) : NULL,
		.classname = j->has_class ? str_c(&j->classname) : NULL,
		.file = j->has_file ? str_c(&j->file) : NULL,
		.status = j->status,
		.micros = j->micros,
		.unexpected = j->unexpected,
		.message = j->message.n ? str_c(&j->message) : str_c(&j->text),
	};

	j->in_case = j->in_outcome = false;
	j->events->testcase(j->events->data, &c);
}

static void
on_close(void *data, struct span name)
{
	struct junit *j = data;

	if (span_is(name, "testsuite")) {
		j->depth--;
		if (j->depth < SUITES_MAX && j->events->suite)
			j->events->suite(j->events->data, &j->suites[j->depth]);
	} else if (span_is(name, "testcase") && j->in_case) {
		close_case(j);
	} else if (span_is(name, "failure") || span_is(name, "error")) {
		j->in_failure = false;
	}
}

int
junit_parse(struct span bytes, const struct junit_events *events, struct err *e)
{
	struct junit j = { .events = events, .name = STR_INIT(NAME_BYTES),
	                   .classname = STR_INIT(NAME_BYTES), .file = STR_INIT(NAME_BYTES),
	                   .message = STR_INIT(NAME_BYTES), .text = STR_INIT(TEXT_MAX) };
	struct xml_events x = { on_open, on_close, on_text, &j };
	struct xml *xml;
	size_t i;
	int ret;

	for (i = 0; i < SUITES_MAX; i++)
		j.suite_names[i] = (struct str)STR_INIT(NAME_BYTES);
	xml = xml_new(&x);
	ret = xml_feed(xml, bytes, e);
	if (ret == 0)
		ret = xml_finish(xml, e);
	xml_free(xml);
	for (i = 0; i < SUITES_MAX; i++)
		str_release(&j.suite_names[i]);
	str_release(&j.name);
	str_release(&j.classname);
	str_release(&j.file);
	str_release(&j.message);
	str_release(&j.text);
	return ret;
}

int
junit_read(const char *path, const struct junit_events *events, bool *there, struct err *e)
{
	struct str bytes = STR_INIT(STR_FILE);
	int ret = 0;

	*there = access(path, F_OK) == 0;
	if (!*there)
		return 0;
	ret = fs_read(&bytes, path, e);
	if (ret == 0)
		ret = junit_parse(str_span(&bytes), events, e);
	if (ret < 0)
		err_prefix(e, "'%s'", path);
	str_release(&bytes);
	return ret;
}
