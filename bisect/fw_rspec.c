/*
 * RSpec 3: examples by their ids, "./a_spec.rb[1:2]".  A helper (fb_rspec.rb)
 * that is required with -r lists, runs and serves them, so that neither the
 * length of a list nor its order is limited by the command line.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdio.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "bisect/helper.h"


enum { REPRO_WORDS = 40, REASON_MAX = 600 };

/* The command cut in two: what starts rspec, and its arguments. */
struct rspec {
	size_t at;          /* index of the word that is rspec */
	const char *helper; /* path of fb_rspec.rb */
	const char *seed;   /* the seed of a random order, fixed for the session; NULL: none */
};

/* Options whose value is the next word. */
static const char *const with_value[] = {
	"-I", "-r", "-O", "-P", "-e", "-E", "-t", "-f", "-o", "--require", "--options", "--pattern",
	"--exclude-pattern", "--example", "--example-matches", "--tag", "--format", "--out", "--order",
	"--seed", "--deprecation-out", "--default-path", "--drb-port", "--failure-exit-code",
	"--error-exit-code", "--require-pattern",
};

static bool
takes_value(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(with_value); i++) {
		if (strcmp(word, with_value[i]) == 0)
			return true;
	}
	return false;
}

/* What would make RSpec do something else than run examples. */
static bool
is_dropped(const char *word)
{
	return strcmp(word, "--bisect") == 0 || strncmp(word, "--bisect=", 9) == 0 ||
	       strcmp(word, "--dry-run") == 0;
}

/* ---- the command ---- */

static bool
find_rspec(const char *const *argv, size_t *at)
{
	static const char *const before[] = { "bundle", "ruby", "env", "spring", "rbenv", "nice" };
	size_t i;
	bool starter = false;

	for (i = 0; argv[0] && i < ARRAY_LEN(before); i++)
		starter |= fw_program_is(argv[0], before[i]);
	for (i = 0; argv[i] && (i == 0 || (starter && i < 8)); i++) {
		if (fw_program_is(argv[i], "rspec")) {
			*at = i;
			return true;
		}
	}
	return false;
}

static int
rspec_detect(const struct fw_command *c)
{
	size_t at;

	return find_rspec(c->argv, &at) ? 90 : 0;
}

static void
add_path(struct str *path, struct fw_command *c, const char *name)
{
	str_addf(path, "%s/%s", c->dir, name);
}

/* A seed stays the same when the session is resumed. */
static void
read_seed(struct fw_command *c, struct rspec *s)
{
	struct str path = STR_INIT(4096);
	char text[32];
	FILE *f;

	add_path(&path, c, "rspec.seed");
	f = fopen(str_c(&path), "re");
	if (f && fgets(text, sizeof(text), f))
		s->seed = arena_copy(&c->mem, text, strcspn(text, "\n"));
	if (f)
		fclose(f);
	str_release(&path);
}

static struct rspec *
state_of(struct fw_command *c, struct err *e)
{
	struct rspec *s = c->state;

	if (s)
		return s;
	s = arena_alloc(&c->mem, sizeof(*s));
	*s = (struct rspec){ 0, NULL, NULL };
	if (!find_rspec(c->argv, &s->at)) {
		err_set(e, "no word of the command is 'rspec'");
		return NULL;
	}
	if (helper_install(&s->helper, c->dir, "fb_rspec.rb", &c->mem, e) < 0)
		return NULL;
	read_seed(c, s);
	c->state = s;
	return s;
}

static const char **
make_argv(const struct fw_command *c, const struct rspec *s, struct arena *mem)
{
	struct argv_builder b = { mem, VEC_INIT };
	size_t i;

	for (i = 0; i <= s->at; i++)
		argv_add(&b, c->argv[i]);
	argv_add(&b, "-r");
	argv_add(&b, s->helper);
	for (i = s->at + 1; c->argv[i]; i++) {
		if (!is_dropped(c->argv[i]))
			argv_add(&b, c->argv[i]);
	}
	if (s->seed) {
		argv_add(&b, "--seed");
		argv_add(&b, s->seed);
	}
	return argv_done(&b);
}

/* ---- the list ---- */

