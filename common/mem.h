/*
 * Allocation that cannot fail: when there is no memory the program says so
 * and ends with status 128.  What is allocated is freed with free().
 */
#ifndef COMMON_MEM_H
#define COMMON_MEM_H

#include <stdlib.h>

/* Uninitialised memory; n may be 0 (a unique pointer is returned). */
void *xmalloc(size_t n);
/* Zeroed memory for count objects of size bytes; the product is checked. */
void *xcalloc(size_t count, size_t size);
/* Resizes to count objects of size bytes; the product is checked. */
void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* A NUL-terminated copy of n bytes. */
char *xmemdup0(const char *s, size_t n);

/* From now on memory is fetched by the MiB, and what is freed stays ours, up to 64 MiB of it, for a
 * program that does alike things again and again: the kernel's part in giving back and fetching
 * again is a fifth of an ingest and a quarter of a report. */
void mem_keep_freed(void);

#endif
