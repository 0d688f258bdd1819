/* What every answer begins with: see ask.h. */
#include "common/base.h"
#include "triage/ask.h"

#include "common/diag.h"
#include "common/near.h"
#include "triage/cmd.h"

enum { NEAR_SHOWN = 5 };

/* ---- opening ---- */

struct loading { struct known_set *known; struct err *e; int ret; };

static void
take_known(void *data, const struct known *k)
{
	struct loading *l = data;

	if (l->ret == 0)
		l->ret = known_add(l->known, k, l->e);
}

static bool
get_words(void *data, uint32_t message, struct message_words *out)
{
	struct ask *a = data;
	struct store_message m;

	if (store_message(a->view, message, &m, NULL) < 0)
		return false;
	*out = (struct message_words){ m.hash, m.example, m.details, m.generic };
	return true;
}

static void
say(void *data, const char *text)
{
	const struct options *o = data;

	if (!o->quiet)
		diag_note("%s", text);
}

static int
open_repos(struct ask *a, struct err *e)
{
	if (a->o->n_repos == 0)
		return 0;
	if (axes_from_repos(a->view, a->o->repos, a->o->n_repos, &a->axes, say, (void *)(uintptr_t)a->o, e) < 0)
		return -1;
	a->commits = axes_commits(a->axes);
	return 0;
}

int
ask_open(struct ask *a, const struct options *o, struct err *e)
{
	struct view_filter f = { .branch = o->branch, .builder = o->builder, .until = o->until };
	struct loading l = { .e = e };

	*a = (struct ask){ .o = o, .mem = ARENA_INIT };
	a->store = cmd_store(o, e);
	if (a->store == NULL || store_view(a->store, &f, &a->view, e) < 0 || open_repos(a, e) < 0)
		return -1;
	analyse_mass(a->view);
	l.known = a->known = known_new();
	if (store_known_each(a->store, take_known, &l, e) < 0 || l.ret < 0)
		return -1;
	a->words = (struct message_source){ get_words, a };
	return 0;
}

void
ask_close(struct ask *a)
{
	known_free(a->known);
	axes_free(a->axes);
	view_free(a->view);
	store_close(a->store);
	arena_release(&a->mem);
}

struct analyse_options
ask_analysis(const struct ask *a)
{
	return (struct analyse_options){ .until = a->o->until, .since = a->o->since, .known = a->known,
	                                 .words = &a->words };
}

int
ask_finding(struct ask *a, uint32_t test, struct test_view *t, struct finding *f, struct err *e)
{
	struct analyse_options o = ask_analysis(a);

	if (store_streams(a->view, test, t, e) < 0)
		return -1;
	analyse_test(a->view, t, &o, &a->mem, f);
	return 0;
}

/* ---- names ---- */

/* How well a name fits what was typed, best first. */
enum fit { FIT_SAME, FIT_END, FIT_PART, FIT_NONE };

struct looking {
	struct span typed;
	enum fit best;
	VEC(uint32_t) tests;       /* of the best fit */
	VEC(struct span) names;
	struct near near;
	struct arena mem;          /* names for near, NUL-terminated */
};

/* "put" ends "a.b.put" and "a::put", not "output". */
static bool
ends_with(struct span name, struct span typed)
{
	return name.n > typed.n && memcmp(name.p + name.n - typed.n, typed.p, typed.n) == 0 &&
	       strchr(".:/$# ", name.p[name.n - typed.n - 1]) != NULL;
}

static bool
holds(struct span name, struct span typed)
{
	return typed.n && memmem(name.p, name.n, typed.p, typed.n) != NULL;
}

static enum fit
fit_of(struct span name, struct span typed)
{
	if (name.n == typed.n && memcmp(name.p, typed.p, typed.n) == 0)
		return FIT_SAME;
	if (typed.n && ends_with(name, typed))
		return FIT_END;
	return holds(name, typed) ? FIT_PART : FIT_NONE;
}

static void
look_at(void *data, uint32_t test, struct span name)
{
	struct looking *l = data;
	enum fit fit = fit_of(name, l->typed);

	if (l->best == FIT_NONE)
		near_try(&l->near, arena_copy(&l->mem, name.p, name.n));
	if (fit == FIT_NONE || fit > l->best)
		return;
	if (fit < l->best) {
		vec_clear(&l->tests);
		vec_clear(&l->names);
		l->best = fit;
	}
	vec_push(&l->tests, test);
	vec_push(&l->names, ((struct span){ arena_copy(&l->mem, name.p, name.n), name.n }));
}

static int
say_several(const struct looking *l, struct err *e)
{
	struct str text = STR_INIT(ERR_MAX / 2);
	size_t i;

	for (i = 0; i < l->names.n && i < NEAR_SHOWN; i++) {
		str_adds(&text, "\n  ");
		str_add_escaped(&text, l->names.p[i]);
	}
	if (l->names.n > NEAR_SHOWN)
		str_addf(&text, "\n  and %u more", (unsigned)(l->names.n - NEAR_SHOWN));
	err_set(e, "'%.*s' can be %u tests:%s", (int)(l->typed.n < 200 ? l->typed.n : 200), l->typed.p,
	        (unsigned)l->names.n, str_c(&text));
	str_release(&text);
	return -1;
}

static int
say_none(const struct looking *l, struct err *e)
{
	struct str name = STR_INIT(ERR_MAX / 2);

	str_add_escaped(&name, l->typed);
	if (l->near.best) {
		str_adds(&name, "'; did you mean '");
		str_add_escaped(&name, span_of(l->near.best));
	}
	err_set(e, "no test of the store is called '%s'%s", str_c(&name), l->near.best ? "?" : "");
	str_release(&name);
	return -1;
}

int
ask_test(struct ask *a, const char *name, uint32_t *test, struct err *e)
{
	struct looking l = { .typed = span_of(name), .best = FIT_NONE, .near = { .word = name } };
	int ret = store_names(a->view, look_at, &l, e);

	if (ret == 0 && l.tests.n == 1)
		*test = l.tests.p[0];
	else if (ret == 0)
		ret = l.tests.n ? say_several(&l, e) : say_none(&l, e);
	vec_release(&l.tests);
	vec_release(&l.names);
	arena_release(&l.mem);
	return ret;
}
