/*
 * What every file of the project includes first: the feature macro, the few
 * standard headers everybody needs, and compiler attributes.  It declares no
 * function.
 */
#ifndef COMMON_BASE_H
#define COMMON_BASE_H

#define _GNU_SOURCE 1

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef NDEBUG
#error "assertions are kept in release builds: our bugs must not pass"
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

#endif
