/*
 * A made git repository for benches, through `git fast-import`: N commits in the first-parent
 * history of main, a fifth of them merges of a branch of one commit more, evenly over a
 * time.  Each changes one to three of 400 files in two folders.  Included by one file of a program.
 */
#ifndef TESTS_BENCH_MADE_REPO_H
#define TESTS_BENCH_MADE_REPO_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"

enum { MADE_FILES = 200, MADE_HEX = 41 };

static void
made_file(FILE *out, const char *folder, unsigned i, size_t commit)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "content %u of commit %zu\n", i, commit);

	fprintf(out, "M 100644 inline %s/module_%u.py\ndata %d\n%s\n", folder, i, n, text);
}

/* Commit `mark` behind `from`; merged 0: none. */
static void
made_commit(FILE *out, const char *ref, size_t mark, size_t from, size_t merged, int64_t time)
{
	char message[100];
	int n = snprintf(message, sizeof(message), "Change %zu of module %zu\n", mark, mark * 7919 % MADE_FILES);
	size_t i;

	fprintf(out, "commit %s\nmark :%zu\ncommitter A <a@example.org> %" PRId64 " +0000\ndata %d\n%s", ref, mark, time,
	        n, message);
	if (from)
		fprintf(out, "from :%zu\n", from);
	if (merged)
		fprintf(out, "merge :%zu\n", merged);
	for (i = 0; from == 0 && i < 2 * MADE_FILES; i++)
		made_file(out, i % 2 ? "lib/test" : "lib", (unsigned)i / 2, 0);
	for (i = 0; !merged && i <= mark % 3; i++)
		made_file(out, i ? "lib/test" : "lib", (unsigned)((mark * 7919 + i * 31) % MADE_FILES), mark);
}

/* Writes the stream; mark i + 1 is commit i of the first-parent history, what is merged comes behind. */
static void
made_stream(FILE *out, size_t n, int64_t first, int64_t last)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int64_t time = first + (last - first) / (int64_t)n * (int64_t)i;
		size_t side = i % 5 == 4 ? n + i + 1 : 0;

		if (side)
			made_commit(out, "refs/heads/side", side, i, 0, time - 1);
		made_commit(out, "refs/heads/main", i + 1, i, side, time);
	}
	fprintf(out, "reset refs/heads/side\nfrom 0000000000000000000000000000000000000000\n\ndone\n");
}

/* Makes the bare repository and reads the ids of its first-parent history, oldest first: [n], the
 * caller's; NULL: git could not. */
static char (*made_repo(const char *path, size_t n, int64_t first, int64_t last))[MADE_HEX]
{
	char (*ids)[MADE_HEX] = xcalloc(n, sizeof(*ids));
	char command[9000], line[100];
	bool ok;
	size_t i;
	FILE *f;

	snprintf(command, sizeof(command), "git init -q --bare '%s' && git -C '%s' fast-import --quiet --done", path, path);
	f = popen(command, "w");
	if (f)
		made_stream(f, n, first, last);
	ok = f && pclose(f) == 0;
	snprintf(command, sizeof(command), "git -C '%s' rev-list --first-parent main", path);
	f = ok ? popen(command, "r") : NULL;
	for (i = n; f && fgets(line, sizeof(line), f) && i > 0; i--)
		snprintf(ids[i - 1], sizeof(*ids), "%.40s", line);
	if (f == NULL || pclose(f) != 0 || i != 0) {
		free(ids);
		return NULL;
	}
	return ids;
}

#endif
