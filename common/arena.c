/* Memory that dies together: see arena.h. */
#include "common/base.h"
#include "common/arena.h"

#include "common/mem.h"

enum { BLOCK = 64 << 10 };

struct arena_block {
	struct arena_block *next;
	size_t cap;
	_Alignas(max_align_t) char data[];
};

static char *
take(struct arena *a, size_t n, size_t align)
{
	size_t at, cap = n > BLOCK ? n : BLOCK;
	struct arena_block *b = a->blocks;

#ifdef ARENA_DEBUG
	cap = n;
	b = NULL;
#endif
	at = b ? (b->cap - a->left + align - 1) & ~(align - 1) : 0;
	if (b == NULL || at + n > b->cap) {
		b = xmalloc(sizeof(*b) + cap);
		b->cap = cap;
		b->next = a->blocks;
		a->blocks = b;
		at = 0;
	}
	a->left = b->cap - at - n;
	a->used += n;
	return b->data + at;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, _Alignof(max_align_t));
}

char *
arena_copy(struct arena *a, const char *p, size_t n)
{
	char *copy = take(a, n + 1, 1);

	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void
arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
	*a = (struct arena)ARENA_INIT;
}
