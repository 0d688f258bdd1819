/*
 * From what a run left to pass, fail or unresolved.  Pure: no file, no clock.
 * A failure is believed more easily than a pass: a pass of a run that left out
 * what was asked proves nothing, while a failure of fewer tests proves more.
 */
#include "common/base.h"
#include "bisect/trial.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/secrets.h"

void
judgement_init(struct judgement *j)
{
	*j = (struct judgement){ .why = STR_INIT(1024), .absent = TESTLIST_NONE };
	signature_init(&j->signature);
}

void
judgement_release(struct judgement *j)
{
	signature_release(&j->signature);
	str_release(&j->why);
	vec_release(&j->failed);
	judgement_init(j);
}

/* One judging on its way. */
struct judging {
	struct judgement *j;
	const struct trial_rules *rules;
	const struct trial_facts *f;
	uint8_t *seen; /* [tests of the list]: SEEN_ bits */
};

enum { SEEN_ASKED = 1, SEEN_RAN = 2, SEEN_FAILED = 4, SEEN_PASSED = 8 };

PRINTF_LIKE(3, 4)
static void
unresolved(struct judging *g, enum outcome outcome, const char *fmt, ...)
{
	struct err text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text.msg, sizeof(text.msg), fmt, ap);
	va_end(ap);
	g->j->outcome = outcome;
	g->j->verdict = VERDICT_UNRESOLVED;
	str_clear(&g->j->why);
	str_adds(&g->j->why, text.msg);
}

/* A name as it is shown in a reason: cut, control bytes escaped. */
static void
show_name(char out[128], const char *name)
{
	struct str text = STR_INIT(512);
	size_t n = strlen(name);

	str_add_escaped(&text, (struct span){ name, n > 120 ? 120 : n });
	snprintf(out, 128, "%s", str_c(&text));
	str_release(&text);
}

static void
look_at_ends(struct judging *g)
{
	const struct reading *r = g->f->reading;
	const struct ask *ask = g->f->ask;
	size_t i;

	g->seen = xcalloc(testlist_count(g->rules->list) + 1, 1);
	for (i = 0; i < ask->n; i++)
		g->seen[ask->tests[i]] |= SEEN_ASKED;
	for (i = 0; i < r->ends.n; i++) {
		const struct test_end *end = &r->ends.p[i];

		if (end->status == TEST_FAIL && !(g->seen[end->test] & SEEN_FAILED))
			vec_push(&g->j->failed, end->test);
		g->seen[end->test] |= SEEN_RAN | (end->status == TEST_FAIL ? SEEN_FAILED : 0) |
		                      (end->status == TEST_PASS ? SEEN_PASSED : 0);
	}
}

/* ---- failures ---- */

static void
sign_failed(struct judging *g)
{
	for (size_t i = 0; i < g->j->failed.n; i++)
		vec_push(&g->j->signature.failed, g->j->failed.p[i]);
}

static bool
is_target(const struct judging *g)
{
	return g->rules->any_failure || g->f->target == NULL ||
	       signature_same(g->f->target, &g->j->signature);
}

/* The signature is complete: the failure searched for, or another one. */
static void
failure(struct judging *g, enum outcome outcome)
{
	struct str text = STR_INIT(700);

	if (is_target(g)) {
		g->j->outcome = outcome;
		g->j->verdict = VERDICT_FAIL;
	} else {
		signature_text(&text, &g->j->signature, g->rules->list);
		unresolved(g, OUT_OTHER, "another failure: %s", str_c(&text));
	}
	str_release(&text);
}

/* The journal, and reports that are pasted into issues, hold no secret. */
static void
sign_line(struct signature *s, struct span line)
{
	struct str clean = STR_INIT(16 << 10);

	secrets_hide(&clean, line.n > 4096 ? (struct span){ line.p, 4096 } : line);
	signature_line(s, str_span(&clean));
	str_release(&clean);
}

