/* Several texts at once: see scan.h. */
#include "common/base.h"
#include "triage/scan.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_FAST 1
#endif

/* Bytes of console output, the most frequent first; all others are rarer. */
static const char frequent[] = " te-/isnpol.amy1_hrcubd3g4'026xk:Cvwf59)(TzjLq[87]\"=PFI,SEMDRBONAWU";

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
pair_at(const char *p)
{
	return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static bool
is_pair(const struct scan *s, const char *p)
{
	unsigned pair = pair_at(p);

	return s->pairs[pair / 64] >> pair % 64 & 1;
}

bool
scan_add(struct scan *s, struct span text)
{
	uint8_t eighth = (uint8_t)(1 << s->n_texts % 8), byte;
	size_t i, best = 0;
	unsigned k;

	if (text.n < 2 || s->n_texts == SCAN_TEXTS_MAX)
		return false;
	for (i = 1; i + 1 < text.n && i < UINT8_MAX; i++) {
		if (rarity_at(text, i) > rarity_at(text, best))
			best = i;
	}
	s->pairs[pair_at(text.p + best) / 64] |= UINT64_C(1) << pair_at(text.p + best) % 64;
	for (k = 0; k < 2; k++) {
		byte = (uint8_t)text.p[best + k];
		s->low[k][byte & 15] |= eighth;
		s->high[k][byte >> 4] |= eighth;
	}
	s->texts[s->n_texts] = text;
	s->at[s->n_texts++] = (uint8_t)best;
	return true;
}

static bool
is_at(const struct scan *s, unsigned t, struct span bytes, size_t from, size_t i)
{
	size_t at = s->at[t], n = s->texts[t].n;
	const char *pair = s->texts[t].p + at;

	return pair[0] == bytes.p[i] && pair[1] == bytes.p[i + 1] && i >= from + at && i - at + n <= bytes.n &&
	       memcmp(bytes.p + i - at, s->texts[t].p, n) == 0;
}

/* Where the text begins of which the bytes at i are the pair, in what is at or after
 * from; SIZE_MAX: none. */
static size_t
text_at(const struct scan *s, struct span bytes, size_t from, size_t i)
{
	unsigned t;

	for (t = 0; t < s->n_texts; t++) {
		if (is_at(s, t, bytes, from, i))
			return i - s->at[t];
	}
	return SIZE_MAX;
}

/* The next place at or after i where a pair begins; bytes.n: there is none. */
static size_t
next_pair_plain(const struct scan *s, struct span bytes, size_t i)
{
	for (; i + 1 < bytes.n; i++) {
		if (is_pair(s, bytes.p + i))
			return i;
	}
	return bytes.n;
}

#ifdef HAS_FAST
/* The texts that the 32 bytes may belong to, as the k-th of their pair. */
static inline __attribute__((target("avx2"), always_inline)) __m256i
texts_of(const struct scan *s, unsigned k, __m256i bytes)
{
	__m256i half = _mm256_set1_epi8(15);
	__m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)s->low[k]));
	__m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)s->high[k]));

	return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
	                        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* A bit for each of the 32 bytes at p (33 are read) where a pair may begin. */
static inline __attribute__((target("avx2"), always_inline)) uint32_t
maybe_pairs(const struct scan *s, const char *p)
{
	__m256i here = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(p + 1));
	__m256i both = _mm256_and_si256(texts_of(s, 0, here), texts_of(s, 1, next));

	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
}

/* The same as next_pair_plain, 32 places at a time; the last time some of them again. */
static __attribute__((target("avx2"))) size_t
next_pair_fast(const struct scan *s, struct span bytes, size_t i)
{
	if (bytes.n < 33)
		return next_pair_plain(s, bytes, i);
	for (; i + 1 < bytes.n; i += 32) {
		size_t begin = i + 33 <= bytes.n ? i : bytes.n - 33;
		uint32_t bits = maybe_pairs(s, bytes.p + begin) & (UINT32_MAX << (i - begin));

		for (; bits; bits &= bits - 1) {
			size_t at = begin + (unsigned)__builtin_ctz(bits);

			if (is_pair(s, bytes.p + at))
				return at;
		}
	}
	return bytes.n;
}

static size_t
next_pair(const struct scan *s, struct span bytes, size_t i)
{
	return __builtin_cpu_supports("avx2") ? next_pair_fast(s, bytes, i) : next_pair_plain(s, bytes, i);
}
#else
static size_t
next_pair(const struct scan *s, struct span bytes, size_t i)
{
	return next_pair_plain(s, bytes, i);
}
#endif

size_t
scan_next(const struct scan *s, struct span bytes, size_t from)
{
	size_t i, found;

	for (i = next_pair(s, bytes, from); i < bytes.n; i = next_pair(s, bytes, i + 1)) {
		found = text_at(s, bytes, from, i);
		if (found != SIZE_MAX)
			return found;
	}
	return bytes.n;
}

size_t
scan_next_plain(const struct scan *s, struct span bytes, size_t from)
{
	size_t i, found;

	for (i = next_pair_plain(s, bytes, from); i < bytes.n; i = next_pair_plain(s, bytes, i + 1)) {
		found = text_at(s, bytes, from, i);
		if (found != SIZE_MAX)
			return found;
	}
	return bytes.n;
}

uint64_t
scan_which(const struct scan *s, struct span bytes)
{
	uint64_t found = 0;
	unsigned t;
	size_t i;

	for (i = next_pair(s, bytes, 0); i < bytes.n; i = next_pair(s, bytes, i + 1)) {
		for (t = 0; t < s->n_texts; t++) {
			if (is_at(s, t, bytes, 0, i))
				found |= UINT64_C(1) << t;
		}
	}
	return found;
}

/* ---- marks of the terminal ---- */

size_t
scan_marks_plain(struct span bytes, size_t from)
{
	size_t i;

	for (i = from; i < bytes.n; i++) {
		if (bytes.p[i] == 0x1b || (bytes.p[i] == '\r' && (i + 1 == bytes.n || bytes.p[i + 1] != '\n')))
			break;
	}
	return i;
}

#ifdef HAS_FAST
static __attribute__((target("avx2"))) size_t
scan_marks_fast(struct span bytes)
{
	__m256i esc = _mm256_set1_epi8(0x1b), cr = _mm256_set1_epi8('\r'), lf = _mm256_set1_epi8('\n');
	size_t i;

	for (i = 0; i + 33 <= bytes.n; i += 32) {
		__m256i here = _mm256_loadu_si256((const __m256i *)(const void *)(bytes.p + i));
		__m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(bytes.p + i + 1));
		__m256i lone = _mm256_andnot_si256(_mm256_cmpeq_epi8(next, lf), _mm256_cmpeq_epi8(here, cr));
		uint32_t bits = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(lone, _mm256_cmpeq_epi8(here, esc)));

		if (bits)
			return i + (unsigned)__builtin_ctz(bits);
	}
	return scan_marks_plain(bytes, i);
}

size_t
scan_marks(struct span bytes)
{
	return __builtin_cpu_supports("avx2") ? scan_marks_fast(bytes) : scan_marks_plain(bytes, 0);
}
#else
size_t
scan_marks(struct span bytes)
{
	return scan_marks_plain(bytes, 0);
}
#endif
