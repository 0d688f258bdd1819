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

static bool
same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Where to look first: eight bytes a step, for this process alone. */
static size_t
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
	return (size_t)(h ^ h >> 32);
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *
slot_of(const struct map *m, struct span text)
{
	size_t i = mix(text) & (m->n_slots - 1);

	while (m->slots[i] && !same(m->texts.p[m->slots[i] - 1], text))
		i = (i + 1) & (m->n_slots - 1);
	return &m->slots[i];
}

static void
grow(struct map *m)
{
	size_t i;

	m->n_slots = m->n_slots ? 2 * m->n_slots : 64;
	free(m->slots);
	m->slots = xcalloc(m->n_slots, sizeof(*m->slots));
	for (i = 0; i < m->texts.n; i++)
		*slot_of(m, m->texts.p[i]) = (uint32_t)i + 1;
}

uint32_t
map_add(struct map *m, struct span text)
{
	uint32_t *slot;

	if (2 * (m->texts.n + 1) > m->n_slots)
		grow(m);
	slot = slot_of(m, text);
	if (*slot == 0) {
		text.p = arena_copy(&m->mem, text.p, text.n);
		vec_push(&m->texts, text);
		*slot = (uint32_t)m->texts.n;
	}
	return *slot - 1;
}

uint32_t
map_find(const struct map *m, struct span text)
{
	if (m->n_slots == 0)
		return MAP_NONE;
	return *slot_of(m, text) - 1; /* 0 - 1 is MAP_NONE */
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
