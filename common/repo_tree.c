/*
 * Working trees of our own: see repo.h.  The three files that make one (see
 * gitrepository-layout(5)) are written here: git_worktree_add would make a branch
 * and check the user's HEAD out first.
 */
#include "common/base.h"
#include "common/repo_in.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"
#include "common/mem.h"

struct repo_tree {
	struct repo *repo;
	git_repository *git; /* the tree as a repository; NULL: nothing was checked out yet */
	char *name, *path;
	char *admin;         /* worktrees/NAME of the repository */
	bool has_submodules;
};

/* ---- making one ---- */

PRINTF_LIKE(2, 3)
static char *
path_of(const char *base, const char *fmt, ...)
{
	struct str s = STR_INIT(2 * PATH_MAX);
	char tail[PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tail, sizeof(tail), fmt, ap);
	va_end(ap);
	str_addf(&s, "%s/%s", base, tail);
	return s.p;
}

/* A small file of one line. */
static int
write_line(const char *folder, const char *name, const char *line, struct err *e)
{
	char *path = path_of(folder, "%s", name);
	struct str text = STR_INIT(2 * PATH_MAX);
	int ret;

	str_addf(&text, "%s\n", line);
	ret = fs_write_scratch(path, str_span(&text), e);
	str_release(&text);
	free(path);
	return ret;
}

static int
link_tree(struct repo_tree *t, struct err *e)
{
	char *git = path_of(t->path, ".git");
	struct str to = STR_INIT(2 * PATH_MAX);
	int ret = -1;

	str_addf(&to, "gitdir: %s", t->admin);
	if (fs_mkdirs(t->admin, e) == 0 && fs_mkdirs(t->path, e) == 0 &&
	    write_line(t->admin, "commondir", "../..", e) == 0 &&
	    write_line(t->admin, "gitdir", git, e) == 0 && write_line(t->path, ".git", str_c(&to), e) == 0)
		ret = 0;
	str_release(&to);
	free(git);
	return ret;
}

struct repo_tree *
repo_tree_new(struct repo *r, const char *name, const char *path, struct err *e)
{
	struct repo_tree *t = xcalloc(1, sizeof(*t));

	assert(path[0] == '/');
	t->repo = r;
	t->name = xstrdup(name);
	t->path = xstrdup(path);
	t->admin = path_of(r->folder, "worktrees/%s", name);
	if (link_tree(t, e) < 0) {
		err_prefix(e, "cannot make a working tree");
		repo_tree_free(t);
		return NULL;
	}
	return t;
}

const char *
repo_tree_path(const struct repo_tree *t)
{
	return t->path;
}

bool
repo_tree_has_submodules(const struct repo_tree *t)
{
	return t->has_submodules;
}

/* As git does: worktrees/ goes with the last of them. */
static void
remove_admin(const struct repo *r, const char *admin)
{
	char *all = path_of(r->folder, "worktrees");

	fs_remove(admin, NULL);
	rmdir(all);
	free(all);
}

void
repo_tree_free(struct repo_tree *t)
{
	if (t == NULL)
		return;
	git_repository_free(t->git);
	fs_remove(t->path, NULL);
	remove_admin(t->repo, t->admin);
	free(t->name);
	free(t->path);
	free(t->admin);
	free(t);
}

/* ---- checking out ---- */

/* HEAD names a commit from the beginning: git takes a tree without one for damaged. */
static int
open_tree(struct repo_tree *t, const char *hex, struct err *e)
{
	if (t->git)
		return 0;
	if (write_line(t->admin, "HEAD", hex, e) < 0)
		return -1;
	if (git_repository_open(&t->git, t->path) < 0)
		return repo_fail(NULL, e, "cannot open the working tree '%s'", t->path);
	return 0;
}

/* Whether what failed is the machine's fault and not the commit's. */
static bool
is_machine(void)
{
	static const int errors[] = { ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EMFILE, ENFILE, EIO };
	const git_error *last = git_error_last();

	for (size_t i = 0; last && last->message && i < ARRAY_LEN(errors); i++) {
		if (strstr(last->message, strerror(errors[i])))
			return true;
	}
	return last && last->klass == GIT_ERROR_NOMEMORY;
}

int
repo_tree_checkout(struct repo_tree *t, const struct repo_id *id, bool clean, struct err *e)
{
	git_checkout_options opt;
	git_commit *commit = NULL;
	char hex[REPO_HEX];
	int ret = 1;

	repo_hex(hex, id);
	if (open_tree(t, hex, e) < 0)
		return -1;
	git_checkout_options_init(&opt, GIT_CHECKOUT_OPTIONS_VERSION);
	opt.checkout_strategy = GIT_CHECKOUT_FORCE;
	if (clean)
		opt.checkout_strategy |= GIT_CHECKOUT_REMOVE_UNTRACKED | GIT_CHECKOUT_REMOVE_IGNORED;
	if (git_commit_lookup(&commit, t->git, repo_oid(id)) < 0 ||
	    git_checkout_tree(t->git, (const git_object *)commit, &opt) < 0 ||
	    git_repository_set_head_detached(t->git, repo_oid(id)) < 0) {
		if (is_machine())
			ret = -1;
		repo_fail(t->repo, e, "cannot check commit %.*s out", REPO_SHORT, hex);
	} else {
		t->has_submodules = repo_has_path(t->repo, id, ".gitmodules");
		ret = 0;
	}
	git_commit_free(commit);
	return ret;
}

/* ---- what was left ---- */

static bool
is_orphan(const char *admin)
{
	char *file = path_of(admin, "gitdir");
	struct str path = STR_INIT(2 * PATH_MAX);
	struct stat st;
	bool orphan;

	if (fs_read(&path, file, NULL) == 0 && path.n && path.p[path.n - 1] == '\n')
		str_cut(&path, path.n - 1);
	orphan = path.n == 0 || lstat(str_c(&path), &st) < 0;
	str_release(&path);
	free(file);
	return orphan;
}

void
repo_trees_sweep(struct repo *r, const char *prefix)
{
	char *all = path_of(r->folder, "worktrees");
	DIR *dir = opendir(all);
	struct dirent *ent;

	while (dir && (ent = readdir(dir))) {
		char *admin = path_of(all, "%s", ent->d_name);

		if (ent->d_name[0] != '.' && strncmp(ent->d_name, prefix, strlen(prefix)) == 0 && is_orphan(admin))
			remove_admin(r, admin);
		free(admin);
	}
	if (dir)
		closedir(dir);
	free(all);
}
