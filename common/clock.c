/* Monotonic and wall time, durations as text: see clock.h. */
#include "common/base.h"
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

static const int64_t longest_ms = INT64_C(100) * 365 * 24 * 3600 * 1000;

/* Largest first; a sum names them in this order. */
static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {
	{ "d", 24 * 3600 * 1000 }, { "h", 3600 * 1000 }, { "m", 60 * 1000 },
	{ "min", 60 * 1000 }, { "s", 1000 }, { "ms", 1 },
};

int64_t
clock_micros(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_wall(void)
{
	const char *fixed = getenv("FLAKETOOLS_NOW");
	uint64_t seconds;

	if (fixed && span_u64(span_of(fixed), &seconds) && seconds <= INT64_MAX)
		return (int64_t)seconds;
	return (int64_t)time(NULL);
}

void
clock_stamp(char out[CLOCK_TEXT], int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(out, "?", 2);
}

void
clock_day(char out[CLOCK_TEXT], int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(out, CLOCK_TEXT, "%Y%m%d", &tm) == 0)
		memcpy(out, "?", 2);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes "12", "1.5" or ".5" off the front, as a whole part and billionths, so that
 * no digit is lost; decimals past the ninth count for nothing. */
static bool
take_number(struct span *x, int64_t *whole, int64_t *billionths)
{
	size_t i = 0, n_digits = 0;
	int64_t scale = 100000000;

	*whole = *billionths = 0;
	for (; i < x->n && is_digit(x->p[i]); i++, n_digits++) {
		if (__builtin_mul_overflow(*whole, 10, whole) ||
		    __builtin_add_overflow(*whole, x->p[i] - '0', whole))
			return false;
	}
	if (i < x->n && x->p[i] == '.') {
		for (i++; i < x->n && is_digit(x->p[i]); i++, n_digits++, scale /= 10)
			*billionths += (x->p[i] - '0') * scale;
	}
	*x = span_from(*x, i);
	return n_digits > 0;
}

/* Takes the letters off the front; NULL when they are no unit's name. */
static const struct unit *
take_unit(struct span *x)
{
	const struct unit *u = NULL;
	size_t n = 0, i;

	while (n < x->n && (x->p[n] | 0x20) >= 'a' && (x->p[n] | 0x20) <= 'z')
		n++;
	for (i = 0; i < ARRAY_LEN(units); i++) {
		if (strlen(units[i].name) == n && strncasecmp(units[i].name, x->p, n) == 0)
			u = &units[i];
	}
	*x = span_from(*x, n);
	return u;
}

bool
clock_parse(struct span text, int64_t *ms)
{
	static const struct unit lone = { "", 1000 };
	struct span x = span_trim(text);
	int64_t sum = 0, last = INT64_MAX;

	if (x.n == 0)
		return false;
	while (x.n) {
		int64_t whole, billionths, part;
		const struct unit *u;

		if (!take_number(&x, &whole, &billionths))
			return false;
		x = span_trim(x);
		u = x.n == 0 && last == INT64_MAX ? &lone : take_unit(&x);
		if (u == NULL || u->ms >= last)
			return false;
		last = u->ms;
		if (__builtin_mul_overflow(whole, u->ms, &part) ||
		    __builtin_add_overflow(sum, part, &sum) ||
		    __builtin_add_overflow(sum, (billionths * u->ms + 500000000) / 1000000000, &sum) ||
		    sum > longest_ms)
			return false;
		x = span_trim(x);
	}
	*ms = sum;
	return true;
}

/* "A big B small" without the second part when it is 0. */
static void
two_units(char out[CLOCK_TEXT], int64_t n, int64_t per_big, const char *big, const char *small)
{
	if (n % per_big)
		snprintf(out, CLOCK_TEXT, "%lld %s %lld %s", (long long)(n / per_big), big,
		         (long long)(n % per_big), small);
	else
		snprintf(out, CLOCK_TEXT, "%lld %s", (long long)(n / per_big), big);
}

void
clock_format(char out[CLOCK_TEXT], int64_t micros)
{
	int64_t us = micros > 0 ? micros : 0;
	int64_t seconds = us / 1000000 + (us % 1000000 >= 500000);

	if (us < 995000)
		snprintf(out, CLOCK_TEXT, "%.2f s", (double)us / 1e6);
	else if (us < 9950000)
		snprintf(out, CLOCK_TEXT, "%.1f s", (double)us / 1e6);
	else if (seconds < 60)
		snprintf(out, CLOCK_TEXT, "%lld s", (long long)seconds);
	else if (seconds < 3600)
		two_units(out, seconds, 60, "min", "s");
	else if (seconds < 24 * 3600)
		two_units(out, seconds / 60, 60, "h", "min");
	else
		two_units(out, seconds / 3600, 24, "d", "h");
}
