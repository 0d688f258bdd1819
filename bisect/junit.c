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
number(const char *text)
{
	uint64_t v;

	return text && span_u64(span_of(text), &v) && v <= INT64_MAX ? (int64_t)v : -1;
}

static bool
put(struct str *s, const char *text)
{
	str_clear(s);
	return text && str_adds(s, text);
}

static void
open_suite(struct junit *j, const char *const *attrs)
{
	if (j->depth < SUITES_MAX) {
		struct junit_suite *s = &j->suites[j->depth];
		struct str *name = &j->suite_names[j->depth];
		const char *skipped = xml_attr(attrs, "skipped");

		s->name = put(name, xml_attr(attrs, "name")) ? str_c(name) : NULL;
		s->tests = number(xml_attr(attrs, "tests"));
		s->errors = number(xml_attr(attrs, "errors"));
		s->failures = number(xml_attr(attrs, "failures"));
		s->skipped = number(skipped ? skipped : xml_attr(attrs, "skip"));
	}
	j->depth++;
}

static void
open_case(struct junit *j, const char *const *attrs)
{
	const char *status = xml_attr(attrs, "status"), *time = xml_attr(attrs, "time");

	j->in_case = true;
	j->in_failure = j->in_outcome = j->unexpected = false;
	j->has_name = put(&j->name, xml_attr(attrs, "name"));
	j->has_class = put(&j->classname, xml_attr(attrs, "classname"));
	j->has_file = put(&j->file, xml_attr(attrs, "file"));
	j->micros = time ? clock_read_seconds(span_of(time)) : -1;
	j->status = status && (strcmp(status, "notrun") == 0 || strcmp(status, "disabled") == 0)
	            ? TEST_SKIP : TEST_PASS;
	str_clear(&j->message);
	str_clear(&j->text);
}

static void
on_open(void *data, const char *name, const char *const *attrs)
{
	struct junit *j = data;

	if (strcmp(name, "testsuite") == 0) {
		open_suite(j, attrs);
	} else if (strcmp(name, "testcase") == 0) {
		open_case(j, attrs);
	} else if (j->in_case && (strcmp(name, "failure") == 0 || strcmp(name, "error") == 0)) {
		j->status = TEST_FAIL;
		j->in_failure = j->message.n == 0 && j->text.n == 0;
		if (j->in_failure)
			put(&j->message, xml_attr(attrs, "message"));
	} else if (j->in_case && strcmp(name, "outcome") == 0) {
		j->in_outcome = true;
	} else if (j->in_case && strcmp(name, "skipped") == 0 && j->status == TEST_PASS) {
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
		put(&j->message, "unexpected success");
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
on_close(void *data, const char *name)
{
	struct junit *j = data;

	if (strcmp(name, "testsuite") == 0) {
		j->depth--;
		if (j->depth < SUITES_MAX && j->events->suite)
			j->events->suite(j->events->data, &j->suites[j->depth]);
	} else if (strcmp(name, "testcase") == 0 && j->in_case) {
		close_case(j);
	} else if (strcmp(name, "failure") == 0 || strcmp(name, "error") == 0) {
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
