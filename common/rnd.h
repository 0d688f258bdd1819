/*
 * Random numbers from a seed: the same on every machine, for orders, samples and
 * simulated histories; for nothing secret.  splitmix64 of Steele, Lea and Flood
 * (2014), "Fast splittable pseudorandom number generators".
 */
#ifndef COMMON_RND_H
#define COMMON_RND_H

#include "common/base.h"

struct rnd { uint64_t state; };

struct rnd rnd_from(uint64_t seed);
uint64_t rnd_next(struct rnd *r);
uint32_t rnd_below(struct rnd *r, uint32_t n); /* 0 to n - 1; n is not 0 */
double rnd_unit(struct rnd *r);                /* 0 to below 1 */
bool rnd_chance(struct rnd *r, double p);
uint64_t rnd_mix(uint64_t x); /* one step's finaliser: a hash of a number */

#endif
