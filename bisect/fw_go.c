/*
 * go test: top-level tests, examples and fuzz seeds, as PACKAGE.TestName.  The
 * packages are built once (go links a test program anew at each `go test`,
 * which takes longer than most tests), then their programs are run directly, in
 * the folders and with the arguments that go would give them.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdlib.h>

#include "bisect/fw_go_in.h"
#include "bisect/fw_parts.h"
#include "bisect/fw_tool.h"

extern const struct framework fw_go;

enum { LOG_MAX = 1000 };

static int
go_detect(const struct fw_command *c)
{
	return c->argv[0] && fw_program_is(c->argv[0], "go") && c->argv[1] &&
	       strcmp(c->argv[1], "test") == 0 ? 90 : 0;
}

static int
go_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct go *s = go_state(c, e);
	struct str name = STR_INIT(STR_LINE);
	size_t i, k;

	for (i = 0; s && i < s->n_packages; i++) {
		for (k = 0; s->packages[i].tests[k]; k++) {
			str_clear(&name);
			str_addf(&name, "%s.%s", s->packages[i].path, s->packages[i].tests[k]);
			testlist_add(list, str_span(&name));
		}
	}
	for (i = 2; s && c->argv[i]; i++) {
		if (strstr(c->argv[i], "-shuffle") || strstr(c->argv[i], "-failfast") ||
		    strstr(c->argv[i], "-bench"))
			str_addf(&c->note, "%s was left out\n", c->argv[i]);
	}
	if (s && s->n_packages > 1)
		str_adds(&c->note, "packages run one after another (as with -p 1)\n");
	str_release(&name);
	return s ? 0 : -1;
}

/* ---- choosing ---- */

/* Adds an expression that matches exactly these names from their byte at on; they are sorted,
 * different, and equal up to there.  A common beginning is written once. */
static void
add_names(struct str *out, const char *const *names, size_t n, size_t at)
{
	size_t same = at, i, from;

	while (names[0][same] && names[0][same] == names[n - 1][same])
		same++;
	str_add(out, names[0] + at, same - at);
	if (n == 1)
		return;
	str_adds(out, "(?:");
	for (from = 0; from < n; from = i) {
		for (i = from + 1; i < n && names[i][same] == names[from][same]; i++)
			;
		if (from)
			str_addc(out, '|');
		add_names(out, names + from, i - from, same);
	}
	str_addc(out, ')');
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts names. */
static void
add_pattern(struct str *out, const char **names, size_t n)
{
	size_t i, k = 0;
	bool plain = true;

	qsort(names, n, sizeof(*names), by_name);
	for (i = 1; i < n; i++) {
		if (strcmp(names[i], names[k]) != 0)
			names[++k] = names[i];
	}
	n = k + 1;
	for (i = 0; i < n; i++) {
		for (k = 0; names[i][k]; k++)
			plain &= (names[i][k] & 0x80) == 0;
	}
	str_adds(out, "^(?:");
	if (plain) {
		add_names(out, names, n, 0);
	} else {
		/* A character of several bytes must not be cut. */
		for (i = 0; i < n; i++)
			str_addf(out, "%s%s", i ? "|" : "", names[i]);
	}
	str_adds(out, ")$");
}

/* PACKAGE.Name: the last point, as names hold none. */
static const char *
split(const char *test, struct span *package)
{
	const char *point = strrchr(test, '.');

	*package = (struct span){ test, point ? (size_t)(point - test) : 0 };
	return point ? point + 1 : test;
}

static size_t
count_tests(const struct go_package *p)
{
	return fw_argc((const char *const *)p->tests);
}

/* The package's asked tests: their names in an array that the caller frees. */
static const char **
asked_of(const struct go_package *p, const struct testlist *list, const uint32_t *tests, size_t n,
         size_t *n_names)
{
	const char **names = xcalloc(n + 1, sizeof(*names)), *name;
	struct span package;
	size_t i;

	*n_names = 0;
	for (i = 0; i < n; i++) {
		name = split(testlist_name(list, tests[i]), &package);
		if (span_is(package, p->path))
			names[(*n_names)++] = name;
	}
	return names;
}

static int
go_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
           struct job *job, struct err *e)
{
	struct go *s = go_state(c, e);
	VEC(struct fw_part) parts = VEC_INIT;
	struct str pattern = STR_INIT(STR_FILE);
	size_t i, k, n_names;
	int ret;

