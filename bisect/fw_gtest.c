/*
 * GoogleTest programs: tests are chosen by a filter in a flag file, so that a
 * list may have any length; they run in the program's own order.  A program is
 * known by its --gtest_ options or by GoogleTest's texts inside it; it is never
 * started to find out.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "common/fs.h"

extern const struct framework fw_gtest;

enum { SCAN_MAX = 512 << 20, REPRO_BYTES = 2000, LOOK_WORDS = 6, FAILURE_LINES = 4 };

/* ---- whose command is it ---- */

static bool
holds_gtest(const char *p, size_t n)
{
	static const char *const marks[] = { "gtest_list_tests", "InitGoogleTest", "libgtest" };
	size_t i;

	if (n < 4 || memcmp(p, "\177ELF", 4) != 0)
		return false;
	for (i = 0; i < ARRAY_LEN(marks); i++) {
		if (memmem(p, n, marks[i], strlen(marks[i])))
			return true;
	}
	return false;
}

/* Whether the word is the path of a program with GoogleTest in it. */
static bool
is_program(const struct fw_command *c, const char *word)
{
	struct str path = STR_INIT(8192);
	struct stat st;
	bool yes = false;
	void *p;
	int fd;

	if (strchr(word, '/') == NULL)
		return false;
	if (word[0] != '/')
		str_addf(&path, "%s/", c->cwd);
	str_adds(&path, word);
	fd = path.over ? -1 : open(str_c(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    st.st_size <= SCAN_MAX) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p != MAP_FAILED) {
			yes = holds_gtest(p, (size_t)st.st_size);
			munmap(p, (size_t)st.st_size);
		}
	}
	if (fd >= 0)
		close(fd);
	str_release(&path);
	return yes;
}

static int
gtest_detect(const struct fw_command *c)
{
	size_t i;

	for (i = 1; c->argv[0] && c->argv[i]; i++) {
		if (strncmp(c->argv[i], "--gtest_", 8) == 0)
			return 80;
	}
	for (i = 0; c->argv[i] && i < LOOK_WORDS; i++) {
		if (is_program(c, c->argv[i]))
			return i == 0 ? 80 : 60;
	}
	return 0;
}

/* ---- the command ---- */

/* Options that would run other tests, twice, in another order, or say less. */
static bool
is_dropped(const char *word)
{
	static const char *const dropped[] = { "filter", "repeat", "shuffle", "fail_fast", "brief",
		"print_time", "list_tests", "color", "flagfile" };
	size_t i, n;

	if (strncmp(word, "--gtest_", 8) != 0)
		return false;
	for (i = 0; i < ARRAY_LEN(dropped); i++) {
		n = strlen(dropped[i]);
		if (strncmp(word + 8, dropped[i], n) == 0 && (word[8 + n] == '=' || word[8 + n] == '\0'))
			return true;
	}
	return false;
}

static bool
is_remarked(const char *word)
{
	return strncmp(word, "--gtest_repeat", 14) == 0 || strncmp(word, "--gtest_shuffle", 15) == 0 ||
	       strncmp(word, "--gtest_fail_fast", 17) == 0;
}

static void
add_command(struct argv_builder *b, const struct fw_command *c)
{
	size_t i;

	for (i = 0; c->argv[i]; i++) {
		if (!is_dropped(c->argv[i]))
			argv_add(b, c->argv[i]);
	}
}

/* Settings of the caller's environment do not count. */
static const char *const calm_env[] = {
	"GTEST_REPEAT=1", "GTEST_SHUFFLE=0", "GTEST_FAIL_FAST=0", "GTEST_BRIEF=0", "GTEST_COLOR=no",
	"GTEST_PRINT_TIME=1", "GTEST_TOTAL_SHARDS=1", "GTEST_SHARD_INDEX=0", NULL,
};

/* ---- the list ---- */

struct gtest_list {
	struct testlist *list;
	struct str suite;  /* with its point; "" before the first */
	bool disabled_too;
	uint32_t n_disabled;
};

/* Without a remark: "  # GetParam() = 3". */
static struct span
without_remark(struct span line)
{
	size_t at = span_find(line, "  # ");

	return span_trim((struct span){ line.p, at });
}

static bool
is_disabled(struct span name)
{
	struct span rest = name, part;

	while (span_next(&rest, '/', &part)) {
		if (span_starts(part, "DISABLED_"))
			return true;
	}
	return false;
}

