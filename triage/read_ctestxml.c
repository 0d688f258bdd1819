/*
 * CTest's Test.xml, as it goes to CDash, from 2005 on: results with their measurements, of
 * which the output may be base64 and zlib ("gzip").  Retries that passed are not in it: only
 * CTest's console has them.
 */
#include "common/base.h"
#include "triage/reader.h"

#include <stdio.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/map.h"
#include "common/unpack.h"
#include "common/xml.h"
#include "triage/errtext.h"

extern const struct reader read_ctestxml;

enum { VALUE_MAX = 1 << 20, UNPACKED_MAX = 4 << 20 };

/* Whose text is being kept. */
enum field { NOTHING, LISTED, NAME, FULL_NAME, VALUE, START, END };

struct ctestxml {
	struct reader_input in;
	struct xml *xml;
	struct unpack *unpack;
	bool in_list, in_test, in_measurement, encoded, packed, ended, any_failed;
	enum field field;
	struct str text;             /* of the field */
	struct map listed;           /* tests that should have run, without their paths */
	struct map told;             /* of those, the ones that have a result */
	/* the test that is open */
	struct str status, name, measure, exit_code, completion, reason, output;
	int64_t micros;
};

/* ---- one test ---- */

static const struct {
	const char *word;
	enum outcome outcome;
} ends[] = {
	{ "Timeout", OUTCOME_TIMEOUT }, { "SEGFAULT", OUTCOME_CRASH }, { "ILLEGAL", OUTCOME_CRASH },
	{ "NUMERICAL", OUTCOME_CRASH }, { "INTERRUPT", OUTCOME_CRASH }, { "OTHER_FAULT", OUTCOME_CRASH },
	{ "Bus error", OUTCOME_CRASH }, { "Subprocess aborted", OUTCOME_CRASH }, { "Child aborted", OUTCOME_CRASH },
};

static enum outcome
outcome_of(const struct ctestxml *c)
{
	size_t i;

	if (span_is(str_span(&c->status), "passed"))
		return OUTCOME_PASS;
	if (span_is(str_span(&c->status), "notrun"))
		return span_is(str_span(&c->completion), "Disabled") || span_starts(str_span(&c->completion), "SKIP")
		       ? OUTCOME_SKIP : OUTCOME_NOT_RUN;
	if (!span_is(str_span(&c->status), "failed"))
		return OUTCOME_UNKNOWN;
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_starts(str_span(&c->exit_code), ends[i].word))
			return ends[i].outcome;
	}
	return OUTCOME_FAIL;
}

static void
tell(struct ctestxml *c, bool whole)
{
	struct seen s = {
		.name = span_trim(str_span(&c->name)),
		.outcome = whole ? outcome_of(c) : OUTCOME_UNKNOWN,
		.micros = c->micros,
		.has_micros = c->micros >= 0,
	};

	if (outcome_evidence(s.outcome) == EVIDENCE_FAIL) {
		c->any_failed = true;
		s.details = str_span(&c->output);
		s.message = c->reason.n ? str_span(&c->reason) : errtext_line(str_span(&c->output));
		if (s.message.n == 0)
			s.message = str_span(&c->exit_code);
	} else if (s.outcome == OUTCOME_NOT_RUN) {
		s.message = str_span(&c->completion);
	}
	if (s.name.n)
		collect_attempt(c->in.to, &s);
	c->in_test = false;
}

/* ---- measurements ---- */

static void
take_output(struct ctestxml *c)
{
	struct span value = str_span(&c->text), plain = value;
	struct str raw = STR_INIT(VALUE_MAX);
	struct err e = ERR_INIT;

	str_clear(&c->output);
	if (c->encoded && !base64_decode(&raw, value)) {
		collect_unread(c->in.to, "the output of '%s' is no base64", str_c(&c->name));
		plain.n = 0;
	} else if (c->encoded) {
		plain = str_span(&raw);
		if (c->packed && unpack(c->unpack, UNPACK_ZLIB, str_span(&raw), &plain, &e) < 0)
			collect_unread(c->in.to, "the output of '%s': %s", str_c(&c->name), e.msg);
	}
	str_add(&c->output, plain.p, plain.n < c->output.max ? plain.n : c->output.max);
	str_release(&raw);
}

