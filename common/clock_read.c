/* Times as programs print them: see clock.h. */
#include "common/base.h"
#include "common/clock.h"

#include <math.h>

/* ---- durations ---- */

/* Takes "e-05" off the front; false when it is there and is no exponent. */
static bool
take_exponent(struct span *x, int *exponent)
{
	bool minus;
	uint64_t v;

	if (x->n == 0 || (x->p[0] | 32) != 'e')
		return true;
	*x = span_from(*x, 1);
	minus = x->n && x->p[0] == '-';
	if (x->n && (x->p[0] == '-' || x->p[0] == '+'))
		*x = span_from(*x, 1);
	if (!span_u64(*x, &v) || v > 30)
		return false;
	*exponent = minus ? -(int)v : (int)v;
	x->n = 0;
	return true;
}

int64_t
clock_read_seconds(struct span text)
{
	double whole = 0, scale = 0;
	size_t n_digits = 0;
	int exponent = 0;

	text = span_trim(text);
	for (; text.n && (text.p[0] | 32) != 'e'; text = span_from(text, 1)) {
		char c = text.p[0];

		if (c >= '0' && c <= '9') {
			n_digits++;
			if (scale > 0)
				whole += (c - '0') * (scale /= 10);
			else
				whole = whole * 10 + (c - '0');
		} else if (c == '.' && scale == 0) {
			scale = 1;
		} else if (c != ',') {
			return -1;
		}
	}
	if (n_digits == 0 || !take_exponent(&text, &exponent))
		return -1;
	if (exponent)
		whole *= pow(10, exponent);
	return whole < 1e12 ? (int64_t)(whole * 1e6 + .5) : -1;
}

/* ---- points in time ---- */

/* Takes n digits off the front; -1: they are not there. */
static int
take_digits(struct span *x, size_t n)
{
	size_t i;
	int v = 0;

	if (x->n < n)
		return -1;
	for (i = 0; i < n; i++) {
		if (x->p[i] < '0' || x->p[i] > '9')
			return -1;
		v = v * 10 + (x->p[i] - '0');
	}
	*x = span_from(*x, n);
	return v;
}

/* Takes the character off the front, if it is there. */
static bool
take(struct span *x, char c)
{
	if (x->n == 0 || x->p[0] != c)
		return false;
	*x = span_from(*x, 1);
	return true;
}

/* Days since 1970-01-01 in the Gregorian calendar (Hinnant, "days_from_civil"). */
static int64_t
days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Takes "Z", "+02:00", "-0500" or nothing; seconds east of UTC. */
static bool
take_zone(struct span *x, int64_t *east)
{
	bool minus;
	int h, m;

	*east = 0;
	if (x->n == 0 || take(x, 'Z'))
		return true;
	minus = x->p[0] == '-';
	if (!minus && x->p[0] != '+')
		return false;
	*x = span_from(*x, 1);
	h = take_digits(x, 2);
	take(x, ':');
	m = x->n ? take_digits(x, 2) : 0;
	*east = (h * 60 + m) * (minus ? -60 : 60);
	return h >= 0 && m >= 0;
}

bool
clock_read_stamp(struct span text, int64_t *seconds)
{
	struct span x = span_trim(text);
	int year, month, day, h, m, s = 0;
	int64_t east;

	year = take_digits(&x, 4);
	if (year < 1900 || !take(&x, '-') || (month = take_digits(&x, 2)) < 1 || month > 12 ||
	    !take(&x, '-') || (day = take_digits(&x, 2)) < 1 || day > 31 ||
	    !(take(&x, 'T') || take(&x, ' ')) || (h = take_digits(&x, 2)) < 0 || h > 24 ||
	    !take(&x, ':') || (m = take_digits(&x, 2)) < 0 || m > 59)
		return false;
	if (take(&x, ':') && ((s = take_digits(&x, 2)) < 0 || s > 60))
		return false;
	if (take(&x, '.') || take(&x, ',')) {
		while (x.n && x.p[0] >= '0' && x.p[0] <= '9')
			x = span_from(x, 1);
	}
	take(&x, ' ');
	if (!take_zone(&x, &east))
		return false;
	*seconds = days(year, month, day) * 86400 + h * 3600 + m * 60 + s - east;
	return true;
}
