/*
 * Perl's prove: tests are files.  They are listed by --dry and given to
 * `prove -` on standard input, in the order asked.  How each ended is read
 * from the line prove prints for it and, as verbose output is ambiguous, from the
 * summary at the end, which names every file that failed.
 */
#include "common/base.h"
#include "bisect/fw_tool.h"

enum { REPRO_BYTES = 8000 };

/* ---- arguments ---- */

enum fate { KEEP, SELECT, DROP };

/* Options as Getopt::Long has them, bundled.  SELECT ones choose or order files
 * and are for listing only; DROP ones hide what we read or write files. */
static const struct option {
	char letter;
	bool value;
	const char *name;
	enum fate fate;
} options[] = {
	{ 'v', false, "verbose", KEEP },
	{ 'f', false, "failures", KEEP },
	{ 'o', false, "comments", KEEP },
	{ 'l', false, "lib", KEEP },
	{ 'b', false, "blib", KEEP },
	{ 's', false, "shuffle", SELECT },
	{ 0, false, "color", DROP },
	{ 0, false, "colour", DROP },
	{ 0, false, "nocolor", DROP },
	{ 0, false, "nocolour", DROP },
	{ 0, false, "no-color", DROP },
	{ 0, false, "no-colour", DROP },
	{ 0, false, "count", KEEP },
	{ 0, false, "nocount", KEEP },
	{ 'c', false, NULL, DROP },
	{ 'D', false, "dry", DROP },
	{ 0, true, "ext", SELECT },
	{ 0, true, "harness", KEEP },
	{ 0, false, "ignore-exit", KEEP },
	{ 0, true, "source", KEEP },
	{ 0, true, "formatter", DROP },
	{ 'r', false, "recurse", SELECT },
	{ 0, false, "reverse", SELECT },
	{ 'p', false, "parse", KEEP },
	{ 'q', false, "quiet", DROP },
	{ 'Q', false, "QUIET", DROP },
	{ 'e', true, "exec", KEEP },
	{ 'm', false, "merge", KEEP },
	{ 'I', true, NULL, KEEP },
	{ 'M', true, NULL, KEEP },
	{ 'P', true, NULL, KEEP },
	{ 0, true, "state", SELECT },
	{ 0, true, "statefile", SELECT },
	{ 'h', false, "help", KEEP },
	{ 'H', false, "man", KEEP },
	{ 'V', false, "version", KEEP },
	{ 'a', true, "archive", DROP },
	{ 'j', true, "jobs", KEEP },
	{ 0, false, "timer", DROP },
	{ 'T', false, NULL, KEEP },
	{ 't', false, NULL, KEEP },
	{ 'W', false, NULL, KEEP },
	{ 'w', false, NULL, KEEP },
	{ 0, false, "normalize", KEEP },
	{ 0, true, "rules", KEEP },
	{ 0, true, "tapversion", KEEP },
	{ 0, false, "trap", KEEP },
	{ 0, false, "directives", KEEP },
	{ 0, false, "norc", KEEP },
	{ 0, true, "rc", KEEP },
};

struct prove {
	const char **base;   /* prove, or perl FLAGS prove */
	const char **kept;   /* options of every run */
	const char **select; /* options and names for listing */
	const char **tests;  /* "::" and what the test scripts get */
};

/* Words up to and with prove's own name; 0: it is something else. */
static size_t
base_words(const char *const *argv)
{
	size_t i;

	if (argv[0] == NULL)
		return 0;
	if (fw_program_is(argv[0], "prove"))
		return 1;
	if (!fw_program_is(argv[0], "perl"))
		return 0;
	for (i = 1; argv[i] && argv[i][0] == '-'; i++)
		;
	return argv[i] && fw_program_is(argv[i], "prove") ? i + 1 : 0;
}

static int
prove_detect(const struct fw_command *c)
{
	return base_words(c->argv) ? 90 : 0;
}

static const struct option *
find_letter(char letter)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(options); i++) {
		if (options[i].letter == letter)
			return &options[i];
	}
	return NULL;
}

static const struct option *
find_name(struct span name)
{
	const struct option *found = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(options); i++) {
		if (options[i].name == NULL)
			continue;
		if (span_is(name, options[i].name))
			return &options[i];
		if (found == NULL && name.n && strncmp(options[i].name, name.p, name.n) == 0)
			found = &options[i];
	}
	return found;
}