static void
take_value(struct ctestxml *c)
{
	struct span name = str_span(&c->measure), value = span_trim(str_span(&c->text));
	struct str *to = NULL;

	if (c->in_measurement)
		take_output(c);
	else if (span_is(name, "Execution Time"))
		c->micros = clock_read_seconds(value);
	else if (span_is(name, "Exit Code"))
		to = &c->exit_code;
	else if (span_is(name, "Completion Status"))
		to = &c->completion;
	else if (span_is(name, "Fail Reason"))
		to = &c->reason;
	if (to) {
		str_clear(to);
		str_addspan(to, value);
	}
}

/* ---- elements ---- */

static void
put(struct str *s, struct span text)
{
	str_clear(s);
	str_addspan(s, text);
}

/* "20050719-0514-Experimental" is in UTC. */
static void
open_site(struct ctestxml *c, const struct xml_attrs *attrs)
{
	struct run *r = collect_run(c->in.to);
	struct span stamp = xml_value(attrs, "BuildStamp"), cpus = xml_value(attrs, "NumberOfLogicalCPU");
	char text[32] = "";
	uint64_t n;

	if (stamp.n > 13 && stamp.p[8] == '-')
		snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s", stamp.p, stamp.p + 4, stamp.p + 6,
		         stamp.p + 9, stamp.p + 11);
	clock_read_stamp(span_of(text), &r->started);
	if (span_u64(cpus, &n) && n < 1 << 20)
		r->n_processors = (uint32_t)n;
}

static void
open_test(struct ctestxml *c, const struct xml_attrs *attrs)
{
	if (c->in_test)
		tell(c, false);
	c->in_test = true;
	c->micros = -1;
	put(&c->status, xml_value(attrs, "Status"));
	str_clear(&c->name);
	str_clear(&c->exit_code);
	str_clear(&c->completion);
	str_clear(&c->reason);
	str_clear(&c->output);
}

static void
keep(struct ctestxml *c, enum field field)
{
	c->field = field;
	str_clear(&c->text);
	xml_want_text(c->xml, field != NOTHING);
}

static void
on_open(void *data, struct span name, const struct xml_attrs *attrs)
{
	struct ctestxml *c = data;

	if (span_is(name, "Site")) {
		open_site(c, attrs);
	} else if (span_is(name, "TestList")) {
		c->in_list = true;
	} else if (span_is(name, "Test")) {
		if (c->in_list)
			keep(c, LISTED);
		else
			open_test(c, attrs);
	} else if (span_is(name, "Name") && c->in_test) {
		keep(c, NAME);
	} else if (span_is(name, "FullName") && c->in_test) {
		keep(c, FULL_NAME);
	} else if (span_is(name, "NamedMeasurement") || span_is(name, "Measurement")) {
		c->in_measurement = name.p[0] == 'M';
		put(&c->measure, xml_value(attrs, "name"));
	} else if (span_is(name, "Value") && c->in_test) {
		c->encoded = span_is(xml_value(attrs, "encoding"), "base64");
		c->packed = span_is(xml_value(attrs, "compression"), "gzip");
		keep(c, VALUE);
	} else if (span_is(name, "StartTestTime")) {
		keep(c, START);
	} else if (span_is(name, "EndTestTime")) {
		keep(c, END);
	}
}

/* "./dir/name": it is listed so, and has the same in its result beside its name. */
static struct span
last_part(struct span full)
{
	size_t at = full.n;

	while (at > 0 && full.p[at - 1] != '/')
		at--;
	return span_from(full, at);
}

static void
take_time(struct ctestxml *c, struct span text)
{
	struct run *r = collect_run(c->in.to);
	uint64_t at;

	if (!span_u64(text, &at) || at > INT32_MAX * UINT64_C(4))
		return;
	if (c->field == START)
		r->started = (int64_t)at;
	else if (r->started && (int64_t)at >= r->started)
		r->micros = ((int64_t)at - r->started) * 1000000;
}

