/*
 * What a session found: names, exit statuses, and storage.  See finding.h.
 */
#include "common/base.h"
#include "bisect/finding.h"
#include "common/diag.h"

void
finding_init(struct finding *f)
{
	memset(f, 0, sizeof(*f));
	f->verdict = FOUND_UNDECIDED;
	f->rate_high = 1;
}

void
finding_release(struct finding *f)
{
	vec_release(&f->culprits);
	vec_release(&f->others);
	vec_release(&f->left);
	arena_release(&f->mem);
	finding_init(f);
}

const char *
finding_verdict_name(enum finding_verdict v)
{
	static const char *const names[] = {
		[FOUND_ISOLATED] = "isolated",
		[FOUND_FAILS_ALONE] = "fails-alone",
		[FOUND_BRITTLE] = "brittle",
		[FOUND_PLAIN_FLAKE] = "plain-flake",
		[FOUND_NOT_REPRODUCED] = "not-reproduced",
		[FOUND_UNDECIDED] = "undecided",
	};

	assert((size_t)v < ARRAY_LEN(names));
	return names[v];
}

int
finding_exit_status(const struct finding *f)
{
	switch (f->verdict) {
	case FOUND_NOT_REPRODUCED:
		return EXIT_NEGATIVE;
	case FOUND_UNDECIDED:
		return EXIT_UNDECIDED;
	default:
		return EXIT_ANSWERED;
	}
}
