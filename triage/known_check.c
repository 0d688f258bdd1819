/* See known_check.h. */
#include "common/base.h"
#include "triage/known_check.h"

struct checking {
	struct known_checked *out;
	struct asked *a;
	const struct known_set *set;
	size_t which;
	struct err *e;
	int ret;
};

static bool
matches(const struct checking *c, const struct test_view *t, const struct lane *l, uint32_t message)
{
	struct message_words w;
	struct known_failure f = {
		.test = t->name, .older = t->older, .n_older = t->n_older,
		.builder = c->a->view->builders.texts.p[l->builder],
		.branch = c->a->view->branches.texts.p[l->branch],
	};

	if (c->a->words.get(c->a->words.data, message, &w)) {
		f.message = w.example;
		f.details = w.details;
	}
	return known_matches(c->set, c->which, &f);
}

static void
try_test(void *data, uint32_t test)
{
	struct checking *c = data;
	struct test_view t;
	uint64_t before = c->out->failures;

	if (c->ret < 0)
		return;
	if (store_streams(c->a->view, test, &t, c->e) < 0) {
		c->ret = -1;
		return;
	}
	for (uint32_t i = 0; i < t.n_streams; i++) {
		const struct stream *s = &t.streams[i];
		uint32_t last = UINT32_MAX;
		bool same = false;

		for (uint32_t k = 0; k < s->n_events; k++) {
			if (s->events[k].cell <= CELL_WARNED)
				continue;
			if (last != s->events[k].message)
				same = matches(c, &t, s->lane, s->events[k].message);
			last = s->events[k].message;
			c->out->of_failures++;
			c->out->failures += same;
		}
	}
	c->out->of_tests++;
	c->out->tests += c->out->failures > before;
}

/* Builds that passed, by number. */
static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

struct lines { struct checking *c; VEC(int64_t) passed; struct known_set *pattern; };

static void
gather_passed(struct lines *l)
{
	const struct view *v = l->c->a->view;

	for (uint32_t i = 0; i < v->n_lanes; i++) {
		for (uint32_t k = 0; k < v->lanes[i].n; k++) {
			if (v->lanes[i].builds[k].color == COLOR_GREEN || v->lanes[i].builds[k].color == COLOR_ORANGE)
				vec_push(&l->passed, v->lanes[i].builds[k].id);
		}
	}
	if (l->passed.n)
		qsort(l->passed.p, l->passed.n, sizeof(*l->passed.p), compare_ids);
}

static void
try_line(void *data, const struct store_warning *w)
{
	struct lines *l = data;
	struct known_checked *out = l->c->out;
	struct known_failure f = { .message = w->line };

	if (!l->passed.n || !bsearch(&w->build, l->passed.p, l->passed.n, sizeof(*l->passed.p), compare_ids))
		return;
	out->of_lines++;
	if (!known_matches(l->pattern, 0, &f))
		return;
	if (out->lines++ == 0)
		out->line = (struct span){ arena_copy(&l->c->a->mem, w->line.p, w->line.n), w->line.n };
}

/* The pattern alone: what a passing build prints is no failure of a test. */
static int
try_lines(struct checking *c)
{
	struct lines l = { .c = c, .pattern = known_new() };
	struct known rule = { .pattern = known_at(c->set, c->which)->pattern };
	struct known_failure nothing = { .message = span_of("") };
	int ret = 0;

	if (rule.pattern.n && known_add(l.pattern, &rule, c->e) == 0) {
		c->out->empty = known_matches(l.pattern, 0, &nothing);
		gather_passed(&l);
		ret = store_warnings(c->a->view, UINT32_MAX, 0, try_line, &l, c->e);
	}
	vec_release(&l.passed);
	known_free(l.pattern);
	return ret;
}

int
known_check(struct known_checked *out, struct asked *a, const struct known_set *set, size_t which, struct err *e)
{
	struct checking c = { .out = out, .a = a, .set = set, .which = which, .e = e };
	struct tests tests = { VEC_INIT };

	*out = (struct known_checked){ .of_tests = 0 };
	c.ret = store_tests(a->view, 0, false, &tests, e);
	for (size_t i = 0; i < tests.v.n; i++)
		try_test(&c, tests.v.p[i]);
	vec_release(&tests.v);
	return c.ret < 0 ? -1 : try_lines(&c);
}

const char *
known_doubt(const struct known_checked *c)
{
	if (c->empty)
		return "its pattern matches the empty text, and so every failure";
	if (c->lines)
		return "its pattern matches what builds that passed print";
	if (c->failures && c->of_failures >= 10 && c->failures * 2 > c->of_failures && c->tests > 1)
		return "it matches more than half of all failures";
	if (c->failures == 0)
		return "it matches no failure of the store";
	return NULL;
}
