/* Warnings and last words on standard error: see diag.h. */
#include "common/base.h"
#include "common/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *program = "flaketools";
static void (*before)(void);

void
diag_program(const char *name)
{
	program = name;
}

void
diag_before(void (*hook)(void))
{
	before = hook;
}

PRINTF_LIKE(2, 0)
static void
print(const char *kind, const char *fmt, va_list ap)
{
	if (before)
		before();
	fprintf(stderr, "%s: %s", program, kind);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	fflush(stderr);
}

void
diag_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("warning: ", fmt, ap);
	va_end(ap);
}

void
diag_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("", fmt, ap);
	va_end(ap);
}

void
diag_die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("", fmt, ap);
	va_end(ap);
	exit(status);
}
