/*
 * ctest: tests by their numbers, in a file for -I.  Every run has a test folder
 * of its own that includes the real one, so that runs side by side do not write
 * the same logs; a COST there sets the order, which ctest keeps except where
 * DEPENDS and fixtures say otherwise.  What ran is read from the output.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdio.h>
#include <unistd.h>

#include "bisect/fw_ctest_in.h"
#include "bisect/fw_tool.h"
#include "common/fs.h"

extern const struct framework fw_ctest;

enum { REPRO_NUMBERS = 40, LAST_LINE_MAX = 500, COST_BASE = 1 << 20 };

static int
ctest_detect(const struct fw_command *c)
{
	return c->argv[0] && fw_program_is(c->argv[0], "ctest") ? 90 : 0;
}

static int
ctest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct ctest *s = ctest_state(c, e);
	uint32_t i;

	for (i = 0; s && i < s->n; i++)
		testlist_add(list, span_of(s->names[i]));
	if (s && s->n_doubles)
		str_addf(&c->note, "%u tests share their names with others and run together with them\n",
		         (unsigned)s->n_doubles);
	return s ? 0 : -1;
}

/* ---- a folder for one run ---- */

/* A bracket argument of CMake: the text as it is, whatever is in it. */
static void
add_bracket(struct str *out, struct span text)
{
	char mark[64] = "]";
	size_t n = 1;

	/* A closing bracket that the text does not hold. */
	do {
		mark[n++] = '=';
		mark[n] = ']';
		mark[n + 1] = '\0';
	} while (n < sizeof(mark) - 3 && span_find(text, mark) < text.n);
	mark[0] = mark[n] = '[';
	str_adds(out, mark);
	str_addspan(out, text);
	mark[0] = mark[n] = ']';
	str_adds(out, mark);
}

/* Whether a serial ctest runs them in this order by itself. */
static bool
is_natural(const struct ctest *s, const struct testlist *list, const uint32_t *tests, size_t n)
{
	const struct ctest_name *name;
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		name = ctest_find(s, testlist_name(list, tests[i]));
		if (name && name->place < last)
			return false;
		if (name)
			last = name->place;
	}
	return true;
}

static void
add_costs(struct str *text, const struct testlist *list, const uint32_t *tests, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		str_adds(text, "set_tests_properties(");
		add_bracket(text, span_of(testlist_name(list, tests[i])));
		str_addf(text, " PROPERTIES COST %zu)\n", COST_BASE + n - i);
	}
}

/* The line "BuildDirectory: ..." would lead ctest away from the new folder. */
static void
copy_configuration(struct str *to, struct span from)
{
	struct span line;

	while (span_next(&from, '\n', &line)) {
		if (span_starts(line, "BuildDirectory:"))
			continue;
		str_addspan(to, line);
		str_addc(to, '\n');
	}
}

static int
put_file(const char *folder, const char *name, const struct str *text, struct err *e)
{
	struct str path = STR_INIT(8192);
	int ret;

	str_addf(&path, "%s/%s", folder, name);
	ret = text->over ? err_set(e, "'%s' would be too large", str_c(&path))
	                 : fs_write_scratch(str_c(&path), str_span(text), e);
	str_release(&path);
	return ret;
}

/* What else of the build folder ctest reads, seen from the new one. */
static int
put_settings(const struct ctest *s, const char *folder, struct err *e)
{
	static const char *const files[] = { "DartConfiguration.tcl", "CTestConfiguration.ini",
	                                     "CTestCustom.cmake", "CTestCustom.ctest" };
	struct str path = STR_INIT(8192), text = STR_INIT(STR_FILE), old = STR_INIT(STR_FILE);
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < ARRAY_LEN(files); i++) {
		str_clear(&path);
		str_clear(&text);
		str_clear(&old);
		str_addf(&path, "%s/%s", s->folder, files[i]);
		if (access(str_c(&path), R_OK) < 0)
			continue;
		if (i < 2) {
			ret = fs_read(&old, str_c(&path), e);
			copy_configuration(&text, str_span(&old));
		} else {
			str_adds(&text, "include(");
			add_bracket(&text, str_span(&path));
			str_adds(&text, ")\n");
		}
		if (ret == 0)
			ret = put_file(folder, files[i], &text, e);
	}
	str_release(&path);
	str_release(&text);
	str_release(&old);
	return ret;
}