	for (i = 0; s && i < s->n_packages; i++) {
		struct go_package *p = &s->packages[i];
		const char **names = asked_of(p, list, tests, n, &n_names);
		struct argv_builder b = { &job->mem, VEC_INIT };

		if (n_names) {
			argv_addf(&b, "%s/test", p->program);
			for (k = 0; p->args[k] && strncmp(p->args[k], "-test.", 6) == 0; k++)
				argv_add(&b, p->args[k]);
			argv_add(&b, "-test.v=true");
			str_clear(&pattern);
			if (n_names < count_tests(p))
				add_pattern(&pattern, names, n_names);
			else
				str_adds(&pattern, "^(?:Test|Example|Fuzz)");
			argv_addf(&b, "-test.run=%s", str_c(&pattern));
			for (; p->args[k]; k++)
				argv_add(&b, p->args[k]);
			vec_push(&parts, ((struct fw_part){ p->path, p->dir, NULL, argv_done(&b) }));
		}
		free(names);
	}
	ret = s == NULL ? -1 : fw_parts_prepare(job, parts.p, parts.n, "name fewer tests with -run", e);
	vec_release(&parts);
	str_release(&pattern);
	return ret;
}

/* ---- reading ---- */

/* What is read so far; in the reading's arena. */
struct go_reading {
	struct span package;   /* of the part that runs; NULL: none */
	char *running;         /* the last test that began, without its end; NULL: none */
	char log[LOG_MAX];     /* the last line "    file_test.go:12: words" */
	size_t n_log;
	char failure[LOG_MAX]; /* that line of the first failed test */
	size_t n_failure;
	bool panicked;         /* failure holds a panic */
	bool broke_off;        /* a part ended badly, and no test of it failed */
	bool part_failed;      /* a test of this part failed */
	bool ended;            /* a part came to its end */
};

static struct go_reading *
reading_of(struct reading *r)
{
	return reading_state(r, sizeof(struct go_reading));
}

static size_t
keep(char *to, struct span text)
{
	size_t n = text.n < LOG_MAX ? text.n : LOG_MAX;

	memcpy(to, text.p ? text.p : "", n);
	return n;
}

static void
go_ends(struct reading *r, struct go_reading *x, struct span name, enum test_status status, int64_t micros)
{
	struct str full = STR_INIT(STR_LINE);

	str_addspan(&full, x->package);
	str_addc(&full, '.');
	str_addspan(&full, name);
	reading_test(r, str_span(&full), status, micros);
	if (status == TEST_FAIL) {
		x->part_failed = true;
		if (x->n_failure == 0)
			x->n_failure = keep(x->failure, x->n_log ? (struct span){ x->log, x->n_log } : name);
	}
	if (x->running && span_is(name, x->running))
		x->running = NULL;
	x->n_log = 0;
	str_release(&full);
}

/* "TestName (0.01s)" */
static bool
parse_end(struct span text, struct span *name, int64_t *micros)
{
	size_t at = span_find(text, " (");
	struct span number, whole;
	uint64_t s, part;

	*name = (struct span){ text.p, at };
	number = span_from(text, at + 2);
	if (at == 0 || number.n < 3 || !span_ends(number, "s)") || memchr(name->p, '/', at))
		return false;
	number.n -= 2;
	if (!span_next(&number, '.', &whole) || !span_u64(whole, &s) || number.n != 2 ||
	    !span_u64(number, &part) || s > INT64_MAX / 2000000)
		return false;
	*micros = (int64_t)(s * 1000000 + part * 10000);
	return true;
}

static void
part_ends(struct reading *r, struct go_reading *x, int status)
{
	/* It exited, or died, inside a test. */
	if (x->running && status != 0)
		go_ends(r, x, span_of(x->running), TEST_FAIL, -1);
	else if (status != 0 && !x->part_failed)
		x->broke_off = true;
	x->running = NULL;
	x->package = (struct span){ NULL, 0 };
	x->ended = true;
}

static void
go_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	static const struct { const char *mark; enum test_status status; } ends[] = {
		{ "--- PASS: ", TEST_PASS }, { "--- FAIL: ", TEST_FAIL }, { "--- SKIP: ", TEST_SKIP },
	};
	struct go_reading *x = reading_of(r);
	struct span name, text;
	int64_t micros;
	int status;
	size_t i, at;

	if (span_starts(line, "panic: ") && !x->panicked) {
		x->n_failure = keep(x->failure, line);
		x->panicked = true;
	}
	if (stream != 1)
		return;
	switch (fw_part_line(line, &name, &status)) {
	case PART_BEGIN:
		x->package = (struct span){ arena_copy(&r->mem, name.p, name.n), name.n };
		x->part_failed = false;
		x->n_log = 0;
		return;
	case PART_END:
		part_ends(r, x, status);
		return;
	case PART_NONE:
		break;
	}
	if (x->package.p == NULL)
		return;
	if (span_starts(line, "=== RUN   ") && !memchr(line.p, '/', line.n)) {
		text = span_from(line, 10);
		x->running = arena_copy(&r->mem, text.p, text.n);
		return;
	}
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		/* A test may have printed something without a newline before it. */
		at = span_find(line, ends[i].mark);
		if (at == line.n || (at && line.p[at - 1] == ' '))
			continue;
		if (parse_end(span_from(line, at + strlen(ends[i].mark)), &name, &micros))
			go_ends(r, x, name, ends[i].status, micros);
		return;
	}
	if (span_starts(line, "    ") && span_find(line, ".go:") < line.n)
		x->n_log = keep(x->log, span_trim(line));
}

