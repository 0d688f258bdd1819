/* What commits change: see repo.h. */
#include "common/base.h"
#include "common/repo_in.h"

/* The difference to the first parent, or to nothing for a root. */
static int
diff_commit(git_diff **out, struct repo *r, const struct repo_id *id, const git_diff_options *opt,
            struct err *e)
{
	git_commit *commit = NULL, *parent = NULL;
	git_tree *new = NULL, *old = NULL;
	int ret = -1;

	if (git_commit_lookup(&commit, r->git, repo_oid(id)) < 0 || git_commit_tree(&new, commit) < 0)
		goto fail;
	if (git_commit_parentcount(commit) > 0 &&
	    (git_commit_parent(&parent, commit, 0) < 0 || git_commit_tree(&old, parent) < 0))
		goto fail;
	if (git_diff_tree_to_tree(out, r->git, old, new, opt) < 0)
		goto fail;
	ret = 0;
	goto out;
fail:
	repo_fail_at(r, e, id);
out:
	git_tree_free(new);
	git_tree_free(old);
	git_commit_free(parent);
	git_commit_free(commit);
	return ret;
}

static char
status_letter(git_delta_t status)
{
	switch (status) {
	case GIT_DELTA_ADDED:
	case GIT_DELTA_COPIED:
		return 'A';
	case GIT_DELTA_DELETED:
		return 'D';
	case GIT_DELTA_RENAMED:
		return 'R';
	case GIT_DELTA_TYPECHANGE:
		return 'T';
	default:
		return 'M';
	}
}

static struct repo_change
change_of(const git_diff_delta *delta)
{
	struct repo_change c = { .status = status_letter(delta->status) };

	c.path = c.status == 'D' ? delta->old_file.path : delta->new_file.path;
	c.old_path = c.status == 'A' ? NULL : delta->old_file.path;
	return c;
}

int
repo_changes(struct repo *r, const struct repo_id *commit, bool renames,
             bool (*visit)(void *data, const struct repo_change *c), void *data, struct err *e)
{
	git_diff_options opt;
	git_diff *diff = NULL;
	struct repo_change c;
	size_t i, n;
	int ret = -1;

	git_diff_options_init(&opt, GIT_DIFF_OPTIONS_VERSION);
	opt.flags = GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INCLUDE_TYPECHANGE;
	opt.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
	if (diff_commit(&diff, r, commit, &opt, e) < 0)
		goto out;
	if (renames && git_diff_find_similar(diff, NULL) < 0) {
		repo_fail_at(r, e, commit);
		goto out;
	}
	n = git_diff_num_deltas(diff);
	for (i = 0; i < n; i++) {
		c = change_of(git_diff_get_delta(diff, i));
		if (!visit(data, &c))
			break;
	}
	ret = 0;
out:
	git_diff_free(diff);
	return ret;
}

/* ---- paths ---- */

struct touch {
	const char *const *paths;
	size_t n;
	bool found;
};

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	return n == 0 || (strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/'));
}

static bool
touch_path(void *data, const struct repo_change *c)
{
	struct touch *t = data;

	for (size_t i = 0; i < t->n && !t->found; i++)
		t->found = is_below(c->path, t->paths[i]) || (c->old_path && is_below(c->old_path, t->paths[i]));
	return !t->found;
}

int
repo_touches(struct repo *r, const struct repo_id *commit, const char *const *paths, size_t n,
             struct err *e)
{
	struct touch t = { .paths = paths, .n = n };

	return repo_changes(r, commit, false, touch_path, &t, e) < 0 ? -1 : t.found;
}

int
repo_patch_id(struct repo_id *out, struct repo *r, const struct repo_id *commit, struct err *e)
{
	git_diff *diff = NULL;
	git_oid oid;
	int ret = -1;

	if (diff_commit(&diff, r, commit, NULL, e) < 0)
		return -1;
	if (git_diff_patchid(&oid, diff, NULL) < 0) {
		repo_fail_at(r, e, commit);
	} else {
		repo_from_oid(out, &oid);
		ret = 0;
	}
	git_diff_free(diff);
	return ret;
}
