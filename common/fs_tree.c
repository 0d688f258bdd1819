/*
 * Folders and trees: made, and removed whatever is in them.  The removal
 * walks with descriptors, never with paths, so that nobody can put a link in
 * its way; a tree deeper than DEPTH_MAX is cut into pieces by moving what lies
 * there up to the root of the walk.
 */
#include "common/base.h"
#include "common/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mem.h"

enum { DEPTH_MAX = 32 };

struct removal {
	int root_fd;     /* of the tree that is removed */
	unsigned n_moved; /* folders moved up into the root */
	bool again;      /* some were: the root has to be walked once more */
	struct err *e;   /* the first failure; NULL after it was told */
	int result;
};

/* Follows links; leaves errno alone, which says why mkdir failed. */
static bool
is_folder(const char *path)
{
	int saved = errno;
	struct stat st;
	bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	errno = saved;
	return is;
}

int
fs_mkdirs(const char *path, struct err *e)
{
	char *copy = xstrdup(path), *p = copy;
	int rc = 0;

	do {
		char saved;
		p += strspn(p, "/");
		p += strcspn(p, "/");
		saved = *p;
		*p = '\0';
		if (mkdir(copy, 0777) < 0 && !is_folder(copy))
			rc = err_sys(e, "cannot make the folder '%s'", copy);
		*p = saved;
	} while (rc == 0 && *p);
	free(copy);
	return rc;
}

char *
fs_unique_dir(const char *parent, const char *prefix, struct err *e)
{
	struct str name = STR_INIT(STR_LINE);

	str_addf(&name, "%s/%sXXXXXX", parent, prefix);
	if (name.over)
		errno = ENAMETOOLONG;
	if (name.over || mkdtemp(name.p) == NULL) {
		err_sys(e, "cannot make a folder in '%s'", parent);
		str_release(&name);
		return NULL;
	}
	return name.p;
}

static void
failed(struct removal *r, const char *name)
{
	if (errno == ENOENT)
		return;
	if (r->e)
		err_sys(r->e, "cannot remove '%s'", name);
	r->e = NULL;
	r->result = -1;
}

/* -1: not a folder, or it cannot be opened. */
static int
open_folder(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);
	struct stat st;

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
		fd = openat(parent, name, flags);
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		fchmod(fd, 0700);
	return fd;
}

/* Whether unlink, having failed so, may have been asked to remove a folder. */
static bool
may_be_folder(int errnum)
{
	return errnum == EISDIR || errnum == EPERM || errnum == EACCES;
}

static void remove_entry(struct removal *r, int parent, const char *name, int depth);

/* Takes over fd. */
static void
remove_content(struct removal *r, int fd, const char *name, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		failed(r, name);
		close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			remove_entry(r, fd, d->d_name, depth);
	}
	closedir(dir);
}

/* The name is one that nothing in the tree can have had before the walk, or is tried again. */
static bool
move_up(struct removal *r, int parent, const char *name)
{
	char to[64];

	do
		snprintf(to, sizeof(to), ".removed-%d-%u", (int)getpid(), r->n_moved++);
	while (faccessat(r->root_fd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	if (renameat(parent, name, r->root_fd, to) < 0)
		return false;
	r->again = true;
	return true;
}

static void
remove_entry(struct removal *r, int parent, const char *name, int depth)
{
	int fd, why;

	if (unlinkat(parent, name, 0) == 0)
		return;
	why = errno;
	if (!may_be_folder(why)) {
		failed(r, name);
		return;
	}
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return;
	fd = open_folder(parent, name);
	if (fd < 0) {
		errno = errno == ENOTDIR || errno == ELOOP ? why : errno;
		failed(r, name);
		return;
	}
	if (depth >= DEPTH_MAX) {
		close(fd);
		if (!move_up(r, parent, name))
			failed(r, name);
		return;
	}
	remove_content(r, fd, name, depth + 1);
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0)
		failed(r, name);
}

/* Takes over fd.  Each round ends with what was moved up in it at the top. */
static void
remove_tree(struct removal *r, int fd, const char *path)
{
	r->root_fd = fd;
	do {
		int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r->again = false;
		if (copy < 0)
			failed(r, path);
		else
			remove_content(r, copy, path, 1);
	} while (r->again && r->result == 0);
	close(fd);
	if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) < 0)
		failed(r, path);
}

int
fs_remove(const char *path, struct err *e)
{
	struct removal r = { .e = e };
	int fd, why;

	if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	why = errno;
	if (!may_be_folder(why))
		return err_sys(e, "cannot remove '%s'", path);
	fd = open_folder(AT_FDCWD, path);
	if (fd < 0) {
		errno = errno == ENOTDIR || errno == ELOOP ? why : errno;
		return err_sys(e, "cannot remove '%s'", path);
	}
	remove_tree(&r, fd, path);
	return r.result;
}
