/*
 * Whole sessions on a simulated laboratory: each verdict and each option, over
 * many seeds.  A wrong set is worse than none, so every session is looked at.
 */
#include "tests/unit/check.h"

#include "tests/bench/sim_lab.h"

enum { N = 200, SEEDS = 24 };

static struct options
plain_options(void)
{
	return (struct options){ .confidence = .99, .jobs = 1, .max_tests = 1 };
}

static uint32_t
pick(uint64_t seed, uint32_t below)
{
	seed = (seed + 1) * 0x9e3779b97f4a7c15u;
	return (uint32_t)((seed >> 33) % below);
}

static struct sim_group
group(uint32_t victim, double rate, unsigned k, const uint32_t *need)
{
	struct sim_group g = { .k = k, .victim = victim, .rate = rate };

	for (unsigned i = 0; i < k; i++)
		g.need[i] = need[i];
	return g;
}

/* One polluter before one victim, at places that depend on the seed. */
static struct sim
pair(uint64_t seed, double rate)
{
	struct sim s = SIM_INIT(N);
	uint32_t p = pick(seed, N / 2);

	s.group[s.n_groups++] = group(N / 2 + pick(seed + 7, N / 2), rate, 1, &p);
	return s;
}

static bool
is_pair(const struct finding *f, const struct sim *s)
{
	const struct culprit *c = f->culprits.p;

	return f->verdict == FOUND_ISOLATED && f->culprits.n == 1 && c->n_tests == 2 && c->n_polluters == 1 &&
	       c->polluters[0] == s->group[0].need[0] && c->victim == s->group[0].victim &&
	       c->tests[0] == c->polluters[0] && c->tests[1] == c->victim;
}

/* The commonest case: right every time, few runs, all promised counts there. */
static void
deterministic_pair(void)
{
	struct options o = plain_options();

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sim s = pair(seed, 1);
		struct finding f;
		o.jobs = 1 + seed % 4;
		sim_session(&s, &o, seed, &f);
		if (CHECK(is_pair(&f, &s))) {
			CHECK(f.culprits.p[0].minimal && f.culprits.p[0].proven);
			CHECK(f.culprits.p[0].with.fails >= 1);
			CHECK_INT(f.culprits.p[0].without.fails, 0);
			CHECK(f.culprits.p[0].without.runs >= 2);
			CHECK(f.confidence >= .98);
			CHECK(f.n_gate_runs == 2 && f.n_proof_runs <= 4);
		}
		finding_release(&f);
	}
}

static void
flaky_pair(void)
{
	struct options o = plain_options();
	unsigned right = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sim s = pair(seed, .4);
		struct finding f;
		s.other = .05;
		sim_session(&s, &o, seed, &f);
		right += is_pair(&f, &s);
		CHECK(!is_pair(&f, &s) || f.confidence >= .99);
		finding_release(&f);
	}
	CHECK(right >= SEEDS - 1);
}

/* Other failures so often that the first run is often one of them: the whole list, run
 * again, says which failure is meant. */
static void
target_outvoted(void)
{
	struct options o = plain_options();
	unsigned right = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sim s = pair(seed, 1);
		struct finding f;
		s.other = .25;
		sim_session(&s, &o, seed, &f);
		right += is_pair(&f, &s);
		finding_release(&f);
	}
	CHECK(right >= SEEDS - 1);
}

/* Three needed together, the runner neither naming tests nor keeping the order. */
static void
nameless_triple(void)
{
	struct options o = plain_options();

	for (uint64_t seed = 0; seed < SEEDS / 2; seed++) {
		uint32_t need[3] = { pick(seed, 60), 60 + pick(seed + 3, 60), 120 + pick(seed + 5, 80) };
		struct sim s = SIM_INIT(N);
		struct finding f;
		s.group[s.n_groups++] = group(SIM_NONE, 1, 3, need);
		s.no_names = s.unordered = true;
		sim_session(&s, &o, seed, &f);
		CHECK_INT(f.verdict, FOUND_ISOLATED);
		if (CHECK_INT(f.culprits.n, 1) && CHECK_INT(f.culprits.p[0].n_tests, 3)) {
			for (unsigned i = 0; i < 3; i++)
				CHECK_INT(f.culprits.p[0].tests[i], need[i]);
			CHECK_INT(f.culprits.p[0].victim, TESTLIST_NONE);
		}
		finding_release(&f);
	}
}

