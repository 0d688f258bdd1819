/* See cluster.h. */
#include "common/base.h"
#include "triage/cluster.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/map.h"
#include "common/vec.h"
#include "triage/alike.h"

/* ---- lines that say nothing ---- */

/* Whole lines, in lower case, without the punctuation at their end. */
static const char *const generic_lines[] = {
	"traceback (most recent call last)", "during handling of the above exception, another exception occurred",
	"shutdown", "killed", "terminated", "aborted", "failed", "failure", "fail", "error", "crash",
	"crashed", "timeout", "timed out", "test failed", "tests failed", "test crashed", "test timed out",
	"segmentation fault", "segmentation fault (core dumped)", "core dumped", "cancelled", "canceled",
	"interrupted", "keyboardinterrupt", "systemexit", "command failed", "process exited", "build failed",
	"unknown error", "internal error", "assertion failed", "not ok", "none", "null", "false", "true",
	"worker bug", "env changed", "failed (env changed)", "exception", "java.lang.assertionerror",
	"java.lang.exception", "java.lang.nullpointerexception", "org.opentest4j.assertionfailederror",
	"junit.framework.assertionfailederror", "panic", "the operation was canceled",
};

/* What stands before nothing but a number. */
static const char *const generic_numbered[] = {
	"exit code", "exit status", "process exited with code", "process completed with exit code", "signal",
	"returned", "status", "error code", "exited with", "exited with code", "exit", "killed by signal",
	"error: process completed with exit code", "make: *** error",
};

static bool
is_end(char c)
{
	return c == ':' || c == '.' || c == '!' || c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "AssertionError", "pkg.mod.SomeException": a class of errors with nothing behind it. */
static bool
bare_class(struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '_' && c != '$')
			return false;
	}
	return span_ends(line, "Error") || span_ends(line, "Exception") || span_ends(line, "Failure") ||
	       span_ends(line, "Warning");
}

static struct span
without_number(struct span line)
{
	size_t n = line.n;

	while (n > 0 && line.p[n - 1] >= '0' && line.p[n - 1] <= '9')
		n--;
	if (n > 0 && n < line.n && line.p[n - 1] == '-')
		n--;
	while (n > 0 && n < line.n && (is_end(line.p[n - 1]) || line.p[n - 1] == '('))
		n--;
	return (struct span){ line.p, n };
}

static bool
same_caseless(struct span x, const char *text)
{
	return x.n == strlen(text) && strncasecmp(x.p, text, x.n) == 0;
}

bool
cluster_generic(struct span line)
{
	struct span number;
	size_t i;

	line = span_trim(line);
	while (line.n && is_end(line.p[line.n - 1]))
		line.n--;
	if (line.n < 3 || bare_class(line))
		return true;
	for (i = 0; i < ARRAY_LEN(generic_lines); i++) {
		if (same_caseless(line, generic_lines[i]))
			return true;
	}
	number = without_number(line);
	if (number.n == line.n)
		return false;
	for (i = 0; i < ARRAY_LEN(generic_numbered); i++) {
		if (same_caseless(number, generic_numbered[i]))
			return true;
	}
	return number.n == 0;
}

/* ---- clusters ---- */

struct span
cluster_id(struct arena *mem, uint64_t hash)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "m1-%012" PRIx64, hash >> 16);

	return (struct span){ arena_copy(mem, text, (size_t)n), (size_t)n };
}

struct gathered {
	uint64_t hash, shape, count; /* shape: what those that are alike have in common */
	int64_t first, last;
	uint32_t message, n_also;    /* n_also: the next ones in the list are in it, too */
	bool generic;
};

struct gathering { VEC(struct gathered) all; };

static void
gather(struct gathering *g, const struct stream *x, int64_t until, bool left_out)
{
	for (uint32_t i = 0; i < x->n_events; i++) {
		const struct lane_build *b = &x->lane->builds[x->events[i].at];
		int64_t started = b->started;
		struct gathered one = { .count = 1, .first = started, .last = started,
		                        .message = x->events[i].message };

		if (one.message && (until == 0 || started <= until) && (b->mass != MASS_NONE) == left_out)
			vec_push(&g->all, one);
	}
}

static int
by_message(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;

	return x->message < y->message ? -1 : x->message > y->message;
}

static int
by_hash(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return by_message(a, b);
}

