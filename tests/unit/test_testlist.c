/* Lists of tests: names of any bytes, files, size. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/testlist.h"

static char dir[] = "/tmp/testlist.XXXXXX";
static char path[64];

static void
put(const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert(f);
	fwrite(bytes, 1, n, f);
	fclose(f);
}

/* Catches a hash that loses or doubles names, also after it grew. */
static void
test_add_and_find(void)
{
	struct testlist l = TESTLIST_INIT;
	char name[32];
	uint32_t i, bad = 0;

	CHECK_INT(testlist_find(&l, span_of("a")), TESTLIST_NONE);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "test_%u", i);
		bad += testlist_add(&l, span_of(name)) != i;
	}
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "test_%u", i);
		bad += testlist_find(&l, span_of(name)) != i;
		bad += testlist_add(&l, span_of(name)) != i;
	}
	CHECK_INT(bad, 0);
	CHECK_INT(testlist_count(&l), 5000);
	CHECK_INT(l.n_doubles, 5000);
	CHECK_STR(testlist_name(&l, 4999), "test_4999");
	CHECK_INT(testlist_find(&l, (struct span){ "test_1", 5 }), TESTLIST_NONE);
	CHECK_INT(testlist_find(&l, (struct span){ "test_1\0x", 8 }), TESTLIST_NONE);
	CHECK_INT(testlist_find(&l, (struct span){ NULL, 0 }), TESTLIST_NONE);
	testlist_release(&l);
}

/* Catches a reader that drops the last line, blanks, or knows no escapes. */
static void
test_read(void)
{
	static const char text[] = "# remark\n\na b\r\n c\\nd\n\\x23hash\nback\\\\slash\n\xff\xfe\na b\nlast";
	struct testlist l = TESTLIST_INIT;
	struct err e = ERR_INIT;

	put(text, sizeof(text) - 1);
	CHECK_INT(testlist_read(&l, path, &e), 0);
	CHECK_STR(e.msg, "");
	if (CHECK_INT(testlist_count(&l), 6)) {
		CHECK_STR(testlist_name(&l, 0), "a b");
		CHECK_STR(testlist_name(&l, 1), " c\nd");
		CHECK_STR(testlist_name(&l, 2), "#hash");
		CHECK_STR(testlist_name(&l, 3), "back\\slash");
		CHECK_STR(testlist_name(&l, 4), "\xff\xfe");
		CHECK_STR(testlist_name(&l, 5), "last");
	}
	CHECK_INT(l.n_doubles, 1);
	testlist_release(&l);
}

/* Catches a plain list that loses a backslash, and a name that it cannot hold. */
static void
test_plain(void)
{
	static const char *const names[] = { "a[\\xfc]", "b\nc", "#d", "e" };
	struct testlist l = TESTLIST_INIT, back = TESTLIST_INIT;
	struct err e = ERR_INIT;
	uint32_t all[ARRAY_LEN(names)], i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		all[i] = testlist_add(&l, span_of(names[i]));
	CHECK_INT(testlist_write_plain(&l, all, 1, path, &e), 0);
	CHECK_INT(testlist_read(&back, path, &e), 0);
	CHECK_STR(testlist_name(&back, 0), "a[\xfc]"); /* it stands there as it is */
	testlist_release(&back);
	CHECK_INT(testlist_write_plain(&l, all, ARRAY_LEN(names), path, &e), 0);
	CHECK_INT(testlist_read_plain(&back, path, &e), 0);
	if (CHECK_INT(testlist_count(&back), ARRAY_LEN(names)))
		for (i = 0; i < ARRAY_LEN(names); i++)
			CHECK_STR(testlist_name(&back, i), names[i]);
	testlist_release(&back);
	testlist_release(&l);
}

/* Catches a piecewise reader that depends on where the pieces are cut. */
static void
test_read_pieces(void)
{
	static const char text[] = "one\ntwo\\tx\r\n\n# no\nthree\nfour";
	size_t step, at, n = sizeof(text) - 1;

	for (step = 1; step <= n; step++) {
		struct testlist l = TESTLIST_INIT;
		struct testlist_reader rd;
		struct err e = ERR_INIT;

		testlist_reader_init(&rd, false);
		for (at = 0; at < n; at += step)
			CHECK_INT(testlist_read_bytes(&l, &rd, (struct span){ text + at,
			          at + step < n ? step : n - at }, &e), 0);
		CHECK_INT(testlist_read_end(&l, &rd, &e), 0);
		if (CHECK_INT(testlist_count(&l), 4)) {
			CHECK_STR(testlist_name(&l, 1), "two\tx");
			CHECK_STR(testlist_name(&l, 3), "four");
		}
		testlist_reader_release(&rd);
		testlist_release(&l);
	}
}

