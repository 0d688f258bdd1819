/*
 * For the fuzz targets of readers of results: any bytes in chunks of a size that they choose;
 * every test has an attempt, and the same bytes at once give as many.  Included by
 * one file of a program.
 */
#ifndef TESTS_FUZZ_READ_H
#define TESTS_FUZZ_READ_H

#include "common/base.h"

#include "triage/reader.h"

static size_t
fuzz_read_chunks(const char *name, struct span bytes, size_t chunk)
{
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "" };
	struct err e = ERR_INIT;
	struct reader_stream r;
	size_t i, k, n, count = 0;
	int ret = 0;

	reader_start(&r, reader_find(name), &in, STRIP_PLAIN);
	for (; bytes.n && ret == 0; bytes = span_from(bytes, n)) {
		n = bytes.n < chunk ? bytes.n : chunk;
		ret = reader_feed(&r, (struct span){ bytes.p, n }, &e);
	}
	if (ret == 0)
		ret = reader_finish(&r, &e);
	assert(ret == 0 || e.msg[0]);
	reader_release(&r);
	for (i = 0; i < c.runs.n; i++) {
		for (k = 0; k < c.runs.p[i]->tests.n; k++) {
			assert(c.runs.p[i]->tests.p[k].attempts.n > 0);
			count += c.runs.p[i]->tests.p[k].attempts.n;
		}
	}
	collect_release(&c);
	return count;
}

static void
fuzz_read(const char *name, const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	size_t chunk = size ? data[size - 1] % 50 + 1 : 1;

	assert(fuzz_read_chunks(name, bytes, chunk) == fuzz_read_chunks(name, bytes, SIZE_MAX));
}

#endif
