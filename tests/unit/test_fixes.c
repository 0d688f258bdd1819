/* Fixes on branches, in a repository that git itself makes (package git): the commit itself, picks with
 * and without a trailer, the same subject, taken back, missing. */
#include "tests/unit/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "triage/fixes.h"

static const char make_repository[] =
	"set -e; exec >/dev/null 2>&1\n"
	"GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1; export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM\n"
	"git init -q -b main r; cd r; git config user.name A; git config user.email a@b\n"
	"at() { GIT_COMMITTER_DATE=\"@$(($1 * 86400)) +0000\" GIT_AUTHOR_DATE=\"@$(($1 * 86400)) +0000\"; "
	"export GIT_COMMITTER_DATE GIT_AUTHOR_DATE; }\n"
	"at 1; seq 50 >a.py; echo x >b.py; git add .; git commit -qm base\n"
	"for b in picked patch subject none back; do git branch $b; done\n"
	"at 2; sed -i 's/^20$/twenty/' a.py; git commit -qam 'gh-12: Fix the race (GH-34)'; git tag fix\n"
	"git branch holds; at 3; git checkout -q holds; echo 1 >c; git add c; git commit -qm more\n"
	"git checkout -q picked; git cherry-pick -x fix; git commit -q --amend -m \"$(git log -1 --format=%B)\" -m 'Signed-off-by: B'\n"
	"git checkout -q patch; sed -i '1s/.*/one/' a.py; git commit -qam first; git cherry-pick fix\n"
	"git commit -q --amend -m 'another name'\n"
	"git checkout -q subject; echo y >>b.py; git commit -qam '[3.12] gh-12: Fix the race (GH-35)'\n"
	"git checkout -q none; echo y >>b.py; git commit -qam 'gh-13: Fix the race too'\n"
	"git checkout -q back; git cherry-pick -x fix; at 4; git revert --no-edit HEAD\n";

static struct fix_state
find_on(struct repo *r, const char *branch)
{
	struct err e = ERR_INIT;
	struct repo_id fix, tip;
	struct fix_state s;
	int ret = -1;

	if (repo_resolve(&fix, r, "fix", &e) == 0 && repo_resolve(&tip, r, branch, &e) == 0)
		ret = fix_find(&s, r, &fix, &tip, &e);
	if (ret < 0)
		printf("%s: %s\n", branch, e.msg);
	assert(ret == 0);
	return s;
}

static void
find_fixes_on_branches(void)
{
	struct err e = ERR_INIT;
	struct repo *r;

	CHECK_INT(system(make_repository), 0);
	r = repo_open("r", &e);
	CHECK(r != NULL);
	CHECK_STR(fix_by_name(find_on(r, "holds").by), "ancestry");
	CHECK_STR(fix_by_name(find_on(r, "picked").by), "cherry-pick");
	CHECK_STR(fix_by_name(find_on(r, "patch").by), "patch-id");
	CHECK_STR(fix_by_name(find_on(r, "subject").by), "subject");
	CHECK_STR(fix_by_name(find_on(r, "none").by), "");
	CHECK(!find_on(r, "picked").reverted);
	CHECK(find_on(r, "back").reverted);
	CHECK_INT(find_on(r, "back").by, FIX_PICK);
	repo_close(r);
}

static void
read_messages(void)
{
	struct repo_id id = { .bytes = { 0x12, 0x34, 0x56, 0x78, 0x9a } };

	CHECK(span_is(fix_subject(span_of("[3.12] gh-12: Fix the race (GH-34) (#56)")), "gh-12: Fix the race"));
	CHECK(span_is(fix_subject(span_of("Close the file (it leaked)")), "Close the file (it leaked)"));
	CHECK(span_is(fix_subject(span_of("[")), "["));
	CHECK(span_is(fix_issue(span_of("[3.12] bpo-30371: Fix")), "bpo-30371"));
	CHECK(span_is(fix_issue(span_of("Fixes #77, #78")), "#77"));
	CHECK_INT(fix_issue(span_of("high-2 and C#")).n, 0);
	CHECK(fix_says_so(span_of("gh-1: Fix it")));
	CHECK(!fix_says_so(span_of("suffix and prefix")));
	CHECK(fix_names(span_of("x\n(cherry picked from commit 123456789a)\n"), "cherry picked from commit", &id));
	CHECK(!fix_names(span_of("(cherry picked from commit 1234567f)"), "cherry picked from commit", &id));
	CHECK(!fix_names(span_of("(cherry picked from commit 12345)"), "cherry picked from commit", &id));
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char folder[4096], command[4200];

	snprintf(folder, sizeof(folder), "%s/fixes-XXXXXX", tmp ? tmp : "/tmp");
	CHECK(mkdtemp(folder) && chdir(folder) == 0);
	read_messages();
	find_fixes_on_branches();
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CHECK(chdir("/") == 0 && system(command) == 0);
	return check_done();
}
