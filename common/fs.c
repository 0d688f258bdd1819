/* Files as whole things: see fs.h.  Trees are in fs_tree.c. */
#include "common/base.h"
#include "common/fs.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/sig.h"

/* Waits for bytes of a pipe or terminal; false when a deadly signal came first. */
static bool
wait_readable(int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = sig_fd(), .events = POLLIN } };

	while (!sig_pending()) {
		if (poll(fds, sig_fd() < 0 ? 1 : 2, -1) < 0 && errno != EINTR)
			return true; /* read will say what is wrong */
		if (fds[0].revents)
			return true;
		sig_drain();
	}
	return false;
}

static int
read_all(struct str *out, int fd, bool slow, const char *name, struct err *e)
{
	char bytes[64 << 10];
	ssize_t n;

	for (;;) {
		if (slow && !wait_readable(fd))
			return err_set(e, "cannot read '%s': interrupted by %s", name,
			               strsignal(sig_pending()));
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", name);
		if (!str_add(out, bytes, (size_t)n))
			return err_set(e, "'%s' is larger than %zu bytes", name, out->max);
	}
}

int
fs_read_fd(struct str *out, int fd, const char *name, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read '%s'", name);
	return read_all(out, fd, !S_ISREG(st.st_mode), name, e);
}

int
fs_read(struct str *out, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_sys(e, "cannot read '%s'", path);
	rc = fs_read_fd(out, fd, path, e);
	close(fd);
	return rc;
}

int
fs_write_fd(int fd, struct span bytes, const char *name, struct err *e)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };
			poll(&wait, 1, -1);
			continue;
		}
		if (n < 0)
			return err_sys(e, "cannot write '%s'", name);
		bytes = span_from(bytes, (size_t)n);
	}
	return 0;
}

/* Length of the folder part of path with its slash, 0 when there is none. */
static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

static int
sync_fd(int fd, const char *path, struct err *e)
{
	/* EINVAL: this kind of file cannot be synced; nothing better can be done. */
	while (fsync(fd) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EINVAL ? 0 : err_sys(e, "cannot sync '%s'", path);
	}
	return 0;
}

static int
sync_folder(const char *path, struct err *e)
{
	size_t n = folder_length(path);
	char *folder = n ? xmemdup0(path, n) : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd >= 0) { /* a folder that may be written but not read cannot be synced */
		rc = sync_fd(fd, folder, e);
		close(fd);
	}
	free(folder);
	return rc;
}

static int
replace(const char *path, struct span bytes, bool sync, struct err *e)
{
	size_t n = folder_length(path);
	struct str temp = STR_INIT(STR_LINE);
	mode_t mask = umask(0);
	int fd = -1, rc = -1;

	umask(mask);
	str_add(&temp, path, n);
	str_addf(&temp, ".%.200s.XXXXXX", path + n);
	fd = temp.over ? -1 : mkostemp(temp.p, O_CLOEXEC);
	if (fd < 0) {
		err_sys(e, "cannot write '%s'", path);
		str_clear(&temp);
		goto out;
	}
	if (fs_write_fd(fd, bytes, path, e) < 0)
		goto out;
	if (sync && sync_fd(fd, path, e) < 0)
		goto out;
	if (fchmod(fd, 0666 & ~mask) < 0 || rename(str_c(&temp), path) < 0) {
		err_sys(e, "cannot write '%s'", path);
		goto out;
	}
	str_clear(&temp);
	rc = sync ? sync_folder(path, e) : 0;
out:
	if (temp.n)
		unlink(str_c(&temp));
	if (fd >= 0)
		close(fd);
	str_release(&temp);
	return rc;
}

int
fs_write(const char *path, struct span bytes, struct err *e)
{
	return replace(path, bytes, true, e);
}

int
fs_write_scratch(const char *path, struct span bytes, struct err *e)
{
	return replace(path, bytes, false, e);
}

char *
fs_absolute(const char *path, struct err *e)
{
	struct str full = STR_INIT(STR_LINE);
	char *cwd;

	if (path[0] == '/')
		return xstrdup(path);
	cwd = getcwd(NULL, 0);
	if (cwd == NULL) {
		err_sys(e, "cannot tell the current folder");
		return NULL;
	}
	str_addf(&full, "%s%s%s", cwd, strcmp(cwd, "/") == 0 ? "" : "/", path);
	free(cwd);
	return full.p;
}
