/* YAML blocks behind tests of TAP, as far as writers use YAML: see read_tap_in.h. */
#include "common/base.h"
#include "triage/read_tap_in.h"

#include "common/clock.h"

/* A value without its quotes. */
static struct span
unquoted(struct span x)
{
	x = span_trim(x);
	if (x.n >= 2 && (x.p[0] == '\'' || x.p[0] == '"') && x.p[x.n - 1] == x.p[0])
		x = (struct span){ x.p + 1, x.n - 2 };
	return x;
}

/* The first line of a text, with the next where it ends in a colon: "Expected equal values: 1 !== 2". */
static void
add_message(struct tap_waiting *w, struct span text)
{
	if (w->message.n && w->message.p[w->message.n - 1] == ':')
		str_addc(&w->message, ' ');
	else if (w->message.n)
		return;
	str_addspan(&w->message, text);
}

static void
add_text(struct tap_waiting *w, struct span line)
{
	struct span text = span_trim(line);

	if (w->is_message && text.n)
		add_message(w, text);

	str_addspan(&w->details, line);
	str_addc(&w->details, '\n');
	if (w->outcome == OUTCOME_FAIL && span_is(text, "timeout"))
		w->outcome = OUTCOME_TIMEOUT;
}

static void
on_key(struct tap_waiting *w, struct span key, struct span value)
{
	struct span plain = unquoted(value);

	w->is_message = span_is(key, "error") || span_is(key, "message");
	w->wants_text = w->is_message || span_is(key, "stack");
	w->in_text = value.n && (value.p[0] == '|' || value.p[0] == '>');
	if (span_is(key, "duration_ms") && clock_read_seconds(plain) >= 0) {
		w->micros = clock_read_seconds(plain) / 1000;
	} else if (w->outcome == OUTCOME_FAIL && span_is(key, "severity") && span_is(plain, "crashed")) {
		w->outcome = OUTCOME_CRASH;
	} else if (w->outcome == OUTCOME_FAIL && span_is(key, "failureType") && span_is(plain, "testTimeoutFailure")) {
		w->outcome = OUTCOME_TIMEOUT;
	} else if (w->wants_text && !w->in_text && plain.n) {
		if (!w->is_message && w->message.n == 0)
			str_addspan(&w->message, plain);
		add_text(w, plain);
	}
}

bool
tap_yaml_line(struct tap_waiting *w, struct span line, unsigned indent)
{
	struct span x = span_trim(line), key;

	if (span_is(x, "...") && indent <= w->indent)
		return false;
	if (w->in_text && (x.n == 0 || indent > w->indent)) {
		if (w->wants_text)
			add_text(w, span_from(line, indent));
		return true;
	}
	w->in_text = false;
	if (indent == w->indent && span_find(x, ":") < x.n) {
		span_next(&x, ':', &key);
		on_key(w, key, span_trim(x));
	}
	return true;
}
