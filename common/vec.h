/*
 * Growing arrays of any type: `VEC(int) v = VEC_INIT; vec_push(&v, 3);
 * v.p[0]; v.n; vec_release(&v);`.  The empty state is all zero.
 */
#ifndef COMMON_VEC_H
#define COMMON_VEC_H

#include "common/mem.h"

#define VEC(type) struct { type *p; size_t n, cap; }
#define VEC_INIT { NULL, 0, 0 }

/* Makes room for at least want elements; len is unchanged. */
#define vec_reserve(v, want) do { \
	size_t want_ = (want); \
	if (want_ > (v)->cap) { \
		(v)->cap = want_ > 2 * (v)->cap ? want_ : 2 * (v)->cap; \
		(v)->p = xrealloc((v)->p, (v)->cap, sizeof(*(v)->p)); \
	} \
} while (0)

#define vec_push(v, x) do { \
	vec_reserve(v, (v)->n + 1); \
	(v)->p[(v)->n++] = (x); \
} while (0)

#define vec_clear(v) ((void)((v)->n = 0))

#define vec_release(v) do { \
	free((v)->p); \
	(v)->p = NULL; \
	(v)->n = (v)->cap = 0; \
} while (0)

#endif
