/* Error lines: which line of an output says what went wrong; see signature.h. */
#include "common/base.h"
#include "bisect/signature.h"

#include "common/errline.h"

void
signature_line(struct signature *s, struct span text)
{
	errline_normalise(&s->message, text);
	str_clear(&s->line);
	errline_clean(&s->line, text);
}

/* ---- which line ---- */

static bool
has_caseless(struct span line, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= line.n; i++) {
		if (strncasecmp(line.p + i, word, n) == 0)
			return true;
	}
	return false;
}

static bool
speaks_of_error(struct span line)
{
	static const char *const words[] = {
		"error", "exception", "fail", "panic", "fatal", "abort", "assert", "segmentation",
		"unreachable", "refused", "denied", "cannot", "not found", "no such", "killed",
		"timed out", "timeout", "traceback", "undefined", "corrupt", "not ok", "unavailable",
		"could not", "unable", "mismatch", "unexpected", "overflow", "reset by", "out of memory",
	};
	size_t i;

	if (line.n > 1000)
		line.n = 1000;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (has_caseless(line, words[i]))
			return true;
	}
	return false;
}

struct span
signature_error_line(struct span output)
{
	struct span line, class, error = { NULL, 0 };
	size_t end = output.n, start;

	while (end > 0) {
		for (start = end; start > 0 && output.p[start - 1] != '\n'; start--)
			;
		line = span_trim((struct span){ output.p + start, end - start });
		class = signature_class(line);
		if (class.n && !span_ends(class, "Warning"))
			return line;
		if (error.n == 0 && speaks_of_error(line))
			error = line;
		end = start > 0 ? start - 1 : 0;
	}
	return error;
}
