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

/* Digits that a double holds, as a whole number; 10^22 is the last power that one holds. */
enum { DIGITS_MAX = 17, TENS_MAX = 22 };

/* v * 10^power, exact where powers of ten are. */
static double
scaled(double v, int power)
{
	static const double tens[TENS_MAX + 1] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};

	if (power < -TENS_MAX || power > TENS_MAX)
		return v * pow(10, power);
	return power < 0 ? v / tens[-power] : v * tens[power];
}

int64_t
clock_read_seconds(struct span text)
{
	int n_digits = 0, point = -1, exponent = 0, power;
	uint64_t digits = 0;
	double micros;
	size_t i;

	text = span_trim(text);
	for (i = 0; i < text.n; i++) {
		unsigned digit = (unsigned char)text.p[i] - (unsigned)'0';

		if (digit <= 9) {
			if (n_digits++ < DIGITS_MAX)
				digits = digits * 10 + digit;
		} else if (text.p[i] == '.' && point < 0) {
			point = n_digits;
		} else if ((text.p[i] | 32) == 'e') {
			break;
		} else if (text.p[i] != ',') {
			return -1;
		}
	}
	text = span_from(text, i);
	if (n_digits == 0 || !take_exponent(&text, &exponent))
		return -1;
	/* Digits behind the point, or before it and left out. */
	power = (point < 0 ? n_digits : point) - (n_digits < DIGITS_MAX ? n_digits : DIGITS_MAX);
	micros = scaled((double)digits, power + exponent + 6);
	return micros < 1e18 ? (int64_t)(micros + .5) : -1;
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
