/*
 * Whole searches for a commit on simulated commands, against what they are meant to reach,
 * on the same seeds as `git bisect run` itself (package git; a few repetitions on a
 * generated repository), the halving that it does, and a Bayesian bisection with
 * Beta(1/2, 1/2) on both rates and the least expected entropy, as git_bayesect
 * describes itself.  Of the runs, the gate's are those of the ends that are asked because they
 * come first (the Bayesian bisection begins with the new end until it fails and the old one once,
 * git takes the user's word), the proof's those after some commit had half of the posterior.
 * Both bounds are log2 n over the capacity of the channel; no proof is in it.
 *
 *	commits [-s SEARCHES] [CASE...]		each search is seeded by its number
 */
#include "common/base.h"

#include <math.h>
#include <stdio.h>

#include "bisect/hunt.h"
#include "bisect/stats.h"
#include "common/fs.h"
#include "common/str.h"
#include "tests/bench/oracle.h"

/* Reaches: 0 when there is none. */
struct cell {
	const char *name;
	uint32_t n;
	double q, r;
	unsigned searches, git;  /* repetitions; of git bisect itself */
	double over_bound;       /* search runs, and all, in log2 n / capacity: at most */
	double right;            /* at least */
	double off;              /* right less claimed, at most */
	struct { double q, r; } told; /* the search begins with these rates from a history; r 0: with none */
};

static const struct cell cells[] = {
	{ "exact", 1000, 0, 1, 400, 3, 1.05, 1, 0.03, { 0, 0 } },
	{ "5 % wrong", 1000, .05, .95, 1000, 12, 1.2, .995, 0.03, { 0, 0 } },
	{ "2 to 20 %", 400, .02, .2, 600, 0, 0, 0, 0.03, { 0, 0 } },
	{ "0 to 50 %", 1000, 0, .5, 400, 0, 0, 0, 0.03, { 0, 0 } },
	{ "0 to 20 %", 1000, 0, .2, 200, 0, 0, 0, 0.03, { 0, 0 } },
	{ "0 to 5 %", 400, 0, .05, 60, 0, 0, 0, 0.03, { 0, 0 } },
	{ "50 to 90 %", 400, .5, .9, 200, 0, 0, 0, 0.03, { 0, 0 } },
	{ "no change, 50 %", 400, .5, .5, 30, 0, 0, 0, 0, { 0, 0 } },
	{ "exact, told", 1000, 0, 1, 400, 0, 0, 1, 0.03, { 0, 1 } },
	{ "5 %, told", 1000, .05, .95, 400, 0, 0, .99, 0.03, { .05, .95 } },
	{ "2 to 20, told", 400, .02, .2, 200, 0, 0, 0, 0.03, { .02, .2 } },
	{ "0 to 5, told", 400, 0, .05, 60, 0, 0, 0, 0.03, { 0, .05 } },
	{ "exact, misled", 1000, 0, 1, 400, 0, 0, 1, 0.03, { .02, .2 } },
	{ "5 %, misled", 1000, .05, .95, 400, 0, 0, 0, 0.03, { 0, 1 } },
	{ "2 to 20, misled", 400, .02, .2, 200, 0, 0, 0, 0.03, { 0, 1 } },
	{ "50, misled", 400, 0, .5, 200, 0, 0, 0, 0.03, { .02, .1 } },
};

static const double confidence = 0.99, levels[] = { 0.5, 0.7, 0.9, 0.95, 0.99 };
enum { LEVELS = 5, GIVE_UP = 3000 };

static unsigned searches; /* -s; 0: as the case says */

static bool
ask(struct oracle *o, uint32_t commit)
{
	return commit == o->n ? answer(o, commit, false) : answer(o, commit, commit >= o->culprit);
}

/* ---- what searches come to ---- */