/* Puts those together that have the same message, or else the same hash. */
static void
fold(struct gathering *g, bool by_id)
{
	size_t kept = 0;

	qsort(g->all.p, g->all.n, sizeof(*g->all.p), by_id ? by_message : by_hash);
	for (size_t i = 0; i < g->all.n; i++) {
		struct gathered *to = kept ? &g->all.p[kept - 1] : NULL, *x = &g->all.p[i];

		if (!to || (by_id ? to->message != x->message : to->hash != x->hash)) {
			g->all.p[kept++] = *x;
			continue;
		}
		to->count += x->count;
		to->first = x->first < to->first ? x->first : to->first;
		to->last = x->last > to->last ? x->last : to->last;
	}
	g->all.n = kept;
}

/* Asks for the words once a message; drops what nobody knows. */
static void
look_up(struct gathering *g, const struct message_source *words)
{
	struct message_words w;
	size_t kept = 0;

	for (size_t i = 0; i < g->all.n; i++) {
		if (!words->get(words->data, g->all.p[i].message, &w))
			continue;
		g->all.p[i].hash = w.hash;
		g->all.p[i].generic = w.generic;
		g->all.p[kept++] = g->all.p[i];
	}
	g->all.n = kept;
}

/* ---- those that are alike ---- */

static void
find_shapes(struct gathering *g, const struct message_source *words)
{
	struct str shape = STR_INIT(4096);
	struct message_words w;

	for (size_t i = 0; i < g->all.n; i++) {
		struct gathered *x = &g->all.p[i];

		x->shape = x->hash;
		if (x->generic || !words->get(words->data, x->message, &w))
			continue;
		str_clear(&shape);
		alike_shape(&shape, w.example);
		x->shape = map_hash(str_span(&shape));
	}
	str_release(&shape);
}

static int
by_shape(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;

	if (x->shape != y->shape)
		return x->shape < y->shape ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return by_hash(a, b);
}

/* Sorted by shape, the first of each holds the counts of all. */
static void
gather_alike(struct gathering *g, const struct message_source *words)
{
	size_t head = 0;

	find_shapes(g, words);
	qsort(g->all.p, g->all.n, sizeof(*g->all.p), by_shape);
	for (size_t i = 1; i < g->all.n; i++) {
		struct gathered *to = &g->all.p[head], *x = &g->all.p[i];

		if (to->shape != x->shape) {
			head = i;
			continue;
		}
		to->n_also++;
		to->count += x->count;
		to->last = x->last > to->last ? x->last : to->last;
		x->count = 0;
	}
}

/* The ids of those behind x in the list. */
static struct span *
also_of(const struct gathered *x, struct arena *mem)
{
	struct span *ids = x->n_also ? arena_alloc(mem, x->n_also * sizeof(*ids)) : NULL;

	for (uint32_t i = 0; i < x->n_also; i++)
		ids[i] = cluster_id(mem, x[1 + i].hash);
	return ids;
}

static int
by_count(const void *a, const void *b)
{
	const struct gathered *x = *(const struct gathered *const *)a, *y = *(const struct gathered *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static struct span
copied(struct arena *mem, struct span x)
{
	return (struct span){ arena_copy(mem, x.p ? x.p : "", x.n), x.n };
}

struct message_cluster *
cluster_messages(uint32_t *n, const struct test_view *t, int64_t until,
                 const struct message_source *words, struct arena *mem)
{
	struct gathering g = { VEC_INIT };
	VEC(const struct gathered *) heads = VEC_INIT;
	struct message_cluster *out = NULL;
	struct message_words w;

	/* what a broken build printed is shown only where there is nothing else */
	for (unsigned left_out = 0; left_out < 2 && g.all.n == 0; left_out++) {
		for (uint32_t s = 0; s < t->n_streams; s++)
			gather(&g, &t->streams[s], until, left_out > 0);
	}
	if (g.all.n) {
		fold(&g, true);
		look_up(&g, words);
		fold(&g, false);
	}
	if (g.all.n > 1)
		gather_alike(&g, words);
	for (size_t i = 0; i < g.all.n; i += 1 + g.all.p[i].n_also)
		vec_push(&heads, &g.all.p[i]);
	if (heads.n) {
		qsort(heads.p, heads.n, sizeof(*heads.p), by_count);
		out = arena_alloc(mem, heads.n * sizeof(*out));
	}
	for (size_t i = 0; i < heads.n; i++) {
		const struct gathered *x = heads.p[i];

		words->get(words->data, x->message, &w);
		out[i] = (struct message_cluster){
			.id = cluster_id(mem, x->hash), .count = x->count, .example = copied(mem, w.example),
			.generic = x->generic, .first = x->first, .last = x->last,
			.also = also_of(x, mem), .n_also = x->n_also,
		};
	}
	*n = (uint32_t)heads.n;
	vec_release(&heads);
	vec_release(&g.all);
	return out;
}
