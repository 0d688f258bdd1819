/* Any bytes as a journal: no crash, and payloads lie within the bytes. */
#include "common/base.h"

#include "bisect/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct journal_lines lines = { VEC_INIT };
	struct err e = ERR_INIT;
	size_t good;

	if (journal_parse(bytes, &lines, &good, &e) == 0)
		assert(good <= size);
	for (size_t i = 0; i < lines.v.n; i++)
		assert(lines.v.p[i].p >= bytes.p && lines.v.p[i].p + lines.v.p[i].n <= bytes.p + size);
	vec_release(&lines.v);
	return 0;
}