static void
on_close(void *data, struct span name)
{
	struct ctestxml *c = data;

	if (c->field == LISTED)
		map_add(&c->listed, last_part(span_trim(str_span(&c->text))));
	else if (c->field == FULL_NAME)
		map_add(&c->told, last_part(span_trim(str_span(&c->text))));
	else if (c->field == NAME)
		put(&c->name, str_span(&c->text));
	else if (c->field == VALUE)
		take_value(c);
	else if (c->field == START || c->field == END)
		take_time(c, span_trim(str_span(&c->text)));
	keep(c, NOTHING);
	if (span_is(name, "TestList"))
		c->in_list = false;
	else if (span_is(name, "Test") && c->in_test)
		tell(c, true);
	else if (span_is(name, "Testing"))
		c->ended = true;
}

static void
on_text(void *data, struct span text)
{
	struct ctestxml *c = data;
	size_t room = c->text.max - c->text.n;

	if (c->field != NOTHING)
		str_add(&c->text, text.p, text.n < room ? text.n : room);
}

/* ---- the row ---- */

/* Of CTest's files only Test.xml has tests; Build.xml and others begin alike. */
static int
detect(struct span head, const char *path UNUSED)
{
	return span_is(xml_root(head), "Site") && span_find(head, "<Testing") < head.n ? 95 : 0;
}

static void *
start(const struct reader_input *in)
{
	struct ctestxml *c = xcalloc(1, sizeof(*c));
	struct xml_events events = { on_open, on_close, on_text, c };
	struct str *names[] = { &c->status, &c->name, &c->measure, &c->exit_code, &c->completion, &c->reason };
	size_t i;

	c->in = *in;
	c->xml = xml_new(&events);
	xml_want_text(c->xml, false);
	c->unpack = unpack_new(UNPACKED_MAX);
	for (i = 0; i < ARRAY_LEN(names); i++)
		*names[i] = (struct str)STR_INIT(VALUE_MAX);
	c->text = c->output = (struct str)STR_INIT(VALUE_MAX);
	collect_next_run(in->to)->format = span_of(read_ctestxml.name);
	return c;
}

static int
broke_off(struct ctestxml *c)
{
	if (c->in_test)
		tell(c, false);
	return -1;
}

static int
feed(void *state, struct span bytes, struct err *e)
{
	struct ctestxml *c = state;

	return xml_feed(c->xml, bytes, e) < 0 ? broke_off(c) : 0;
}

/* Tests that are on the list and have no result. */
static void
tell_missing(struct ctestxml *c)
{
	size_t i;

	for (i = 0; i < c->listed.texts.n; i++) {
		struct seen s = { .name = c->listed.texts.p[i], .outcome = OUTCOME_UNKNOWN };

		if (map_find(&c->told, s.name) == MAP_NONE && collect_find(c->in.to, s.name) == UINT32_MAX)
			collect_attempt(c->in.to, &s);
	}
}

static int
finish(void *state, struct err *e)
{
	struct ctestxml *c = state;

	if (xml_finish(c->xml, e) < 0)
		return broke_off(c);
	tell_missing(c);
	if (c->ended && collect_run(c->in.to)->tests.n)
		collect_run(c->in.to)->verdict = c->any_failed ? RUN_FAILED : RUN_PASSED;
	return 0;
}

static void
stop(void *state)
{
	struct ctestxml *c = state;
	struct str *names[] = { &c->status, &c->name, &c->measure, &c->exit_code, &c->completion, &c->reason,
	                        &c->text, &c->output };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		str_release(names[i]);
	map_release(&c->listed);
	map_release(&c->told);
	unpack_free(c->unpack);
	xml_free(c->xml);
	free(c);
}

const struct reader read_ctestxml = {
	.name = "ctestxml",
	.title = "CTest's Test.xml",
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
