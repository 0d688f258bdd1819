/*
 * The store on small histories made by hand: what comes back is what was put,
 * twice is once, late builds find their place, unknown is never a pass.
 */
#include "tests/unit/make_store.h"

#include "common/db.h"
#include "triage/axis.h"

/* ---- what a view shows, as text ---- */

static const char letters[] = ".PWRFX"; /* of enum cell */

struct wanted { uint32_t test; const char *name; };

static void
look_for(void *data, uint32_t test, struct span name)
{
	struct wanted *w = data;

	if (span_is(name, w->name))
		w->test = test;
}

/* "BUILDER cells events[ older]; ..." of one test. */
static const char *
streams(struct store *s, const struct view_filter *f, const char *name)
{
	static char text[4096];
	struct str out = STR_INIT(sizeof(text) - 1);
	struct err e = ERR_INIT;
	struct wanted w = { 0, name };
	struct view *v = NULL;
	struct test_view t;

	if (!CHECK(store_view(s, f, &v, &e) == 0))
		return "";
	CHECK_INT(store_names(v, look_for, &w, &e), 0);
	if (!CHECK_INT(store_streams(v, w.test, &t, &e), 0))
		puts(e.msg);
	for (size_t i = 0; i < t.n_streams; i++) {
		const struct stream *x = &t.streams[i];

		str_addf(&out, "%s%s ", i ? "; " : "", v->builders.texts.p[x->lane->builder].p);
		for (size_t k = 0; k < x->lane->n; k++)
			str_addc(&out, letters[x->cells[k]]);
		for (size_t k = 0; k < x->n_events; k++)
			str_addf(&out, " %u%c%c%u", x->events[k].at, outcome_letter(x->events[k].first),
			         outcome_letter(x->events[k].last), x->events[k].n_attempts);
		if (x->n_older_runs)
			str_addf(&out, " older %u/%u", (unsigned)x->n_older_fails, (unsigned)x->n_older_runs);
	}
	memcpy(text, str_c(&out), out.n + 1);
	str_release(&out);
	view_free(v);
	return text;
}

static const struct view_filter all;

/* A test that is missing, or whose log is lost, counted as a pass. */
static void
test_cells(void)
{
	struct store *s = fresh();

	put(s, "b1", "1", 100, "aa", "a=P b=P c=F+P");
	put(s, "b1", "2", 200, "bb", "a=P b=F c=P");
	put(s, "b1", "3", 300, "cc", NULL);
	put(s, "b1", "4", 400, "dd", "a=E b=S");
	put(s, "b1", "5", 500, "ee", "a=PF b=I c=x");
	put(s, "b2", "1", 250, "bb", "a=P");
	CHECK_STR(streams(s, &all, "a"), "b1 PP.WX 3EE1 4PF2; b2 P");
	CHECK_STR(streams(s, &all, "b"), "b1 PF... 1FF1");
	CHECK_STR(streams(s, &all, "c"), "b1 RP..P 0FP2");
	s = reopened(s);
	CHECK_STR(streams(s, &all, "c"), "b1 RP..P 0FP2");
	store_close(s);
}

/* The same build counted twice; a build that came again with more, merged with its old self. */
static void
test_again(void)
{
	struct store *s = fresh();

	CHECK_INT(put(s, "b1", "1", 100, "aa", "a=P b=F"), STORE_PUT_NEW);
	CHECK_INT(put(s, "b1", "1", 100, "aa", "a=P b=F"), STORE_PUT_SAME);
	s = reopened(s);
	CHECK_INT(put(s, "b1", "1", 100, "aa", "a=P b=F"), STORE_PUT_SAME);
	CHECK_INT(put(s, "b1", "2", 50, "aa", "a=F b=P"), STORE_PUT_NEW);
	CHECK_INT(put(s, "b1", "1", 110, "ab", "a=F+P b=P c=P"), STORE_PUT_CHANGED);
	CHECK_STR(streams(s, &all, "a"), "b1 FR 0FF1 1FP2");
	CHECK_STR(streams(s, &all, "b"), "b1 PP");
	CHECK_STR(streams(s, &all, "c"), "b1 .P");
	/* its log was deleted since: what was known stays */
	CHECK_INT(put(s, "b1", "1", 110, "ab", NULL), STORE_PUT_SAME);
	CHECK_STR(streams(s, &all, "c"), "b1 .P");
	store_close(s);
}

