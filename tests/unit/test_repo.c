/* The wrapper of libgit2, on repositories that git itself makes (package git). */
#include "tests/unit/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"
#include "common/mem.h"
#include "common/repo.h"
#include "common/vec.h"

/* All tests work in a folder of their own, the current one. */

static char *root;

/* m1 - m2 - m3 ------ m5 (merge) - m6 main, with s4 from m2 on the side; p7 on `old`, from m2, is m3
 * picked; commits are at 1, 2, ... days. */
static const char make_repository[] =
	"set -e; exec >/dev/null 2>&1\n"
	"git init -q -b main r; cd r\n"
	"git config user.name A; git config user.email a@b\n"
	"at() { GIT_COMMITTER_DATE=\"@$(($1 * 86400)) +0000\" GIT_AUTHOR_DATE=\"@$(($1 * 86400)) +0000\"; "
	"export GIT_COMMITTER_DATE GIT_AUTHOR_DATE; }\n"
	"at 1; mkdir lib; seq 50 >lib/a.py; echo x >README; git add .; git commit -qm m1; git tag v1\n"
	"at 2; echo 51 >>lib/a.py; git commit -qam m2; git branch side; git branch old\n"
	"at 3; echo y >lib/new.py; git add .; git commit -qm 'm3: add' -m 'Body.' -m 'Fixes: 12'\n"
	"at 4; git checkout -q side; git mv lib/a.py lib/b.py; git commit -qm s4\n"
	"at 5; git checkout -q main; git merge -q --no-ff -m m5 side\n"
	"at 6; echo z >>README; git rm -q lib/new.py; git commit -qam m6\n"
	"git checkout -q old; at 7; git cherry-pick -x main~2 || git cherry-pick -x main~2 -m 1; git checkout -q main\n";

static bool
shell(const char *command)
{
	struct str line = STR_INIT(STR_LINE);
	bool ok;

	str_adds(&line, "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\nexport GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM\n");
	str_adds(&line, command);
	ok = system(str_c(&line)) == 0;
	str_release(&line);
	return ok;
}

static struct repo *
open_here(const char *dir)
{
	struct err e = ERR_INIT;
	struct repo *r = repo_open(dir, &e);

	if (r == NULL)
		printf("%s\n", e.msg);
	assert(r);
	return r;
}

static struct repo_id
id_of(struct repo *r, const char *revision)
{
	struct err e = ERR_INIT;
	struct repo_id id = { { 0 } };

	if (repo_resolve(&id, r, revision, &e) < 0)
		printf("%s\n", e.msg);
	return id;
}

/* Catches an id that loses a digit, and a revision that is taken for another. */
static void
test_resolve(void)
{
	struct repo *r = open_here("r/lib");
	struct repo_id a = id_of(r, "v1"), b = id_of(r, "main~4"), c;
	struct err e = ERR_INIT;
	char hex[REPO_HEX];

	repo_hex(hex, &a);
	CHECK_INT(strlen(hex), 40);
	CHECK(repo_unhex(&c, span_of(hex)) && repo_same(&a, &c));
	CHECK(repo_unhex(&c, span_of("00ff10A0bC0102030405060708090a0b0c0d0e0f")) &&
	      memcmp(c.bytes, "\0\xff\x10\xa0\xbc\1\2", 7) == 0);
	CHECK(!repo_unhex(&c, span_of("00ff10A0bC0102030405060708090a0b0c0d0e0g")));
	hex[39] = '\0';
	CHECK(!repo_unhex(&c, span_of(hex)));
	CHECK(repo_same(&a, &b));
	b = id_of(r, "main~3");
	CHECK(!repo_same(&a, &b));
	CHECK_INT(repo_resolve(&c, r, "nowhere", &e), -1);
	CHECK(strstr(e.msg, "no revision 'nowhere'") != NULL);
	CHECK_INT(repo_resolve(&c, r, "main:README", &e), -1);
	CHECK(strstr(e.msg, "no commit") != NULL);
	CHECK(!repo_is_bare(r) && !repo_is_shallow(r));
	repo_close(r);
	CHECK(repo_open("/", &e) == NULL);
	CHECK(strstr(e.msg, "no git repository") != NULL);
}

