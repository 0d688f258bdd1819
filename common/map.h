/*
 * Texts to numbers: each different text gets the next number, from 0.  The
 * texts are copied and live as long as the map.
 */
#ifndef COMMON_MAP_H
#define COMMON_MAP_H

#include "common/arena.h"
#include "common/str.h"
#include "common/vec.h"

enum { MAP_NONE = UINT32_MAX };

struct map_slot { uint32_t taken; /* number + 1, 0: free */ uint32_t hash; };

/* The empty state is all zero. */
struct map {
	VEC(struct span) texts; /* by number; NUL-terminated */
	struct map_slot *slots; /* a power of two of them */
	size_t n_slots;
	struct arena mem;
};

#define MAP_INIT { VEC_INIT, NULL, 0, ARENA_INIT }

uint32_t map_add(struct map *m, struct span text);        /* its number, new or old */
/* The same with a copy of a new text in mem, which lives longer than the map. */
uint32_t map_add_in(struct map *m, struct span text, struct arena *mem);
uint32_t map_find(const struct map *m, struct span text); /* MAP_NONE: it is not there */
void map_release(struct map *m); /* leaves the empty state */

/* FNV-1a (Fowler, Noll, Vo), 64 bits: the same on every machine, may be stored. */
uint64_t map_hash(struct span text);

#endif