/* Blocks that lose or swap rows when builds come in any order. */
static void
test_order(void)
{
	enum { N = 1500 };
	struct view_filter wide = { .horizon = N };
	struct store *s = fresh();
	char number[20], want[N + 1], got[N + 1];
	struct view *v = NULL;
	struct err e = ERR_INIT;
	struct test_view t;
	uint32_t test = 1, n_fails = 0;

	for (unsigned i = 0; i < N; i++) {
		unsigned k = i * 701 % N; /* 701 and 1500 have no divisor in common */

		snprintf(number, sizeof(number), "%u", k);
		put(s, "b1", number, 1000 + k, number, k % 3 ? "a=F" : "a=P");
		want[i] = i % 3 ? 'F' : 'P';
		n_fails += i % 3 > 0;
	}
	want[N] = got[N] = '\0';
	CHECK_INT(store_view(s, &wide, &v, &e), 0);
	CHECK_INT(store_streams(v, test, &t, &e), 0);
	for (unsigned i = 0; i < N && t.n_streams == 1 && t.streams[0].lane->n == N; i++)
		got[i] = letters[t.streams[0].cells[i]];
	CHECK_STR(got, want);
	CHECK_INT(t.streams[0].n_events, n_fails);
	CHECK_NEAR(t.streams[0].events[0].load, 2.5, 1e-6);
	CHECK_INT(t.streams[0].events[0].micros, 1230000);
	CHECK(v->axes[0].n == N && span_is(v->axes[0].revisions[7], "7"));
	view_free(v);
	store_close(s);
}

/* Older builds forgotten, or counted twice; `until` that looks into the future. */
static void
test_horizon(void)
{
	struct view_filter f = { .horizon = 3 }, past = { .horizon = 3, .until = 104 };
	struct store *s = fresh();
	char number[20];

	for (unsigned i = 0; i < 10; i++) {
		snprintf(number, sizeof(number), "%u", i);
		put(s, "b1", number, 100 + i, number, i % 4 == 0 ? "a=F b=P" : i == 5 ? "b=P" : "a=P b=P");
	}
	CHECK_STR(streams(s, &f, "a"), "b1 PFP 1FF1 older 2/6");
	CHECK_STR(streams(s, &past, "a"), "b1 PPF 2FF1 older 1/2");
	CHECK_STR(streams(s, &all, "a"), "b1 FPPPF.PPFP 0FF1 4FF1 8FF1");
	store_close(s);
}

/* Whole blocks that are counted without being read: rows lost at their ends, or of other lanes. */
static void
test_old_blocks(void)
{
	struct view_filter f = { .horizon = 2 }, past = { .horizon = 2, .until = 5000 }, other = { .builder = "b2" };
	struct store *s = fresh();
	char number[20];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(number, sizeof(number), "%u", i);
		put(s, i % 5 ? "b1" : "b2", number, 1000 + i, number, i % 3 ? "a=F" : i % 2 ? "a=I" : "a=P");
	}
	/* of 800 and 200 builds two each are shown; 2 of 3 fail, 1 of 6 is no evidence */
	CHECK_STR(streams(s, &f, "a"), "b1 F. 0FF1 older 532/665; b2 PF 1FF1 older 132/165");
	CHECK_STR(streams(s, &past, "a"), "b1 F. 0FF1 older 532/665; b2 PF 1FF1 older 132/165");
	other.horizon = 2;
	CHECK_STR(streams(s, &other, "a"), "b2 PF 1FF1 older 132/165");
	store_close(s);
}

/* The order of a branch: a revision that is built again must not move, one that is unknown has
 * its own place, and both builders' builds of one revision stand at one place. */
