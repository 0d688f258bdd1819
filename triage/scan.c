/* Several texts at once: see scan.h. */
#include "common/base.h"
#include "triage/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes of console output, the most frequent first; all others are rarer. */
static const char frequent[] = " etsaionr_l.ducpmh0gf:1bv(2y)3k,4/-5x\"=8'697TwCAqPjLE";

static unsigned
rarity(char c)
{
	const char *at = c ? strchr(frequent, c) : NULL;

	return at ? (unsigned)(at - frequent) : sizeof(frequent);
}

static unsigned
rarity_at(struct span text, size_t i)
{
	return rarity(text.p[i]) * rarity(text.p[i + 1]) + rarity(text.p[i]) + rarity(text.p[i + 1]);
}

static unsigned
pair_of(const struct scan *s, char a, char b)
{
	unsigned i;

	for (i = 0; i < s->n_pairs; i++) {
		if (s->first[i] == (uint8_t)a && s->second[i] == (uint8_t)b)
			break;
	}
	return i;
}

bool
scan_add(struct scan *s, struct span text)
{
	size_t i, best = 0;
	unsigned pair;

	if (text.n < 2 || s->n_texts == SCAN_TEXTS_MAX)
		return false;
	for (i = 1; i + 1 < text.n && i < UINT8_MAX; i++) {
		if (rarity_at(text, i) > rarity_at(text, best))
			best = i;
	}
	pair = pair_of(s, text.p[best], text.p[best + 1]);
	if (pair == SCAN_PAIRS_MAX)
		return false;
	if (pair == s->n_pairs) {
		s->first[pair] = (uint8_t)text.p[best];
		s->second[pair] = (uint8_t)text.p[best + 1];
		s->n_pairs++;
	}
	s->texts[s->n_texts] = text;
	s->at[s->n_texts] = (uint8_t)best;
	s->pair[s->n_texts++] = (uint8_t)pair;
	return true;
}

/* Where the text begins of which the bytes at i are the pair, in what is at or after
 * from; SIZE_MAX: none. */
static size_t
text_at(const struct scan *s, struct span bytes, size_t from, size_t i)
{
	unsigned t;

	for (t = 0; t < s->n_texts; t++) {
		size_t at = s->at[t], n = s->texts[t].n;

		if (i >= from + at && i - at + n <= bytes.n && memcmp(bytes.p + i - at, s->texts[t].p, n) == 0)
			return i - at;
	}
	return SIZE_MAX;
}

static size_t
next_from(const struct scan *s, struct span bytes, size_t from, size_t i)
{
	size_t found;

	for (; i + 1 < bytes.n; i++) {
		if (pair_of(s, bytes.p[i], bytes.p[i + 1]) == s->n_pairs)
			continue;
		found = text_at(s, bytes, from, i);
		if (found != SIZE_MAX)
			return found;
	}
	return bytes.n;
}

size_t
scan_next_plain(const struct scan *s, struct span bytes, size_t from)
{
	return next_from(s, bytes, from, from);
}

#ifdef __SSE2__
/* A bit for each of the 16 bytes at p (17 are read) where a pair begins. */
static unsigned
pairs_in(const struct scan *s, const char *p)
{
	__m128i here = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i next = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
	__m128i any = _mm_setzero_si128();
	unsigned i;

	for (i = 0; i < s->n_pairs; i++) {
		__m128i a = _mm_cmpeq_epi8(here, _mm_set1_epi8((char)s->first[i]));
		__m128i b = _mm_cmpeq_epi8(next, _mm_set1_epi8((char)s->second[i]));

		any = _mm_or_si128(any, _mm_and_si128(a, b));
	}
	return (unsigned)_mm_movemask_epi8(any);
}

size_t
scan_next(const struct scan *s, struct span bytes, size_t from)
{
	size_t i = from, found;
	unsigned bits;

	for (; i + 17 <= bytes.n; i += 16) {
		for (bits = pairs_in(s, bytes.p + i); bits; bits &= bits - 1) {
			found = text_at(s, bytes, from, i + (unsigned)__builtin_ctz(bits));
			if (found != SIZE_MAX)
				return found;
		}
	}
	return next_from(s, bytes, from, i);
}
#else
size_t
scan_next(const struct scan *s, struct span bytes, size_t from)
{
	return scan_next_plain(s, bytes, from);
}
#endif