/* Catches a message without its trailers and times of another zone. */
static void
test_commit(void)
{
	struct repo *r = open_here("r");
	struct repo_id id = id_of(r, "old"), merge = id_of(r, "main~1");
	struct arena mem = ARENA_INIT;
	struct repo_commit c;
	struct err e = ERR_INIT;

	if (CHECK_INT(repo_commit_read(&c, r, &id, &mem, &e), 0)) {
		CHECK_STR(c.subject, "m3: add");
		CHECK(strstr(c.message, "Fixes: 12") != NULL);
		CHECK(strstr(c.message, "(cherry picked from commit ") != NULL);
		CHECK_INT(c.time, 7 * 86400);
		CHECK_INT(c.author_time, 3 * 86400);
		CHECK_STR(c.author, "A");
		CHECK_STR(c.email, "a@b");
		CHECK_INT(c.n_parents, 1);
	}
	if (CHECK_INT(repo_commit_read(&c, r, &merge, &mem, &e), 0))
		CHECK_INT(c.n_parents, 2);
	arena_release(&mem);
	repo_close(r);
}

struct seen {
	struct str out;
	struct repo *r;
	size_t stop_at, n;
};

/* Adds "2/1 " for a commit of the second day with one parent. */
static bool
see_step(void *data, const struct repo_step *step)
{
	struct seen *s = data;

	str_addf(&s->out, "%d/%d ", (int)(step->time / 86400), (int)step->n_parents);
	return ++s->n != s->stop_at;
}

static void
check_walk(struct repo *r, const char *tip, const char *hide, bool first_parent, size_t stop_at,
           const char *want)
{
	struct seen s = { .out = STR_INIT(STR_LINE), .stop_at = stop_at };
	struct repo_id from = id_of(r, tip), to;
	struct err e = ERR_INIT;

	if (hide)
		to = id_of(r, hide);
	CHECK_INT(repo_walk(r, &from, hide ? &to : NULL, first_parent, see_step, &s, &e), 0);
	CHECK_STR(str_c(&s.out), want);
	str_release(&s.out);
}

/* Catches a parent before its child, a hidden commit, and a side branch on the first-parent way. */
static void
test_walk(void)
{
	struct repo *r = open_here("r");

	check_walk(r, "main", NULL, false, 0, "6/1 5/2 4/1 3/1 2/1 1/0 ");
	check_walk(r, "main", "main~2", false, 0, "6/1 5/2 4/1 ");
	check_walk(r, "main", NULL, true, 0, "6/1 5/2 3/1 2/1 1/0 ");
	check_walk(r, "main", "main~3", true, 0, "6/1 5/2 3/1 ");
	check_walk(r, "main", NULL, true, 2, "6/1 5/2 ");
	check_walk(r, "main", "main", false, 0, "");
	repo_close(r);
}

/* Catches ancestry the wrong way round. */
static void
test_ancestry(void)
{
	struct repo *r = open_here("r");
	struct repo_id main = id_of(r, "main"), side = id_of(r, "side"), old = id_of(r, "old"), base, two;
	struct err e = ERR_INIT;

	CHECK_INT(repo_is_ancestor(r, &side, &main, &e), 1);
	CHECK_INT(repo_is_ancestor(r, &main, &side, &e), 0);
	CHECK_INT(repo_is_ancestor(r, &main, &main, &e), 1);
	CHECK_INT(repo_is_ancestor(r, &old, &main, &e), 0);
	two = id_of(r, "main~3");
	CHECK_INT(repo_merge_base(&base, r, &old, &main, &e), 1);
	two = id_of(r, "old~1");
	CHECK(repo_same(&base, &two));
	repo_close(r);
}

static bool
see_change(void *data, const struct repo_change *c)
{
	struct seen *s = data;

	str_addf(&s->out, "%c %s%s%s;", c->status, c->old_path && strcmp(c->old_path, c->path) ? c->old_path : "",
	         c->old_path && strcmp(c->old_path, c->path) ? ">" : "", c->path);
	return true;
}

