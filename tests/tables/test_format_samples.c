/*
 * The formats on real files that nobody here wrote (../shared/samples, skipped with a word
 * where that is absent): how many tests, attempts and passes on a re-run each folder
 * has, which files are refused or broken, and what single files say of single tests.
 * (regrtest's logs have a table of their own: test_regrtest_samples.c.)
 */
#include "tests/unit/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What became of a file as a whole. */
static unsigned *
read_file(struct collect *c, const char *path, struct counts *n)
{
	struct reader_input in = { .to = c, .path = path };
	struct str bytes = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	const struct reader *r;
	unsigned *what;

	CHECK_INT(fs_read(&bytes, path, &e), 0);
	r = reader_detect(str_span(&bytes), path);
	if (r == NULL)
		what = &n->n_unknown;
	else if (r->refused)
		what = &n->n_refused;
	else
		what = reader_read(r, &in, str_span(&bytes), &e) < 0 ? &n->n_broken : &n->n_read;
	str_release(&bytes);
	return what;
}

static void
count_file(struct counts *n, const char *path)
{
	struct collect c = COLLECT_INIT;
	size_t i, k;

	n->n_files++;
	++*read_file(&c, path, n);
	for (i = 0; i < c.runs.n; i++) {
		for (k = 0; k < c.runs.p[i]->tests.n; k++)
			count_test(n, &c.runs.p[i]->tests.p[k]);
	}
	collect_release(&c);
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
	{ "actions", ".txt",
	  { 5, 5, 0, 0, 0, 465, 414, 6, 0 } },
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

/* ---- single tests ---- */

#define NODE "node-test-commit-linux-nodes=debian9-64-19446.txt"
#define JUNIT_PLUGIN "junit/junit-plugin/src/test/resources/hudson/tasks/junit/gh-237/TEST-io.olamy."
#define HANDLER "junit/flaky-test-handler/src/test/resources/com/google/jenkins/flakyTestHandler/junit/flaky-reports/"
#define REPORTS "junit/mikepenz-junit/test_results/"
#define GO "gotest/gotestsum/cmd/testdata/"
#define FLAKY_GO "gotest.tools/gotestsum/testdata/e2e/flaky.TestFails"

/* How the run of the test ended, its attempts ('+': the next are re-runs), how its message begins. */
static const struct said {
	const char *file;
	enum run_verdict verdict;
	bool truncated;
	const char *test, *letters, *message; /* test NULL: there is none */
} said[] = {
	/* An Actions job that was cancelled: no tests, and the machine's doing. */
	{ "actions/gha_cancellation_shutdown.txt", RUN_STOPPED, true, NULL, "", "" },
	/* A run that hung, whose second session has no end. */
	{ "actions/pytest_failure.txt", RUN_FAILED, true,
	  "distributed/test_c10d_spawn_gloo.py::TestDistributedNNFunctionsGloo::test_all_gather", "F",
	  "RuntimeError: Process 0 terminated or timed out after 310.0115718841553 seconds" },
	{ "actions/pytest_failure.txt", RUN_FAILED, true,
	  "distributed/test_c10d_spawn_gloo.py::TestDistributedNNFunctionsGloo::test_all_to_all", ".", "" },
	{ "actions/pytest_failures_section.txt", RUN_UNKNOWN, true,
	  "test_torch.py::TestTorchDeviceTypeCPU::test_cauchy_kstest_cpu_bfloat16", "F+FF",
	  "torch._dynamo.exc.TorchDynamoException: Unexpected exception when running generated GraphModule" },
	/* Its result stands behind a trace that it printed. */
	{ "actions/pytest_failures_section.txt", RUN_UNKNOWN, true, "test_torch.py::TestTorch::test_storage_slot_dealloc",
	  "S", "" },
	{ "actions/test_file_timeout.txt", RUN_FAILED, false, "inductor/test_torchinductor_opinfo", "T", "" },
	{ "actions/unittest_failed_consistently.txt", RUN_FAILED, false,
	  "dynamo/test_dynamic_shapes.py::DynamicShapesReproTests::"
	  "test_vars_traced_correctly_under_compile_dynamic_shapes",
	  "F", "torch._dynamo.exc.InternalTorchDynamoError: NameError: name 'cell_and_freevars' is not defined" },
	{ "actions/unittest_failed_consistently.txt", RUN_FAILED, false,
	  "dynamo/test_dynamic_shapes.py::DynamicShapesReproTests::test_vc_bumped_in_inference_graph_dynamic_shapes",
	  "P", "" },
	{ "tap/" NODE, RUN_FAILED, false, "sequential/test-inspector-port-zero-cluster", "F", "" },
	{ JUNIT_PLUGIN "FlakyTest.xml", RUN_PASSED, false, "io.olamy.FlakyTest.testApp", "F+FP", "" },
	{ JUNIT_PLUGIN "AlwaysFailTest.xml", RUN_FAILED, false, "io.olamy.AlwaysFailTest.testApp", "F+FFF", "" },
	{ HANDLER "flaky-report-1.xml", RUN_FAILED, false,
	  "test.foo.bar.DefaultIntegrationTest.experimentsWithJavaElements", "F+FP", "" },
	{ HANDLER "flaky-report-1.xml", RUN_FAILED, false, "test.foo.bar.BundleResolverIntegrationTest.testGetBundle",
	  "F+FF", "" },
	{ REPORTS "flaky_retries/flaky_with_classname_file.xml", RUN_PASSED, false, "test_foo.TestFoo.test_foo", "F+FP",
	  "" },
	{ REPORTS "junit-server-test/report.xml", RUN_PASSED, false,
	  "github.com/example/example/server/v8/channels/api4.TestWebSocketReconnectRace", "F+P", "" },
	{ "junit/nextest/fixtures/fixture-project-junit.xml", RUN_FAILED, false,
	  "fixture-project::basic.test_failure_assert", "F+FF", "" },
	{ "junit/nextest/fixtures/fixture-project-junit.xml", RUN_FAILED, false,
	  "fixture-project::basic.test_flaky_mod_4", "F+FFP", "" },
	{ GO "go-test-json-flaky-rerun.out", RUN_PASSED, false, FLAKY_GO "Rarely", "F+P", "" },
	{ GO "go-test-json-flaky-rerun.out", RUN_PASSED, false, FLAKY_GO "Sometimes", "F+FP", "" },
	{ GO "go-test-json-flaky-rerun.out", RUN_PASSED, false, FLAKY_GO "Often", "F+FFP", "" },
};

static void
letters_of(struct str *out, const struct run_test *t)
{
	bool rerun = false;
	size_t i;

	str_clear(out);
	for (i = 0; i < t->attempts.n; i++) {
		if (t->attempts.p[i].rerun && !rerun)
			str_addc(out, '+');
		rerun |= t->attempts.p[i].rerun;
		str_addc(out, outcome_letter(t->attempts.p[i].outcome));
	}
}

/* The run that holds the test; test NULL: the only run. */
static const struct run *
find_said(const struct collect *c, const char *test, const struct run_test **found)
{
	size_t i, k;

	*found = NULL;
	for (i = 0; i < c->runs.n; i++) {
		for (k = 0; test && k < c->runs.p[i]->tests.n; k++) {
			*found = &c->runs.p[i]->tests.p[k];
			if (span_is((*found)->name, test))
				return c->runs.p[i];
		}
	}
	*found = NULL;
	return test == NULL && c->runs.n == 1 && c->runs.p[0]->tests.n == 0 ? c->runs.p[0] : NULL;
}

static void
test_said(const struct said *row)
{
	struct collect c = COLLECT_INIT;
	struct counts n = { .n_files = 0 };
	struct str got = STR_INIT(STR_LINE);
	const struct run_test *t;
	const struct run *r;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", root, row->file);
	read_file(&c, path, &n);
	r = find_said(&c, row->test, &t);
	if (CHECK(r != NULL) && t) {
		letters_of(&got, t);
		CHECK_STR(str_c(&got), row->letters);
		CHECK(span_starts(t->message, row->message));
	}
	if (!(r && CHECK_INT(r->verdict, row->verdict) && CHECK_INT(r->truncated, row->truncated)))
		printf("  %s: %s\n", row->file, row->test ? row->test : "no test");
	collect_release(&c);
	str_release(&got);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		test_folder(i);
	for (i = 0; i < ARRAY_LEN(said) && access(root, R_OK) == 0; i++)
		test_said(&said[i]);
	CHECK(i == ARRAY_LEN(said) || access(root, R_OK) < 0);
	return check_done();
}
