/* What commit messages say of fixes, picks and reverts: see fixes.h. */
#include "common/base.h"
#include "triage/fixes.h"

#include <ctype.h>
#include <strings.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct span
fix_subject(struct span s)
{
	size_t i;

	s = span_trim(s);
	if (s.n && s.p[0] == '[' && (i = span_find(s, "]")) < s.n)
		s = span_trim(span_from(s, i + 1));
	/* "(GH-34)", "(#56)" behind it, any number of them. */
	while (s.n && s.p[s.n - 1] == ')') {
		for (i = s.n - 1; i > 0 && s.p[i] != '('; i--)
			;
		if (i + 3 >= s.n || (s.p[i + 1] != '#' && strncasecmp(s.p + i + 1, "gh-", 3) != 0))
			break;
		s.n = i;
		s = span_trim(s);
	}
	return s;
}

struct span
fix_issue(struct span text)
{
	static const char *const marks[] = { "gh-", "bpo-", "issue #", "issue", "#" };
	size_t i, k, n;

	for (i = 0; i < text.n; i++) {
		if (i > 0 && isalnum((unsigned char)text.p[i - 1]))
			continue;
		for (k = 0; k < ARRAY_LEN(marks); k++) {
			n = strlen(marks[k]);
			if (i + n >= text.n || strncasecmp(text.p + i, marks[k], n) != 0 || !is_digit(text.p[i + n]))
				continue;
			while (i + n < text.n && is_digit(text.p[i + n]))
				n++;
			return (struct span){ text.p + i, n };
		}
	}
	return (struct span){ NULL, 0 };
}

bool
fix_says_so(struct span message)
{
	size_t i;

	for (i = 0; i + 3 <= message.n; i++) {
		if (strncasecmp(message.p + i, "fix", 3) == 0 && (i == 0 || !isalnum((unsigned char)message.p[i - 1])))
			return true;
	}
	return false;
}

bool
fix_names(struct span message, const char *words, const struct repo_id *commit)
{
	char hex[REPO_HEX];
	size_t at, n;

	repo_hex(hex, commit);
	while ((at = span_find(message, words)) < message.n) {
		message = span_trim(span_from(message, at + strlen(words)));
		for (n = 0; n < message.n && n < REPO_HEX - 1 && isxdigit((unsigned char)message.p[n]); n++)
			;
		if (n >= 7 && strncasecmp(message.p, hex, n) == 0)
			return true;
	}
	return false;
}