/* Adds the first line of the file, as it is (its control bytes are escaped). */
static void
add_first_line(struct str *out, const char *path)
{
	char text[REASON_MAX];
	FILE *f = fopen(path, "re");

	if (f && fgets(text, sizeof(text), f))
		str_add(out, text, strcspn(text, "\n"));
	if (f)
		fclose(f);
}

static int
write_seed(struct fw_command *c, struct rspec *s, const char *seed, struct err *e)
{
	struct str path = STR_INIT(4096);
	FILE *f;
	int ret = 0;

	s->seed = arena_copy(&c->mem, seed, strcspn(seed, "\n"));
	str_addf(&c->note, "the order is random: --seed %s is used for every run\n", s->seed);
	add_path(&path, c, "rspec.seed");
	f = fopen(str_c(&path), "we");
	if (f == NULL || fprintf(f, "%s\n", s->seed) < 0 || fclose(f) != 0)
		ret = err_sys(e, "cannot write '%s'", str_c(&path));
	str_release(&path);
	return ret;
}

/* The first and last line are remarks of the helper: "# seed N", "# end". */
static int
read_remarks(struct fw_command *c, struct rspec *s, const char *path, bool *whole, struct err *e)
{
	char line[4096];
	FILE *f = fopen(path, "re");
	int ret = 0;

	*whole = false;
	while (f && fgets(line, sizeof(line), f)) {
		*whole = strcmp(line, "# end\n") == 0;
		if (strncmp(line, "# seed ", 7) == 0 && !s->seed)
			ret |= write_seed(c, s, line + 7, e);
	}
	if (f)
		fclose(f);
	return ret;
}

static int
why_no_list(const struct fw_run *run, const char *path, struct err *e)
{
	struct str file = STR_INIT(4096), why = STR_INIT(REASON_MAX);

	str_addf(&file, "%s.error", path);
	add_first_line(&why, str_c(&file));
	unlink(str_c(&file));
	if (why.n)
		err_set(e, "rspec cannot load the suite: %s", str_c(&why));
	else
		fw_run_failed(run, e);
	str_release(&file);
	str_release(&why);
	return -1;
}

static void
note_dropped(struct fw_command *c, const struct rspec *s)
{
	size_t i;

	for (i = s->at + 1; c->argv[i]; i++) {
		if (is_dropped(c->argv[i]))
			str_addf(&c->note, "%s was left out\n", c->argv[i]);
	}
}

static int
rspec_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct rspec *s = state_of(c, e);
	struct str path = STR_INIT(4096), env = STR_INIT(4096);
	const char *envs[] = { "FLAKE_BISECT_MODE=list", NULL, NULL };
	struct fw_run run = { .env = envs };
	bool whole;
	int ret = -1;

	if (s == NULL)
		return -1;
	note_dropped(c, s);
	add_path(&path, c, "rspec.list");
	str_addf(&env, "FLAKE_BISECT_LIST=%s", str_c(&path));
	envs[1] = str_c(&env);
	run.argv = make_argv(c, s, &c->mem);
	if (fw_run(c, &run, e) < 0)
		goto out;
	if (read_remarks(c, s, str_c(&path), &whole, e) < 0)
		goto out;
	if (!whole)
		ret = why_no_list(&run, str_c(&path), e);
	else
		ret = testlist_read(list, str_c(&path), e);
	if (ret == 0 && testlist_count(list) == 0)
		ret = err_set(e, "rspec finds no examples here");
out:
	unlink(str_c(&path));
	fw_run_release(&run);
	str_release(&path);
	str_release(&env);
	return ret;
}

static int
rspec_served(struct fw_command *c, const char *path, struct err *e)
{
	struct rspec *s = state_of(c, e);
	bool whole;

	if (s == NULL || read_remarks(c, s, path, &whole, e) < 0)
		return -1;
	note_dropped(c, s);
	return 0;
}

/* ---- runs ---- */

static int
rspec_prepare(struct fw_command *c, const struct testlist *list UNUSED, const uint32_t *tests UNUSED,
              size_t n UNUSED, struct job *job, struct err *e)
{
	struct rspec *s = state_of(c, e);
	struct argv_builder env = { &job->mem, VEC_INIT };

	if (s == NULL)
		return -1;
	job->argv = make_argv(c, s, &job->mem);
	argv_add(&env, "FLAKE_BISECT_MODE=run");
	argv_addf(&env, "FLAKE_BISECT_TESTS=%s", job->tests_path);
	argv_addf(&env, "FLAKE_BISECT_RESULTS=%s", job->results_path);
	job->env = argv_done(&env);
	return 0;
}

