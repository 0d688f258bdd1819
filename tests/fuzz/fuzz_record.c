/* Any bytes as a session's record, and as a line of its journal: no crash, and what
 * is understood is understood again when it was written. */
#include "common/base.h"

#include "bisect/lab_in.h"
#include "bisect/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_TESTS = 1000 };

static void
try_result(struct span line)
{
	struct str first = STR_INIT(1 << 24), second = STR_INIT(1 << 24);
	struct result r;
	struct err e = ERR_INIT;

	if (result_parse(&r, line, N_TESTS, &e) == 0) {
		r.load = 1;
		result_format(&first, &r);
		result_release(&r);
		assert(result_parse(&r, str_span(&first), N_TESTS, &e) == 0);
		r.load = 1;
		result_format(&second, &r);
		assert(strcmp(str_c(&first), str_c(&second)) == 0);
		result_release(&r);
	}
	str_release(&first);
	str_release(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size }, rest = bytes, line;
	struct record record;
	struct err e = ERR_INIT;

	if (record_parse(&record, bytes, &e) == 0)
		record_release(&record);
	while (rest.n && span_next(&rest, '\n', &line))
		try_result(line);
	return 0;
}
