/*
 * JSON of jest and Vitest (--json, --reporter=json), one document.  Only here stands how often a test was
 * tried (jest.retryTimes): its JUnit XML shows the last try alone.  A test is its full name, behind the
 * name of its file where several files have one of that name.
 */
#include "common/base.h"
#include "triage/reader.h"

#include "common/errline.h"
#include "common/json.h"
#include "common/map.h"
#include "triage/errtext.h"

extern const struct reader read_jest;

enum { TRIES_MAX = 1000, SEVERAL = UINT32_MAX };

struct jest {
	struct reader_input in;
	struct str text;
	struct map names;        /* full names */
	VEC(uint32_t) files;     /* by number of the name: its file, or SEVERAL */
	struct str name, line;   /* scratch */
	bool failed, unknown;
};

static struct span
text_of(const struct json *x, const char *key)
{
	struct span text = { "", 0 };

	json_text(json_find(x, key), &text);
	return text;
}

/* Vitest begins it with a blank. */
static struct span
full_name(const struct json *test)
{
	return span_trim(text_of(test, "fullName"));
}

/* ---- names ---- */

static void
note_names(struct jest *j, const struct json *file, uint32_t number)
{
	const struct json *tests = json_find(file, "assertionResults");

	for (size_t i = 0; i < json_count(tests); i++) {
		uint32_t n = map_add(&j->names, full_name(json_at(tests, i)));

		if (n == j->files.n)
			vec_push(&j->files, number);
		else if (j->files.p[n] != number)
			j->files.p[n] = SEVERAL;
	}
}

static struct span
name_of(struct jest *j, struct span full, struct span path)
{
	uint32_t n = map_find(&j->names, full);

	str_clear(&j->name);
	if (n != MAP_NONE && j->files.p[n] == SEVERAL) {
		str_addspan(&j->name, span_base(path));
		str_adds(&j->name, " > ");
	}
	str_addspan(&j->name, full);
	return str_span(&j->name);
}

/* ---- tests ---- */

static const struct {
	const char *status;
	enum outcome outcome;
} statuses[] = {
	{ "passed", OUTCOME_PASS }, { "failed", OUTCOME_FAIL }, { "pending", OUTCOME_SKIP },
	{ "skipped", OUTCOME_SKIP }, { "todo", OUTCOME_SKIP }, { "disabled", OUTCOME_SKIP },
	{ "focused", OUTCOME_UNKNOWN },
};

static enum outcome
outcome_of(struct jest *j, const struct json *test)
{
	struct span status = text_of(test, "status");
	size_t i;

	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		if (span_is(status, statuses[i].status))
			return statuses[i].outcome;
	}
	collect_unread(j->in.to, "a status of unknown meaning: %.*s", (int)(status.n < 100 ? status.n : 100), status.p);
	return OUTCOME_UNKNOWN;
}

/* What the first failed try said: without colours. */
static void
add_words(struct jest *j, uint32_t test, const struct json *result)
{
	const struct json *last = json_find(result, "failureMessages"), *retries = json_find(result, "retryReasons");
	const struct json *from = json_count(retries) ? retries : last;
	struct span words, line = { "", 0 };

	if (json_count(from) == 0 || !json_text(json_at(from, 0), &words))
		return;
	words = span_trim(words);
	span_next(&words, '\n', &line);
	str_clear(&j->line);
	errline_clean(&j->line, line);
	json_text(json_at(from, 0), &words);
	collect_message(j->in.to, test, str_span(&j->line), words);
}

