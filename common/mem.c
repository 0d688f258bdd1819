/* Allocation that cannot fail: see mem.h. */
#include "common/base.h"
#include "common/mem.h"

#include "common/diag.h"

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
