/* See wording.h. */
#include "common/base.h"
#include "triage/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

void
wording_number(struct str *out, uint64_t n)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			str_addc(out, ',');
		str_addc(out, digits[i]);
	}
}

void
wording_count(struct str *out, uint64_t n, const char *thing)
{
	wording_number(out, n);
	str_addf(out, " %s%s", thing, n == 1 ? "" : "s");
}

void
wording_range(struct str *out, const struct rate *r)
{
	double low = 100 * r->low, high = 100 * r->high;
	int digits = high < 1 ? 2 : low < 1 && high < 20 ? 1 : 0;

	if (r->runs == 0)
		str_adds(out, "unknown");
	else if (r->fails == 0)
		str_addf(out, "up to %.*f %%", digits, high);
	else
		str_addf(out, "%.*f to %.*f %%", digits, low, digits, high);
}

void
wording_rate(struct str *out, const struct rate *r)
{
	wording_number(out, r->fails);
	str_adds(out, " of ");
	wording_number(out, r->runs);
	if (r->runs) {
		str_adds(out, ": ");
		wording_range(out, r);
	}
}

void
wording_percent(struct str *out, double p)
{
	int digits = p < 0.1 || p > 0.99 ? 1 : 0;
	double shown = 100 * p;

	if (p < 1 && shown > 99.9)
		shown = 99.9;
	str_addf(out, "%.*f %%", p >= 1 ? 0 : digits, shown);
}

static void
put_two(char *p, int n)
{
	p[0] = (char)('0' + n / 10);
	p[1] = (char)('0' + n % 10);
}

/* Without printf: a page of pictures has tens of thousands. */
void
wording_date(struct str *out, int64_t t)
{
	char text[] = "0000-00-00";
	time_t seconds = (time_t)t;
	struct tm tm;

	if (t == 0 || !gmtime_r(&seconds, &tm))
		return;
	if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
		str_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
		return;
	}
	put_two(text, (tm.tm_year + 1900) / 100);
	put_two(text + 2, (tm.tm_year + 1900) % 100);
	put_two(text + 5, tm.tm_mon + 1);
	put_two(text + 8, tm.tm_mday);
	str_add(out, text, sizeof(text) - 1);
}

void
wording_time(struct str *out, int64_t t)
{
	char text[] = " 00:00 UTC";
	int64_t day = t % 86400;

	wording_date(out, t);
	if (t <= 0)
		return;
	put_two(text + 1, (int)(day / 3600));
	put_two(text + 4, (int)(day / 60 % 60));
	str_add(out, text, sizeof(text) - 1);
}

void
wording_revision(struct str *out, struct span revision)
{
	if (revision.n > 10)
		revision.n = 10;
	str_addspan(out, revision);
}
