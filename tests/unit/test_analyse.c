/* Verdicts of hand-made histories. */
#include "tests/unit/hand_view.h"

#include "triage/alike.h"
#include "triage/analyse_rate.h"
#include "triage/wording.h"

#define P10 "PPPPPPPPPP"
#define P50 P10 P10 P10 P10 P10
#define F10 "FFFFFFFFFF"

struct row {
	const char *lanes[5]; /* the last: workers of the first lane */
	enum verdict verdict;
};

enum { WORKERS = 4 };

static const struct row rows[] = {
	{ { P50 }, VERDICT_HEALTHY },
	{ { "P" }, VERDICT_HEALTHY },
	{ { "....." }, VERDICT_UNDECIDED },
	/* one re-run that passed is enough to call it flaky; a single failure is not */
	{ { "R" }, VERDICT_FLAKY },
	{ { P10 "R" P10 }, VERDICT_FLAKY },
	{ { P10 "X" P10 }, VERDICT_FLAKY },
	{ { P10 "F" P10 }, VERDICT_UNDECIDED },
	{ { P10 "F" P10 P10 }, VERDICT_HEALTHY },
	{ { P10 "FPPPPF" P10 }, VERDICT_FLAKY },
	/* one is 10 builders' flake, two at one commit are the commit's fault */
	{ { P10 "FPPPP", P10 "FPPPP" }, VERDICT_UNDECIDED },
	/* the end: 3 are too few, 4 are enough, with a pass between they are a flake */
	{ { P50 "F" }, VERDICT_UNDECIDED },
	{ { P50 "FFF" }, VERDICT_UNDECIDED },
	{ { P50 "FFFF" }, VERDICT_REGRESSED },
	{ { P50 F10 }, VERDICT_REGRESSED },
	{ { P50 "FPFPF" }, VERDICT_FLAKY },
	{ { F10 }, VERDICT_REGRESSED },
	/* four builders at once are enough, one of many is its own */
	{ { P50 "F", P50 "F", P50 "F", P50 "F" }, VERDICT_REGRESSED },
	{ { P50 "FF", P50 "PF", P50 "FP", P50 "PP" }, VERDICT_UNDECIDED },
	{ { P50 F10, P50 P10, P50 P10 }, VERDICT_REGRESSED },
	/* a flake that fails often is none that always fails */
	{ { "FPFFPPFFPFPFFPPPFFFPFFPPFFFF" }, VERDICT_FLAKY },
	{ { P50 "RRRRRR" }, VERDICT_FLAKY },
	/* fixed: a regression after few passes, a flake after many */
	{ { P50 F10 P10 }, VERDICT_FIXED },
	{ { P50 "RPPPRPPRPPPPRPPPPR" P50 P50 P50 }, VERDICT_FIXED },
	{ { P50 "RPPPRPPRPPPPRPPPPR" P10 }, VERDICT_FLAKY },
	/* only runs where it failed count as clean */
	{ { "RPPPRPPRPPPPRPPPPRPP...............................", P50 "P", P50 "P" }, VERDICT_FLAKY },
	/* fixed, and back */
	{ { "RPPPRPPRPPPPRPPPPRPPRPPPRPPRPPPRPPPR" P50 P50 "RPPPPRPPPR" }, VERDICT_DID_NOT_HOLD },
	{ { "RPPPRPPRPPPPRPPPPRPPRPPPRPPRPPPRPPPR" P50 P50 "R" }, VERDICT_DID_NOT_HOLD },
	{ { P50 F10 P50 F10 }, VERDICT_REGRESSED },
	/* a build that its machine ended says nothing */
	{ { P10 "fff" P10 }, VERDICT_HEALTHY },
	{ { P10 "ffffff" }, VERDICT_HEALTHY },
	/* all on one of two workers that take turns; and on both */
	{ { "FPFPFPFPFPFPFPFPFPFP", [WORKERS] = "abababababababababab" }, VERDICT_MACHINE },
	{ { "FPFPFPFPFPFPFPFPFPFP", [WORKERS] = "aabbaabbaabbaabbaabb" }, VERDICT_FLAKY },
	{ { P10 P10 F10 F10, [WORKERS] = "bbbbbbbbbbbbbbbbbbbbaaaaaaaaaaaaaaaaaaaa" }, VERDICT_REGRESSED },
};

