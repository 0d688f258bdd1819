/*
 * Intake: what becomes of a build's inputs.  The reader is one of this test's own: it
 * takes lines "TEST LETTER", "end" (all is well) and "bad" (it gives up).
 */
#include "tests/unit/make_store.h"

#include "triage/intake.h"
#include "triage/reader.h"

/* ---- a reader ---- */

struct lines_state {
	struct collect *to;
	struct str line;
};

static void *
start_lines(const struct reader_input *in)
{
	struct lines_state *s = xcalloc(1, sizeof(*s));

	s->to = in->to;
	s->line = (struct str)STR_INIT(1000);
	return s;
}

static int
take_line(struct lines_state *s, struct err *e)
{
	struct span rest = str_span(&s->line), name;
	struct seen seen = { 0 };

	if (span_is(rest, "bad"))
		return err_set(e, "a bad line");
	if (span_is(rest, "end")) {
		collect_run(s->to)->verdict = RUN_PASSED;
	} else if (span_is(rest, "next")) {
		collect_next_run(s->to);
	} else if (span_next(&rest, ' ', &name) && rest.n == 1) {
		seen.name = name;
		seen.outcome = outcome_of_letter(rest.p[0]);
		collect_attempt(s->to, &seen);
	}
	str_clear(&s->line);
	return 0;
}

static int
feed_lines(void *state, struct span bytes, struct err *e)
{
	struct lines_state *s = state;

	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] != '\n')
			str_addc(&s->line, bytes.p[i]);
		else if (take_line(s, e) < 0)
			return -1;
	}
	return 0;
}

static int
finish_lines(void *state, struct err *e)
{
	return take_line(state, e);
}

static void
free_lines(void *state)
{
	str_release(&((struct lines_state *)state)->line);
	free(state);
}

static const struct reader lines = {
	.name = "lines", .title = "lines", .console = true, .start = start_lines, .feed = feed_lines,
	.finish = finish_lines, .free = free_lines,
};

/* ---- builds ---- */

static struct ingest in;

static struct intake *
begin(struct store *s, const char *number)
{
	struct build facts = { .source = span_of("test"), .builder = span_of("b"), .number = span_of(number),
		.started = 100 };

	in = (struct ingest){ .store = s, .format = &lines };
	return intake_new(&in, &facts);
}

static void
feed(struct intake *t, const char *name, const char *text, size_t chunk)
{
	size_t n = strlen(text), k;

	intake_begin(t, name);
	for (size_t i = 0; i < n; i += k) {
		k = n - i < chunk ? n - i : chunk;
		intake_feed(t, (struct span){ text + i, k });
	}
	intake_end(t);
}

static void
commit(struct intake *t, bool only_tests)
{
	struct err e = ERR_INIT;

	CHECK_INT(intake_commit(t, only_tests, &e), 0);
	CHECK_STR(e.msg, "");
	intake_free(t);
}

/* "PART: color flags tests+events; ..." of each build, by SQL on the file. */
static const char *
stored(struct store *s)
{
	static char text[1000];
	struct err e = ERR_INIT;
	struct view_filter all = { 0 };
	struct view *v = NULL;

	text[0] = '\0';
	CHECK_INT(store_flush(s, &e), 0);
	CHECK_INT(store_view(s, &all, &v, &e), 0);
	for (size_t i = 0; i < v->n_lanes; i++) {
		for (size_t k = 0; k < v->lanes[i].n; k++) {
			const struct lane_build *b = &v->lanes[i].builds[k];
			struct build facts;

			CHECK_INT(store_facts(v, b->id, &facts, &e), 0);
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s/%u %s %u/%u%s; ",
			         (int)facts.number.n, facts.number.p, facts.part, color_name(b->color), b->n_fails,
			         b->n_tests, facts.log_lost ? " lost" : "");
		}
	}
	view_free(v);
	return text;
}

/* Shards of one run that overwrite each other, or a second run whose results are lost. */
static void
test_shards_and_parts(void)
{
	struct store *s = fresh();
	struct intake *t = begin(s, "1");

	feed(t, "one", "a P\nb F\nend\n", 100);
	feed(t, "two", "c P\nend\n", 100);
	feed(t, "again", "a P\nend\n", 100);
	commit(t, true);
	CHECK_STR(stored(s), "1/0 red 1/3; 1/1 green 0/1; ");
	CHECK(in.n_new == 1 && in.n_tests == 4 && in.n_inputs == 3);
	t = begin(s, "2");
	feed(t, "log", "a P\nend\nnext\nb P\nend\nnext\na F\n", 3);
	commit(t, true);
	CHECK_STR(stored(s), "1/0 red 1/3; 1/1 green 0/1; 2/0 green 0/2; 2/1 red 1/1; ");
	t = begin(s, "2"); /* a better reader sees one run */
	feed(t, "log", "a P\nb P\na F\nend\n", 3);
	commit(t, true);
	CHECK_INT(in.n_changed, 1);
	CHECK_STR(stored(s), "1/0 red 1/3; 1/1 green 0/1; 2/0 red 1/2; ");
	store_close(s);
}

