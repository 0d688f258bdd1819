/*
 * Files as builds: what paths say of them (pure), and folders and archives as they lie about,
 * read into a store.  The archives are made by zip, tar, gzip and xz (packages of the same names).
 */
#include "tests/unit/check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"
#include "triage/source_files_in.h"
#include "triage/store.h"

/* ---- places ---- */

/* Catches builds that are called otherwise than a person would call them. */
static void
test_places(void)
{
	static const struct {
		const char *root, *path, *builder, *branch, *number, *below;
	} rows[] = {
		/* a folder of numbered files */
		{ "/w/junit", "build-101.xml", "junit", "", "101", "" },
		{ "/w/junit", "101.xml", "junit", "", "101", "" },
		{ "/w/ci", "run_7.log.gz", "ci", "", "7", "" },
		{ "/w/ci", "linux-101.xml", "linux", "", "101", "" },
		{ "/w/ci", "2026-11-25.xml", "ci", "", "2026-11-25", "" },
		{ "/w/ci", "results-20261125.json", "ci", "", "20261125", "" },
		{ "/w/ci", "nightly-2026-11-25_0300.log", "ci", "", "2026-11-25_0300", "" },
		/* no numbers of builds */
		{ "/w/ci", "TEST-Foo-2.xml", "ci", "", "", "" },
		{ "/w/ci", "shard-2.xml", "ci", "", "", "" },
		{ "/w/ci", "results-shard-2.xml", "ci", "", "", "" },
		{ "/w/ci", "junit-3.12.xml", "ci", "", "", "" },
		{ "/w/ci", "linux-64.xml", "ci", "", "", "" },
		{ "/w/ci", "test_02.xml", "ci", "", "", "" },
		{ "/w/ci", "Foo1.xml", "ci", "", "", "" },
		{ "/w/ci", "results.xml", "ci", "", "", "" },
		/* a folder a build */
		{ "/w/artifacts", "101/TEST-a.xml", "artifacts", "", "101", "" },
		{ "/w/artifacts", "linux/101/TEST-a.xml", "linux", "", "101", "" },
		{ "/w/artifacts", "build-101/module/target/surefire-reports/TEST-a.xml", "artifacts", "", "101", "module" },
		{ "/w/artifacts", "2026/11/25/a.xml", "artifacts", "", "2026-11-25", "" },
		{ "/w/artifacts/101", "TEST-a.xml", "artifacts", "", "101", "" },
		{ "/w/artifacts", "x86_64/r.xml", "x86_64", "", "", "" },
		{ "/w/artifacts", "gh-237/r.xml", "gh-237", "", "", "" },
		/* branches */
		{ "/w/r", "3.13/AMD64 FreeBSD/build_12.xml", "AMD64 FreeBSD", "3.13", "12", "" },
		{ "/w/r", "main/x/3.xml", "x", "main", "3", "" },
		{ "/w/r", "3.x/x/3.xml", "x", "3.x", "3", "" },
		{ "/w/r", "release-1.2/x/3.xml", "x", "release-1.2", "3", "" },
		/* Jenkins */
		{ "/w", "jobs/wonky/builds/7/junitResult.xml", "wonky", "", "7", "" },
		{ "/w/jobs/wonky", "builds/7/junitResult.xml", "wonky", "", "7", "" },
		{ "/w", "jobs/wonky/workspace/TEST-a.xml", "wonky", "", "", "" },
		/* archives are folders */
		{ "/w/ci", "nightly-7.zip/results.xml", "ci", "", "7", "" },
		{ "/w/ci", "linux.tar.gz/12/results.xml", "linux", "", "12", "" },
		/* reports of build tools */
		{ "/w/p", "module/target/surefire-reports/TEST-a.xml", "module", "", "", "" },
		{ "/w/p/target/surefire-reports", "TEST-a.xml", "p", "", "", "" },
		{ "/", "a.xml", "files", "", "", "" },
	};
	struct arena mem = ARENA_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct files_place p;

		files_place_find(&p, &mem, span_of(rows[i].root), span_of(rows[i].path));
		if (!CHECK(span_is(p.builder, rows[i].builder)) || !CHECK(span_is(p.branch, rows[i].branch)) ||
		    !CHECK(span_is(p.number, rows[i].number)) || !CHECK(span_is(p.below, rows[i].below)))
			printf("  '%s': builder '%.*s' branch '%.*s' number '%.*s' below '%.*s'\n", rows[i].path,
			       (int)p.builder.n, p.builder.p, (int)p.branch.n, p.branch.p, (int)p.number.n, p.number.p,
			       (int)p.below.n, p.below.p);
	}
	arena_release(&mem);
}

