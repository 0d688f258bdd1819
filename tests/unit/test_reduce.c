/* Layered splitting: never keeps a set that was not seen failing. */
#include "tests/unit/check.h"

#include "bisect/reduce.h"

static uint64_t rng = 1;

static double
uniform(void)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (double)(rng >> 11) / 9007199254740992.0;
}

/* k tests are needed together; returns the questions asked. */
static unsigned
reduce_conjunction(uint32_t n, const uint32_t *needed, unsigned k, double rate, uint32_t repeats,
                   uint32_t *left)
{
	struct ranges all = { VEC_INIT }, q = { VEC_INIT };
	struct reduce_config c = { &all, repeats };
	struct reduce *r;
	unsigned asked = 0;

	ranges_all(&all, n);
	r = reduce_new(&c);
	while (reduce_next(r, &q)) {
		bool inside = true;
		for (unsigned i = 0; i < k; i++)
			inside &= ranges_has(&q, needed[i]);
		bool failed = inside && uniform() < rate;
		asked++;
		reduce_tell(r, failed);
		for (unsigned i = 0; i < k; i++)
			CHECK(ranges_has(reduce_kept(r), needed[i]));
		CHECK(asked < 100000);
	}
	*left = ranges_count(reduce_kept(r));
	reduce_free(r);
	vec_release(&all.v);
	vec_release(&q.v);
	return asked;
}

/* A needed test that is dropped, or an innocent one that stays. */
static void
conjunctions(void)
{
	static const uint32_t needed[][5] = { { 0 }, { 99, 0 }, { 5, 6, 7, 50, 98 } };
	static const unsigned k[] = { 1, 2, 5 };
	uint32_t left;

	for (unsigned i = 0; i < 3; i++) {
		unsigned asked = reduce_conjunction(100, needed[i], k[i], 1, 1, &left);
		CHECK_INT(left, k[i]);
		CHECK(asked <= 16 * k[i] + 8);
	}
}

/* Flaky: too few repeats may leave innocent tests, never drop a needed one. */
static void
flaky_conjunctions(void)
{
	static const uint32_t needed[] = { 17, 61 };
	uint32_t left, exact = 0;

	for (unsigned i = 0; i < 50; i++) {
		reduce_conjunction(80, needed, 2, 0.5, 9, &left);
		exact += left == 2;
	}
	CHECK(exact >= 45);
}

/* Where nothing is needed all is dropped, and the end is found on an empty set. */
static void
nothing_needed(void)
{
	uint32_t left;

	reduce_conjunction(33, NULL, 0, 1, 1, &left);
	CHECK_INT(left, 0);
	reduce_conjunction(1, NULL, 0, 1, 1, &left);
	CHECK_INT(left, 0);
}

int
main(void)
{
	conjunctions();
	flaky_conjunctions();
	nothing_needed();
	return check_done();
}