static void
make(struct hand *h, const struct row *r)
{
	static const char *const names[] = { "linux", "windows", "freebsd", "mac" };

	hand_init(h, "test_x");
	for (size_t i = 0; i < 4 && r->lanes[i]; i++)
		hand_lane(h, "main", names[i], r->lanes[i], i == 0 ? r->lanes[WORKERS] : NULL, 0);
	analyse_mass(&h->view);
}

static void
print_lines(const struct finding *f)
{
	for (uint32_t i = 0; i < f->n_explain; i++)
		printf("    %.*s\n", (int)f->explain[i].n, f->explain[i].p);
}

/* Catches a verdict that is none of a person's. */
static void
test_verdicts(void)
{
	struct analyse_options o = { .explain = true };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena mem = ARENA_INIT;
		struct finding f;
		struct hand h;

		make(&h, &rows[i]);
		analyse_test(&h.view, &h.test, &o, &mem, &f);
		if (!CHECK_STR(verdict_name(f.verdict), verdict_name(rows[i].verdict))) {
			printf("  %s\n", rows[i].lanes[0]);
			print_lines(&f);
		}
		CHECK(f.n_explain > 0 && span_is(f.explain[f.n_explain - 1], verdict_name(f.verdict)) == false);
		CHECK(f.n_segments >= 1 && f.sure >= 0 && f.sure <= 1);
		CHECK(f.rate.low <= f.rate.high);
		if (getenv("SHOW")) {
			printf("  %s\n", rows[i].lanes[0]);
			print_lines(&f);
		}
		arena_release(&mem);
		hand_release(&h);
	}
}

/* Catches a finding that depends on whether its explanation is wanted. */
static void
test_explanation_changes_nothing(void)
{
	struct analyse_options with = { .since = 2 * HAND_DAY, .explain = true }, without = { .since = 2 * HAND_DAY };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena mem = ARENA_INIT;
		struct finding f, g;
		struct hand h;

		make(&h, &rows[i]);
		analyse_test(&h.view, &h.test, &with, &mem, &f);
		analyse_test(&h.view, &h.test, &without, &mem, &g);
		CHECK_INT(g.n_explain, 0);
		CHECK(f.verdict == g.verdict && f.change == g.change && f.sure == g.sure);
		CHECK(f.rate.low == g.rate.low && f.before.runs == g.before.runs && f.before.high == g.before.high);
		CHECK(f.clean_needed == g.clean_needed && f.has_since == g.has_since && f.since.best == g.since.best);
		arena_release(&mem);
		hand_release(&h);
	}
}

/* Catches lanes judged by what others do, and sums that leave something out. */
static void
test_lanes(void)
{
	struct analyse_options o = { 0 };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;

	hand_init(&h, "test_x");
	hand_lane(&h, "main", "linux", P50 "PPPPPPPP", NULL, 0);
	hand_lane(&h, "main", "freebsd", P50 "RPPRPPRw", NULL, 0);
	hand_lane(&h, "main", "mac", P50 "PPP.fFFF", NULL, 0);
	hand_lane(&h, "3.12", "linux", P50 "FFFFFF", NULL, 0);
	hand_lane(&h, "3.12", "old", "..................", NULL, 0);
	analyse_mass(&h.view);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK_STR(verdict_name(f.verdict), "regressed");
	CHECK_STR(h.view.branches.texts.p[f.branch].p, "3.12");
	if (CHECK_INT(f.n_lanes, 4)) {
		CHECK_STR(verdict_name(f.lanes[0].verdict), "healthy");
		CHECK_STR(verdict_name(f.lanes[1].verdict), "flaky");
		CHECK_STR(verdict_name(f.lanes[2].verdict), "undecided");
		CHECK_STR(verdict_name(f.lanes[3].verdict), "regressed");
		CHECK(f.lanes[1].failed == 3 && f.lanes[1].rerun_passes == 3 && f.lanes[1].runs == 58);
		CHECK(f.lanes[2].failed == 4 && f.lanes[2].left_out == 1 && f.lanes[2].runs == 57);
	}
	CHECK(f.runs == 58 + 58 + 57 + 56 && f.failed == 3 + 4 + 6 && f.rerun_passes == 3);
	CHECK(f.last_fail == 58 * HAND_DAY);
	CHECK(f.has_since && f.since.best == 50);
	CHECK_INT(f.n_segments, 2);
	CHECK(f.segments[1].begin.best == 50 && f.segments[0].end == 49 && f.segments[1].rate.runs == 6);
	arena_release(&mem);
	hand_release(&h);
}