struct sorting {
	struct fw_command *c;
	struct argv_builder kept, select;
};

static void
sort_option(struct sorting *s, const struct option *o, const char *value)
{
	struct argv_builder *b = o->fate == SELECT ? &s->select : &s->kept;

	if (o->fate == DROP) {
		if (o->value)
			str_addf(&s->c->note, "--%s was left out: its output cannot be read\n", o->name);
		return;
	}
	if (o->letter)
		argv_addf(b, "-%c%s", o->letter, value ? value : "");
	else
		argv_addf(b, "--%s%s%s", o->name, value ? "=" : "", value ? value : "");
	if (o->name && strncmp(o->name, "state", 5) == 0)
		str_addf(&s->c->note, "--%s chooses the tests but is not passed on\n", o->name);
}

static int
sort_letters(struct sorting *s, const char *word, const char *const **next, struct err *e)
{
	const char *letter;

	for (letter = word + 1; *letter; letter++) {
		const struct option *o = find_letter(*letter);
		const char *value = NULL;

		if (o == NULL)
			return err_set(e, "prove has no option '-%c'", *letter);
		if (o->value) {
			value = letter[1] ? letter + 1 : **next;
			if (value == NULL)
				return err_set(e, "option '-%c' of prove wants a value", *letter);
			*next += letter[1] == '\0';
		}
		sort_option(s, o, value);
		if (o->value)
			break;
	}
	return 0;
}

static int
sort_long(struct sorting *s, const char *word, const char *const **next, struct err *e)
{
	const char *equals = strchr(word, '='), *value = NULL;
	struct span name = { word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2) };
	const struct option *o = find_name(name);

	if (o == NULL)
		return err_set(e, "prove has no option '--%.*s'", (int)name.n, name.p);
	if (o->value) {
		value = equals ? equals + 1 : **next;
		if (value == NULL)
			return err_set(e, "option '%s' of prove wants a value", word);
		*next += equals == NULL;
	}
	sort_option(s, o, value);
	return 0;
}

static void
add_words(struct argv_builder *b, const char *const *words)
{
	for (; *words; words++)
		argv_add(b, *words);
}

static int
parse_args(struct fw_command *c, struct prove *p, struct err *e)
{
	size_t i, n = base_words(c->argv);
	struct sorting s = { c, { &c->mem, VEC_INIT }, { &c->mem, VEC_INIT } };
	struct argv_builder base = { &c->mem, VEC_INIT }, tests = { &c->mem, VEC_INIT };
	const char *const *next = c->argv + n;
	int ret = 0;

	if (n == 0)
		return err_set(e, "'%s' is not of the form prove [ARGS]", c->argv[0] ? c->argv[0] : "");
	for (i = 0; i < n; i++)
		argv_add(&base, c->argv[i]);
	while (ret == 0 && *next && strcmp(*next, "::") != 0) {
		const char *word = *next++;

		if (strcmp(word, "-") == 0)
			ret = err_set(e, "prove cannot read its list from standard input here: give "
			                 "--input FILE");
		else if (word[0] == '-' && word[1] == '-' && word[2])
			ret = sort_long(&s, word, &next, e);
		else if (word[0] == '-' && strcmp(word, "--") != 0)
			ret = sort_letters(&s, word, &next, e);
		else
			argv_add(&s.select, word);
	}
	if (ret == 0)
		add_words(&tests, next);
	p->base = argv_done(&base);
	p->kept = argv_done(&s.kept);
	p->select = argv_done(&s.select);
	p->tests = argv_done(&tests);
	return ret;
}

static struct prove *
state(struct fw_command *c, struct err *e)
{
	struct prove *p = c->state;

	if (p)
		return p;
	p = arena_alloc(&c->mem, sizeof(*p));
	if (parse_args(c, p, e) < 0)
		return NULL;
	c->state = p;
	return p;
}

/* ---- listing and running ---- */

static void
list_line(void *data, struct span line)
{
	if (line.n && memchr(line.p, '\0', line.n) == NULL)
		testlist_add(data, line);
}

static int
prove_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct prove *p = state(c, e);
	struct fw_run run = { .line = list_line, .data = list };
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	int ret;

	if (p == NULL)
		return -1;
	add_words(&b, p->base);
	add_words(&b, p->kept);
	argv_add(&b, "--dry");
	add_words(&b, p->select);
	run.argv = argv_done(&b);
	ret = fw_run_well(c, &run, e);
	if (ret == 0 && testlist_count(list) == 0)
		ret = err_set(e, "'%s --dry' named no test file: give files, or -r for the folders below",
		              p->base[0]);
	fw_run_release(&run);
	arena_release(&mem);
	return ret;
}

