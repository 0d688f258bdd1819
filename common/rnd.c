/* Random numbers from a seed: see rnd.h. */
#include "common/base.h"
#include "common/rnd.h"

uint64_t
rnd_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct rnd
rnd_from(uint64_t seed)
{
	return (struct rnd){ rnd_mix(seed + UINT64_C(0x9e3779b97f4a7c15)) };
}

uint64_t
rnd_next(struct rnd *r)
{
	return rnd_mix(r->state += UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t
rnd_below(struct rnd *r, uint32_t n)
{
	return (uint32_t)((rnd_next(r) >> 32) * n >> 32);
}

double
rnd_unit(struct rnd *r)
{
	return (double)(rnd_next(r) >> 11) * 0x1p-53;
}

bool
rnd_chance(struct rnd *r, double p)
{
	return rnd_unit(r) < p;
}
