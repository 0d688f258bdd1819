/* The options of flake-triage, their checks and defaults: see opts.h. */
#include "common/base.h"
#include "triage/opts.h"

#include <stdlib.h>

#include "common/clock.h"
#include "triage/reader.h"
#include "triage/when.h"

enum {
	ANSWERS = USE_REPORT | USE_HISTORY | USE_ANSWER | USE_BLAME | USE_FIXES | USE_WORKERS,
	TIMED = USE_REPORT | USE_HISTORY | USE_WORKERS | USE_BLAME,
	STORES = ANSWERS | USE_INGEST | USE_KNOWN | USE_EVAL | USE_PRIORS,
};

static int
add_repo(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct options *options = &((struct triage_opts *)target)->options;

	if (value[0] == '\0')
		return err_set(e, "it names no folder");
	if (options->n_repos == OPTIONS_REPOS)
		return err_set(e, "%d repositories are enough", OPTIONS_REPOS);
	options->repos[options->n_repos++] = value;
	return 0;
}

static int
set_seed(void *target, const struct opt *o UNUSED, const char *value, struct err *e)
{
	struct options *options = &((struct triage_opts *)target)->options;

	if (!span_u64(span_of(value), &options->synthetic))
		return err_set(e, "'%s' is no seed; write a number", value);
	options->is_synthetic = true;
	return 0;
}

#define FIELD(name) .field = offsetof(struct triage_opts, options.name)

const struct opt triage_opts_table[] = {
#define GROUP .group = "Which results"
	{ "db", .arg = "FILE", .use = STORES, GROUP, .words = "FILE", .set = opt_set_text, FIELD(db),
	  .help = "the store (default: $FLAKE_TRIAGE_DB, else flake-triage.db)" },
	{ "branch", .arg = "NAME", .use = STORES, GROUP, .set = opt_set_text, FIELD(branch),
	  .help = "builds of these branches alone, like 'main' or '3.*'; for ingest, known add: the branch" },
	{ "builder", .arg = "NAME", .use = STORES, GROUP, .set = opt_set_text, FIELD(builder),
	  .help = "builds of these builders alone, like '*FreeBSD*'; for ingest, known add: the builder" },
	{ "since", .arg = "WHEN", .use = TIMED | USE_INGEST, GROUP, .set = opt_set_text, FIELD(since_text),
	  .help = "what changed since WHEN: 1d or 36h before now, or a date like 2026-11-24, "
	          "'2026-11-24 18:30' (UTC); default for report: 1d; for ingest: a Buildbot's builds that "
	          "began then or later" },
	{ "until", .arg = "WHEN", .use = ANSWERS | USE_PRIORS, GROUP, .set = opt_set_text, FIELD(until_text),
	  .help = "as if it were WHEN now: builds that began later are left out" },
	{ "repo", .arg = "DIR", .use = ANSWERS | USE_EVAL | USE_PRIORS, GROUP, .words = "DIR", .set = add_repo,
	  .help = "a clone of what was tested, for the order of its commits, what they change and which tests "
	          "they rename; may be given again for another codebase" },
#undef GROUP
#define GROUP .group = "What a file does not say (ingest)"
	{ "revision", .arg = "ID", .use = USE_INGEST, GROUP, .set = opt_set_text, FIELD(revision),
	  .help = "the commit that was built" },
	{ "number", .arg = "N", .use = USE_INGEST, GROUP, .set = opt_set_text, FIELD(number),
	  .help = "the build's number (default: from the path, else from the content)" },
	{ "worker", .arg = "NAME", .use = USE_INGEST, GROUP, .set = opt_set_text, FIELD(worker),
	  .help = "the machine that it ran on" },
	{ "started", .arg = "WHEN", .use = USE_INGEST, GROUP, .set = opt_set_text, FIELD(started_text),
	  .help = "when it began (default: as the file says, else the file's time)" },
	{ "layout", .arg = "PATTERN", .use = USE_INGEST, GROUP, .set = opt_set_text, FIELD(layout),
	  .help = "take these from paths: '{branch}/{builder}/{number}.xml'; also {revision}, {worker}" },
	{ "warnings", .arg = "FILE", .use = USE_INGEST, GROUP, .words = "FILE", .set = opt_set_text,
	  FIELD(warnings), .help = "the rules that turn a build orange (default: CPython's)" },
#undef GROUP
#define GROUP .group = "Which failures (known)"
	{ "test", .arg = "NAME", .use = USE_KNOWN, GROUP, .set = opt_set_text, FIELD(test),
	  .help = "failures of these tests, like 'test_asyncio*'" },
	{ "pattern", .arg = "REGEX", .use = USE_KNOWN, GROUP, .set = opt_set_text, FIELD(pattern),
	  .help = "failures whose message or trace matches REGEX (PCRE2)" },
	{ "issue", .arg = "LINK", .use = USE_KNOWN, GROUP, .set = opt_set_text, FIELD(issue),
	  .help = "the issue that they belong to" },
	{ "note", .arg = "TEXT", .use = USE_KNOWN, GROUP, .set = opt_set_text, FIELD(note),
	  .help = "a remark for people" },
#undef GROUP
#define GROUP .group = "What is replayed (eval)"
	{ "synthetic", .arg = "SEED", .use = USE_EVAL, GROUP, .set = set_seed,
	  .help = "a history that is made from SEED, of which the truth is known, instead of the store" },
#undef GROUP
#define GROUP .group = "Output"
	{ "format", .arg = "NAME", .use = STORES & ~(unsigned)(USE_KNOWN | USE_EVAL | USE_PRIORS), GROUP,
	  .set = opt_set_text,
	  FIELD(format),
	  .help = "text, markdown, html or json; for ingest: the format of the input (default: seen from "
	          "its content)" },
	{ "json", .use = STORES, GROUP, .set = opt_set_true, FIELD(json), .help = "the same as --format json" },
	{ "output", 'o', "FILE", .use = (ANSWERS | USE_PRIORS) & ~(unsigned)USE_WORKERS, GROUP,
	  .words = "FILE",
	  .set = opt_set_text, FIELD(output), .help = "write to FILE instead of standard output" },
	{ "explain", .use = ANSWERS, GROUP, .set = opt_set_true, FIELD(explain),
	  .help = "say how each verdict was reached" },
	{ "all", .use = USE_REPORT | USE_HISTORY | USE_WORKERS | USE_BLAME, GROUP, .set = opt_set_true, FIELD(all),
	  .help = "leave nothing out for brevity" },
	{ "exit-code", .use = USE_REPORT | USE_ANSWER, GROUP, .set = opt_set_true, FIELD(exit_code),
	  .help = "end with status 1 when there is something new" },
	{ "quiet", 'q', .use = STORES, GROUP, .set = opt_set_true, FIELD(quiet),
	  .help = "no remarks beside the answer" },
	{ "verbose", 'v', .use = USE_INGEST, GROUP, .set = opt_set_more, FIELD(verbose),
	  .help = "say what is read" },
	{ "help", 'h', .use = USE_ALL, GROUP, .set = opt_set_true,
	  .field = offsetof(struct triage_opts, both.help),
	  .help = "print this help, or that of the command before it" },
	{ "version", .use = USE_ALL, GROUP, .set = opt_set_true,
	  .field = offsetof(struct triage_opts, both.version), .help = "print the version" },
#undef GROUP
	{ .name = NULL },
};