struct sums {
	unsigned n, right, in_set, ends[HUNT_STUCK + 1];
	double gate, search, proof, claim, set;
	unsigned level_right[LEVELS], level_n[LEVELS];
	double level_claim[LEVELS];
};

/* log2 n over the capacity of the channel (q, r), by search over the input's share. */
static double
bound(const struct cell *c)
{
	double best = 0, p, x;

	for (p = 0.01; p < 1; p += 0.01) {
		x = stats_entropy(p * c->r + (1 - p) * c->q) - p * stats_entropy(c->r) -
		    (1 - p) * stats_entropy(c->q);
		best = x > best ? x : best;
	}
	return log2(c->n) / best;
}

static void
print_row(const struct cell *c, const char *method, const struct sums *s, bool reach)
{
	double n = s->n ? s->n : 1, search = s->search / n, right = s->right / n, claim = s->claim / n;
	double all = (s->gate + s->search + s->proof) / n, unit = c->r > c->q ? bound(c) : INFINITY;
	bool over = reach && c->over_bound > 0 && search > c->over_bound * unit;
	bool all_over = reach && c->over_bound > 0 && all > c->over_bound * unit;
	bool wrong = reach && c->right > 0 && right < c->right;
	bool off = reach && c->off > 0 && claim - right > c->off;

	printf("%-15s %-13s %5u %7.1f %7.1f %7.1f %8.1f  %7.2f%s %7.2f%s", c->name, method, s->n, s->gate / n, search,
	       s->proof / n, all, search / unit, over ? "!" : " ", all / unit, all_over ? "!" : " ");
	printf(" %7.2f%s %7.2f%s %7.2f %6.2f\n", 100 * right, wrong ? "!" : " ", 100 * claim, off ? "!" : " ",
	       100 * s->in_set / n, s->set / n);
}

/* ---- ours ---- */

static void
note_levels(struct sums *s, double posterior, bool right, bool done[LEVELS])
{
	for (int i = 0; i < LEVELS; i++) {
		if (done[i] || posterior < levels[i])
			continue;
		done[i] = true;
		s->level_n[i]++;
		s->level_right[i] += right;
		s->level_claim[i] += posterior;
	}
}

static void
search_ours(const struct cell *cell, const struct graph *g, struct oracle *o, struct sums *s)
{
	struct hunt_past past = { 200 * cell->told.q, 200, 200 * cell->told.r, 200 };
	struct hunt_config c = { .graph = g, .confidence = confidence, .past = cell->told.r > 0 ? &past : NULL };
	struct hunt *h = hunt_new(&c);
	struct hunt_set set = { VEC_INIT };
	bool done[LEVELS] = { false };
	enum hunt_state state;
	struct hunt_view v;
	uint32_t x, runs = 0;

	for (;;) {
		state = hunt_next(h, NULL, &x);
		v = hunt_view(h);
		note_levels(s, v.posterior, v.best == o->culprit, done);
		if (state != HUNT_ASK || runs++ >= GIVE_UP)
			break;
		*(v.ends ? &s->gate : v.posterior >= 0.5 ? &s->proof : &s->search) += 1;
		hunt_tell(h, x, ask(o, x == HUNT_OLD ? o->n : x));
	}
	s->n++;
	s->ends[state]++;
	s->right += state == HUNT_FOUND && v.best == o->culprit;
	s->claim += state == HUNT_FOUND ? v.posterior : 0;
	hunt_set(h, 0.9, &set);
	s->set += (double)set.v.n;
	for (size_t i = 0; i < set.v.n; i++)
		s->in_set += set.v.p[i] == o->culprit;
	vec_release(&set.v);
	hunt_free(h);
}

/* ---- halving ---- */

static void
search_halving(struct oracle *o, struct sums *s)
{
	int64_t good = -1, bad = o->n - 1, mid;

	while (bad - good > 1) {
		mid = good + (bad - good) / 2;
		*(ask(o, (uint32_t)mid) ? &bad : &good) = mid;
		s->search += 1;
	}
	s->n++;
	s->right += bad == o->culprit;
	s->claim += 1;
	s->in_set += bad == o->culprit;
	s->set += 1;
}

