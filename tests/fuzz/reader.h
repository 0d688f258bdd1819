/*
 * For the fuzz targets of readers of results: any bytes are read, in chunks, and
 * every test has an attempt.  Included by one file of a program.
 */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include "common/base.h"

#include "triage/reader.h"

static void
fuzz_reader(const char *name, const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "" };
	struct reader_stream r;
	size_t i, k, n, chunk = size ? data[0] % 50 + 1 : 1;
	int ret = 0;

	reader_start(&r, reader_find(name), &in, size % 2 ? STRIP_LETTERS : STRIP_PLAIN);
	for (; ret == 0 && bytes.n; bytes = span_from(bytes, n)) {
		n = bytes.n < chunk ? bytes.n : chunk;
		ret = reader_feed(&r, (struct span){ bytes.p, n }, NULL);
	}
	if (ret == 0)
		reader_finish(&r, NULL);
	reader_release(&r);
	for (i = 0; i < c.runs.n; i++) {
		for (k = 0; k < c.runs.p[i]->tests.n; k++)
			assert(c.runs.p[i]->tests.p[k].attempts.n > 0);
	}
	collect_release(&c);
}

#endif
