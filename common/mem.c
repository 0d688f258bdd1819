/* Allocation that cannot fail: see mem.h. */
#include "common/base.h"
#include "common/mem.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "common/diag.h"

enum { KEPT_MAX = 64 << 20, PIECE_MAX = 32 << 20, FETCHED = 1 << 20 };

static void *
checked(void *p, size_t n)
{
	if (p == NULL)
		diag_die(EXIT_FAULT, "out of memory (%zu bytes wanted)", n);
	return p;
}

void *
xmalloc(size_t n)
{
	return checked(malloc(n ? n : 1), n);
}

void *
xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1), count * size);
}

void *
xrealloc(void *p, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		n = SIZE_MAX;
	return checked(realloc(p, n ? n : 1), n);
}

char *
xstrdup(const char *s)
{
	return xmemdup0(s, strlen(s));
}

char *
xmemdup0(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void
mem_keep_freed(void)
{
#ifdef __GLIBC__
	mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
	mallopt(M_MMAP_THRESHOLD, PIECE_MAX);
	mallopt(M_TOP_PAD, FETCHED);
#endif
}