static bool
any_failed(const struct reading *r)
{
	size_t i;

	for (i = 0; i < r->ends.n; i++) {
		if (r->ends.p[i].status == TEST_FAIL)
			return true;
	}
	return false;
}

static int
rspec_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job,
             const struct job_end *end, struct err *e)
{
	struct str file = STR_INIT(4096), error = STR_INIT(REASON_MAX);
	bool whole;

	if (reading_results_file(r, job->results_path, &whole, e) < 0)
		return -1;
	str_addf(&file, "%s.error", job->results_path);
	add_first_line(&error, str_c(&file));
	if (error.n)
		reading_message(r, str_span(&error));
	if (!whole && end->how == JOB_EXITED) {
		r->unresolved = error.n ? "rspec could not load the files" : "the run broke off";
	} else if (whole && error.n) {
		r->whole_failed = true;
		r->whole_kind = "error outside of examples";
	} else if (whole && end->how == JOB_EXITED && end->code != 0 && !any_failed(r)) {
		r->whole_failed = true;
		r->whole_kind = "exit status";
	}
	str_release(&file);
	str_release(&error);
	return 0;
}

/* ---- to paste ---- */

static bool
is_ascending(const uint32_t *tests, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (tests[i] <= tests[i - 1])
			return false;
	}
	return true;
}

/* RSpec alone can do it: ids in the place of the paths, options as they are. */
static void
plain_repro(const struct fw_command *c, const struct rspec *s, const struct testlist *list,
            const uint32_t *tests, size_t n, struct argv_builder *b)
{
	size_t i;

	for (i = 0; i <= s->at; i++)
		argv_add(b, c->argv[i]);
	for (; c->argv[i]; i++) {
		if (is_dropped(c->argv[i]) || c->argv[i][0] != '-')
			continue;
		argv_add(b, c->argv[i]);
		if (takes_value(c->argv[i]) && c->argv[i + 1])
			argv_add(b, c->argv[++i]);
	}
	if (s->seed) {
		argv_add(b, "--seed");
		argv_add(b, s->seed);
	}
	for (i = 0; i < n; i++)
		argv_add(b, testlist_name(list, tests[i]));
}

static int
rspec_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct str *out, struct err *e)
{
	struct rspec *s = state_of(c, e);
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str file = STR_INIT(4096);
	int ret = -1;

	if (s == NULL)
		return -1;
	if (n <= REPRO_WORDS && is_ascending(tests, n)) {
		plain_repro(c, s, list, tests, n, &b);
		fw_add_words(out, argv_done(&b));
		ret = 0;
		goto out;
	}
	if (fw_repro_file(c, list, tests, n, &file, e) < 0)
		goto out;
	str_adds(out, "FLAKE_BISECT_MODE=run FLAKE_BISECT_TESTS=");
	str_add_shell(out, str_c(&file));
	str_addc(out, ' ');
	fw_add_words(out, make_argv(c, s, &mem));
	ret = 0;
out:
	str_release(&file);
	arena_release(&mem);
	return ret;
}

static int
rspec_warm(struct fw_command *c, const char ***argv, const char ***env, struct err *e)
{
	struct rspec *s = state_of(c, e);
	struct argv_builder b = { &c->mem, VEC_INIT };

	if (s == NULL)
		return -1;
	*argv = make_argv(c, s, &c->mem);
	argv_add(&b, "FLAKE_BISECT_MODE=serve");
	*env = argv_done(&b);
	return 0;
}

const struct framework fw_rspec = {
	.name = "rspec",
	.title = "RSpec 3, examples by their ids",
	.package = "ruby-rspec",
	.flags = FW_ORDER | FW_NAMES | FW_TIMES | FW_EVERY | FW_SERVED_LIST,
	.detect = rspec_detect,
	.list = rspec_list,
	.prepare = rspec_prepare,
	.finish = rspec_finish,
	.repro = rspec_repro,
	.warm = rspec_warm,
	.served = rspec_served,
};
