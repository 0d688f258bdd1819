/* The journal: what was accepted is read back; a torn end is dropped, damage refused. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/journal.h"

static char folder[4096], path[8192];

static void
set_up(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/journal.XXXXXX", tmp ? tmp : "/tmp");
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/journal", folder);
}

static void
tear_down(void)
{
	unlink(path);
	rmdir(folder);
}

static void
add(struct journal *j, const char *text)
{
	struct err e = ERR_INIT;

	CHECK_INT(journal_add(j, span_of(text), &e), 0);
	CHECK_STR(e.msg, "");
}

static void
holds(const char *const *texts, size_t n)
{
	struct journal j;
	struct err e = ERR_INIT;

	CHECK_INT(journal_open(&j, path, true, &e), 0);
	CHECK_STR(e.msg, "");
	CHECK_INT(j.lines.v.n, n);
	for (size_t i = 0; i < n && i < j.lines.v.n; i++)
		CHECK(span_is(j.lines.v.p[i], texts[i]));
	journal_close(&j);
}

static void
write_three(void)
{
	struct journal j;
	struct err e = ERR_INIT;

	unlink(path);
	CHECK_INT(journal_open(&j, path, true, &e), 0);
	add(&j, "one");
	add(&j, "");
	add(&j, "three with\ttab and \xff byte");
	journal_close(&j);
}

static const char *const three[] = { "one", "", "three with\ttab and \xff byte" };

static off_t
size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 ? st.st_size : -1;
}

/* Catches a lost or reordered line, and numbering that starts anew when opened again. */
static void
test_read_back(void)
{
	static const char *const four[] = { "one", "", "three with\ttab and \xff byte", "four" };
	struct journal j;
	struct err e = ERR_INIT;

	write_three();
	holds(three, 3);
	CHECK_INT(journal_open(&j, path, true, &e), 0);
	add(&j, "four");
	journal_close(&j);
	holds(four, 4);
}

/* Catches a session that a kill in the middle of a write makes unreadable: the
 * file cut at every byte gives the whole lines before the cut. */
static void
test_torn(void)
{
	struct journal j;
	struct err e = ERR_INIT;
	off_t whole, n, two;

	write_three();
	whole = size_of(path);
	two = whole - (off_t)strlen("3 27 12345678 three with\ttab and \xff byte\n");
	for (n = two + 1; n < whole; n++) {
		write_three();
		CHECK_INT(truncate(path, n), 0);
		CHECK_INT(journal_open(&j, path, true, &e), 0);
		CHECK(j.torn);
		CHECK_INT(j.lines.v.n, 2);
		add(&j, "three again");
		journal_close(&j);
		CHECK_INT(journal_open(&j, path, true, &e), 0);
		CHECK(!j.torn);
		CHECK_INT(j.lines.v.n, 3);
		journal_close(&j);
	}
}

static void
poke(off_t at, char c)
{
	int fd = open(path, O_WRONLY);

	CHECK_INT(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

/* Catches answers believed that are not those that were given. */
static void
test_damage(void)
{
	struct journal j;
	struct err e = ERR_INIT;
	off_t at;

	for (at = 0; at < 15; at++) {
		write_three();
		poke(at, '~');
		CHECK_INT(journal_open(&j, path, true, &e), -1);
		CHECK(strstr(e.msg, "line 1 is damaged") != NULL);
	}
	write_three();
	poke(size_of(path) - 2, '~');
	CHECK_INT(journal_open(&j, path, true, &e), 0);
	CHECK(j.torn);
	CHECK_INT(j.lines.v.n, 2);
	journal_close(&j);
}

/* Catches a half line left by a full disk, after which nothing can be added. */
static void
test_full_disk(void)
{
	struct rlimit old, small;
	struct journal j;
	struct err e = ERR_INIT;

	write_three();
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = (rlim_t)size_of(path) + 5;
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK_INT(journal_open(&j, path, true, &e), 0);
	CHECK_INT(journal_add(&j, span_of("does not fit"), &e), -1);
	CHECK(strstr(e.msg, "cannot write") != NULL);
	setrlimit(RLIMIT_FSIZE, &old);
	holds(three, 3);
	add(&j, "fits now");
	journal_close(&j);
	CHECK_INT(journal_open(&j, path, false, &e), 0);
	CHECK_INT(j.lines.v.n, 4);
	journal_close(&j);
}

static void
test_not_there(void)
{
	struct journal j;
	struct err e = ERR_INIT;

	unlink(path);
	CHECK_INT(journal_open(&j, path, false, &e), -1);
	CHECK(strstr(e.msg, "cannot open") != NULL);
	journal_close(&j);
}

int
main(void)
{
	set_up();
	test_read_back();
	test_torn();
	test_damage();
	test_full_disk();
	test_not_there();
	tear_down();
	return check_done();
}
