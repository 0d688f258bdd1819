/* Moments as people write them: see when.h. */
#include "common/base.h"
#include "triage/when.h"

#include "common/clock.h"

enum { DAY = 24 * 3600 };

/* Takes n digits off the front. */
static bool
take_digits(struct span *x, size_t n, int64_t *value)
{
	struct span digits = { x->p, n };
	uint64_t number;

	if (x->n < n || !span_u64(digits, &number))
		return false;
	*value = (int64_t)number;
	*x = span_from(*x, n);
	return true;
}

static bool
take_char(struct span *x, const char *one_of)
{
	if (x->n == 0 || strchr(one_of, x->p[0]) == NULL || x->p[0] == '\0')
		return false;
	*x = span_from(*x, 1);
	return true;
}

/* Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "days_from_civil"). */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool
take_date(struct span *x, int64_t *seconds)
{
	static const int64_t lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day;

	if (!take_digits(x, 4, &year) || !take_char(x, "-") || !take_digits(x, 2, &month) ||
	    !take_char(x, "-") || !take_digits(x, 2, &day) || year < 1970 || month < 1 || month > 12 ||
	    day < 1 || day > lengths[month - 1])
		return false;
	*seconds = days_of(year, month, day) * DAY;
	return true;
}

static bool
take_time(struct span *x, int64_t *seconds)
{
	int64_t hour, minute, second = 0, ignored;

	if (!take_digits(x, 2, &hour) || !take_char(x, ":") || !take_digits(x, 2, &minute))
		return false;
	if (take_char(x, ":") && !take_digits(x, 2, &second))
		return false;
	if (take_char(x, ".")) {
		while (take_digits(x, 1, &ignored))
			;
	}
	*seconds = hour * 3600 + minute * 60 + second;
	return hour < 24 && minute < 60 && second < 61;
}

/* "Z", "+02:00", "-0530": what is to be taken off. */
static bool
take_zone(struct span *x, int64_t *seconds)
{
	int64_t hour, minute = 0;
	bool west;

	*seconds = 0;
	if (x->n == 0 || take_char(x, "Zz"))
		return true;
	west = x->p[0] == '-';
	if (!take_char(x, "+-") || !take_digits(x, 2, &hour))
		return false;
	if (x->n && (take_char(x, ":") || true) && !take_digits(x, 2, &minute))
		return false;
	*seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
	return hour < 15 && minute < 60;
}

static bool
parse_date(struct span x, bool end, int64_t *seconds)
{
	int64_t time = 0, zone = 0;

	if (!take_date(&x, seconds))
		return false;
	if (x.n == 0) {
		*seconds += end ? DAY - 1 : 0;
		return true;
	}
	if (!take_char(&x, "T ") || !take_time(&x, &time) || !take_zone(&x, &zone) || x.n)
		return false;
	*seconds += time - zone;
	return true;
}

bool
when_parse(struct span text, int64_t now, bool end, int64_t *seconds)
{
	struct span x = span_trim(text);
	int64_t today = now - now % DAY, ms;
	uint64_t number;

	if (span_starts(x, "@") && span_u64(span_from(x, 1), &number) && number < INT64_MAX / 2)
		*seconds = (int64_t)number;
	else if (span_is(x, "now"))
		*seconds = now;
	else if (span_is(x, "today"))
		*seconds = end ? today + DAY - 1 : today;
	else if (span_is(x, "yesterday"))
		*seconds = end ? today - 1 : today - DAY;
	else if (clock_parse(x, &ms))
		*seconds = now - ms / 1000;
	else
		return parse_date(x, end, seconds);
	return true;
}