static int
prove_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct job *job, struct err *e)
{
	struct prove *p = state(c, e);
	struct argv_builder b = { &job->mem, VEC_INIT };
	struct str names = STR_INIT(4096);
	int ret;

	if (p == NULL)
		return -1;
	add_words(&b, p->base);
	add_words(&b, p->kept);
	argv_add(&b, "--nocolor");
	argv_add(&b, "--timer");
	argv_add(&b, "-");
	add_words(&b, p->tests);
	job->argv = argv_done(&b);
	str_addf(&names, "%s/names", job->dir);
	job->stdin_path = arena_copy(&job->mem, str_c(&names), names.n);
	ret = testlist_write_raw(list, tests, n, job->stdin_path, e);
	str_release(&names);
	return ret;
}

static int
prove_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct str *out, struct err *e)
{
	struct prove *p = state(c, e);
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str file = STR_INIT(4096);
	size_t i, bytes = 0;
	int ret = 0;

	if (p == NULL)
		return -1;
	add_words(&b, p->base);
	add_words(&b, p->kept);
	for (i = 0; i < n; i++)
		bytes += strlen(testlist_name(list, tests[i])) + 1;
	for (i = 0; bytes <= REPRO_BYTES && i < n; i++)
		argv_add(&b, testlist_name(list, tests[i]));
	if (bytes > REPRO_BYTES) {
		argv_add(&b, "-");
		ret = fw_repro_file(c, list, tests, n, &file, e);
	}
	add_words(&b, p->tests);
	fw_add_words(out, argv_done(&b));
	if (file.n) {
		str_adds(out, " < ");
		str_add_shell(out, str_c(&file));
	}
	str_release(&file);
	arena_release(&mem);
	return ret;
}

/* ---- reading ---- */

/* How one file's run stands. */
struct file_end {
	uint32_t test;
	enum { PENDING, PASSED, FAILED, SKIPPED } how;
	int64_t micros;
};

struct prove_run {
	VEC(struct file_end) files; /* in the order in which they began */
	uint32_t in_summary;        /* the file whose summary is read; NONE */
	bool summary, ended, none, bail;
	struct str failed_test;     /* what the first failing test said */
	struct str trouble;         /* why prove itself gave up */
};

static void
run_release(struct prove_run *run)
{
	vec_release(&run->files);
	str_release(&run->failed_test);
	str_release(&run->trouble);
}

static struct prove_run *
run_state(struct reading *r)
{
	struct prove_run *run = r->state;

	if (run == NULL) {
		run = arena_alloc(&r->mem, sizeof(*run));
		*run = (struct prove_run){ .in_summary = TESTLIST_NONE, .failed_test = STR_INIT(1024),
		                           .trouble = STR_INIT(1024) };
		r->state = run;
	}
	return run;
}

static struct file_end *
find_file(struct prove_run *run, uint32_t test)
{
	size_t i = run->files.n;

	while (i-- > 0) {
		if (run->files.p[i].test == test)
			return &run->files.p[i];
	}
	return NULL;
}

/* " 71 ms ( 0.00 usr ...": the time that --timer adds. */
static int64_t
parse_timer(struct span x)
{
	uint64_t v;
	size_t n = span_find(x, " ms");

	return n < x.n && span_u64(span_trim((struct span){ x.p, n }), &v) && v < 1000000000
	       ? (int64_t)v * 1000 : -1;
}

/* What stands after "FILE .. ". */
static void
file_begun(struct prove_run *run, uint32_t test, struct span rest)
{
	struct file_end f = { test, PENDING, -1 };

	if (span_is(rest, "ok") || span_starts(rest, "ok ")) {
		f.how = PASSED;
		f.micros = parse_timer(span_from(rest, 2));
	} else if (span_starts(rest, "skipped")) {
		f.how = SKIPPED;
	} else if (span_starts(rest, "Failed ") || span_starts(rest, "Dubious")) {
		f.how = FAILED;
	}
	vec_push(&run->files, f);
}

static struct span
without_clock(struct span line)
{
	if (line.n > 11 && line.p[0] == '[' && line.p[3] == ':' && line.p[6] == ':' && line.p[9] == ']')
		return span_from(line, 11);
	return line;
}