/* The search begins beside the first run of the whole list: two jobs take much less
 * time than one, and a run of the list that passes after all is no failure. */
static void
search_beside_the_gate(void)
{
	struct options o = plain_options();
	double seconds[2] = { 0, 0 };
	unsigned right = 0;

	for (uint64_t seed = 0; seed < SEEDS / 2; seed++) {
		uint32_t need = pick(seed, N);
		struct sim s = SIM_INIT(N);
		struct finding f;
		s.startup = .01;
		s.no_names = s.unordered = true;
		s.group[s.n_groups++] = group(SIM_NONE, seed % 3 ? 1 : .5, 1, &need);
		for (o.jobs = 1; o.jobs <= 2; o.jobs++) {
			sim_session(&s, &o, seed, &f);
			right += f.verdict == FOUND_ISOLATED && f.culprits.n == 1 &&
			         f.culprits.p[0].n_tests == 1 && f.culprits.p[0].tests[0] == need &&
			         f.whole.fails > 0;
			seconds[o.jobs - 1] += seed % 3 ? f.seconds : 0;
			finding_release(&f);
		}
	}
	CHECK(right >= SEEDS - 1);
	CHECK(seconds[1] < .7 * seconds[0]);
}

/* More are needed than the plan can think of: the reduction takes over in time. */
static void
seven_needed(void)
{
	struct options o = plain_options();
	struct sim s = SIM_INIT(N);
	uint32_t need[7] = { 3, 20, 61, 99, 120, 150, 194 };
	struct finding f;

	s.no_names = true;
	s.group[s.n_groups++] = group(SIM_NONE, 1, 7, need);
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_ISOLATED);
	if (CHECK_INT(f.culprits.n, 1))
		CHECK_INT(f.culprits.p[0].n_tests, 7);
	CHECK(f.n_runs < 200);
	CHECK(f.confidence >= .99);
	finding_release(&f);
}

static void
fails_alone(void)
{
	struct options o = plain_options();

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sim s = SIM_INIT(seed % 2 ? N : 1);
		struct finding f;
		s.flake = pick(seed, s.n);
		s.flake_rate = 1;
		sim_session(&s, &o, seed, &f);
		CHECK_INT(f.verdict, FOUND_FAILS_ALONE);
		CHECK(f.n_runs <= 6);
		if (CHECK_INT(f.culprits.n, 1))
			CHECK_INT(f.culprits.p[0].tests[0], s.flake);
		finding_release(&f);
	}
}

/* --victim, which fails alone and passes after another test. */
static void
brittle(void)
{
	struct options o = plain_options();
	char victim[24];

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sim s = SIM_INIT(N);
		struct finding f;
		s.setter = pick(seed, N / 2);
		s.brittle = N / 2 + pick(seed + 1, N / 2);
		snprintf(victim, sizeof(victim), "t%u", s.brittle);
		o.victim = victim;
		sim_session(&s, &o, seed, &f);
		CHECK_INT(f.verdict, FOUND_BRITTLE);
		if (CHECK_INT(f.culprits.n, 1)) {
			CHECK_INT(f.culprits.p[0].n_polluters, 1);
			CHECK_INT(f.culprits.p[0].polluters[0], s.setter);
			CHECK_INT(f.culprits.p[0].with.fails, 0);
			CHECK(f.culprits.p[0].with.runs > 0);
			CHECK_INT(f.culprits.p[0].without.fails, f.culprits.p[0].without.runs);
		}
		finding_release(&f);
	}
}

/* No test is to blame: none may be named. */
static void
plain_flakes(void)
{
	struct options o = plain_options();
	unsigned named = 0;

	for (uint64_t seed = 0; seed < SEEDS + SEEDS / 2; seed++) {
		struct sim s = SIM_INIT(N);
		struct finding f;
		s.no_names = seed % 2;
		s.chance = s.no_names ? .2 : 0;
		s.flake = s.no_names ? SIM_NONE : pick(seed, N);
		s.flake_rate = .2;
		sim_session(&s, &o, seed, &f);
		named += f.verdict == FOUND_ISOLATED;
		if (f.verdict == FOUND_PLAIN_FLAKE) {
			CHECK(f.rate_low > 0 && f.rate_low <= f.rate_high && f.rate_high < 1);
			CHECK_INT(f.culprits.n, 0);
		}
		finding_release(&f);
	}
	CHECK(named <= 1);
}

