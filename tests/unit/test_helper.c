/* The helpers that the program carries, and their files in a session's folder. */
#include "tests/unit/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "bisect/helper.h"

/* The file's bytes in text; false when it cannot be read. */
static bool
slurp(const char *path, struct str *text)
{
	FILE *f = fopen(path, "rb");
	int c;

	str_clear(text);
	if (f == NULL)
		return false;
	while ((c = getc(f)) != EOF)
		str_addc(text, (char)c);
	fclose(f);
	return true;
}

static bool
same_as_file(const struct helper *h, const char *path)
{
	struct str text = STR_INIT(STR_FILE);
	bool same = slurp(path, &text) && text.n == h->text.n && memcmp(str_c(&text), h->text.p, text.n) == 0;

	str_release(&text);
	return same;
}

/* Catches a table that ends early, names a helper twice, or loses bytes in the embedding. */
static void
test_table(void)
{
	const struct helper *h;
	char path[256];

	CHECK(helpers[0].name != NULL);
	for (h = helpers; h->name; h++) {
		CHECK(helper_find(h->name) == h);
		snprintf(path, sizeof(path), "bisect/helpers/%s", h->name);
		/* The test may run from another folder; then there is nothing to compare. */
		if (access("bisect/helpers", R_OK) == 0)
			CHECK(same_as_file(h, path));
	}
	CHECK(helper_find("no_such_helper") == NULL);
}

/* Catches a stale or torn file of an older session that stays, and a good one that is written again. */
static void
test_install(void)
{
	char dir[] = "/tmp/helper.XXXXXX", sub[64];
	struct arena mem = ARENA_INIT;
	struct err e = ERR_INIT;
	const char *path = NULL;
	struct stat before, after;

	assert(mkdtemp(dir));
	CHECK_INT(helper_install(&path, dir, helpers[0].name, &mem, &e), 0);
	CHECK(path && same_as_file(&helpers[0], path));
	stat(path, &before);
	CHECK_INT(helper_install(NULL, dir, helpers[0].name, &mem, &e), 0);
	stat(path, &after);
	CHECK(before.st_ino == after.st_ino);
	CHECK_INT(truncate(path, 3), 0);
	CHECK_INT(helper_install(NULL, dir, helpers[0].name, &mem, &e), 0);
	CHECK(same_as_file(&helpers[0], path));
	unlink(path);
	snprintf(sub, sizeof(sub), "%s/helpers", dir);
	CHECK_INT(rmdir(sub), 0); /* no temporary file was left */
	rmdir(dir);
	arena_release(&mem);
}

/* Catches an error that does not name the folder. */
static void
test_no_folder(void)
{
	struct arena mem = ARENA_INIT;
	struct err e = ERR_INIT;

	CHECK_INT(helper_install(NULL, "/dev/null/folder", helpers[0].name, &mem, &e), -1);
	CHECK(strstr(e.msg, "/dev/null"));
	arena_release(&mem);
}

int
main(void)
{
	test_table();
	test_install();
	test_no_folder();
	return check_done();
}