struct change_row { const char *cells; unsigned since_day; enum change change; bool once; };

static const struct change_row changes[] = {
	{ P50 "FFFFF", 50, CHANGE_NEW_REGRESSION, false },
	{ P50 F10, 58, CHANGE_NONE, false },
	{ P50 "FFFF", 53, CHANGE_NEW_REGRESSION, false },
	{ P50 "RPPRP", 50, CHANGE_NEW_FLAKE, false },
	{ P50 "RPPPP", 50, CHANGE_NONE, true },
	{ P50 "FPPPP", 50, CHANGE_NONE, true },
	{ P50 "PPPPP", 50, CHANGE_NONE, false },
	{ "PPRPPPPRPPPPPPRPPPPR" P50 "P", 70, CHANGE_NONE, false },
	{ P50 "RPP" P50 "RPRRPPRRPRPRPRR", 104, CHANGE_WORSE, false },
	{ P50 F10 "PPP", 61, CHANGE_FIXED, false },
	{ P50 F10 P10, 69, CHANGE_NONE, false },
	{ P50 F10 P50 "FFFFF", 111, CHANGE_BACK, false },
	{ P50 F10 P50 P50 "R", 160, CHANGE_NONE, true },
};

/* Catches old news told as new, and news not told. */
static void
test_changes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct analyse_options o = { .since = (int64_t)changes[i].since_day * HAND_DAY + 1 };
		struct arena mem = ARENA_INIT;
		struct finding f;
		struct hand h;

		hand_init(&h, "test_x");
		hand_lane(&h, "main", "linux", changes[i].cells, NULL, 0);
		analyse_test(&h.view, &h.test, &o, &mem, &f);
		if (!CHECK_STR(change_name(f.change), change_name(changes[i].change)) ||
		    !CHECK_INT(f.once, changes[i].once)) {
			printf("  %s\n", changes[i].cells);
			print_lines(&f);
		}
		arena_release(&mem);
		hand_release(&h);
	}
}

/* Catches a look at what came later than `until`. */
static void
test_until(void)
{
	struct analyse_options o = { .until = 50 * HAND_DAY };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;

	hand_init(&h, "test_x");
	hand_lane(&h, "main", "linux", P50 F10, NULL, 0);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK(f.verdict == VERDICT_HEALTHY && f.runs == 50 && f.failed == 0 && f.last_fail == 0);
	arena_release(&mem);
	hand_release(&h);
}

/* ---- mass failures ---- */

struct mass_row {
	const char *builders[5]; /* per build: how many of 100 tests fail, in tens; '5' is 50 */
	const char *mass[5];     /* '.', b: build, B: builder, c: commit */
};

static const struct mass_row masses[] = {
	{ { "00030" }, { "...b." } },
	{ { "00020" }, { "....." } },
	{ { "0002222000" }, { "...BBBB..." } },
	{ { "0003300222" }, { "...bb....." } },
	{ { "2222" }, { "BBBB" } },
	{ { "020", "020", "000", "000" }, { ".c.", ".c.", "...", "..." } },
	{ { "020", "000", "000", "000" }, { "...", "...", "...", "..." } },
	{ { "050", "050", "050" }, { ".b.", ".b.", ".b." } },
	/* a broken commit does not make a row of a builder's */
	{ { "2222", "0020", "0020", "0020" }, { "..c.", "..c.", "..c.", "..c." } },
};

