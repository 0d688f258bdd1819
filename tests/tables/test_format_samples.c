/*
 * The structured formats on real files that nobody here wrote (../shared/samples, skipped with
 * a word where that is absent): how many tests, attempts and passes on a re-run each
 * folder has, and which files are refused or broken.
 */
#include "tests/unit/check.h"

#include <dirent.h>
#include <sys/stat.h>

#include "common/fs.h"
#include "triage/reader.h"

static const char root[] = "../shared/samples";

struct counts {
	unsigned n_files, n_read, n_broken, n_refused, n_unknown;
	unsigned n_attempts, n_passes, n_failing, n_flaky; /* flaky: tests that failed and passed on a re-run */
};

static void
count_test(struct counts *n, const struct run_test *t)
{
	bool failed = false, flaky = false;
	size_t i;

	for (i = 0; i < t->attempts.n; i++) {
		const struct attempt *a = &t->attempts.p[i];
		enum evidence e = outcome_evidence(a->outcome);

		n->n_passes += a->outcome == OUTCOME_PASS;
		n->n_failing += e == EVIDENCE_FAIL;
		flaky |= failed && a->rerun && e == EVIDENCE_PASS;
		failed |= e == EVIDENCE_FAIL;
	}
	n->n_attempts += (unsigned)t->attempts.n;
	n->n_flaky += flaky;
}

static void
count_file(struct counts *n, const char *path)
{
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = path };
	struct str bytes = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	const struct reader *r;
	size_t i, k;

	if (!CHECK_INT(fs_read(&bytes, path, &e), 0))
		return;
	n->n_files++;
	r = reader_detect(str_span(&bytes), path);
	if (r == NULL)
		n->n_unknown++;
	else if (r->refused)
		n->n_refused++;
	else if (reader_read(r, &in, str_span(&bytes), &e) < 0)
		n->n_broken++;
	else
		n->n_read++;
	for (i = 0; i < c.runs.n; i++) {
		for (k = 0; k < c.runs.p[i]->tests.n; k++)
			count_test(n, &c.runs.p[i]->tests.p[k]);
	}
	collect_release(&c);
	str_release(&bytes);
}

static void
count_below(struct counts *n, const char *dir, const char *end)
{
	struct dirent *ent;
	struct stat st;
	char path[4096];
	DIR *d = opendir(dir);

	while (d && (ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, ent->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			count_below(n, path, end);
		else if (span_ends(span_of(path), end) && st.st_size > 0)
			count_file(n, path);
	}
	if (d)
		closedir(d);
}

/* The figures of ../shared/samples/README.md, and what was looked at beside them. */
static const struct {
	const char *folder, *end;
	struct counts want;
} rows[] = {
	{ "junit/junit-plugin", ".xml",
	  { 51, 50, 0, 0, 1, 13746, 11258, 53, 2 } },
	{ "junit/junit-plugin/src/test/resources/hudson/tasks/junit/gh-237", ".xml",
	  { 2, 2, 0, 0, 0, 7, 1, 6, 1 } },
	{ "junit/flaky-test-handler", ".xml",
	  { 17, 17, 0, 0, 0, 6061, 6050, 10, 1 } },
	{ "junit/mikepenz-junit", ".xml",
	  { 37, 34, 3, 0, 0, 119, 56, 49, 5 } },
	{ "junit/dorny-test-reporter", ".xml",
	  { 26, 24, 0, 2, 0, 5224, 5138, 32, 0 } },
	{ "junit/nextest", ".xml",
	  { 3, 3, 0, 0, 0, 13, 7, 6, 1 } },
	{ "gotest/gotestsum/cmd/testdata", ".out",
	  { 6, 6, 0, 0, 0, 72, 50, 19, 3 } },
	{ "gotest/gotestsum/testjson/testdata/input", ".out",
	  { 9, 9, 0, 0, 0, 288, 213, 54, 0 } },
	{ "ctest", ".xml",
	  { 29, 29, 0, 0, 0, 460, 312, 24, 0 } },
	{ "tap", ".txt",
	  { 1, 1, 0, 0, 0, 2307, 2287, 1, 0 } },
};

static void
test_folder(size_t i)
{
	struct counts got = { .n_files = 0 };
	const struct counts *want = &rows[i].want;
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/%s", root, rows[i].folder);
	count_below(&got, dir, rows[i].end);
	if (got.n_files == 0) {
		printf("# no %s here\n", dir);
		return;
	}
	if (!CHECK(memcmp(&got, want, sizeof(got)) == 0))
		printf("  %s: { %u, %u, %u, %u, %u, %u, %u, %u, %u }\n", rows[i].folder, got.n_files, got.n_read,
		       got.n_broken, got.n_refused, got.n_unknown, got.n_attempts, got.n_passes, got.n_failing,
		       got.n_flaky);
}

int
main(void)
{
	size_t i;

	CHECK(ARRAY_LEN(rows) > 0);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		test_folder(i);
	return check_done();
}