static void
not_reproduced(void)
{
	struct options o = plain_options();
	struct sim s = SIM_INIT(N);
	struct finding f;

	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_NOT_REPRODUCED);
	CHECK_INT(f.n_runs, 29);
	CHECK_INT(finding_exit_status(&f), 1);
	CHECK(f.reason && strstr(f.reason, "fewer than 9.8 %"));
	finding_release(&f);
	o.max_runs = 5;
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_NOT_REPRODUCED);
	CHECK_INT(f.n_runs, 5);
	finding_release(&f);
}

/* The budget ends in every place once: never a wrong name, what is left is known. */
static void
budgets(void)
{
	struct options o = plain_options();

	for (uint32_t runs = 1; runs < 20; runs++) {
		struct sim s = pair(runs, 1);
		struct finding f;
		o.max_runs = runs;
		sim_session(&s, &o, runs, &f);
		CHECK(f.n_runs <= runs);
		if (f.verdict == FOUND_UNDECIDED) {
			bool held = false;
			for (size_t i = 0; i < f.left.n; i++)
				held |= f.left.p[i] == s.group[0].need[0];
			CHECK(held);
			CHECK(f.reason != NULL);
			CHECK_INT(finding_exit_status(&f), 125);
		} else {
			CHECK(is_pair(&f, &s));
		}
		finding_release(&f);
	}
}

/* -n: stops early, with a set that holds what is needed. */
static void
max_tests(void)
{
	struct options o = plain_options();
	struct sim s = pair(3, 1);
	struct finding f;

	o.max_tests = 20;
	sim_session(&s, &o, 3, &f);
	CHECK_INT(f.verdict, FOUND_ISOLATED);
	if (CHECK_INT(f.culprits.n, 1)) {
		const struct culprit *c = f.culprits.p;
		bool held = false;
		CHECK(c->n_tests > 2 && c->n_tests <= 20 && !c->minimal);
		for (uint32_t i = 0; i < c->n_polluters; i++)
			held |= c->polluters[i] == s.group[0].need[0];
		CHECK(held);
	}
	finding_release(&f);
}

/* Independent polluters: one is named without --all, every one with it. */
static void
independent(void)
{
	for (uint64_t seed = 0; seed < SEEDS / 2; seed++) {
		struct options o = plain_options();
		struct sim s = pair(seed, 1);
		struct finding f;
		for (uint32_t g = 1; g < 3; g++) {
			uint32_t p = (s.group[0].need[0] + 31 * g) % (N / 2);
			s.group[s.n_groups++] = group(s.group[0].victim, 1, 1, &p);
		}
		o.all = seed % 2;
		sim_session(&s, &o, seed, &f);
		CHECK_INT(f.verdict, FOUND_ISOLATED);
		CHECK_INT(f.culprits.n, o.all ? 3 : 1);
		for (size_t i = 0; i < f.culprits.n; i++) {
			CHECK_INT(f.culprits.p[i].n_polluters, 1);
			unsigned same = 0;
			for (unsigned g = 0; g < 3; g++)
				same += f.culprits.p[i].polluters[0] == s.group[g].need[0];
			CHECK_INT(same, 1);
		}
		CHECK(o.all || (f.reason && strstr(f.reason, "--all")));
		finding_release(&f);
	}
}

/* Several victims of one polluter, and one that fails by itself. */
static void
several_victims(void)
{
	struct options o = plain_options();
	struct sim s = SIM_INIT(N);
	struct finding f;
	uint32_t p = 20;

	s.group[s.n_groups++] = group(100, 1, 1, &p);
	s.group[s.n_groups++] = group(150, 1, 1, &p);
	s.flake = 180;
	s.flake_rate = 1;
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.culprits.n, 1);
	CHECK_INT(f.others.n, 2);
	finding_release(&f);
	o.all = true;
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_ISOLATED);
	if (CHECK_INT(f.culprits.n, 3)) {
		CHECK_INT(f.culprits.p[0].victim, 100);
		CHECK_INT(f.culprits.p[1].victim, 150);
		CHECK_INT(f.culprits.p[1].polluters[0], 20);
		CHECK_INT(f.culprits.p[2].victim, 180);
		CHECK_INT(f.culprits.p[2].n_polluters, 0);
	}
	CHECK(f.n_runs < 30);
	finding_release(&f);
}