static void
check_mass(const struct mass_row *row)
{
	static const char letters[] = ".bBc";
	struct hand h;

	hand_init(&h, "test_x");
	for (size_t i = 0; i < 5 && row->builders[i]; i++) {
		char cells[64] = "", name[] = { (char)('a' + i), '\0' };
		struct lane *l;

		for (size_t k = 0; row->builders[i][k]; k++)
			cells[k] = 'P';
		l = hand_lane(&h, "main", name, cells, NULL, 0);
		for (uint32_t k = 0; k < l->n; k++)
			l->builds[k].n_fails = (uint32_t)(row->builders[i][k] - '0') * 10;
	}
	analyse_mass(&h.view);
	for (uint32_t i = 0; i < h.view.n_lanes; i++) {
		char got[64] = "";

		for (uint32_t k = 0; k < h.lanes[i].n; k++)
			got[k] = letters[h.lanes[i].builds[k].mass];
		CHECK_STR(got, row->mass[i]);
	}
	hand_release(&h);
}

/* Catches a broken builder taken for regressions, and single failures left out. */
static void
test_mass(void)
{
	for (size_t i = 0; i < ARRAY_LEN(masses); i++)
		check_mass(&masses[i]);
}

/* Catches failures of a broken build counted against the test, or lost. */
static void
test_mass_left_out(void)
{
	struct analyse_options o = { 0 };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;
	struct lane *l;

	hand_init(&h, "test_x");
	l = hand_lane(&h, "main", "linux", P50 "PFFFFFP", NULL, 0);
	for (uint32_t k = 51; k < 56; k++)
		l->builds[k].n_fails = 40;
	analyse_mass(&h.view);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK(f.verdict == VERDICT_HEALTHY && f.failed == 5 && f.left_out == 5 && f.rate.fails == 0);
	l->n = 56;
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK_STR(verdict_name(f.verdict), "machine");
	arena_release(&mem);
	hand_release(&h);
}

/* ---- words of failures ---- */

static bool
words(void *data UNUSED, uint32_t message, struct message_words *out)
{
	static const char *const lines[] = {
		"", "TimeoutError: timed out", "AssertionError", "OSError: [Errno 98] in use", "TimeoutError: timed out",
		"no pod web-7f9c4d8b6-x2x9p", "no pod web-5d4c7f9b8-k1w7z", "lists differ: [1, 2] != [1]",
		"lists differ: [4, 5, 6] != [7, 8]", "exit code 3",
	};

	if (message >= ARRAY_LEN(lines))
		return false;
	*out = (struct message_words){ .hash = map_hash(span_of(lines[message])), .example = span_of(lines[message]),
	                               .generic = cluster_generic(span_of(lines[message])) };
	return true;
}

static const struct message_source source = { .get = words };

struct known_row { const char *cells; uint32_t message; const char *test, *builder, *pattern; bool known; };

static const struct known_row knowns[] = {
	{ P50 "RPPRP", 1, "", "", "TimeoutError", true },
	{ P50 "RPPRP", 1, "test_*", "lin*", "timed out$", true },
	{ P50 "RPPRP", 1, "test_y", "", "TimeoutError", false },
	{ P50 "RPPRP", 1, "", "win*", "TimeoutError", false },
	{ P50 "RPPRP", 3, "", "", "TimeoutError", false },
	{ P50 "RPPRP", 9, "", "", "TimeoutError", false },
	{ P50 "RPPRP", 0, "test_x", "", "", true },
	{ P50 F10, 1, "", "", "TimeoutError", true },
	{ P50, 1, "test_x", "", "", false },
	{ P50 F10 P10, 1, "", "", "TimeoutError", false },
};

