/*
 * Builds of a Buildbot master that are too old to be asked for.  A master that is read for the
 * first time may hold millions; ids rise with the time, so that some tens of requests find the
 * first one that is wanted.
 */
#include "common/base.h"
#include "triage/source_buildbot_in.h"

/* A place in the order of ids: all builds up to last began before since. */
struct search {
	const struct bb_way *way;
	void *self;
	int64_t since;
	int64_t *last;
	struct str *anchor;
};

/* Looks at the first build with an id above after; if that is old, last is set to it.
 * *old is false too when there is none. */
static enum bb_did
look(struct search *s, int64_t after, bool *old, struct err *e)
{
	struct bb_page page = BB_PAGE_INIT;
	enum bb_did did = s->way->builds(s->self, after, &page, e);
	const struct bb_build *b = page.builds.p;

	*old = did == BB_DONE && page.builds.n && bb_is_before(b, s->since);
	if (*old) {
		*s->last = b->id;
		bb_describe(b, s->anchor);
	}
	bb_page_clear(&page);
	return did;
}

enum bb_did
bb_skip_old(const struct bb_way *way, void *self, int64_t since, int64_t *last, struct str *anchor,
            struct err *e)
{
	struct search s = { way, self, since, last, anchor };
	int64_t high = 0, step;
	enum bb_did did;
	bool old = true;

	did = look(&s, *last, &old, e);
	for (step = BB_PAGE; did == BB_DONE && old && step < INT64_MAX / 4; step *= 2) {
		high = *last + step;
		did = look(&s, high, &old, e);
	}
	while (did == BB_DONE && high - *last > BB_PAGE) {
		int64_t middle = *last + (high - *last) / 2;
		did = look(&s, middle, &old, e);
		if (!old)
			high = middle;
	}
	return did;
}
