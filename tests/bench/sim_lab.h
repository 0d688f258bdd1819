/*
 * A simulated laboratory: implements lab.h with a seeded command, so that
 * whole sessions (gate, search, proof) run by the thousand in no time.
 * Included by one file of a program only; that program must not pull in lab.c.
 *
 * The command runs tests in the order asked.  Each group of polluters has a
 * victim that fails, at the group's rate, when all of them ran before it and no
 * cleaner between; a group without a victim fails the run as a whole.
 */
#ifndef TESTS_BENCH_SIM_LAB_H
#define TESTS_BENCH_SIM_LAB_H

#include "common/base.h"

#include <stdio.h>
#include <stdlib.h>

#include "bisect/drive.h"

enum { SIM_GROUPS = 12, SIM_NEED = 8, SIM_NONE = UINT32_MAX };

struct sim_group {
	uint32_t need[SIM_NEED]; /* polluters */
	unsigned k;
	uint32_t victim; /* SIM_NONE: the whole run */
	double rate;
};

struct sim {
	uint32_t n;
	struct sim_group group[SIM_GROUPS];
	unsigned n_groups;
	double chance;        /* the same failure, whatever runs */
	double other;         /* another failure: unresolved */
	uint32_t flake;       /* a test that fails at flake_rate by itself; SIM_NONE */
	double flake_rate;
	uint32_t brittle;     /* fails unless `setter` ran before it; SIM_NONE */
	uint32_t setter;
	uint32_t cleaner;     /* undoes all pollution before it; SIM_NONE */
	bool unordered;       /* runs in the list's order whatever is asked */
	bool no_names;        /* says only how the run ended */
	double startup;       /* seconds; the whole list takes 1 */
	bool uneven;          /* durations differ by a factor of up to 100 */
};

#define SIM_INIT(count) { .n = (count), .flake = SIM_NONE, .brittle = SIM_NONE, \
                          .cleaner = SIM_NONE, .startup = 0.1 }

struct sim_run {
	uint64_t id;
	double end;            /* simulated seconds */
	struct answer answer;
	uint32_t *failed;
	char signature[24];
};

struct lab {
	const struct sim *sim;
	const struct options *opt;
	struct testlist list;
	double *seconds;
	uint64_t rng;
	uint8_t *role;         /* [n] 1: the test is somebody's polluter, victim, ... */
	VEC(struct sim_run) under_way;
	struct sim_run last;
	uint64_t n_asked;
	double now;
	struct lab_stats stats;
	char target[24];
	char seen_text[4][24];  /* failures that were not the target */
	struct other_failure seen[4];
};

