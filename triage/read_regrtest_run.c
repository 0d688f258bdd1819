/* What regrtest's lines come to, test by test and run by run: see read_regrtest_in.h. */
#include "common/base.h"
#include "triage/read_regrtest_in.h"

/* ---- the open test ---- */

static struct run_test *
open_test(const struct regrtest *r)
{
	return &collect_run(r->to)->tests.p[r->cur.test];
}

bool
regrtest_is_current(const struct regrtest *r, struct span name)
{
	const struct run_test *t = r->cur.is ? open_test(r) : NULL;

	return t && t->name.n == name.n && memcmp(t->name.p, name.p, name.n) == 0;
}

bool
regrtest_begins_current(const struct regrtest *r, struct span line)
{
	struct span name = r->cur.is ? open_test(r)->name : span_of("");

	if (span_starts(line, "test.test_"))
		line = span_from(line, strlen("test."));
	return name.n && name.n <= line.n && memcmp(line.p, name.p, name.n) == 0;
}

void
regrtest_note(struct regrtest *r, struct span text)
{
	struct note note = { r->cur.test, { NULL, 0 } };

	if (!r->cur.is || text.n == 0)
		return;
	if (text.n > RUN_MESSAGE_MAX)
		text.n = RUN_MESSAGE_MAX;
	note.text = collect_copy(r->to, text);
	vec_push(&r->notes, note);
}

void
regrtest_say(struct regrtest *r, const struct state *s, struct span text)
{
	struct current *c = &r->cur;
	struct run_test *t = open_test(r);

	if (s->micros >= 0)
		t->attempts.p[t->attempts.n - 1].micros = s->micros;
	/* "test_x passed in 45 sec" does not take back what was said of it. */
	if (c->said && s->plain)
		return;
	c->said = true;
	c->outcome = s->outcome;
	/* Of a leak another line says more. */
	if (!s->plain && s->outcome != OUTCOME_LEAK &&
	    (outcome_evidence(s->outcome) == EVIDENCE_FAIL || s->outcome == OUTCOME_BROKEN))
		regrtest_note(r, text);
}

void
regrtest_say_before(struct regrtest *r, struct span name, const struct state *s, struct span text)
{
	uint32_t test;
	struct run_test *t;

	if (regrtest_is_current(r, name)) {
		regrtest_say(r, s, text);
		return;
	}
	test = collect_find(r->to, name);
	t = test == UINT32_MAX ? NULL : &collect_run(r->to)->tests.p[test];
	if (t && t->attempts.p[t->attempts.n - 1].outcome == OUTCOME_UNKNOWN)
		t->attempts.p[t->attempts.n - 1].outcome = (uint8_t)s->outcome;
}

/* An attempt without a word of its own, when the next one is there (over) or the input ends. */
static enum outcome
unsaid(const struct regrtest *r, bool over)
{
	const struct current *c = &r->cur;

	if (c->interrupted)
		return OUTCOME_INTERRUPTED;
	if (!over)
		return c->timeout ? OUTCOME_TIMEOUT : c->died ? OUTCOME_CRASH : OUTCOME_UNKNOWN;
	/* Failures were shown, and the line that says so was not seen: the summary may know. */
	if (c->rerun && r->why.rank == 2)
		return OUTCOME_UNKNOWN;
	return c->leaked ? OUTCOME_LEAK : c->env ? OUTCOME_ENV_CHANGED : OUTCOME_PASS;
}

static enum outcome
judge(const struct regrtest *r, bool over)
{
	const struct current *c = &r->cur;
	enum outcome o = c->said ? c->outcome : unsaid(r, over);

	if (o == OUTCOME_FAIL && c->leaked)
		return OUTCOME_LEAK;
	if (o == OUTCOME_CRASH && c->timeout)
		return OUTCOME_TIMEOUT;
	/* The output of a re-run, which comes after its result, says whether it ran anything. */
	if (o != OUTCOME_PASS || !c->rerun)
		return o;
	if (c->ran_none && !c->ran_some)
		return over ? OUTCOME_NOT_RUN : OUTCOME_UNKNOWN;
	/* Without a word and a test: the run's result will say whether the re-runs ran any. */
	return over && (c->said || c->ran_some) ? o : OUTCOME_UNKNOWN;
}