static void
sign_end(struct judging *g)
{
	const struct job_end *end = g->f->end;
	struct signature *s = &g->j->signature;
	const struct reading *r = g->f->reading;

	s->how = end->how == JOB_SIGNALLED ? SIGNATURE_SIGNAL : SIGNATURE_EXIT;
	s->code = end->code;
	sign_failed(g);
	if (r->whole_failed && r->whole_kind)
		str_adds(&s->kind, r->whole_kind);
	if (r->message.n)
		sign_line(s, str_span(&r->message));
	else if (s->failed.n == 0 && s->kind.n == 0)
		sign_line(s, g->f->line);
}

/* ---- passes ---- */

/* Whether the runner left out what was asked, or ran what was not. */
static bool
ran_something_else(struct judging *g)
{
	uint32_t n = testlist_count(g->rules->list), i, missing = 0, extra = 0, not_asked = 0;
	char name[128];

	if (!(g->rules->fw->flags & FW_NAMES))
		return false;
	for (i = 0; i < n; i++) {
		unsigned seen = g->seen[i];

		if (!(seen & SEEN_ASKED)) {
			not_asked++;
			extra += (seen & SEEN_RAN) != 0;
		} else if (!(seen & SEEN_RAN) && missing++ == 0) {
			g->j->absent = i;
		}
	}
	/* Set-up tests that a runner adds by itself are few. */
	if (not_asked >= 4 && extra > not_asked / 2) {
		unresolved(g, OUT_ABSENT, "the runner ran %u tests that it was not asked to run", extra);
		return true;
	}
	if (missing == 0 || !(g->rules->fw->flags & FW_EVERY)) {
		g->j->absent = TESTLIST_NONE;
		return false;
	}
	show_name(name, testlist_name(g->rules->list, g->j->absent));
	if (missing == 1)
		unresolved(g, OUT_ABSENT, "'%s' was asked and did not run", name);
	else
		unresolved(g, OUT_ABSENT, "'%s' and %u more were asked and did not run", name, missing - 1);
	return true;
}

static void
pass(struct judging *g)
{
	const struct job_end *end = g->f->end;

	if (ran_something_else(g))
		return;
	g->j->outcome = end->n_leaked > 0 || end->held_output ? OUT_LEAK : OUT_PASS;
	g->j->verdict = VERDICT_PASS;
}

/* ---- kinds of ends ---- */

enum end_says { SAYS_PASS, SAYS_FAIL, SAYS_NOTHING };

/* With --fail-exit: what is listed fails; a signal counts as a shell shows it. */
static enum end_says
listed_says(struct judging *g)
{
	const struct job_end *end = g->f->end;
	unsigned status = (unsigned)end->code + (end->how == JOB_SIGNALLED ? 128 : 0);

	if (status < 256 && g->rules->exit_fails[status])
		return SAYS_FAIL;
	if (end->how == JOB_SIGNALLED) {
		unresolved(g, OUT_CRASH, "it was ended by signal %d", end->code);
		return SAYS_NOTHING;
	}
	return SAYS_PASS;
}

static enum end_says
end_says(struct judging *g)
{
	const struct job_end *end = g->f->end;
	bool cannot_tell = end->how == JOB_EXITED && end->code >= 125 && end->code <= 127;

	if (g->rules->exits_listed && !(cannot_tell && !g->rules->exit_fails[end->code]))
		return listed_says(g);
	if (cannot_tell) {
		unresolved(g, OUT_UNRESOLVED, "exit status %d%s", end->code,
		           end->code == 125 ? ": it cannot tell" :
		           end->code == 126 ? ": the command could not be executed" :
		           ": a command was not found");
		return SAYS_NOTHING;
	}
	return end->how == JOB_EXITED && end->code == 0 ? SAYS_PASS : SAYS_FAIL;
}

/* A run with --match that did not match: what it does else is not asked for,
 * as long as it came to its end. */
static void
judge_unmatched(struct judging *g)
{
	const struct job_end *end = g->f->end;

	if (end->how == JOB_SIGNALLED)
		unresolved(g, OUT_CRASH, "it was ended by signal %d before the output matched", end->code);
	else if (end->code >= 125 && end->code <= 127)
		end_says(g);
	else if (g->f->reading->unresolved)
		unresolved(g, OUT_UNRESOLVED, "%s", g->f->reading->unresolved);
	else
		pass(g);
}