/* "Suite." and, indented by two blanks, "Test". */
static void
gtest_list_line(void *data, struct span line)
{
	struct gtest_list *g = data;
	struct span name = without_remark(line);
	size_t n = g->suite.n;
	bool skip;

	if (!span_starts(line, "  ")) {
		str_clear(&g->suite);
		if (name.n > 1 && name.p[name.n - 1] == '.' && !memchr(name.p, ' ', name.n))
			str_addspan(&g->suite, name);
		return;
	}
	if (n == 0 || name.n == 0 || line.p[2] == ' ' || memchr(name.p, '\0', name.n))
		return;
	skip = !g->disabled_too && (is_disabled(name) || is_disabled(str_span(&g->suite)));
	str_addspan(&g->suite, name);
	if (skip)
		g->n_disabled++;
	else
		testlist_add(g->list, str_span(&g->suite));
	str_cut(&g->suite, n);
}

static int
gtest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct gtest_list g = { list, STR_INIT(STR_LINE),
	                        getenv("GTEST_ALSO_RUN_DISABLED_TESTS") != NULL, 0 };
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct fw_run run = { .env = calm_env, .line = gtest_list_line, .data = &g };
	size_t i;
	int ret;

	for (i = 0; c->argv[i]; i++) {
		if (strncmp(c->argv[i], "--gtest_also_run_disabled_tests", 31) == 0)
			g.disabled_too = true;
		if (is_remarked(c->argv[i]))
			str_addf(&c->note, "%s was left out\n", c->argv[i]);
		argv_add(&b, c->argv[i]);
	}
	argv_add(&b, "--gtest_list_tests");
	run.argv = argv_done(&b);
	ret = fw_run_well(c, &run, e);
	if (ret == 0 && testlist_count(list) == 0)
		ret = err_set(e, "'%s' lists no tests", c->argv[0]);
	if (g.n_disabled)
		str_addf(&c->note, "%u tests are disabled and left out\n", (unsigned)g.n_disabled);
	fw_run_release(&run);
	str_release(&g.suite);
	return ret;
}

/* ---- runs ---- */

static void
add_filter(struct str *out, const struct testlist *list, const uint32_t *tests, size_t n)
{
	size_t i;

	str_adds(out, "--gtest_filter=");
	for (i = 0; i < n; i++) {
		if (i)
			str_addc(out, ':');
		str_adds(out, testlist_name(list, tests[i]));
	}
}

/* The folder holds "flags" then. */
static int
write_flags(const char *path, const struct testlist *list, const uint32_t *tests, size_t n, struct err *e)
{
	struct str text = STR_INIT(STR_FILE);
	int ret;

	add_filter(&text, list, tests, n);
	str_addc(&text, '\n');
	ret = text.over ? err_set(e, "too many tests for a flag file")
	                : fs_write_scratch(path, str_span(&text), e);
	str_release(&text);
	return ret;
}

static int
gtest_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct job *job, struct err *e)
{
	struct argv_builder b = { &job->mem, VEC_INIT };
	struct str path = STR_INIT(8192);
	int ret;

	str_addf(&path, "%s/flags", job->dir);
	ret = write_flags(str_c(&path), list, tests, n, e);
	add_command(&b, c);
	argv_addf(&b, "--gtest_flagfile=%s", str_c(&path));
	job->argv = argv_done(&b);
	job->env = arena_alloc(&job->mem, sizeof(calm_env));
	memcpy(job->env, calm_env, sizeof(calm_env));
	str_release(&path);
	return ret;
}

/* ---- reading ---- */

/* What is read so far; in the reading's arena. */
struct gtest_reading {
	char *running;  /* the test that began and has not ended; NULL: none */
	char failure[2048]; /* "file:12: Failure ..." of the running test */
	size_t n_failure;
	int n_lines;    /* lines that still belong to it */
	bool ended;     /* "[==========] 3 tests from 2 test suites ran." */
};

static struct gtest_reading *
reading_of(struct reading *r)
{
	return reading_state(r, sizeof(struct gtest_reading));
}

/* A test may have printed something without a newline before gtest's own words. */
static bool
after_mark(struct span line, const char *mark, struct span *rest)
{
	size_t at = span_find(line, mark);

	if (at == line.n)
		return false;
	*rest = span_from(line, at + strlen(mark));
	return true;
}

/* "Suite.Test (12 ms)", "Suite.Test/0, where GetParam() = 3 (0 ms)": whether it is the end
 * of that test. */
static bool
is_end_of(struct span text, const char *name, int64_t *micros)
{
	size_t n = strlen(name), at;
	struct span ms;
	uint64_t x;

	if (!span_starts(text, name) || !span_ends(text, " ms)"))
		return false;
	if (!span_starts(span_from(text, n), " (") && !span_starts(span_from(text, n), ", where "))
		return false;
	for (at = text.n; at && text.p[at - 1] != '('; at--)
		;
	ms = span_from(text, at);
	ms.n -= 4;
	if (!span_u64(ms, &x) || x > INT64_MAX / 1000)
		return false;
	*micros = (int64_t)x * 1000;
	return true;
}

