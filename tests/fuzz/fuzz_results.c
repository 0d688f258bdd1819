/*
 * List files and results files: any bytes are read or refused with a word,
 * the same in one piece and byte by byte, and what was read is written back as it was.
 */
#include "common/base.h"

#include "bisect/fw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
read_list(struct testlist *l, struct span bytes, size_t chunk, struct err *e)
{
	struct testlist_reader rd;
	int ret = 0;

	testlist_reader_init(&rd, false);
	while (ret == 0 && bytes.n) {
		size_t n = bytes.n < chunk ? bytes.n : chunk;

		ret = testlist_read_bytes(l, &rd, (struct span){ bytes.p, n }, e);
		bytes = span_from(bytes, n);
	}
	if (ret == 0)
		ret = testlist_read_end(l, &rd, e);
	testlist_reader_release(&rd);
	return ret;
}

static void
try_list(struct testlist *l, struct span bytes)
{
	struct testlist bytewise = TESTLIST_INIT;
	struct str text = STR_INIT(16 << 20), back = STR_INIT(16 << 20);
	struct err e = ERR_INIT;
	int ret = read_list(l, bytes, bytes.n + 1, &e);
	uint32_t i;

	assert(ret == 0 || e.msg[0]);
	assert(read_list(&bytewise, bytes, 1, &e) == ret);
	assert(testlist_digest(l) == testlist_digest(&bytewise));
	for (i = 0; i < testlist_count(l); i++) {
		struct span name = span_of(testlist_name(l, i));

		assert(testlist_find(l, name) == i);
		str_clear(&text);
		str_clear(&back);
		str_add_escaped(&text, name);
		str_add_unescaped(&back, str_span(&text));
		assert(strcmp(str_c(&back), name.p) == 0);
	}
	str_release(&text);
	str_release(&back);
	testlist_release(&bytewise);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct testlist list = TESTLIST_INIT;
	struct err e = ERR_INIT;
	struct reading r;
	bool whole;
	size_t i;

	try_list(&list, bytes);
	reading_init(&r, &list);
	if (reading_results(&r, bytes, &whole, &e) < 0)
		assert(e.msg[0]);
	for (i = 0; i < r.ends.n; i++)
		assert(r.ends.p[i].test < testlist_count(&list) && r.ends.p[i].status <= TEST_SKIP);
	reading_release(&r);
	testlist_release(&list);
	return 0;
}
