/*
 * From cells to tracks: which builds are evidence, in which order, and where
 * the rate changed on each branch.
 */
#include "common/base.h"
#include "triage/analyse_in.h"

bool
build_seen(const struct lane_build *b, int64_t until)
{
	return until == 0 || b->started <= until;
}

bool
build_counts(const struct lane_build *b)
{
	switch (b->result) {
	case BUILD_SKIPPED:
	case BUILD_EXCEPTION:
	case BUILD_RETRY:
	case BUILD_CANCELLED:
		return false;
	default:
		return b->mass == MASS_NONE;
	}
}

static void
count_failure(struct track *t, const struct lane_build *b, uint8_t cell, bool counts)
{
	t->failed++;
	t->rerun_passes += cell == CELL_RERUN;
	t->left_out += !counts;
	t->left_mass[b->mass] += !counts;
	t->last_mass = b->mass;
	t->last_fail = b->started > t->last_fail ? b->started : t->last_fail;
}

/* Counts its sights at places of the branch, too. */
static void
track_fill(struct track *t, const struct stream *x, int64_t until, uint32_t *sights_at, struct arena *mem)
{
	const struct lane *l = x->lane;
	struct sight_of_build *p = arena_alloc(mem, l->n * sizeof(*p));
	uint32_t *fails = arena_alloc(mem, l->n * sizeof(*fails)), n = 0, n_runs = 0;

	*t = (struct track){ .stream = x, .p = p, .fails = fails };
	for (uint32_t i = 0; i < l->n; i++) {
		const struct lane_build *b = &l->builds[i];
		uint8_t cell = x->cells[i];
		bool counts = build_counts(b);

		if (cell == CELL_NONE || !build_seen(b, until))
			continue;
		n_runs++;
		if (cell_fails(cell)) {
			count_failure(t, b, cell, counts);
			if (counts)
				fails[t->n_fails++] = n;
		} else {
			t->last_mass = MASS_NONE;
		}
		if (!counts)
			continue;
		p[n].at = i;
		p[n].place = b->commit;
		p[n++].cell = cell;
		sights_at[b->commit]++;
	}
	t->n = n;
	t->runs = n_runs;
}

/* ---- sights of a branch, by place ---- */

/* Adds up neighbours of one place and one lane. */
static size_t
join(struct sight *p, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && p[kept - 1].place == p[i].place && p[kept - 1].lane == p[i].lane) {
			p[kept - 1].runs += p[i].runs;
			p[kept - 1].fails += p[i].fails;
		} else {
			p[kept++] = p[i];
		}
	}
	return kept;
}

/* Tracks are ordered by place; a counting sort over the places merges them. */
static void
sights_fill(struct sights *s, const struct branch *b, struct arena *mem)
{
	uint32_t *at = xcalloc((size_t)b->n_places + 1, sizeof(*at));
	bool twice = false; /* a lane built a place again */
	size_t n = 0;
	struct sight *p;

	for (uint32_t c = 0; c < b->n_places; c++) {
		at[c] = (uint32_t)n;
		n += b->sights_at[c];
	}
	p = arena_alloc(mem, n * sizeof(*p));
	for (uint32_t i = 0; i < b->n_tracks; i++) {
		const struct sight_of_build *x = b->tracks[i].p, *end = x + b->tracks[i].n;
		uint32_t before = UINT32_MAX;

		for (; x < end; x++) {
			twice |= x->place == before;
			before = x->place;
			p[at[before]++] = (struct sight){ before, i, 1, cell_fails(x->cell) };
		}
	}
	free(at);
	*s = (struct sights){ .p = p, .n = twice ? join(p, n) : n, .n_lanes = b->n_tracks, .n_places = b->n_places };
}

/* ---- branches ---- */

static bool
fails_anywhere(const struct branch *b)
{
	for (uint32_t i = 0; i < b->n_tracks; i++) {
		if (b->tracks[i].n_fails)
			return true;
	}
	return false;
}

static void
branch_fill(struct branch *b, const struct view *v, const struct test_view *t, uint32_t which,
            int64_t until, struct arena *mem)
{
	uint32_t n_places = v->axes[which].n, *sights_at = arena_alloc(mem, n_places * sizeof(*sights_at));
	struct sights s;

	memset(sights_at, 0, n_places * sizeof(*sights_at));
	*b = (struct branch){ .branch = which, .n_places = n_places, .sights_at = sights_at };
	b->tracks = arena_alloc(mem, t->n_streams * sizeof(*b->tracks));
	for (uint32_t i = 0; i < t->n_streams; i++) {
		if (t->streams[i].lane->branch == which)
			track_fill(&b->tracks[b->n_tracks++], &t->streams[i], until, sights_at, mem);
	}
	if (!fails_anywhere(b))
		return;
	sights_fill(&s, b, mem);
	b->changes = change_points(&b->n_changes, &s, mem);
}

struct branch *
branches_of(uint32_t *n, const struct view *v, const struct test_view *t, int64_t until,
            struct arena *mem)
{
	struct branch *all = arena_alloc(mem, t->n_streams * sizeof(*all));
	uint32_t count = 0, k;

	for (uint32_t i = 0; i < t->n_streams; i++) {
		uint32_t which = t->streams[i].lane->branch;

		for (k = 0; k < count && all[k].branch != which; k++)
			;
		if (k == count)
			branch_fill(&all[count++], v, t, which, until, mem);
	}
	*n = count;
	return all;
}

uint32_t
branch_segment(const struct branch *b, uint32_t place)
{
	uint32_t i = 0;

	while (i < b->n_changes && b->changes[i].at.best <= place)
		i++;
	return i;
}

uint32_t
branch_begin(const struct branch *b, uint32_t segment)
{
	return segment ? b->changes[segment - 1].at.best : 0;
}

uint32_t
branch_end(const struct branch *b, uint32_t segment)
{
	return segment < b->n_changes ? b->changes[segment].at.best : b->n_places;
}

uint32_t
first_at(const struct track *t, uint32_t place)
{
	uint32_t low = 0, high = t->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (t->p[mid].place < place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t
first_fail(const struct track *t, uint32_t sight)
{
	uint32_t low = 0, high = t->n_fails, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (t->fails[mid] < sight)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct stretch
sights_count(const struct track *t, uint32_t from, uint32_t end)
{
	struct stretch s = { .runs = end > from ? end - from : 0 };

	for (uint32_t i = first_fail(t, from); i < t->n_fails && t->fails[i] < end; i++) {
		s.fails++;
		s.rerun_passes += t->p[t->fails[i]].cell == CELL_RERUN;
	}
	return s;
}

struct stretch
track_count(const struct track *t, uint32_t low, uint32_t high)
{
	return sights_count(t, first_at(t, low), first_at(t, high));
}

uint32_t
first_failure(const struct scope *s, uint32_t from)
{
	uint32_t first = UINT32_MAX;

	for (uint32_t i = 0; i < s->n_tracks; i++) {
		const struct track *k = &s->tracks[i];
		uint32_t j = first_fail(k, first_at(k, from));

		if (j < k->n_fails && k->p[k->fails[j]].place < first)
			first = k->p[k->fails[j]].place;
	}
	return first;
}
