/* Lines, however their bytes are cut into chunks. */
#include "tests/unit/check.h"

#include "common/lines.h"
#include "common/mem.h"

/* Each line between bars. */
static void
collect(void *data, struct span line)
{
	str_addc(data, '|');
	str_addspan(data, line);
	str_addc(data, '|');
}

static void
split(struct str *out, struct span text, size_t chunk)
{
	struct lines l;

	str_clear(out);
	lines_init(&l, collect, out);
	while (text.n) {
		size_t n = chunk < text.n ? chunk : text.n;
		lines_feed(&l, (struct span){ text.p, n });
		lines_feed(&l, (struct span){ NULL, 0 });
		text = span_from(text, n);
	}
	lines_finish(&l);
	lines_release(&l);
}

/* Catches line ends that are lost or doubled at the border of two chunks. */
static void
test_chunks(void)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{ "", "" }, { "a", "|a|" }, { "a\n", "|a|" }, { "\n", "||" }, { "\n\n", "||||" },
		{ "a\nb", "|a||b|" },
		{ "a\r\nb\r\n", "|a||b|" }, { "a\rb\n", "|a\rb|" }, { "a\r", "|a\r|" }, { "\r\n", "||" },
		{ "\r", "|\r|" }, { "a\r\r\n", "|a\r|" }, { "\r\r\r\n\n\r", "|\r\r||||\r|" },
		{ "one\ntwo\r\n\r\nthree", "|one||two||||three|" },
	};
	struct str out = STR_INIT(1000);
	size_t i, chunk;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		for (chunk = 1; chunk < 8; chunk++) {
			split(&out, span_of(rows[i].text), chunk);
			CHECK_STR(str_c(&out), rows[i].lines);
		}
	}
	split(&out, (struct span){ "a\0b\nc", 5 }, 2);
	CHECK(out.n == 8 && memcmp(out.p, "|a\0b||c|", 8) == 0);
	str_release(&out);
}

struct lengths {
	size_t n, last, longest;
};

static void
measure(void *data, struct span line)
{
	struct lengths *x = data;

	x->n++;
	x->last = line.n;
	x->longest = line.n > x->longest ? line.n : x->longest;
}

/* A line of n bytes and one of one, in chunks. */
static void
check_long(const char *bytes, size_t n, size_t chunk)
{
	struct lengths x = { 0, 0, 0 };
	size_t at, total = n + 2;
	struct lines l;

	lines_init(&l, measure, &x);
	for (at = 0; at < total; at += chunk)
		lines_feed(&l, (struct span){ bytes + at, total - at < chunk ? total - at : chunk });
	CHECK_INT(x.n, 1);
	CHECK_INT(x.longest, n < STR_LINE ? n : STR_LINE);
	CHECK_INT(l.n_dropped, n < STR_LINE ? 0 : n - STR_LINE);
	lines_finish(&l);
	CHECK(x.n == 2 && x.last == 1);
	lines_release(&l);
}

/* Catches a line without an end that grows for ever, and a wrong count of what was dropped. */
static void
test_long(void)
{
	static const size_t lengths[] = { STR_LINE - 1, STR_LINE, STR_LINE + 1, 3 * STR_LINE };
	char *bytes = xmalloc(4 * STR_LINE);
	size_t i;

	for (i = 0; i < ARRAY_LEN(lengths); i++) {
		memset(bytes, 'x', 4 * STR_LINE);
		bytes[lengths[i]] = '\n';
		check_long(bytes, lengths[i], 1000);
		check_long(bytes, lengths[i], 4096);
		check_long(bytes, lengths[i], 10 * STR_LINE);
	}
	free(bytes);
}

int
main(void)
{
	test_chunks();
	test_long();
	return check_done();
}
