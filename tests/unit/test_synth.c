/* A made history is the same for the same seed, in order, and fails as often as its truth says. */
#include "tests/unit/check.h"

#include "triage/synth.h"

struct seen {
	const struct synth *s;
	uint64_t hash;
	int64_t last;
	uint32_t n, n_machine;

};

static int
look(void *data, const struct build *b)
{
	struct seen *seen = data;
	size_t i;

	CHECK(b->finished >= seen->last);
	seen->last = b->finished;
	seen->n++;
	seen->n_machine += b->run == NULL;
	for (i = 0; b->run && i < b->run->tests.n; i++) {
		const struct run_test *t = &b->run->tests.p[i];

		CHECK(t->attempts.n == (t->attempts.p[0].outcome == OUTCOME_FAIL ? 2 : 1));
		seen->hash = seen->hash * 31 + t->attempts.p[0].outcome;
	}
	return 0;
}

static void
make_the_same_again(void)
{
	struct synth_config c = synth_usual(7);
	struct synth a, b;
	struct seen x = { .s = &a }, y = { .s = &b };

	c.days = 20;
	c.n_commits = 160;
	synth_make(&a, &c);
	synth_make(&b, &c);
	synth_builds(&a, look, &x);
	synth_builds(&b, look, &y);
	CHECK(x.n > 500);
	CHECK(x.hash == y.hash && x.n == y.n);
	synth_release(&b);
	c.seed = 8;
	y = (struct seen){ .s = &b };
	synth_make(&b, &c);
	synth_builds(&b, look, &y);
	CHECK(x.hash != y.hash);
	CHECK(x.n_machine > 0);
	synth_release(&a);
	synth_release(&b);
}

static void
begin_and_end_at_commits(void)
{
	struct synth_config c = synth_usual(11);
	struct synth s;
	size_t i, n_fixes = 0, n_picks = 0;

	synth_make(&s, &c);
	CHECK(s.changes.n >= c.n_stories);
	for (i = 0; i < s.changes.n; i++) {
		const struct synth_change *x = &s.changes.p[i];
		uint32_t builder = 0;

		while (!(x->builders >> builder & 1))
			builder++;
		CHECK_NEAR(synth_rate(&s, x->test, x->branch, x->commit, builder), x->after, 0);
		if (x->commit)
			CHECK_NEAR(synth_rate(&s, x->test, x->branch, x->commit - 1, builder), x->before, 0);
		n_fixes += x->kind == SYNTH_FIX;
		if (x->picked_from != UINT32_MAX) {
			n_picks++;
			CHECK_INT(s.changes.p[x->picked_from].test, x->test);
			CHECK_INT(s.changes.p[x->picked_from].branch, 0);
			CHECK(x->branch > 0);
		}
	}
	CHECK(n_fixes > 3);
	CHECK(n_picks > 0);
	synth_release(&s);
}

int
main(void)
{
	make_the_same_again();
	begin_and_end_at_commits();
	return check_done();
}