/* ---- Beta-Bernoulli with Jeffreys' priors, the least expected entropy ---- */

struct bayes {
	uint32_t n;
	uint32_t *y, *k;       /* [n + 1] new answers, answers of each; n: GOOD */
	double *p;             /* [n] posterior */
	double *new, *old;     /* [n] mean rates if c is the one */
};

static double
log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* On a line: c has commits c and later on its new side. */
static void
bayes_update(struct bayes *b)
{
	double yn = 0, kn = 0, yo = b->y[b->n], ko = b->k[b->n], max = -INFINITY, sum = 0;
	uint32_t c;

	for (c = 0; c < b->n; c++) {
		yn += b->y[c];
		kn += b->k[c];
	}
	for (c = 0; c < b->n; c++) {
		b->p[c] = log_beta(.5 + yn, .5 + kn - yn) + log_beta(.5 + yo, .5 + ko - yo);
		b->new[c] = (.5 + yn) / (1 + kn);
		b->old[c] = (.5 + yo) / (1 + ko);
		max = b->p[c] > max ? b->p[c] : max;
		yn -= b->y[c];
		kn -= b->k[c];
		yo += b->y[c];
		ko += b->k[c];
	}
	for (c = 0; c < b->n; c++)
		sum += b->p[c] = exp(b->p[c] - max);
	for (c = 0; c < b->n; c++)
		b->p[c] /= sum;
}

static double
w_log(double w)
{
	return w > 0 ? w * log2(w) : 0;
}

/* The question with the least expected entropy afterwards. */
static uint32_t
bayes_select(const struct bayes *b)
{
	double yes = 0, no = 0, yes_log = 0, no_log = 0, best = INFINITY, h;
	uint32_t c, x = 0;

	for (c = 0; c < b->n; c++) { /* all on the old side of a question before the first */
		yes += b->p[c] * b->old[c];
		no += b->p[c] * (1 - b->old[c]);
		yes_log += w_log(b->p[c] * b->old[c]);
		no_log += w_log(b->p[c] * (1 - b->old[c]));
	}
	for (c = 0; c < b->n; c++) {
		yes += b->p[c] * (b->new[c] - b->old[c]);
		no -= b->p[c] * (b->new[c] - b->old[c]);
		yes_log += w_log(b->p[c] * b->new[c]) - w_log(b->p[c] * b->old[c]);
		no_log += w_log(b->p[c] * (1 - b->new[c])) - w_log(b->p[c] * (1 - b->old[c]));
		h = w_log(yes) - yes_log + w_log(no) - no_log;
		if (h < best - 1e-12) {
			best = h;
			x = c;
		}
	}
	return x;
}

static bool
bayes_ask(struct bayes *b, struct oracle *o, uint32_t x)
{
	bool is_new = ask(o, x);

	b->y[x] += is_new;
	b->k[x]++;
	return is_new;
}

static uint32_t
bayes_best(const struct bayes *b)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < b->n; c++) {
		if (b->p[c] > b->p[best])
			best = c;
	}
	return best;
}

static void
search_bayes(struct oracle *o, struct sums *s)
{
	struct bayes b = {
		o->n, xcalloc(o->n + 1, 4), xcalloc(o->n + 1, 4), xcalloc(o->n, 8), xcalloc(o->n, 8), xcalloc(o->n, 8),
	};
	bool done[LEVELS] = { false };
	uint32_t best, x, runs = 0;

	while (!bayes_ask(&b, o, o->n - 1))
		s->gate += 1;
	bayes_ask(&b, o, o->n);
	s->gate += 2;
	for (;;) {
		bayes_update(&b);
		best = bayes_best(&b);
		note_levels(s, b.p[best], best == o->culprit, done);
		if (b.p[best] >= confidence || runs++ >= GIVE_UP)
			break;
		x = bayes_select(&b);
		*(b.p[best] >= 0.5 ? &s->proof : &s->search) += 1;
		bayes_ask(&b, o, x);
	}
	s->n++;
	s->right += best == o->culprit && b.p[best] >= confidence;
	s->claim += b.p[best];
	s->in_set += best == o->culprit;
	s->set += 1;
	free(b.y);
	free(b.k);
	free(b.p);
	free(b.new);
	free(b.old);
}

