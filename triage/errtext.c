/* Error lines in outputs: see errtext.h. */
#include "common/base.h"
#include "triage/errtext.h"

#include <strings.h>

static bool
has_word(struct span line)
{
	static const char *const words[] = { "error", "assert", "fail", "exception", "fault", "abort", "panic" };
	size_t i, k, n;

	for (k = 0; k < ARRAY_LEN(words); k++) {
		n = strlen(words[k]);
		for (i = 0; i + n <= line.n; i++) {
			if (strncasecmp(line.p + i, words[k], n) == 0)
				return true;
		}
	}
	return false;
}

struct span
errtext_line(struct span output)
{
	struct span line, last = { "", 0 };

	while (span_next(&output, '\n', &line)) {
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (has_word(line))
			return line;
		last = line;
	}
	return last;
}
