/* See alike.h. */
#include "common/base.h"
#include "triage/alike.h"

#include <ctype.h>

#include "common/errline.h"

enum { ID_MIN = 8 }; /* bytes of a word with digits and letters that is an id; "sha256" is none */

static bool
is_id_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* The line with "#" for ids. */
static void
without_ids(struct str *out, struct span line)
{
	size_t i = 0, n;
	bool digits, letters;

	while (i < line.n) {
		digits = letters = false;
		for (n = 0; i + n < line.n && is_id_char(line.p[i + n]); n++) {
			digits |= isdigit((unsigned char)line.p[i + n]) != 0;
			letters |= isalpha((unsigned char)line.p[i + n]) != 0;
		}
		if (n >= ID_MIN && digits && letters)
			str_addc(out, '#');
		else
			str_add(out, line.p + i, n ? n : 1);
		i += n ? n : 1;
	}
}

/* Equal neighbours in a list, as errline.h leaves them. */
static const struct { const char *twice, *once; } lists[] = {
	{ "N, N", "N" }, { "S, S", "S" }, { "#, #", "#" }, { "P, P", "P" }, { "S: N, S: N", "S: N" },
	{ "S: S, S: S", "S: S" },
};

/* Takes the second of two neighbours out, as long as there are some. */
static void
shorten(struct str *s, const char *twice, const char *once)
{
	size_t n = strlen(once), more = strlen(twice) - n, at = 0;

	while ((at += span_find(span_from(str_span(s), at), twice)) < s->n) {
		memmove(s->p + at + n, s->p + at + n + more, s->n - at - n - more);
		str_cut(s, s->n - more);
	}
}

void
alike_shape(struct str *out, struct span line)
{
	struct str plain = STR_INIT(4 * ERRLINE_MAX), shape = STR_INIT(4 * ERRLINE_MAX);
	size_t i;

	without_ids(&plain, line);
	errline_normalise(&shape, str_span(&plain));
	for (i = 0; i < ARRAY_LEN(lists); i++)
		shorten(&shape, lists[i].twice, lists[i].once);
	str_addspan(out, str_span(&shape));
	str_release(&plain);
	str_release(&shape);
}
