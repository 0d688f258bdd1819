/* Console marks are taken off, in chunks of any size, and nothing else is. */
#include "tests/unit/check.h"

#include "common/mem.h"
#include "triage/scan.h"
#include "triage/strip.h"

static int
keep(void *data, struct span bytes, struct err *e UNUSED)
{
	str_addspan(data, bytes);
	return 0;
}

static void
strip(struct str *out, enum strip_mode mode, struct span in, size_t chunk)
{
	struct strip s;
	size_t i, k;

	str_clear(out);
	strip_init(&s, mode, keep, out);
	while (in.n) {
		size_t n = in.n < chunk ? in.n : chunk;
		char *copy = xrealloc(NULL, n, 1);

		memcpy(copy, in.p, n);
		CHECK_INT(strip_feed(&s, (struct span){ copy, n }, NULL), 0);
		free(copy);
		in = span_from(in, n);
	}
	CHECK_INT(strip_finish(&s, NULL), 0);
	strip_release(&s);
	/* A carriage return before a line feed may stay. */
	for (i = k = 0; i < out->n; i++) {
		if (out->p[i] != '\r' || i + 1 == out->n || out->p[i + 1] != '\n')
			out->p[k++] = out->p[i];
	}
	str_cut(out, k);
}

static void
check_all(enum strip_mode mode, struct span in, struct span want)
{
	static const size_t chunks[] = { SIZE_MAX, 100, 7, 2, 1 };
	struct str out = STR_INIT(STR_FILE);
	size_t i;

	for (i = 0; i < ARRAY_LEN(chunks); i++) {
		strip(&out, mode, in, chunks[i]);
		if (!CHECK(out.n == want.n && memcmp(str_c(&out), want.p, want.n) == 0))
			printf("  '%s' and not '%.*s', chunks of %zu\n", str_c(&out), (int)want.n, want.p, chunks[i]);
	}
	str_release(&out);
}

static void
check_text(enum strip_mode mode, const char *in, const char *want)
{
	check_all(mode, span_of(in), span_of(want));
}

/* Catches bytes that are lost or left over, also where a piece ends inside an escape. */
static void
escapes(void)
{
	check_text(STRIP_PLAIN, "a \033[32mtest_x passed\033[0m (3 sec)\n", "a test_x passed (3 sec)\n");
	check_text(STRIP_PLAIN, "\033]0;title\007x\033]8;;http://a\033\\y\033]8;;\033\\\n", "xy\n");
	check_text(STRIP_PLAIN, "\033(Ba\033=b\033[?25lc\033[K", "abc");
	check_text(STRIP_PLAIN, "\033]0;never closed\nnext\n", "\nnext\n");
	check_text(STRIP_PLAIN, "\033[31", "");
	check_text(STRIP_PLAIN, "no marks at all\nb\n", "no marks at all\nb\n");
	check_all(STRIP_PLAIN, (struct span){ "a\0\xff\033\0b\n", 7 }, (struct span){ "a\0\xff" "b\n", 5 });
}

static void
carriage_returns(void)
{
	check_text(STRIP_PLAIN, "10%\r20%\r\nnext\r\r\nlast\r", "10%\n20%\nnext\nlast");
	check_text(STRIP_PLAIN, "\r\n\r\n", "\n\n");
}

static void
time_stamps(void)
{
	check_text(STRIP_PLAIN,
	           "\xef\xbb\xbf" "2026-07-29T18:08:09.3849214Z one\n2026-07-29T18:08:09.3849214Z ##[group]two\n"
	           "three\n2026-07-29T18:08:09.3849214Z \n2026-07-29T18:08:09.3849214Z ##[endgroup]\n"
	           "2026-07-29T18:08:09.3849214Z ##[error]four\n2026-07",
	           "one\ntwo\nthree\n\n\n##[error]four\n2026-07");
	/* Only where lines begin so early on. */
	check_text(STRIP_PLAIN, "a\nb 2026-07-29T18:08:09.3849214Z x\n", "a\nb 2026-07-29T18:08:09.3849214Z x\n");
	check_text(STRIP_PLAIN, "##[group]a\n", "##[group]a\n");
}

static void
stream_letters(void)
{
	check_text(STRIP_LETTERS, "oerror: x\neone\nh\nhrun\nono mark", "error: x\none\n\nrun\nno mark");
}

/* Catches a buffer that grows with the line. */
static void
long_lines(void)
{
	struct str in = STR_INIT(STR_FILE), want = STR_INIT(STR_FILE);
	int i;

	str_adds(&in, "2026-07-29T18:08:09.3849214Z ");
	for (i = 0; i < 300000; i++) {
		str_adds(&in, i % 3 ? "0123456" : "ab\033[1m\r");
		str_adds(&want, i % 3 ? "0123456" : "ab\n");
	}
	check_all(STRIP_PLAIN, str_span(&in), str_span(&want));
	str_release(&in);
	str_release(&want);
}

/* Catches a mark that the fast search steps over. */
static void
fast_marks(void)
{
	uint32_t seed = 7;
	char bytes[200];
	size_t i, round;

	for (round = 0; round < 20000; round++) {
		for (i = 0; i < round % 200; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n\033"[(seed >> 16) % (round % 3 ? 32 : 35)];
		}
		CHECK_INT(scan_marks((struct span){ bytes, i }), scan_marks_plain((struct span){ bytes, i }, 0));
	}
}

int
main(void)
{
	escapes();
	carriage_returns();
	time_stamps();
	stream_letters();
	long_lines();
	fast_marks();
	return check_done();
}
