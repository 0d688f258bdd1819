/* Opening repositories, ids, and single commits: see repo.h. */
#include "common/base.h"
#include "common/repo_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mem.h"

/* ---- errors ---- */

/* What libgit2 said last, as one line without a full stop. */
static const char *
last_words(void)
{
	const git_error *last = git_error_last();

	return last && last->message && *last->message ? last->message : "unknown error";
}

int
repo_fail(struct repo *r, struct err *e, const char *fmt, ...)
{
	struct err what = ERR_INIT, why;
	va_list ap;

	snprintf(why.msg, sizeof(why.msg), "%s", last_words()); /* other calls clear it */
	va_start(ap, fmt);
	vsnprintf(what.msg, sizeof(what.msg), fmt, ap);
	va_end(ap);
	if (r && strstr(why.msg, "not found") && repo_is_shallow(r))
		return err_set(e, "%s: the clone in '%s' is shallow and lacks it; `git fetch --unshallow` "
		               "brings the rest", what.msg, r->folder);
	return err_set(e, "%.480s: %.480s", what.msg, why.msg);
}

int
repo_fail_at(struct repo *r, struct err *e, const struct repo_id *id)
{
	char hex[REPO_HEX];

	repo_hex(hex, id);
	return repo_fail(r, e, "commit %.*s", REPO_SHORT, hex);
}

/* ---- opening ---- */

/* As git does, objects are not hashed again whenever they are read (zlib's sum is still looked
 * at): it is half the time of a walk. */
static void
choose_speed(void)
{
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
}

/* libgit2 does not know git's own variables for leaving configuration out. */
static void
choose_configuration(void)
{
	const char *global = getenv("GIT_CONFIG_GLOBAL"), *no_system = getenv("GIT_CONFIG_NOSYSTEM");

	if (global && (*global == '\0' || strcmp(global, "/dev/null") == 0)) {
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "");
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
	}
	if (no_system && *no_system && strcmp(no_system, "0") != 0) {
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "");
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_PROGRAMDATA, "");
	}
}

/* Where libgit2 reads no configuration of the user's it says "not found" of what belongs to
 * others, too. */
static bool
is_foreign(const char *dir)
{
	git_buf found = { NULL, 0, 0 };
	struct stat st;
	bool foreign = git_repository_discover(&found, dir, 0, NULL) == 0 && stat(found.ptr, &st) == 0 &&
	               st.st_uid != geteuid();

	git_buf_dispose(&found);
	return foreign;
}

static int
fail_open(const char *dir, int why, struct err *e)
{
	if (why == GIT_ENOTFOUND && !is_foreign(dir))
		return err_set(e, "'%s' is no git repository, nor in one", dir);
	if (why == GIT_EOWNER || why == GIT_ENOTFOUND)
		return err_set(e, "the git repository in '%s' belongs to another user; if you trust it: "
		               "git config --global --add safe.directory \"$(git -C '%s' rev-parse "
		               "--show-toplevel)\"", dir, dir);
	return repo_fail(NULL, e, "cannot open the git repository in '%s'", dir);
}

static char *
without_slash(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return xmemdup0(path, n);
}

struct repo *
repo_open(const char *dir, struct err *e)
{
	struct repo *r;
	int ret;

	if (lazy_load(&lazy_git2, e) < 0)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	git_libgit2_init();
	choose_configuration();
	choose_speed();
	ret = git_repository_open_ext(&r->git, dir, 0, NULL);
	if (ret < 0) {
		fail_open(dir, ret, e);
		goto fail;
	}
	r->folder = without_slash(git_repository_commondir(r->git));
	if (git_repository_workdir(r->git))
		r->top = without_slash(git_repository_workdir(r->git));
	if (git_repository_odb(&r->odb, r->git) < 0) {
		repo_fail(NULL, e, "cannot read the objects of '%s'", r->folder);
		goto fail;
	}
	return r;
fail:
	repo_close(r);
	return NULL;
}

void
repo_close(struct repo *r)
{
	if (r == NULL)
		return;
	git_odb_free(r->odb);
	git_repository_free(r->git);
	free(r->folder);
	free(r->top);
	free(r);
	git_libgit2_shutdown();
}

