/* See history.h. */
#include "common/base.h"
#include "triage/history.h"

/* ---- the newest failures ---- */

struct failure { const struct stream *s; const struct event *x; };

struct failures { struct failure newest[HISTORY_BUILDS]; size_t n_newest; VEC(int64_t) times; };

static int64_t
when(const struct failure *f)
{
	return f->s->lane->builds[f->x->at].started;
}

static bool
is_newer(const struct failure *a, const struct failure *b)
{
	return when(a) != when(b) ? when(a) > when(b) : a->x->at > b->x->at;
}

/* Keeps the newest, newest first. */
static void
add_failure(struct failures *f, struct failure one)
{
	size_t i = f->n_newest;

	if (one.x->micros >= 0)
		vec_push(&f->times, one.x->micros);
	if (i == HISTORY_BUILDS && !is_newer(&one, &f->newest[i - 1]))
		return;
	i -= i == HISTORY_BUILDS;
	for (; i > 0 && is_newer(&one, &f->newest[i - 1]); i--)
		f->newest[i] = f->newest[i - 1];
	f->newest[i] = one;
	f->n_newest += f->n_newest < HISTORY_BUILDS;
}

static int
gather_builds(struct history *h, struct asked *a, const struct failures *all, struct err *e)
{
	for (size_t i = 0; i < all->n_newest; i++) {
		const struct failure *f = &all->newest[i];
		const struct lane_build *b = &f->s->lane->builds[f->x->at];
		struct history_build *out = &h->builds[h->n_builds];
		struct message_words w;

		if (store_facts(a->view, b->id, &out->facts, e) < 0)
			return -1;
		out->cell = f->x->cell;
		out->first = f->x->first;
		out->last = f->x->last;
		out->left_out = b->mass != MASS_NONE || b->color == COLOR_MACHINE;
		out->micros = f->x->micros;
		out->load = f->x->load;
		if (a->words.get(a->words.data, f->x->message, &w))
			out->message = (struct span){ arena_copy(&a->mem, w.example.p, w.example.n), w.example.n };
		h->n_builds++;
	}
	return 0;
}

/* ---- durations ---- */

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
gather_durations(struct history *h, const struct failures *all)
{
	int64_t *times = all->times.p;
	size_t n = all->times.n;

	h->fast = h->median = h->slow = -1;
	if (n) {
		qsort(times, n, sizeof(*times), compare_times);
		h->fast = times[0];
		h->median = times[n / 2];
		h->slow = times[n - 1];
	}
}

struct passes { struct history *h; uint32_t test; };

static void
add_pass(void *data, uint32_t test, uint32_t lane UNUSED, int64_t micros)
{
	const struct passes *p = data;

	if (test != p->test)
		return;
	p->h->pass_fast = p->h->pass_slow < 0 || micros < p->h->pass_fast ? micros : p->h->pass_fast;
	p->h->pass_slow = micros > p->h->pass_slow ? micros : p->h->pass_slow;
}

/* ---- warnings ---- */

struct warned { struct history *h; struct asked *a; };

static void
add_warning(void *data, const struct store_warning *w)
{
	struct warned *to = data;
	struct history *h = to->h;
	uint32_t i;

	for (i = 0; i < h->n_warnings; i++) {
		struct span x = h->warnings[i].line;

		if (x.n == w->line.n && memcmp(x.p, w->line.p, x.n) == 0)
			break;
	}
	if (i == HISTORY_WARNINGS)
		return;
	if (i == h->n_warnings)
		h->warnings[h->n_warnings++] = (struct history_warning){
			.line = { arena_copy(&to->a->mem, w->line.p, w->line.n), w->line.n } };
	h->warnings[i].count += w->count ? w->count : 1;
}

static int
most_frequent(const void *a, const void *b)
{
	const struct history_warning *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

/* ---- the whole ---- */

static int
find_since_build(struct history *h, struct asked *a, struct err *e)
{
	const struct finding *f = &h->f;
	struct str text = STR_INIT(STR_LINE);
	struct build facts;

	for (uint32_t i = 0; f->has_since && i < f->n_lanes; i++) {
		const struct stream *s = f->lanes[i].stream;

		for (uint32_t k = 0; f->lanes[i].branch == f->branch && k < s->lane->n; k++) {
			if (s->lane->builds[k].commit != f->since.best || s->cells[k] == CELL_NONE ||
			    (f->verdict != VERDICT_FIXED && s->cells[k] <= CELL_WARNED))
				continue;
			if (store_facts(a->view, s->lane->builds[k].id, &facts, e) < 0)
				return -1;
			str_addspan(&text, facts.builder);
			str_adds(&text, "/");
			str_addspan(&text, facts.number);
			h->since_build = (struct span){ arena_copy(&a->mem, str_c(&text), text.n), text.n };
			str_release(&text);
			return 0;
		}
	}
	return 0;
}

int
history_gather(struct history *h, struct asked *a, uint32_t test, struct err *e)
{
	struct failures all = { .times = VEC_INIT };
	struct warned warned = { h, a };
	struct passes passes = { h, test };
	struct test_view t;
	int ret = -1;

	*h = (struct history){ .view = a->view, .now = a->now, .median = -1, .pass_slow = -1 };
	a->analyse.explain = true; /* the JSON always says it */
	if (store_streams(a->view, test, &t, e) < 0)
		return -1;
	analyse_test(a->view, &t, &a->analyse, &a->mem, &h->f);
	picture_of(&h->picture, a->view, &h->f, &a->mem);
	if (commits_of_test(&h->commits, a, &t, e) < 0)
		return -1;
	for (uint32_t i = 0; i < t.n_streams; i++) {
		for (uint32_t k = t.streams[i].n_events; k > 0; k--) {
			if (t.streams[i].events[k - 1].cell > CELL_WARNED)
				add_failure(&all, (struct failure){ &t.streams[i], &t.streams[i].events[k - 1] });
		}
	}
	gather_durations(h, &all);
	if (gather_builds(h, a, &all, e) < 0 || find_since_build(h, a, e) < 0 ||
	    store_times(a->view, add_pass, &passes, e) < 0 ||
	    store_warnings(a->view, test, 0, add_warning, &warned, e) < 0)
		goto out;
	if (h->n_warnings)
		qsort(h->warnings, h->n_warnings, sizeof(*h->warnings), most_frequent);
	ret = 0;
out:
	vec_release(&all.times);
	return ret;
}
