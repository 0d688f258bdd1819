/* Texts to numbers, by open addressing: see map.h. */
#include "common/base.h"
#include "common/map.h"

uint64_t
map_hash(struct span text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Where to look first: eight bytes a step, for this process alone. */
static uint32_t
mix(struct span text)
{
	uint64_t h = text.n, w;

	for (; text.n >= sizeof(w); text.p += sizeof(w), text.n -= sizeof(w)) {
		memcpy(&w, text.p, sizeof(w));
		h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	w = 0;
	if (text.n)
		memcpy(&w, text.p, text.n);
	h = (h ^ w) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(h ^ h >> 32);
}

static bool
holds(const struct map *m, const struct map_slot *slot, uint32_t hash, struct span text)
{
	struct span x = m->texts.p[slot->taken - 1];

	return slot->hash == hash && x.n == text.n && (x.n == 0 || memcmp(x.p, text.p, x.n) == 0);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct map_slot *
slot_of(const struct map *m, struct span text, uint32_t hash)
{
	size_t i = hash & (m->n_slots - 1);

	while (m->slots[i].taken && !holds(m, &m->slots[i], hash, text))
		i = (i + 1) & (m->n_slots - 1);
	return &m->slots[i];
}

static void
grow(struct map *m)
{
	size_t n = m->n_slots, i, k;
	struct map_slot *old = m->slots;

	m->n_slots = n ? 4 * n : 64;
	m->slots = xcalloc(m->n_slots, sizeof(*m->slots));
	for (i = 0; i < n; i++) {
		if (old[i].taken == 0)
			continue;
		for (k = old[i].hash & (m->n_slots - 1); m->slots[k].taken; k = (k + 1) & (m->n_slots - 1))
			;
		m->slots[k] = old[i];
	}
	free(old);
}

uint32_t
map_add_in(struct map *m, struct span text, struct arena *mem)
{
	uint32_t hash = mix(text);
	struct map_slot *slot;

	if (2 * (m->texts.n + 1) > m->n_slots)
		grow(m);
	slot = slot_of(m, text, hash);
	if (slot->taken == 0) {
		text.p = arena_copy(mem, text.p, text.n);
		vec_push(&m->texts, text);
		*slot = (struct map_slot){ (uint32_t)m->texts.n, hash };
	}
	return slot->taken - 1;
}

uint32_t
map_add(struct map *m, struct span text)
{
	return map_add_in(m, text, &m->mem);
}

uint32_t
map_find(const struct map *m, struct span text)
{
	if (m->n_slots == 0)
		return MAP_NONE;
	return slot_of(m, text, mix(text))->taken - 1; /* 0 - 1 is MAP_NONE */
}

void
map_release(struct map *m)
{
	vec_release(&m->texts);
	free(m->slots);
	m->slots = NULL;
	m->n_slots = 0;
	arena_release(&m->mem);
}