static void
test_axis(void)
{
	struct view_filter only = { .builder = "b*", .branch = "ma?n" }, none = { .branch = "3.*" };
	struct store *s = fresh();
	struct err e = ERR_INIT;
	struct view *v = NULL;
	char text[200] = "";

	put(s, "b2", "1", 110, "r1", "a=P");
	put(s, "b1", "1", 100, "r1", "a=P");
	put(s, "b1", "2", 200, "r2", "a=P b=F");
	put(s, "b1", "3", 300, "", "a=P");
	put(s, "b1", "4", 400, "r1", "a=P"); /* again */
	put(s, "b2", "2", 350, "r3", NULL);
	put(s, "c", "1", 90, "r0", "a=P");
	CHECK_INT(store_view(s, &only, &v, &e), 0);
	for (size_t i = 0; i < v->axes[0].n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s@%d ", (int)v->axes[0].revisions[i].n,
		         v->axes[0].revisions[i].p, (int)v->axes[0].started[i]);
	CHECK_STR(text, "r1@100 r2@200 @300 r3@350 ");
	text[0] = '\0';
	for (size_t i = 0; i < v->n_lanes; i++) {
		for (size_t k = 0; k < v->lanes[i].n; k++) {
			const struct lane_build *b = &v->lanes[i].builds[k];

			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u:%d:%u/%u ", b->commit,
			         (int)b->started, b->n_fails, b->n_tests);
		}
		strcat(text, "; ");
	}
	CHECK_STR(text, "0:100:0/1 0:400:0/1 1:200:1/2 2:300:0/1 ; 0:110:0/1 3:350:0/0 ; ");
	CHECK_INT(v->lanes[1].builds[1].roster, UINT32_MAX);
	CHECK(v->workers.texts.n == 1 && span_is(v->workers.texts.p[v->lanes[0].builds[0].worker], "w1"));
	CHECK_INT(v->newest, 400);
	CHECK_INT(v->n_builds, 7);
	view_free(v);
	CHECK_INT(store_view(s, &none, &v, &e), 0);
	CHECK(v->n_lanes == 0 && v->newest == 0);
	view_free(v);
	store_close(s);
}

/* A repository that knows another order, after streams were asked for: cells at the old places. */
static void
test_other_order(void)
{
	static const uint32_t to[] = { 2, 1, 0 };
	static const int64_t times[] = { 1, 2, 3 };
	const struct span revisions[] = { span_of("r3"), span_of("r2"), span_of("r1") };
	struct store *s = fresh();
	struct err e = ERR_INIT;
	struct view *v = NULL;
	struct test_view t;

	put(s, "b1", "1", 100, "r1", "a=F b=P");
	put(s, "b1", "2", 200, "r2", "b=P");
	put(s, "b1", "3", 300, "r3", "a=P b=P");
	CHECK_INT(store_view(s, &all, &v, &e), 0);
	CHECK_INT(store_streams(v, 1, &t, &e), 0);
	CHECK(t.streams[0].cells[0] == CELL_FAIL && t.streams[0].cells[1] == CELL_NONE);
	axis_replace(v, 0, 3, revisions, times, to);
	CHECK_INT(store_streams(v, 1, &t, &e), 0);
	CHECK(t.streams[0].cells[0] == CELL_PASS && t.streams[0].cells[1] == CELL_NONE &&
	      t.streams[0].cells[2] == CELL_FAIL);
	CHECK(t.streams[0].n_events == 1 && t.streams[0].events[0].at == 2);
	view_free(v);
	store_close(s);
}

struct list { char text[200]; struct view *v; };

static void
add_row(void *data, const struct store_row *row)
{
	struct list *l = data;
	struct store_message m;
	struct err e = ERR_INIT;

	CHECK_INT(store_message(l->v, row->event.message, &m, &e), 0);
	snprintf(l->text + strlen(l->text), sizeof(l->text) - strlen(l->text), "%.*s=%.*s:%.*s ", (int)row->name.n,
	         row->name.p, (int)row->attempts.n, row->attempts.p, (int)m.example.n, m.example.p);
}

static void
add_build(void *data, int64_t build)
{
	struct list *l = data;

	snprintf(l->text + strlen(l->text), sizeof(l->text) - strlen(l->text), "%u ", (unsigned)build);
}

/* Answers about one build that are those of another. */
static void
test_single_things(void)
{
	struct store *s = fresh();
	struct tests tests = { VEC_INIT };
	struct list rows = { "", NULL }, found = { "", NULL },
		by_url = { "", NULL };
	struct view *v = NULL;
	struct build b;
	struct err e = ERR_INIT;

	put(s, "b one", "12", 100, "0123456789abcdef0123456789abcdef01234567", "a=P b=F+P c=I");
	put(s, "b one", "13", 200, "x", "a=F b=P c=P");
	CHECK_INT(store_view(s, &all, &v, &e), 0);
	CHECK_INT(store_tests(v, 150, false, &tests, &e), 0);
	CHECK(tests.v.n == 1 && tests.v.p[0] == 1);
	CHECK_INT(store_tests(v, 150, true, &tests, &e), 0);
	CHECK(tests.v.n == 4 && tests.v.p[1] == 1 && tests.v.p[2] == 2 && tests.v.p[3] == 3);
	vec_release(&tests.v);
	rows.v = v;
	CHECK_INT(store_rows(v, 1, add_row, &rows, &e), 0);
	CHECK_STR(rows.text, "b=FP:ValueError: 17 is wrong c=I: ");
	CHECK_INT(store_facts(v, 1, &b, &e), 0);
	CHECK(span_is(b.builder, "b one") && span_is(b.number, "12") && b.started == 100 && b.finished == 0);
	CHECK(span_is(b.revision, "0123456789abcdef0123456789abcdef01234567") && span_is(b.worker, "w1"));
	CHECK(span_is(b.url, "http://x/12/34"));
	store_find_build(v, "b one/13", add_build, &found, &e);
	store_find_build(v, "one#12", add_build, &found, &e);
	store_find_build(v, "12", add_build, &found, &e);
	CHECK_STR(found.text, "2 1 1 ");
	store_find_build(v, "http://x/12/", add_build, &by_url, &e);
	CHECK_STR(by_url.text, "1 2 ");
	CHECK_STR(e.msg, "");
	CHECK_INT(store_rows(v, 99, add_row, &rows, &e), -1);
	view_free(v);
	store_close(s);
}

