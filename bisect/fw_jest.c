/*
 * jest: tests as "path > full name".  Three helpers go in where jest lets one
 * in: a filter chooses the files, a sequencer orders them, and a test runner
 * before jest-circus chooses the tests in a file and tells how they ended;
 * so neither regular expressions nor the length of a command line are in the
 * way.  Within a file tests run in its own order.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <unistd.h>

#include "bisect/fw_tool.h"
#include "bisect/helper.h"
#include "common/fs.h"
#include "common/json.h"

extern const struct framework fw_jest;

enum { LOOK_WORDS = 5, REASON_MAX = 2000 };

struct jest {
	const char **argv;   /* up to the word that is jest, and the user's options that stay */
	const char *runner, *filter, *order; /* paths of the helpers */
};

/* ---- the command ---- */

static bool
find_jest(const char *const *argv, size_t *at)
{
	static const char *const starters[] = { "npx", "node", "yarn", "pnpm", "bunx", "env", "npm" };
	bool starter = false;
	size_t i;

	for (i = 0; argv[0] && i < ARRAY_LEN(starters); i++)
		starter |= fw_program_is(argv[0], starters[i]);
	for (i = 0; argv[i] && (i == 0 || (starter && i < LOOK_WORDS)); i++) {
		if (strcmp(fw_base_name(argv[i]), "jest") == 0 ||
		    strcmp(fw_base_name(argv[i]), "jest.js") == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

static int
jest_detect(const struct fw_command *c)
{
	size_t at;

	return find_jest(c->argv, &at) ? 90 : 0;
}

/* How many words to leave out from words[0] on: an option that would choose other tests
 * or another order, stop early, or stand in the way of ours.  0: it stays. */
static size_t
dropped_width(const char *const *words)
{
	static const struct { const char *word; size_t width; } dropped[] = {
		{ "--bail", 1 }, { "-b", 1 }, { "--watch", 1 }, { "--watchAll", 1 }, { "--randomize", 1 },
		{ "--json", 1 }, { "--outputFile", 2 }, { "--testSequencer", 2 }, { "--testRunner", 2 },
		{ "--filter", 2 }, { "--cacheDirectory", 2 }, { "--coverage", 1 }, { "--shard", 2 },
		{ "--onlyFailures", 1 }, { "-f", 1 },
	};
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(dropped); i++) {
		n = strlen(dropped[i].word);
		if (strncmp(words[0], dropped[i].word, n) != 0)
			continue;
		if (words[0][n] == '=')
			return 1;
		if (words[0][n] == '\0')
			return words[1] ? dropped[i].width : 1;
	}
	return 0;
}

static bool
chooses_workers(const char *word)
{
	return strcmp(word, "-i") == 0 || strcmp(word, "--runInBand") == 0 || strncmp(word, "-w", 2) == 0 ||
	       strncmp(word, "--maxWorkers", 12) == 0;
}

/* Without a word on workers all files run in one process, one after another. */
static void
split_words(struct fw_command *c, struct jest *s, size_t at)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	bool workers = false;
	size_t i, w;

	for (i = 0; c->argv[i]; i += w ? w : 1) {
		w = i > at ? dropped_width(c->argv + i) : 0;
		if (w == 0) {
			argv_add(&b, c->argv[i]);
			workers |= i > at && chooses_workers(c->argv[i]);
		} else {
			str_addf(&c->note, "%s was left out\n", c->argv[i]);
		}
	}
	if (!workers)
		argv_add(&b, "--runInBand");
	s->argv = argv_done(&b);
}

static struct jest *
state_of(struct fw_command *c, struct err *e)
{
	struct jest *s = c->state;
	size_t at;

	if (s)
		return s;
	s = arena_alloc(&c->mem, sizeof(*s));
	if (!find_jest(c->argv, &at)) {
		err_set(e, "no word of the command is 'jest'");
		return NULL;
	}
	if (helper_install(&s->runner, c->dir, "fb_jest.js", &c->mem, e) < 0 ||
	    helper_install(&s->filter, c->dir, "fb_jest_filter.js", &c->mem, e) < 0 ||
	    helper_install(&s->order, c->dir, "fb_jest_order.js", &c->mem, e) < 0)
		return NULL;
	split_words(c, s, at);
	c->state = s;
	return s;
}

/* The cache is the session's: a run's own temporary folder would be empty each time. */
static const char **
make_argv(const struct fw_command *c, const struct jest *s, struct arena *mem, const char *output)
{
	struct argv_builder b = { mem, VEC_INIT };
	size_t i;

	for (i = 0; s->argv[i]; i++)
		argv_add(&b, s->argv[i]);
	argv_addf(&b, "--testRunner=%s", s->runner);
	argv_addf(&b, "--filter=%s", s->filter);
	argv_addf(&b, "--testSequencer=%s", s->order);
	argv_addf(&b, "--cacheDirectory=%s/jest-cache", c->dir);
	argv_add(&b, "--coverage=false");
	if (output) {
		argv_add(&b, "--json");
		argv_addf(&b, "--outputFile=%s", output);
	}
	return argv_done(&b);
}

/* ---- what jest says at its end ---- */

/* Adds why the first file failed that has no failed test: it could not be loaded. */
static bool
add_load_error(struct str *out, const struct json *doc)
{
	const struct json *all = json_find(doc, "testResults"), *x;
	struct span status, message;
	size_t i;

	for (i = 0; i < json_count(all); i++) {
		x = json_at(all, i);
		if (json_count(json_find(x, "assertionResults")) == 0 &&
		    json_text(json_find(x, "status"), &status) && span_is(status, "failed") &&
		    json_text(json_find(x, "message"), &message)) {
			message.n = message.n < REASON_MAX / 4 ? message.n : REASON_MAX / 4;
			str_add_escaped(out, span_trim(message));
			return true;
		}
	}
	return false;
}

static int
jest_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct jest *s = state_of(c, e);
	struct str path = STR_INIT(4096), output = STR_INIT(4096), why = STR_INIT(REASON_MAX);
	struct str env = STR_INIT(5000), cwd = STR_INIT(5000);
	const char *envs[] = { NULL, NULL, NULL };
	struct fw_run run = { .env = envs };
	struct json *doc = NULL;
	int ret = -1;

	if (s == NULL)
		return -1;
	str_addf(&path, "%s/jest.list", c->dir);
	str_addf(&output, "%s/jest.json", c->dir);
	str_addf(&env, "FLAKE_BISECT_LIST=%s", str_c(&path));
	str_addf(&cwd, "FLAKE_BISECT_CWD=%s", c->cwd);
	envs[0] = str_c(&env);
	envs[1] = str_c(&cwd);
	run.argv = make_argv(c, s, &c->mem, str_c(&output));
	unlink(str_c(&path));
	unlink(str_c(&output));
	if (fw_run(c, &run, e) < 0)
		goto out;
	doc = json_read(str_c(&output), e);
	if (doc == NULL) {
		fw_run_failed(&run, e);
		goto out;
	}
	if (add_load_error(&why, doc))
		str_addf(&c->note, "a test file cannot be loaded: %.300s\n", str_c(&why));
	if (access(str_c(&path), R_OK) == 0 && testlist_read(list, str_c(&path), e) < 0)
		goto out;
	ret = testlist_count(list) ? 0 : err_set(e, "jest finds no tests%s%s", why.n ? ": " : "",
	                                         str_c(&why));
out:
	json_free(doc);
	fw_run_release(&run);
	str_release(&path);
	str_release(&output);
	str_release(&env);
	str_release(&cwd);
	str_release(&why);
	return ret;
}

