/* The options of flake-bisect, their checks and defaults: see opts.h. */
#include "common/base.h"
#include "bisect/opts.h"

#include <stdlib.h>
#include <unistd.h>

#include "bisect/fw.h"
#include "common/clock.h"
#include "common/rx.h"

enum { RUNS = USE_TESTS | USE_RATE, SEARCHES = RUNS | USE_COMMITS };

#define YEAR_MS (366 * 24 * 3600 * INT64_C(1000))

/* ---- setters of this table alone ---- */

static struct options *
options_of(void *target)
{
	return &((struct opts *)target)->options;
}

static int
set_framework(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	/* A name of the project's own is looked for when its file is read. */
	if (framework_find(value) == NULL && access(".flake-bisect.ini", F_OK) < 0)
		return err_set(e, "there is no framework '%s'; `flake-bisect frameworks` lists them",
		               value);
	options_of(target)->framework = value;
	return 0;
}

static int
set_match(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct rx *rx = rx_new(value, 0, e);

	if (rx == NULL)
		return -1;
	rx_free(rx);
	options_of(target)->match = value;
	return 0;
}

/* One status, 0 to 255. */
static bool
is_status(struct span text, uint64_t *n)
{
	return span_u64(span_trim(text), n) && *n <= 255;
}

static int
set_fail_exit(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct span rest = span_of(value), part, first, second;
	uint64_t lo, hi;

	while (span_next(&rest, ',', &part)) {
		second = part;
		span_next(&second, '-', &first);
		if (!is_status(first, &lo) ||
		    (second.p && (!is_status(second, &hi) || hi < lo)))
			return err_set(e, "'%s' is no list of exit statuses; write one like 1 or 1,3-7, "
			               "each from 0 to 255", value);
	}
	options_of(target)->fail_exit = value;
	return 0;
}

static int
set_confidence(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	char *end;
	double p = strtod(value, &end);

	if (*end == '%' && end > value) {
		p /= 100;
		end++;
	}
	if (*end || end == value || !(p >= 0.5 && p <= 0.999999))
		return err_set(e, "'%s' is not between 0.5 and 0.999999; the default is 0.99", value);
	options_of(target)->confidence = p;
	return 0;
}

static int
set_timeout_is(void *target, const struct opt *o, const char *value, struct err *e)
{
	if (strcmp(value, "fail") != 0 && strcmp(value, "unresolved") != 0)
		return err_set(e, "'%s' is neither 'fail' nor 'unresolved'", value);
	*(bool *)((char *)target + o->field) = value[0] == 'f';
	return 0;
}

/* As git takes them: a word, and none of its own commands. */
static int
set_term(void *target, const struct opt *o, const char *value, struct err *e)
{
	static const char *const taken[] = {
		"help", "start", "skip", "next", "reset", "visualize", "view", "replay", "log", "run", "terms",
	};
	size_t i;

	for (i = 0; value[i]; i++) {
		if (strchr(" \t\n~^:?*[\\\177", value[i]) || value[i] < ' ')
			return err_set(e, "'%s' is no term: write one word", value);
	}
	for (i = 0; i < ARRAY_LEN(taken); i++) {
		if (strcmp(value, taken[i]) == 0)
			return err_set(e, "'%s' is a command of git bisect; write another word", value);
	}
	return opt_set_text(target, o, value, e);
}

/* Six digits are enough to tell orders apart, and easy to type again. */
static int
set_shuffle(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct options *opt = options_of(target);
	uint64_t seed;

	if (value == NULL) {
		seed = (uint64_t)clock_micros() * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)getpid();
		seed = 1 + (seed >> 20) % 999999;
	} else if (!span_u64(span_of(value), &seed)) {
		return err_set(e, "'%s' is no seed: write a whole number", value);
	}
	opt->shuffle = true;
	opt->seed = seed;
	return 0;
}