/* A number that depends on how the bytes came, or that two contents share. */
static void
test_number_of_content(void)
{
	static const char text[] = "a P\nb P\nc P\nd P\nend\n";
	struct store *s = fresh();

	for (size_t chunk = 1; chunk < 12; chunk++) {
		struct intake *t = begin(s, "");

		feed(t, "x", text, chunk);
		commit(t, true);
		CHECK_INT(in.n_same, chunk > 1);
	}
	for (unsigned i = 0; i < 4; i++) {
		static const char *const others[] = { "a P\nb P\nc P\nd P\nend\n\n", "a P\nb P\nc P\nd F\nend\n", "", "\n" };
		struct intake *t = begin(s, "");

		feed(t, "x", others[i], 5);
		commit(t, false);
		CHECK_INT(in.n_new, 1);
	}
	store_close(s);
}

/* Tests that follow a bad line, and a build of which nothing is known, as if they had passed. */
static void
test_unread(void)
{
	struct store *s = fresh();
	struct intake *t = begin(s, "1");

	feed(t, "x", "a P\nbad\nb P\n", 4);
	commit(t, true);
	CHECK_STR(stored(s), "1/0 unknown 0/1; ");
	CHECK_INT(in.n_unread, 1);
	t = begin(s, "2");
	feed(t, "x", "", 1);
	commit(t, true);
	CHECK_STR(stored(s), "1/0 unknown 0/1; ");
	t = begin(s, "3");
	commit(t, false);
	CHECK_STR(stored(s), "1/0 unknown 0/1; 3/0 unknown 0/0; ");
	t = begin(s, "4");
	intake_unread(t, "log %d cannot be read", 7);
	feed(t, "x", "a P\nend\n", 100);
	commit(t, true);
	CHECK_INT(in.n_unread, 1);
	CHECK_STR(stored(s), "1/0 unknown 0/1; 3/0 unknown 0/0; 4/0 green 0/1; ");
	store_close(s);
}

static void
test_lost(void)
{
	struct store *s = fresh();
	struct intake *t = begin(s, "1");

	intake_lost(t);
	commit(t, false);
	CHECK_STR(stored(s), "1/0 unknown 0/0 lost; ");
	CHECK_INT(in.n_lost, 1);
	t = begin(s, "2");
	feed(t, "x", "a P\nend\n", 100);
	intake_lost(t);
	commit(t, false);
	CHECK_STR(stored(s), "1/0 unknown 0/0 lost; 2/0 unknown 0/1; ");
	store_close(s);
}

/* When it began: what is read, else the oldest file. */
static void
test_times(void)
{
	struct store *s = fresh();
	struct build facts = { .builder = span_of("b"), .number = span_of("1") }, b;
	struct view_filter all = { 0 };
	struct err e = ERR_INIT;
	struct view *v = NULL;
	struct intake *t;

	in = (struct ingest){ .store = s, .format = &lines };
	t = intake_new(&in, &facts);
	intake_file_time(t, 500);
	intake_file_time(t, 400);
	feed(t, "x", "a P\n", 100);
	commit(t, true);
	CHECK_INT(store_view(s, &all, &v, &e), 0);
	CHECK_INT(store_facts(v, 1, &b, &e), 0);
	CHECK_INT(b.started, 400);
	CHECK(span_is(b.source, "files"));
	view_free(v);
	store_close(s);
}

static void
count_remark(void *data, const char *text UNUSED)
{
	++*(unsigned *)data;
}

/* What no reader knows: told, unless it may well hold nothing. */
static void
test_unknown_formats(void)
{
	struct store *s = fresh();
	struct intake *t = begin(s, "1");
	unsigned n = 0;

	in.format = NULL;
	in.remark = count_remark;
	in.data = &n;
	feed(t, "x.txt", "nothing that any reader knows\n", 10);
	intake_begin_maybe(t, "make.log");
	intake_feed(t, span_of("cc -c x.c\n"));
	intake_end(t);
	commit(t, true);
	CHECK(in.n_unknown == 1 && n == 1 && in.n_inputs == 0);
	CHECK_STR(stored(s), "");
	store_close(s);
}

int
main(void)
{
	test_shards_and_parts();
	test_number_of_content();
	test_unread();
	test_lost();
	test_times();
	test_unknown_formats();
	unlink(path);
	return check_done();
}
