/*
 * bats: tests of shell code.  Where one start of bats cannot run exactly the tests asked
 * for (fw_bats_choose.c), a script in the run's folder starts it several times.
 * bats runs the tests of a file in the file's order, so order cannot be asked for.
 * What ended is told by the number in its TAP, as its texts are names that the shell
 * has expanded.
 */
#include "common/base.h"
#include "bisect/fw_bats.h"

#include <unistd.h>

#include "bisect/fw_tool.h"
#include "bisect/tap.h"
#include "common/fs.h"
#include "common/rx.h"

enum { SCRIPT_BYTES = 64 << 20 };

static const char order_name[] = "order"; /* in the run's folder: ids in the order of the TAP */

/* ---- arguments ---- */

static int
bats_detect(const struct fw_command *c)
{
	return c->argv[0] && fw_program_is(c->argv[0], "bats") ? 90 : 0;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static int
parse_word(struct fw_command *c, struct bats *b, struct argv_builder *kept,
           struct argv_builder *select, const char *word, const char *const **next, struct err *e)
{
	static const char *const ours[] = { "-c", "--count", "-p", "--pretty", "-t", "--tap", "-T",
		"--timing", "--no-tempdir-cleanup", NULL };
	static const char *const ours_with_value[] = { "-F", "--formatter", "--gather-test-outputs-in",
		"--filter-status", "--tempdir", NULL };
	static const char *const with_value[] = { "-j", "--jobs", "--report-formatter", "-o", "--output",
		"--setup-suite-file", "--code-quote-style", "--line-reference-format",
		"--parallel-binary-name", NULL };
	const char *value = **next;

	if (word[0] != '-') {
		argv_add(select, word);
		return 0;
	}
	if (strcmp(word, "-r") == 0 || strcmp(word, "--recursive") == 0) {
		b->recursive = true;
		return 0;
	}
	if (is_one_of(word, ours))
		return 0;
	if (strcmp(word, "--filter-tags") == 0)
		return err_set(e, "--filter-tags cannot be followed here: choose the tests with --filter");
	if (strcmp(word, "-f") != 0 && strcmp(word, "--filter") != 0 &&
	    !is_one_of(word, ours_with_value) && !is_one_of(word, with_value)) {
		argv_add(kept, word);
		return 0;
	}
	if (value == NULL)
		return err_set(e, "option '%s' of bats wants a value", word);
	(*next)++;
	if (is_one_of(word, with_value)) {
		argv_add(kept, word);
		argv_add(kept, value);
	} else if (is_one_of(word, ours_with_value)) {
		str_addf(&c->note, "%s was left out: flake-bisect chooses tests and output itself\n", word);
	} else {
		b->filter = arena_copy(&c->mem, value, strlen(value));
	}
	return 0;
}

static int
parse_args(struct fw_command *c, struct bats *b, struct err *e)
{
	struct argv_builder kept = { &c->mem, VEC_INIT }, select = { &c->mem, VEC_INIT };
	const char *const *next = c->argv + 1;
	char letter[3] = "-x";
	int ret = 0;

	argv_add(&kept, c->argv[0]);
	while (ret == 0 && *next) {
		const char *word = *next++;

		/* bats takes "-rt" apart before anything else. */
		if (word[0] == '-' && word[1] && word[1] != '-') {
			for (word++; ret == 0 && *word; word++) {
				letter[1] = *word;
				ret = parse_word(c, b, &kept, &select, letter, &next, e);
			}
		} else {
			ret = parse_word(c, b, &kept, &select, word, &next, e);
		}
	}
	b->kept = argv_done(&kept);
	b->select = argv_done(&select);
	return ret;
}

static struct bats *
learnt(struct fw_command *c, struct err *e)
{
	struct bats *b = c->state;

	if (b)
		return b;
	b = arena_alloc(&c->mem, sizeof(*b));
	*b = (struct bats){ .n_files = 0 };
	if (parse_args(c, b, e) < 0 || bats_learn(c, b, e) < 0)
		return NULL;
	c->state = b;
	return b;
}

static int
bats_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct bats *b = learnt(c, e);
	uint32_t i;

	if (b == NULL)
		return -1;
	for (i = 0; i < b->n_tests; i++)
		testlist_add(list, span_of(b->tests[i].id));
	return 0;
}

/* ---- running ---- */

static void
add_filter(struct argv_builder *argv, const struct bats *b, const unsigned char *asked,
           const struct bats_start *s)
{
	struct testlist names = TESTLIST_INIT;
	struct str filter = STR_INIT(FW_ARG_MAX - 1);
	uint32_t i, n;

	str_adds(&filter, "^(");
	for (i = s->first; i < s->last; i++) {
		n = testlist_count(&names);
		if (asked[i] && testlist_add(&names, span_of(b->tests[i].name)) == n) {
			str_adds(&filter, n ? "|" : "");
			rx_add_quoted(&filter, span_of(b->tests[i].name));
		}
	}
	str_adds(&filter, ")$");
	argv_add(argv, "--filter");
	argv_add(argv, str_c(&filter));
	str_release(&filter);
	testlist_release(&names);
}

