/* Durations in and out, and clocks. */
#include "tests/unit/check.h"

#include "common/clock.h"

/* Catches a unit that is misread; -1: must be refused. */
static void
test_parse(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "90s", 90000 }, { "90", 90000 }, { "0", 0 }, { "0s", 0 }, { "250ms", 250 },
		{ "30m", 1800000 }, { "30min", 1800000 }, { "1.5h", 5400000 }, { "2d", 172800000 },
		{ "1h30m", 5400000 }, { "1h 30m 5s 7ms", 5405007 }, { " 5 s ", 5000 }, { "5S", 5000 },
		{ ".5s", 500 }, { "1.s", 1000 }, { "0.0004s", 0 }, { "0.0005s", 1 },
		{ "1.9999999999s", 2000 }, { "100ms", 100 }, { "36500d", INT64_C(3153600000000) },
		{ "36501d", -1 }, { "", -1 }, { " ", -1 }, { "s", -1 }, { ".", -1 }, { ".s", -1 },
		{ "-5s", -1 }, { "+5s", -1 }, { "5x", -1 }, { "5 years", -1 }, { "1m1h", -1 },
		{ "1s1s", -1 }, { "1h30", -1 }, { "1e3s", -1 }, { "0x10", -1 }, { "1.2.3s", -1 },
		{ "inf", -1 }, { "nan", -1 },
		{ "99999999999999999999s", -1 }, { "9223372036854775807d", -1 }, { "5s5", -1 },
		{ "5,5s", -1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = -1;
		bool ok = clock_parse(span_of(rows[i].text), &ms);
		if (!CHECK(ok == (rows[i].ms >= 0)) || !CHECK_INT(ms, rows[i].ms))
			printf("for '%s'\n", rows[i].text);
	}
	CHECK(!clock_parse((struct span){ NULL, 0 }, &(int64_t){ 0 }));
	CHECK(!clock_parse((struct span){ "5s\0", 3 }, &(int64_t){ 0 }));
}

/* Catches what programs print and we misread. */
static void
test_read(void)
{
	static const struct {
		const char *text;
		int64_t micros;
	} seconds[] = {
		{ "1.25", 1250000 }, { "1,234.5", 1234500000 }, { "1.7e-05", 17 }, { "2E1", 20000000 }, { " 3 ", 3000000 },
		{ ".5", 500000 }, { "", -1 }, { ".", -1 }, { "x", -1 }, { "1.2.3", -1 }, { "-1", -1 }, { "1e", -1 },
		{ "1e99", -1 }, { "99999999999999999999", -1 }, { "NaN", -1 }, { "<<computed>>", -1 },
	};
	static const struct {
		const char *text;
		int64_t at; /* -1: none */
	} stamps[] = {
		{ "1970-01-01T00:00:00Z", 0 }, { "2000-03-01 00:00:00", 951868800 },
		{ "2026-11-22T14:03:05.123456Z", 1795356185 }, { "2026-11-22T14:03:05+02:00", 1795348985 },
		{ "2026-11-22T14:03:05.1-0530", 1795375985 }, { "2026-11-22T14:03", 1795356180 },
		{ "2024-01-09T07:50:12.664+00:00", 1704786612 }, { "2026-11-22", -1 }, { "", -1 },
		{ "2026-13-22T14:03:05", -1 }, { "yesterday", -1 }, { "2026-11-22T14:03:05 CET", -1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(seconds); i++)
		CHECK_INT(clock_read_seconds(span_of(seconds[i].text)), seconds[i].micros);
	for (i = 0; i < ARRAY_LEN(stamps); i++) {
		int64_t at = -1;

		CHECK(clock_read_stamp(span_of(stamps[i].text), &at) == (stamps[i].at >= 0));
		CHECK_INT(at, stamps[i].at);
	}
}

/* Catches "60 s", "1000 ms" and other texts that rounding makes. */
static void
test_format(void)
{
	static const struct {
		int64_t micros;
		const char *text;
	} rows[] = {
		{ 0, "0.00 s" }, { -5, "0.00 s" }, { 350000, "0.35 s" }, { 994999, "0.99 s" },
		{ 995000, "1.0 s" },
		{ 1000000, "1.0 s" }, { 9949999, "9.9 s" }, { 9950000, "10 s" }, { 41200000, "41 s" },
		{ 59499999, "59 s" }, { 59500000, "1 min" }, { 200000000, "3 min 20 s" },
		{ INT64_C(3599500000), "1 h" }, { INT64_C(7500000000), "2 h 5 min" },
		{ INT64_C(86400000000), "1 d" }, { INT64_C(273600000000), "3 d 4 h" },
		{ INT64_MAX, "106751991 d 4 h" }, { INT64_MIN, "0.00 s" },
	};
	char text[CLOCK_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		clock_format(text, rows[i].micros);
		CHECK_STR(text, rows[i].text);
	}
}

/* Catches a clock that tests cannot stop, and one that runs backwards. */
static void
test_clocks(void)
{
	int64_t a = clock_micros(), b = clock_micros();
	char text[CLOCK_TEXT];

	CHECK(b >= a);
	setenv("FLAKETOOLS_NOW", "1763820185", 1);
	CHECK_INT(clock_wall(), 1763820185);
	clock_stamp(text, clock_wall());
	CHECK_STR(text, "2025-11-22T14:03:05Z");
	setenv("TZ", "UTC", 1);
	clock_day(text, clock_wall());
	CHECK_STR(text, "20251122");
	setenv("FLAKETOOLS_NOW", "rubbish", 1);
	CHECK(clock_wall() > 1763820185);
	unsetenv("FLAKETOOLS_NOW");
	clock_stamp(text, INT64_MAX);
	CHECK_STR(text, "?");
}

int
main(void)
{
	test_parse();
	test_read();
	test_format();
	test_clocks();
	return check_done();
}
