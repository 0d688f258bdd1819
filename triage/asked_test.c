/* Which test a person means: see asked.h. */
#include "common/base.h"
#include "triage/asked.h"

#include "common/near.h"
#include "triage/doc_escape.h"
#include "triage/store_joint.h"

enum { SHOWN = 8 /* names that could be meant */ };

/* Ways to mean a test, the surest first. */
enum likeness { EXACT, ENDS, HOLDS, LIKENESSES };

struct sought {
	struct view *view;
	const char *name;
	struct { uint64_t n; uint32_t test; } found[LIKENESSES];
	VEC(struct { struct span name; unsigned distance; }) near; /* in the view's memory */
	enum likeness best;
};

static bool
is_joint(char c)
{
	return strchr("./:#> \\[]()-", c) != NULL;
}

static enum likeness
like(struct span name, const char *sought)
{
	size_t n = strlen(sought), at;

	if (span_is(name, sought))
		return EXACT;
	if (n && n < name.n && span_ends(name, sought) && is_joint(name.p[name.n - n - 1]))
		return ENDS;
	at = span_find(name, sought);
	return n && at < name.n ? HOLDS : LIKENESSES;
}

/* The part of a name behind its last joint. */
static const char *
last_part(struct span name)
{
	size_t i = name.n;

	while (i > 0 && !is_joint(name.p[i - 1]))
		i--;
	return name.p + i;
}

static void
keep(struct sought *s, struct span name, unsigned distance)
{
	size_t i;

	vec_reserve(&s->near, SHOWN + 1);
	for (i = s->near.n; i > 0 && s->near.p[i - 1].distance > distance; i--)
		;
	if (i >= SHOWN)
		return;
	memmove(&s->near.p[i + 1], &s->near.p[i], (s->near.n - i) * sizeof(*s->near.p));
	s->near.p[i].name = name;
	s->near.p[i].distance = distance;
	s->near.n += s->near.n < SHOWN;
}

static void
look(void *data, uint32_t test, struct span name)
{
	struct sought *s = data;
	enum likeness l = like(name, s->name);
	struct near n = { .word = s->name };

	if (l < LIKENESSES) {
		test = store_joined(s->view, test);
		s->found[l].n += s->found[l].n == 0 || s->found[l].test != test;
		s->found[l].test = test;
		keep(s, name, (unsigned)l);
		return;
	}
	if (name.n > 4096 || memchr(name.p, '\0', name.n))
		return;
	near_try(&n, name.p);
	if (!n.best)
		near_try(&n, last_part(name));
	if (n.best)
		keep(s, name, LIKENESSES + n.distance);
}

int
asked_test(struct asked *a, const char *name, uint32_t *test, struct str *near, struct err *e)
{
	struct sought s = { .view = a->view, .name = name };
	int ret = 0;
	unsigned l;

	if (store_names(a->view, look, &s, e) < 0) {
		vec_release(&s.near);
		return -1;
	}
	for (l = EXACT; l < LIKENESSES && s.found[l].n == 0; l++)
		;
	if (l < LIKENESSES && s.found[l].n == 1) {
		*test = s.found[l].test;
		ret = 1;
	}
	for (size_t i = 0; ret == 0 && i < s.near.n; i++) {
		if (l < LIKENESSES && s.near.p[i].distance >= LIKENESSES)
			break;
		str_adds(near, "  ");
		escape_text(near, s.near.p[i].name.n > 300 ? (struct span){ s.near.p[i].name.p, 300 }
		                                           : s.near.p[i].name);
		str_addc(near, '\n');
	}
	if (ret == 0 && l < LIKENESSES && s.found[l].n > SHOWN)
		str_addf(near, "  ... %llu in all\n", (unsigned long long)s.found[l].n);
	vec_release(&s.near);
	return ret;
}

int
asked_test_or_error(struct asked *a, const char *name, uint32_t *test, struct err *e)
{
	struct str near = STR_INIT(STR_LINE), shown = STR_INIT(200);
	int found = asked_test(a, name, test, &near, e);

	str_add_escaped(&shown, span_of(name));
	if (found == 0 && near.n)
		err_set(e, "no test is called '%s' alone; did you mean\n%.*s", str_c(&shown), (int)near.n - 1,
		        str_c(&near));
	else if (found == 0)
		err_set(e, "there is no test '%s' in the store, nor one with a name like it", str_c(&shown));
	str_release(&near);
	str_release(&shown);
	return found == 1 ? 0 : -1;
}