/* ---- runs ---- */

static int
jest_prepare(struct fw_command *c, const struct testlist *list UNUSED, const uint32_t *tests UNUSED,
             size_t n UNUSED, struct job *job, struct err *e)
{
	struct jest *s = state_of(c, e);
	struct argv_builder env = { &job->mem, VEC_INIT };
	struct str output = STR_INIT(8192);

	if (s == NULL)
		return -1;
	str_addf(&output, "%s/jest.json", job->dir);
	job->argv = make_argv(c, s, &job->mem, str_c(&output));
	argv_addf(&env, "FLAKE_BISECT_TESTS=%s", job->tests_path);
	argv_addf(&env, "FLAKE_BISECT_RESULTS=%s", job->results_path);
	argv_addf(&env, "FLAKE_BISECT_CWD=%s", c->cwd);
	job->env = argv_done(&env);
	str_release(&output);
	return 0;
}

static int
jest_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job,
            const struct job_end *end, struct err *e)
{
	struct str path = STR_INIT(8192), why = STR_INIT(REASON_MAX);
	struct err none = ERR_INIT;
	struct json *doc;
	bool whole, failed = false;
	size_t i;

	if (reading_results_file(r, job->results_path, &whole, e) < 0)
		return -1;
	for (i = 0; i < r->ends.n; i++)
		failed |= r->ends.p[i].status == TEST_FAIL;
	str_addf(&path, "%s/jest.json", job->dir);
	/* Written last: it is whole, or the run broke off. */
	doc = json_read(str_c(&path), &none);
	if (doc && add_load_error(&why, doc)) {
		reading_message(r, str_span(&why));
		r->unresolved = "jest could not load a test file";
	} else if (!doc && end->how == JOB_EXITED) {
		r->unresolved = "jest broke off";
	} else if (doc && end->how == JOB_EXITED && end->code != 0 && !failed) {
		r->whole_failed = true;
		r->whole_kind = "exit status";
	}
	json_free(doc);
	str_release(&path);
	str_release(&why);
	return 0;
}

/* ---- to paste ---- */

/* With the helpers: jest's own -t takes one case-blind expression for all files. */
static int
jest_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
           struct str *out, struct err *e)
{
	struct jest *s = state_of(c, e);
	struct arena mem = ARENA_INIT;
	struct str file = STR_INIT(8192);
	uint64_t h = n;
	size_t i;
	int ret = -1;

	if (s == NULL)
		return -1;
	for (i = 0; i < n; i++)
		h = (h ^ tests[i]) * 0x100000001b3u;
	/* Escaped, as the helper reads them. */
	str_addf(&file, "%s/repro-%08x.tests", c->dir, (unsigned)(h ^ h >> 32));
	if (testlist_write(list, tests, n, str_c(&file), e) < 0)
		goto out;
	str_adds(out, "FLAKE_BISECT_TESTS=");
	str_add_shell(out, str_c(&file));
	str_addc(out, ' ');
	fw_add_words(out, (const char *const *)make_argv(c, s, &mem, NULL));
	ret = 0;
out:
	str_release(&file);
	arena_release(&mem);
	return ret;
}

const struct framework fw_jest = {
	.name = "jest",
	.title = "jest 27 and later, tests by file and full name",
	.package = "jest (npm)",
	.flags = FW_NAMES | FW_TIMES | FW_EVERY,
	.detect = jest_detect,
	.list = jest_list,
	.prepare = jest_prepare,
	.finish = jest_finish,
	.repro = jest_repro,
};
