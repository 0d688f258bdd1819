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

#include "common/clock.h"
#include "common/fs.h"

enum { TURNS = 100 }; /* names that are taken, before it is given up */

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

/* A name that no other process takes. */
static char *
scratch_name(const char *parent, unsigned turn)
{
	uint64_t key = (uint64_t)clock_micros() * 0x9e3779b97f4a7c15u + (uint64_t)getpid() + turn;

	key = (key ^ (key >> 32)) * 0xd6e8feb86659fd93u;
	return session_text("%s/%s%08x", parent, scratch_prefix, (unsigned)(key >> 32));
}

/* The name is written down before there is such a folder: a kill between the two
 * must leave nothing that nobody knows of. */
int
session_make_scratch(struct session *s, bool shared, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *parent, *file = session_path(s, "scratch"), *name = NULL, *line = NULL;
	unsigned turn;
	int ret = -1;

	assert(s->scratch == NULL);
	parent = shared ? xstrdup(s->dir) : fs_absolute(tmp && *tmp ? tmp : "/tmp", e);
	if (parent == NULL)
		goto out;
	for (turn = 0; s->scratch == NULL && turn < TURNS; turn++) {
		free(name);
		free(line);
		name = scratch_name(parent, turn);
		line = session_text("%s\n", name);
		if (fs_write(file, span_of(line), e) < 0)
			goto out;
		if (mkdir(name, 0700) == 0)
			s->scratch = xstrdup(name);
		else if (errno != EEXIST)
			break;
	}
	if (s->scratch) {
		ret = 0;
	} else {
		err_sys(e, "cannot make a folder in '%s'", parent);
		unlink(file);
	}
out:
	free(parent);
	free(file);
	free(name);
	free(line);
	return ret;
}
