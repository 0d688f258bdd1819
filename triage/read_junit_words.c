/* What the words in JUnit reports mean: see read_junit_in.h. */
#include "common/base.h"
#include "triage/read_junit_in.h"

#include <strings.h>

static const struct {
	const char *word;
	enum outcome outcome;
} statuses[] = {
	{ "notrun", OUTCOME_SKIP },   { "disabled", OUTCOME_SKIP },   { "skipped", OUTCOME_SKIP },
	{ "suppressed", OUTCOME_SKIP }, { "ignored", OUTCOME_SKIP },  { "pending", OUTCOME_SKIP },
	{ "fail", OUTCOME_FAIL },     { "failed", OUTCOME_FAIL },     { "failure", OUTCOME_FAIL },
	{ "error", OUTCOME_FAIL },    { "errored", OUTCOME_FAIL },    { "broken", OUTCOME_FAIL },
	{ "timeout", OUTCOME_TIMEOUT }, { "timedout", OUTCOME_TIMEOUT }, { "crashed", OUTCOME_CRASH },
	{ "unknown", OUTCOME_UNKNOWN }, { "incomplete", OUTCOME_UNKNOWN },
	{ "interrupted", OUTCOME_INTERRUPTED }, { "cancelled", OUTCOME_INTERRUPTED },
};

static enum outcome
status_outcome(struct span word)
{
	size_t i;

	for (i = 0; word.n && i < ARRAY_LEN(statuses); i++) {
		if (word.n == strlen(statuses[i].word) && strncasecmp(word.p, statuses[i].word, word.n) == 0)
			return statuses[i].outcome;
	}
	return OUTCOME_PASS;
}

enum outcome
junit_status(struct span status, struct span result)
{
	enum outcome o = status_outcome(status);

	return o == OUTCOME_PASS ? status_outcome(result) : o;
}

/* How failures that are more than an assertion begin: nextest and Node.js in the type, CTest and
 * pytest in the message. */
static const struct {
	bool in_type;
	const char *prefix;
	enum outcome outcome;
} faults[] = {
	{ true, "test timeout", OUTCOME_TIMEOUT },
	{ true, "test abort", OUTCOME_CRASH },
	{ true, "test leak", OUTCOME_LEAK },
	{ true, "testTimeoutFailure", OUTCOME_TIMEOUT },
	{ true, "execution failure", OUTCOME_BROKEN },
	{ false, "Timeout", OUTCOME_TIMEOUT },
	{ false, "SEGFAULT", OUTCOME_CRASH },
	{ false, "ILLEGAL", OUTCOME_CRASH },
	{ false, "NUMERICAL", OUTCOME_CRASH },
	{ false, "INTERRUPT", OUTCOME_CRASH },
	{ false, "Subprocess aborted", OUTCOME_CRASH },
	{ false, "Bus error", OUTCOME_CRASH },
	{ false, "[XPASS(strict)]", OUTCOME_XPASS },
};

static struct span
first_line(struct span x)
{
	struct span line = { "", 0 };

	x = span_trim(x);
	span_next(&x, '\n', &line);
	return span_trim(line);
}

enum outcome
junit_fault_outcome(struct span type, struct span message)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(faults); i++) {
		struct span text = faults[i].in_type ? type : message;
		size_t n = strlen(faults[i].prefix);

		/* A whole word: an assertion's text may well begin with "Timeout waiting for". */
		if (span_starts(text, faults[i].prefix) && (faults[i].in_type || span_trim(first_line(text)).n == n))
			return faults[i].outcome;
	}
	return OUTCOME_FAIL;
}

/* ---- names ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c < 0;
}

/* Is it there already, at the beginning or at the end? */
static bool
holds(struct span name, struct span group)
{
	if (group.n > name.n)
		return false;
	if (memcmp(name.p, group.p, group.n) == 0 && (name.n == group.n || !is_word(name.p[group.n])))
		return true;
	/* mocha: the class is the title, the name is the whole path with the title at its end */
	return name.n > group.n && name.p[name.n - group.n - 1] == ' ' &&
	       memcmp(name.p + name.n - group.n, group.p, group.n) == 0;
}

/*
 * CLASS.NAME, or NAME alone where it says the class itself.  Without a class the
 * innermost suite takes its place, since equal names in two suites are two tests;
 * never the suite beside a class: suites are named after machines and times, and a
 * test's name must be the same in every build.
 */
void
junit_name(struct str *out, struct span name, struct span classname, struct span suite)
{
	struct span group = span_trim(classname.n ? classname : suite);

	name = span_trim(name);
	str_clear(out);
	if (group.n && !holds(name, group)) {
		str_addspan(out, group);
		if (name.n)
			str_addc(out, '.');
	}
	str_addspan(out, name);
}

/* ---- messages ---- */

static struct span
last_line(struct span x)
{
	size_t at;

	x = span_trim(x);
	for (at = x.n; at > 0 && x.p[at - 1] != '\n'; at--)
		;
	return span_trim(span_from(x, at));
}

/* "queue_test.cc:11", "thread 'x' panicked at src/lib.rs:9:5:": only where; what comes next. */
static bool
is_only_a_place(struct span line)
{
	size_t n = line.n;

	if (span_find(line, "panicked at") < line.n && line.p[line.n - 1] == ':')
		return true;
	while (n > 0 && line.p[n - 1] >= '0' && line.p[n - 1] <= '9')
		n--;
	return n > 0 && n < line.n && line.p[n - 1] == ':' && span_find(line, " ") == line.n;
}

/* Of Python's tracebacks the last line has the news, of others the first that says what. */
void
junit_error_line(struct str *out, struct span message, struct span text)
{
	struct span all = span_trim(first_line(message).n ? message : text), line = first_line(all);

	str_clear(out);
	if (span_starts(line, "Traceback (most recent call last)"))
		line = last_line(text.n ? text : message);
	str_addspan(out, line);
	if (line.n == 0 || !is_only_a_place(line))
		return;
	span_next(&all, '\n', &line);
	line = first_line(all);
	if (line.n) {
		str_addc(out, ' ');
		str_addspan(out, line);
	}
}
