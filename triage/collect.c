/* Gathers what readers see into runs: see collect.h. */
#include "common/base.h"
#include "triage/collect.h"

#include <stdarg.h>
#include <stdio.h>

enum { UNREAD_MAX = 100 };

/* ---- runs ---- */

void
run_free(struct run *r)
{
	if (r == NULL)
		return;
	vec_release(&r->tests);
	vec_release(&r->warnings);
	vec_release(&r->unread);
	arena_release(&r->mem);
	free(r);
}

void
collect_release(struct collect *c)
{
	size_t i;

	for (i = 0; i < c->runs.n; i++)
		run_free(c->runs.p[i]);
	vec_release(&c->runs);
	map_release(&c->names);
}

static struct run *
open_run(struct collect *c)
{
	struct run *r = xcalloc(1, sizeof(*r));

	r->micros = -1;
	vec_push(&c->runs, r);
	map_release(&c->names);
	return r;
}

struct run *
collect_run(struct collect *c)
{
	return c->runs.n ? c->runs.p[c->runs.n - 1] : open_run(c);
}

static bool
is_blank(const struct run *r)
{
	return r->tests.n == 0 && r->n_warnings == 0 && r->verdict == RUN_UNKNOWN;
}

struct run *
collect_next_run(struct collect *c)
{
	struct run *r = collect_run(c);

	return is_blank(r) ? r : open_run(c);
}

struct span
collect_copy(struct collect *c, struct span text)
{
	return (struct span){ arena_copy(&collect_run(c)->mem, text.p, text.n), text.n };
}

/* ---- tests ---- */

static struct span
copy_most(struct collect *c, struct span text, size_t max)
{
	if (text.n > max)
		text.n = max;
	return collect_copy(c, text);
}

/* The first and the last half, with a line between that says so. */
static struct span
copy_ends(struct collect *c, struct span text)
{
	struct str s = STR_INIT(2 * RUN_DETAILS_MAX);
	struct span out;

	if (text.n <= RUN_DETAILS_MAX)
		return collect_copy(c, text);
	str_add(&s, text.p, RUN_DETAILS_MAX / 2);
	str_adds(&s, "\n[...]\n");
	str_add(&s, text.p + text.n - RUN_DETAILS_MAX / 2, RUN_DETAILS_MAX / 2);
	out = collect_copy(c, str_span(&s));
	str_release(&s);
	return out;
}

/* The name as it is kept; what it points to may be in s. */
static struct span
kept_name(struct str *s, struct span name)
{
	if (name.n == 0)
		return span_of("(no name)");
	if (name.n <= RUN_NAME_MAX)
		return name;
	str_add(s, name.p, RUN_NAME_MAX - 32);
	str_addf(s, "...%016llx", (unsigned long long)map_hash(name));
	return str_span(s);
}

static uint32_t
test_of(struct collect *c, struct span name)
{
	struct run *r = collect_run(c);
	struct str s = STR_INIT(RUN_NAME_MAX);
	uint32_t i = map_add_in(&c->names, kept_name(&s, name), &r->mem);

	if (i == r->tests.n) {
		struct run_test t = { .name = c->names.texts.p[i] };

		vec_push(&r->tests, t);
	}
	str_release(&s);
	return i;
}

uint32_t
collect_find(const struct collect *c, struct span name)
{
	struct str s = STR_INIT(RUN_NAME_MAX);
	uint32_t i = map_find(&c->names, kept_name(&s, name));

	str_release(&s);
	return i;
}

void
collect_message(struct collect *c, uint32_t test, struct span message, struct span details)
{
	struct run_test *t = &collect_run(c)->tests.p[test];

	message = span_trim(message);
	if (t->message.n == 0 && message.n)
		t->message = copy_most(c, message, RUN_MESSAGE_MAX);
	if (t->details.n == 0 && details.n)
		t->details = copy_ends(c, details);
}

void
collect_try(struct collect *c, uint32_t test, const struct attempt *a)
{
	struct run *r = collect_run(c);
	struct run_test *t = &r->tests.p[test];
	size_t n = t->attempts.n;

	if (n == t->attempts.cap) {
		struct attempt *more = arena_alloc(&r->mem, (n ? 2 * n : 1) * sizeof(*more));

		if (n)
			memcpy(more, t->attempts.p, n * sizeof(*more));
		t->attempts.p = more;
		t->attempts.cap = n ? 2 * n : 1;
	}
	t->attempts.p[t->attempts.n++] = *a;
}

uint32_t
collect_attempt(struct collect *c, const struct seen *s)
{
	uint32_t i = test_of(c, s->name);
	struct run_test *t = &collect_run(c)->tests.p[i];
	struct attempt a = {
		.outcome = (uint8_t)s->outcome,
		.rerun = s->rerun,
		.micros = s->has_micros || s->micros > 0 ? s->micros : -1,
		.load = s->has_load ? s->load : -1,
	};

	collect_try(c, i, &a);
	if (t->file.n == 0 && s->file.n)
		t->file = copy_most(c, s->file, RUN_MESSAGE_MAX);
	if (s->message.n || s->details.n)
		collect_message(c, i, s->message, s->details);
	return i;
}

bool
collect_amend(struct collect *c, struct span name, enum outcome outcome)
{
	uint32_t i = collect_find(c, name);
	struct run_test *t;

	if (i == UINT32_MAX)
		return false;
	t = &collect_run(c)->tests.p[i];
	t->attempts.p[t->attempts.n - 1].outcome = (uint8_t)outcome;
	return true;
}

/* ---- beside the tests ---- */

void
collect_warning(struct collect *c, struct span rule, struct span line, uint32_t test)
{
	struct run *r = collect_run(c);
	struct run_warning w = { .test = test };

	if (r->n_warnings++ >= RUN_WARNINGS_MAX)
		return;
	w.rule = collect_copy(c, rule);
	w.line = copy_most(c, line, RUN_MESSAGE_MAX);
	vec_push(&r->warnings, w);
}

void
collect_unread(struct collect *c, const char *fmt, ...)
{
	struct run *r = collect_run(c);
	char line[512];
	va_list ap;

	if (r->n_unread++ >= UNREAD_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	vec_push(&r->unread, collect_copy(c, span_of(line)));
}
