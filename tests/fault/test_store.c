/*
 * The store when the world is against it: killed at any moment, two writers at
 * once, no space, no permission, damage.
 */
#include "tests/unit/make_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "common/db.h"
#include "common/fs.h"

enum { BUILDS = 300 };

static unsigned seed = 12345;

static unsigned
draw(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 16 & 0x7fff;
}

/* The same builds whoever asks; those of another builder are other ones. */
static void
put_some(struct store *s, const char *builder, unsigned n, unsigned each)
{
	static const char *const tests[] = {
		"a=P b=P c=P d=S", "a=P b=F+P c=P d=S", "a=F b=P c=P", "a=P b=PF c=E d=S", "a=I b=C d=S",
	};
	struct err e = ERR_INIT;
	char number[20];

	for (unsigned i = 0; i < n; i++) {
		snprintf(number, sizeof(number), "%u", i);
		put(s, builder, number, 1000 + i * 37 % 100, number, tests[i * 7 % ARRAY_LEN(tests)]);
		if (each && i % each == 0)
			CHECK_INT(store_flush(s, &e), 0);
	}
	CHECK_INT(store_flush(s, &e), 0);
}

static void
wait_micros(long micros)
{
	struct timespec t = { 0, micros * 1000 };

	nanosleep(&t, NULL);
}

/* A hash of every row of every table. */
static uint64_t
content(void)
{
	static const char *const queries[] = {
		"SELECT id || '|' || source || '|' || builder || '|' || number || '|' || digest || '|' || lane || '|' "
		"|| started || '|' || roster || '|' || color || '|' || hex(coalesce(events, '')) FROM builds ORDER BY id",
		"SELECT kind || '|' || owner || '|' || k0 || '|' || k1 || '|' || n || '|' || hex(data) FROM blocks "
		"ORDER BY kind, owner, k0, k1",
		"SELECT id || '|' || n FROM lanes ORDER BY id",
		"SELECT lane || '|' || roster || '|' || n FROM lane_rosters ORDER BY lane, roster",
		"SELECT id || '|' || name FROM tests ORDER BY id", "SELECT id || '|' || hex(tests) FROM rosters ORDER BY id",
		"SELECT id || '|' || example FROM messages ORDER BY id", "SELECT id || '|' || letters FROM stories ORDER BY id",
		"SELECT id || '|' || hex(text) FROM revisions ORDER BY id", "PRAGMA integrity_check",
	};
	struct err e = ERR_INIT;
	struct db *d = db_open(path, DB_READ, 1000, &e);
	uint64_t h = 1;

	if (!CHECK(d != NULL))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct db_query *q = db_query(d, queries[i], &e);
		unsigned n = 0;

		while (q && db_step(q, &e) > 0) {
			h = h * 31 + map_hash(db_text(q, 0));
			n++;
		}
		CHECK(n > 0);
	}
	CHECK_STR(e.msg, "");
	db_close(d);
	return h;
}

/* ---- kill -9 ---- */

static pid_t
child_that_puts(const char *builder, unsigned each)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = ERR_INIT;
		struct store *s = store_open(path, STORE_WRITE, &e);

		if (s == NULL)
			_exit(1);
		put_some(s, builder, BUILDS, each);
		store_close(s);
		_exit(0);
	}
	return pid;
}

