/*
 * One run from its folder to its judgement: see trial.h.  Everything a run
 * leaves lies in its folder, TMPDIR included, and goes with it.
 */
#include "common/base.h"
#include "bisect/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "common/fs.h"
#include "common/rx.h"

/* ---- rules ---- */

static int
one_status(struct span text, const char *list, unsigned *out, struct err *e)
{
	uint64_t v;

	if (!span_u64(span_trim(text), &v) || v > 255)
		return err_set(e, "'%s' is no list of exit statuses: write 0 to 255, as in 1,3-7", list);
	*out = (unsigned)v;
	return 0;
}

static int
parse_statuses(bool fails[256], const char *list, struct err *e)
{
	struct span rest = span_of(list), part, low;
	unsigned lo = 0, hi = 0;

	while (span_next(&rest, ',', &part)) {
		if (!span_next(&part, '-', &low) || one_status(low, list, &lo, e) < 0)
			return -1;
		hi = lo;
		if (part.p && one_status(part, list, &hi, e) < 0)
			return -1;
		if (hi < lo)
			return err_set(e, "'%s' holds a range from %u down to %u", list, lo, hi);
		for (; lo <= hi; lo++)
			fails[lo] = true;
	}
	return 0;
}

/* Adds the next word of a command line to b; blanks split, quotes and
 * backslashes keep together, as in a shell without expansions. */
static int
next_word(struct argv_builder *b, const char **at, struct err *e)
{
	struct str word = STR_INIT(STR_LINE);
	const char *c = *at;
	char quote = '\0';

	for (; *c && (quote || (*c != ' ' && *c != '\t')); c++) {
		if (*c == quote)
			quote = '\0';
		else if (!quote && (*c == '\'' || *c == '"'))
			quote = *c;
		else if (*c == '\\' && quote != '\'' && c[1])
			str_addc(&word, *++c);
		else
			str_addc(&word, *c);
	}
	if (!quote)
		argv_add(b, str_c(&word));
	*at = c;
	str_release(&word);
	return quote ? err_set(e, "--launcher: a quote is not closed") : 0;
}

static int
split_launcher(struct trial_rules *r, const char *text, struct err *e)
{
	struct argv_builder b = { &r->mem, VEC_INIT };
	int ret = 0;

	while (text && ret == 0) {
		text += strspn(text, " \t");
		if (*text == '\0')
			break;
		ret = next_word(&b, &text, e);
	}
	r->launcher = argv_done(&b);
	return ret;
}

int
trial_rules_init(struct trial_rules *r, const struct options *opt, const struct framework *fw,
                 struct fw_command *command, const struct testlist *list, struct err *e)
{
	*r = (struct trial_rules){
		.fw = fw, .command = command, .list = list,
		.stop_at_match = opt->stop_at_match, .timeout_is_fail = opt->timeout_is_fail,
		.any_failure = opt->any_failure, .exits_listed = opt->fail_exit != NULL,
	};
	if (split_launcher(r, opt->launcher, e) < 0)
		return -1;
	if (opt->fail_exit && parse_statuses(r->exit_fails, opt->fail_exit, e) < 0)
		return err_prefix(e, "--fail-exit");
	if (opt->match && (r->match = rx_new(opt->match, 0, e)) == NULL)
		return err_prefix(e, "--match");
	return 0;
}

void
trial_rules_release(struct trial_rules *r)
{
	rx_free(r->match);
	arena_release(&r->mem);
	*r = (struct trial_rules){ .fw = NULL };
}

/* ---- output ---- */

static void
hear_line(struct trial *t, int stream, struct span line)
{
	const struct trial_rules *r = t->rules;

	if (r->fw->line)
		r->fw->line(r->command, &t->reading, stream, line);
	if (r->match && !t->matched)
		t->matched = rx_match(r->match, line) == 1;
}

static void
hear_stdout(void *data, struct span line)
{
	hear_line(data, 1, line);
}

static void
hear_stderr(void *data, struct span line)
{
	hear_line(data, 2, line);
}

static bool
hear(void *data, int stream, struct span bytes)
{
	struct trial *t = data;

	keep_feed(&t->output, bytes);
	if (t->rules->fw->line || t->rules->match)
		lines_feed(&t->lines[stream == 2], bytes);
	return !(t->matched && t->rules->stop_at_match);
}

/* ---- the job ---- */

static const char *
in_folder(struct trial *t, const char *name)
{
	struct str path = STR_INIT(STR_LINE);
	const char *copy;

	str_addf(&path, "%s/%s", t->folder, name);
	copy = arena_copy(&t->job.mem, str_c(&path), path.n);
	str_release(&path);
	return copy;
}

