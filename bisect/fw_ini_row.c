/* Runners that a project describes itself (fw_ini.h): lists, runs, and what runs said. */
#include "common/base.h"
#include "bisect/fw_ini_in.h"

#include "bisect/fw_generic.h"
#include "bisect/fw_tool.h"
#include "bisect/junit.h"
#include "bisect/tap.h"
#include "common/rx.h"

enum { WORD_BYTES = 1 << 20 };

static const struct section *
section_of(const struct fw_command *c)
{
	assert(c->state);
	return c->state;
}

/* Adds text with each `from` in it replaced. */
static void
add_replaced(struct str *out, const char *text, const char *from, const char *to)
{
	const char *hit;

	for (; (hit = strstr(text, from)) != NULL; text = hit + strlen(from)) {
		str_add(out, text, (size_t)(hit - text));
		str_adds(out, to);
	}
	str_adds(out, text);
}

static int
ini_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	const struct section *s = section_of(c);
	struct str args = STR_INIT(STR_LINE), command = STR_INIT(WORD_BYTES);
	int ret;

	if (s->list == NULL)
		return err_set(e, "framework '%s' has no 'list': add one to %s, or give --input FILE",
		               s->name, c->config_path);
	fw_add_words(&args, s->args);
	add_replaced(&command, s->list, "{args}", str_c(&args));
	ret = framework_list_command(c, str_c(&command), list, e);
	str_release(&args);
	str_release(&command);
	return ret;
}

/* The words of run with {args}, {results} and {junit} filled in. */
static const char **
filled_words(const struct section *s, struct arena *mem, const char *dir)
{
	struct argv_builder b = { mem, VEC_INIT };
	struct str path = STR_INIT(4096), one = STR_INIT(WORD_BYTES), two = STR_INIT(WORD_BYTES);
	const char *const *w, *const *arg;

	for (w = s->words; *w; w++) {
		if (strcmp(*w, "{args}") == 0) {
			for (arg = s->args; *arg; arg++)
				argv_add(&b, *arg);
			continue;
		}
		str_clear(&path);
		str_addf(&path, "%s/results", dir);
		str_clear(&one);
		add_replaced(&one, *w, "{results}", str_c(&path));
		str_clear(&path);
		str_addf(&path, "%s/junit.xml", dir);
		str_clear(&two);
		add_replaced(&two, str_c(&one), "{junit}", str_c(&path));
		argv_add(&b, str_c(&two));
	}
	str_release(&path);
	str_release(&one);
	str_release(&two);
	return argv_done(&b);
}

static int
ini_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct job *job, struct err *e)
{
	const char **words = filled_words(section_of(c), &job->mem, job->dir);

	return placeholder_prepare(words, list, tests, n, job, e);
}

static int
ini_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
          struct str *out, struct err *e)
{
	struct arena mem = ARENA_INIT;
	const char **words = filled_words(section_of(c), &mem, c->dir);
	int ret = placeholder_repro(c, words, list, tests, n, out, e);

	arena_release(&mem);
	return ret;
}

static void
line_group(struct reading *r, const struct section *s, int group, enum test_status status)
{
	struct span name, message;

	if (!rx_get(s->rx, group, &name))
		return;
	reading_test(r, name, status, -1);
	if (status == TEST_FAIL && rx_get(s->rx, s->message, &message))
		reading_message(r, message);
}

/* The last line of TAP, which waits for the next: it may be cut off before its "# SKIP". */
struct waiting { struct tap_line tap; char *text; };

static void
flush_tap(struct reading *r)
{
	struct waiting *w = r->state;

	if (w && w->text) {
		reading_test(r, span_of(w->text), tap_status(&w->tap), w->tap.micros);
		w->text = NULL;
	}
}

static void
tap_read(struct reading *r, struct span line)
{
	struct tap_line t = tap_parse(line);
	struct waiting *w = r->state;

	flush_tap(r);
	if (w == NULL) {
		w = r->state = arena_alloc(&r->mem, sizeof(*w));
		w->text = NULL;
	}
	if (t.kind == TAP_TEST) {
		w->tap = t;
		w->text = arena_copy(&r->mem, t.text.p, t.text.n);
	} else if (t.kind == TAP_BAIL) {
		r->whole_failed = true;
		r->whole_kind = "bail out";
		reading_message(r, t.text);
	}
}

static void
ini_line(struct fw_command *c, struct reading *r, int stream, struct span line)
{
	const struct section *s = c->state;

	if (s && s->reader == READ_TAP && stream == 1) {
		tap_read(r, line);
	} else if (s && s->reader == READ_LINES && rx_match(s->rx, line) == 1) {
		line_group(r, s, s->pass, TEST_PASS);
		line_group(r, s, s->fail, TEST_FAIL);
		line_group(r, s, s->skip, TEST_SKIP);
	}
}

/* ---- reports ---- */

/* The names by which a list may know a case. */
static bool
case_name(struct str *out, const struct junit_case *c, unsigned form)
{
	const char *class = c->classname ? c->classname : "", *file = c->file ? c->file : "";

	str_clear(out);
	switch (form) {
	case 0: return str_adds(out, c->name);
	case 1: return str_addf(out, "%s.%s", class, c->name);
	case 2: return str_addf(out, "%s::%s", class, c->name);
	case 3: return str_addf(out, "%s::%s", file, c->name);
	case 4: return str_addf(out, "%s:%s", file, c->name);
	}
	return false;
}

static void
on_case(void *data, const struct junit_case *c)
{
	struct reading *r = data;
	struct str name = STR_INIT(1 << 20);
	unsigned form;

	if (c->name == NULL)
		return;
	for (form = 0; case_name(&name, c, form); form++) {
		if (testlist_find(r->list, str_span(&name)) != TESTLIST_NONE)
			break;
	}
	reading_test(r, str_span(&name), c->status, c->micros);
	if (c->status == TEST_FAIL)
		reading_message(r, span_of(c->message));
	str_release(&name);
}

/* A file that breaks off is what a crash leaves; nothing in it is relied on. */
static void
read_junit(struct reading *r, const struct job *job, const struct job_end *end)
{
	struct junit_events events = { on_case, NULL, r };
	struct str path = STR_INIT(4096);
	struct err why = ERR_INIT;
	bool there = false;

	str_addf(&path, "%s/junit.xml", job->dir);
	if (junit_read(str_c(&path), &events, &there, &why) < 0) {
		vec_clear(&r->ends);
		r->n_strangers = 0;
		there = false;
	}
	if (!there && end->how == JOB_EXITED)
		r->unresolved = "the run wrote no whole JUnit report";
	str_release(&path);
}

static int
ini_finish(struct fw_command *c, struct reading *r, const struct job *job, const struct job_end *end,
           struct err *e)
{
	const struct section *s = c->state;
	bool whole = true;
	int ret = 0;

	if (s && s->reader == READ_TAP && end->how == JOB_EXITED)
		flush_tap(r);
	if (s && s->reader == READ_JUNIT)
		read_junit(r, job, end);
	if (s && s->reader == READ_RESULTS) {
		ret = reading_results_file(r, job->results_path, &whole, e);
		if (ret == 0 && !whole && end->how == JOB_EXITED)
			r->unresolved = "the results file has no last line 'end'";
	}
	return ret;
}

const struct framework ini_prototype = {
	.package = "the project's own",
	.list = ini_list,
	.prepare = ini_prepare,
	.line = ini_line,
	.finish = ini_finish,
	.repro = ini_repro,
};
