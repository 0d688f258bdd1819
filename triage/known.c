/* See known.h. */
#include "common/base.h"
#include "triage/known.h"

#include <fnmatch.h>

#include "common/arena.h"
#include "common/rx.h"
#include "common/vec.h"
#include "triage/view.h"

struct rule { struct known known; struct rx *pattern; };

struct known_set { VEC(struct rule) rules; struct arena mem; };

struct known_set *
known_new(void)
{
	return xcalloc(1, sizeof(struct known_set));
}

void
known_free(struct known_set *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->rules.n; i++)
		rx_free(k->rules.p[i].pattern);
	vec_release(&k->rules);
	arena_release(&k->mem);
	free(k);
}

static struct span
copy(struct known_set *k, struct span x)
{
	return (struct span){ arena_copy(&k->mem, x.p ? x.p : "", x.n), x.n };
}

int
known_add(struct known_set *k, const struct known *rule, struct err *e)
{
	struct rule r = { .known = *rule };

	r.known.test = copy(k, rule->test);
	r.known.builder = copy(k, rule->builder);
	r.known.branch = copy(k, rule->branch);
	r.known.pattern = copy(k, rule->pattern);
	r.known.issue = copy(k, rule->issue);
	r.known.note = copy(k, rule->note);
	if (rule->pattern.n) {
		r.pattern = rx_new(r.known.pattern.p, RX_MULTILINE, e);
		if (!r.pattern)
			return -1;
	}
	vec_push(&k->rules, r);
	return 0;
}

size_t
known_count(const struct known_set *k)
{
	return k->rules.n;
}

const struct known *
known_at(const struct known_set *k, size_t i)
{
	assert(i < k->rules.n);
	return &k->rules.p[i].known;
}

/* glob is NUL-terminated; what is matched need not be. */
static bool
globbed(struct span glob, struct span text)
{
	char small[512], *whole;
	bool same;

	if (glob.n == 0)
		return true;
	whole = text.n < sizeof(small) ? small : xmalloc(text.n + 1);
	if (text.n)
		memcpy(whole, text.p, text.n);
	whole[text.n] = '\0';
	same = fnmatch(glob.p, whole, 0) == 0;
	if (whole != small)
		free(whole);
	return same;
}

static bool
named(struct span glob, const struct known_failure *f)
{
	bool any = globbed(glob, f->test);

	for (uint32_t i = 0; i < f->n_older && !any; i++)
		any = globbed(glob, f->older[i].name);
	return any;
}

bool
known_matches(const struct known_set *k, size_t i, const struct known_failure *f)
{
	const struct rule *r = &k->rules.p[i];

	return named(r->known.test, f) && globbed(r->known.builder, f->builder) &&
	       globbed(r->known.branch, f->branch) &&
	       (!r->pattern || rx_match(r->pattern, f->message) == 1 ||
	        rx_match(r->pattern, f->details) == 1);
}

const struct known *
known_find(const struct known_set *k, const struct known_failure *f)
{
	for (size_t i = 0; i < k->rules.n; i++) {
		if (known_matches(k, i, f))
			return &k->rules.p[i].known;
	}
	return NULL;
}