/* ---- git bisect run itself ---- */

/* What git runs: this program, in the repository, with the oracle in the environment. */
static int
be_oracle(void)
{
	struct oracle o = {
		.seed = strtoull(getenv("ORACLE_SEED"), NULL, 10), .q = strtod(getenv("ORACLE_Q"), NULL),
		.r = strtod(getenv("ORACLE_R"), NULL),
	};
	uint32_t culprit = (uint32_t)strtoul(getenv("ORACLE_CULPRIT"), NULL, 10), commit;
	struct str text = STR_INIT(100);
	uint64_t v = 0;

	if (fs_read(&text, "f", NULL) < 0 || !span_u64(span_trim(str_span(&text)), &v) || v == 0)
		return 125;
	commit = (uint32_t)v - 1;
	str_release(&text);
	/* git asks no commit twice: the answer is the first of the commit. */
	return unit(o.seed, commit, 0) < (commit >= culprit ? o.r : o.q);
}

static bool
shell(const char *fmt, ...)
{
	struct str s = STR_INIT(STR_LINE);
	char text[4096];
	bool ok;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_addf(&s, "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\n%s", text);
	ok = system(str_c(&s)) == 0;
	str_release(&s);
	return ok;
}

/* Commit i holds i in the file f; 0 is GOOD. */
static char *
make_repository(uint32_t n)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = fs_unique_dir(tmp && *tmp ? tmp : "/tmp", "bench-commits-", NULL);

	if (dir && shell("cd %s && git init -q && i=0 && while [ $i -le %u ]; do t=$((1000000 + i)); "
	                 "printf 'commit refs/heads/main\\nmark :%%d\\ncommitter A <a@b> %%d +0000\\ndata 1\\nm\\n' "
	                 "$((i + 1)) $t; [ $i = 0 ] || printf 'from :%%d\\n' $i; printf 'M 100644 inline f\\ndata "
	                 "%%d\\n%%d\\n' ${#i} $i; i=$((i + 1)); done | git fast-import --quiet && git checkout -q main",
	                 dir, n))
		return dir;
	free(dir);
	return NULL;
}

static void
search_git(const char *dir, const char *self, struct oracle *o, struct sums *s)
{
	struct str path = STR_INIT(STR_LINE), log = STR_INIT(1 << 20);
	uint64_t found = 0;
	struct span rest, line;

	str_addf(&path, "%s/.git/named", dir);
	shell("cd %s && export ORACLE=1 ORACLE_SEED=%llu ORACLE_CULPRIT=%u ORACLE_Q=%.17g ORACLE_R=%.17g && "
	      "git bisect start main main~%u >/dev/null 2>&1; git bisect run %s >/dev/null 2>&1; "
	      "git show refs/bisect/bad:f >.git/named; echo >>.git/named; git bisect log | grep -c '^git bisect [gb]' "
	      ">>.git/named; git bisect reset >/dev/null 2>&1", dir, (unsigned long long)o->seed, o->culprit, o->q, o->r,
	      o->n, self);
	if (fs_read(&log, str_c(&path), NULL) == 0) {
		rest = str_span(&log);
		if (span_next(&rest, '\n', &line))
			span_u64(line, &found);
		s->n++;
		s->right += found == o->culprit + 1;
		s->in_set += found == o->culprit + 1;
		s->claim += 1;
		s->set += 1;
		if (span_next(&rest, '\n', &line) && span_u64(span_trim(line), &found))
			s->search += (double)found;
	}
	str_release(&path);
	str_release(&log);
}

