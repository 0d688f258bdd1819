/*
 * The laboratory: asks become runs, ends become answers, and everything is
 * written down before it is told.  One thread, one poll loop (pool_wait in
 * lab_wait); a run is queued, goes, has ended, and is freed when its answer was
 * handed out.
 */
#include "common/base.h"
#include "bisect/lab_in.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/pool.h"
#include "common/secrets.h"
#include "common/sig.h"

enum {
	GRACE_MS = 2000, /* from SIGTERM to SIGKILL */
	TICK_MS = 200,
};

void
lab_note(struct lab *lab, const char *fmt, ...)
{
	struct err text;
	va_list ap;

	if (lab->c.note == NULL || lab_replaying(lab))
		return;
	va_start(ap, fmt);
	vsnprintf(text.msg, sizeof(text.msg), fmt, ap);
	va_end(ap);
	lab->c.note(lab->c.data, text.msg);
}

int64_t
lab_elapsed(const struct lab *lab)
{
	return clock_micros() - lab->began;
}

/* ---- ends ---- */

void
lab_job_ended(void *data, const struct job_end *end)
{
	struct lab *lab = data;

	for (size_t i = 0; i < lab->runs.n; i++) {
		struct run *run = lab->runs.p[i];

		if (run->state == RUN_GOING && run->number == end->id) {
			run->end = *end;
			run->state = RUN_ENDED;
			run->ended_at = ++lab->n_ends;
			run_stop_stress(run);
			return;
		}
	}
	assert(!"the end of a run that is not under way");
}

/* The run that ended first and was not looked at. */
static struct run *
first_ended(struct lab *lab)
{
	struct run *first = NULL;

	for (size_t i = 0; i < lab->runs.n; i++) {
		struct run *run = lab->runs.p[i];

		if (run->state == RUN_ENDED && (first == NULL || run->ended_at < first->ended_at))
			first = run;
	}
	return first;
}

/* Nobody could have asked it: the program itself is not there. */
static bool
cannot_start_at_all(const struct lab *lab, const struct run *run)
{
	return run->end.how == JOB_NOT_STARTED && lab->stats.n_runs == lab->stats.n_replayed;
}

static void
keep_log(struct lab *lab, struct run *run)
{
	struct str text = STR_INIT(3 * KEEP_PART), clean = STR_INIT(6 * KEEP_PART);
	struct err e = ERR_INIT;

	keep_text(&run->trial.output, &text);
	secrets_hide(&clean, str_span(&text));
	if (session_keep_log(lab->c.session, run->number, str_span(&clean), &e) < 0 && !lab->log_failed) {
		lab->log_failed = true;
		lab_note(lab, "outputs are no longer kept: %s", e.msg);
	}
	str_release(&text);
	str_release(&clean);
}

/* ---- answers ---- */

static void
fill_result(struct lab *lab, const struct run *run, struct result *r)
{
	r->run = run->number;
	r->ask = run->ask_id;
	r->digest = run->digest;
	r->n_tests = (uint32_t)run->ask.n;
	snprintf(r->phase, sizeof(r->phase), "%s", run->ask.phase);
	r->fresh = run->ask.fresh;
	r->warm = run->warm;
	r->victim = run->ask.victim;
	r->at = lab_elapsed(lab);
	r->micros = run->end.micros;
	r->load = run->end.load;
	r->n_leaked = run->end.n_leaked;
	r->n_output = run->end.n_output;
}

/* Everything that a result changes, live and on a replay alike. */
static void
take_result(struct lab *lab, const struct run *run, bool replayed)
{
	struct result *r = &lab->last;
	struct signature *s = &r->judgement.signature;

	str_clear(&lab->last_text);
	signature_text(&lab->last_text, s, lab->c.list);
	lab->stats.n_replayed += replayed;
	know_result(lab, r, know_seconds_of(lab, run->ask.tests, run->ask.n));
	if (lab->target.how == SIGNATURE_NONE && r->judgement.verdict == VERDICT_FAIL)
		know_target(lab);
	else if (r->judgement.verdict == VERDICT_FAIL && r->victim == TESTLIST_NONE)
		lab->target_seen.count++;
	if (run->ask.n == lab_n_tests(lab) && !r->warm && r->judgement.verdict != VERDICT_UNRESOLVED) {
		lab->whole_runs++;
		lab->whole_fails += r->judgement.verdict == VERDICT_FAIL;
		if (lab->whole.tests == NULL && r->judgement.verdict == VERDICT_FAIL) {
			uint32_t *copy = xcalloc(run->ask.n + 1, sizeof(*copy));

			memcpy(copy, run->ask.tests, run->ask.n * sizeof(*copy));
			lab->whole = run->ask;
			lab->whole.tests = copy;
		}
	}
}