static int
put_folder(const struct ctest *s, const char *folder, const struct testlist *list,
           const uint32_t *tests, size_t n, struct err *e)
{
	struct str text = STR_INIT(STR_FILE);
	int ret;

	str_adds(&text, "subdirs(");
	add_bracket(&text, span_of(s->folder));
	str_adds(&text, ")\n");
	if (!is_natural(s, list, tests, n))
		add_costs(&text, list, tests, n);
	ret = put_file(folder, "CTestTestfile.cmake", &text, e);
	if (ret == 0)
		ret = put_settings(s, folder, e);
	str_release(&text);
	return ret;
}

/* "0,0,0,3,7,": no range, then numbers; without the last comma ctest may miss one. */
static void
add_numbers(struct str *out, const struct ctest *s, const struct testlist *list,
            const uint32_t *tests, size_t n)
{
	const struct ctest_name *name;
	size_t i, k;

	str_adds(out, "0,0,0,");
	for (i = 0; i < n; i++) {
		name = ctest_find(s, testlist_name(list, tests[i]));
		for (k = 0; name && name->numbers[k]; k++)
			str_addf(out, "%u,", name->numbers[k]);
	}
}

/* ---- runs ---- */

static int
ctest_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct job *job, struct err *e)
{
	static const char *const env[] = { "CTEST_PROGRESS_OUTPUT=0", NULL };
	struct ctest *s = ctest_state(c, e);
	struct argv_builder b = { &job->mem, VEC_INIT };
	struct str numbers = STR_INIT(STR_FILE);
	size_t i;
	int ret = -1;

	if (s == NULL)
		return -1;
	add_numbers(&numbers, s, list, tests, n);
	str_addc(&numbers, '\n');
	if (put_folder(s, job->dir, list, tests, n, e) < 0 ||
	    put_file(job->dir, "numbers", &numbers, e) < 0)
		goto out;
	for (i = 0; s->argv[i]; i++)
		argv_add(&b, s->argv[i]);
	argv_add(&b, "--output-on-failure");
	argv_add(&b, "--test-dir");
	argv_add(&b, job->dir);
	argv_add(&b, "-I");
	argv_addf(&b, "%s/numbers", job->dir);
	job->argv = argv_done(&b);
	job->env = arena_alloc(&job->mem, sizeof(env));
	memcpy(job->env, env, sizeof(env));
	ret = 0;
out:
	str_release(&numbers);
	return ret;
}

/* ---- reading ---- */

/* What is read so far; in the reading's arena. */
struct ctest_reading {
	uint64_t n_ends, total; /* "3/17": results come with rising first number */
	bool failing;           /* output of a failed test may follow */
	struct str failure;     /* NAME: STATUS[: last line of its output] */
	char last[LAST_LINE_MAX];
	size_t n_last;
};

struct ctest_end { uint64_t at, total; struct span name, status; int64_t micros; };

/* Takes "WORD" and the blanks around it off the front. */
static bool
skip_word(struct span *x, const char *word)
{
	*x = span_trim(*x);
	if (!span_starts(*x, word))
		return false;
	*x = span_trim(span_from(*x, strlen(word)));
	return true;
}

static bool
take_number(struct span *x, uint64_t *out)
{
	size_t n = 0;

	while (n < x->n && x->p[n] >= '0' && x->p[n] <= '9')
		n++;
	if (!span_u64((struct span){ x->p, n }, out))
		return false;
	*x = span_from(*x, n);
	return true;
}