static int
set_color(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct options *opt = options_of(target);

	if (value == NULL || strcmp(value, "always") == 0)
		opt->color = COLOR_ALWAYS;
	else if (strcmp(value, "auto") == 0)
		opt->color = COLOR_AUTO;
	else if (strcmp(value, "never") == 0)
		opt->color = COLOR_NEVER;
	else
		return err_set(e, "'%s' is none of auto, always, never", value);
	return 0;
}

static int
set_progress(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct options *opt = options_of(target);

	if (value == NULL || strcmp(value, "always") == 0)
		opt->progress = 1;
	else if (strcmp(value, "auto") == 0)
		opt->progress = -1;
	else if (strcmp(value, "never") == 0)
		opt->progress = 0;
	else
		return err_set(e, "'%s' is none of auto, always, never", value);
	return 0;
}

/* ---- the table ---- */

#define FIELD(name) .field = offsetof(struct opts, options.name)
#define HI_U32 .hi = UINT32_MAX

const struct opt opts_table[] = {
#define GROUP .group = "Which tests"
	{ "framework", 'F', "NAME", .use = RUNS, GROUP, .set = set_framework,
	  .help = "the adapter that lists, chooses and reads tests (default: seen from COMMAND; "
	          "`flake-bisect frameworks` lists them)" },
	{ "input", 'i', "FILE", .use = RUNS, GROUP, .words = "FILE", .set = opt_set_text, FIELD(input),
	  .help = "take the list of tests from FILE, one a line; '-' is standard input" },
	{ "list-command", .arg = "CMD", .use = RUNS, GROUP, .set = opt_set_text, FIELD(list_command),
	  .help = "take the list of tests from the output of the shell command CMD" },
	{ "output", 'o', "FILE", .use = USE_TESTS | USE_RESUME, GROUP, .words = "FILE",
	  .set = opt_set_text, FIELD(output),
	  .help = "keep the isolated tests in FILE, one a line; written anew whenever they get fewer" },
	{ "shuffle", .arg = "SEED", .optional = true, .use = RUNS, GROUP, .set = set_shuffle,
	  .help = "look for an order in which COMMAND fails first, then reduce that" },
#undef GROUP
#define GROUP .group = "Which commits"
	{ "first-parent", .use = USE_COMMITS, GROUP, .set = opt_set_true, FIELD(first_parent),
	  .help = "follow the first parent of merges alone: a merge is one step" },
	{ "paths", .arg = "LIST", .use = USE_COMMITS, GROUP, .words = "FILE", .set = opt_set_text,
	  FIELD(paths), .help = "suspect only commits that touch these files and folders, with commas "
	                        "between" },
	{ "fixed", .use = USE_COMMITS, GROUP, .set = opt_set_true, FIELD(fixed),
	  .help = "look for the commit that made COMMAND pass: GOOD is the older one, which fails" },
	{ "term-old", .arg = "TERM", .use = USE_COMMITS, GROUP, .set = set_term, FIELD(term_old),
	  .help = "what to call the old state (default: good; with --fixed: broken)" },
	{ "term-new", .arg = "TERM", .use = USE_COMMITS, GROUP, .set = set_term, FIELD(term_new),
	  .help = "what to call the new state (default: bad; with --fixed: fixed)" },
	{ "build", .arg = "CMD", .use = USE_COMMITS, GROUP, .set = opt_set_text, FIELD(build),
	  .help = "make each commit with the shell command CMD first; where that fails nothing is "
	          "proven" },
	{ "build-timeout", .arg = "D", .use = USE_COMMITS, GROUP, .set = opt_set_duration,
	  FIELD(build_timeout_ms), .lo = 1, .hi = YEAR_MS,
	  .help = "limit of one build (default: 1h)" },
	{ "log", .arg = "FILE", .use = USE_COMMITS | USE_RESUME, GROUP, .words = "FILE",
	  .set = opt_set_text, FIELD(log), .help = "write FILE for 'git bisect replay'" },
#undef GROUP
#define GROUP .group = "What a failure is"
	{ "match", 'm', "REGEX", .use = SEARCHES, GROUP, .set = set_match,
	  .help = "a run fails if its output matches REGEX (PCRE2)" },
	{ "stop-at-match", .use = SEARCHES, GROUP, .set = opt_set_true, FIELD(stop_at_match),
	  .help = "end a run as soon as its output matches" },
	{ "victim", .arg = "TEST", .use = SEARCHES, GROUP, .set = opt_set_text, FIELD(victim),
	  .help = "a run fails if TEST fails; TEST is always kept, and last where the order can be "
	          "chosen; for commits: the test that --history is asked about" },
	{ "fail-exit", .arg = "LIST", .use = SEARCHES, GROUP, .set = set_fail_exit,
	  .help = "the exit statuses that fail, like 1,3-7 (default: any but 0 and 125; 125 says "
	          "'cannot tell')" },
	{ "any-failure", .use = SEARCHES, GROUP, .set = opt_set_true, FIELD(any_failure),
	  .help = "count every failure, also those that look different from the first" },
	{ "timeout", 't', "D", .use = SEARCHES | USE_RESUME, GROUP, .set = opt_set_duration,
	  FIELD(timeout_ms), .lo = 1, .hi = YEAR_MS,
	  .help = "limit of one run, like 90s or 5m (default: ten times a whole run)" },
	{ "timeout-is", .arg = "WHAT", .use = SEARCHES, GROUP, .words = "fail unresolved",
	  .set = set_timeout_is, FIELD(timeout_is_fail),
	  .help = "what a run over the limit is: 'fail' to search for a hang, or 'unresolved' (default)" },
#undef GROUP
#define GROUP .group = "How far to go"
	{ "max-tests", 'n', "N", .use = USE_TESTS, GROUP, .set = opt_set_u32, FIELD(max_tests), .lo = 1,
	  HI_U32, .help = "stop once N or fewer tests are left (default: 1)" },
	{ "max-runs", 'N', "N", .use = SEARCHES | USE_RESUME, GROUP, .set = opt_set_u32, FIELD(max_runs),
	  .lo = 1, HI_U32, .help = "stop after N runs" },
	{ "max-iter", .arg = "N", .use = SEARCHES | USE_RESUME, GROUP, .set = opt_set_u32, FIELD(max_runs),
	  .lo = 1, HI_U32 }, /* what test.bisect_cmd calls it */
	{ "budget", .arg = "D", .use = SEARCHES | USE_RESUME, GROUP, .set = opt_set_duration,
	  FIELD(budget_ms), .lo = 1, .hi = YEAR_MS,
	  .help = "stop after the time D, like 90s, 30m or 1h30m" },
	{ "confidence", 'c', "P", .use = SEARCHES, GROUP, .set = set_confidence,
	  .help = "how sure to be of the answer (default: 0.99)" },
	{ "all", .use = USE_TESTS, GROUP, .set = opt_set_true, FIELD(all),
	  .help = "find every set of tests that makes COMMAND fail, not only the first" },
	{ "find-cleaner", .use = USE_TESTS, GROUP, .set = opt_set_true, FIELD(find_cleaner),
	  .help = "find the tests that undo a pollution, too" },
#undef GROUP
#define GROUP .group = "How to run"
	{ "jobs", 'j', "N", .use = SEARCHES | USE_RESUME, GROUP, .set = opt_set_u32, FIELD(jobs), .lo = 1,
	  .hi = 1024, .help = "N runs at once (default: 1)" },
	{ "stress", .arg = "N", .use = SEARCHES, GROUP, .set = opt_set_u32, FIELD(stress), .lo = 1,
	  .hi = 1024, .help = "keep N processors busy beside each run, for failures that come with load" },
	{ "launcher", .arg = "CMD", .use = SEARCHES, GROUP, .set = opt_set_text, FIELD(launcher),
	  .help = "put CMD before each run: 'srun -N1 -n1', 'ssh host', 'taskset -c 1'" },
	{ "no-warm", .use = RUNS | USE_RESUME, GROUP, .set = opt_set_false, FIELD(warm),
	  .help = "start a new process for every run, never fork a loaded one" },
	{ "session", .arg = "DIR", .use = SEARCHES | USE_RESUME | USE_SHOW, GROUP, .words = "DIR",
	  .set = opt_set_text, FIELD(session),
	  .help = "keep journals and outputs in DIR (default: .flake-bisect)" },
	{ "history", .arg = "DB", .use = USE_TESTS | USE_COMMITS, GROUP, .words = "FILE", .set = opt_set_text,
	  FIELD(history),
	  .help = "begin with what earlier builds tell, in the store DB of flake-triage: how long tests take "
	          "and which are suspect; for commits: which are suspect of --victim" },
#undef GROUP
#define GROUP .group = "Output"
	{ "json", .use = USE_ALL & ~USE_HELP, GROUP, .set = opt_set_true, FIELD(json),
	  .help = "print one JSON document on standard output" },
	{ "quiet", 'q', .use = USE_ALL & ~(USE_HELP | USE_FRAMEWORKS), GROUP, .set = opt_set_true,
	  FIELD(quiet), .help = "print the answer alone" },
	{ "verbose", 'v', .use = SEARCHES | USE_RESUME | USE_SHOW, GROUP, .set = opt_set_more,
	  FIELD(verbose), .help = "print a line for each run" },
	{ "color", .arg = "WHEN", .optional = true, .use = USE_ALL & ~(USE_HELP | USE_FRAMEWORKS), GROUP,
	  .words = "auto always never", .set = set_color,
	  .help = "colours: auto (default: on a terminal, unless NO_COLOR is set), always, never" },
	{ "progress", .arg = "WHEN", .optional = true, .use = SEARCHES | USE_RESUME, GROUP,
	  .words = "auto always never", .set = set_progress,
	  .help = "the line of progress: auto (default: on a terminal), always, never" },
	{ "help", 'h', .use = USE_ALL, GROUP, .set = opt_set_true, .field = offsetof(struct opts, both.help),
	  .help = "print this help, or that of the command before it" },
	{ "version", .use = USE_ALL, GROUP, .set = opt_set_true,
	  .field = offsetof(struct opts, both.version), .help = "print the version" },
#undef GROUP
	{ .name = NULL },
};