static void
add_failure(struct gtest_reading *x, struct span text)
{
	size_t room = sizeof(x->failure) - x->n_failure;

	text = span_trim(text);
	if (x->n_failure && room > 1) {
		x->failure[x->n_failure++] = ' ';
		room--;
	}
	if (text.n > room)
		text.n = room;
	memcpy(x->failure + x->n_failure, text.p ? text.p : "", text.n);
	x->n_failure += text.n;
}

static void
gtest_ends(struct reading *r, struct gtest_reading *x, enum test_status status, int64_t micros)
{
	reading_test(r, span_of(x->running), status, micros);
	if (status == TEST_FAIL)
		reading_message(r, x->n_failure ? (struct span){ x->failure, x->n_failure }
		                                : span_of(x->running));
	x->running = NULL;
}

static void
gtest_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	static const struct { const char *mark; enum test_status status; } ends[] = {
		{ "[       OK ] ", TEST_PASS }, { "[  FAILED  ] ", TEST_FAIL }, { "[  SKIPPED ] ", TEST_SKIP },
	};
	struct gtest_reading *x = reading_of(r);
	struct span rest;
	int64_t micros;
	size_t i;

	if (stream != 1)
		return;
	if (x->running == NULL) {
		if (after_mark(line, "[ RUN      ] ", &rest) && rest.n) {
			x->running = arena_copy(&r->mem, rest.p, rest.n);
			x->n_failure = 0;
			x->n_lines = 0;
		} else if (span_starts(line, "[==========] ") && span_find(line, " ran.") < line.n) {
			x->ended = true;
		}
		return;
	}
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (after_mark(line, ends[i].mark, &rest) && is_end_of(rest, x->running, &micros)) {
			gtest_ends(r, x, ends[i].status, micros);
			return;
		}
	}
	if (x->n_failure == 0 && span_ends(line, ": Failure"))
		x->n_lines = FAILURE_LINES;
	if (x->n_lines > 0) {
		add_failure(x, line);
		x->n_lines--;
	}
}

static int
gtest_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
             const struct job_end *end, struct err *e UNUSED)
{
	struct gtest_reading *x = reading_of(r);
	struct str text = STR_INIT(4096);
	bool failed = false;
	size_t i;

	/* The program came to its end, by a signal or by itself, inside a test. */
	if (x->running && (end->how == JOB_SIGNALLED || end->how == JOB_EXITED)) {
		str_addf(&text, "%s: the program ended in it, %s %d", x->running,
		         end->how == JOB_SIGNALLED ? "signal" : "exit status", end->code);
		reading_message(r, str_span(&text));
		gtest_ends(r, x, TEST_FAIL, -1);
	}
	for (i = 0; i < r->ends.n; i++)
		failed |= r->ends.p[i].status == TEST_FAIL;
	if (end->how == JOB_EXITED && !x->ended && !failed) {
		r->unresolved = "the program ended before its tests did";
	} else if (end->how == JOB_EXITED && end->code != 0 && !failed) {
		r->whole_failed = true;
		r->whole_kind = "exit status";
	}
	str_release(&text);
	return 0;
}

/* ---- to paste ---- */

static int
gtest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct str *out, struct err *e)
{
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str filter = STR_INIT(STR_FILE), path = STR_INIT(8192);
	size_t cwd = strlen(c->cwd), i;
	uint64_t h = n;
	const char *shown;
	int ret = 0;

	add_command(&b, c);
	add_filter(&filter, list, tests, n);
	if (filter.n <= REPRO_BYTES) {
		argv_add(&b, str_c(&filter));
	} else {
		for (i = 0; i < n; i++)
			h = (h ^ tests[i]) * 0x100000001b3u;
		str_addf(&path, "%s/repro-%08x.flags", c->dir, (unsigned)(h ^ h >> 32));
		ret = write_flags(str_c(&path), list, tests, n, e);
		shown = str_c(&path);
		if (strncmp(shown, c->cwd, cwd) == 0 && shown[cwd] == '/')
			shown += cwd + 1;
		argv_addf(&b, "--gtest_flagfile=%s", shown);
	}
	fw_add_words(out, argv_done(&b));
	str_release(&filter);
	str_release(&path);
	arena_release(&mem);
	return ret;
}

const struct framework fw_gtest = {
	.name = "gtest",
	.title = "a GoogleTest program",
	.package = "libgtest-dev",
	.flags = FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = gtest_detect,
	.list = gtest_list,
	.prepare = gtest_prepare,
	.line = gtest_line,
	.finish = gtest_finish,
	.repro = gtest_repro,
};
