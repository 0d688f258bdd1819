/* Several texts at once: see scan.h. */
#include "common/base.h"
#include "triage/scan.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_FAST 1
#define FAST __attribute__((target("avx2")))
#define FAST_PART inline __attribute__((target("avx2"), always_inline))
#endif

/* ---- texts and their pairs ---- */

/* Places of bytes of console output by frequency, the most frequent first; all others are rarer. */
static const uint8_t places[128] = {
	[' '] = 1, ['t'] = 2, ['e'] = 3, ['-'] = 4, ['/'] = 5, ['i'] = 6, ['s'] = 7, ['n'] = 8, ['p'] = 9,
	['o'] = 10, ['l'] = 11, ['.'] = 12, ['a'] = 13, ['m'] = 14, ['y'] = 15, ['1'] = 16, ['_'] = 17,
	['h'] = 18, ['r'] = 19, ['c'] = 20, ['u'] = 21, ['b'] = 22, ['d'] = 23, ['3'] = 24, ['g'] = 25,
	['4'] = 26, ['\''] = 27, ['0'] = 28, ['2'] = 29, ['6'] = 30, ['x'] = 31, ['k'] = 32, [':'] = 33,
	['C'] = 34, ['v'] = 35, ['w'] = 36, ['f'] = 37, ['5'] = 38, ['9'] = 39, [')'] = 40, ['('] = 41,
	['T'] = 42, ['z'] = 43, ['j'] = 44, ['L'] = 45, ['q'] = 46, ['['] = 47, ['8'] = 48, ['7'] = 49,
	[']'] = 50, ['"'] = 51, ['='] = 52, ['P'] = 53, ['F'] = 54, ['I'] = 55, [','] = 56, ['S'] = 57,
	['E'] = 58, ['M'] = 59, ['D'] = 60, ['R'] = 61, ['B'] = 62, ['O'] = 63, ['N'] = 64, ['A'] = 65,
	['W'] = 66, ['U'] = 67,
};

/* 0: it may be no pair, since a byte is not ASCII. */
static unsigned
rarity(const char *pair)
{
	uint8_t a = (uint8_t)pair[0], b = (uint8_t)pair[1];

	if (a >= 128 || b >= 128)
		return 0;
	a = places[a] ? places[a] : 68;
	b = places[b] ? places[b] : 68;
	return (a + 1u) * (b + 1u);
}

static inline unsigned
pair_at(const char *p)
{
	return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static inline unsigned
hash(unsigned pair)
{
	return (pair ^ pair >> 5) % 1024;
}

bool
scan_add(struct scan *s, struct span text, uint64_t bits)
{
	const char *pair;
	unsigned k, rare, most = 0;
	size_t i, best = 0;
	uint8_t *chain, eighth;

	for (i = 0; i + 1 < text.n && i < UINT8_MAX; i++) {
		rare = rarity(text.p + i);
		best = rare > most ? i : best;
		most = rare > most ? rare : most;
	}
	if (most == 0 || s->n_texts == SCAN_TEXTS_MAX)
		return false;
	pair = text.p + best;
	eighth = (uint8_t)(1 << ((pair[0] >> 4 & 3) * 2 + (pair[1] >> 4 & 1)));
	for (k = 0; k < 2; k++) {
		s->low[k][pair[k] & 15] |= eighth;
		s->high[k][pair[k] >> 4] |= eighth;
	}
	chain = &s->chains[hash(pair_at(pair))];
	s->pairs[s->n_texts] = (uint16_t)pair_at(pair);
	s->texts[s->n_texts] = text;
	s->bits[s->n_texts] = bits;
	s->at[s->n_texts] = (uint8_t)best;
	s->next[s->n_texts] = *chain;
	*chain = (uint8_t)++s->n_texts;
	return true;
}

static bool
stands_at(struct span text, struct span bytes, size_t at)
{
	return at < bytes.n && text.n <= bytes.n - at && memcmp(bytes.p + at, text.p, text.n) == 0;
}

/* Adds a hit, if pairs of texts that stand there are at i. */
static inline void
take_hit(const struct scan *s, struct span bytes, size_t i, struct scan_hits *out)
{
	unsigned pair = pair_at(bytes.p + i), number, t;
	struct scan_hit hit = { i, 0 };
	bool found = false;

	for (number = s->chains[hash(pair)]; number; number = s->next[t]) {
		t = number - 1;
		/* Before the beginning is far behind the end. */
		if (s->pairs[t] == pair && stands_at(s->texts[t], bytes, i - s->at[t])) {
			hit.bits |= s->bits[t];
			found = true;
		}
	}
	if (found)
		vec_push(&out->p, hit);
}

void
scan_all_plain(const struct scan *s, struct span bytes, struct scan_hits *out)
{
	size_t i;

	for (i = 0; i + 1 < bytes.n; i++)
		take_hit(s, bytes, i, out);
}

#ifdef HAS_FAST
/* The halves of bytes that choose texts, in registers. */
struct halves {
	__m256i low[2], high[2];
};

static FAST_PART __m256i
twice(const uint8_t *half)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)half));
}

