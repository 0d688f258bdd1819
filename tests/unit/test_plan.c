/*
 * The plan against simulated commands: does it name what the failure needs,
 * and does it stay within sight of the information bound?  Seeded, so that a
 * failure can be had again.  Package: none.
 */
#include "tests/unit/check.h"

#include "bisect/plan.h"

struct command {
	uint32_t needed[8];
	unsigned n_needed;
	bool any;          /* each of them is enough alone */
	double rate, other;
	uint64_t random;
};

static double
uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static bool
fails(struct command *c, const struct ranges *q)
{
	unsigned i, in = 0;

	for (i = 0; i < c->n_needed; i++)
		in += ranges_has(q, c->needed[i]);
	return uniform(&c->random) < ((c->any ? in > 0 : in == c->n_needed) ? c->rate : c->other);
}

struct outcome {
	enum plan_state state;
	uint32_t n_runs;
	double work; /* seconds of tests run */
	struct positions answer;
	double posterior;
};

static struct outcome
search(const struct plan_config *config, struct command *c)
{
	struct plan *p = plan_new(config);
	struct ranges q = { VEC_INIT };
	struct outcome o = { .answer = { VEC_INIT } };
	unsigned n_fails = 0;
	bool failed;

	ranges_all(&q, config->n);
	while (n_fails < 2) {
		failed = fails(c, &q);
		n_fails += failed;
		plan_tell(p, &q, failed);
	}
	while ((o.state = plan_next(p, &q)) == PLAN_ASK && o.n_runs < 2000) {
		size_t i;
		uint32_t x;
		o.n_runs++;
		for (i = 0; i < q.v.n; i++)
			for (x = q.v.p[i].lo; x < q.v.p[i].hi; x++)
				o.work += config->seconds ? config->seconds[x] : 1.0 / config->n;
		plan_tell(p, &q, fails(c, &q));
	}
	o.posterior = plan_answer(p, &o.answer);
	plan_free(p);
	vec_release(&q.v);
	return o;
}

static bool
names(const struct outcome *o, const struct command *c)
{
	unsigned i;
	size_t j;

	if (o->state != PLAN_FOUND || o->answer.v.n != c->n_needed)
		return false;
	for (i = 0; i < c->n_needed; i++) {
		for (j = 0; j < o->answer.v.n && o->answer.v.p[j] != c->needed[i]; j++)
			;
		if (j == o->answer.v.n)
			return false;
	}
	return true;
}

static void
draw(struct command *c, uint32_t n, unsigned k, uint64_t seed)
{
	unsigned i, j;

	*c = (struct command){ .n_needed = k, .rate = 1, .random = seed * 7919 + 1 };
	for (i = 0; i < k; i++) {
		do {
			c->needed[i] = (uint32_t)(uniform(&c->random) * n);
			for (j = 0; j < i && c->needed[j] != c->needed[i]; j++)
				;
		} while (j < i);
	}
}

/* Catches a search that names neighbours, or asks what it knows. */
static void
test_deterministic(void)
{
	static const struct { uint32_t n; unsigned k, most; } cases[] = {
		{ 400, 1, 18 }, { 400, 2, 32 }, { 400, 3, 50 }, { 50000, 1, 26 }, { 7, 3, 20 }, { 2, 1, 12 },
	};
	size_t i;
	uint64_t seed;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		for (seed = 1; seed <= 8; seed++) {
			struct plan_config config = { .n = cases[i].n, .startup = 0.1, .confidence = 0.99 };
			struct command c;
			struct outcome o;
			draw(&c, cases[i].n, cases[i].k, seed);
			o = search(&config, &c);
			CHECK(names(&o, &c));
			CHECK(o.n_runs <= cases[i].most);
			CHECK(o.posterior >= 0.99);
			vec_release(&o.answer.v);
		}
	}
}

