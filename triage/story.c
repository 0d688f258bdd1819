/* The attempts of one test in one build, as a cell and as letters: see story.h. */
#include "common/base.h"
#include "triage/story.h"

enum { LETTERS_EACH_END = 32 }; /* attempts that are kept at both ends of a long story */

/* What a roster can say of a test that was tried once. */
static const char plain_letters[] = "PSxN";

struct tally {
	bool pass, warned, fail;
	bool late_pass;   /* it passed on a re-run after it failed */
	enum evidence last;
	bool plain_pass, plain_fail;
};

static void
count(struct tally *t, enum outcome outcome, bool rerun)
{
	enum evidence evidence = outcome_evidence(outcome);

	if (evidence == EVIDENCE_NONE)
		return;
	t->last = evidence;
	if (evidence == EVIDENCE_FAIL) {
		t->fail = true;
		t->plain_fail |= !rerun;
		return;
	}
	t->pass = true;
	t->warned |= evidence == EVIDENCE_WARNED;
	t->plain_pass |= !rerun;
	t->late_pass |= t->fail && rerun;
}

static enum cell
cell_of(const struct tally *t)
{
	if (!t->pass && !t->fail)
		return CELL_NONE;
	if (!t->fail)
		return t->warned ? CELL_WARNED : CELL_PASS;
	if (t->late_pass && t->last != EVIDENCE_FAIL)
		return CELL_RERUN;
	return t->plain_pass && t->plain_fail ? CELL_FLIP : CELL_FAIL;
}

struct story
story_of(const struct attempt *a, size_t n)
{
	struct story s = { .n = (uint32_t)n };
	struct tally t = { false };
	bool all_pass = n > 0;
	size_t i;

	if (n == 1 && a[0].outcome == OUTCOME_PASS) /* nearly all */
		return (struct story){ CELL_PASS, OUTCOME_PASS, OUTCOME_PASS, 1, 'P' };
	for (i = 0; i < n; i++) {
		count(&t, a[i].outcome, a[i].rerun);
		all_pass &= a[i].outcome == OUTCOME_PASS;
	}
	s.cell = (uint8_t)cell_of(&t);
	s.first = n ? a[0].outcome : OUTCOME_UNKNOWN;
	s.last = n ? a[n - 1].outcome : OUTCOME_UNKNOWN;
	if (all_pass)
		s.plain = 'P';
	else if (n == 1 && strchr(plain_letters, outcome_letter(a[0].outcome)))
		s.plain = outcome_letter(a[0].outcome);
	return s;
}

void
story_letters(struct str *out, const struct attempt *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (n > 2 * LETTERS_EACH_END && i == LETTERS_EACH_END) {
			str_addc(out, '_');
			i = n - LETTERS_EACH_END;
		}
		if (a[i].rerun)
			str_addc(out, '+');
		str_addc(out, outcome_letter(a[i].outcome));
	}
}

bool
story_ends(struct story *out, struct span letters)
{
	enum outcome outcome;
	bool any = false;
	size_t i;

	for (i = 0; i < letters.n; i++) {
		if (letters.p[i] == '+' || letters.p[i] == '_')
			continue;
		outcome = outcome_of_letter(letters.p[i]);
		if (outcome == OUTCOME_COUNT)
			return false;
		if (!any)
			out->first = (uint8_t)outcome;
		out->last = (uint8_t)outcome;
		any = true;
	}
	return any;
}
