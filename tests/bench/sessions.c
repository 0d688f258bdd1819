/*
 * Whole sessions on a simulated laboratory: the runs of gate, search and proof,
 * work in whole suites, and how many end with the true verdict and the true tests.
 * `sessions [-f SEED] [-s SESSIONS] [-n TESTS] [-j JOBS] [-u STARTUP] [-v] [CASE...]`;
 * STARTUP of one run in runs of the whole list.  Unsure: answers with less confidence
 * than was asked for.
 */
#include "common/base.h"
#include "tests/bench/sim_lab.h"

struct scene {
	const char *name;
	unsigned k;        /* polluters needed together */
	unsigned groups;   /* that many independent ones */
	double rate, chance, other;
	enum finding_verdict verdict;
	bool victim, no_names, unordered, cleaner, brittle, all, flake;
};

static const struct scene scenes[] = {
	{ .name = "pair", .k = 1, .groups = 1, .rate = 1, .victim = true },
	{ .name = "triple", .k = 2, .groups = 1, .rate = 1, .victim = true },
	{ .name = "four", .k = 3, .groups = 1, .rate = 1, .victim = true },
	{ .name = "unordered-pair", .k = 1, .groups = 1, .rate = 1, .victim = true, .unordered = true },
	{ .name = "whole-5", .k = 5, .groups = 1, .rate = 1, .no_names = true },
	{ .name = "whole-7", .k = 7, .groups = 1, .rate = 1, .no_names = true },
	{ .name = "whole-8", .k = 8, .groups = 1, .rate = 1, .no_names = true },
	{ .name = "whole-1", .k = 1, .groups = 1, .rate = 1, .no_names = true },
	{ .name = "whole-2", .k = 2, .groups = 1, .rate = 1, .no_names = true },
	{ .name = "pair-.9", .k = 1, .groups = 1, .rate = .9, .victim = true },
	{ .name = "pair-.5", .k = 1, .groups = 1, .rate = .5, .victim = true },
	{ .name = "pair-.2", .k = 1, .groups = 1, .rate = .2, .victim = true },
	{ .name = "triple-.5", .k = 2, .groups = 1, .rate = .5, .victim = true },
	{ .name = "pair-other", .k = 1, .groups = 1, .rate = .5, .victim = true, .other = .05 },
	{ .name = "whole-chance", .k = 1, .groups = 1, .rate = .5, .no_names = true, .chance = .05 },
	{ .name = "pair-chance", .k = 1, .groups = 1, .rate = .5, .victim = true, .chance = .05 },
	{ .name = "2-alone", .k = 1, .groups = 2, .rate = 1, .victim = true },
	{ .name = "3-alone", .k = 1, .groups = 3, .rate = 1, .no_names = true },
	{ .name = "10-alone", .k = 1, .groups = 10, .rate = 1, .no_names = true },
	{ .name = "3-all", .k = 1, .groups = 3, .rate = 1, .no_names = true, .all = true },
	{ .name = "10-all", .k = 1, .groups = 10, .rate = 1, .no_names = true, .all = true },
	{ .name = "3-all-pair", .k = 1, .groups = 3, .rate = 1, .victim = true, .all = true },
	{ .name = "cleaner", .k = 1, .groups = 2, .rate = 1, .victim = true, .cleaner = true },
	{ .name = "cleaner-2", .k = 2, .groups = 1, .rate = 1, .victim = true, .cleaner = true },
	{ .name = "brittle", .verdict = FOUND_BRITTLE, .brittle = true },
	{ .name = "chance-whole", .verdict = FOUND_PLAIN_FLAKE, .no_names = true, .chance = .2 },
	{ .name = "chance-victim", .verdict = FOUND_PLAIN_FLAKE, .flake = true, .rate = .2 },
	{ .name = "fails-alone", .verdict = FOUND_FAILS_ALONE, .flake = true, .rate = 1 },
};

static uint64_t rng;
static double startup = 0.1;

static uint32_t
below(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((rng >> 32) * (uint64_t)n >> 32);
}

/* Different tests below `limit`, ascending. */
static void
draw(uint32_t *out, unsigned k, uint32_t limit)
{
	for (unsigned i = 0; i < k; i++) {
		uint32_t x = below(limit - (k - 1)) , j = i;
		out[i] = x;
		while (j > 0 && out[j - 1] > out[j]) {
			uint32_t t = out[j];
			out[j] = out[j - 1];
			out[j - 1] = t;
			j--;
		}
	}
	for (unsigned i = 0; i < k; i++)
		out[i] += i; /* drawn with repetition from fewer, so they differ now */
}

static void
scene_draw(const struct scene *c, uint32_t n, uint64_t seed, struct sim *s)
{
	uint32_t t[24];
	unsigned total = c->groups * c->k + c->cleaner, at = 0;

	*s = (struct sim)SIM_INIT(n);
	rng = seed * 0x9e3779b97f4a7c15u + 1;
	below(2);
	s->no_names = c->no_names;
	s->unordered = c->unordered;
	s->chance = c->chance;
	s->startup = startup;
	s->other = c->other;
	if (c->flake) {
		s->flake = below(n);
		s->flake_rate = c->rate;
	}
	if (c->brittle) {
		draw(t, 2, n);
		s->setter = t[0];
		s->brittle = t[1];
		return;
	}
	draw(t, total + 1, n);
	for (unsigned g = 0; g < c->groups; g++) {
		for (unsigned i = 0; i < c->k; i++) {
			if (c->cleaner && at == (c->groups == 2 ? 1 : 0))
				s->cleaner = t[at++];
			s->group[g].need[i] = t[at++];
		}
		s->group[g].k = c->k;
		s->group[g].rate = c->rate;
		s->group[g].victim = c->victim ? t[total] : SIM_NONE;
	}
	s->n_groups = c->groups;
}