/* Catches a rule that matches what it does not name, and health called known. */
static void
test_known(void)
{
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		struct known rule = { .id = 1, .test = span_of(knowns[i].test), .builder = span_of(knowns[i].builder),
		                      .pattern = span_of(knowns[i].pattern), .issue = span_of("https://x/1") };
		struct known_set *set = known_new();
		struct analyse_options o = { .known = set, .words = &source };
		struct arena mem = ARENA_INIT;
		struct finding f;
		struct hand h;
		struct err e;

		CHECK_INT(known_add(set, &rule, &e), 0);
		hand_init(&h, "test_x");
		hand_lane(&h, "main", "linux", knowns[i].cells, NULL, knowns[i].message);
		analyse_test(&h.view, &h.test, &o, &mem, &f);
		if (!CHECK_INT(f.verdict == VERDICT_KNOWN, knowns[i].known))
			print_lines(&f);
		CHECK_INT(f.known != NULL, knowns[i].known);
		arena_release(&mem);
		hand_release(&h);
		known_free(set);
	}
}

/* Catches ids that depend on the order, and different failures put together. */
static void
test_clusters(void)
{
	struct analyse_options o = { .words = &source };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;

	hand_init(&h, "test_x");
	hand_lane(&h, "main", "a", P50 "FPP", NULL, 3);
	hand_lane(&h, "main", "b", P50 "FFP", NULL, 1);
	hand_lane(&h, "main", "c", P50 "PPR", NULL, 4);
	hand_lane(&h, "main", "d", P50 "PFF", NULL, 2);
	hand_lane(&h, "main", "e", P50 "PFF", NULL, 99);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	if (CHECK_INT(f.n_messages, 3)) {
		CHECK(f.messages[0].count == 3 && span_is(f.messages[0].example, "TimeoutError: timed out"));
		CHECK(f.messages[0].first == 51 * HAND_DAY && f.messages[0].last == 53 * HAND_DAY);
		CHECK(span_starts(f.messages[0].id, "m1-") && f.messages[0].id.n == 15 && !f.messages[0].generic);
		CHECK(f.messages[1].generic && f.messages[1].count == 2);
		CHECK(f.messages[2].count == 1 && !f.messages[2].generic);
	}
	arena_release(&mem);
	hand_release(&h);
}

/* Catches one cause that is shown as many, an id that changes when another message comes, and generic lines
 * put together. */
static void
test_alike(void)
{
	struct analyse_options o = { .words = &source };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;

	hand_init(&h, "test_x");
	hand_lane(&h, "main", "a", P50 "FPP", NULL, 5);
	hand_lane(&h, "main", "b", P50 "PFF", NULL, 6);
	hand_lane(&h, "main", "c", P50 "PPF", NULL, 7);
	hand_lane(&h, "main", "d", P50 "PFP", NULL, 8);
	hand_lane(&h, "main", "e", P50 "PFP", NULL, 2);
	hand_lane(&h, "main", "f", P50 "PFP", NULL, 9);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	if (CHECK_INT(f.n_messages, 4)) {
		CHECK(f.messages[0].count == 3 && span_is(f.messages[0].example, "no pod web-7f9c4d8b6-x2x9p"));
		CHECK(f.messages[0].n_also == 1 && span_starts(f.messages[0].also[0], "m1-"));
		CHECK(f.messages[0].first == 51 * HAND_DAY && f.messages[0].last == 53 * HAND_DAY);
		CHECK(f.messages[1].count == 2 && span_is(f.messages[1].example, "lists differ: [4, 5, 6] != [7, 8]"));
		CHECK(f.messages[2].generic && f.messages[3].generic && f.messages[2].n_also == 0);
	}
	arena_release(&mem);
	hand_release(&h);
}

/* Catches shapes that differ where only an id does, and the other way round. */
static void
test_shapes(void)
{
	static const struct { const char *a, *b; bool alike; } pairs[] = {
		{ "no host 550e8400-e29b-41d4-a716-446655440000", "no host 6fa459ea-ee8a-3ca4-894e-db77e160355e", true },
		{ "key 'a' of run_ab12cd34 is gone", "key 'b' of run_ef56gh78 is gone", true },
		{ "{'a': 1} != {'a': 1, 'b': 2}", "{'c': 3, 'd': 4} != {'e': 5}", true },
		{ "got ['x'] of ['x', 'y']", "got ['x', 'z'] of ['x']", true },
		{ "expected open, got closed", "expected open, got failed", false },
		{ "hash md5 differs", "hash sha256 differs", false },
		{ "No such file", "No such device", false },
		{ "[] != [1]", "[1] != [1]", false },
	};
	struct str a = STR_INIT(1000), b = STR_INIT(1000);
	size_t i;

	for (i = 0; i < ARRAY_LEN(pairs); i++) {
		str_clear(&a);
		str_clear(&b);
		alike_shape(&a, span_of(pairs[i].a));
		alike_shape(&b, span_of(pairs[i].b));
		if (!CHECK_INT(strcmp(str_c(&a), str_c(&b)) == 0, pairs[i].alike))
			printf("  '%s' '%s'\n", str_c(&a), str_c(&b));
	}
	str_release(&a);
	str_release(&b);
}