static const char **
start_argv(struct arena *mem, const struct bats *b, const unsigned char *asked,
           const struct bats_start *s, bool repro)
{
	struct argv_builder argv = { mem, VEC_INIT };
	uint32_t i, file = UINT32_MAX;
	const char *const *w;

	for (w = b->kept; *w; w++)
		argv_add(&argv, *w);
	if (!repro) {
		argv_add(&argv, "--tap");
		argv_add(&argv, "--timing");
	}
	if (b->setup_suite) {
		argv_add(&argv, "--setup-suite-file");
		argv_add(&argv, b->setup_suite);
	}
	if (s->filtered)
		add_filter(&argv, b, asked, s);
	for (i = s->first; i < s->last; i++) {
		if (asked[i] && b->tests[i].file != file) {
			file = b->tests[i].file;
			argv_add(&argv, b->files[file]);
		}
	}
	return argv_done(&argv);
}

static int
mark_asked(const struct bats *b, const struct testlist *list, const uint32_t *tests, size_t n,
           unsigned char *asked, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t at = bats_find(b, testlist_name(list, tests[i]));

		if (at == UINT32_MAX)
			return err_set(e, "test '%.300s' is in none of the bats files: names are FILE:NAME",
			               testlist_name(list, tests[i]));
		asked[at] = 1;
	}
	return 0;
}

/* The script that starts bats several times; its status is the last one that failed. */
static void
add_script(struct str *script, const struct bats *b, const unsigned char *asked,
           const struct bats_starts *starts)
{
	size_t i;

	str_adds(script, "status=0\n");
	for (i = 0; i < starts->v.n; i++) {
		struct arena mem = ARENA_INIT;

		fw_add_words(script, start_argv(&mem, b, asked, &starts->v.p[i], false));
		str_adds(script, " || status=$?\n");
		arena_release(&mem);
	}
	str_adds(script, "exit $status\n");
}

static int
write_order(const struct bats *b, const unsigned char *asked, const struct job *job, struct err *e)
{
	struct str path = STR_INIT(4096), text = STR_INIT(STR_FILE);
	uint32_t i;
	int ret;

	for (i = 0; i < b->n_tests; i++) {
		if (asked[i]) {
			str_add_escaped(&text, span_of(b->tests[i].id));
			str_addc(&text, '\n');
		}
	}
	str_addf(&path, "%s/%s", job->dir, order_name);
	ret = fs_write_scratch(str_c(&path), str_span(&text), e);
	str_release(&path);
	str_release(&text);
	return ret;
}

static int
set_argv(const struct bats *b, const unsigned char *asked, const struct bats_starts *starts,
         struct job *job, struct err *e)
{
	struct argv_builder argv = { &job->mem, VEC_INIT };
	struct str path = STR_INIT(4096), script = STR_INIT(SCRIPT_BYTES);
	int ret = 0;

	if (starts->v.n == 1) {
		job->argv = start_argv(&job->mem, b, asked, &starts->v.p[0], false);
	} else {
		str_addf(&path, "%s/bats.sh", job->dir);
		add_script(&script, b, asked, starts);
		ret = fs_write_scratch(str_c(&path), str_span(&script), e);
		argv_add(&argv, "bash");
		argv_add(&argv, str_c(&path));
		job->argv = argv_done(&argv);
	}
	str_release(&path);
	str_release(&script);
	return ret < 0 ? ret : fw_check_args(job->argv, "give fewer bats files", e);
}

static int
bats_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
             struct job *job, struct err *e)
{
	struct bats *b = learnt(c, e);
	struct bats_starts starts = { VEC_INIT };
	unsigned char *asked;
	int ret;

	if (b == NULL)
		return -1;
	asked = xcalloc(b->n_tests, 1);
	ret = mark_asked(b, list, tests, n, asked, e);
	if (ret == 0) {
		bats_choose(b, asked, &starts);
		ret = set_argv(b, asked, &starts, job, e);
	}
	if (ret == 0)
		ret = write_order(b, asked, job, e);
	vec_release(&starts.v);
	free(asked);
	return ret;
}

static int
bats_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
           struct str *out, struct err *e)
{
	struct bats *b = learnt(c, e);
	struct bats_starts starts = { VEC_INIT };
	unsigned char *asked;
	size_t i;
	int ret;

	if (b == NULL)
		return -1;
	asked = xcalloc(b->n_tests, 1);
	ret = mark_asked(b, list, tests, n, asked, e);
	if (ret == 0)
		bats_choose(b, asked, &starts);
	for (i = 0; ret == 0 && i < starts.v.n; i++) {
		struct arena mem = ARENA_INIT;

		str_adds(out, i ? "; " : "");
		fw_add_words(out, start_argv(&mem, b, asked, &starts.v.p[i], true));
		arena_release(&mem);
	}
	vec_release(&starts.v);
	free(asked);
	return ret;
}

