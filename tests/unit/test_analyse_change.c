/* Change points: against a plain evaluation of the formula, and at the edges. */
#include "tests/unit/check.h"

#include "common/arena.h"
#include "triage/analyse_change.h"
#include "triage/analyse_rate.h"

enum { MAX = 4096 };

static struct sight room[MAX];

/* Lanes as strings, one character a place: P passed, F failed, '.' not built. */
static struct sights
sights_of(const char *const *lanes, uint32_t n_lanes)
{
	struct sights s = { .p = room, .n_lanes = n_lanes, .n_places = (uint32_t)strlen(lanes[0]) };

	for (uint32_t c = 0; c < s.n_places; c++) {
		for (uint32_t l = 0; l < n_lanes; l++) {
			if (lanes[l][c] != '.')
				room[s.n++] = (struct sight){ c, l, 1, lanes[l][c] == 'F' };
		}
	}
	return s;
}

static double
part(const char *lane, uint32_t from, uint32_t to)
{
	uint64_t fails = 0, passes = 0;

	for (uint32_t c = from; c < to; c++) {
		fails += lane[c] == 'F';
		passes += lane[c] == 'P';
	}
	return rate_log_marginal(fails, passes);
}

/* The header's formula, word by word: 1 shared rate, own rates, few that change. */
static double
plainly(const char *const *lanes, uint32_t n_lanes, uint32_t n, uint32_t c)
{
	double whole = 0, all = 0, few = 0, pool_whole, pool, ratio, sum_whole = 0;
	uint64_t lf = 0, lp = 0, rf = 0, rp = 0;

	for (uint32_t l = 0; l < n_lanes; l++) {
		whole = part(lanes[l], 0, n);
		ratio = part(lanes[l], 0, c) + part(lanes[l], c, n) - whole;
		sum_whole += whole;
		all += ratio;
		few += log(1 - 1.0 / n_lanes + exp(ratio) / n_lanes);
		for (uint32_t i = 0; i < n; i++) {
			*(i < c ? &lf : &rf) += lanes[l][i] == 'F';
			*(i < c ? &lp : &rp) += lanes[l][i] == 'P';
		}
	}
	pool = rate_log_marginal(lf, lp) + rate_log_marginal(rf, rp);
	pool_whole = rate_log_marginal(lf + rf, lp + rp);
	if (n_lanes == 1)
		return all;
	return log(exp(pool) + exp(sum_whole + all) + exp(sum_whole + few)) -
	       log(exp(pool_whole) + 2 * exp(sum_whole));
}

/* Catches a sweep that loses count, weighs the wrong lane or shifts a place. */
static void
test_profile(void)
{
	static const char *const lanes[] = {
		"PPPPFPPP.PFFPFPPFFFP", "P.P.P.P.P.P.P.P.P.P.", "FFFFPPPPPPPPPPPPPPFF", "....PPPPPFFFFFFF....",
	};
	double logs[20];
	struct sights s;

	for (uint32_t n = 1; n <= ARRAY_LEN(lanes); n++) {
		memset(logs, 0, sizeof(logs));
		s = sights_of(lanes, n);
		change_profile(logs, &s, 0, 20);
		for (uint32_t c = 1; c < 20; c++)
			CHECK_NEAR(logs[c], plainly(lanes, n, 20, c), 1e-9);
	}
}

/* Catches a side without a sight taken for a place to change, and gaps left out. */
static void
test_profile_gaps(void)
{
	static const char *const lane[] = { "..PP...FF.." };
	struct sights s = sights_of(lane, 1);
	double logs[11] = { 0 };

	change_profile(logs, &s, 0, 11);
	for (uint32_t c = 1; c < 11; c++)
		CHECK(isfinite(logs[c]) == (c > 2 && c < 9));
	CHECK(logs[4] == logs[7] && logs[4] > logs[3] && logs[5] == logs[6]);
}

struct row {
	const char *lanes[3];
	const char *found; /* "lo-best-hi" of each change */
};

static const struct row rows[] = {
	{ { "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP" }, "" },
	{ { "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" }, "" },
	{ { "........................................" }, "" },
	{ { "PPPPPPPPPPPPPPPPPPPPFPPPPPPPPPPPPPPPPPPP" }, "" },
	{ { "PPPPPPPPPPPPPPPPPPPPFFFFFFFFFFFFFFFFFFFF" }, "20-20-20 " },
	{ { "FFFFFFFFFFFFFFFFFFFFPPPPPPPPPPPPPPPPPPPP" }, "20-20-20 " },
	{ { "PPPPPPPPPPPPPPFFFFFFFFFFFFFPPPPPPPPPPPPP" }, "14-14-14 27-27-27 " },
	/* five commits that nobody built: any of them can be it */
	{ { "PPPPPPPPPPPPPPPPPPPP.....FFFFFFFFFFFFFFF" }, "20-20-25 " },
	/* the others fail at the same place; a lane that was never built changes nothing */
	{ { "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPFFFFFF", "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPFFFFFF",
	    "........................................" }, "34-34-34 " },
	/* one of them only */
	{ { "PPPPPPPPPPPPPPPPPPPPFFFFFFFFFFFFFFFFFFFF", "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP",
	    "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP" }, "20-20-20 " },
};

/* Catches changes out of nothing, two for one, and a set that is not where it belongs. */
static void
test_points(void)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct arena mem = ARENA_INIT;
		struct str got = STR_INIT(STR_LINE);
		uint32_t n_lanes = 0, n;
		struct change_point *c;
		struct sights s;

		while (n_lanes < 3 && rows[r].lanes[n_lanes])
			n_lanes++;
		s = sights_of(rows[r].lanes, n_lanes);
		c = change_points(&n, &s, &mem);
		for (uint32_t i = 0; i < n; i++) {
			str_addf(&got, "%u-%u-%u ", c[i].at.lo, c[i].at.best, c[i].at.hi);
			CHECK(c[i].sure > 0.95 && c[i].sure <= 1);
		}
		if (!CHECK_STR(str_c(&got), rows[r].found))
			printf("row %zu\n", r);
		str_release(&got);
		arena_release(&mem);
	}
}

/* Catches counts above one sight a place, as several builds of one commit have them. */
static void
test_counts(void)
{
	struct sight two[] = { { 0, 0, 50, 0 }, { 1, 0, 50, 40 } };
	struct sights s = { .p = two, .n = 2, .n_lanes = 1, .n_places = 2 };
	struct arena mem = ARENA_INIT;
	uint32_t n;
	struct change_point *c = change_points(&n, &s, &mem);

	if (CHECK_INT(n, 1))
		CHECK(c->at.lo == 1 && c->at.best == 1 && c->at.hi == 1);
	arena_release(&mem);
}

int
main(void)
{
	test_profile();
	test_profile_gaps();
	test_points();
	test_counts();
	return check_done();
}