/* The texts that the 32 bytes at p may belong to, as the k-th of their pair; of a byte that is not
 * ASCII a shuffle makes 0. */
static FAST_PART __m256i
texts_of(const struct halves *h, unsigned k, const char *p)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));

	return _mm256_and_si256(_mm256_shuffle_epi8(h->low[k], bytes), _mm256_shuffle_epi8(h->high[k], high));
}

/* Not 0 at each of the 32 bytes at p (33 are read) where a pair may begin. */
static FAST_PART __m256i
maybe_pairs(const struct halves *h, const char *p)
{
	return _mm256_and_si256(texts_of(h, 0, p), texts_of(h, 1, p + 1));
}

static FAST_PART uint64_t
set_bytes(__m256i x)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_setzero_si256()));
}

/* The same as scan_all_plain, 64 places at a time; the last time some of them again. */
static FAST void
scan_all_fast(const struct scan *s, struct span bytes, struct scan_hits *out)
{
	const struct halves h = { { twice(s->low[0]), twice(s->low[1]) }, { twice(s->high[0]), twice(s->high[1]) } };
	size_t i;

	for (i = 0; i + 1 < bytes.n; i += 64) {
		size_t begin = i + 65 <= bytes.n ? i : bytes.n - 65;
		__m256i a = maybe_pairs(&h, bytes.p + begin), b = maybe_pairs(&h, bytes.p + begin + 32);
		__m256i any = _mm256_or_si256(a, b);
		uint64_t maybe;

		if (_mm256_testz_si256(any, any))
			continue;
		maybe = (set_bytes(a) | set_bytes(b) << 32) & UINT64_MAX << (i - begin);
		for (; maybe; maybe &= maybe - 1)
			take_hit(s, bytes, begin + (unsigned)__builtin_ctzll(maybe), out);
	}
}

void
scan_all(const struct scan *s, struct span bytes, struct scan_hits *out)
{
	if (bytes.n >= 65 && __builtin_cpu_supports("avx2"))
		scan_all_fast(s, bytes, out);
	else
		scan_all_plain(s, bytes, out);
}
#else
void
scan_all(const struct scan *s, struct span bytes, struct scan_hits *out)
{
	scan_all_plain(s, bytes, out);
}
#endif

uint64_t
scan_which(const struct scan *s, struct span bytes)
{
	struct scan_hits hits = { VEC_INIT };
	uint64_t found = 0;
	size_t i;

	scan_all(s, bytes, &hits);
	for (i = 0; i < hits.p.n; i++)
		found |= hits.p.p[i].bits;
	vec_release(&hits.p);
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
/* A bit for each of the 32 bytes at p (33 are read) that is a mark. */
static FAST_PART uint32_t
marks_at(const char *p)
{
	__m256i here = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(p + 1));
	__m256i esc = _mm256_cmpeq_epi8(here, _mm256_set1_epi8(0x1b));
	__m256i lone = _mm256_andnot_si256(_mm256_cmpeq_epi8(next, _mm256_set1_epi8('\n')),
	                                   _mm256_cmpeq_epi8(here, _mm256_set1_epi8('\r')));

	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(lone, esc));
}

static FAST size_t
scan_marks_fast(struct span bytes)
{
	size_t i;

	for (i = 0; i + 33 <= bytes.n; i += 32) {
		uint32_t bits = marks_at(bytes.p + i);

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