static double
sim_uniform(struct lab *l)
{
	uint64_t z = l->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static void sim_note_other(struct lab *l, const struct answer *a);

static UNUSED uint32_t
sim_below(struct lab *l, uint32_t n)
{
	return (uint32_t)(sim_uniform(l) * n);
}

static void
sim_roles(struct lab *l)
{
	const struct sim *s = l->sim;
	const uint32_t one[] = { s->flake, s->brittle, s->setter, s->cleaner };

	for (unsigned g = 0; g < s->n_groups; g++) {
		for (unsigned i = 0; i < s->group[g].k; i++)
			l->role[s->group[g].need[i]] = 1;
		if (s->group[g].victim != SIM_NONE)
			l->role[s->group[g].victim] = 1;
	}
	for (unsigned i = 0; i < ARRAY_LEN(one); i++)
		if (one[i] < s->n)
			l->role[one[i]] = 1;
}

static void
sim_open(struct lab *l, const struct sim *s, const struct options *opt, uint64_t seed)
{
	char name[24];
	double sum = 0;

	memset(l, 0, sizeof(*l));
	l->sim = s;
	l->opt = opt;
	l->rng = seed * 0x2545f4914f6cdd1du + 88172645463325252u;
	l->seconds = xmalloc(s->n * sizeof(*l->seconds));
	l->role = xcalloc(s->n, 1);
	for (uint32_t i = 0; i < s->n; i++) {
		snprintf(name, sizeof(name), "t%u", i);
		testlist_add(&l->list, span_of(name));
		l->seconds[i] = s->uneven ? 1 + 99 * sim_uniform(l) * sim_uniform(l) : 1;
		sum += l->seconds[i];
	}
	for (uint32_t i = 0; i < s->n; i++)
		l->seconds[i] /= sum;
	sim_roles(l);
}

static void
sim_close(struct lab *l)
{
	for (size_t i = 0; i < l->under_way.n; i++)
		free(l->under_way.p[i].failed);
	vec_release(&l->under_way);
	free(l->last.failed);
	free(l->seconds);
	free(l->role);
	testlist_release(&l->list);
}

struct sim_state {
	unsigned had[SIM_GROUPS]; /* bits of the polluters that ran */
	bool strikes[SIM_GROUPS]; /* the group's rate, drawn once a run */
	bool set;
	VEC(uint32_t) failed;
	bool whole;
};

static bool
sim_complete(const struct sim *s, const struct sim_state *st, unsigned g)
{
	return st->had[g] == (1u << s->group[g].k) - 1;
}

static void
sim_test(struct lab *l, struct sim_state *st, uint32_t t)
{
	const struct sim *s = l->sim;
	bool fails = (t == s->flake && sim_uniform(l) < s->flake_rate) || (t == s->brittle && !st->set);

	for (unsigned g = 0; g < s->n_groups; g++)
		if (s->group[g].victim == t && st->strikes[g] && sim_complete(s, st, g))
			fails = true;
	if (fails)
		vec_push(&st->failed, t);
	if (t == s->setter)
		st->set = true;
	if (t == s->cleaner)
		memset(st->had, 0, sizeof(st->had));
	for (unsigned g = 0; g < s->n_groups; g++)
		for (unsigned i = 0; i < s->group[g].k; i++)
			if (s->group[g].need[i] == t)
				st->had[g] |= 1u << i;
}

static int
sim_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Runs the tests; the victim of the ask fails by chance too, or the whole does. */
static void
sim_command(struct lab *l, const struct ask *ask, struct sim_state *st, double *seconds)
{
	const struct sim *s = l->sim;
	uint32_t *tests = xmalloc(ask->n * sizeof(*tests));
	uint32_t chance = s->n_groups ? s->group[0].victim : s->brittle;

	memcpy(tests, ask->tests, ask->n * sizeof(*tests));
	if (s->unordered)
		qsort(tests, ask->n, sizeof(*tests), sim_compare);
	for (unsigned g = 0; g < s->n_groups; g++)
		st->strikes[g] = sim_uniform(l) < s->group[g].rate;
	*seconds = s->startup;
	for (size_t i = 0; i < ask->n; i++) {
		*seconds += l->seconds[tests[i]];
		if (l->role[tests[i]])
			sim_test(l, st, tests[i]);
	}
	for (unsigned g = 0; g < s->n_groups; g++)
		if (s->group[g].victim == SIM_NONE && st->strikes[g] && sim_complete(s, st, g))
			st->whole = true;
	if (sim_uniform(l) < s->chance) {
		if (chance == SIM_NONE || s->no_names)
			st->whole = true;
		else if (st->failed.n == 0)
			vec_push(&st->failed, chance);
	}
	free(tests);
}

/* Another failure, a crash: unresolved, unless it is the target (the first to fail was it). */
static void
sim_other(struct lab *l, const struct ask *ask, struct sim_run *r)
{
	snprintf(r->signature, sizeof(r->signature), "crash");
	r->answer.verdict = VERDICT_UNRESOLVED;
	if (ask->victim == SIM_NONE && l->target[0] == '\0')
		snprintf(l->target, sizeof(l->target), "crash");
	if (ask->victim == SIM_NONE && strcmp(l->target, "crash") == 0) {
		r->answer.verdict = VERDICT_FAIL;
		r->answer.outcome = OUT_CRASH;
	}
}

static void
sim_judge(struct lab *l, const struct ask *ask, const struct sim_state *st, struct sim_run *r)
{
	struct answer *a = &r->answer;
	bool fail = st->whole || st->failed.n > 0;

	if (st->failed.n)
		snprintf(r->signature, sizeof(r->signature), "t%u", st->failed.p[0]);
	else if (fail)
		snprintf(r->signature, sizeof(r->signature), "whole");
	if (ask->victim != SIM_NONE) {
		fail = false;
		for (size_t i = 0; i < st->failed.n; i++)
			fail |= st->failed.p[i] == ask->victim;
	}
	a->verdict = fail ? VERDICT_FAIL : VERDICT_PASS;
	a->outcome = fail ? OUT_FAIL : OUT_PASS;
	a->why = "";
	if (fail && ask->victim == SIM_NONE && l->target[0] == '\0')
		snprintf(l->target, sizeof(l->target), "%s", r->signature);
	if (fail && ask->victim == SIM_NONE && strcmp(l->target, r->signature) != 0)
		a->verdict = VERDICT_UNRESOLVED;
	if (sim_uniform(l) < l->sim->other)
		sim_other(l, ask, r);
	a->n_failed = l->sim->no_names || a->outcome == OUT_CRASH ? 0 : st->failed.n;
	if (a->verdict == VERDICT_UNRESOLVED) {
		a->outcome = OUT_OTHER;
		a->why = "another failure";
	}
}

int
lab_ask(struct lab *l, const struct ask *ask, uint64_t *id, struct err *e)
{
	struct sim_state st = { .whole = false };
	struct sim_run r = { .id = ++l->n_asked };
	double seconds;

	(void)e;
	assert(ask->n > 0 && ask->n <= l->sim->n);
	sim_command(l, ask, &st, &seconds);
	sim_judge(l, ask, &st, &r);
	r.failed = st.failed.p;
	r.end = l->now + seconds;
	r.answer.ask = *id = r.id;
	r.answer.micros = (int64_t)(seconds * 1e6);
	l->stats.work += (double)ask->n / l->sim->n;
	vec_push(&l->under_way, r);
	return 0;
}

enum lab_event
lab_wait(struct lab *l, struct answer *out, struct err *e)
{
	size_t best = 0;

	(void)e;
	if (l->opt->max_runs && l->stats.n_runs >= l->opt->max_runs)
		return LAB_BUDGET;
	if (l->under_way.n == 0)
		return LAB_IDLE;
	for (size_t i = 1; i < l->under_way.n; i++)
		if (l->under_way.p[i].end < l->under_way.p[best].end)
			best = i;
	free(l->last.failed);
	l->last = l->under_way.p[best];
	l->under_way.p[best] = l->under_way.p[--l->under_way.n];
	l->now = l->last.end;
	l->stats.seconds = l->now;
	l->last.answer.run = ++l->stats.n_runs;
	l->last.answer.failed = l->last.failed;
	l->last.answer.signature = l->last.signature;
	*out = l->last.answer;
	if (out->outcome == OUT_OTHER)
		sim_note_other(l, out);
	return LAB_ANSWER;
}

void
lab_cancel(struct lab *l, uint64_t id)
{
	for (size_t i = 0; i < l->under_way.n; i++) {
		if (l->under_way.p[i].id == id) {
			free(l->under_way.p[i].failed);
			l->under_way.p[i] = l->under_way.p[--l->under_way.n];
			return;
		}
	}
}

void
lab_target(struct lab *l, const struct answer *a)
{
	memset(l->seen, 0, sizeof(l->seen));
	snprintf(l->target, sizeof(l->target), "%s", a->signature);
}

const char *lab_target_text(const struct lab *l) { return l->target[0] ? l->target : NULL; }
void lab_target_shown(struct str *out, const struct lab *l) { str_adds(out, l->target); }
struct lab_stats lab_stats(const struct lab *l) { return l->stats; }
const double *lab_seconds(const struct lab *l) { return l->seconds; }
double lab_startup(const struct lab *l, bool warm) { (void)warm; return l->sim->startup; }
enum lab_warm lab_warm(const struct lab *l) { (void)l; return LAB_WARM_NONE; }
void lab_drop_warm(struct lab *l, const char *why) { (void)l; (void)why; }
uint32_t lab_jobs(const struct lab *l) { return l->opt->jobs ? l->opt->jobs : 1; }
void lab_note(struct lab *l, const char *fmt, ...) { (void)l; (void)fmt; }
const char *lab_trouble(struct lab *l) { (void)l; return NULL; }

/* Few are simulated: the most frequent goes first by one exchange. */
static void
sim_note_other(struct lab *l, const struct answer *a)
{
	unsigned i = 0;

	while (i < 3 && l->seen[i].count && strcmp(l->seen_text[i], a->signature) != 0)
		i++;
	snprintf(l->seen_text[i], sizeof(l->seen_text[i]), "%s", a->signature);
	l->seen[i].count++;
	if (i > 0 && l->seen[i].count > l->seen[0].count) {
		struct other_failure o = l->seen[0];
		char text[24];
		memcpy(text, l->seen_text[0], sizeof(text));
		l->seen[0] = l->seen[i];
		l->seen[i] = o;
		memcpy(l->seen_text[0], l->seen_text[i], sizeof(text));
		memcpy(l->seen_text[i], text, sizeof(text));
	}
}

size_t
lab_others(struct lab *l, const struct other_failure **out)
{
	size_t n = 0;

	for (; n < 4 && l->seen[n].count; n++)
		l->seen[n].signature = l->seen_text[n];
	*out = l->seen;
	return n;
}

/* One session from its start to its end; the finding is the caller's to release. */
static UNUSED void
sim_session(const struct sim *s, struct options *opt, uint64_t seed, struct finding *f)
{
	struct lab lab;
	struct err e = ERR_INIT;
	enum lab_event event;
	struct drive d = { .lab = &lab, .list = &lab.list, .opt = opt, .keeps_order = !s->unordered,
		           .names_tests = !s->no_names };

	sim_open(&lab, s, opt, seed);
	finding_init(f);
	if (drive_tests(&d, f, &event, &e) < 0)
		printf("seed %llu: %s\n", (unsigned long long)seed, e.msg);
	sim_close(&lab);
}

#endif