/* Catches bad input that is taken, or an error that does not say where. */
static void
test_read_errors(void)
{
	struct testlist l = TESTLIST_INIT;
	struct err e = ERR_INIT;
	char *big = malloc(3 << 20);

	put("ok\nbad\0byte\n", 12);
	CHECK_INT(testlist_read(&l, path, &e), -1);
	CHECK(strstr(e.msg, path) && strstr(e.msg, "line 2") && strstr(e.msg, "NUL"));
	put("a\\x00b\n", 7);
	CHECK_INT(testlist_read(&l, path, &e), -1);
	memset(big, 'x', 3 << 20);
	put(big, 3 << 20);
	CHECK_INT(testlist_read(&l, path, &e), -1);
	CHECK(strstr(e.msg, "line 1") != NULL);
	CHECK_INT(testlist_read(&l, "/nonexistent/list", &e), -1);
	CHECK(strstr(e.msg, "'/nonexistent/list'") != NULL);
	CHECK_INT(testlist_read(&l, dir, &e), -1);
	free(big);
	testlist_release(&l);
}

/* Catches names that do not come back from a file as they went into it. */
static void
test_write_and_read_back(void)
{
	static const char *const names[] = { "#x", "a\nb", "tab\tcr\r", "b\\n", " lead", "\xc3\xa9",
		"\x80", "it's", "esc\x1b[0m" };
	struct testlist l = TESTLIST_INIT, back = TESTLIST_INIT;
	struct err e = ERR_INIT;
	uint32_t order[ARRAY_LEN(names)], i;
	char link_path[64], target[64];

	for (i = 0; i < ARRAY_LEN(names); i++)
		order[ARRAY_LEN(names) - 1 - i] = testlist_add(&l, span_of(names[i]));
	CHECK_INT(testlist_write(&l, order, ARRAY_LEN(order), path, &e), 0);
	CHECK_INT(testlist_read(&back, path, &e), 0);
	if (CHECK_INT(testlist_count(&back), ARRAY_LEN(names))) {
		for (i = 0; i < ARRAY_LEN(names); i++)
			CHECK_STR(testlist_name(&back, i), names[ARRAY_LEN(names) - 1 - i]);
	}
	CHECK(testlist_digest(&l) != testlist_digest(&back));
	CHECK_INT(testlist_write_raw(&l, order, ARRAY_LEN(order), path, &e), -1);
	CHECK(strstr(e.msg, "a\\nb") != NULL);
	CHECK_INT(testlist_write(&l, order, 1, "/nonexistent/x", &e), -1);
	CHECK_INT(testlist_write(&l, order, 1, "/dev/full", &e), -1);
	CHECK_INT(testlist_write(&l, order, 1, "/dev/null", &e), 0);
	/* As root, -o /dev/stdout would replace that for all programs. */
	snprintf(link_path, sizeof(link_path), "%s/link", dir);
	CHECK_INT(symlink(path, link_path), 0);
	CHECK_INT(testlist_write(&l, order, 1, link_path, &e), 0);
	CHECK(readlink(link_path, target, sizeof(target)) > 0);
	unlink(link_path);
	testlist_release(&l);
	testlist_release(&back);
}

/* Catches a half-written list, or rubbish beside it, after a write that failed. */
static void
test_write_is_whole(void)
{
	struct testlist l = TESTLIST_INIT;
	struct err e = ERR_INIT;
	uint32_t tests[] = { testlist_add(&l, span_of("a")), testlist_add(&l, span_of("b\nc")) };
	struct testlist back = TESTLIST_INIT;
	char command[128];

	put("old\n", 4);
	CHECK_INT(testlist_write_raw(&l, tests, 2, path, &e), -1);
	CHECK_INT(testlist_read(&back, path, &e), 0);
	CHECK_STR(testlist_name(&back, 0), "old");
	snprintf(command, sizeof(command), "test `ls -A %s | wc -l` = 1", dir);
	CHECK_INT(system(command), 0);
	testlist_release(&l);
	testlist_release(&back);
}

/* Catches digests that cannot tell lists apart. */
static void
test_digest(void)
{
	struct testlist a = TESTLIST_INIT, b = TESTLIST_INIT;

	testlist_add(&a, span_of("ab"));
	testlist_add(&a, span_of("c"));
	testlist_add(&b, span_of("a"));
	testlist_add(&b, span_of("bc"));
	CHECK(testlist_digest(&a) != testlist_digest(&b));
	testlist_release(&a);
	testlist_release(&b);
}

/* Catches a list of a million tests that takes more than 150 MB. */
static void
test_million(void)
{
	struct testlist l = TESTLIST_INIT;
	char name[80];
	uint32_t i, bad = 0;

	for (i = 0; i < 1000000; i++) {
		snprintf(name, sizeof(name), "tests/unit/test_some_module.py::TestClass::test_%u", i);
		testlist_add(&l, span_of(name));
	}
	for (i = 0; i < 1000000; i += 9973) {
		snprintf(name, sizeof(name), "tests/unit/test_some_module.py::TestClass::test_%u", i);
		bad += testlist_find(&l, span_of(name)) != i;
	}
	CHECK_INT(bad, 0);
	CHECK(mallinfo2().uordblks + mallinfo2().hblkhd < 150u << 20);
	testlist_release(&l);
}

int
main(void)
{
	assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/list", dir);
	test_add_and_find();
	test_read();
	test_plain();
	test_read_pieces();
	test_read_errors();
	test_write_and_read_back();
	test_write_is_whole();
	test_digest();
	test_million();
	unlink(path);
	rmdir(dir);
	return check_done();
}