static void
check_changes(struct repo *r, const char *revision, bool renames, const char *want)
{
	struct seen s = { .out = STR_INIT(STR_LINE) };
	struct repo_id id = id_of(r, revision);
	struct err e = ERR_INIT;

	CHECK_INT(repo_changes(r, &id, renames, see_change, &s, &e), 0);
	CHECK_STR(str_c(&s.out), want);
	str_release(&s.out);
}

/* Catches a merge that shows nothing, a root that shows nothing, and a rename as two files. */
static void
test_changes(void)
{
	static const char *const in_lib[] = { "lib/" }, *const half[] = { "li", "READ" };
	struct repo *r = open_here("r");
	struct repo_id id = id_of(r, "main"), three = id_of(r, "main~2"), picked = id_of(r, "old"), a, b;
	struct err e = ERR_INIT;

	check_changes(r, "v1", false, "A README;A lib/a.py;");
	check_changes(r, "side", true, "R lib/a.py>lib/b.py;");
	check_changes(r, "side", false, "D lib/a.py;A lib/b.py;");
	check_changes(r, "main~1", true, "R lib/a.py>lib/b.py;");
	check_changes(r, "main", false, "M README;D lib/new.py;");
	CHECK_INT(repo_touches(r, &id, in_lib, 1, &e), 1);
	CHECK_INT(repo_touches(r, &id, half, 2, &e), 0);
	CHECK_INT(repo_patch_id(&a, r, &three, &e), 0);
	CHECK_INT(repo_patch_id(&b, r, &picked, &e), 0);
	CHECK(repo_same(&a, &b));
	CHECK_INT(repo_patch_id(&b, r, &id, &e), 0);
	CHECK(!repo_same(&a, &b));
	repo_close(r);
}

static bool
see_branch(void *data, const char *name, const struct repo_id *tip UNUSED)
{
	struct seen *s = data;

	str_addf(&s->out, "%s ", name);
	return true;
}

