/* Libraries that are loaded when they are needed. */
#include "tests/unit/check.h"

#include "common/lazy.h"

static void *at[2];

/* Catches a missing library that is not named, or not told how to be had. */
static void
test_missing(void)
{
	static const char *const names[] = { "cos", NULL };
	struct lazy l = { "libno-such.so.7", "libno-such", names, at };
	struct err e = ERR_INIT;

	CHECK_INT(lazy_load(&l, &e), -1);
	CHECK(strstr(e.msg, "libno-such is needed for this; install it (libno-such.so.7: ") != NULL);
	CHECK(at[0] == NULL);
}

#ifdef __GLIBC__

/* Catches a function of another version that would be called at NULL. */
static void
test_lacks(void)
{
	static const char *const names[] = { "no_such_function", "dlopen", NULL };
	struct lazy l = { "libc.so.6", "libc", names, at };
	struct err e = ERR_INIT;

	CHECK_INT(lazy_load(&l, &e), -1);
	CHECK(strstr(e.msg, "'libc.so.6' is another version than this program was built with: it has no "
	                    "no_such_function") != NULL);
	CHECK(at[0] == NULL);
}

/* Catches functions in the wrong places, and a second search for what is there. */
static void
test_found(void)
{
	static const char *const names[] = { "strlen", "abs", NULL };
	struct lazy l = { "libc.so.6", "libc", names, at };
	struct err e = ERR_INIT;

	CHECK_INT(lazy_load(&l, &e), 0);
	CHECK_INT((*(__typeof__(strlen) *)at[0])("four"), 4);
	CHECK_INT((*(int (*)(int))at[1])(-3), 3);
	l.soname = "libno-such.so.7";
	CHECK_INT(lazy_load(&l, &e), 0);
}

#endif

/* Catches a library that the linker has found and that is looked for all the same. */
static void
test_linked(void)
{
	static const char *const names[] = { NULL };
	static void *none[1];
	struct lazy l = { NULL, "libno-such", names, none };
	struct err e = ERR_INIT;

	CHECK_INT(lazy_load(&l, &e), 0);
}

int
main(void)
{
	test_missing();
#ifdef __GLIBC__
	test_lacks();
	test_found();
#endif
	test_linked();
	return check_done();
}