void
regrtest_settle(struct regrtest *r, bool over)
{
	struct current *c = &r->cur;
	struct run_test *t;
	enum outcome o;

	if (!c->is)
		return;
	o = judge(r, over);
	t = open_test(r);
	t->attempts.p[t->attempts.n - 1].outcome = (uint8_t)o;
	if (outcome_evidence(o) == EVIDENCE_FAIL && o != OUTCOME_LEAK && r->why.message.n)
		collect_message(r->to, c->test, str_span(&r->why.message), str_span(&r->why.details));
	why_clear(&r->why);
	*c = (struct current){ .is = false };
	r->console.test = UINT32_MAX;
}

void
regrtest_begin(struct regrtest *r, struct span name, bool rerun, float load)
{
	struct seen s = { .name = name, .rerun = rerun, .load = load, .has_load = load >= 0 };

	regrtest_settle(r, true);
	/* What is run again failed before, also where that stands in another log. */
	if (rerun && collect_find(r->to, name) == UINT32_MAX)
		collect_attempt(r->to, &(struct seen){ .name = name, .outcome = OUTCOME_FAIL });
	r->cur = (struct current){ .is = true, .test = collect_attempt(r->to, &s), .rerun = rerun };
	r->console.test = r->cur.test;
}

/* ---- the summary ---- */

void
regrtest_summary(struct regrtest *r)
{
	/* Inside of a test's output it may be one of another run: then more results come. */
	if (r->index >= r->total) {
		regrtest_settle(r, true);
		r->console.test = UINT32_MAX;
	}
	if (!r->summary)
		vec_clear(&r->listed);
	r->summary = true;
}

void
regrtest_listed(struct regrtest *r, struct span line)
{
	struct span word, name;

	while (span_next(&line, ' ', &word)) {
		struct listed l = { r->list, { NULL, 0 } };

		if (word.n == 0 || word.n > RUN_MESSAGE_MAX || !regrtest_name(&word, &name))
			continue;
		l.name = collect_copy(r->to, name);
		vec_push(&r->listed, l);
	}
}

static const struct {
	enum outcome outcome; /* of a test of which nothing else is known */
	bool rest;            /* also of one whose last attempt seemed to pass */
} of_list[] = {
	[LIST_FAILED] = { OUTCOME_FAIL, true },
	[LIST_AGAIN] = { OUTCOME_FAIL, true },
	[LIST_SKIPPED] = { OUTCOME_SKIP, true },
	[LIST_ENV] = { OUTCOME_ENV_CHANGED, true },
	[LIST_OMITTED] = { OUTCOME_UNKNOWN, false },
	[LIST_EMPTY] = { OUTCOME_NOT_RUN, true },
	[LIST_RERUN] = { OUTCOME_FAIL, false },
};

static void
apply_listed(struct regrtest *r, const struct listed *l)
{
	struct seen s = { .name = l->name, .outcome = of_list[l->list].outcome };
	uint32_t test = collect_find(r->to, l->name);
	struct run_test *t;
	struct attempt *last;

	if (test == UINT32_MAX) {
		collect_attempt(r->to, &s);
		return;
	}
	t = &collect_run(r->to)->tests.p[test];
	last = &t->attempts.p[t->attempts.n - 1];
	if (!of_list[l->list].rest)
		return;
	if (outcome_evidence(last->outcome) == EVIDENCE_PASS ||
	    (last->outcome == OUTCOME_UNKNOWN && outcome_evidence(s.outcome) == EVIDENCE_FAIL))
		last->outcome = (uint8_t)s.outcome;
}

/* What the other lists of a summary say of a test that was run again. */
struct others {
	struct map names;
	VEC(uint8_t) outcomes; /* by number of the name */
};

static void
note_others(struct others *o, const struct regrtest *r)
{
	static const enum list others[] = { LIST_FAILED, LIST_EMPTY, LIST_ENV, LIST_SKIPPED };
	size_t i, k;
	uint32_t n;

	for (i = 0; i < ARRAY_LEN(others); i++) {
		for (k = 0; k < r->listed.n; k++) {
			if (r->listed.p[k].list != others[i])
				continue;
			n = map_add(&o->names, r->listed.p[k].name);
			if (n == o->outcomes.n)
				vec_push(&o->outcomes, 0);
			o->outcomes.p[n] = (uint8_t)of_list[others[i]].outcome;
		}
	}
}

/* A test that the summary says was run again, where the re-run itself says nothing, or is
 * not in the log: it did what no other list says. */
