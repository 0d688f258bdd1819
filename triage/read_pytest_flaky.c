/*
 * The report of pytest's plugin `flaky`, which runs failed tests again and lets them pass: only here it says
 * of which tests earlier tries failed.  It gives the last part of their names.
 */
#include "common/base.h"
#include "triage/read_pytest_in.h"

enum { TRIES_MAX = 1000 }; /* whose tests are looked for */

/* The only test of the run whose name ends with "::NAME"; UINT32_MAX: none, or several. */
static uint32_t
find_ending(const struct pytest *p, struct span name)
{
	const struct run *run = collect_run(p->to);
	uint32_t found = UINT32_MAX;
	size_t i;

	for (i = 0; i < run->tests.n; i++) {
		struct span full = run->tests.p[i].name;

		if (full.n < name.n + 2 || memcmp(full.p + full.n - name.n, name.p, name.n) != 0 ||
		    memcmp(full.p + full.n - name.n - 2, "::", 2) != 0)
			continue;
		if (found != UINT32_MAX)
			return UINT32_MAX;
		found = (uint32_t)i;
	}
	return found;
}

/* A try before the last one failed. */
static void
add_failed_try(struct pytest *p, uint32_t test)
{
	struct run_test *t = &collect_run(p->to)->tests.p[test];
	struct attempt *last = &t->attempts.p[t->attempts.n - 1];
	struct seen s = { .name = t->name, .rerun = true, .outcome = (enum outcome)last->outcome,
	                  .micros = last->micros, .has_micros = last->micros >= 0 };

	last->outcome = OUTCOME_FAIL;
	last->micros = -1;
	collect_attempt(p->to, &s);
}

void
pytest_flaky_line(struct pytest *p, struct span line)
{
	size_t at = span_find(line, " failed (");
	struct span text = span_trim(line);

	if (at < line.n && span_find(line, " runs remaining out of ") < line.n) {
		p->flaky_test = p->n_reruns < TRIES_MAX ? find_ending(p, (struct span){ line.p, at }) : UINT32_MAX;
		p->flaky_lines = 0;
		if (p->flaky_test == UINT32_MAX)
			collect_warning(p->to, span_of("rerun"), line, UINT32_MAX);
		else
			add_failed_try(p, p->flaky_test);
		p->n_reruns++;
	} else if (p->flaky_test != UINT32_MAX && ++p->flaky_lines == 2) {
		/* "<class 'AssertionError'>", then what it says. */
		collect_message(p->to, p->flaky_test, text, span_of(""));
		p->flaky_test = UINT32_MAX;
	}
}