static void
test_branches(void)
{
	struct seen s = { .out = STR_INIT(STR_LINE) };
	struct repo *r = open_here("r");
	struct err e = ERR_INIT;

	CHECK_INT(repo_branches(r, see_branch, &s, &e), 0);
	CHECK_STR(str_c(&s.out), "main old side ");
	str_release(&s.out);
	repo_close(r);
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Working trees: git must see them as clean and detached at the commit, the user's stay as they
 * were, and nothing stay behind.  dir: the repository. */
static void
check_tree(const char *dir)
{
	struct repo *r = open_here(dir);
	struct str path = STR_INIT(STR_LINE);
	struct repo_id old = id_of(r, "old"), main = id_of(r, "main");
	struct err e = ERR_INIT;
	struct repo_tree *t;

	str_addf(&path, "%s/tree", root);
	t = repo_tree_new(r, "own-1", str_c(&path), &e);
	if (!CHECK(t != NULL)) {
		printf("%s\n", e.msg);
		goto out;
	}
	if (!CHECK_INT(repo_tree_checkout(t, &old, true, &e), 0))
		printf("%s\n", e.msg);
	CHECK(is_there("tree/lib/a.py") && is_there("tree/lib/new.py"));
	CHECK(shell("cd tree && test -z \"$(git status --porcelain)\" && test \"$(git rev-parse HEAD)\" = "
	            "\"$(git rev-parse old)\" && ! git symbolic-ref -q HEAD && git describe --tags >/dev/null"));
	CHECK(shell("touch tree/mine; echo changed >tree/README"));
	CHECK_INT(repo_tree_checkout(t, &main, false, &e), 0);
	CHECK(is_there("tree/mine") && is_there("tree/lib/b.py") && !is_there("tree/lib/a.py"));
	CHECK(shell("test \"$(cat tree/README)\" = \"$(printf 'x\\nz')\""));
	CHECK_INT(repo_tree_checkout(t, &main, true, &e), 0);
	CHECK(!is_there("tree/mine"));
	CHECK(!repo_tree_has_submodules(t));
	repo_tree_free(t);
	CHECK(!is_there("tree"));
	str_clear(&path);
	str_addf(&path, "%s/worktrees", repo_folder(r));
	CHECK(!is_there(str_c(&path)));
out:
	str_release(&path);
	repo_close(r);
}

static void
test_tree(void)
{
	CHECK(shell("cd r; echo dirty >>README; echo staged >s; git add s; git status --porcelain >../before; "
	            "git branch -a >>../before"));
	check_tree("r");
	CHECK(shell("cd r; (git status --porcelain; git branch -a) | cmp - ../before"));
	check_tree("bare.git");
}

/* Catches trees of other programs that are taken for ours, and ours that stay. */
static void
test_sweep(void)
{
	struct repo *r = open_here("r");

	CHECK(shell("cd r; git worktree add -q --detach ../own-9 2>/dev/null; git worktree add -q --detach "
	            "../own-8; git worktree add -q --detach ../user; rm -r ../own-9 ../user"));
	repo_trees_sweep(r, "own-");
	CHECK(is_there("r/.git/worktrees/user") && is_there("r/.git/worktrees/own-8"));
	CHECK(!is_there("r/.git/worktrees/own-9"));
	CHECK(shell("cd r; git worktree prune; git worktree remove ../own-8"));
	repo_close(r);
}

/* Catches a crash, or an error that does not say which clone lacks what. */
static void
test_damage(void)
{
	struct repo *r = open_here("shallow");
	struct repo_id tip = id_of(r, "HEAD"), id;
	struct err e = ERR_INIT;
	struct repo_tree *t;
	struct str path = STR_INIT(STR_LINE);

	CHECK(repo_is_shallow(r));
	check_walk(r, "HEAD", NULL, true, 0, "6/1 5/0 ");
	check_walk(r, "HEAD", NULL, false, 0, "6/1 5/0 ");
	check_walk(r, "HEAD", "HEAD~1", false, 0, "6/1 ");
	CHECK_INT(repo_resolve(&id, r, "HEAD~4", &e), -1);
	repo_close(r);
	CHECK(shell("cp -r bare.git broken; cd broken; h=$(git rev-parse main:README); f=objects/${h%${h#??}}/${h#??}; rm -f $f; echo junk >$f"));
	r = open_here("broken");
	tip = id_of(r, "main");
	str_addf(&path, "%s/tree", root);
	t = repo_tree_new(r, "own-1", str_c(&path), &e);
	CHECK_INT(repo_tree_checkout(t, &tip, true, &e), 1);
	CHECK(strstr(e.msg, "cannot check commit") != NULL);
	id = id_of(r, "old");
	CHECK_INT(repo_tree_checkout(t, &id, true, &e), 0);
	repo_tree_free(t);
	repo_close(r);
	str_release(&path);
}

/* Only root can give a repository away. */
static void
test_owner(void)
{
	struct err e = ERR_INIT;

	if (geteuid() != 0)
		return;
	CHECK(shell("cp -r r theirs; chown -R 65534 theirs"));
	CHECK(repo_open("theirs", &e) == NULL);
	if (!CHECK(strstr(e.msg, "safe.directory") != NULL))
		printf("%s\n", e.msg);
}

int
main(void)
{
	struct err e = ERR_INIT;

	if (!shell("git --version >/dev/null 2>&1"))
		CHECK_SKIP("no git (package git)");
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	root = fs_unique_dir(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", "test-repo-", &e);
	if (root == NULL || chdir(root) < 0)
		return 1;
	if (!shell(make_repository) || !shell("git clone -q --bare r bare.git && git clone -q --depth 2 file://$PWD/r "
	                                      "shallow"))
		return 1;
	test_resolve();
	test_commit();
	test_walk();
	test_ancestry();
	test_changes();
	test_branches();
	test_tree();
	test_sweep();
	test_damage();
	test_owner();
	if (chdir("/") == 0)
		fs_remove(root, NULL);
	free(root);
	return check_done();
}
