/* The PCRE2 wrapper: errors, groups, invalid UTF-8, patterns that would never end. */
#include "tests/unit/check.h"

#include "common/rx.h"

static struct err e = ERR_INIT;

/* Catches groups that are numbered or spanned wrong. */
static void
test_groups(void)
{
	struct rx *rx = rx_new("^(?:ok|(?<bad>not ok)) (?<name>\\S+)", 0, &e);
	struct span got;

	if (!CHECK(rx != NULL))
		return;
	CHECK_INT(rx_group(rx, "name"), 2);
	CHECK_INT(rx_group(rx, "other"), -1);
	CHECK_INT(rx_match(rx, span_of("ok t1 ")), 1);
	CHECK(!rx_get(rx, rx_group(rx, "bad"), &got));
	CHECK(rx_get(rx, rx_group(rx, "name"), &got) && span_is(got, "t1"));
	CHECK(!rx_get(rx, -1, &got) && !rx_get(rx, 3, &got));
	CHECK_INT(rx_match(rx, span_of("nothing")), 0);
	CHECK(!rx_get(rx, 0, &got));
	CHECK_INT(rx_match(rx, (struct span){ NULL, 0 }), 0);
	rx_free(rx);
	rx_free(NULL);
}

/* Catches a message that does not say what and where. */
static void
test_errors(void)
{
	CHECK(rx_new("a(b", 0, &e) == NULL);
	CHECK(strstr(e.msg, "'a(b'") && strstr(e.msg, "byte 4"));
	CHECK(rx_new("\xff", 0, &e) == NULL);
	CHECK(rx_new("a\\C", 0, &e) == NULL);
}

/* Catches flags that do nothing. */
static void
test_flags(void)
{
	struct rx *whole = rx_new("a|ab", RX_WHOLE, &e), *lines = rx_new("^b$", RX_MULTILINE, &e),
	          *any = rx_new("\xc3\x89", RX_CASELESS, &e);

	CHECK_INT(rx_match(whole, span_of("ab")), 1);
	CHECK_INT(rx_match(whole, span_of("xa")), 0);
	CHECK_INT(rx_match(whole, span_of("abc")), 0);
	CHECK_INT(rx_match(lines, span_of("a\nb\nc")), 1);
	CHECK_INT(rx_match(any, span_of("\xc3\xa9")), 1);
	rx_free(whole);
	rx_free(lines);
	rx_free(any);
}

/* Catches a refusal of bytes that are not UTF-8, or a match across them. */
static void
test_bytes(void)
{
	struct rx *rx = rx_new("b.d", 0, &e);
	struct span got;

	CHECK_INT(rx_match(rx, (struct span){ "\xff\xfe" "b\xc3\xa9" "d\x80\0", 8 }), 1);
	CHECK(rx_get(rx, 0, &got) && got.n == 4);
	CHECK_INT(rx_match(rx, (struct span){ "b\xff" "d", 3 }), 0);
	rx_free(rx);
}

/* Catches a pattern that hangs the program. */
static void
test_limit(void)
{
	struct rx *rx = rx_new("^(a+)+$", 0, &e);
	char text[64];

	memset(text, 'a', sizeof(text));
	text[63] = 'b';
	CHECK_INT(rx_match(rx, (struct span){ text, 64 }), -1);
	CHECK_INT(rx_match(rx, span_of("aaa")), 1);
	rx_free(rx);
}

/* Catches a byte that means something to an expression and is not quoted. */
static void
test_quoted(void)
{
	static const char every[] = "a.b*c?d+e(f)g[h]i{j}k|l^m$n\\o p/q#r-s\"t'u\xc3\xa9\xff";
	struct str s = STR_INIT(256);
	struct str small = STR_INIT(3);
	struct rx *rx;

	CHECK(rx_add_quoted(&s, (struct span){ every, sizeof(every) - 2 }));
	rx = rx_new(str_c(&s), RX_WHOLE, &e);
	if (CHECK(rx != NULL))
		CHECK_INT(rx_match(rx, (struct span){ every, sizeof(every) - 2 }), 1);
	CHECK(!rx_add_quoted(&small, span_of("a.b.")));
	CHECK_INT(small.n, 0);
	rx_free(rx);
	str_release(&s);
	str_release(&small);
}

int
main(void)
{
	test_groups();
	test_errors();
	test_flags();
	test_bytes();
	test_limit();
	test_quoted();
	return check_done();
}