static void
judge_victim(struct judging *g)
{
	uint32_t victim = g->f->ask->victim;
	unsigned seen = g->seen[victim];
	struct signature *s = &g->j->signature;
	char name[128];

	show_name(name, testlist_name(g->rules->list, victim));
	if (seen & SEEN_FAILED) {
		vec_push(&s->failed, victim);
		s->how = SIGNATURE_VICTIM;
		if (g->f->reading->message.n)
			sign_line(s, str_span(&g->f->reading->message));
		g->j->outcome = OUT_FAIL;
		g->j->verdict = VERDICT_FAIL;
	} else if (seen & SEEN_PASSED) {
		pass(g);
	} else if (seen & SEEN_RAN) {
		unresolved(g, OUT_UNRESOLVED, "'%s' was skipped", name);
	} else if (g->f->end->how == JOB_SIGNALLED) {
		sign_end(g);
		failure(g, OUT_CRASH);
	} else if (g->f->reading->unresolved) {
		unresolved(g, OUT_UNRESOLVED, "%s", g->f->reading->unresolved);
	} else {
		g->j->absent = victim;
		unresolved(g, OUT_ABSENT, "'%s' did not run", name);
	}
}

static void
judge_whole(struct judging *g, enum end_says says)
{
	const struct reading *r = g->f->reading;
	bool crash = g->f->end->how == JOB_SIGNALLED, listed = g->rules->exits_listed;

	if (r->unresolved && !crash && !(listed && says == SAYS_FAIL)) {
		unresolved(g, OUT_UNRESOLVED, "%s", r->unresolved);
	} else if (says == SAYS_FAIL || (!listed && (r->whole_failed || g->j->failed.n))) {
		sign_end(g);
		failure(g, crash ? OUT_CRASH : OUT_FAIL);
	} else {
		pass(g);
	}
}

static void
judge_timeout(struct judging *g)
{
	char limit[CLOCK_TEXT];

	clock_format(limit, g->f->timeout_ms * 1000);
	if (g->rules->timeout_is_fail) {
		g->j->signature.how = SIGNATURE_TIMEOUT;
		failure(g, OUT_TIMEOUT);
	} else {
		unresolved(g, OUT_TIMEOUT, "it took longer than %s", limit);
	}
}

static void
judge_end(struct judging *g)
{
	bool victim = g->f->ask->victim != TESTLIST_NONE && (g->rules->fw->flags & FW_NAMES);
	enum end_says says;

	look_at_ends(g);
	if (g->f->end->how == JOB_TIMED_OUT) {
		judge_timeout(g);
		return;
	}
	if (g->rules->match) {
		judge_unmatched(g);
		return;
	}
	says = end_says(g);
	if (says == SAYS_NOTHING)
		return;
	if (victim)
		judge_victim(g);
	else
		judge_whole(g, says);
}

void
trial_judge(struct judgement *j, const struct trial_rules *rules, const struct trial_facts *facts)
{
	struct judging g = { j, rules, facts, NULL };

	if (facts->reading->not_begun) {
		unresolved(&g, OUT_UNRESOLVED, "%s", facts->reading->unresolved);
		return;
	}
	switch (facts->end->how) {
	case JOB_CANCELLED:
		unresolved(&g, OUT_CANCELLED, "it was cancelled");
		break;
	case JOB_NOT_STARTED:
		unresolved(&g, OUT_NOT_STARTED, "it could not be started: %s", strerror(facts->end->code));
		break;
	case JOB_LOST:
		unresolved(&g, OUT_UNRESOLVED, "the process that ran it was lost");
		break;
	case JOB_EXITED:
	case JOB_SIGNALLED:
	case JOB_TIMED_OUT:
	case JOB_STOPPED:
		if (facts->matched) {
			j->signature.how = SIGNATURE_MATCH;
			failure(&g, OUT_FAIL);
		} else if (facts->end->how == JOB_STOPPED) {
			unresolved(&g, OUT_CANCELLED, "it was stopped");
		} else {
			judge_end(&g);
		}
		break;
	}
	free(g.seen);
}
