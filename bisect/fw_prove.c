/*
 * Perl's prove: tests are files.  They are listed by --dry and given to
 * `prove -` on standard input, in the order asked.
 */
#include "common/base.h"
#include "bisect/fw_prove.h"

#include "bisect/fw_tool.h"
#include "bisect/fw_words.h"

enum { REPRO_BYTES = 8000 };

/* ---- arguments ---- */

enum fate { KEEP, SELECT, DROP };

/* Options as Getopt::Long has them, bundled.  SELECT ones choose or order files
 * and are for listing only; DROP ones hide what we read or write files. */
static const struct word_option options[] = {
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

struct sorting {
	struct fw_command *c;
	struct argv_builder kept, select;
};

static void
sort_option(void *data, const struct word_option *o, const char *value)
{
	struct sorting *s = data;
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

static const struct word_table table = { "prove", options, ARRAY_LEN(options), sort_option };

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
		else if (word[0] == '-' && strcmp(word, "--") != 0)
			ret = words_option(&table, word, &next, &s, e);
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