/* ---- cells ---- */

static void
print_levels(const struct cell *c, const char *method, const struct sums *s)
{
	printf("%-15s %-13s claimed/right:", c->name, method);
	for (int i = 0; i < LEVELS; i++) {
		double n = s->level_n[i] ? s->level_n[i] : 1, claim = s->level_claim[i] / n, right = s->level_right[i] / n;

		printf("  %.1f/%.1f%s", 100 * claim, 100 * right, c->off > 0 && claim - right > c->off ? "!" : "");
	}
	printf("\n");
}

/* How searches ended that named no commit. */
static void
print_ends(const struct cell *c, const struct sums *s)
{
	static const char *const words[] = {
		[HUNT_ASK] = "given up", [HUNT_SAME] = "no change", [HUNT_NEVER] = "never failed",
		[HUNT_UNSURE] = "not sure that the ends differ", [HUNT_STUCK] = "no question left",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (words[i] && s->ends[i])
			printf("%-15s flake-bisect  %u searches: %s\n", c->name, s->ends[i], words[i]);
	}
}

static void
run_cell(const struct cell *c, const char *self)
{
	unsigned n = searches ? searches : c->searches, i;
	struct sums ours = { .n = 0 }, bayes = { .n = 0 }, halving = { .n = 0 }, git = { .n = 0 };
	struct graph g = GRAPH_INIT;
	struct oracle o = { .asked = xcalloc(c->n + 1, sizeof(*o.asked)) };
	char *dir = c->git ? make_repository(c->n) : NULL;

	for (i = 0; i < c->n; i++) {
		uint32_t parent = i - 1;

		graph_add(&g, &parent, i > 0);
	}
	for (i = 0; i < n; i++) {
		oracle_init(&o, c->n, c->q, c->r, i);
		search_ours(c, &g, &o, &ours);
		if (c->told.r > 0)
			continue;
		oracle_init(&o, c->n, c->q, c->r, i);
		search_bayes(&o, &bayes);
		oracle_init(&o, c->n, c->q, c->r, i);
		search_halving(&o, &halving);
		if (dir && i < c->git) {
			oracle_init(&o, c->n, c->q, c->r, i);
			search_git(dir, self, &o, &git);
		}
	}
	print_row(c, "flake-bisect", &ours, true);
	if (c->told.r == 0) {
		print_row(c, "Beta(1/2,1/2)", &bayes, false);
		print_row(c, "halving", &halving, false);
	}
	if (git.n)
		print_row(c, "git bisect", &git, false);
	print_levels(c, "flake-bisect", &ours);
	if (c->told.r == 0)
		print_levels(c, "Beta(1/2,1/2)", &bayes);
	print_ends(c, &ours);
	fflush(stdout);
	if (dir)
		fs_remove(dir, NULL);
	free(dir);
	free(o.asked);
	graph_release(&g);
}

static bool
is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return argc < 2;
}

int
main(int argc, char **argv)
{
	char *self;

	if (getenv("ORACLE"))
		return be_oracle();
	self = fs_absolute(argv[0], NULL);
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		searches = (unsigned)strtoul(argv[2], NULL, 10);
		argc -= 2;
		argv += 2;
	}
	printf("reach: exact 1.05 x log2 n runs; 5 %% wrong 99.5 %% right, 1.2 x the bound; claims within 3 %% (! where not)\n");
	printf("%-15s %-13s %5s %7s %7s %7s %8s  %7s  %7s  %7s  %7s  %7s %6s\n", "case", "method", "n", "gate",
	       "search", "proof", "in all", "s/bound", "a/bound", "right %", "claim %", "in set", "set");
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		if (is_wanted(cells[i].name, argc, argv))
			run_cell(&cells[i], self);
	}
	free(self);
	return 0;
}
