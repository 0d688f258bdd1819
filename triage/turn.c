/* Where a test took a turn: see turn.h. */
#include "common/base.h"
#include "triage/turn.h"

/* The streams of one branch alone; made in mem. */
static struct test_view
of_branch(const struct test_view *t, uint32_t branch, struct arena *mem)
{
	struct test_view one = *t;
	uint32_t i;

	one.streams = arena_alloc(mem, (t->n_streams + 1) * sizeof(*one.streams));
	one.n_streams = 0;
	for (i = 0; i < t->n_streams; i++) {
		if (t->streams[i].lane->branch == branch)
			one.streams[one.n_streams++] = t->streams[i];
	}
	return one;
}

static bool
turn_on(struct suspects *out, struct asked *a, const struct test_view *t, uint32_t branch, bool better)
{
	struct analyse_options o = a->analyse;
	struct test_view one = of_branch(t, branch, &a->mem);
	struct finding f;

	if (one.n_streams == 0)
		return false;
	o.since = 0;
	analyse_test(a->view, &one, &o, &a->mem, &f);
	/* The whole test is asked about: other branches veto. */
	suspects_find(a->view, t, &f, &a->commits, asked_trace(a, &one), better, &a->mem, out);
	return out->any && out->n;
}

static int64_t
time_of(const struct asked *a, const struct suspects *s)
{
	return a->view->axes[s->window.branch].started[s->places[0].at];
}

void
turn_find(struct suspects *out, struct asked *a, const struct test_view *t, bool better)
{
	struct suspects s;
	uint32_t b;

	*out = (struct suspects){ .window.down = better };
	for (b = 0; b < a->view->branches.texts.n; b++) {
		if (turn_on(&s, a, t, b, better) && (!out->any || time_of(a, &s) < time_of(a, out)))
			*out = s;
	}
}