/* A note that is lost, or that of another source. */
static void
test_notes(void)
{
	struct store *s = fresh();
	struct str value = STR_INIT(100);
	struct err e = ERR_INIT;

	CHECK_INT(store_noted(s, span_of("x"), "etag", &value, &e), 0);
	CHECK_STR(str_c(&value), "");
	store_note(s, span_of("x"), "etag", span_of("1"), &e);
	store_note(s, span_of("x"), "etag", span_of("2"), &e);
	store_note(s, span_of("y"), "etag", span_of("3"), &e);
	s = reopened(s);
	CHECK_INT(store_noted(s, span_of("x"), "etag", &value, &e), 0);
	CHECK_STR(str_c(&value), "2");
	str_release(&value);
	store_close(s);
}

static void
add_time(void *data, uint32_t test, uint32_t lane, int64_t micros)
{
	char *text = data;

	sprintf(text + strlen(text), "%u/%u:%d ", test, lane, (int)micros);
}

static const char *
times(struct store *s)
{
	static char text[400];
	struct err e = ERR_INIT;
	struct view *v = NULL;

	text[0] = '\0';
	CHECK_INT(store_view(s, &all, &v, &e), 0);
	CHECK_INT(store_times(v, add_time, text, &e), 0);
	CHECK_STR(e.msg, "");
	view_free(v);
	return text;
}

/* Durations of an old build, of a test that failed, or of another test. */
static void
test_times(void)
{
	struct store *s = fresh();

	put(s, "b1", "1", 100, "aa", "a=P b=P c=F d=P");
	CHECK_STR(times(s), "1/0:1234600 2/0:1234600 4/0:1234600 ");
	put(s, "b1", "3", 300, "cc", "d=P b=P c=F+P");
	put(s, "b1", "2", 200, "bb", "a=P");
	put(s, "b1", "4", 400, "dd", NULL);
	put(s, "b2", "1", 250, "bb", "a=FP c=PF");
	s = reopened(s);
	CHECK_STR(times(s), "4/0:1234600 2/0:1234600 3/1:1234600 ");
	store_close(s);
}

/* A store of schema 1 that is refused, or brought up to date and loses something. */
static void
test_version_1(void)
{
	struct err e = ERR_INIT;
	struct store *s = fresh();
	struct db *d;

	put(s, "b1", "1", 100, "aa", "a=P b=F");
	store_close(s);
	d = db_open(path, DB_WRITE, 1000, &e);
	CHECK_INT(db_exec(d, "DROP TABLE times; PRAGMA user_version = 1", &e), 0);
	db_close(d);
	CHECK(store_open(path, STORE_READ, &e) == NULL);
	CHECK(strstr(e.msg, "flake-triage ingest") != NULL);
	e = (struct err)ERR_INIT;
	s = store_open(path, STORE_WRITE, &e);
	CHECK_STR(e.msg, "");
	CHECK_STR(streams(s, &all, "b"), "b1 F 0FF1");
	CHECK_STR(times(s), "");
	put(s, "b1", "2", 200, "bb", "a=P b=F");
	CHECK_STR(times(s), "1/0:1234600 ");
	store_close(s);
	s = store_open(path, STORE_READ, &e);
	CHECK(s && strcmp(times(s), "1/0:1234600 ") == 0);
	store_close(s);
}

int
main(void)
{
	test_cells();
	test_again();
	test_order();
	test_horizon();
	test_old_blocks();
	test_axis();
	test_other_order();
	test_single_things();
	test_notes();
	test_times();
	test_version_1();
	unlink(path);
	return check_done();
}
