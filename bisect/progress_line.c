/* The text of the line of progress, pure: see progress.h. */
#include "common/base.h"
#include "bisect/progress.h"

#include "common/clock.h"

enum { PART_BYTES = 256 };

/* Columns of UTF-8 text, one a character; nothing wider is ever in the line. */
static size_t
columns_of(const struct str *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += ((unsigned char)s->p[i] & 0xc0) != 0x80;
	return n;
}

static void
add_part(struct str *out, const struct str *part, size_t columns)
{
	size_t gap = out->n ? 2 : 0;

	if (part->n == 0 || columns_of(out) + gap + columns_of(part) > columns)
		return;
	str_add(out, "  ", gap);
	str_addspan(out, str_span(part));
}

static void
part_left(struct str *part, const struct drive_view *v)
{
	char left[CLOCK_TEXT];

	if (v->runs_left == 0 && v->seconds_left < 0)
		return;
	if (v->runs_left)
		str_addf(part, "about %u more", v->runs_left);
	else
		str_adds(part, "about");
	if (v->seconds_left >= 0) {
		clock_format(left, (int64_t)(v->seconds_left * 1e6));
		str_addf(part, "%s%s", v->runs_left ? ", " : " ", left);
	}
	if (v->runs_left == 0)
		str_adds(part, " left");
}

void
progress_line(struct str *out, const struct drive_view *v, int64_t elapsed_us, size_t columns)
{
	struct str part = STR_INIT(PART_BYTES);
	char took[CLOCK_TEXT];
	const char *things = v->commits ? "commits" : "tests";
	/* A set that failed holds the answer, however the suspicion is spread. */
	uint32_t left = v->n_kept && v->n_kept < v->n_open ? v->n_kept : v->n_open;

	str_clear(out);
	if (v->phase)
		str_addf(&part, "%s: run %u", v->phase, v->n_runs);
	else
		str_adds(&part, "first run");
	add_part(out, &part, columns);
	str_clear(&part);
	if (left && left < v->n_tests)
		str_addf(&part, "%u of %u %s left", left, v->n_tests, things);
	else
		str_addf(&part, "%u %s", v->n_tests, things);
	add_part(out, &part, columns);
	str_clear(&part);
	part_left(&part, v);
	add_part(out, &part, columns);
	str_clear(&part);
	if (v->whole.runs)
		str_addf(&part, "fails %u of %u", v->whole.fails, v->whole.runs);
	add_part(out, &part, columns);
	str_clear(&part);
	if (v->posterior >= 0.5)
		str_addf(&part, "%.0f %% sure", v->posterior > 0.994 ? 99.0 : v->posterior * 100);
	add_part(out, &part, columns);
	str_clear(&part);
	if (elapsed_us >= 0) {
		clock_format(took, elapsed_us);
		str_adds(&part, took);
	}
	add_part(out, &part, columns);
	str_release(&part);
}
