/*
 * Errors of the outside world, as values.  A function that can fail returns
 * -1 and fills the `struct err` given last; callers pass it on or print it.
 * Messages are lower case, name the subject in single quotes, have no full
 * stop and do not repeat what an outer prefix says.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdarg.h>

enum { ERR_MAX = 1024 };

/* msg is "" while nothing failed; longer messages are cut at a whole byte. */
struct err {
	char msg[ERR_MAX];
};

#define ERR_INIT { "" }

/* Sets the message; returns -1, so that `return err_set(e, ...)` works.  e may be NULL. */
int err_set(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same with ": " and the text of errno at the end. */
int err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts "prefix: " before the message that is there; returns -1. */
int err_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
