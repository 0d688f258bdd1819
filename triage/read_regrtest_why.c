/* Why a test failed, from the traces in its output: see read_regrtest_in.h. */
#include "common/base.h"
#include "triage/read_regrtest_in.h"

enum { DETAILS_MAX = 32 << 10 };

/* QUIET has to be 0.  Afterwards a chained trace may replace the message. */
enum { QUIET, HEADER, FRAMES, MESSAGE, BLANK, CHAINED, DUMP };

static const char trace_line[] = "Traceback (most recent call last):";

void
why_init(struct why *w)
{
	*w = (struct why){ .message = STR_INIT(RUN_MESSAGE_MAX), .details = STR_INIT(DETAILS_MAX) };
}

void
why_clear(struct why *w)
{
	if (w->rank == 0)
		return;
	w->state = QUIET;
	w->rank = 0;
	w->done = false;
	str_clear(&w->message);
	str_clear(&w->details);
}

void
why_release(struct why *w)
{
	str_release(&w->message);
	str_release(&w->details);
}

static void
set_message(struct why *w, struct span line)
{
	line = span_trim(line);
	str_clear(&w->message);
	str_add(&w->message, line.p, line.n < w->message.max ? line.n : w->message.max);
}

static void
add_detail(struct why *w, struct span line)
{
	if (str_addspan(&w->details, line))
		str_addc(&w->details, '\n');
}

/* What is known so far gives way, if it is of a lower rank; false: it stays. */
static bool
outrank(struct why *w, int rank)
{
	if (w->rank >= rank)
		return false;
	str_clear(&w->message);
	str_clear(&w->details);
	w->rank = rank;
	w->done = false;
	return true;
}

void
why_block(struct why *w, struct span line)
{
	if (!outrank(w, 2)) {
		w->done = true;
		w->state = QUIET;
		return;
	}
	add_detail(w, line);
	w->state = span_ends(line, trace_line) ? FRAMES : HEADER;
}

void
why_death(struct why *w, struct span line)
{
	if (!outrank(w, 3))
		return;
	set_message(w, line);
	add_detail(w, line);
	w->state = DUMP;
}

void
why_trace(struct why *w, struct span line)
{
	if (w->done || (w->state != HEADER && w->state != CHAINED && !outrank(w, 1)))
		return;
	add_detail(w, line);
	w->state = FRAMES;
}

static bool
is_rule(struct span line)
{
	return span_starts(line, "=====") || span_starts(line, "-----");
}

static void
after_message(struct why *w, struct span line)
{
	bool chain = span_starts(line, "During handling of the above exception") ||
	             span_starts(line, "The above exception was the direct cause");

	if (chain) {
		w->state = CHAINED;
	} else if (line.n == 0) {
		w->state = BLANK;
	} else if (w->state == BLANK || is_rule(line)) {
		w->state = QUIET;
		w->done = true;
		return;
	}
	add_detail(w, line);
}

void
why_line(struct why *w, struct span line)
{
	switch (w->state) {
	case HEADER:
		/* The name's second line, a rule of dashes, what the test printed. */
		add_detail(w, line);
		break;
	case FRAMES:
		add_detail(w, line);
		if (line.n && line.p[0] != ' ' && line.p[0] != '\t' && !span_ends(line, trace_line)) {
			set_message(w, line);
			w->state = MESSAGE;
		}
		break;
	case MESSAGE:
	case BLANK:
		after_message(w, line);
		break;
	case CHAINED:
		add_detail(w, line);
		break;
	case DUMP:
		add_detail(w, line);
		break;
	default:
		break;
	}
}
