/*
 * Rosters: a build's tests and how each did by default, packed.  For each
 * letter a set, as ranges of rows of the table of tests: the letter, the number
 * of ranges, for each range its distance from the end of the one before and its
 * length less 1.
 */
#include "common/base.h"
#include "triage/store_in.h"

/* At most ten bytes; how many. */
static size_t
put_uint(char *bytes, uint64_t n)
{
	size_t i = 0;

	for (; n >= 0x80; n >>= 7)
		bytes[i++] = (char)(n | 0x80);
	bytes[i++] = (char)n;
	return i;
}

void
pack_uint(struct str *out, uint64_t n)
{
	char bytes[10];

	str_add(out, bytes, put_uint(bytes, n));
}

void
pack_pair(struct str *out, uint64_t a, uint64_t b)
{
	char bytes[20];
	size_t n = put_uint(bytes, a);

	str_add(out, bytes, n + put_uint(bytes + n, b));
}

bool
unpack_uint(struct span *rest, uint64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < rest->n && i < 10; i++) {
		*n |= (uint64_t)(rest->p[i] & 0x7f) << (7 * i);
		if ((rest->p[i] & 0x80) == 0) {
			rest->p += i + 1;
			rest->n -= i + 1;
			return true;
		}
	}
	return false;
}

static int
by_test(const void *a, const void *b)
{
	const struct roster_test *x = a, *y = b;

	return x->test < y->test ? -1 : x->test > y->test;
}

/* Puts the tests in order: in a table of all rows between the first and the last where
 * that is short, as it is for whole runs. */
static void
sort(struct roster_test *t, size_t n)
{
	int64_t lo = INT64_MAX, hi = 0, k;
	size_t i, range;
	char *letters;

	for (i = 0; i < n; i++) {
		lo = t[i].test < lo ? t[i].test : lo;
		hi = t[i].test > hi ? t[i].test : hi;
	}
	if ((uint64_t)(hi - lo) > 32 * (uint64_t)n) {
		qsort(t, n, sizeof(*t), by_test);
		return;
	}
	range = (size_t)(hi - lo) + 1;
	letters = xcalloc(range, 1);
	for (i = 0; i < n; i++)
		letters[t[i].test - lo] = t[i].letter;
	for (i = 0, k = 0; (size_t)k < range; k++) {
		if (letters[k])
			t[i++] = (struct roster_test){ lo + k, letters[k] };
	}
	for (; i > 0 && i < n; i++) /* a test that was there twice */
		t[i] = t[i - 1];
	free(letters);
}

/* The end of the range of rows with that letter that begins at i. */
static size_t
range_end(const struct roster_test *t, size_t n, size_t i)
{
	for (i++; i < n && t[i].letter == t[i - 1].letter && t[i].test - t[i - 1].test <= 1; i++)
		;
	return i;
}

/* Calls of the second pass add to out; of the first, with out NULL, only count the ranges. */
static size_t
pack_letter(struct str *out, const struct roster_test *t, size_t n, char letter)
{
	size_t i = 0, k, n_ranges = 0;
	int64_t last = 0;

	while (i < n) {
		if (t[i].letter != letter) {
			i++;
			continue;
		}
		k = range_end(t, n, i);
		n_ranges++;
		if (out) {
			pack_pair(out, (uint64_t)(t[i].test - last), (uint64_t)(t[k - 1].test - t[i].test));
		}
		last = t[k - 1].test;
		i = k;
	}
	return n_ranges;
}

void
roster_pack(struct str *out, struct roster_test *t, size_t n)
{
	static const char letters[] = "NPSx"; /* the plain ones of story.c */
	size_t i, n_ranges;

	if (n == 0)
		return;
	sort(t, n);
	for (i = 0; letters[i]; i++) {
		n_ranges = pack_letter(NULL, t, n, letters[i]);
		if (n_ranges == 0)
			continue;
		str_addc(out, letters[i]);
		pack_uint(out, n_ranges);
		pack_letter(out, t, n, letters[i]);
	}
}

char
roster_letter(struct span packed, int64_t test)
{
	uint64_t n, gap, length, at;
	char letter;

	while (packed.n) {
		letter = packed.p[0];
		packed = span_from(packed, 1);
		if (!unpack_uint(&packed, &n))
			return '\0';
		for (at = 0; n > 0; n--) {
			if (!unpack_uint(&packed, &gap) || !unpack_uint(&packed, &length))
				return '\0';
			at += gap;
			if ((uint64_t)test >= at && (uint64_t)test - at <= length)
				return letter;
			at += length;
		}
	}
	return '\0';
}

bool
roster_each(struct span packed, void (*each)(void *data, int64_t test, char letter), void *data)
{
	enum { MOST = 1 << 28 }; /* tests; more is damage */
	uint64_t n, gap, length, at, i;
	char letter;

	while (packed.n) {
		letter = packed.p[0];
		packed = span_from(packed, 1);
		if (!unpack_uint(&packed, &n))
			return false;
		for (at = 0; n > 0; n--) {
			if (!unpack_uint(&packed, &gap) || !unpack_uint(&packed, &length) ||
			    gap > MOST || length > MOST)
				return false;
			at += gap;
			for (i = 0; i <= length; i++)
				each(data, (int64_t)(at + i), letter);
			at += length;
		}
	}
	return true;
}