/* ---- the whole ---- */

void
opts_init(struct opts *o)
{
	*o = (struct opts){
		.options = {
			.max_tests = 1,
			.confidence = 0.99,
			.jobs = 1,
			.seed = 1,
			.session = ".flake-bisect",
			.build_timeout_ms = 3600 * 1000,
			.warm = true,
			.color = COLOR_AUTO,
			.progress = -1,
		},
	};
}

int
opts_check(const struct options *o, struct err *e)
{
	if (o->input && o->list_command)
		return err_set(e, "'--input' and '--list-command' both give the list of tests; "
		               "leave one out");
	if (o->stop_at_match && o->match == NULL)
		return err_set(e, "'--stop-at-match' needs a '--match REGEX'");
	if (o->term_old && o->term_new && strcmp(o->term_old, o->term_new) == 0)
		return err_set(e, "'--term-old' and '--term-new' must differ");
	if (o->quiet && o->verbose)
		return err_set(e, "'--quiet' and '--verbose' contradict each other; leave one out");
	return 0;
}

const char *
opts_words(const struct opt *o)
{
	static char names[1024];
	struct str words = STR_INIT(sizeof(names) - 1);
	size_t i;

	if (strcmp(o->name, "framework") != 0)
		return NULL;
	for (i = 0; frameworks[i]; i++)
		str_addf(&words, "%s%s", i ? " " : "", frameworks[i]->name);
	assert(!words.over);
	memcpy(names, str_c(&words), words.n + 1);
	str_release(&words);
	return names;
}
