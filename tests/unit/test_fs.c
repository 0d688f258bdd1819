/* Files and folders as whole things. */
#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fs.h"
#include "common/mem.h"
#include "common/sig.h"

/* All tests work in a folder of their own, the current one. */

static void
put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	if (!CHECK_INT(fs_write(path, span_of(text), &e), 0))
		puts(e.msg);
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = -2;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* Catches a file that is cut, merged with the old one, or left half done. */
static void
test_write_read(void)
{
	struct str s = STR_INIT(100), big = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	struct stat st;
	size_t i;

	put("f", "first, and longer");
	put("f", "second");
	CHECK_INT(fs_read(&s, "f", &e), 0);
	CHECK_STR(str_c(&s), "second");
	CHECK_INT(count_entries("."), 1);
	CHECK(stat("f", &st) == 0 && (st.st_mode & 07777) == 0644);
	put("f", "");
	str_clear(&s);
	CHECK(fs_read(&s, "f", &e) == 0 && s.n == 0);
	for (i = 0; i < 300000; i++)
		str_addc(&big, (char)i);
	CHECK_INT(fs_write("./f", str_span(&big), &e), 0);
	CHECK_INT(fs_read(&s, "f", &e), -1);
	CHECK_STR(e.msg, "'f' is larger than 100 bytes");
	str_release(&s);
	s = (struct str)STR_INIT(300000);
	CHECK(fs_read(&s, "f", &e) == 0 && s.n == big.n && memcmp(s.p, big.p, s.n) == 0);
	CHECK_INT(fs_remove("f", &e), 0);
	str_release(&s);
	str_release(&big);
}

/* Catches an error without the file's name, and remains of a failed write. */
static void
test_errors(void)
{
	struct str s = STR_INIT(100);
	struct err e = ERR_INIT;

	CHECK_INT(fs_read(&s, "nothing", &e), -1);
	CHECK_STR(e.msg, "cannot read 'nothing': No such file or directory");
	CHECK_INT(fs_read(&s, ".", &e), -1);
	CHECK_STR(e.msg, "cannot read '.': Is a directory");
	CHECK_INT(fs_write_scratch("nowhere/f", span_of("x"), &e), -1);
	CHECK_INT(fs_write("nowhere/f", span_of("x"), &e), -1);
	CHECK_STR(e.msg, "cannot write 'nowhere/f': No such file or directory");
	CHECK_INT(mkdir("d", 0777), 0);
	CHECK_INT(fs_write("d", span_of("x"), &e), -1);
	CHECK_STR(e.msg, "cannot write 'd': Is a directory");
	CHECK_INT(count_entries("."), 1);
	put("f", "x");
	CHECK_INT(fs_mkdirs("f/g", &e), -1);
	CHECK_INT(fs_mkdirs("f", &e), -1);
	CHECK_STR(e.msg, "cannot make the folder 'f': File exists");
	CHECK(fs_unique_dir("nowhere", "x", &e) == NULL);
	CHECK_INT(fs_remove("f", &e), 0);
	CHECK_INT(fs_remove("d", &e), 0);
}

/* Catches a link that is followed when its name is replaced. */
static void
test_write_link(void)
{
	struct str s = STR_INIT(100);

	put("target", "old");
	CHECK_INT(symlink("target", "link"), 0);
	put("link", "new");
	CHECK(fs_read(&s, "target", NULL) == 0);
	CHECK_STR(str_c(&s), "old");
	CHECK_INT(fs_remove("link", NULL) | fs_remove("target", NULL), 0);
	str_release(&s);
}

/* Catches folders that are made in the wrong place or not at all. */
static void
test_folders(void)
{
	struct err e = ERR_INIT;
	char *a, *b, *here = getcwd(NULL, 0), *full;

	CHECK_INT(fs_mkdirs("a/b//c/./d/", &e), 0);
	CHECK_INT(fs_mkdirs("a/b/c/d", &e), 0);
	CHECK(exists("a/b/c/d"));
	CHECK_INT(fs_mkdirs("/", &e), 0);
	CHECK_INT(fs_mkdirs(here, &e), 0);
	CHECK_INT(symlink("a", "link"), 0);
	CHECK_INT(fs_mkdirs("link/x/y", &e), 0);
	CHECK(exists("a/x/y"));
	a = fs_unique_dir("a", "run-", &e);
	b = fs_unique_dir("a", "run-", &e);
	CHECK(a && b && strcmp(a, b) != 0 && strncmp(a, "a/run-", 6) == 0 && exists(a));
	full = fs_absolute("a", &e);
	CHECK(full && full[0] == '/' && strncmp(full, here, strlen(here)) == 0 && exists(full));
	free(full);
	full = fs_absolute("/a", &e);
	CHECK_STR(full, "/a");
	CHECK_INT(fs_remove("link", &e), 0);
	CHECK(exists("a/x/y"));
	CHECK_INT(fs_remove("a", &e), 0);
	CHECK_INT(count_entries("."), 0);
	free(a);
	free(b);
	free(full);
	free(here);
}