/* Catches a layout that is taken although it cannot mean anything, or that fits what it should not. */
static void
test_layouts(void)
{
	static const struct {
		const char *layout, *path, *builder, *number; /* builder NULL: does not fit */
	} rows[] = {
		{ "{branch}/{builder}/{number}.xml", "/w/r/main/x86 64/12.xml", "x86 64", "12" },
		{ "{branch}/{builder}/{number}.xml", "/w/r/main/x/12.xml.gz", "x", "12" },
		{ "{branch}/{builder}/build_{number}.xml", "main/x/12.xml", NULL, NULL },
		{ "{builder}-*/{number}-{worker}.log", "a/lin-ux-7/3-w.log", "lin", "3" },
		{ "{builder}/{number}/*", "x/3/any", "x", "3" },
		{ "{builder}/{number}/*", "3/any", NULL, NULL },
	};
	static const char *const bad[] = { "", "x.xml", "{what}/{number}", "{number}{builder}", "{number}/{number}", "{numb" };
	struct files_place p;
	struct err e = ERR_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		bool fits = files_layout_match(rows[i].layout, span_of(rows[i].path), &p);

		CHECK_INT(source_files_check_layout(rows[i].layout, &e), 0);
		CHECK(fits == (rows[i].builder != NULL));
		if (fits && rows[i].builder)
			CHECK(span_is(p.builder, rows[i].builder) && span_is(p.number, rows[i].number));
	}
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		e = (struct err)ERR_INIT;
		CHECK_INT(source_files_check_layout(bad[i], &e), -1);
		CHECK(e.msg[0]);
	}
}

/* ---- reading ---- */

static char dir[4000];
static struct str remarks = STR_INIT(1 << 20);

static const char *
in_dir(const char *name)
{
	static char path[4][5000];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof(path[n]), "%s/%s", dir, name);
	return path[n];
}

/* A report with these tests in which those in capitals fail. */
static void
put(const char *name, const char *tests)
{
	struct str s = STR_INIT(1 << 16);
	struct err e = ERR_INIT;
	char folder[5000];

	snprintf(folder, sizeof(folder), "%s", in_dir(name));
	*strrchr(folder, '/') = '\0';
	CHECK_INT(fs_mkdirs(folder, &e), 0);
	str_adds(&s, "<testsuite name='s'>");
	for (; *tests; tests++)
		str_addf(&s, "<testcase classname='c' name='%c'>%s</testcase>", *tests, *tests < 'a' ? "<failure/>" : "");
	str_adds(&s, "</testsuite>\n");
	CHECK_INT(fs_write_scratch(in_dir(name), str_span(&s), &e), 0);
	str_release(&s);
}

static void
shell(const char *command)
{
	char line[9000];

	snprintf(line, sizeof(line), "cd '%s' && { %s; } >/dev/null", dir, command);
	if (!CHECK(system(line) == 0))
		printf("  %s\n", line);
}

static void
remark(void *data UNUSED, const char *text)
{
	str_addf(&remarks, "%s\n", text);
}

/* What a store holds: "branch/builder#number tests" of each build, in lanes. */
static void
list_builds(struct store *s, struct str *out)
{
	struct view *v = NULL;
	struct err e = ERR_INIT;
	uint32_t i, k;

	CHECK_INT(store_view(s, &(struct view_filter){ .branch = NULL }, &v, &e), 0);
	for (i = 0; v && i < v->n_lanes; i++) {
		for (k = 0; k < v->lanes[i].n; k++) {
			struct build b = { .part = 0 };

			CHECK_INT(store_facts(v, v->lanes[i].builds[k].id, &b, &e), 0);
			str_addf(out, "%.*s/%.*s#%.*s", (int)b.branch.n, b.branch.p, (int)b.builder.n, b.builder.p,
			         b.number.n > 15 ? 1 : (int)b.number.n, b.number.n > 15 ? "h" : b.number.p);
			str_addf(out, b.part ? ".%u %u; " : " %u; ", b.part ? b.part : v->lanes[i].builds[k].n_tests,
			         v->lanes[i].builds[k].n_tests);
		}
	}
	view_free(v);
}

