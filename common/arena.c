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

/* Makes a block and puts it first; or second, when it is full at once and the
 * first still has room for others. */
static struct arena_block *
add_block(struct arena *a, size_t cap, bool full)
{
	struct arena_block *b = xmalloc(sizeof(*b) + cap), **at = &a->blocks;

	if (full && *at)
		at = &(*at)->next;
	b->cap = cap;
	b->next = *at;
	*at = b;
	return b;
}

static char *
take(struct arena *a, size_t n, size_t align)
{
	struct arena_block *b = a->blocks;
	size_t at = b ? (b->cap - a->left + align - 1) & ~(align - 1) : 0;
	bool own = n > BLOCK / 4;

#ifdef ARENA_DEBUG
	own = true;
	b = NULL;
#endif
	assert(n < SIZE_MAX / 2);
	a->used += n;
	if (b && at <= b->cap && n <= b->cap - at) {
		a->left = b->cap - at - n;
		return b->data + at;
	}
	b = add_block(a, own ? n : BLOCK, own);
	if (b == a->blocks)
		a->left = b->cap - n;
	return b->data;
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