static void
fill_answer(const struct lab *lab, struct answer *a)
{
	const struct result *r = &lab->last;

	*a = (struct answer){
		.run = r->run, .ask = r->ask, .verdict = r->judgement.verdict,
		.outcome = r->judgement.outcome, .micros = r->micros,
		.signature = str_c(&lab->last_text), .why = str_c(&r->judgement.why),
		.failed = r->judgement.failed.p, .n_failed = r->judgement.failed.n,
		.ends = lab->last_ends.p, .n_ends = lab->last_ends.n, .warm = r->warm,
	};
}

static int
write_down(struct lab *lab, struct run *run, struct err *e)
{
	struct session *s = lab->c.session;
	struct str line = STR_INIT(JOURNAL_MAX);
	int ret = -1;

	fork_event(lab, &line);
	if (line.n && journal_add(&s->journal, str_span(&line), e) < 0)
		goto out;
	str_clear(&line);
	if (know_takes_times(lab, run, &lab->last)) {
		lab->last.has_seconds = true;
		if (session_write_seconds(s, lab->test_micros, lab_n_tests(lab), e) < 0)
			goto out;
	}
	result_format(&line, &lab->last);
	ret = journal_add(&s->journal, str_span(&line), e);
out:
	if (ret < 0)
		err_prefix(e, "run %" PRIu64 " was not written down; what was is safe, and "
		           "`flake-bisect resume %s` goes on", run->number, s->shown);
	str_release(&line);
	return ret;
}

static void
take_ends(struct lab *lab, const struct run *run)
{
	const struct reading *r = &run->trial.reading;

	vec_clear(&lab->last_ends);
	for (size_t i = 0; i < r->ends.n; i++)
		vec_push(&lab->last_ends, r->ends.p[i]);
}

/* Hands the run's answer out, frees the run. */
static void
hand_out(struct lab *lab, struct run *run, struct answer *out, bool replayed)
{
	fill_answer(lab, out);
	if (lab->c.ran)
		lab->c.ran(lab->c.data, &run->ask, out, replayed);
	run_free(run);
}

/* Looks at a run that ended.  1: *out is its answer; 0: it gives none; -1: broken. */
static int
conclude(struct lab *lab, struct run *run, struct answer *out)
{
	struct err e = ERR_INIT;

	if (run->overdue && run->end.how == JOB_CANCELLED)
		run->end.how = JOB_TIMED_OUT;
	if (run->unwanted || run->end.how == JOB_CANCELLED) {
		run_free(run);
		return 0;
	}
	if (cannot_start_at_all(lab, run) && !run->warm) {
		errno = run->end.code;
		err_sys(&e, "cannot start '%s'", run->trial.job.argv[0]);
		return lab_break(lab, &e);
	}
	result_release(&lab->last);
	fill_result(lab, run, &lab->last);
	trial_finish(&run->trial, &run->end, lab->target.how == SIGNATURE_NONE ? NULL : &lab->target,
	             &lab->last.judgement);
	if (run->warm && !fork_counts(lab, run, &lab->last.judgement)) {
		if (run->ask_id == 0) {
			run_free(run);
		} else {
			if (run->number + 1 == lab->next_run)
				lab->next_run--;
			run_clear(run);
			run->only_cold = true;
		}
		return 0;
	}
	keep_log(lab, run);
	if (write_down(lab, run, &e) < 0)
		return lab_break(lab, &e);
	take_ends(lab, run);
	take_result(lab, run, false);
	hand_out(lab, run, out, false);
	return 1;
}

/* ---- how many at once ---- */

