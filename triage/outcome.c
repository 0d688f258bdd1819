/* Outcomes, one row each: see outcome.h. */
#include "common/base.h"
#include "triage/outcome.h"

static const struct {
	const char *name;
	char letter;
	enum evidence evidence;
} rows[OUTCOME_COUNT] = {
	[OUTCOME_UNKNOWN] = { "unknown", '.', EVIDENCE_NONE },
	[OUTCOME_PASS] = { "pass", 'P', EVIDENCE_PASS },
	[OUTCOME_FAIL] = { "fail", 'F', EVIDENCE_FAIL },
	[OUTCOME_CRASH] = { "crash", 'C', EVIDENCE_FAIL },
	[OUTCOME_TIMEOUT] = { "timeout", 'T', EVIDENCE_FAIL },
	[OUTCOME_LEAK] = { "leak", 'L', EVIDENCE_FAIL },
	[OUTCOME_ENV_CHANGED] = { "env-changed", 'E', EVIDENCE_WARNED },
	[OUTCOME_SKIP] = { "skip", 'S', EVIDENCE_NONE },
	[OUTCOME_NOT_RUN] = { "not-run", 'N', EVIDENCE_NONE },
	[OUTCOME_XFAIL] = { "expected-failure", 'x', EVIDENCE_PASS },
	[OUTCOME_XPASS] = { "unexpected-success", 'X', EVIDENCE_FAIL },
	[OUTCOME_INTERRUPTED] = { "interrupted", 'I', EVIDENCE_NONE },
	[OUTCOME_BROKEN] = { "broken", 'B', EVIDENCE_NONE },
};

enum evidence
outcome_evidence(enum outcome o)
{
	assert(o < OUTCOME_COUNT);
	return rows[o].evidence;
}

const char *
outcome_name(enum outcome o)
{
	assert(o < OUTCOME_COUNT);
	return rows[o].name;
}

char
outcome_letter(enum outcome o)
{
	assert(o < OUTCOME_COUNT);
	return rows[o].letter;
}

enum outcome
outcome_of_letter(char letter)
{
	enum outcome o;

	for (o = 0; o < OUTCOME_COUNT && rows[o].letter != letter; o++)
		;
	return o;
}
