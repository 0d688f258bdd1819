/*
 * What was read of a build's inputs, put together: runs that report other
 * tests are shards of one, a run that reports a test again is another part.
 */
#include "common/base.h"
#include "triage/intake_in.h"

#include <stdio.h>

#include "triage/store.h"

enum { UNREAD_KEPT = 100 };

/* A run that others were merged into. */
struct part {
	struct run *run;
	struct map names;
};

struct parts { VEC(struct part) p; };

/* ---- merging ---- */

/* Of two words on one run: a failure of either is one of both. */
static enum run_verdict
worse(enum run_verdict a, enum run_verdict b)
{
	static const int rank[] = {
		[RUN_PASSED] = 0, [RUN_UNKNOWN] = 1, [RUN_STOPPED] = 2, [RUN_FAILED] = 3,
	};

	return rank[a] >= rank[b] ? a : b;
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void
merge_facts(struct run *to, const struct run *from, bool only_remarks)
{
	if (!only_remarks)
		to->verdict = worse(to->verdict, from->verdict);
	to->truncated |= from->truncated;
	if (from->started && (to->started == 0 || from->started < to->started))
		to->started = from->started;
	if (from->micros >= 0)
		to->micros = to->micros < 0 ? from->micros : to->micros + from->micros;
	to->n_processors = larger(to->n_processors, from->n_processors);
	to->n_jobs = larger(to->n_jobs, from->n_jobs);
	if (to->seed.n == 0)
		to->seed = from->seed;
	if (to->format.n == 0)
		to->format = from->format;
}

/* Moves everything; from keeps the memory of it. */
static void
merge(struct part *to, struct run *from)
{
	uint32_t first = (uint32_t)to->run->tests.n;
	size_t i;

	merge_facts(to->run, from, from->tests.n == 0 && from->verdict == RUN_UNKNOWN);
	for (i = 0; i < from->tests.n; i++) {
		map_add(&to->names, from->tests.p[i].name);
		vec_push(&to->run->tests, from->tests.p[i]);
	}
	from->tests.n = 0;
	for (i = 0; i < from->warnings.n && to->run->warnings.n < RUN_WARNINGS_MAX; i++) {
		struct run_warning w = from->warnings.p[i];

		if (w.test != UINT32_MAX)
			w.test += first;
		vec_push(&to->run->warnings, w);
	}
	to->run->n_warnings += from->n_warnings;
	for (i = 0; i < from->unread.n && to->run->unread.n < UNREAD_KEPT; i++)
		vec_push(&to->run->unread, from->unread.p[i]);
	to->run->n_unread += from->n_unread;
}

static bool
shares_test(const struct part *p, const struct run *r)
{
	size_t i;

	for (i = 0; i < r->tests.n; i++) {
		if (map_find(&p->names, r->tests.p[i].name) != MAP_NONE)
			return true;
	}
	return false;
}

static void
new_part(struct parts *parts, struct run *r, bool alone)
{
	struct part p = { .run = r, .names = MAP_INIT };
	size_t i;

	for (i = 0; !alone && i < r->tests.n; i++)
		map_add(&p.names, r->tests.p[i].name);
	vec_push(&parts->p, p);
}

static void
part_runs(struct parts *parts, struct intake *t)
{
	size_t i, k;

	for (i = 0; i < t->runs.n; i++) {
		for (k = 0; k < parts->p.n && shares_test(&parts->p.p[k], t->runs.p[i]); k++)
			;
		if (k < parts->p.n)
			merge(&parts->p.p[k], t->runs.p[i]);
		else
			new_part(parts, t->runs.p[i], t->runs.n == 1);
	}
}

/* ---- storing ---- */

/* What the facts do not say. */
static void
fill_in(struct intake *t, const struct parts *parts)
{
	struct build *b = &t->facts;
	char number[32];
	size_t i;

	for (i = 0; i < parts->p.n; i++) {
		const struct run *r = parts->p.p[i].run;

		if (b->started == 0 && r->started) {
			b->started = r->started;
			if (b->finished == 0 && r->micros >= 0)
				b->finished = r->started + r->micros / 1000000;
		}
	}
	if (b->started == 0)
		b->started = t->file_time;
	if (b->number.n == 0) {
		for (i = 0; i < t->n_tail; i++)
			t->hash = (t->hash ^ (unsigned char)t->tail[i]) * UINT64_C(0x100000001b3);
		snprintf(number, sizeof(number), "%016llx", (unsigned long long)(t->hash ^ t->n_bytes));
		b->number = (struct span){ arena_copy(&t->mem, number, strlen(number)), strlen(number) };
	}
	if (b->builder.n == 0)
		b->builder = span_of("local");
	if (b->source.n == 0)
		b->source = span_of("files");
}

static int
put(struct intake *t, uint32_t part, struct run *r, enum store_put *most, struct err *e)
{
	struct build b = t->facts;
	enum store_put how;
	size_t i;

	b.part += part;
	b.run = r;
	if (t->lost && r)
		r->truncated = true;
	b.log_lost |= t->lost && (r == NULL || r->tests.n == 0);
	if (store_put(t->in->store, &b, &how, e) < 0)
		return -1;
	t->in->n_lost += b.log_lost;
	if (r) {
		t->in->n_unread += r->n_unread;
		t->in->n_tests += r->tests.n;
		for (i = 0; i < r->tests.n; i++)
			t->in->n_attempts += r->tests.p[i].attempts.n;
	}
	if (part == 0 || how == STORE_PUT_NEW || (how == STORE_PUT_CHANGED && *most == STORE_PUT_SAME))
		*most = how;
	return 0;
}

static void
count(struct ingest *in, enum store_put how)
{
	in->n_new += how == STORE_PUT_NEW;
	in->n_same += how == STORE_PUT_SAME;
	in->n_changed += how == STORE_PUT_CHANGED;
}

/* Nothing was read, and nothing went wrong: a suite without tests is worth a word. */
static void
say_blank(struct intake *t)
{
	char line[512];

	if (t->blank == NULL)
		return;
	snprintf(line, sizeof(line), "'%.400s' holds no tests", t->blank);
	intake_remark(t, line);
}

int
intake_commit(struct intake *t, bool only_tests, struct err *e)
{
	struct parts parts = { VEC_INIT };
	enum store_put how = STORE_PUT_SAME;
	int ret = 0;
	size_t i;

	assert(!t->begun);
	for (i = 0; i < t->own.runs.n; i++)
		vec_push(&t->runs, t->own.runs.p[i]);
	vec_clear(&t->own.runs);
	if (t->runs.n == 0 && only_tests) {
		say_blank(t);
		return 0;
	}
	part_runs(&parts, t);
	fill_in(t, &parts);
	if (parts.p.n == 0)
		ret = put(t, 0, NULL, &how, e);
	for (i = 0; ret == 0 && i < parts.p.n; i++)
		ret = put(t, (uint32_t)i, parts.p.p[i].run, &how, e);
	if (ret == 0 && how == STORE_PUT_CHANGED)
		ret = store_trim(t->in->store, &t->facts, t->facts.part + (uint32_t)(parts.p.n ? parts.p.n : 1), e);
	if (ret == 0)
		count(t->in, how);
	for (i = 0; i < parts.p.n; i++)
		map_release(&parts.p.p[i].names);
	vec_release(&parts.p);
	return ret;
}