/* Catches a removal that goes through a link to what lies outside. */
static void
test_remove_links(void)
{
	CHECK(fs_mkdirs("out/keep", NULL) == 0 && fs_mkdirs("tree/sub", NULL) == 0);
	put("out/file", "x");
	CHECK_INT(symlink("../out", "tree/link"), 0);
	CHECK_INT(symlink("../../out/file", "tree/sub/file"), 0);
	CHECK_INT(symlink("nowhere", "tree/dangling"), 0);
	CHECK_INT(link("out/file", "tree/hard"), 0);
	CHECK_INT(mkfifo("tree/fifo", 0600), 0);
	CHECK_INT(fs_remove("tree", NULL), 0);
	CHECK(!exists("tree") && exists("out/keep") && exists("out/file"));
	CHECK_INT(symlink("out", "link"), 0);
	CHECK_INT(fs_remove("link", NULL), 0);
	CHECK(!exists("link") && exists("out/file"));
	CHECK_INT(fs_remove("out", NULL), 0);
	CHECK_INT(fs_remove("out", NULL), 0);
	CHECK_INT(fs_remove("out/deeper", NULL), 0);
}

/* Catches a removal that needs a descriptor, or stack, for every level. */
static void
test_remove_deep(void)
{
	struct err e = ERR_INIT;
	int start = open(".", O_RDONLY | O_DIRECTORY), i;

	CHECK_INT(mkdir("deep", 0777) | chdir("deep"), 0);
	for (i = 0; i < 3000; i++) {
		if (i % 500 == 0)
			put("file", "x");
		CHECK(mkdir("a long enough name", 0777) == 0 && chdir("a long enough name") == 0);
	}
	CHECK_INT(fchdir(start), 0);
	close(start);
	if (!CHECK_INT(fs_remove("deep", &e), 0))
		puts(e.msg);
	CHECK(!exists("deep"));
}

/* Catches entries that are passed over in a large folder. */
static void
test_remove_wide(void)
{
	char name[64];
	int i;

	CHECK_INT(mkdir("wide", 0777), 0);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "wide/%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0666));
	}
	CHECK_INT(fs_remove("wide", NULL), 0);
	CHECK(!exists("wide"));
}

/* In a process that is not root: what it made unreadable and unwritable. */
static int
remove_read_only(void)
{
	struct err e = ERR_INIT;

	if (fs_mkdirs("ro/a/b", NULL) < 0 || fs_mkdirs("ro/closed/x", NULL) < 0 ||
	    fs_write("ro/a/b/file", span_of("x"), NULL) < 0)
		return 1;
	chmod("ro/a/b/file", 0);
	chmod("ro/a/b", 0500);
	chmod("ro/a", 0500);
	chmod("ro/closed", 0);
	chmod("ro", 0555);
	if (fs_remove("ro", &e) < 0) {
		puts(e.msg);
		return 2;
	}
	return exists("ro") ? 3 : 0;
}

/* Catches a tree that cannot be removed because of its own modes. */
static void
test_remove_read_only(void)
{
	int status;
	pid_t pid;

	chmod(".", 0777);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(9);
		_exit(remove_read_only());
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

/* Catches a failure that is not told, or that ends the removal of the rest. */
static void
test_remove_fails(void)
{
	struct err e = ERR_INIT;
	int status;
	pid_t pid;

	if (getuid() != 0)
		return;
	CHECK(fs_mkdirs("t/mine", NULL) == 0 && fs_mkdirs("t/theirs", NULL) == 0);
	put("t/theirs/file", "x");
	put("t/mine/file", "x");
	CHECK_INT(chown("t", 65534, 65534) | chown("t/mine", 65534, 65534), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(9);
		if (fs_remove("t", &e) != -1)
			_exit(1);
		_exit(strcmp(e.msg, "cannot remove 'file': Permission denied") != 0);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(exists("t/theirs/file") && !exists("t/mine"));
	CHECK_INT(fs_remove("t", &e), 0);
}

/* Catches a program that cannot be interrupted while it reads from a pipe. */
static void
test_read_interrupted(void)
{
	struct str s = STR_INIT(100);
	struct err e = ERR_INIT;
	int fds[2], status;
	pid_t pid;

	CHECK_INT(pipe(fds), 0);
	CHECK_INT(write(fds[1], "some", 4), 4);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (sig_open(NULL) < 0)
			_exit(9);
		raise(SIGINT);
		_exit(fs_read_fd(&s, fds[0], "input", &e) == -1 && strstr(e.msg, "interrupted") ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(fds[1]);
	CHECK_INT(fs_read_fd(&s, fds[0], "input", &e), 0);
	CHECK_STR(str_c(&s), "some");
	close(fds[0]);
	str_release(&s);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	struct err e = ERR_INIT;
	char *scratch = fs_unique_dir(tmp ? tmp : "/tmp", "test_fs", &e);

	umask(022);
	assert(scratch && chdir(scratch) == 0);
	test_write_read();
	test_errors();
	test_write_link();
	test_folders();
	test_remove_links();
	test_remove_deep();
	test_remove_wide();
	test_remove_read_only();
	test_remove_fails();
	test_read_interrupted();
	CHECK_INT(rmdir(scratch), 0);
	free(scratch);
	return check_done();
}
