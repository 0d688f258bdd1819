/* The name that was probably meant: see near.h. */
#include "common/base.h"
#include "common/near.h"

enum { NAME_MAX_LEN = 40 }; /* of what differs; more than that is another name */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap two neighbours) from a to b: the
 * restricted distance of Damerau and Levenshtein, by three rows of its table. */
static unsigned
edits(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][NAME_MAX_LEN + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];
	size_t i, k;

	for (k = 0; k <= n_b; k++)
		last[k] = (unsigned)k;
	for (i = 1; i <= n_a; i++) {
		unsigned *oldest = before;

		now[0] = (unsigned)i;
		for (k = 1; k <= n_b; k++) {
			now[k] = least(least(now[k - 1], last[k]) + 1,
			               last[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = least(now[k], before[k - 2] + 1);
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[n_b];
}

void
near_try(struct near *n, const char *name)
{
	const char *word = n->word;
	const char *rest = name;
	size_t n_word = strlen(word), n_name = strlen(name);
	unsigned distance, allowed = n_word < 3 ? 1 : (unsigned)(n_word / 3);
	unsigned most = (unsigned)n_name; /* all of it: that is no likeness */

	if (n_word >= 3 && strncmp(word, name, n_word) == 0) {
		distance = n_word != n_name;
	} else {
		for (; n_word && n_name && *word == *rest; n_word--, n_name--)
			word++, rest++;
		for (; n_word && n_name && word[n_word - 1] == rest[n_name - 1]; n_word--)
			n_name--;
		if (n_word > NAME_MAX_LEN || n_name > NAME_MAX_LEN)
			return;
		distance = edits(word, n_word, rest, n_name);
	}
	if (distance > allowed || distance >= most)
		return;
	if (n->best == NULL || distance < n->distance) {
		n->best = name;
		n->distance = distance;
	}
}