/* Is this culprit one of the groups, exactly? */
static bool
is_group(const struct culprit *c, const struct sim *s)
{
	for (unsigned g = 0; g < s->n_groups; g++) {
		unsigned same = 0;
		for (unsigned i = 0; i < s->group[g].k; i++)
			for (uint32_t j = 0; j < c->n_polluters; j++)
				same += c->polluters[j] == s->group[g].need[i];
		if (same == s->group[g].k && c->n_polluters == same &&
		    (c->victim == s->group[g].victim))
			return true;
	}
	return false;
}

static bool
is_right(const struct scene *c, const struct sim *s, const struct finding *f)
{
	if (f->verdict != c->verdict)
		return false;
	if (f->verdict == FOUND_BRITTLE)
		return f->culprits.n == 1 && f->culprits.p[0].n_polluters == 1 &&
		       f->culprits.p[0].polluters[0] == s->setter;
	if (f->verdict == FOUND_FAILS_ALONE)
		return f->culprits.n == 1 && f->culprits.p[0].tests[0] == s->flake;
	if (f->verdict != FOUND_ISOLATED)
		return f->culprits.n == 0;
	for (size_t i = 0; i < f->culprits.n; i++)
		if (!is_group(&f->culprits.p[i], s))
			return false;
	return f->culprits.n == (c->all ? c->groups : 1);
}

struct sums { double gate, search, proof, work, seconds; unsigned right, named, unsure, n; };

static void
play(const struct scene *c, uint32_t n, unsigned jobs, uint64_t seed, bool verbose, struct sums *sum)
{
	struct sim s;
	struct finding f;
	char victim[24];
	struct options opt = { .confidence = .99, .jobs = jobs, .max_tests = 1, .all = c->all, .seed = seed };
	bool right;

	scene_draw(c, n, seed, &s);
	if (c->brittle) {
		snprintf(victim, sizeof(victim), "t%u", s.brittle);
		opt.victim = victim;
	}
	sim_session(&s, &opt, seed, &f);
	/* A rare failure that was never seen is said so, with its bound: an answer too. */
	right = is_right(c, &s, &f) ||
	        (f.verdict == FOUND_NOT_REPRODUCED && c->rate < .3 && !c->no_names);
	sum->n++;
	sum->right += right;
	sum->named += f.culprits.n > 0;
	sum->unsure += f.culprits.n > 0 && f.verdict == c->verdict && f.confidence < opt.confidence;
	sum->gate += f.n_gate_runs;
	sum->proof += f.n_proof_runs;
	sum->search += f.n_runs - f.n_gate_runs - f.n_proof_runs;
	sum->work += f.work;
	sum->seconds += f.seconds;
	if (!right && verbose) {
		printf("  %s seed %llu: %s, %zu culprits, %u runs (%s)", c->name, (unsigned long long)seed,
		       finding_verdict_name(f.verdict), f.culprits.n, f.n_runs, f.reason ? f.reason : "");
		for (size_t i = 0; i < f.culprits.n; i++) {
			printf(" [");
			for (uint32_t j = 0; j < f.culprits.p[i].n_polluters && j < 10; j++)
				printf(" %u", f.culprits.p[i].polluters[j]);
			printf(" -> %d]", (int)f.culprits.p[i].victim);
		}
		printf(" truth:");
		for (unsigned g = 0; g < s.n_groups; g++) {
			for (unsigned i = 0; i < s.group[g].k; i++)
				printf(" %u", s.group[g].need[i]);
			printf(" -> %d;", (int)s.group[g].victim);
		}
		printf("\n");
	}
	finding_release(&f);
}

static void
scene_print(const struct scene *c, uint32_t n, unsigned first, unsigned sessions, unsigned jobs,
            bool verbose)
{
	struct sums sum = { 0 };
	char unsure[32] = "";

	for (unsigned i = 0; i < sessions; i++)
		play(c, n, jobs, first + i, verbose, &sum);
	if (sum.unsure)
		snprintf(unsure, sizeof(unsure), "  unsure %.1f %%", 100.0 * sum.unsure / sum.n);
	printf("%-16s gate %5.1f  search %6.1f  proof %5.1f  work %6.2f  seconds %7.2f  right %5.1f %%%s\n",
	       c->name, sum.gate / sum.n, sum.search / sum.n, sum.proof / sum.n, sum.work / sum.n,
	       sum.seconds / sum.n, 100.0 * sum.right / sum.n, unsure);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	unsigned first = 1, sessions = 20, jobs = 1, at = 1;
	uint32_t n = 1600;
	bool verbose = false;

	for (; at < (unsigned)argc && argv[at][0] == '-'; at++) {
		if (argv[at][1] == 'v')
			verbose = true;
		else if (at + 1 < (unsigned)argc && argv[at][1] == 's')
			sessions = (unsigned)atoi(argv[++at]);
		else if (at + 1 < (unsigned)argc && argv[at][1] == 'n')
			n = (uint32_t)atoi(argv[++at]);
		else if (at + 1 < (unsigned)argc && argv[at][1] == 'f')
			first = (unsigned)atoi(argv[++at]);
		else if (at + 1 < (unsigned)argc && argv[at][1] == 'j')
			jobs = (unsigned)atoi(argv[++at]);
		else if (at + 1 < (unsigned)argc && argv[at][1] == 'u')
			startup = atof(argv[++at]);
	}
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		bool chosen = at >= (unsigned)argc;
		for (unsigned j = at; j < (unsigned)argc; j++)
			chosen |= strcmp(argv[j], scenes[i].name) == 0;
		if (chosen)
			scene_print(&scenes[i], n, first, sessions, jobs, verbose);
	}
	return 0;
}