/* Catches a fix called broken by a failure that says something else. */
static void
test_same_message(void)
{
	struct analyse_options o = { .words = &source };
	struct arena mem = ARENA_INIT;
	struct finding f;
	struct hand h;
	struct lane *l;

	hand_init(&h, "test_x");
	l = hand_lane(&h, "main", "a", "RPRPRPRPRPRPRPRPRPRP" P50 P50 "R", NULL, 1);
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK_STR(verdict_name(f.verdict), "did-not-hold");
	((struct event *)h.streams[0].events)[10].message = 3;
	analyse_test(&h.view, &h.test, &o, &mem, &f);
	CHECK_STR(verdict_name(f.verdict), "flaky");
	CHECK(l->n == 121);
	arena_release(&mem);
	hand_release(&h);
}

/* Catches useless lines taken for identities, and the other way round. */
static void
test_generic(void)
{
	static const char *const generic[] = {
		"", "x", "Traceback (most recent call last):", "AssertionError", "AssertionError:",
		"exit code 1", "Exit status: 134", "Shutdown", "java.lang.AssertionError", "signal 11",
		"Segmentation fault (core dumped)", "##", "17", "failed (env changed)",
		"Error: Process completed with exit code 1.", "make: *** Error 2", "pkg.mod.SomeException ",
	};
	static const char *const telling[] = {
		"AssertionError: 1 != 2", "TimeoutError: timed out", "exit code 1 of worker 3 in pool",
		"test_queue failed", "OSError: [Errno 98] Address already in use", "leaked 3 references",
		"Fatal Python error: Segmentation fault", "expected 3",
	};

	for (size_t i = 0; i < ARRAY_LEN(generic); i++) {
		if (!CHECK(cluster_generic(span_of(generic[i]))))
			printf("  '%s'\n", generic[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(telling); i++) {
		if (!CHECK(!cluster_generic(span_of(telling[i]))))
			printf("  '%s'\n", telling[i]);
	}
}

/* Catches numbers that a person would not write so. */
static void
test_words(void)
{
	struct str s = STR_INIT(STR_LINE);
	struct rate r = rate_of(1, 44);

	wording_rate(&s, &r);
	str_adds(&s, "|");
	r = rate_of(9, 120);
	wording_rate(&s, &r);
	str_adds(&s, "|");
	r = rate_of(0, 1600);
	wording_rate(&s, &r);
	str_adds(&s, "|");
	r = rate_of(0, 0);
	wording_rate(&s, &r);
	CHECK_STR(str_c(&s), "1 of 44: 0.4 to 8.5 %|9 of 120: 4 to 12 %|0 of 1,600: up to 0.12 %|0 of 0");
	str_clear(&s);
	wording_count(&s, 1, "run");
	str_adds(&s, "|");
	wording_time(&s, 1764110280);
	str_adds(&s, "|");
	wording_time(&s, 0);
	wording_percent(&s, 0.99999);
	CHECK_STR(str_c(&s), "1 run|2025-11-25 22:38 UTC|99.9 %");
	str_release(&s);
}

int
main(void)
{
	test_lanes();
	test_changes();
	test_until();
	test_mass();
	test_mass_left_out();
	test_known();
	test_clusters();
	test_alike();
	test_shapes();
	test_same_message();
	test_generic();
	test_words();
	test_verdicts();
	test_explanation_changes_nothing();
	return check_done();
}
