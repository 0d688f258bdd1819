/*
 * Small readers of common/: lines are the same however they are cut, escapes
 * come back as they went, durations and numbers are read or refused.
 */
#include "common/base.h"
#include "common/clock.h"
#include "common/lines.h"
#include "common/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
collect(void *data, struct span line)
{
	assert(line.n <= STR_LINE);
	assert(line.n == 0 || memchr(line.p, '\n', line.n) == NULL);
	str_addspan(data, line);
	str_addc(data, '\n');
}

static void
split(struct str *out, struct span text, size_t chunk)
{
	struct lines l;

	lines_init(&l, collect, out);
	while (text.n) {
		size_t n = chunk < text.n ? chunk : text.n;
		lines_feed(&l, (struct span){ text.p, n });
		text = span_from(text, n);
	}
	lines_finish(&l);
	lines_release(&l);
}

static bool
same(const struct str *a, struct span b)
{
	return a->n == b.n && (b.n == 0 || memcmp(a->p, b.p, b.n) == 0);
}

static void
check_lines(struct span text)
{
	struct str whole = STR_INIT(STR_FILE), parts = STR_INIT(STR_FILE);

	split(&whole, text, text.n);
	split(&parts, text, 1 + text.n % 7);
	assert(same(&parts, str_span(&whole)));
	str_release(&whole);
	str_release(&parts);
}

static void
check_escapes(struct span text)
{
	struct str out = STR_INIT(STR_FILE), back = STR_INIT(STR_FILE);
	size_t i;

	str_add_escaped(&out, text);
	for (i = 0; i < out.n; i++)
		assert((unsigned char)out.p[i] >= 0x20 && out.p[i] != 0x7f);
	str_add_unescaped(&back, str_span(&out));
	assert(same(&back, text));
	str_clear(&out);
	str_add_unescaped(&out, text);
	assert(out.n <= text.n);
	str_release(&out);
	str_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	char shown[CLOCK_TEXT];
	uint64_t number;
	int64_t ms;

	check_lines(text);
	check_escapes(text);
	if (clock_parse(text, &ms)) {
		assert(ms >= 0);
		clock_format(shown, ms * 1000);
		assert(strlen(shown) > 2);
	}
	span_u64(text, &number);
	return 0;
}