static uint32_t
jobs_wanted(const struct lab *lab)
{
	return lab->c.opt->jobs ? lab->c.opt->jobs : 1;
}

/* Where another --jobs is in force than the journal says, it says so before the next
 * answer: what is asked depends on it. */
static int
jobs_write(struct lab *lab, struct err *e)
{
	struct str line = STR_INIT(STR_LINE);
	int ret = 0;

	if (lab->jobs_seen != jobs_wanted(lab)) {
		lab->jobs_seen = jobs_wanted(lab);
		str_addf(&line, "jobs\t%" PRIu32, lab->jobs_seen);
		ret = journal_add(&lab->c.session->journal, str_span(&line), e);
	}
	str_release(&line);
	return ret;
}

static bool
jobs_replay(struct lab *lab, struct span payload)
{
	struct span word;
	uint64_t n;

	if (!span_next(&payload, '\t', &word) || !span_is(word, "jobs") || !span_u64(payload, &n) || n == 0 ||
	    n > UINT32_MAX)
		return false;
	lab->jobs_seen = (uint32_t)n;
	return true;
}

uint32_t
lab_jobs(const struct lab *lab)
{
	return lab->jobs_seen;
}

/* ---- replay ---- */

static struct run *
find_ask(struct lab *lab, uint64_t id)
{
	for (size_t i = 0; i < lab->runs.n; i++) {
		if (lab->runs.p[i]->ask_id == id && id != 0)
			return lab->runs.p[i];
	}
	return NULL;
}

/* The next line of the journal.  1: *out is its answer; 0: it was none; -1: e. */
static int
replay_line(struct lab *lab, struct answer *out, struct err *e)
{
	size_t line = lab->at + 1;
	struct span payload = lab->c.session->journal.lines.v.p[lab->at];
	struct run *run;

	if (fork_replay(lab, payload) || jobs_replay(lab, payload)) {
		lab->at++;
		return 0;
	}
	result_release(&lab->last);
	vec_clear(&lab->last_ends);
	if (result_parse(&lab->last, payload, lab_n_tests(lab), e) < 0)
		return err_prefix(e, "'%s/journal', line %zu", lab->c.session->shown, line);
	run = find_ask(lab, lab->last.ask);
	if (run == NULL || run->digest != lab->last.digest)
		return err_set(e, "'%s/journal', line %zu: it answers a question that is not asked now; "
		               "was the session begun by another version? begin a new one",
		               lab->c.session->shown, line);
	if (lab->last.has_seconds && lab->test_micros == NULL) {
		lab->test_micros = xcalloc((size_t)lab_n_tests(lab) + 1, sizeof(*lab->test_micros));
		lab->seconds_old = true;
		if (session_read_seconds(lab->c.session, lab->test_micros, lab_n_tests(lab), e) < 0)
			return -1;
	}
	if (lab->last.run >= lab->next_run)
		lab->next_run = lab->last.run + 1;
	lab->began = clock_micros() - lab->last.at;
	run->number = lab->last.run;
	take_result(lab, run, true);
	hand_out(lab, run, out, true);
	/* Only now: what is told meanwhile is a replay. */
	lab->at++;
	return 1;
}

/* ---- the contract ---- */

struct lab *
lab_open(const struct lab_config *config, struct err *e)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));

	lab->c = *config;
	lab->next_ask = lab->next_run = 1;
	lab->jobs_seen = 1;
	lab->began = clock_micros();
	lab->target_text = lab->last_text = (struct str)STR_INIT(2048);
	lab->trouble = lab->fork_why = (struct str)STR_INIT(ERR_MAX);
	result_init(&lab->last);
	signature_init(&lab->target);
	if (trial_rules_init(&lab->rules, config->opt, config->fw, config->command, config->list, e) < 0)
		goto fail;
	/* Before the first question. */
	if (lab_replaying(lab) && jobs_replay(lab, config->session->journal.lines.v.p[0]))
		lab->at++;
	if (!config->replay_only) {
		assert(config->session->scratch);
		lab->local = ex_local_open(config->pool, GRACE_MS);
		executor_listen(lab->local, lab_job_ended, lab);
		fork_open(lab);
		if (lab->at == 0 && !lab_replaying(lab) && jobs_write(lab, e) < 0)
			goto fail;
	}
	return lab;
