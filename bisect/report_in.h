/*
 * Inside the report (report_*.c); nobody else includes this.  A text under way,
 * the words it is made of (report_words.c), and its first lines
 * (report_answer.c).
 */
#ifndef BISECT_REPORT_IN_H
#define BISECT_REPORT_IN_H

#include "bisect/report.h"

struct text {
	struct str *out;
	const struct finding *f;
	const struct testlist *list;
	const struct report_style *style;
};

enum { NUMBER_TEXT = 32, LEFT_TESTS = 6 /* shown of those under suspicion */ };

const char *words_number(char out[NUMBER_TEXT], uint64_t n); /* "1,600" */
void words_name(struct text *t, uint32_t test);
void words_quoted(struct text *t, uint32_t test);
void words_count(struct text *t, uint64_t n, const char *thing); /* "1 run", "2 runs" */
void words_counts(struct text *t, struct counts c);              /* "18 of 20" */
/* With one digit more where it is small or nearly all; a claim (down) is never rounded up. */
void words_percent(struct text *t, double p, bool down);
void words_interval(struct text *t); /* of the whole list's rate, in brackets */
void words_bold(struct text *t, bool on);
/* Tests one a line, indented; of more than `most` only a beginning.  hint says
 * where the rest is. */
void words_some(struct text *t, const uint32_t *tests, size_t n, const char *indent, size_t most,
                const char *hint);
/* The same of a set that --output keeps. */
void words_tests(struct text *t, const uint32_t *tests, size_t n, const char *indent);

static inline bool
has_victim(const struct culprit *c)
{
	return c->victim != TESTLIST_NONE;
}

/* The answer: the first line, and the tests when there are many. */
void report_answer(struct text *t);

#endif