/* Reads what stands in dir, twice, and compares the store's builds. */
static void
check_builds(const struct files_options *o, const char *const *paths, size_t n, const char *want)
{
	struct ingest in = { .remark = remark };
	struct str got = STR_INIT(1 << 16);
	struct err e = ERR_INIT;
	const char *db = in_dir(".db");
	uint64_t n_new;

	shell("rm -f .db .db-wal .db-shm");
	in.store = store_open(db, STORE_WRITE, &e);
	str_clear(&remarks);
	CHECK_INT(source_files_all(&in, o, paths, n, &e), 0);
	CHECK_INT(store_flush(in.store, &e), 0);
	list_builds(in.store, &got);
	CHECK_STR(str_c(&got), want);
	n_new = in.n_new;
	CHECK_INT(source_files_all(&in, o, paths, n, &e), 0);
	CHECK_INT(in.n_new, n_new);
	CHECK_INT(in.n_changed, 0);
	CHECK_STR(e.msg, "");
	store_close(in.store);
	str_release(&got);
}

static void
check_path(const char *name, const char *want)
{
	struct files_options o = { .started = 0 };
	const char *path = in_dir(name);

	check_builds(&o, &path, 1, want);
}

/* Catches folders that come out otherwise than a person expects who read no manual. */
static void
test_folders(void)
{
	struct files_options o = { .builder = span_of("b"), .number = span_of("5") };
	const char *two[2];

	put("junit/build-101.xml", "ab");
	put("junit/build-102.xml", "aB");
	put("junit/notes.md", "a");
	put("junit/.hidden.xml", "a");
	check_path("junit", "/junit#101 2; /junit#102 2; ");
	put("art/101/TEST-a.xml", "ab");
	put("art/101/TEST-b.xml", "cd");
	put("art/102/TEST-a.xml", "ab");
	check_path("art", "/art#101 4; /art#102 2; ");
	two[0] = in_dir("art/101/TEST-a.xml");
	two[1] = in_dir("art/101/TEST-b.xml");
	check_builds(&(struct files_options){ .started = 0 }, two, 2, "/art#101 4; ");
	check_builds(&o, two, 2, "/b#5 4; ");
	put("mat/7/linux/r.xml", "ab");
	put("mat/7/mac/r.xml", "ab");
	check_path("mat", "/mat/linux#7 2; /mat/mac#7 2; ");
	put("cp/3.13/AMD64 FreeBSD/build_12.xml", "a");
	check_path("cp", "3.13/AMD64 FreeBSD#12 1; ");
	put("one/results.xml", "ab");
	check_path("one", "/one#h 2; ");
	check_path("one/results.xml", "/one#h 2; ");
}

/* Catches a file that is overwritten and taken for the build that it was. */
static void
test_overwritten(void)
{
	struct ingest in = { .remark = remark };
	struct files_options o = { .started = 0 };
	struct err e = ERR_INIT;

	shell("rm -f .db .db-wal .db-shm");
	in.store = store_open(in_dir(".db"), STORE_WRITE, &e);
	put("night/results.xml", "ab");
	CHECK_INT(source_files(&in, &o, in_dir("night/results.xml"), &e), 0);
	put("night/results.xml", "aB");
	CHECK_INT(source_files(&in, &o, in_dir("night/results.xml"), &e), 0);
	CHECK_INT(in.n_new, 2);
	CHECK_INT(source_files(&in, &o, in_dir("none.xml"), &e), -1);
	CHECK(strstr(e.msg, "none.xml") != NULL);
	store_close(in.store);
}

static void
test_layout(void)
{
	struct files_options o = { .layout = "{branch}/{builder}/{number}-*.xml", .worker = span_of("w") };
	const char *path;

	put("lay/main/x/1-r.xml", "a");
	put("lay/main/x/2-r.xml", "a");
	put("lay/other.xml", "a");
	path = in_dir("lay");
	check_builds(&o, &path, 1, "main/x#1 1; main/x#2 1; ");
	CHECK(strstr(str_c(&remarks), "other.xml' cannot be read: it does not fit the layout") != NULL);
}

