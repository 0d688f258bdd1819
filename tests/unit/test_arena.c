/* Memory that dies together. */
#include "tests/unit/check.h"

#include "common/arena.h"
#include "common/mem.h"

/* Catches allocations that overlap, are misaligned or change under growth. */
static void
test_mixed(void)
{
	enum { N = 3000 };
	struct { unsigned char *p; size_t n; } *got = xcalloc(N, sizeof(*got));
	struct arena a = ARENA_INIT;
	size_t i, k, sum = 0;

	for (i = 0; i < N; i++) {
		got[i].n = i % 7 == 0 ? i * 50 : i % 40;
		if (i % 3 == 0) {
			got[i].p = arena_alloc(&a, got[i].n);
			CHECK((uintptr_t)got[i].p % _Alignof(max_align_t) == 0);
			memset(got[i].p, (int)(i % 256), got[i].n);
			sum += got[i].n;
		} else {
			char *text = xmalloc(got[i].n + 1);
			memset(text, (int)(i % 256), got[i].n);
			got[i].p = (unsigned char *)arena_copy(&a, text, got[i].n);
			CHECK(got[i].p[got[i].n] == '\0');
			sum += got[i].n + 1;
			free(text);
		}
	}
	CHECK(a.used >= sum);
	for (i = 0; i < N; i++) {
		for (k = 0; k < got[i].n && got[i].p[k] == i % 256; k++)
			;
		CHECK_INT(k, got[i].n);
	}
	arena_release(&a);
	CHECK(a.blocks == NULL && a.used == 0 && a.left == 0);
	arena_release(&a);
	free(got);
}

/* Catches a big allocation that throws the rest of the open block away. */
static void
test_waste(void)
{
	struct arena a = ARENA_INIT;
	char *first = arena_copy(&a, "first", 5), *second;

	arena_alloc(&a, 10 << 20);
	second = arena_copy(&a, "second", 6);
	CHECK_STR(first, "first");
	CHECK_STR(second, "second");
#ifndef ARENA_DEBUG
	CHECK(second - first > 0 && second - first < 64 << 10);
#endif
	arena_release(&a);
}

/* Catches empty ones that are NULL or shared with what comes next. */
static void
test_empty(void)
{
	struct arena a = ARENA_INIT;
	char *nothing = arena_copy(&a, NULL, 0);
	void *p = arena_alloc(&a, 0);

	CHECK(nothing && *nothing == '\0');
	CHECK(p != NULL);
	arena_release(&a);
}

int
main(void)
{
	test_mixed();
	test_waste();
	test_empty();
	return check_done();
}