static int
make_folder(struct trial *t, const char *scratch, uint64_t run, struct err *e)
{
	struct str path = STR_INIT(STR_LINE);
	const char *tmp;
	int ret = 0;

	str_addf(&path, "%s/%" PRIu64, scratch, run);
	t->folder = xstrdup(str_c(&path));
	str_release(&path);
	t->job.dir = arena_copy(&t->job.mem, t->folder, strlen(t->folder));
	tmp = in_folder(t, "tmp");
	if (mkdir(t->folder, 0700) < 0 || mkdir(tmp, 0700) < 0)
		ret = err_sys(e, "cannot make the folder of run %" PRIu64 ", '%s'", run, t->folder);
	return ret;
}

/* TMPDIR, then what the framework wants. */
static void
add_environment(struct trial *t)
{
	struct argv_builder b = { &t->job.mem, VEC_INIT };
	const char **theirs = t->job.env;

	argv_addf(&b, "TMPDIR=%s/tmp", t->folder);
	for (; theirs && *theirs; theirs++)
		argv_add(&b, *theirs);
	t->job.env = argv_done(&b);
}

static void
add_launcher(struct trial *t)
{
	struct argv_builder b = { &t->job.mem, VEC_INIT };
	const char **word;

	if (t->rules->launcher[0] == NULL)
		return;
	for (word = t->rules->launcher; *word; word++)
		argv_add(&b, *word);
	for (word = t->job.argv; *word; word++)
		argv_add(&b, *word);
	t->job.argv = argv_done(&b);
}

int
trial_init(struct trial *t, const struct trial_rules *rules, const struct ask *ask, uint64_t run,
           const char *scratch, int64_t timeout_ms, struct err *e)
{
	uint32_t *tests;

	*t = (struct trial){ .rules = rules, .ask = *ask };
	reading_init(&t->reading, rules->list);
	keep_init(&t->output);
	lines_init(&t->lines[0], hear_stdout, t);
	lines_init(&t->lines[1], hear_stderr, t);
	tests = arena_alloc(&t->job.mem, (ask->n + 1) * sizeof(*tests));
	if (ask->n)
		memcpy(tests, ask->tests, ask->n * sizeof(*tests));
	t->ask.tests = tests;
	t->job.id = run;
	t->job.timeout_ms = timeout_ms;
	t->job.output = hear;
	t->job.data = t;
	t->job.cwd = rules->command->cwd;
	if (make_folder(t, scratch, run, e) < 0)
		return -1;
	t->job.tests_path = in_folder(t, "tests");
	t->job.results_path = in_folder(t, "results");
	if (testlist_write(rules->list, tests, ask->n, t->job.tests_path, e) < 0 ||
	    rules->fw->prepare(rules->command, rules->list, tests, ask->n, &t->job, e) < 0)
		return -1;
	add_environment(t);
	add_launcher(t);
	return 0;
}

/* ---- the end ---- */

static bool
did_run(const struct job_end *end)
{
	return end->how == JOB_EXITED || end->how == JOB_SIGNALLED || end->how == JOB_TIMED_OUT;
}

void
trial_finish(struct trial *t, const struct job_end *end, const struct signature *target,
             struct judgement *j)
{
	const struct trial_rules *r = t->rules;
	struct str tail = STR_INIT(2 * KEEP_PART);
	struct trial_facts facts = {
		.ask = &t->ask, .end = end, .reading = &t->reading,
		.timeout_ms = t->job.timeout_ms, .target = target,
	};
	struct err bad = ERR_INIT;

	lines_finish(&t->lines[0]);
	lines_finish(&t->lines[1]);
	if (did_run(end) && r->fw->finish && r->fw->finish(r->command, &t->reading, &t->job, end, &bad) < 0) {
		/* What a run wrote wrongly is that run's fault, not the session's end. */
		t->reading.unresolved = arena_copy(&t->reading.mem, bad.msg, strlen(bad.msg));
	}
	keep_tail(&t->output, &tail);
	facts.line = signature_error_line(str_span(&tail));
	facts.matched = t->matched;
	trial_judge(j, r, &facts);
	str_release(&tail);
}

int
trial_release(struct trial *t, struct err *e)
{
	int ret = t->folder ? fs_remove(t->folder, e) : 0;

	free(t->folder);
	reading_release(&t->reading);
	keep_release(&t->output);
	lines_release(&t->lines[0]);
	lines_release(&t->lines[1]);
	arena_release(&t->job.mem);
	*t = (struct trial){ .rules = NULL };
	return ret;
}
