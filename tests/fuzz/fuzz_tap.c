/* Lines of TAP: any bytes; a text lies inside its line and a time is no nonsense. */
#include "common/base.h"

#include "common/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { (const char *)data, size }, line;

	while (size && span_next(&rest, '\n', &line)) {
		struct tap_line t = tap_parse(line);

		assert(t.result <= TAP_TODO && t.micros >= -1);
		assert(t.text.n == 0 || (t.text.p >= line.p && t.text.p + t.text.n <= line.p + line.n));
	}
	return 0;
}
