/* Blame: the place where results change, pooled over builders, and what commits say of themselves. */
#include "tests/unit/check.h"

#include "triage/blame.h"
#include "triage/blame_prior.h"

enum { MAX = 64 };

/* Lanes from words: one letter a place of the axis, '.' passed, 'F' failed, ' ' no build. */
struct made {
	struct lane lanes[8];
	struct lane_build builds[8][MAX];
	uint8_t cells[8][MAX];
	struct stream streams[8];
	struct test_view view;
};

static void
make(struct made *m, const char *const *words)
{
	uint32_t i, j;

	memset(m, 0, sizeof(*m));
	for (i = 0; words[i]; i++) {
		struct lane *l = &m->lanes[i];

		l->builds = m->builds[i];
		for (j = 0; words[i][j]; j++) {
			if (words[i][j] == ' ')
				continue;
			l->builds[l->n].commit = j;
			m->cells[i][l->n++] = words[i][j] == 'F' ? CELL_FAIL : CELL_PASS;
		}
		m->streams[i] = (struct stream){ .lane = l, .cells = m->cells[i] };
	}
	m->view = (struct test_view){ .streams = m->streams, .n_streams = i };
}

/* The places, likeliest first; how many are in the set. */
static uint32_t
blame(struct made *m, uint32_t n, bool down, struct blame_place *out)
{
	struct blame_window w = { .hi = n - 1, .end = n - 1, .down = down };
	double like[MAX];
	uint32_t i, size = 0;

	blame_likelihood(&m->view, &w, like);
	blame_rank(0, n, like, NULL, 0.9, out);
	for (i = 0; i < n; i++)
		size += out[i].in_set;
	return size;
}

static void
find_a_regression(void)
{
	static const char *const words[] = { "..........FFFFFFFFFF", NULL };
	struct blame_place out[MAX];
	struct made m;

	make(&m, words);
	CHECK_INT(blame(&m, 20, false, out), 1);
	CHECK_INT(out[0].at, 10);
}

static void
leave_a_batch_open(void)
{
	/* No build between places 8 and 12: any of 9 to 12 can have done it. */
	static const char *const words[] = { ".........   FFFFFFFF", NULL };
	struct blame_place out[MAX];
	struct made m;
	uint32_t i;

	make(&m, words);
	CHECK_INT(blame(&m, 20, false, out), 4);
	for (i = 0; i < 4; i++)
		CHECK_INT(out[i].at, 9 + i);
}

static void
pool_builders(void)
{
	static const char *const one[] = { ". . . . . . F . F . ", NULL };
	static const char *const two[] = { ". . . . . . F . F . ", " . . . . . . F F F . F", NULL };
	struct blame_place out[MAX];
	struct made m;
	uint32_t alone;

	make(&m, one);
	alone = blame(&m, 20, false, out);
	make(&m, two);
	CHECK(blame(&m, 20, false, out) < alone);
	CHECK(out[0].at > 4 && out[0].at <= 12);
}

static void
find_a_fix(void)
{
	static const char *const words[] = { ".F.F.FF.F.F.F..............", ".F..FF.F.FFF...............", NULL };
	struct blame_place out[MAX];
	struct made m;

	make(&m, words);
	CHECK(blame(&m, 27, true, out) <= 3);
	CHECK_INT(out[0].at, 13);
}

static void
let_nothing_after_the_first_failure_be_guilty(void)
{
	static const char *const words[] = { "....................F....F..F...F..", NULL };
	struct blame_place out[MAX];
	struct made m;
	uint32_t i;

	make(&m, words);
	blame(&m, 35, false, out);
	for (i = 0; i < 35; i++)
		CHECK(out[i].at <= 20 || out[i].posterior < 0.03);
}

static unsigned
factors(const char *test, const char *file, const char *path, const char *title)
{
	struct span path_span = span_of(path), trace = span_of("Lib/email/parser.py");
	struct blame_subject s = { .test = span_of(test), .file = span_of(file), .traces = &trace, .n_traces = 1 };
	struct commit_facts c = { .title = span_of(title), .paths = &path_span, .n_paths = path[0] ? 1 : 0 };

	return blame_factors(&s, &c);
}

static void
read_what_commits_touch(void)
{
	CHECK_INT(factors("test_queue", "", "Lib/test/test_queue.py", "x"), FACTOR_TEST_FILE);
	CHECK_INT(factors("test_queue", "", "Lib/queue.py", "x"), FACTOR_MODULE);
	CHECK_INT(factors("test_queue", "", "Modules/_queuemodule.c", "x"), FACTOR_MODULE);
	CHECK_INT(factors("tests/test_api.py::test_get", "tests/test_api.py", "src/api.py", "x"), FACTOR_MODULE);
	CHECK_INT(factors("com.acme.QueueTest.put", "", "src/main/java/com/acme/Queue.java", "x"), FACTOR_MODULE);
	CHECK_INT(factors("test_os", "", "Lib/email/parser.py", "x"), FACTOR_TRACE);
	CHECK_INT(factors("test_os", "", "Doc/library/os.rst", "x"), FACTOR_DOCS);
	CHECK_INT(factors("test_os", "", "Doc/library/re.rst", "x"), FACTOR_DOCS);
	CHECK_INT(factors("test_os", "", "Lib/test/test_re.py", "x"), FACTOR_OTHER_TESTS);
	CHECK_INT(factors("test_os", "", "Lib/test/support/__init__.py", "x"), FACTOR_SUPPORT);
	CHECK_INT(factors("test_os", "", "", "x"), FACTOR_NOTHING);
	CHECK_INT(factors("test_os", "", "Lib/re.py", "Revert \"Close sockets\""),
	          FACTOR_CODE | FACTOR_REVERT | FACTOR_CONCURRENCY);
	CHECK_INT(factors("test_queue", "", "Lib/re.py", "Make queues faster"), FACTOR_CODE | FACTOR_NAMED);
}

static void
weigh_by_the_base_rate(void)
{
	unsigned few[4] = { FACTOR_MODULE, FACTOR_CODE, FACTOR_CODE, FACTOR_CODE };
	unsigned all[4] = { FACTOR_MODULE, FACTOR_MODULE, FACTOR_MODULE, FACTOR_MODULE };
	double out[4];

	blame_prior(few, 4, out);
	CHECK(out[0] > out[1] + 1);
	CHECK_NEAR(out[1], out[3], 1e-12);
	blame_prior(all, 4, out);
	CHECK_NEAR(out[0], out[3], 1e-12);
}

static void
find_paths_in_traces(void)
{
	struct span out[4];
	uint32_t n = blame_trace_paths(span_of("  File \"/home/b/build/Lib/test/test_queue.py\", line 3, in f\n"
	                                       "src/a.c:12: assert\n at f (web/x.test.js:3:4)\nno.path here"), out, 4);

	CHECK_INT(n, 3);
	CHECK(span_is(out[0], "Lib/test/test_queue.py"));
	CHECK(span_is(out[1], "src/a.c"));
	CHECK(span_is(out[2], "web/x.test.js"));
	CHECK_INT(blame_trace_paths(span_of("a.py b.py a.py c.py d.py e.py"), out, 4), 4);
}

int
main(void)
{
	find_a_regression();
	leave_a_batch_open();
	pool_builders();
	find_a_fix();
	let_nothing_after_the_first_failure_be_guilty();
	read_what_commits_touch();
	weigh_by_the_base_rate();
	find_paths_in_traces();
	return check_done();
}
