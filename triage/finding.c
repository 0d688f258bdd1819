/* The words of findings. */
#include "common/base.h"
#include "triage/finding.h"

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_HEALTHY] = "healthy",
		[VERDICT_FLAKY] = "flaky",
		[VERDICT_REGRESSED] = "regressed",
		[VERDICT_FIXED] = "fixed",
		[VERDICT_DID_NOT_HOLD] = "did-not-hold",
		[VERDICT_KNOWN] = "known",
		[VERDICT_MACHINE] = "machine",
		[VERDICT_UNDECIDED] = "undecided",
	};

	assert((unsigned)v < ARRAY_LEN(names));
	return names[v];
}

const char *
change_name(enum change c)
{
	static const char *const names[] = {
		[CHANGE_NONE] = "none",
		[CHANGE_NEW_REGRESSION] = "new-regression",
		[CHANGE_NEW_FLAKE] = "new-flake",
		[CHANGE_WORSE] = "worse",
		[CHANGE_BETTER] = "better",
		[CHANGE_BACK] = "back",
		[CHANGE_FIXED] = "fixed",
	};

	assert((unsigned)c < ARRAY_LEN(names));
	return names[c];
}
