/* A case of a JUnit report becomes attempts: see read_junit_in.h. */
#include "common/base.h"
#include "triage/read_junit_in.h"

#include "triage/errtext.h"

const struct junit_suite *
junit_suite(const struct junit *j)
{
	static const struct junit_suite none;
	unsigned depth = j->depth < JUNIT_SUITES_MAX ? j->depth : JUNIT_SUITES_MAX;

	return depth ? &j->suites[depth - 1] : &none;
}

/* ---- what came before in this file ---- */

static struct attempt *
last_attempt(struct run_test *t)
{
	return t->attempts.n ? &t->attempts.p[t->attempts.n - 1] : NULL;
}

/*
 * A name that comes again: pytest-rerunfailures 16.6.1 writes an empty case for each
 * try that failed, which looks like a pass.  Nothing else makes pytest write one
 * name twice in one suite.
 */
static void
reread_empty(struct junit *j, uint32_t test, struct run_test *t)
{
	const struct junit_suite *s = junit_suite(j);
	struct attempt *a = last_attempt(t);

	if (s->pytest && test < j->empty_in.n && j->empty_in.p[test] == s->serial && a->outcome == OUTCOME_PASS)
		a->outcome = OUTCOME_FAIL;
}

static void
note_empty(struct junit *j, uint32_t test)
{
	const struct junit_suite *s = junit_suite(j);

	if (!s->pytest)
		return;
	while (j->empty_in.n <= test)
		vec_push(&j->empty_in, 0);
	j->empty_in.p[test] = j->now.empty ? s->serial : 0;
}

/* After a pass nobody re-runs: such a test is repeated for its own sake (a data provider's rows,
 * a stress test), and then its earlier attempts were no re-runs either. */
static bool
follows_failure(struct run_test *t)
{
	const struct attempt *a = last_attempt(t);
	size_t i;

	if (a == NULL)
		return false;
	if (outcome_evidence(a->outcome) == EVIDENCE_FAIL)
		return true;
	for (i = 0; outcome_evidence(a->outcome) == EVIDENCE_PASS && i < t->attempts.n; i++)
		t->attempts.p[i].rerun = false;
	return false;
}

/* ---- telling ---- */

static void
add(struct junit *j, uint32_t test, enum outcome outcome, int64_t micros, bool rerun)
{
	struct attempt a = { .outcome = (uint8_t)outcome, .rerun = rerun, .micros = micros, .load = -1 };

	collect_try(j->in.to, test, &a);
}

/* How the case itself ended. */
static enum outcome
end_of(const struct junit_case *c, bool broken)
{
	if (c->passed_late)
		return OUTCOME_PASS;
	if (c->failed)
		return c->todo ? OUTCOME_XFAIL : c->fault;
	if (broken)
		return OUTCOME_UNKNOWN;
	if (c->skipped)
		return c->expected ? OUTCOME_XFAIL : OUTCOME_SKIP;
	return c->by_attribute;
}

/* The first attempt in time; the others are added after it. */
static uint32_t
tell_first(struct junit *j, enum outcome outcome, int64_t micros, uint32_t *old)
{
	struct junit_case *c = &j->now;
	struct seen s = { .outcome = outcome, .micros = micros, .has_micros = micros >= 0 };
	struct run_test *t;
	uint32_t test;

	s.name = str_span(&c->name);
	s.file = str_span(c->file.n ? &c->file : &junit_suite(j)->file);
	if (c->has_message) {
		junit_error_line(&j->line, str_span(&c->message),
		                 c->in_output ? errtext_line(str_span(&c->text)) : str_span(&c->text));
		s.message = str_span(&j->line);
		s.details = str_span(&c->text);
	}
	test = collect_attempt(j->in.to, &s);
	t = &collect_run(j->in.to)->tests.p[test];
	*old = (uint32_t)t->attempts.n - 1;
	if (*old) {
		t->attempts.n--;
		reread_empty(j, test, t);
		t->attempts.p[t->attempts.n].rerun = !junit_suite(j)->repeats && follows_failure(t);
		t->attempts.n++;
	}
	return test;
}

/* pytest writes a second case when the same attempt also fails to be taken down. */
static bool
is_teardown(const struct junit *j)
{
	return junit_suite(j)->pytest && j->now.failed &&
	       span_starts(str_span(&j->now.message), "failed on teardown");
}

static bool
failed_before(struct junit *j)
{
	uint32_t test = collect_find(j->in.to, str_span(&j->now.name));

	return test != UINT32_MAX &&
	       outcome_evidence(last_attempt(&collect_run(j->in.to)->tests.p[test])->outcome) == EVIDENCE_FAIL;
}

void
junit_tell_case(struct junit *j, bool broken)
{
	struct junit_case *c = &j->now;
	enum outcome end = end_of(c, broken);
	uint32_t test, old;
	size_t i;

	c->open = false;
	if (is_teardown(j) && failed_before(j))
		return;
	if (c->flaky.n) {
		test = tell_first(j, c->flaky.p[0].outcome, c->flaky.p[0].micros, &old);
		for (i = 1; i < c->flaky.n; i++)
			add(j, test, c->flaky.p[i].outcome, c->flaky.p[i].micros, true);
		add(j, test, end, c->micros, true);
	} else {
		test = tell_first(j, end, c->micros, &old);
	}
	for (i = 0; i < c->reruns.n; i++)
		add(j, test, c->reruns.p[i].outcome, c->reruns.p[i].micros, true);
	note_empty(j, test);
	j->last_test = test;
}

void
junit_doubt_last(struct junit *j)
{
	uint32_t i = j->last_test;
	struct attempt *a;

	if (i >= j->empty_in.n || j->empty_in.p[i] == 0 || j->empty_in.p[i] != junit_suite(j)->serial)
		return;
	a = last_attempt(&collect_run(j->in.to)->tests.p[i]);
	if (a->outcome == OUTCOME_PASS)
		a->outcome = OUTCOME_UNKNOWN;
}

void
junit_tell_suite_fault(struct junit *j)
{
	const struct junit_suite *s = junit_suite(j);
	struct junit_case *c = &j->now;
	struct seen seen = {
		.name = s->name.n ? str_span(&s->name) : span_of("(suite)"),
		.outcome = OUTCOME_FAIL,
		.file = str_span(&s->file),
		.details = str_span(&c->text),
	};

	junit_error_line(&j->line, str_span(&c->message), str_span(&c->text));
	seen.message = str_span(&j->line);
	collect_attempt(j->in.to, &seen);
}
