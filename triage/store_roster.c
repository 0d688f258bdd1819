/*
 * Rosters: a build's tests and how each did by default, packed.  For each
 * letter a set, as ranges of rows of the table of tests: the letter, the number
 * of ranges, for each range its distance from the end of the one before and its
 * length less 1.
 */
#include "common/base.h"
#include "triage/store_in.h"

void
pack_uint(struct str *out, uint64_t n)
{
	char bytes[10];
	size_t i = 0;

	for (; n >= 0x80; n >>= 7)
		bytes[i++] = (char)(n | 0x80);
	bytes[i++] = (char)n;
	str_add(out, bytes, i);
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
by_letter(const void *a, const void *b)
{
	const struct roster_test *x = a, *y = b;

	if (x->letter != y->letter)
		return x->letter < y->letter ? -1 : 1;
	return x->test < y->test ? -1 : x->test > y->test;
}

static bool
is_sorted(const struct roster_test *t, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (by_letter(&t[i - 1], &t[i]) > 0)
			return false;
	}
	return true;
}

/* The end of the range of rows that begins at i. */
static size_t
range_end(const struct roster_test *t, size_t n, size_t i)
{
	for (i++; i < n && t[i].letter == t[i - 1].letter && t[i].test - t[i - 1].test <= 1; i++)
		;
	return i;
}

void
roster_pack(struct str *out, struct roster_test *t, size_t n)
{
	size_t i, k, end, n_ranges;
	int64_t last;

	if (!is_sorted(t, n))
		qsort(t, n, sizeof(*t), by_letter);
	for (i = 0; i < n; i = end) {
		for (n_ranges = 0, end = i; end < n && t[end].letter == t[i].letter; n_ranges++)
			end = range_end(t, n, end);
		str_addc(out, t[i].letter);
		pack_uint(out, n_ranges);
		for (last = 0; i < end; i = k) {
			k = range_end(t, n, i);
			pack_uint(out, (uint64_t)(t[i].test - last));
			pack_uint(out, (uint64_t)(t[k - 1].test - t[i].test));
			last = t[k - 1].test;
		}
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
