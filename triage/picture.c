/* See picture.h. */
#include "common/base.h"
#include "triage/picture.h"

#include "triage/analyse_rate.h"
#include "triage/wording.h"

static struct span
kept(struct arena *mem, struct str *text)
{
	struct span x = { arena_copy(mem, str_c(text), text->n), text->n };

	str_release(text);
	return x;
}

static const char *
cell_words(uint8_t cell)
{
	static const char *const words[] = {
		[CELL_NONE] = "not run", [CELL_PASS] = "passed", [CELL_WARNED] = "passed with a warning",
		[CELL_RERUN] = "failed, then passed on a re-run", [CELL_FAIL] = "failed",
		[CELL_FLIP] = "passed, then failed",
	};

	assert(cell < ARRAY_LEN(words));
	return words[cell];
}

static struct span
mark_title(const struct view *v, const struct lane *l, uint32_t at, uint8_t cell, struct arena *mem)
{
	const struct lane_build *b = &l->builds[at];
	struct span revision = v->axes[l->branch].revisions[b->commit];
	struct str text = STR_INIT(STR_LINE);

	wording_time(&text, b->started);
	if (revision.n) {
		str_adds(&text, ", ");
		wording_revision(&text, revision);
	}
	str_adds(&text, ": ");
	str_adds(&text, cell_words(cell));
	return kept(mem, &text);
}

static void
strip_of(struct picture_strip *s, const struct view *v, const struct stream *x, uint32_t widest,
         struct arena *mem)
{
	const struct lane *l = x->lane;
	uint32_t from = l->n > widest ? l->n - widest : 0, left = widest - (l->n - from);

	s->n = widest;
	s->marks = arena_alloc(mem, s->n * sizeof(*s->marks));
	memset(s->marks, 0, s->n * sizeof(*s->marks));
	for (uint32_t i = from; i < l->n; i++) {
		struct doc_mark *m = &s->marks[left + i - from];

		*m = (struct doc_mark){ .cell = x->cells[i], .left_out = l->builds[i].mass != MASS_NONE };
		if (m->cell > CELL_PASS)
			m->title = mark_title(v, l, i, m->cell, mem);
	}
}

static void
add_bars(struct doc_bar *bars, uint32_t n_bars, uint32_t n_places, const struct stream *x)
{
	for (uint32_t i = 0; i < x->lane->n; i++) {
		const struct lane_build *b = &x->lane->builds[i];
		struct doc_bar *bar = &bars[(uint64_t)b->commit * n_bars / n_places];

		if (x->cells[i] == CELL_NONE || b->mass)
			continue;
		bar->runs++;
		bar->fails += x->cells[i] >= CELL_RERUN;
	}
}

static void
curve_of(struct doc_curve *c, const struct view *v, const struct finding *f, struct arena *mem)
{
	const struct axis *a = &v->axes[f->branch];
	struct doc_bar *bars;
	struct doc_step *steps;
	struct str first = STR_INIT(64), last = STR_INIT(64);

	if (a->n < 2)
		return;
	c->n_bars = a->n < PICTURE_BARS ? a->n : PICTURE_BARS;
	c->bars = bars = arena_alloc(mem, c->n_bars * sizeof(*bars));
	memset(bars, 0, c->n_bars * sizeof(*bars));
	for (uint32_t i = 0; i < f->n_lanes; i++) {
		if (f->lanes[i].branch == f->branch)
			add_bars(bars, c->n_bars, a->n, f->lanes[i].stream);
	}
	c->n_steps = f->n_segments;
	c->steps = steps = arena_alloc(mem, c->n_steps * sizeof(*steps));
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct segment *s = &f->segments[i];

		steps[i] = (struct doc_step){
			.from = (double)s->begin.best / a->n, .to = (double)(s->end + 1) / a->n,
			.low = s->rate.low, .high = s->rate.high,
			.mean = s->rate.runs ? (double)s->rate.fails / (double)s->rate.runs : 0,
		};
	}
	wording_date(&first, a->started[0]);
	wording_date(&last, a->started[a->n - 1]);
	c->first = kept(mem, &first);
	c->last = kept(mem, &last);
}

void
picture_of(struct picture *p, const struct view *v, const struct finding *f, struct arena *mem)
{
	uint32_t widest = 0;

	*p = (struct picture){ .strips = arena_alloc(mem, f->n_lanes * sizeof(*p->strips)) };
	for (uint32_t i = 0; i < f->n_lanes; i++)
		widest = f->lanes[i].stream->lane->n > widest ? f->lanes[i].stream->lane->n : widest;
	widest = widest < PICTURE_MARKS ? widest : PICTURE_MARKS;
	for (uint32_t i = 0; i < f->n_lanes; i++)
		strip_of(&p->strips[i], v, f->lanes[i].stream, widest, mem);
	if (f->n_segments)
		curve_of(&p->curve, v, f, mem);
}