/* ---- reading ---- */

/* One "ok 3 name" line, by its place in the order of the run. */
struct numbered {
	uint64_t number; /* from 1 */
	enum test_status status;
	int64_t micros;
};

struct bats_run {
	VEC(struct numbered) ends;
	uint64_t before, planned; /* tests of the starts before this one; of this one */
	bool failing;             /* the last test failed: its message follows */
	bool last_test;           /* the last line was a test's; its number: */
	uint64_t last_number;
	bool torn;                /* and it may be cut off */
	const char *outside;      /* what failed that is no test, a literal */
	struct str trouble;       /* why bats gave up */
};

static struct bats_run *
run_state(struct reading *r)
{
	struct bats_run *run = r->state;

	if (run == NULL) {
		run = arena_alloc(&r->mem, sizeof(*run));
		*run = (struct bats_run){ .trouble = STR_INIT(1024) };
		r->state = run;
	}
	return run;
}

/* What bats reports like a test, but in nobody's place. */
static const char *
failed_outside(struct span text)
{
	static const char *const names[] = { "setup_file failed", "teardown_file failed",
		"setup_suite failed", "teardown_suite failed" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (span_is(text, names[i]))
			return names[i];
	}
	return NULL;
}

static void
tap_test(struct bats_run *run, const struct tap_line *t)
{
	struct numbered end = { run->before + t->number, tap_status(t), t->micros };
	const char *outside = t->result == TAP_FAIL ? failed_outside(t->text) : NULL;

	run->failing = t->result == TAP_FAIL;
	if (outside)
		run->outside = run->outside ? run->outside : outside;
	else if (t->number > 0 && t->number <= run->planned)
		vec_push(&run->ends, end);
}

static void
bats_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	struct bats_run *run = run_state(r);
	struct tap_line t = tap_parse(line);
	struct span text;

	if (stream == 2) {
		if (span_starts(line, "Error: ") && run->trouble.n == 0)
			str_add(&run->trouble, line.p, line.n < 1000 ? line.n : 1000);
		return;
	}
	run->last_test = t.kind == TAP_TEST && t.result == TAP_PASS;
	run->last_number = t.number;
	if (t.kind == TAP_PLAN) {
		run->before += run->planned;
		run->planned = t.number;
	} else if (t.kind == TAP_TEST) {
		tap_test(run, &t);
	} else if (run->failing && span_starts(line, "#   `")) {
		text = span_from(line, 4);
		reading_message(r, text);
		run->failing = false;
	}
}

static int
map_ends(struct reading *r, const struct bats_run *run, const struct job *job, struct err *e)
{
	struct testlist order = TESTLIST_INIT;
	struct str path = STR_INIT(4096);
	size_t i;
	int ret;

	str_addf(&path, "%s/%s", job->dir, order_name);
	/* Without it (the folder is gone) nothing is known to have run. */
	ret = access(str_c(&path), F_OK) == 0 ? testlist_read(&order, str_c(&path), e) : 0;
	if (ret == 0 && run->before + run->planned > testlist_count(&order)) {
		r->unresolved = "bats ran other tests than were asked for";
	} else if (ret == 0) {
		/* The line that was written when it broke off may lack its "# skip". */
		size_t n = run->ends.n - (run->torn && run->ends.n > 0);

		for (i = 0; i < n; i++) {
			const struct numbered *end = &run->ends.p[i];

			reading_test(r, span_of(testlist_name(&order, (uint32_t)end->number - 1)),
			             end->status, end->micros);
		}
	}
	testlist_release(&order);
	str_release(&path);
	return ret;
}

static int
bats_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job,
            const struct job_end *end, struct err *e)
{
	struct bats_run *run = run_state(r);
	int ret;

	run->torn = run->last_test && (end->how != JOB_EXITED || run->last_number < run->planned);
	ret = map_ends(r, run, job, e);

	if (run->outside) {
		r->whole_failed = true;
		r->whole_kind = run->outside;
	}
	reading_message(r, str_span(&run->trouble));
	if (end->how == JOB_EXITED && r->unresolved == NULL && run->before + run->planned == 0)
		r->unresolved = run->trouble.n ? "bats could not run the files" : "no tests ran";
	vec_release(&run->ends);
	str_release(&run->trouble);
	r->state = NULL;
	return ret;
}

const struct framework fw_bats = {
	.name = "bats",
	.title = "tests of shell code: bats [ARGS] FILE...",
	.package = "bats",
	.flags = FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = bats_detect,
	.list = bats_list,
	.prepare = bats_prepare,
	.line = bats_line,
	.finish = bats_finish,
	.repro = bats_repro,
};
