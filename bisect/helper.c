/* The helpers that the program carries: see helper.h. */
#include "common/base.h"
#include "bisect/helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HELPER_MAX = 1 << 20 }; /* bytes; ours have a few thousand */

const struct helper *
helper_find(const char *name)
{
	const struct helper *h;

	for (h = helpers; h->name; h++)
		if (strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

/* Whether the file holds exactly this text; any trouble is a no. */
static bool
holds(const char *path, struct span text)
{
	char buf[4096];
	size_t at = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if ((size_t)n > text.n - at || memcmp(buf, text.p + at, (size_t)n) != 0)
			break;
		at += (size_t)n;
	}
	close(fd);
	return n == 0 && at == text.n;
}

static int
write_all(int fd, struct span text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			text = span_from(text, (size_t)n);
	}
	return 0;
}

static int
replace(const char *path, struct span text, struct err *e)
{
	struct str tmp = STR_INIT(STR_LINE);
	int fd = -1, rc = -1;

	str_addf(&tmp, "%s.XXXXXX", path);
	fd = mkostemp(tmp.p, O_CLOEXEC);
	if (fd < 0) {
		err_sys(e, "cannot make a file beside '%s'", path);
		goto out;
	}
	if (write_all(fd, text) < 0 || fchmod(fd, 0644) < 0 || close(fd) < 0) {
		err_sys(e, "cannot write '%s'", str_c(&tmp));
		unlink(tmp.p);
		goto out;
	}
	fd = -1;
	if (rename(tmp.p, path) < 0) {
		err_sys(e, "cannot rename '%s' to '%s'", tmp.p, path);
		unlink(tmp.p);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	str_release(&tmp);
	return rc;
}

int
helper_install(const char **path, const char *dir, const char *name, struct arena *mem, struct err *e)
{
	const struct helper *h = helper_find(name);
	struct str file = STR_INIT(STR_LINE);
	int rc = -1;

	assert(h && h->text.n <= HELPER_MAX);
	str_addf(&file, "%s/helpers", dir);
	if (mkdir(str_c(&file), 0777) < 0 && errno != EEXIST) {
		err_sys(e, "cannot make the folder '%s'", str_c(&file));
		goto out;
	}
	str_addf(&file, "/%s", name);
	if (file.over) {
		err_set(e, "the path of the session folder is too long");
		goto out;
	}
	if (!holds(str_c(&file), h->text) && replace(str_c(&file), h->text, e) < 0)
		goto out;
	if (path)
		*path = arena_copy(mem, file.p, file.n);
	rc = 0;
out:
	str_release(&file);
	return rc;
}
