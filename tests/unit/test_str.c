/* Bytes that are looked at and bytes that are owned. */
#include "tests/unit/check.h"

#include "common/mem.h"
#include "common/str.h"

/* Catches text past the maximum, cut in the middle, or without its NUL. */
static void
test_maximum(void)
{
	struct str s = STR_INIT(10);

	CHECK_STR(str_c(&s), "");
	CHECK(str_add(&s, NULL, 0) && s.n == 0);
	CHECK(str_adds(&s, "12345678"));
	CHECK(!str_adds(&s, "9ab"));
	CHECK(s.over);
	CHECK_STR(str_c(&s), "12345678");
	CHECK(str_adds(&s, "9a"));
	CHECK(!str_addc(&s, 'b') && !str_addf(&s, "%d", 5));
	CHECK_STR(str_c(&s), "123456789a");
	CHECK(str_addf(&s, "%s", "") && str_add(&s, "x", 0));
	str_cut(&s, 3);
	CHECK_STR(str_c(&s), "123");
	str_clear(&s);
	CHECK(!s.over && s.n == 0 && s.max == 10);
	CHECK_STR(str_c(&s), "");
	str_cut(&s, 0);
	CHECK(!str_add(&s, "", SIZE_MAX));
	CHECK(s.over);
	str_release(&s);
	CHECK(s.p == NULL && s.max == 10 && !s.over);
	str_release(&s);
}

/* Catches growth that loses bytes; every byte value must survive. */
static void
test_growth(void)
{
	struct str s = STR_INIT(STR_FILE);
	size_t i;
	bool same = true;

	for (i = 0; i < 100000; i++)
		str_addc(&s, (char)(i * 7));
	for (i = 0; i < 100000; i++)
		same &= s.p[i] == (char)(i * 7);
	CHECK(same && s.n == 100000 && s.p[s.n] == '\0' && s.cap < 400000);
	str_cut(&s, 5);
	CHECK(str_addf(&s, "<%s|%5.1f>", "text", 2.25));
	CHECK(memcmp(s.p + 5, "<text|  2.2>", 13) == 0);
	str_release(&s);
}

static void
check_shell(const char *text, const char *want)
{
	struct str s = STR_INIT(10000);

	CHECK(str_add_shell(&s, text));
	CHECK_STR(str_c(&s), want);
	str_release(&s);
}