/* "0.01 sec" at the end. */
static bool
take_seconds(struct span *x, int64_t *micros)
{
	struct span number;
	uint64_t whole, part;
	size_t at;

	if (!span_ends(*x, " sec"))
		return false;
	*x = span_trim((struct span){ x->p, x->n - 4 });
	for (at = x->n; at && x->p[at - 1] != ' '; at--)
		;
	number = span_from(*x, at);
	x->n = at;
	if (!take_number(&number, &whole) || !span_starts(number, ".") || number.n != 3 ||
	    !span_u64(span_from(number, 1), &part) || whole > INT64_MAX / 2000000)
		return false;
	*micros = (int64_t)(whole * 1000000 + part * 10000);
	return true;
}

/* "name ......   Passed" or "name ...***Failed": the name ends before a blank and dots.  A
 * name may look like that itself, so one that is in the list is preferred. */
static bool
split_name(struct ctest_end *end, struct span rest, const struct testlist *list)
{
	struct span tail, name;
	size_t at, dots;
	bool any = false;

	for (at = 1; at < rest.n; at++) {
		tail = span_from(rest, at);
		if (rest.p[at - 1] != '.' || !(span_starts(tail, "***") || span_starts(tail, "   Passed")))
			continue;
		for (dots = at; dots && rest.p[dots - 1] == '.'; dots--)
			;
		if (dots < 2 || rest.p[dots - 1] != ' ')
			continue;
		name = (struct span){ rest.p, dots - 1 };
		if (any && testlist_find(list, name) == TESTLIST_NONE)
			continue;
		end->name = name;
		end->status = span_trim(span_starts(tail, "***") ? span_from(tail, 3) : tail);
		any = true;
		if (testlist_find(list, name) != TESTLIST_NONE)
			break;
	}
	return any;
}

/* " 3/17 Test  #5: name ....   Passed    0.01 sec"; micros -1 when the time is not there. */
static bool
parse_end(struct ctest_end *end, struct span line, const struct testlist *list)
{
	uint64_t number;

	line = span_trim(line);
	if (!take_number(&line, &end->at) || !skip_word(&line, "/") || !take_number(&line, &end->total) ||
	    !skip_word(&line, "Test") || !skip_word(&line, "#") || !take_number(&line, &number) ||
	    !span_starts(line, ": "))
		return false;
	line = span_from(line, 2);
	end->micros = -1;
	if (take_seconds(&line, &end->micros))
		return split_name(end, line, list);
	/* What a test printed, or should have, is told on several lines. */
	return split_name(end, line, list) && span_starts(end->status, "Failed  ") &&
	       span_find(end->status, "Regex=[") < end->status.n;
}

static enum test_status
status_of(struct span status)
{
	if (span_is(status, "Passed"))
		return TEST_PASS;
	if (span_is(status, "Skipped") || span_starts(status, "Not Run (Disabled)"))
		return TEST_SKIP;
	return TEST_FAIL;
}

static struct ctest_reading *
reading_of(struct reading *r)
{
	return reading_state(r, sizeof(struct ctest_reading));
}

static void
end_failure(struct reading *r, struct ctest_reading *x)
{
	if (!x->failing)
		return;
	x->failing = false;
	if (x->n_last) {
		str_adds(&x->failure, ": ");
		str_add(&x->failure, x->last, x->n_last);
	}
	reading_message(r, str_span(&x->failure));
	str_release(&x->failure);
	x->n_last = 0;
}

