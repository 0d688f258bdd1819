/*
 * For the fuzz targets of readers of results: any bytes in chunks of a size that they choose,
 * behind stream letters or not; every test has an attempt, and the same bytes at once give
 * as many.  Included by one file of a program.
 */
#ifndef TESTS_FUZZ_READ_H
#define TESTS_FUZZ_READ_H

#include "common/base.h"

#include "triage/reader.h"
#include "triage/warn.h"

static size_t
count_attempts(const struct collect *c)
{
	size_t i, k, count = 0;

	for (i = 0; i < c->runs.n; i++) {
		for (k = 0; k < c->runs.p[i]->tests.n; k++) {
			assert(c->runs.p[i]->tests.p[k].attempts.n > 0);
			count += c->runs.p[i]->tests.p[k].attempts.n;
		}
	}
	return count;
}

static size_t
fuzz_read_chunks(const char *name, struct span bytes, size_t chunk, enum strip_mode mode)
{
	static struct warn *rules;
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = "" };
	struct err e = ERR_INIT;
	struct reader_stream r;
	size_t n, count;
	int ret = 0;

	if (rules == NULL)
		rules = warn_load(NULL, NULL);
	in.warn = rules;
	reader_start(&r, reader_find(name), &in, mode);
	for (; bytes.n && ret == 0; bytes = span_from(bytes, n)) {
		n = bytes.n < chunk ? bytes.n : chunk;
		ret = reader_feed(&r, (struct span){ bytes.p, n }, &e);
	}
	if (ret == 0)
		ret = reader_finish(&r, &e);
	assert(ret == 0 || e.msg[0]);
	reader_release(&r);
	count = count_attempts(&c);
	collect_release(&c);
	return count;
}

static void
fuzz_read(const char *name, const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	size_t chunk = size ? data[size - 1] % 50 + 1 : 1;
	enum strip_mode mode = size % 2 ? STRIP_LETTERS : STRIP_PLAIN;

	assert(fuzz_read_chunks(name, bytes, chunk, mode) == fuzz_read_chunks(name, bytes, SIZE_MAX, mode));
}

#endif