/* A cleaner between two polluters: a set that was seen failing, or nothing. */
static void
cleaner_between(void)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct options o = plain_options();
		struct sim s = SIM_INIT(N);
		struct finding f;
		uint32_t a = pick(seed, 50), c = 50 + pick(seed + 1, 50), b = 100 + pick(seed + 2, 40);
		s.group[s.n_groups++] = group(150, 1, 1, &a);
		s.group[s.n_groups++] = group(150, 1, 1, &b);
		s.cleaner = c;
		o.find_cleaner = true;
		sim_session(&s, &o, seed, &f);
		CHECK_INT(f.verdict, FOUND_ISOLATED);
		if (CHECK_INT(f.culprits.n, 1) && CHECK_INT(f.culprits.p[0].n_polluters, 1))
			CHECK(f.culprits.p[0].polluters[0] == a || f.culprits.p[0].polluters[0] == b);
		finding_release(&f);
	}
}

static void
finds_cleaner(void)
{
	struct options o = plain_options();
	struct sim s = pair(5, 1);
	struct finding f;

	s.cleaner = N - 1;
	if (s.group[0].victim == N - 1)
		s.cleaner = N - 2;
	s.cleaner = s.cleaner < s.group[0].victim ? s.group[0].victim + 1 : s.cleaner;
	o.find_cleaner = true;
	sim_session(&s, &o, 5, &f);
	CHECK(is_pair(&f, &s));
	if (CHECK_INT(f.culprits.p[0].n_cleaners, 1))
		CHECK_INT(f.culprits.p[0].cleaners[0], s.cleaner);
	finding_release(&f);
}

/* The polluter stands behind its victim in the list: only another order fails. */
static void
shuffled(void)
{
	struct options o = plain_options();

	o.shuffle = true;
	for (uint64_t seed = 0; seed < SEEDS / 4; seed++) {
		struct sim s = SIM_INIT(N);
		struct finding f;
		uint32_t p = 150 + pick(seed, 50);
		s.group[s.n_groups++] = group(pick(seed + 2, 100), 1, 1, &p);
		o.seed = seed * 100;
		sim_session(&s, &o, seed, &f);
		CHECK(is_pair(&f, &s));
		CHECK(f.shuffled);
		finding_release(&f);
	}
	struct sim s = SIM_INIT(N);
	struct finding f;
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_NOT_REPRODUCED);
	CHECK(f.reason && strstr(f.reason, "29 orders"));
	finding_release(&f);
}

/* Nothing but other failures: says so soon, and what they were. */
static void
all_unresolved(void)
{
	struct options o = plain_options();
	struct sim s = pair(1, 1);
	struct finding f;

	s.other = 1;
	sim_session(&s, &o, 1, &f);
	CHECK_INT(f.verdict, FOUND_UNDECIDED);
	CHECK(f.n_runs < 20);
	CHECK(f.reason && strstr(f.reason, "another failure"));
	finding_release(&f);
}

static void
rates(void)
{
	struct sim s = SIM_INIT(N);
	struct options o = plain_options();
	struct lab lab;
	struct err e = ERR_INIT;
	struct finding f;
	enum lab_event event;

	s.flake = 3;
	s.flake_rate = .5;
	sim_open(&lab, &s, &o, 9);
	struct drive d = { .lab = &lab, .list = &lab.list, .opt = &o, .keeps_order = true,
		           .names_tests = true };
	finding_init(&f);
	CHECK_INT(drive_rate(&d, &f, &event, &e), 0);
	CHECK(f.rate_low < .5 && f.rate_high > .5 && f.rate_high - f.rate_low <= .2);
	finding_release(&f);
	sim_close(&lab);
}

int
main(void)
{
	deterministic_pair();
	flaky_pair();
	target_outvoted();
	nameless_triple();
	search_beside_the_gate();
	seven_needed();
	fails_alone();
	brittle();
	plain_flakes();
	not_reproduced();
	budgets();
	max_tests();
	independent();
	several_victims();
	cleaner_between();
	finds_cleaner();
	shuffled();
	all_unresolved();
	rates();
	return check_done();
}