static void
take_test(struct jest *j, const struct json *result, struct span path)
{
	struct seen s = { .name = name_of(j, full_name(result), path), .file = path };
	enum outcome outcome = outcome_of(j, result);
	int64_t tries = 1, k;
	uint32_t test = 0;
	double ms;

	json_int(json_find(result, "invocations"), &tries);
	if (outcome == OUTCOME_SKIP || tries < 1)
		tries = 1;
	for (k = 1; k <= tries && k <= TRIES_MAX; k++) {
		s.outcome = k < tries ? OUTCOME_FAIL : outcome;
		s.rerun = k > 1;
		s.has_micros = k == tries && json_number(json_find(result, "duration"), &ms) && ms >= 0 && ms < 1e12;
		s.micros = s.has_micros ? (int64_t)(ms * 1000) : -1;
		test = collect_attempt(j->in.to, &s);
	}
	add_words(j, test, result);
	j->failed |= outcome == OUTCOME_FAIL;
	j->unknown |= outcome == OUTCOME_UNKNOWN;
}

/* A file that could not be run has no tests, and a message. */
static void
take_file(struct jest *j, const struct json *file)
{
	const struct json *tests = json_find(file, "assertionResults");
	struct span path = text_of(file, "name"), message = span_trim(text_of(file, "message"));
	struct span line = { "", 0 }, rest = message;

	/* "● Test suite failed to run", a blank line, and why. */
	span_next(&rest, '\n', &line);
	for (size_t i = 0; i < json_count(tests); i++)
		take_test(j, json_at(tests, i), path);
	if (json_count(tests) || !span_is(text_of(file, "status"), "failed"))
		return;
	j->failed = true;
	if (span_trim(rest).n)
		line = errtext_line(rest);
	collect_attempt(j->in.to, &(struct seen){ .name = span_base(path), .file = path, .outcome = OUTCOME_BROKEN,
	                                          .message = line, .details = message });
}

static void
take_document(struct jest *j, const struct json *doc)
{
	const struct json *files = json_find(doc, "testResults");
	struct run *r = collect_run(j->in.to);
	bool stopped = false;
	double start;

	if (json_number(json_find(doc, "startTime"), &start) && start > 0 && start < 1e15)
		r->started = (int64_t)(start / 1000);
	for (size_t i = 0; i < json_count(files); i++)
		note_names(j, json_at(files, i), (uint32_t)i);
	for (size_t i = 0; i < json_count(files); i++)
		take_file(j, json_at(files, i));
	json_bool(json_find(doc, "wasInterrupted"), &stopped);
	if (stopped)
		r->verdict = RUN_STOPPED;
	else if (!j->unknown && r->tests.n)
		r->verdict = j->failed ? RUN_FAILED : RUN_PASSED;
}

/* ---- the row ---- */

static int
detect(struct span head, const char *path UNUSED)
{
	static const char *const words[] = { "\"numFailedTests\"", "\"numTotalTests\"", "\"numPassedTests\"" };
	size_t i;

	head = span_trim(head);
	if (!span_starts(head, "{"))
		return 0;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (span_find(head, words[i]) < head.n)
			return 95;
	}
	return 0;
}

static void *
start(const struct reader_input *in)
{
	struct jest *j = xcalloc(1, sizeof(*j));

	j->in = *in;
	j->text = (struct str)STR_INIT(STR_FILE);
	j->name = (struct str)STR_INIT(2 * STR_LINE);
	j->line = (struct str)STR_INIT(STR_LINE);
	collect_next_run(in->to)->format = span_of(read_jest.name);
	return j;
}

static int
feed(void *state, struct span bytes, struct err *e)
{
	struct jest *j = state;

	return str_addspan(&j->text, bytes) ? 0 : err_set(e, "a document of more than 256 MiB");
}

static int
finish(void *state, struct err *e)
{
	struct jest *j = state;
	struct json *doc = json_parse(str_span(&j->text), e);

	if (doc == NULL)
		return -1;
	take_document(j, doc);
	json_free(doc);
	return 0;
}

static void
stop(void *state)
{
	struct jest *j = state;

	str_release(&j->text);
	str_release(&j->name);
	str_release(&j->line);
	map_release(&j->names);
	vec_release(&j->files);
	free(j);
}

const struct reader read_jest = {
	.name = "jest",
	.title = "JSON of jest and Vitest",
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