fail:
	lab_close(lab);
	return NULL;
}

void
lab_close(struct lab *lab)
{
	if (lab == NULL)
		return;
	fork_close(lab);
	executor_close(lab->local);
	while (lab->runs.n)
		run_free(lab->runs.p[lab->runs.n - 1]);
	vec_release(&lab->runs);
	vec_release(&lab->last_ends);
	result_release(&lab->last);
	str_release(&lab->last_text);
	str_release(&lab->target_text);
	signature_release(&lab->target);
	trial_rules_release(&lab->rules);
	free((uint32_t *)lab->whole.tests);
	know_release(lab);
	str_release(&lab->fork_why);
	free(lab);
}

int
lab_ask(struct lab *lab, const struct ask *ask, uint64_t *id, struct err *e)
{
	*id = lab->next_ask++;
	vec_push(&lab->runs, run_new(lab, ask, *id));
	if (lab_replaying(lab) || lab->c.replay_only || runs_start(lab) == 0)
		return 0;
	*e = lab->why;
	return -1;
}

void
lab_cancel(struct lab *lab, uint64_t id)
{
	struct run *run = find_ask(lab, id);

	if (run == NULL)
		return;
	if (run->state == RUN_GOING) {
		run->unwanted = true;
		run->ask_id = UINT64_MAX;
		executor_cancel(run->warm ? lab->fork : lab->local, run->number);
	} else {
		run_free(run);
	}
}

/* Nothing ended: whether, and for what, to stop waiting. */
static bool
is_over(struct lab *lab, enum lab_event *event)
{
	if (sig_pending())
		*event = LAB_SIGNAL;
	else if (!runs_time_left(lab))
		*event = LAB_BUDGET;
	else if (runs_count(lab, RUN_GOING) == 0)
		*event = runs_next(lab) == NULL ? LAB_IDLE : LAB_BUDGET;
	else
		return false;
	return true;
}

enum lab_event
lab_wait(struct lab *lab, struct answer *out, struct err *e)
{
	enum lab_event event;
	struct run *run;
	int got = 0;

	while (!lab->broken && lab_replaying(lab) && got == 0) {
		if (lab->runs.n == 0)
			return LAB_IDLE;
		if ((got = replay_line(lab, out, e)) < 0)
			lab_break(lab, e);
	}
	if (got == 0 && !lab->c.replay_only && !lab->broken && jobs_write(lab, e) < 0)
		lab_break(lab, e);
	if (got == 0 && lab->c.replay_only && !lab->broken)
		return lab->runs.n == 0 ? LAB_IDLE : runs_left(lab) ? LAB_SIGNAL : LAB_BUDGET;
	while (!lab->broken && got == 0) {
		if (!sig_pending() && (run = first_ended(lab)) != NULL) {
			got = conclude(lab, run, out);
		} else if (runs_start(lab) == 0 && first_ended(lab) == NULL) {
			if (is_over(lab, &event))
				return event;
			pool_wait(lab->c.pool, TICK_MS);
			runs_limit(lab);
			if (lab->fork)
				executor_tick(lab->fork);
			if (lab->c.tick)
				lab->c.tick(lab->c.data);
		}
	}
	if (got > 0)
		return LAB_ANSWER;
	*e = lab->why;
	return LAB_ERROR;
}

void
lab_target(struct lab *lab, const struct answer *answer)
{
	assert(answer->run == lab->last.run);
	know_target(lab);
}

const char *
lab_target_text(const struct lab *lab)
{
	return lab->target.how == SIGNATURE_NONE ? NULL : str_c(&lab->target_text);
}

void
lab_target_shown(struct str *out, const struct lab *lab)
{
	signature_shown(out, &lab->target, lab->c.list);
}

struct lab_stats
lab_stats(const struct lab *lab)
{
	struct lab_stats s = lab->stats;

	s.n_under_way = runs_count(lab, RUN_GOING);
	/* Between runs the time of the last answer, so that `show` says the same. */
	s.seconds = (double)(lab->runs.n || s.n_runs == 0 ? lab_elapsed(lab) : lab->last.at) / 1e6;
	return s;
}
