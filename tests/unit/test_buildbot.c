/* What both ways to a Buildbot master share (source_buildbot_facts.c): lines, names, properties. */
#include "tests/unit/check.h"

#include "triage/source_buildbot_in.h"

static const char *
stripped(const char *text)
{
	static char buf[200];
	size_t n = strlen(text);

	memcpy(buf, text, n);
	buf[bb_strip(buf, n)] = '\0';
	return buf;
}

/* Catches letters that are text, text that is taken for letters, and a header that stays. */
static void
test_strip(void)
{
	CHECK_STR(stripped(""), "");
	CHECK_STR(stripped("oerror: x\n"), "error: x\n");
	CHECK_STR(stripped("hpython -m test\nooh\neeh\nhdone\ni<in\n"), "oh\neh\n<in\n");
	CHECK_STR(stripped("\n\no\n"), "\n\n\n");
	CHECK_STR(stripped("o"), "");
	CHECK_STR(stripped("ono end"), "no end");
	CHECK_STR(stripped("hno end"), "");
}

/* Catches lines that are counted or skipped wrongly at the end of a text. */
static void
test_lines(void)
{
	CHECK_INT(bb_count_lines(span_of("")), 0);
	CHECK_INT(bb_count_lines(span_of("a")), 1);
	CHECK_INT(bb_count_lines(span_of("a\n")), 1);
	CHECK_INT(bb_count_lines(span_of("\n\nb")), 3);
	CHECK_STR(bb_skip_lines(span_of("a\nb\nc"), 2).p, "c");
	CHECK_INT(bb_skip_lines(span_of("a\nb\nc"), 3).n, 0);
	CHECK_INT(bb_skip_lines(span_of("a\n"), INT64_MAX).n, 0);
	CHECK_STR(bb_skip_lines(span_of("a\n"), -5).p, "a\n");
}

/* Catches a step that runs tests and is passed over, or one that never does and is read. */
static void
test_names(void)
{
	static const char *const read[] = { "test", "make check", "Compile and TEST", "gitfoo", "updates", "", "checks" };
	static const char *const idle[] = { "git", "Git", "git-foo", "configure", "configure (gcc)", "compile", "upload 2" };

	for (size_t i = 0; i < ARRAY_LEN(read); i++)
		CHECK(bb_step_matters(span_of(read[i])));
	for (size_t i = 0; i < ARRAY_LEN(idle); i++)
		CHECK(!bb_step_matters(span_of(idle[i])));
	CHECK(bb_log_matters(span_of("stdio"), 's') && bb_log_matters(span_of("junit.xml"), 't'));
	CHECK(bb_log_matters(span_of("stdio"), 'd'));
	CHECK(!bb_log_matters(span_of("warnings (12)"), 's') && !bb_log_matters(span_of("stdio"), 'h'));
	CHECK(bb_tests_matter(0) && bb_tests_matter(1) && bb_tests_matter(2));
	for (int r = 3; r < 9; r++)
		CHECK(!bb_tests_matter(r) && !bb_tests_matter(-r));
}

/* Catches a time from nonsense. */
static void
test_time(void)
{
	CHECK_INT(bb_time(1466700144.80411), 1466700144);
	CHECK_INT(bb_time(-1), 0);
	CHECK_INT(bb_time(0.5), 0);
	CHECK_INT(bb_time(1e300), 0);
	CHECK_INT(bb_time(NAN), 0);
	CHECK_INT(bb_time(INFINITY), 0);
}

static void
give(struct bb_page *page, const char *name, const char *value)
{
	struct err e = ERR_INIT;
	struct json *doc = json_parse(span_of(value), &e);

	bb_property(&page->builds.p[0], span_of(name), doc, &page->mem);
	json_free(doc);
}

/* Catches a property that is taken for another, or believed without being a text. */
static void
test_properties(void)
{
	struct bb_page page = BB_PAGE_INIT;
	struct bb_build *b = bb_page_add(&page);
	struct span branch, revision;

	CHECK(bb_needs_stamps(b));
	bb_revision(b, &branch, &revision);
	CHECK(branch.n == 0 && branch.p && revision.n == 0 && revision.p);
	give(&page, "slavename", "\"old\"");
	CHECK(span_is(b->worker, "old"));
	give(&page, "workername", "\"new\"");
	give(&page, "slavename", "\"other\"");
	CHECK(span_is(b->worker, "new"));
	give(&page, "branch", "null");
	give(&page, "revision", "17");
	CHECK(!bb_needs_stamps(b));
	give(&page, "got_revision", "\" abc \\n\"");
	bb_revision(b, &branch, &revision);
	CHECK(span_is(revision, "abc") && branch.n == 0);
	give(&page, "got_revision", "{\"a\": \"1\", \"b\": null, \"c\": [2]}");
	CHECK_INT(b->got.n, 1);
	CHECK(bb_needs_stamps(b));
	bb_revision(b, &branch, &revision);
	CHECK(span_is(revision, "1"));
	bb_page_clear(&page);
	bb_page_clear(&page);
}

int
main(void)
{
	test_strip();
	test_lines();
	test_names();
	test_time();
	test_properties();
	return check_done();
}