/* Catches archives that are not opened, or read twice. */
static void
test_archives(void)
{
	put("arc/3/a.xml", "ab");
	put("arc/4/a.xml", "ab");
	shell("cd arc && zip -qr ../linux.zip 3 4 && tar -czf ../linux.tar.gz 3 4 && tar -cJf ../linux.tar.xz 3 4");
	check_path("linux.zip", "/linux#3 2; /linux#4 2; ");
	check_path("linux.tar.gz", "/linux#3 2; /linux#4 2; ");
	check_path("linux.tar.xz", "/linux#3 2; /linux#4 2; ");
	shell("mkdir -p gz && gzip -c arc/3/a.xml >gz/build-9.xml.gz && bzip2 -c arc/3/a.xml >gz/build-10.xml.bz2");
	check_path("gz", "/gz#9 2; /gz#10 2; ");
	shell("gzip -f arc/4/a.xml && cd arc && zip -qr ../nested.zip 4 && cd .. && zip -q nested.zip linux.tar.gz");
	check_path("nested.zip", "/nested#4 2; /nested/linux#3 2; /nested/linux#4 2; ");
}

/* Catches logs of GitHub Actions whose steps are read beside the whole, or jobs that become one. */
static void
test_actions(void)
{
	put("gh/0_test (3.12).txt", "ab");
	put("gh/-2147483648_test (3.12).txt", "ab");
	put("gh/1_lint.txt", "x");
	put("gh/test (3.12)/1_Set up job.txt", "ab");
	put("gh/test (3.12)/2_py310.txt", "ab");
	shell("cd gh && zip -qr ../logs_123.zip -- *");
	check_path("logs_123.zip", "/lint#123 1; /test (3.12)#123 2; ");
	shell("cd gh && rm -f ./*.txt && rm -f ../logs_123.zip && zip -qr ../logs_123.zip -- *");
	check_path("logs_123.zip", "/test (3.12)#123 2; /test (3.12)#123.1 2; ");
}

/* Catches a bad file that keeps the others from being read. */
static void
test_bad(void)
{
	struct err e = ERR_INIT;
	enum { BOMB = 80 << 20 };
	char *bomb = xmalloc(BOMB);

	put("bad/1.xml", "a");
	put("bad/2.xml", "a");
	put("bad/3.xml", "a");
	shell("printf 'PK\\003\\004 no zip at all' >bad/4.zip && head -c 30 bad/1.xml >bad/5.xml && cd bad && gzip -c 3.xml | "
	      "head -c 30 >6.xml.gz && ln -s nowhere 7.xml");
	memset(bomb, ' ', BOMB);
	memcpy(bomb, "<testsuite>", 11);
	CHECK_INT(fs_write_scratch(in_dir("bad/zeros"), (struct span){ bomb, BOMB }, &e), 0);
	shell("cd bad && xz -0 <zeros >8.log.xz && rm zeros");
	check_path("bad", "/bad#1 1; /bad#2 1; /bad#3 1; /bad#5 0; /bad#8 0; ");
	CHECK(strstr(str_c(&remarks), "4.zip' cannot be read") != NULL);
	CHECK(strstr(str_c(&remarks), "6.xml.gz' cannot be read") != NULL);
	CHECK(strstr(str_c(&remarks), "7.xml' cannot be read: no file") != NULL);
	CHECK(strstr(str_c(&remarks), "8.log.xz' cannot be read: it unpacks to more than 500 times") != NULL);
	free(bomb);
}

int
main(void)
{
	const char *folder = getenv("TMPDIR");
	struct err e = ERR_INIT;
	char *made = fs_unique_dir(folder ? folder : "/tmp", "files-", &e);

	test_places();
	test_layouts();
	if (CHECK(made != NULL)) {
		snprintf(dir, sizeof(dir), "%s", made);
		test_folders();
		test_overwritten();
		test_layout();
		test_archives();
		test_actions();
		test_bad();
		CHECK_INT(fs_remove(made, &e), 0);
	}
	str_release(&remarks);
	free(made);
	return check_done();
}