/* Catches halving on a pass: at rate .5 that names the right test in 6 %. */
static void
test_noisy(void)
{
	uint64_t seed;
	int right = 0;

	for (seed = 1; seed <= 20; seed++) {
		struct plan_config config = { .n = 400, .startup = 1, .confidence = 0.99 };
		struct command c;
		struct outcome o;
		draw(&c, 400, 1, seed);
		c.rate = 0.5;
		o = search(&config, &c);
		right += names(&o, &c);
		CHECK(o.n_runs < 150);
		vec_release(&o.answer.v);
	}
	CHECK(right >= 19);
}

/* Catches an innocent test being blamed for a flake that no test explains, and a search
 * of one that goes on in questions that tell nothing until it is given up. */
static void
test_plain(void)
{
	uint64_t seed;
	int blamed = 0;

	for (seed = 1; seed <= 40; seed++) {
		struct plan_config config = { .n = 400, .startup = 1, .confidence = 0.99 };
		struct command c = { .rate = 0.2, .other = 0.2, .random = seed };
		struct outcome o = search(&config, &c);
		blamed += o.state == PLAN_FOUND;
		CHECK(o.state == PLAN_FOUND || o.state == PLAN_PLAIN);
		vec_release(&o.answer.v);
	}
	CHECK(blamed <= 1);
}

/* Catches a culprit being called a plain flake because a question without it failed by chance. */
static void
test_chance(void)
{
	uint64_t seed;
	int right = 0;

	for (seed = 1; seed <= 20; seed++) {
		struct plan_config config = { .n = 400, .startup = 1, .confidence = 0.99 };
		struct command c;
		struct outcome o;
		draw(&c, 400, 1, seed);
		c.rate = 0.5;
		c.other = 0.05;
		o = search(&config, &c);
		right += names(&o, &c);
		CHECK(o.state != PLAN_PLAIN);
		vec_release(&o.answer.v);
	}
	CHECK(right >= 18);
}

/* Catches several culprits, each enough alone, being taken for a plain flake. */
static void
test_independent(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 20; seed++) {
		struct plan_config config = { .n = 400, .startup = 1, .confidence = 0.99 };
		struct command c;
		struct outcome o;
		draw(&c, 400, 2 + seed % 7, seed);
		c.any = true;
		o = search(&config, &c);
		CHECK(o.state == PLAN_FOUND && o.answer.v.n == 1);
		CHECK(o.n_runs <= 48);
		vec_release(&o.answer.v);
	}
}

/* Catches durations being ignored: one slow test of half the time must seldom be run. */
static void
test_durations(void)
{
	enum { N = 256 };
	double seconds[N];
	struct plan_config config = { .n = N, .startup = 0.001, .confidence = 0.99, .seconds = seconds };
	struct command c;
	struct outcome o;
	double work = 0;
	uint64_t seed;
	int i;

	for (i = 0; i < N; i++)
		seconds[i] = i == 100 ? 0.5 : 0.5 / (N - 1);
	for (seed = 1; seed <= 10; seed++) {
		draw(&c, N, 1, seed);
		if (c.needed[0] == 100)
			c.needed[0] = 101;
		o = search(&config, &c);
		CHECK(names(&o, &c));
		work += o.work;
		vec_release(&o.answer.v);
	}
	CHECK(work / 10 < 0.75);
}

/* Catches suspicion being ignored: a test that is a hundred times as likely is found sooner. */
static void
test_prior(void)
{
	enum { N = 1000 };
	double prior[N];
	struct plan_config config = { .n = N, .startup = 1, .confidence = 0.99, .prior = prior };
	struct command c = { .needed = { 321 }, .n_needed = 1, .rate = 1, .random = 5 };
	struct outcome with, without;
	int i;

	for (i = 0; i < N; i++)
		prior[i] = i == 321 ? 1000 : 1;
	with = search(&config, &c);
	config.prior = NULL;
	without = search(&config, &c);
	CHECK(names(&with, &c));
	CHECK(with.n_runs < without.n_runs);
	vec_release(&with.answer.v);
	vec_release(&without.answer.v);
}

