/*
 * Jenkins' own junitResult.xml (its JUnit plugin's memory of a build): suites of cases, with
 * elements where JUnit has attributes, and re-runs where Surefire's were read.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "common/clock.h"
#include "common/xml.h"
#include "triage/errtext.h"

extern const struct reader read_jenkins;

enum { TEXT_MAX = 256 << 10 };

struct jenkins {
	struct reader_input in;
	struct xml *xml;
	bool in_case, in_rerun, any_failed;
	bool wanted;                 /* the text of this element is kept */
	struct str text;
	/* the open case */
	bool skipped, failed;
	unsigned n_flaky, n_rerun;
	int64_t micros;
	struct str class_name, name, message, trace, full;
};

static void
tell_one(struct jenkins *j, enum outcome outcome, bool rerun, int64_t micros)
{
	struct seen s = {
		.name = str_span(&j->full),
		.outcome = outcome,
		.rerun = rerun,
		.micros = micros,
		.has_micros = micros >= 0,
	};

	if (outcome == OUTCOME_FAIL) {
		s.message = j->message.n ? str_span(&j->message) : errtext_line(str_span(&j->trace));
		span_next(&(struct span){ s.message.p, s.message.n }, '\n', &s.message);
		s.details = str_span(&j->trace);
		j->any_failed |= !j->n_flaky;
	}
	collect_attempt(j->in.to, &s);
}

static void
tell(struct jenkins *j, bool whole)
{
	enum outcome end = j->failed ? OUTCOME_FAIL : !whole ? OUTCOME_UNKNOWN
	                 : j->skipped ? OUTCOME_SKIP : OUTCOME_PASS;
	unsigned i;

	str_clear(&j->full);
	str_addspan(&j->full, str_span(&j->class_name));
	if (j->class_name.n && j->name.n)
		str_addc(&j->full, '.');
	str_addspan(&j->full, str_span(&j->name));
	j->in_case = false;
	if (j->full.n == 0)
		return;
	for (i = 0; i < j->n_flaky; i++)
		tell_one(j, OUTCOME_FAIL, i > 0, -1);
	tell_one(j, end, j->n_flaky > 0, j->micros);
	for (i = 0; i < j->n_rerun; i++)
		tell_one(j, OUTCOME_FAIL, true, -1);
}

/* ---- elements ---- */

static void
open_case(struct jenkins *j)
{
	if (j->in_case)
		tell(j, false);
	j->in_case = true;
	j->in_rerun = j->skipped = j->failed = false;
	j->n_flaky = j->n_rerun = 0;
	j->micros = -1;
	str_clear(&j->class_name);
	str_clear(&j->name);
	str_clear(&j->message);
	str_clear(&j->trace);
}

/* Elements of a case whose text is kept; NULL: not of those. */
static struct str *
text_of(struct jenkins *j, struct span name)
{
	if (span_is(name, "className"))
		return &j->class_name;
	if (span_is(name, "testName"))
		return &j->name;
	if (span_is(name, "errorDetails") || span_is(name, "message"))
		return &j->message;
	return span_is(name, "errorStackTrace") || span_is(name, "stackTrace") ? &j->trace : NULL;
}

static bool
is_fact(struct span name)
{
	return span_is(name, "duration") || span_is(name, "skipped");
}

/* "flakyFailure", or with the name of its class before. */
static bool
is_try(struct span name, const char *end)
{
	return span_ends(name, end);
}

static void
on_open(void *data, struct span name, const struct xml_attrs *attrs UNUSED)
{
	struct jenkins *j = data;

	if (span_is(name, "case")) {
		open_case(j);
	} else if (j->in_case && is_try(name, "lakyFailure")) {
		j->in_rerun = true;
		j->n_flaky += j->n_flaky < 1000;
	} else if (j->in_case && is_try(name, "erunFailure")) {
		j->in_rerun = true;
		j->n_rerun += j->n_rerun < 1000;
	}
	j->wanted = j->in_case && (text_of(j, name) || (is_fact(name) && !j->in_rerun));
	str_clear(&j->text);
	xml_want_text(j->xml, j->wanted);
}

static void
take_text(struct jenkins *j, struct span name)
{
	struct span text = str_span(&j->text);
	struct str *to = text_of(j, name);

	if (span_is(name, "duration"))
		j->micros = clock_read_seconds(text);
	else if (span_is(name, "skipped"))
		j->skipped = span_is(span_trim(text), "true");
	else if (to && to->n == 0)
		str_addspan(to, text);
	if (!j->in_rerun && (span_is(name, "errorDetails") || span_is(name, "errorStackTrace")))
		j->failed = true;
}

static void
on_close(void *data, struct span name)
{
	struct jenkins *j = data;

	if (j->wanted)
		take_text(j, name);
	j->wanted = false;
	xml_want_text(j->xml, false);
	if (span_is(name, "case") && j->in_case)
		tell(j, true);
	else if (is_try(name, "lakyFailure") || is_try(name, "erunFailure"))
		j->in_rerun = false;
}

static void
on_text(void *data, struct span text)
{
	struct jenkins *j = data;
	size_t room = j->text.max - j->text.n;

	str_add(&j->text, text.p, text.n < room ? text.n : room);
}

/* ---- the row ---- */

static int
detect(struct span head, const char *path UNUSED)
{
	return span_is(xml_root(head), "result") && span_find(head, "<suites") < head.n ? 95 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct jenkins *j = xcalloc(1, sizeof(*j));
	struct xml_events events = { on_open, on_close, on_text, j };
	struct str *texts[] = { &j->text, &j->class_name, &j->name, &j->message, &j->trace };
	size_t i;

	j->in = *in;
	j->xml = xml_new(&events);
	xml_want_text(j->xml, false);
	for (i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = (struct str)STR_INIT(TEXT_MAX);
	j->full = (struct str)STR_INIT(2 * TEXT_MAX + 1);
	collect_next_run(in->to)->format = span_of(read_jenkins.name);
	return j;
}

static int
broke_off(struct jenkins *j)
{
	if (j->in_case)
		tell(j, false);
	return -1;
}

static int
feed(void *state, struct span bytes, struct err *e)
{
	struct jenkins *j = state;

	return xml_feed(j->xml, bytes, e) < 0 ? broke_off(j) : 0;
}

static int
finish(void *state, struct err *e)
{
	struct jenkins *j = state;

	if (xml_finish(j->xml, e) < 0)
		return broke_off(j);
	if (collect_run(j->in.to)->tests.n)
		collect_run(j->in.to)->verdict = j->any_failed ? RUN_FAILED : RUN_PASSED;
	return 0;
}

static void
stop(void *state)
{
	struct jenkins *j = state;

	xml_free(j->xml);
	str_release(&j->text);
	str_release(&j->class_name);
	str_release(&j->name);
	str_release(&j->message);
	str_release(&j->trace);
	str_release(&j->full);
	free(j);
}

const struct reader read_jenkins = {
	.name = "jenkins",
	.title = "Jenkins' junitResult.xml",
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