/* "FILE .. REST": the file is one of the list, which tells it from a test's own output. */
static bool
is_file_line(struct reading *r, struct prove_run *run, struct span line)
{
	size_t i, dots;
	uint32_t test;

	line = without_clock(line);
	for (i = 1; i + 2 < line.n; i++) {
		if (line.p[i] != ' ' || line.p[i + 1] != '.' || line.p[i + 2] != '.')
			continue;
		for (dots = i + 1; dots < line.n && line.p[dots] == '.'; dots++)
			;
		if (dots < line.n && line.p[dots] != ' ')
			continue;
		test = testlist_find(r->list, (struct span){ line.p, i });
		if (test != TESTLIST_NONE) {
			file_begun(run, test, span_from(line, dots + 1));
			return true;
		}
	}
	return false;
}

/* "FILE (Wstat: 256 (exited 1) Tests: 2 Failed: 1)" and what is indented below it. */
static void
summary_line(struct reading *r, struct prove_run *run, struct span line)
{
	size_t at = span_find(line, " (Wstat: ");
	struct file_end *f;

	if (at < line.n && line.p[0] != ' ') {
		run->in_summary = testlist_find(r->list, span_trim((struct span){ line.p, at }));
		line = span_from(line, at);
		if (span_starts(line, " (Wstat: 0 ") && span_ends(line, " Failed: 0)"))
			return; /* unexpected passes, or what the next lines say */
	} else if (!span_starts(line, "  Parse errors:") && !span_starts(line, "  Non-zero ")) {
		return;
	}
	f = run->in_summary == TESTLIST_NONE ? NULL : find_file(run, run->in_summary);
	if (f)
		f->how = FAILED;
}

static void
keep(struct str *s, struct span text)
{
	text = span_trim(text);
	if (s->n == 0)
		str_add(s, text.p, text.n < s->max ? text.n : s->max);
}

static void
prove_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	struct prove_run *run = run_state(r);
	struct file_end *last = run->files.n ? &run->files.p[run->files.n - 1] : NULL;

	if (span_starts(line, "#   Failed test")) {
		keep(&run->failed_test, span_from(line, 2));
	} else if (stream == 2) {
		if (span_starts(line, "FAILED--Further testing stopped")) {
			run->bail = true;
			keep(&run->trouble, line);
		} else if (span_starts(line, "Cannot ")) {
			keep(&run->trouble, line);
		}
	} else if (span_is(line, "Test Summary Report")) {
		run->summary = true;
	} else if (span_starts(line, "Files=")) {
		run->ended = true;
	} else if (span_starts(line, "Result: NOTESTS")) {
		run->none = true;
	} else if (run->summary) {
		summary_line(r, run, line);
	} else if (!is_file_line(r, run, line) && last && last->how == PENDING &&
	           (span_starts(line, "Dubious, test returned ") || span_is(line, "No subtests run "))) {
		last->how = FAILED;
	}
}

static void
report(struct reading *r, const struct prove_run *run)
{
	static const enum test_status status[] = { TEST_PASS, TEST_PASS, TEST_FAIL, TEST_SKIP };
	size_t i;

	for (i = 0; i < run->files.n; i++) {
		const struct file_end *f = &run->files.p[i];

		/* Without the summary nobody knows how it ended. */
		if (f->how != PENDING || run->ended)
			reading_test(r, span_of(testlist_name(r->list, f->test)), status[f->how], f->micros);
	}
}

static int
prove_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
             const struct job_end *end, struct err *e UNUSED)
{
	struct prove_run *run = run_state(r);

	report(r, run);
	reading_message(r, str_span(&run->failed_test));
	reading_message(r, str_span(&run->trouble));
	if (run->bail) {
		r->whole_failed = true;
		r->whole_kind = "bail out";
	} else if (end->how == JOB_EXITED && !run->ended) {
		r->unresolved = "prove broke off";
	} else if (end->how == JOB_EXITED && run->none) {
		r->unresolved = "no tests ran";
	}
	run_release(run);
	r->state = NULL;
	return 0;
}

const struct framework fw_prove = {
	.name = "prove",
	.title = "Perl test files (TAP): prove [ARGS]",
	.package = "perl",
	.flags = FW_ORDER | FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = prove_detect,
	.list = prove_list,
	.prepare = prove_prepare,
	.line = prove_line,
	.finish = prove_finish,
	.repro = prove_repro,
};