static bool
ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* An ingest that was killed at any of 200 moments: builds lost, doubled, or half stored. */
static void
test_killed(void)
{
	struct store *s = fresh();
	uint64_t want;
	pid_t pid;

	put_some(s, "b1", BUILDS, 3);
	store_close(s);
	want = content();
	store_close(fresh());
	for (unsigned i = 0; i < 200; i++) {
		pid = child_that_puts("b1", 3);
		wait_micros(draw() % 12000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	CHECK(ended_well(child_that_puts("b1", 3)));
	CHECK(content() == want);
	CHECK(ended_well(child_that_puts("b1", 0)));
	CHECK(content() == want);
}

/* Two that write at once: one that fails because the other has the lock, or a torn count. */
static void
test_two_writers(void)
{
	struct err e = ERR_INIT;
	struct view_filter all = { 0 };
	struct view *v = NULL;
	struct store *s;
	pid_t one, two, three;

	store_close(fresh());
	unlink(path); /* also the making of the store is a race */
	one = child_that_puts("b1", 5);
	two = child_that_puts("b2", 7);
	three = child_that_puts("b1", 1);
	CHECK(ended_well(one));
	CHECK(ended_well(two));
	CHECK(ended_well(three));
	s = store_open(path, STORE_READ, &e);
	if (CHECK(s && store_view(s, &all, &v, &e) == 0)) {
		CHECK_INT(v->n_builds, 2 * BUILDS);
		CHECK_INT(v->n_lanes, 2);
		CHECK(v->lanes[0].n == BUILDS && v->lanes[1].n == BUILDS);
		view_free(v);
	}
	store_close(s);
}

/* ---- no space ---- */

/* Fills the store under a limit for the size of files; the status says how it went. */
static int
fill(void)
{
	struct rlimit limit = { 300000, 300000 };
	struct err e = ERR_INIT;
	struct store *s;
	struct made m = { .c = COLLECT_INIT };
	enum store_put how;
	char number[20], name[100];
	unsigned i;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	s = store_open(path, STORE_WRITE, &e);
	for (i = 0; s && i < 20000; i++) {
		snprintf(number, sizeof(number), "%u", i);
		snprintf(name, sizeof(name), "test_of_a_long_name_%u=F", i);
		make_tests(&m.c, name);
		m.b = (struct build){ .source = span_of("s"), .builder = span_of("b"), .number = span_of(number),
			.run = collect_run(&m.c) };
		if (store_put(s, &m.b, &how, &e) < 0 || (i % 50 == 0 && store_flush(s, &e) < 0))
			break;
	}
	collect_release(&m.c);
	store_close(s);
	return i < 20000 && strstr(e.msg, path) && e.msg[0] ? 0 : 1;
}

/* A full disk that damages what was stored before, or that nobody is told of. */
static void
test_no_space(void)
{
	struct store *s = fresh();
	pid_t pid;

	put_some(s, "b1", 20, 0);
	store_close(s);
	pid = fork();
	if (pid == 0)
		_exit(fill());
	CHECK(ended_well(pid));
	content(); /* the integrity check */
	s = reopened(NULL);
	CHECK_INT(put(s, "b1", "0", 1000, "0", "a=P b=P c=P d=S"), STORE_PUT_SAME);
	CHECK_INT(put(s, "b1", "new", 1000, "0", "a=P"), STORE_PUT_NEW);
	store_close(s);
}

/* ---- no permission ---- */

/* In a child without rights: 0 when the store can be read, and cannot be written with words. */
static int
read_only(void)
{
	struct view_filter all = { 0 };
	struct err e = ERR_INIT, e2 = ERR_INIT;
	enum store_put how;
	struct view *v = NULL;
	struct build b = { .source = span_of("s"), .builder = span_of("b"), .number = span_of("1") };
	struct store *s;

	if (geteuid() == 0 && setuid(65534) < 0)
		return 77;
	s = store_open(path, STORE_READ, &e);
	if (s == NULL || store_view(s, &all, &v, &e) < 0 || v->n_builds != 20)
		return 2;
	view_free(v);
	store_close(s);
	s = store_open(path, STORE_WRITE, &e2);
	if (s && store_put(s, &b, &how, &e2) == 0)
		return 3;
	store_close(s);
	return strstr(e2.msg, path) ? 0 : 4;
}

/* A store that others share to be read, in a folder where nothing can be made. */
static void
test_read_only(void)
{
	struct store *s = fresh();
	struct str bytes = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	char folder[] = "/tmp/flaketools-test.XXXXXX", was[sizeof(path)];
	int status = 0;
	pid_t pid;

	put_some(s, "b1", 20, 0);
	store_close(s);
	memcpy(was, path, sizeof(path));
	CHECK_INT(fs_read(&bytes, path, &e), 0);
	CHECK(mkdtemp(folder) != NULL); /* not below $TMPDIR, which others may not enter */
	snprintf(path, sizeof(path), "%s/store.db", folder);
	CHECK_INT(fs_write_scratch(path, str_span(&bytes), &e), 0);
	chmod(path, 0444);
	chmod(folder, 0555);
	pid = fork();
	if (pid == 0)
		_exit(read_only());
	waitpid(pid, &status, 0);
	chmod(folder, 0755);
	CHECK_INT(fs_remove(folder, &e), 0);
	memcpy(path, was, sizeof(path));
	str_release(&bytes);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

/* ---- damage ---- */

static void
drop_row(void *data UNUSED, const struct store_row *row UNUSED)
{
}

/* Whatever is read must come back, with or without an error. */
static void
read_all(void)
{
	struct view_filter all = { 0 };
	struct err e = ERR_INIT;
	struct store *s = store_open(path, STORE_READ, &e);
	struct view *v = NULL;
	struct tests tests = { VEC_INIT };
	struct test_view t;
	struct build b;

	if (s && store_view(s, &all, &v, &e) == 0) {
		store_tests(v, 0, true, &tests, &e);
		store_tests(v, 0, false, &tests, &e);
		for (uint32_t i = 1; i < 6; i++)
			store_streams(v, i, &t, &e);
		for (int64_t i = 1; i < 20; i++) {
			store_rows(v, i, drop_row, NULL, &e);
			store_facts(v, i, &b, &e);
		}
		view_free(v);
	}
	vec_release(&tests.v);
	store_close(s);
}

static void
test_damaged(void)
{
	struct store *s = fresh();
	struct str whole = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	char *bytes;

	put_some(s, "b1", 150, 0);
	store_close(s);
	CHECK_INT(fs_read(&whole, path, &e), 0);
	bytes = xmemdup0(whole.p, whole.n);
	for (unsigned i = 0; i < 150; i++) {
		size_t n = i % 10 ? whole.n : whole.n * (draw() % 100) / 100;

		memcpy(bytes, whole.p, whole.n);
		for (unsigned k = 0; k < 1 + i % 30; k++)
			bytes[((size_t)draw() * 32768 + draw()) % whole.n] ^= (char)(1 << draw() % 8);
		CHECK_INT(fs_write_scratch(path, (struct span){ bytes, n }, &e), 0);
		read_all();
	}
	free(bytes);
	str_release(&whole);
	CHECK_INT(fs_write_scratch(path, span_of("this is no database, but it is long enough to be read as one"), &e), 0);
	s = store_open(path, STORE_WRITE, &e);
	CHECK(s == NULL && strstr(e.msg, "it is no database"));
	store_close(s);
}

/* A file of another program, or of a newer version of this one, changed by us. */
static void
test_others(void)
{
	static const struct { const char *sql, *words; } cases[] = {
		{ "CREATE TABLE builds(id)", "is no store of flake-triage" },
		{ "PRAGMA application_id = 0x464c4b54; PRAGMA user_version = 99; CREATE TABLE x(y)",
		  "was written by a newer flake-triage" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		struct db *d;

		store_close(fresh());
		unlink(path);
		d = db_open(path, DB_MAKE, 0, &e);
		CHECK_INT(db_exec(d, cases[i].sql, &e), 0);
		db_close(d);
		CHECK(store_open(path, STORE_WRITE, &e) == NULL);
		if (!CHECK(strstr(e.msg, cases[i].words)))
			puts(e.msg);
		CHECK(store_open(path, STORE_READ, &e) == NULL);
	}
}

int
main(void)
{
	test_killed();
	test_two_writers();
	test_no_space();
	test_read_only();
	test_damaged();
	test_others();
	store_close(fresh());
	unlink(path);
	return check_done();
}
