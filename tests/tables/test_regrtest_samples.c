/*
 * Reads real logs of CPython's suites (../shared/samples, beside the project, not part
 * of it) and compares each column of their expected.csv.  Catches a test that is taken
 * for flaky, or not, on logs that nobody here wrote.
 */
#include "tests/unit/check.h"

#include <unistd.h>

#include "triage/reader.h"
#include "triage/warn.h"

static const char root[] = "../shared/samples";
static const char *case_name;

static bool
slurp(struct str *out, const char *command)
{
	char chunk[4096];
	size_t n;
	FILE *f = popen(command, "r");

	str_clear(out);
	while (f && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		str_add(out, chunk, n);
	return f && pclose(f) == 0;
}

/* The log, stored plain or as NAME.gz, read as whatever it is taken for. */
static bool
read_log(struct collect *c, const char *folder, struct span file)
{
	struct str bytes = STR_INIT(STR_FILE), command = STR_INIT(STR_LINE);
	struct warn *warn = warn_load(NULL, NULL);
	struct reader_input in = { .to = c, .path = "", .warn = warn };
	struct err e = ERR_INIT;
	const struct reader *row;
	bool ok;

	str_addf(&command, "f='%s/%s/%.*s'; if [ -e \"$f\" ]; then cat \"$f\"; else gzip -dc \"$f.gz\"; fi", root, folder,
	         (int)file.n, file.p);
	ok = CHECK(slurp(&bytes, str_c(&command)));
	row = reader_detect(str_span(&bytes), "");
	ok = ok && CHECK(row && strcmp(row->name, "regrtest") == 0);
	ok = ok && CHECK_INT(reader_read(row, &in, str_span(&bytes), &e), 0);
	str_release(&bytes);
	str_release(&command);
	warn_free(warn);
	return ok;
}

enum which { FIRST, LAST, ON_RERUN };

static bool
is_of(const struct run_test *t, enum which which)
{
	size_t i, n = t->attempts.n;
	enum evidence first = outcome_evidence(t->attempts.p[0].outcome);

	if (which != ON_RERUN)
		return outcome_evidence(t->attempts.p[which == FIRST ? 0 : n - 1].outcome) == EVIDENCE_FAIL;
	for (i = 1; i < n; i++) {
		if (first == EVIDENCE_FAIL && t->attempts.p[i].rerun &&
		    outcome_evidence(t->attempts.p[i].outcome) == EVIDENCE_PASS)
			return true;
	}
	return false;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of such tests, sorted, with blanks between. */
static void
names_of(struct str *out, const struct run *r, enum which which)
{
	VEC(char *) names = VEC_INIT;
	size_t i;

	str_clear(out);
	for (i = 0; i < r->tests.n; i++) {
		if (is_of(&r->tests.p[i], which))
			vec_push(&names, xmemdup0(r->tests.p[i].name.p, r->tests.p[i].name.n));
	}
	if (names.n)
		qsort(names.p, names.n, sizeof(*names.p), by_text);
	for (i = 0; i < names.n; i++) {
		str_addf(out, "%s%s", i ? " " : "", names.p[i]);
		free(names.p[i]);
	}
	vec_release(&names);
}

static void
check_names(const struct run *r, enum which which, struct span want)
{
	struct str got = STR_INIT(STR_FILE), expected = STR_INIT(STR_FILE);

	str_addspan(&expected, want);
	names_of(&got, r, which);
	if (!CHECK_STR(str_c(&got), str_c(&expected)))
		printf("  in %s, column %d\n", case_name, which);
	str_release(&got);
	str_release(&expected);
}

static void
check_result(const struct run *r, struct span want)
{
	enum run_verdict v = span_is(want, "TRUNCATED") ? RUN_UNKNOWN : span_ends(want, "SUCCESS") ? RUN_PASSED : RUN_FAILED;

	if (!CHECK_INT(r->verdict, v) || !CHECK_INT(r->truncated, v == RUN_UNKNOWN))
		printf("  in %s\n", case_name);
}

static struct span
column(struct span row, unsigned n)
{
	struct span part = { "", 0 };

	while (span_next(&row, ',', &part) && n-- > 0)
		;
	return part;
}

static uint64_t
as_number(struct span x)
{
	uint64_t n = 0;

	return span_u64(x, &n) ? n : 0;
}

/* "run=435/437 skipped=13": as many test files as there were. */
static void
check_total(const struct run *r, struct span want)
{
	size_t at = span_find(want, "/");
	struct span total = span_from(want, at + 1);

	if (at == want.n)
		return;
	total.n = span_find(total, " ");
	if (!CHECK_INT(r->tests.n, as_number(total)))
		printf("  in %s\n", case_name);
}

/* file,python,built,package,version,arch,run_in_file,runs_in_file,result,failed first, failed
 * last,passed on re-run,totals */
static void
check_builds(struct span row)
{
	struct collect c = COLLECT_INIT;
	struct span file = column(row, 0);
	uint64_t run = as_number(column(row, 6));
	const struct run *r;

	file = span_from(file, span_find(file, "/") + 1);
	if (read_log(&c, "regrtest", file) && CHECK_INT(c.runs.n, as_number(column(row, 7)))) {
		r = c.runs.p[run - 1];
		check_result(r, column(row, 8));
		check_names(r, FIRST, column(row, 9));
		check_names(r, LAST, column(row, 10));
		check_names(r, ON_RERUN, column(row, 11));
		check_total(r, column(row, 12));
	}
	collect_release(&c);
}

/* log,python,result,n,failed first,failed at end ("?": unknown),passed on re-run */
static void
check_reruns(struct span row)
{
	struct collect c = COLLECT_INIT;

	if (read_log(&c, "regrtest-reruns", column(row, 0)) && CHECK_INT(c.runs.n, 1)) {
		check_result(c.runs.p[0], column(row, 2));
		check_names(c.runs.p[0], FIRST, column(row, 4));
		if (!span_is(column(row, 5), "?"))
			check_names(c.runs.p[0], LAST, column(row, 5));
		check_names(c.runs.p[0], ON_RERUN, column(row, 6));
	}
	collect_release(&c);
}

static void
each_row(const char *folder, void (*check)(struct span row))
{
	struct str text = STR_INIT(STR_FILE), command = STR_INIT(STR_LINE);
	struct span rest, row;
	char name[64];

	str_addf(&command, "cat '%s/%s/expected.csv'", root, folder);
	if (!CHECK(slurp(&text, str_c(&command))))
		printf("  %s has no expected.csv\n", folder);
	rest = str_span(&text);
	span_next(&rest, '\n', &row);
	while (span_next(&rest, '\n', &row)) {
		row = span_trim(row);
		snprintf(name, sizeof(name), "%.*s", (int)(row.n < 60 ? row.n : 60), row.p);
		case_name = name;
		if (row.n)
			check(row);
	}
	str_release(&text);
	str_release(&command);
}

/* ---- short excerpts ---- */

static void
check_excerpt(const char *file, enum run_verdict verdict, const char *test, const char *letters)
{
	struct collect c = COLLECT_INIT;
	struct str got = STR_INIT(64);
	const struct run_test *t;
	uint32_t i;
	size_t k;

	case_name = file;
	if (read_log(&c, "regrtest", span_of(file))) {
		CHECK_INT(collect_run(&c)->verdict, verdict);
		i = collect_find(&c, span_of(test));
		t = i == UINT32_MAX ? NULL : &collect_run(&c)->tests.p[i];
		for (k = 0; t && k < t->attempts.n; k++)
			str_addf(&got, "%s%c", t->attempts.p[k].rerun ? "+" : "", outcome_letter(t->attempts.p[k].outcome));
		if (!CHECK_STR(str_c(&got), letters))
			printf("  %s in %s\n", test, file);
	}
	str_release(&got);
	collect_release(&c);
}

static void
check_excerpts(void)
{
	check_excerpt("3.13.1.rerun-in-subprocesses.head.txt", RUN_UNKNOWN, "test_ctypes", "F+F");
	check_excerpt("3.7-dev-2017.env-changed.txt", RUN_FAILED, "test_os", "E");
	check_excerpt("3.8-riscv.interrupted.txt", RUN_STOPPED, "test_multiprocessing_fork", "F");
	check_excerpt("3.9.16.failure-then-failure.tail.txt", RUN_UNKNOWN, "test_urllib2", "F+.");
	check_excerpt("main-2023-08-28.failure-then-success.tail.txt", RUN_PASSED, "test_tools", "F+P");
}

int
main(void)
{
	if (access(root, R_OK) < 0)
		CHECK_SKIP("no ../shared/samples beside the project");
	each_row("regrtest", check_builds);
	each_row("regrtest-reruns", check_reruns);
	check_excerpts();
	return check_done();
}