/* ---- the whole ---- */

void
triage_opts_init(struct triage_opts *o)
{
	const char *db = getenv("FLAKE_TRIAGE_DB");

	*o = (struct triage_opts){ .options.db = db && *db ? db : "flake-triage.db" };
}

static int
read_when(const char *option, const char *text, bool end, int64_t *seconds, struct err *e)
{
	if (text == NULL || when_parse(span_of(text), clock_wall(), end, seconds))
		return 0;
	return err_set(e, "option '--%s': '%s' is no time; write 1d, 36h, 2026-11-24 or '2026-11-24 18:30'",
	               option, text);
}

int
triage_opts_check(struct options *o, struct err *e)
{
	if (read_when("since", o->since_text, false, &o->since, e) < 0 ||
	    read_when("until", o->until_text, true, &o->until, e) < 0 ||
	    read_when("started", o->started_text, false, &o->started, e) < 0)
		return -1;
	if (o->since && o->until && o->since > o->until)
		return err_set(e, "'--since %s' is after '--until %s'", o->since_text, o->until_text);
	return 0;
}

const char *
triage_opts_words(const struct opt *o)
{
	static char names[1024];
	struct str words = STR_INIT(sizeof(names) - 1);
	size_t i;

	if (strcmp(o->name, "format") != 0)
		return NULL;
	str_adds(&words, "text markdown html json");
	for (i = 0; readers[i]; i++)
		str_addf(&words, " %s", readers[i]->name);
	assert(!words.over);
	memcpy(names, str_c(&words), words.n + 1);
	str_release(&words);
	return names;
}