/* What a shell makes of it: 'printf %s TEXT' must print the text again. */
static void
check_bash(const char *text)
{
	struct str command = STR_INIT(100000), back = STR_INIT(100000);
	char bytes[1000];
	size_t n;
	FILE *f;

	str_adds(&command, "printf %s ");
	CHECK(str_add_shell(&command, text));
	setenv("FB_TEST_COMMAND", str_c(&command), 1);
	f = popen("exec bash -c \"$FB_TEST_COMMAND\"", "r");
	while (f && (n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		str_add(&back, bytes, n);
	if (f)
		pclose(f);
	CHECK_STR(str_c(&back), text);
	str_release(&command);
	str_release(&back);
}

/* Catches a word that a shell would split, expand or run. */
static void
test_shell(void)
{
	char all[256];
	int i;

	check_shell("plain/path.py::test_a", "plain/path.py::test_a");
	check_shell("", "''");
	check_shell("a b", "'a b'");
	check_shell("it's", "'it'\\''s'");
	check_shell("$(rm) `x` \\ \" !", "'$(rm) `x` \\ \" !'");
	check_shell("~x", "'~x'");
	check_shell("a\nb'\\", "$'a\\nb\\'\\\\'");
	check_bash("a\tb\nc'd\\e\001\177f\0331");
	check_bash("\n");
	check_bash("-n");
	check_bash("caf\303\251 \377");
	check_bash("a\0011b\0017");
	for (i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	check_bash(all);
}

/* Catches text that is different after there and back, or is not one line. */
static void
test_escapes(void)
{
	struct str out = STR_INIT(10000), back = STR_INIT(10000);
	char all[256];
	int i;

	for (i = 0; i < 256; i++)
		all[i] = (char)i;
	CHECK(str_add_escaped(&out, (struct span){ all, 256 }));
	CHECK(memchr(out.p, '\n', out.n) == NULL && memchr(out.p, '\t', out.n) == NULL);
	CHECK(memchr(out.p, '\0', out.n) == NULL && memchr(out.p, 27, out.n) == NULL);
	CHECK(str_add_unescaped(&back, str_span(&out)));
	CHECK(back.n == 256 && memcmp(back.p, all, 256) == 0);
	str_clear(&out);
	str_add_escaped(&out, span_of("a\\n\tb\x01\x7f"));
	CHECK_STR(str_c(&out), "a\\\\n\\tb\\x01\\x7f");
	str_clear(&out);
	str_add_escaped(&out, span_of("caf\xc3\xa9 \xc2\x9b" "31m \xc2\xa0\xc2"));
	CHECK_STR(str_c(&out), "caf\xc3\xa9 \\xc2\\x9b31m \xc2\xa0\xc2");
	str_clear(&out);
	str_add_unescaped(&out, span_of("\\q \\x4 \\xzz \\x4a\\x4B \\"));
	CHECK_STR(str_c(&out), "\\q \\x4 \\xzz JK \\");
	str_release(&out);
	str_release(&back);
}

/* Catches an escape that is cut at the maximum: it must be all or nothing. */
static void
test_escapes_maximum(void)
{
	struct str s = STR_INIT(6);

	CHECK(str_adds(&s, "abc"));
	CHECK(!str_add_escaped(&s, span_of("\n\n")));
	CHECK_STR(str_c(&s), "abc");
	CHECK(s.over);
	CHECK(!str_add_shell(&s, "a b c"));
	CHECK_STR(str_c(&s), "abc");
	CHECK(!str_add_unescaped(&s, span_of("\\n\\n\\n\\n")));
	CHECK_STR(str_c(&s), "abc");
	str_release(&s);
}

/* Catches a step over the end of a span. */
static void
test_spans(void)
{
	struct span none = { NULL, 0 }, x = span_of("hello world");

	CHECK(span_is(x, "hello world") && !span_is(x, "hello") && !span_is(x, "hello worlds"));
	CHECK(span_is(none, "") && !span_is(none, "a") && span_starts(none, "") && span_ends(none, ""));
	CHECK(span_starts(x, "hello") && !span_starts(span_of("he"), "hello"));
	CHECK(span_ends(x, "world") && !span_ends(span_of("ld"), "world"));
	CHECK_INT(span_find(x, "o w"), 4);
	CHECK_INT(span_find(x, "xyz"), x.n);
	CHECK_INT(span_find(x, ""), 0);
	CHECK_INT(span_find(none, "a"), 0);
	CHECK_INT(span_count(x, 'o'), 2);
	CHECK_INT(span_count(none, 'a'), 0);
	CHECK(span_is(span_from(x, 6), "world") && span_from(x, 100).n == 0 && span_from(none, 3).n == 0);
	CHECK(span_is(span_trim(span_of(" \t\r\n\v\fa b\n")), "a b"));
	CHECK(span_trim(span_of("  ")).n == 0 && span_trim(none).n == 0);
}

/* Catches parts that are lost at the ends, and one more or less than there are. */
static void
test_parts(void)
{
	static const struct {
		const char *text, *parts;
	} rows[] = {
		{ "", "<>" }, { "a", "<a>" }, { "a,b", "<a><b>" }, { "a,", "<a><>" }, { ",", "<><>" },
		{ ",a", "<><a>" }, { "a,,b", "<a><><b>" },
	};
	struct str out = STR_INIT(100);
	struct span rest = { NULL, 0 }, part;
	size_t i;

	CHECK(!span_next(&rest, ',', &part));
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		str_clear(&out);
		rest = span_of(rows[i].text);
		while (span_next(&rest, ',', &part))
			str_addf(&out, "<%.*s>", (int)part.n, part.p);
		CHECK_STR(str_c(&out), rows[i].parts);
		CHECK(!span_next(&rest, ',', &part));
	}
	str_release(&out);
}

/* Catches numbers with rubbish, signs or too many digits. */
static void
test_numbers(void)
{
	static const char *const wrong[] = { "", " 1", "1 ", "-1", "+1", "1a", "0x1", "18446744073709551616",
	                                     "99999999999999999999", "1.5" };
	uint64_t v = 7;
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK(!span_u64(span_of(wrong[i]), &v) && v == 7);
	CHECK(span_u64(span_of("18446744073709551615"), &v) && v == UINT64_MAX);
	CHECK(span_u64(span_of("0"), &v) && v == 0);
	CHECK(span_u64(span_of("007"), &v) && v == 7);
}

/* Catches lanes that run over, and bytes left out between them. */
static void
test_count(void)
{
	struct str s = STR_INIT(STR_FILE);
	size_t n;

	for (n = 0; n < 5000; n++) {
		CHECK_INT(span_count(str_span(&s), '\n'), n - n / 3);
		str_addc(&s, n % 3 == 2 ? '\x8a' : '\n');
	}
	str_release(&s);
}

int
main(void)
{
	test_maximum();
	test_growth();
	test_shell();
	test_escapes();
	test_escapes_maximum();
	test_spans();
	test_parts();
	test_numbers();
	test_count();
	return check_done();
}
