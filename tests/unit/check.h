/*
 * The harness of the small test programs in tests/unit, tests/tables and
 * tests/fault: checks that count by the function they stand in.  A check that
 * fails prints where and what, and the program goes on; check_done gives the
 * exit status of main.  It is included by one file of a program only.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include "common/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHECK_FUNCTIONS = 1024 };

/* One a function that held a check; name is its __func__, compared as a pointer. */
static struct {
	const char *name;
	unsigned n_failed;
} check_functions[CHECK_FUNCTIONS];
static unsigned check_n_functions, check_last;

/* Counts one check; returns ok, so that the caller can say more about a failure. */
static bool
check_count(const char *func, bool ok)
{
	unsigned i = check_last;

	if (i >= check_n_functions || check_functions[i].name != func)
		for (i = 0; i < check_n_functions && check_functions[i].name != func; i++)
			;
	assert(i < CHECK_FUNCTIONS);
	if (check_n_functions == 0)
		setvbuf(stdout, NULL, _IOLBF, 0); /* a crash must not swallow what was said */
	if (i == check_n_functions) {
		check_functions[i].name = func;
		check_n_functions++;
	}
	check_last = i;
	if (!ok)
		check_functions[i].n_failed++;
	return ok;
}

static UNUSED bool
check_true(const char *func, const char *file, int line, const char *text, bool ok)
{
	if (!check_count(func, ok))
		printf("%s:%d: %s: %s\n", file, line, func, text);
	return ok;
}

static UNUSED bool
check_int(const char *func, const char *file, int line, const char *text, long long got,
          long long want)
{
	bool ok = check_count(func, got == want);

	if (!ok)
		printf("%s:%d: %s: %s is %lld, not %lld\n", file, line, func, text, got, want);
	return ok;
}

static UNUSED bool
check_str(const char *func, const char *file, int line, const char *text, const char *got,
          const char *want)
{
	bool same = got == want || (got && want && strcmp(got, want) == 0);

	if (!check_count(func, same))
		printf("%s:%d: %s: %s\n  is   '%s'\n  not  '%s'\n", file, line, func, text,
		       got ? got : "(NULL)", want ? want : "(NULL)");
	return same;
}

static UNUSED bool
check_near(const char *func, const char *file, int line, const char *text, double got, double want,
           double by)
{
	bool ok = check_count(func, fabs(got - want) <= by);

	if (!ok)
		printf("%s:%d: %s: %s is %.9g, not within %.3g of %.9g\n", file, line, func, text,
		       got, by, want);
	return ok;
}

/* Each is true when the check passed: `if (CHECK(p)) CHECK_STR(p->name, "x");` */
#define CHECK_AT_ __func__, __FILE__, __LINE__
#define CHECK(cond) check_true(CHECK_AT_, #cond, (cond))
#define CHECK_INT(got, want) check_int(CHECK_AT_, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) check_str(CHECK_AT_, #got, (got), (want))
#define CHECK_NEAR(got, want, by) check_near(CHECK_AT_, #got, (got), (want), (by))

/* Leaves the program as skipped, for reasons outside it: CHECK_SKIP("no shared samples"). */
#define CHECK_SKIP(why) (printf("skipped %s: %s\n", __FILE__, (why)), exit(77))

/* Prints `ok NAME` for each function whose checks all passed.  The exit status
 * for main: 1 when one failed or none was made. */
static UNUSED int
check_done(void)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < check_n_functions; i++) {
		if (check_functions[i].n_failed)
			printf("FAILED %s\n", check_functions[i].name);
		else
			printf("ok %s\n", check_functions[i].name);
		failed += check_functions[i].n_failed > 0;
	}
	return failed > 0 || check_n_functions == 0;
}

#endif