static int
go_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
          const struct job_end *end, struct err *e UNUSED)
{
	struct go_reading *x = reading_of(r);

	/* Killed from outside, or by a signal that the script passed on. */
	if (x->running && x->package.p && end->how == JOB_SIGNALLED)
		go_ends(r, x, span_of(x->running), TEST_FAIL, -1);
	if (x->n_failure)
		reading_message(r, (struct span){ x->failure, x->n_failure });
	if (end->how == JOB_EXITED && (!x->ended || x->package.p)) {
		r->unresolved = "the test programs did not come to their end";
	} else if (end->how == JOB_EXITED && x->broke_off) {
		r->whole_failed = true;
		r->whole_kind = "exit status";
	}
	return 0;
}

/* ---- to paste ---- */

/* Options of go whose value is not in the next word. */
static bool
is_alone(const char *word)
{
	static const char *const alone[] = { "v", "race", "short", "json", "failfast", "cover", "x", "n", "a",
		"i", "work", "trimpath", "msan", "asan", "benchmem", "c", "linkshared", "modcacherw" };
	size_t i;

	if (strchr(word, '='))
		return true;
	word += strspn(word, "-");
	for (i = 0; i < ARRAY_LEN(alone); i++) {
		if (strcmp(word, alone[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_replaced(const char *word)
{
	static const char *const replaced[] = { "run", "count", "shuffle", "failfast", "json", "bench",
		"list" };
	size_t i, n;

	word += strspn(word, "-");
	for (i = 0; i < ARRAY_LEN(replaced); i++) {
		n = strlen(replaced[i]);
		if (strncmp(word, replaced[i], n) == 0 && (word[n] == '=' || word[n] == '\0'))
			return true;
	}
	return false;
}

/* The user's options, without packages and without what chooses tests. */
static size_t
add_options(struct argv_builder *b, const struct fw_command *c)
{
	size_t i, w;

	argv_add(b, c->argv[0]);
	argv_add(b, "test");
	for (i = 2; c->argv[i]; i += w) {
		w = 1;
		if (c->argv[i][0] != '-')
			continue;
		if (strcmp(c->argv[i], "-args") == 0 || strcmp(c->argv[i], "--args") == 0)
			break;
		if (!is_alone(c->argv[i]) && c->argv[i + 1])
			w = 2;
		for (size_t k = 0; k < w && !is_replaced(c->argv[i]); k++)
			argv_add(b, c->argv[i + k]);
	}
	return i;
}

static int
go_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
         struct str *out, struct err *e)
{
	struct go *s = go_state(c, e);
	struct str pattern = STR_INIT(STR_FILE);
	struct arena mem = ARENA_INIT;
	size_t i, n_names, rest;
	bool any = false;

	for (i = 0; s && i < s->n_packages; i++) {
		const char **names = asked_of(&s->packages[i], list, tests, n, &n_names);
		struct argv_builder b = { &mem, VEC_INIT };

		if (n_names) {
			str_clear(&pattern);
			add_pattern(&pattern, names, n_names);
			rest = add_options(&b, c);
			argv_add(&b, "-count=1");
			argv_add(&b, "-run");
			argv_add(&b, str_c(&pattern));
			argv_add(&b, s->packages[i].path);
			for (; c->argv[rest]; rest++)
				argv_add(&b, c->argv[rest]);
			str_adds(out, any ? "; " : "");
			fw_add_words(out, argv_done(&b));
			any = true;
		}
		free(names);
	}
	str_release(&pattern);
	arena_release(&mem);
	return s ? 0 : -1;
}

const struct framework fw_go = {
	.name = "go",
	.title = "go test, tests of one or several packages",
	.package = "golang-go",
	.flags = FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = go_detect,
	.list = go_list,
	.prepare = go_prepare,
	.line = go_line,
	.finish = go_finish,
	.repro = go_repro,
};
