/*
 * A plain main for the fuzz targets: gives each file of a corpus, and each of
 * its prefixes, to LLVMFuzzerTestOneInput, so that every run of the tests
 * replays what fuzzing once found.  scripts/fuzz links the targets with
 * libFuzzer instead.
 */
#include "common/base.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>

#include "common/mem.h"
#include "common/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PREFIXES_MAX = 512 }; /* of a longer file: this many, evenly */

/* The bytes in memory of exactly their size, so that an overrun is seen. */
static void
feed(const char *p, size_t n)
{
	uint8_t *copy = xmalloc(n);

	if (n > 0)
		memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
replay(const char *path)
{
	struct str text = STR_INIT(STR_FILE);
	char buf[4096];
	size_t n, step;
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		return -1;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add(&text, buf, n);
	fclose(f);
	step = text.n / PREFIXES_MAX + 1;
	for (n = 0; n < text.n; n += step)
		feed(text.p, n);
	feed(text.p, text.n);
	str_release(&text);
	return 0;
}

/* Calls replay for each file in dir; the number of them, -1 when one cannot be read. */
static int
replay_dir(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *ent;
	int count = 0;
	DIR *d = opendir(dir);

	if (!d) {
		perror(dir);
		return -1;
	}
	while (count >= 0 && (ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, ent->d_name);
		printf("# %s\n", ent->d_name);
		count = replay(path) == 0 ? count + 1 : -1;
	}
	closedir(d);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	setvbuf(stdout, NULL, _IOLBF, 0); /* after a crash the last line names the file */
	for (int i = 1; i < argc; i++) {
		int n = replay_dir(argv[i]);

		if (n <= 0) {
			printf("FAILED %s: no corpus\n", argv[i]);
			return 1;
		}
		count += n;
	}
	printf("ok corpus of %d files, with their prefixes\n", count);
	return 0;
}
