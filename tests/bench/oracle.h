/*
 * The oracle of the benchmarks for commits: the k-th answer of a commit depends on
 * seed, commit and k alone, so that all methods get the same answers to the same questions.
 */
#ifndef TESTS_BENCH_ORACLE_H
#define TESTS_BENCH_ORACLE_H

#include "common/base.h"

#include "common/rnd.h"

struct oracle {
	uint64_t seed;
	uint32_t n, culprit; /* commits 0 to n - 1; n is GOOD's place in asked */
	double q, r;
	uint32_t *asked;     /* [n + 1] */
};

static UNUSED double
unit(uint64_t seed, uint32_t commit, uint32_t k)
{
	uint64_t x = rnd_mix(rnd_mix(seed + 1) + rnd_mix(commit * UINT64_C(0x9e3779b97f4a7c15) + k));

	return (double)(rnd_mix(x) >> 11) * 0x1p-53;
}

static UNUSED bool
answer(struct oracle *o, uint32_t commit, bool has)
{
	return unit(o->seed, commit, o->asked[commit]++) < (has ? o->r : o->q);
}

static UNUSED void
oracle_init(struct oracle *o, uint32_t n, double q, double r, uint64_t seed)
{
	o->seed = seed;
	o->n = n;
	o->culprit = (uint32_t)(unit(seed, UINT32_MAX, 0) * n);
	o->q = q;
	o->r = r;
	memset(o->asked, 0, (n + 1) * sizeof(*o->asked));
}

#endif