const char *
repo_folder(const struct repo *r)
{
	return r->folder;
}

const char *
repo_top(const struct repo *r)
{
	return r->top;
}

bool
repo_is_bare(const struct repo *r)
{
	return git_repository_is_bare(r->git) == 1;
}

bool
repo_is_shallow(struct repo *r)
{
	return git_repository_is_shallow(r->git) == 1;
}

/* ---- ids ---- */

void
repo_hex(char out[REPO_HEX], const struct repo_id *id)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < REPO_ID_BYTES; i++) {
		out[2 * i] = digits[id->bytes[i] >> 4];
		out[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	out[2 * i] = '\0';
}

/* -1: no digit */
static int
digit_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
repo_unhex(struct repo_id *out, struct span hex)
{
	struct repo_id id;
	size_t i;

	if (hex.n != REPO_HEX - 1)
		return false;
	for (i = 0; i < REPO_ID_BYTES; i++) {
		int high = digit_value(hex.p[2 * i]), low = digit_value(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*out = id;
	return true;
}

bool
repo_same(const struct repo_id *a, const struct repo_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
repo_holds(struct repo *r, const struct repo_id *id)
{
	return git_odb_exists(r->odb, repo_oid(id)) == 1;
}

int
repo_resolve(struct repo_id *out, struct repo *r, const char *revision, struct err *e)
{
	git_object *object = NULL, *commit = NULL;
	int ret = git_revparse_single(&object, r->git, revision);

	if (ret == 0 && (ret = git_object_peel(&commit, object, GIT_OBJECT_COMMIT)) == 0) {
		repo_from_oid(out, git_object_id(commit));
	} else if (object) {
		ret = err_set(e, "'%s' is no commit: %s", revision, last_words());
	} else if (ret == GIT_EAMBIGUOUS) {
		ret = err_set(e, "'%s' may be several objects; write more of its digits", revision);
	} else if (ret == GIT_ENOTFOUND || ret == GIT_EINVALIDSPEC) {
		ret = err_set(e, "there is no revision '%s' in '%s'%s", revision, r->folder,
		              repo_is_shallow(r) ? ", which is a shallow clone: `git fetch --unshallow` "
		                                   "brings the rest" : "");
	} else {
		ret = repo_fail(r, e, "revision '%s'", revision);
	}
	git_object_free(commit);
	git_object_free(object);
	return ret;
}

bool
repo_has_path(struct repo *r, const struct repo_id *id, const char *path)
{
	git_tree_entry *entry = NULL;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	bool has = git_commit_lookup(&commit, r->git, repo_oid(id)) == 0 &&
	           git_commit_tree(&tree, commit) == 0 && git_tree_entry_bypath(&entry, tree, path) == 0;

	git_tree_entry_free(entry);
	git_tree_free(tree);
	git_commit_free(commit);
	return has;
}

/* ---- one commit ---- */

static const char *
keep(struct arena *mem, const char *text)
{
	return arena_copy(mem, text ? text : "", text ? strlen(text) : 0);
}

int
repo_commit_read(struct repo_commit *out, struct repo *r, const struct repo_id *id, struct arena *mem,
                 struct err *e)
{
	const git_signature *author;
	struct repo_id *parents;
	git_commit *commit = NULL;
	unsigned i, n;

	if (git_commit_lookup(&commit, r->git, repo_oid(id)) < 0)
		return repo_fail_at(r, e, id);
	n = git_commit_parentcount(commit);
	parents = arena_alloc(mem, (n + 1) * sizeof(*parents));
	for (i = 0; i < n; i++)
		repo_from_oid(&parents[i], git_commit_parent_id(commit, i));
	author = git_commit_author(commit);
	*out = (struct repo_commit){
		.id = *id, .parents = parents, .n_parents = n,
		.time = git_commit_time(commit), .author_time = author ? author->when.time : 0,
		.author = keep(mem, author ? author->name : NULL),
		.email = keep(mem, author ? author->email : NULL),
		.subject = keep(mem, git_commit_summary(commit)),
		.message = keep(mem, git_commit_message(commit)),
	};
	git_commit_free(commit);
	return 0;
}