static void
ctest_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	struct ctest_reading *x = reading_of(r);
	struct ctest_end end;
	struct span text = span_trim(line);

	if (stream != 1)
		return;
	if (!parse_end(&end, line, r->list) || end.at != x->n_ends + 1 ||
	    (x->total && end.total != x->total)) {
		if (span_starts(text, "Start ") || span_find(text, "% tests passed, ") < text.n) {
			end_failure(r, x);
		} else if (x->failing && text.n) {
			x->n_last = text.n < LAST_LINE_MAX ? text.n : LAST_LINE_MAX;
			memcpy(x->last, text.p, x->n_last);
		}
		return;
	}
	end_failure(r, x);
	x->n_ends++;
	x->total = end.total;
	reading_test(r, end.name, status_of(end.status), end.micros);
	if (status_of(end.status) == TEST_FAIL && r->message.n == 0) {
		x->failing = true;
		x->failure = (struct str)STR_INIT(4096);
		str_addspan(&x->failure, end.name);
		str_adds(&x->failure, ": ");
		str_addspan(&x->failure, end.status);
	}
}

static int
ctest_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
             const struct job_end *end, struct err *e UNUSED)
{
	struct ctest_reading *x = reading_of(r);
	bool failed = false;
	size_t i;

	end_failure(r, x);
	for (i = 0; i < r->ends.n; i++)
		failed |= r->ends.p[i].status == TEST_FAIL;
	if (end->how == JOB_EXITED && x->n_ends == 0)
		r->unresolved = "ctest ran no test";
	else if (end->how == JOB_EXITED && x->n_ends < x->total)
		r->unresolved = "ctest broke off";
	else if (end->how == JOB_EXITED && end->code != 0 && !failed)
		r->unresolved = "ctest ended with an error, and no test failed";
	return 0;
}

/* ---- to paste ---- */

static const char *
shorter(const struct fw_command *c, const char *path)
{
	size_t n = strlen(c->cwd);

	return strncmp(path, c->cwd, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* A folder that stays, for an order that ctest does not have or a long list. */
static const char *
repro_folder(struct fw_command *c, const struct ctest *s, const struct testlist *list,
             const uint32_t *tests, size_t n, const struct str *numbers, struct err *e)
{
	struct str path = STR_INIT(8192);
	uint64_t h = n;
	const char *folder = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ tests[i]) * 0x100000001b3u;
	str_addf(&path, "%s/repro-%08x", c->dir, (unsigned)(h ^ h >> 32));
	if (fs_mkdirs(str_c(&path), e) == 0 && put_folder(s, str_c(&path), list, tests, n, e) == 0 &&
	    put_file(str_c(&path), "numbers", numbers, e) == 0)
		folder = arena_copy(&c->mem, str_c(&path), path.n);
	str_release(&path);
	return folder;
}

static int
ctest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct str *out, struct err *e)
{
	struct ctest *s = ctest_state(c, e);
	struct str numbers = STR_INIT(STR_FILE);
	const char *folder;
	int ret = -1;

	if (s == NULL)
		return -1;
	add_numbers(&numbers, s, list, tests, n);
	fw_add_words(out, s->argv);
	if (n <= REPRO_NUMBERS && is_natural(s, list, tests, n)) {
		if (strcmp(s->folder, c->cwd) != 0) {
			str_adds(out, " --test-dir ");
			str_add_shell(out, shorter(c, s->folder));
		}
		str_addf(out, " -I %s", str_c(&numbers));
		ret = 0;
		goto out;
	}
	str_addc(&numbers, '\n');
	folder = repro_folder(c, s, list, tests, n, &numbers, e);
	if (folder == NULL)
		goto out;
	str_adds(out, " --test-dir ");
	str_add_shell(out, shorter(c, folder));
	/* Seen from that folder, where ctest goes first. */
	str_adds(out, " -I numbers");
	ret = 0;
out:
	str_release(&numbers);
	return ret;
}

const struct framework fw_ctest = {
	.name = "ctest",
	.title = "CTest 3.21 and later, tests by their numbers",
	.package = "cmake",
	.flags = FW_ORDER | FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = ctest_detect,
	.list = ctest_list,
	.prepare = ctest_prepare,
	.line = ctest_line,
	.finish = ctest_finish,
	.repro = ctest_repro,
};
