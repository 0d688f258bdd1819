/* What a search in commits found: see commits.h. */
#include "common/base.h"
#include "bisect/commits.h"

#include "common/diag.h"

void
commits_finding_init(struct commits_finding *f)
{
	*f = (struct commits_finding){ .verdict = COMMITS_UNDECIDED, .best = COMMITS_NONE };
}

void
commits_finding_release(struct commits_finding *f)
{
	vec_release(&f->set);
	vec_release(&f->each);
	vec_release(&f->skipped);
	vec_release(&f->others);
	arena_release(&f->mem);
	commits_finding_init(f);
}

const char *
commits_verdict_name(enum commits_verdict v)
{
	static const char *const names[] = {
		[COMMITS_FOUND] = "found", [COMMITS_SAME] = "no-change", [COMMITS_NEVER] = "not-reproduced",
		[COMMITS_UNDECIDED] = "undecided",
	};

	return names[v];
}

int
commits_exit_status(const struct commits_finding *f)
{
	switch (f->verdict) {
	case COMMITS_FOUND:
		return EXIT_ANSWERED;
	case COMMITS_SAME:
	case COMMITS_NEVER:
		return EXIT_NEGATIVE;
	case COMMITS_UNDECIDED:
		break;
	}
	return EXIT_UNDECIDED;
}