/* Catches one question being asked twice at once, and a pending one that is never forgotten. */
static void
test_pending(void)
{
	struct plan_config config = { .n = 1000, .startup = 0.01, .confidence = 0.99 };
	struct plan *p = plan_new(&config);
	struct ranges all = { VEC_INIT }, a = { VEC_INIT }, b = { VEC_INIT }, again = { VEC_INIT };

	ranges_all(&all, 1000);
	plan_tell(p, &all, true);
	CHECK(plan_next(p, &a) == PLAN_ASK);
	CHECK(plan_next(p, &b) == PLAN_ASK);
	CHECK(a.v.n != b.v.n || memcmp(a.v.p, b.v.p, a.v.n * sizeof(*a.v.p)) != 0);
	plan_drop(p, &a);
	plan_drop(p, &b);
	CHECK(plan_next(p, &again) == PLAN_ASK);
	CHECK(a.v.n == again.v.n && memcmp(a.v.p, again.v.p, a.v.n * sizeof(*a.v.p)) == 0);
	vec_release(&all.v);
	vec_release(&a.v);
	vec_release(&b.v);
	vec_release(&again.v);
	plan_free(p);
}

/* Catches answers to questions of others (other victims, the proof) being lost. */
static void
test_foreign_answers(void)
{
	struct plan_config config = { .n = 100, .startup = 1, .confidence = 0.99 };
	struct plan *p = plan_new(&config);
	struct ranges q = { VEC_INIT };
	struct positions answer = { VEC_INIT };
	uint32_t i;

	for (i = 0; i < 5; i++) {
		ranges_all(&q, 100);
		plan_tell(p, &q, true);
		vec_clear(&q.v);
		ranges_add(&q, 33, 34);
		plan_tell(p, &q, true);
		vec_clear(&q.v);
		ranges_add(&q, 0, 33);
		ranges_add(&q, 34, 100);
		plan_tell(p, &q, false);
	}
	CHECK(plan_next(p, &q) == PLAN_FOUND);
	CHECK(plan_answer(p, &answer) > 0.99);
	CHECK(answer.v.n == 1 && answer.v.p[0] == 33);
	vec_release(&q.v);
	vec_release(&answer.v);
	plan_free(p);
}

/* Catches a contradiction that is never noticed: answers without any pattern in
 * sets that grow and shrink must end in some verdict. */
static void
test_ends(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 5; seed++) {
		struct plan_config config = { .n = 64, .startup = 1, .confidence = 0.99 };
		struct plan *p = plan_new(&config);
		struct ranges q = { VEC_INIT };
		unsigned n = 0;
		ranges_all(&q, 64);
		plan_tell(p, &q, true);
		while (n < 2000 && plan_next(p, &q) == PLAN_ASK) {
			plan_tell(p, &q, ranges_count(&q) % 2 == seed % 2);
			n++;
		}
		CHECK(n < 2000);
		vec_release(&q.v);
		plan_free(p);
	}
}

static void
test_ranges(void)
{
	struct ranges r = { VEC_INIT };

	ranges_add(&r, 2, 4);
	ranges_add(&r, 4, 6); /* touches: one range */
	ranges_add(&r, 9, 9); /* empty */
	ranges_add(&r, 10, 12);
	CHECK_INT(r.v.n, 2);
	CHECK_INT(ranges_count(&r), 6);
	CHECK(!ranges_has(&r, 1) && ranges_has(&r, 2) && ranges_has(&r, 5) && !ranges_has(&r, 6));
	CHECK(ranges_has(&r, 11) && !ranges_has(&r, 12));
	vec_release(&r.v);
}

int
main(void)
{
	test_ranges();
	test_deterministic();
	test_noisy();
	test_plain();
	test_chance();
	test_independent();
	test_durations();
	test_prior();
	test_pending();
	test_foreign_answers();
	test_ends();
	return check_done();
}