static void
apply_rerun(struct regrtest *r, const struct others *o, struct span name)
{
	struct run *run = collect_run(r->to);
	const struct run_test *t = &run->tests.p[collect_find(r->to, name)];
	struct attempt *last = &t->attempts.p[t->attempts.n - 1];
	struct seen s = { .name = name, .rerun = true, .outcome = r->reran_nothing ? OUTCOME_NOT_RUN : OUTCOME_PASS };
	uint32_t i = map_find(&o->names, name);

	if (last->rerun && last->outcome != OUTCOME_UNKNOWN)
		return;
	if (i != MAP_NONE)
		s.outcome = o->outcomes.p[i];
	if (r->phase != PHASE_OVER)
		s.outcome = OUTCOME_UNKNOWN;
	if (last->rerun)
		last->outcome = (uint8_t)s.outcome;
	else
		collect_attempt(r->to, &s);
}

static void
apply_lists(struct regrtest *r)
{
	struct others others = { MAP_INIT, VEC_INIT };
	size_t i;

	note_others(&others, r);
	for (i = 0; i < r->listed.n; i++) {
		const struct listed *l = &r->listed.p[i];

		apply_listed(r, l);
		if (l->list == LIST_RERUN)
			apply_rerun(r, &others, l->name);
	}
	map_release(&others.names);
	vec_release(&others.outcomes);
}

/* Re-runs of which nothing else was said: the run came to its end, and they are in no list of failures. */
static void
apply_silent(struct regrtest *r)
{
	struct run *run = collect_run(r->to);
	size_t i;

	for (i = 0; i < run->tests.n; i++) {
		struct run_test *t = &run->tests.p[i];
		struct attempt *last = &t->attempts.p[t->attempts.n - 1];

		if (last->rerun && last->outcome == OUTCOME_UNKNOWN)
			last->outcome = r->reran_nothing ? OUTCOME_NOT_RUN : OUTCOME_PASS;
	}
}

/* ---- runs ---- */

/* Tests that ran when the input ended: nothing says how they did. */
static void
apply_running(struct regrtest *r)
{
	struct span rest = str_span(&r->running), name, word;

	while (span_next(&rest, ',', &word)) {
		word = span_trim(word);
		if (regrtest_name(&word, &name) && collect_find(r->to, name) == UINT32_MAX)
			collect_attempt(r->to, &(struct seen){ .name = name });
	}
}

void
regrtest_end_run(struct regrtest *r)
{
	bool complete = r->phase == PHASE_OVER || (r->summary && !r->titled);
	struct run *run = collect_run(r->to);
	size_t i;

	if (r->phase == PHASE_BEFORE)
		return;
	r->cur.interrupted |= run->verdict == RUN_STOPPED;
	/* Without the others after it nothing says that it came to its end. */
	regrtest_settle(r, complete && r->index >= r->total);
	if (run->verdict == RUN_UNKNOWN && complete)
		run->verdict = RUN_PASSED;
	for (i = 0; complete && !r->titled && i < r->listed.n; i++) {
		if (r->listed.p[i].list == LIST_FAILED)
			run->verdict = RUN_FAILED;
	}
	apply_lists(r);
	if (complete && run->verdict != RUN_STOPPED)
		apply_silent(r);
	if (!complete) {
		apply_running(r);
		run->truncated = true;
		if (r->phase == PHASE_FIRST && r->index < r->total)
			collect_unread(r->to, "it ends after %u of %u test files", r->index, r->total);
	}
	for (i = 0; i < r->notes.n; i++)
		collect_message(r->to, r->notes.p[i].test, r->notes.p[i].text, (struct span){ NULL, 0 });
}

void
regrtest_new_run(struct regrtest *r)
{
	regrtest_end_run(r);
	if (r->phase != PHASE_BEFORE)
		collect_next_run(r->to);
	collect_run(r->to)->format = span_of("regrtest");
	r->phase = PHASE_FIRST;
	r->headed = r->results = r->summary = r->titled = r->in_process = r->forever = false;
	r->bisecting = r->reran_nothing = false;
	r->index = r->total = r->first_index = r->first_total = 0;
	r->list = LIST_NONE;
	str_clear(&r->running);
	vec_clear(&r->notes);
	vec_clear(&r->listed);
}

void
regrtest_rerun(struct regrtest *r)
{
	size_t i;

	if (r->phase == PHASE_BEFORE)
		regrtest_new_run(r);
	regrtest_settle(r, r->index >= r->total);
	for (i = 0; i < r->listed.n; i++) {
		if (r->listed.p[i].list == LIST_OMITTED)
			apply_listed(r, &r->listed.p[i]);
	}
	if (r->phase == PHASE_FIRST) {
		r->first_index = r->index;
		r->first_total = r->total;
	}
	r->phase = PHASE_RERUN;
	r->in_process = false;
	r->index = r->total = 0;
	r->list = LIST_NONE;
	vec_clear(&r->listed);
}
