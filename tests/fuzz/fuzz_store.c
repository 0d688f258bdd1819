/*
 * What the store reads back from its file, and the texts on their way into it: packed
 * rosters and lists that were damaged, rosters that must come back as they went,
 * masks, moments.
 */
#include "common/base.h"
#include "triage/mask.h"
#include "triage/store_in.h"
#include "triage/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count_test(void *data, int64_t test UNUSED, char letter UNUSED)
{
	++*(size_t *)data;
}

static void
count_event(void *data, int64_t test UNUSED)
{
	++*(size_t *)data;
}

/* Ranges as long as the table of tests are damage, but walking one takes its time: only short inputs. */
static void
unpack_damaged(struct span bytes)
{
	struct story story;
	size_t n = 0;

	for (int64_t test = 0; test < 300; test += 37)
		roster_letter(bytes, test);
	if (bytes.n <= 4) /* a letter, a count and one short range */
		roster_each(bytes, count_test, &n);
	events_each(bytes, false, count_event, &n);
	events_each(bytes, true, count_event, &n);
	story_ends(&story, bytes);
}

/* Each byte is a test: its letter by the upper bits, its distance from the last by the lower. */
static void
roster_comes_back(struct span bytes)
{
	static const char letters[] = "PSxN";
	struct roster_test tests[256], packed_of[256];
	struct str packed = STR_INIT(1 << 16);
	size_t n = bytes.n < ARRAY_LEN(tests) ? bytes.n : ARRAY_LEN(tests), i, seen = 0;
	int64_t row = 0;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		row += 1 + (c & 63) * (c & 63);
		tests[i] = (struct roster_test){ row, letters[c >> 6] };
		/* in an order of its own */
		packed_of[(i * 7) % n] = tests[i];
	}
	if (n % 7 == 0)
		memcpy(packed_of, tests, n * sizeof(*tests));
	roster_pack(&packed, packed_of, n);
	for (i = 0; i < n; i++) {
		assert(roster_letter(str_span(&packed), tests[i].test) == tests[i].letter);
		assert(i == 0 || tests[i].test == tests[i - 1].test + 1 ||
		       roster_letter(str_span(&packed), tests[i].test - 1) == '\0');
	}
	assert(roster_each(str_span(&packed), count_test, &seen) && seen == n);
	str_release(&packed);
}

/* A mask is little longer than the shortest secret: the text cannot grow without bound. */
static void
mask(struct span bytes)
{
	struct str once = STR_INIT(1 << 20);

	mask_add(&once, bytes);
	assert(once.over || once.n <= 3 * bytes.n + 16);
	str_release(&once);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	int64_t when;

	unpack_damaged(bytes);
	roster_comes_back(bytes);
	mask(bytes);
	when_parse(bytes, 1795608000, size % 2, &when);
	return 0;
}
