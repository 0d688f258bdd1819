/* What readers say becomes runs: attempts in order, names folded, long texts cut, runs apart. */
#include "tests/unit/check.h"

#include "triage/collect.h"

static void
fold_attempts_of_one_name(void)
{
	struct collect c = COLLECT_INIT;
	struct seen first = { .name = span_of("test_a"), .outcome = OUTCOME_FAIL, .message = span_of(" boom\n") };
	struct seen other = { .name = span_of("test_b"), .outcome = OUTCOME_PASS, .micros = 7 };
	struct seen again = { .name = span_of("test_a"), .outcome = OUTCOME_PASS, .rerun = true };
	struct run *r;

	CHECK_INT(collect_attempt(&c, &first), 0);
	CHECK_INT(collect_attempt(&c, &other), 1);
	CHECK_INT(collect_attempt(&c, &again), 0);
	r = collect_run(&c);
	CHECK_INT(r->tests.n, 2);
	CHECK_INT(r->tests.p[0].attempts.n, 2);
	CHECK(r->tests.p[0].attempts.p[1].rerun);
	CHECK_INT(r->tests.p[0].attempts.p[0].micros, -1);
	CHECK_INT(r->tests.p[1].attempts.p[0].micros, 7);
	CHECK(span_is(r->tests.p[0].message, "boom"));
	CHECK_INT(collect_find(&c, span_of("test_c")), UINT32_MAX);
	CHECK(collect_amend(&c, span_of("test_a"), OUTCOME_NOT_RUN));
	CHECK_INT(r->tests.p[0].attempts.p[1].outcome, OUTCOME_NOT_RUN);
	collect_release(&c);
}

static void
keep_runs_apart(void)
{
	struct collect c = COLLECT_INIT;
	struct seen s = { .name = span_of("t"), .outcome = OUTCOME_PASS };

	collect_next_run(&c);
	CHECK_INT(c.runs.n, 1);
	collect_attempt(&c, &s);
	collect_next_run(&c);
	collect_attempt(&c, &s);
	CHECK_INT(c.runs.n, 2);
	CHECK_INT(c.runs.p[1]->tests.p[0].attempts.n, 1);
	collect_release(&c);
}

static void
tell_long_names_apart(void)
{
	struct collect c = COLLECT_INIT;
	size_t n = RUN_NAME_MAX + 10;
	char *name = xmalloc(n);
	struct seen s = { .outcome = OUTCOME_PASS, .name = { name, n } };

	memset(name, 'a', n);
	CHECK_INT(collect_attempt(&c, &s), 0);
	name[n - 1] = 'b';
	CHECK_INT(collect_attempt(&c, &s), 1);
	CHECK_INT(collect_attempt(&c, &s), 1);
	CHECK(collect_run(&c)->tests.p[0].name.n <= RUN_NAME_MAX);
	s.name.n = 0;
	CHECK_INT(collect_attempt(&c, &s), 2);
	CHECK(span_is(collect_run(&c)->tests.p[2].name, "(no name)"));
	free(name);
	collect_release(&c);
}

static void
count_what_is_not_kept(void)
{
	struct collect c = COLLECT_INIT;
	int i;

	for (i = 0; i < RUN_WARNINGS_MAX + 5; i++)
		collect_warning(&c, span_of("rule"), span_of("line"), UINT32_MAX);
	for (i = 0; i < 105; i++)
		collect_unread(&c, "line %d", i);
	CHECK_INT(collect_run(&c)->n_warnings, RUN_WARNINGS_MAX + 5);
	CHECK_INT(collect_run(&c)->warnings.n, RUN_WARNINGS_MAX);
	CHECK_INT(collect_run(&c)->n_unread, 105);
	CHECK(span_is(collect_run(&c)->unread.p[3], "line 3"));
	collect_release(&c);
}

int
main(void)
{
	fold_attempts_of_one_name();
	keep_runs_apart();
	tell_long_names_apart();
	count_what_is_not_kept();
	return check_done();
}
