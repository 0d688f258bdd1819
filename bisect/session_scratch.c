/*
 * The scratch folder of a session, in which runs have theirs, and what is left
 * of it after a SIGKILL: see session.h.
 */
#include "common/base.h"
#include "bisect/session_in.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"

static const char scratch_prefix[] = "flake-bisect-";

/* Whether path is a folder that session_make_scratch made: ours, with our prefix. */
static bool
is_scratch(const char *path)
{
	const char *base = strrchr(path, '/');
	struct stat st;

	return base && strncmp(base + 1, scratch_prefix, strlen(scratch_prefix)) == 0 &&
	       lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

void
session_sweep(const char *dir)
{
	struct str path = STR_INIT(PATH_MAX);
	char *file = session_text("%s/scratch", dir);

	if (access(file, F_OK) == 0 && fs_read(&path, file, NULL) == 0) {
		if (path.n && path.p[path.n - 1] == '\n')
			str_cut(&path, path.n - 1);
		if (!is_scratch(str_c(&path)) || fs_remove(str_c(&path), NULL) == 0)
			unlink(file);
	}
	free(file);
	str_release(&path);
}

void
session_sweep_all(const char *root)
{
	DIR *d = opendir(root);
	struct dirent *ent;
	long owner;
	int fd;

	while (d && (ent = readdir(d))) {
		char *dir = session_text("%s/%s", root, ent->d_name), *file = session_text("%s/scratch", dir);

		if (ent->d_name[0] != '.' && access(file, F_OK) == 0 &&
		    session_try_lock(dir, &fd, &owner, NULL) == 1) {
			session_sweep(dir);
			close(fd);
		}
		free(dir);
		free(file);
	}
	if (d)
		closedir(d);
}

int
session_make_scratch(struct session *s, bool shared, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *parent, *file = NULL, *line = NULL;
	int ret = -1;

	assert(s->scratch == NULL);
	parent = shared ? xstrdup(s->dir) : fs_absolute(tmp && *tmp ? tmp : "/tmp", e);
	if (parent == NULL || (s->scratch = fs_unique_dir(parent, scratch_prefix, e)) == NULL)
		goto out;
	file = session_path(s, "scratch");
	line = session_text("%s\n", s->scratch);
	ret = fs_write(file, span_of(line), e);
out:
	free(parent);
	free(file);
	free(line);
	return ret;
}
