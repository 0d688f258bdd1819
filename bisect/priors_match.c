/* Names of tests in a history and in a list, which other programs wrote: see priors.h. */
#include "common/base.h"
#include "bisect/priors.h"

#include "common/map.h"

enum { NONE = TESTLIST_NONE, SEVERAL = UINT32_MAX - 1 };

/* The history's names.  Ends: joined by '.', whole names and what follows each joint. */
struct names {
	struct map exact, ends;
	VEC(uint32_t) rows;   /* by number in exact */
	VEC(uint32_t) owner;  /* by number in ends: the name with that end; SEVERAL */
	VEC(uint32_t) whole;  /* the name that is just this; NONE, SEVERAL */
};

/* "tests/test_a.py::C::t[x/y]" as "tests.test_a.C.t[x/y]". */
static void
join_by_dots(struct str *out, struct span name)
{
	static const char *const joints[] = { ".py::", "::", "/" };
	size_t k;

	str_clear(out);
	while (name.n && name.p[0] != '[') {
		for (k = 0; k < ARRAY_LEN(joints) && !span_starts(name, joints[k]); k++)
			;
		str_addc(out, k < ARRAY_LEN(joints) ? '.' : name.p[0]);
		name = span_from(name, k < ARRAY_LEN(joints) ? strlen(joints[k]) : 1);
	}
	str_addspan(out, name);
}

/* Takes off the first part; false: it is the last. */
static bool
next_end(struct span *name)
{
	size_t i;

	for (i = 0; i < name->n && name->p[i] != '['; i++) {
		if (name->p[i] == '.' && i + 1 < name->n) {
			*name = span_from(*name, i + 1);
			return true;
		}
	}
	return false;
}

static void
add_end(struct names *x, struct span end, uint32_t row, bool whole)
{
	uint32_t at = map_add(&x->ends, end);

	if (at == x->owner.n) {
		vec_push(&x->owner, row);
		vec_push(&x->whole, whole ? row : NONE);
		return;
	}
	if (x->owner.p[at] != row)
		x->owner.p[at] = SEVERAL;
	if (whole)
		x->whole.p[at] = x->whole.p[at] == NONE ? row : SEVERAL;
}

static void
add_name(struct names *x, struct span name, uint32_t row, struct str *dots)
{
	struct span end;

	if (map_add(&x->exact, name) < x->rows.n)
		return; /* it was there */
	vec_push(&x->rows, row);
	join_by_dots(dots, name);
	end = str_span(dots);
	add_end(x, end, row, true);
	while (next_end(&end))
		add_end(x, end, row, false);
}

/* What is meant by a name that the history has not. */
static uint32_t
find_near(const struct names *x, struct span dots)
{
	uint32_t at = map_find(&x->ends, dots);

	if (at != MAP_NONE && x->whole.p[at] < SEVERAL)
		return x->whole.p[at];
	if (at != MAP_NONE)
		return x->owner.p[at] < SEVERAL ? x->owner.p[at] : NONE;
	while (next_end(&dots)) {
		at = map_find(&x->ends, dots);
		if (at != MAP_NONE && x->whole.p[at] != NONE)
			return x->whole.p[at] < SEVERAL ? x->whole.p[at] : NONE;
	}
	return NONE;
}

void
priors_match(uint32_t *row, const struct testlist *list, const struct span *names, size_t n)
{
	struct names x = { MAP_INIT, MAP_INIT, VEC_INIT, VEC_INIT, VEC_INIT };
	uint32_t n_list = testlist_count(list), at, *claims = xcalloc(n + 1, sizeof(*claims));
	bool *exact = xcalloc((size_t)n_list + 1, sizeof(*exact));
	struct str dots = STR_INIT(STR_FILE);

	for (size_t i = 0; i < n; i++)
		add_name(&x, names[i], (uint32_t)i, &dots);
	for (uint32_t i = 0; i < n_list; i++) {
		at = map_find(&x.exact, span_of(testlist_name(list, i)));
		exact[i] = at != MAP_NONE;
		join_by_dots(&dots, span_of(testlist_name(list, i)));
		row[i] = exact[i] ? x.rows.p[at] : find_near(&x, str_span(&dots));
		if (row[i] != NONE)
			claims[row[i]]++;
	}
	/* What could be several tests of the list is none of them. */
	for (uint32_t i = 0; i < n_list; i++) {
		if (row[i] != NONE && !exact[i] && claims[row[i]] > 1)
			row[i] = NONE;
	}
	str_release(&dots);
	free(claims);
	free(exact);
	map_release(&x.exact);
	map_release(&x.ends);
	vec_release(&x.rows);
	vec_release(&x.owner);
	vec_release(&x.whole);
}
