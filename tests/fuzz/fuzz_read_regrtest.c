/* Output of regrtest as results: any bytes are read, in chunks, and every test has an attempt. */
#include "common/base.h"

#include "triage/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "" };
	struct reader_stream r;
	size_t i, k, n, chunk = size ? data[0] % 50 + 1 : 1;

	reader_start(&r, reader_find("regrtest"), &in, size % 2 ? STRIP_LETTERS : STRIP_PLAIN);
	for (; bytes.n; bytes = span_from(bytes, n)) {
		n = bytes.n < chunk ? bytes.n : chunk;
		reader_feed(&r, (struct span){ bytes.p, n }, NULL);
	}
	reader_finish(&r, NULL);
	reader_release(&r);
	for (i = 0; i < c.runs.n; i++) {
		for (k = 0; k < c.runs.p[i]->tests.n; k++)
			assert(c.runs.p[i]->tests.p[k].attempts.n > 0);
	}
	collect_release(&c);
	return 0;
}
