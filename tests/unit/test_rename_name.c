/* What tests are called after their file was renamed. */
#include "tests/unit/check.h"

#include "triage/rename_name.h"

static const struct row {
	const char *name, *from, *to;
	unsigned parts;
	const char *now; /* NULL: not a test of that file, or the new path is shorter */
} rows[] = {
	/* pytest, from the top and from a folder below it */
	{ "tests/a/test_x.py::T::test_y", "tests/a/test_x.py", "tests/b/test_z.py", 3, "tests/b/test_z.py::T::test_y" },
	{ "a/test_x.py::test_y[a/b]", "tests/a/test_x.py", "tests/b/test_z.py", 2, "b/test_z.py::test_y[a/b]" },
	{ "./spec/a_spec.rb[1:2]", "spec/a_spec.rb", "spec/deep/b_spec.rb", 3, "./spec/deep/b_spec.rb[1:2]" },
	/* regrtest, unittest, JUnit */
	{ "test_asyncore", "Lib/test/test_asyncore.py", "Lib/test/test_old/test_core.py", 2, "test_old.test_core" },
	{ "test.test_io.IOTest.test_a", "Lib/test/test_io.py", "Lib/test/test_io/test_all.py", 3,
	  "test.test_io.test_all.IOTest.test_a" },
	{ "test_io.test_all", "Lib/test/test_io/test_all.py", "Lib/test/test_io/__init__.py", 1, "test_io" },
	{ "org.foo.BarTest.works", "src/test/java/org/foo/BarTest.java", "src/test/java/org/baz/BarTest.java", 3,
	  "org.baz.BarTest.works" },
	/* Rust */
	{ "net::tcp::tests::dead", "src/net/tcp.rs", "src/net/tcp/stream.rs", 3, "net::tcp::stream::tests::dead" },
	/* another file, a longer word, a path that has not so many parts */
	{ "tests/a/test_xy.py::test_y", "tests/a/test_x.py", "tests/b/test_x.py", 3, NULL },
	{ "test_asyncore2", "Lib/test/test_asyncore.py", "Lib/test/test_core.py", 1, NULL },
	{ "my.test_asyncore", "Lib/test/test_asyncore.py", "Lib/test/test_core.py", 1, NULL },
	{ "test_x.test_y", "tests/test_x.py", "test_z.py", 2, NULL },
	{ "", "tests/test_x.py", "tests/test_z.py", 1, NULL },
	{ "adds two numbers", "src/a.test.js", "src/b.test.js", 1, NULL },
};

int
main(void)
{
	struct str now = STR_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct file_rename f = { span_of(r->from), span_of(r->to) };
		bool any = rename_name(&now, span_of(r->name), &f, r->parts);

		CHECK_STR(any ? str_c(&now) : "(none)", r->now ? r->now : "(none)");
	}
	CHECK_INT(rename_parts(span_of("a/b/c.py")), 3);
	CHECK_INT(rename_parts(span_of("")), 0);
	str_release(&now);
	return check_done();
}
