/* Moments as people write them. */
#include "tests/unit/check.h"

#include "triage/when.h"

#define NOW INT64_C(1795608000) /* 2026-11-25 12:00:00 UTC */

static long long
at(const char *text, bool end)
{
	int64_t seconds;

	return when_parse(span_of(text), NOW, end, &seconds) ? (long long)(seconds - NOW) : -1;
}

/* A day more or less: a report of yesterday that holds today. */
static void
test_dates(void)
{
	CHECK_INT(at("2026-11-25 12:00", false), 0);
	CHECK_INT(at("2026-11-25T12:00:07.25Z", false), 7);
	CHECK_INT(at("2026-11-25 14:00:00+02:00", false), 0);
	CHECK_INT(at("2026-11-25T07:00-0500", false), 0);
	CHECK_INT(at("2026-11-25", false), -12 * 3600);
	CHECK_INT(at("2026-11-25", true), 12 * 3600 - 1);
	CHECK_INT(at("2024-02-29", false), at("2024-03-01", false) - 24 * 3600);
	CHECK_INT(at("today", false), -12 * 3600);
	CHECK_INT(at("yesterday", true), -12 * 3600 - 1);
	CHECK_INT(at("@1795608009", false), 9);
}

static void
test_durations(void)
{
	CHECK_INT(at("1d", false), -24 * 3600);
	CHECK_INT(at("36h", true), -36 * 3600);
	CHECK_INT(at("now", false), 0);
}

/* Half a date read as a whole one. */
static void
test_neither(void)
{
	static const char *const texts[] = {
		"", "soon", "2026-13-01", "2026-11-31x", "2026-11", "2026-11-25 25:00", "2026-11-25 12",
		"2026-11-25 12:00 CET", "26-11-25", "2026-00-10", "1969-12-31", "@", "2026-11-25T",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!CHECK_INT(at(texts[i], false), -1))
			printf("  '%s'\n", texts[i]);
	}
}

int
main(void)
{
	test_dates();
	test_durations();
	test_neither();
	return check_done();
}
