/*
 * Test result sets of a Buildbot master (its tables since 2.9), where steps put the results of
 * tests beside their logs: one result becomes an attempt, and the database's way to them.
 * Code issues, benchmarks and other measures in the same tables are no tests.
 */
#include "common/base.h"
#include "triage/source_buildbot_db.h"

#include "triage/collect.h"


bool
bb_set_matters(struct span category, struct span unit)
{
	if (span_is(category, "pass_fail"))
		return span_is(unit, "boolean");
	return span_is(category, "pass_only") || span_is(category, "fail_only");
}

/* "1", "0" of a pass_fail set, as the master itself counts them; OUTCOME_UNKNOWN: something else. */
static enum outcome
outcome_of(const struct bb_result *r)
{
	uint64_t n;

	if (!span_is(r->category, "pass_fail"))
		return span_is(r->category, "pass_only") ? OUTCOME_PASS : OUTCOME_FAIL;
	if (!span_u64(span_trim(r->value), &n))
		return OUTCOME_UNKNOWN;
	return n ? OUTCOME_PASS : OUTCOME_FAIL;
}

void
bb_take_result(struct collect *to, const struct bb_result *r)
{
	struct seen s = { .name = r->name.n ? r->name : r->path, .file = r->path, .outcome = outcome_of(r),
	                  .micros = r->nanos / 1000, .has_micros = r->nanos >= 0 };
	const struct run_test *t;
	struct run *run = collect_run(to);
	uint32_t i;

	run->format = span_of("buildbot");
	if (s.name.n == 0) {
		collect_unread(to, "a result of a test without a name");
		return;
	}
	i = collect_find(to, s.name);
	t = i == UINT32_MAX ? NULL : &run->tests.p[i];
	s.rerun = t && outcome_evidence(t->attempts.p[t->attempts.n - 1].outcome) == EVIDENCE_FAIL;
	if (s.outcome == OUTCOME_FAIL && span_is(r->unit, "message"))
		s.message = r->value;
	if (s.outcome == OUTCOME_UNKNOWN)
		collect_unread(to, "%.*s: a result of unknown meaning: %.*s", (int)(s.name.n < 200 ? s.name.n : 200),
		               s.name.p, (int)(r->value.n < 100 ? r->value.n : 100), r->value.p);
	collect_attempt(to, &s);
}

void
bb_end_results(struct collect *to, int results, bool complete)
{
	struct run *run = collect_run(to);

	run->verdict = results == 2 ? RUN_FAILED : complete ? RUN_PASSED : RUN_UNKNOWN;
	run->truncated |= !complete;
}

/* ---- the database ---- */

static const char results_of[] =
	"SELECT s.category, s.value_unit, s.complete, n.name, p.path, r.duration_ns, r.value "
	"FROM test_result_sets s JOIN test_results r ON r.test_result_setid = s.id "
	"LEFT JOIN test_names n ON n.id = r.test_nameid LEFT JOIN test_code_paths p ON p.id = r.test_code_pathid "
	"WHERE s.buildid = ?1 AND s.category IN ('pass_fail', 'pass_only', 'fail_only') ORDER BY s.id, r.id";

enum bb_did
bb_database_sets(void *self, const struct bb_build *b, struct collect *to, struct err *e)
{
	struct bb_db *d = self;
	struct db_query *q;
	bool any = false, complete = true;
	int ret;

	if (d->no_sets)
		return BB_DONE;
	q = db_query(d->db, results_of, e);
	if (q == NULL)
		return db_is_corrupt(d->db) ? BB_NOT : BB_FATAL;
	db_bind_int(q, 1, b->id);
	while ((ret = db_step(q, e)) == 1) {
		const struct bb_result r = {
			.category = db_text(q, 0), .unit = db_text(q, 1), .name = db_text(q, 3), .path = db_text(q, 4),
			.nanos = db_null(q, 5) ? -1 : db_int(q, 5), .value = db_text(q, 6),
		};
		if (!bb_set_matters(r.category, r.unit))
			continue;
		any = true;
		complete &= db_int(q, 2) != 0;
		bb_take_result(to, &r);
	}
	db_done(q);
	if (any)
		bb_end_results(to, b->results, complete && ret == 0);
	if (ret < 0)
		return db_is_corrupt(d->db) ? BB_NOT : BB_FATAL;
	return BB_DONE;
}
