/* Runners that a project describes itself: see fw_ini.h. */
#include "common/base.h"
#include "bisect/fw_ini.h"

#include <unistd.h>

#include "bisect/fw_generic.h"
#include "bisect/fw_tool.h"
#include "bisect/junit.h"
#include "bisect/tap.h"
#include "common/fs.h"
#include "common/rx.h"

enum { INI_BYTES = 1 << 20 };

enum reader { READ_EXIT, READ_TAP, READ_RESULTS, READ_JUNIT, READ_LINES };

/* One section; in c->mem, its expression apart. */
struct section {
	struct framework fw;
	const char *name;
	unsigned line;       /* of its head */
	const char *list, *run, *result, *order; /* as written; NULL: not given */
	unsigned run_line, result_line;
	const char **words;  /* of run */
	const char **args;   /* of COMMAND, for {args} */
	enum reader reader;
	struct rx *rx;       /* READ_LINES */
	int pass, fail, skip, message; /* its groups; -1: none */
};

static const struct framework prototype;

/* The expression of the row in use: a command has one row until the program ends. */
static struct rx *rx_in_use;

/* ---- words ---- */

/* Takes one word off, its quotes undone; 0 none is left, -1 a quote is not closed. */
static int
next_word(struct span *rest, struct str *word)
{
	char quote = '\0';

	str_clear(word);
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = span_from(*rest, 1);
	if (rest->n == 0)
		return 0;
	for (; rest->n; *rest = span_from(*rest, 1)) {
		char ch = rest->p[0];

		if (quote == '\0' && (ch == ' ' || ch == '\t'))
			break;
		if (ch == quote) {
			quote = '\0';
		} else if (quote == '\0' && (ch == '\'' || ch == '"')) {
			quote = ch;
		} else if (ch == '\\' && quote != '\'' && rest->n > 1) {
			*rest = span_from(*rest, 1);
			str_addc(word, rest->p[0]);
		} else {
			str_addc(word, ch);
		}
	}
	return quote ? -1 : 1;
}

static int
split_words(struct fw_command *c, const char *text, const char ***out, struct err *e)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct str word = STR_INIT(INI_BYTES);
	struct span rest = span_of(text);
	int got;

	while ((got = next_word(&rest, &word)) > 0)
		argv_add(&b, str_c(&word));
	*out = argv_done(&b);
	str_release(&word);
	return got < 0 ? err_set(e, "a quote is not closed in '%.200s'", text) : 0;
}

/* ---- the file ---- */

struct parsing {
	struct fw_command *c;
	const char *path;
	unsigned line;
	VEC(struct section *) sections;
};

static int
wrong(const struct parsing *p, unsigned line, struct err *e)
{
	return err_prefix(e, "%s:%u", p->path, line);
}

static int
begin_section(struct parsing *p, struct span head, struct err *e)
{
	struct section *s;
	struct span name;
	size_t i;

	if (!span_starts(head, "[framework ") || !span_ends(head, "]"))
		return err_set(e, "'%.*s' is not of the form [framework NAME]", (int)head.n, head.p);
	name = span_trim(span_from((struct span){ head.p, head.n - 1 }, strlen("[framework ")));
	for (i = 0; i < name.n; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", name.p[i]))
			break;
	}
	if (name.n == 0 || i < name.n)
		return err_set(e, "'%.*s' is no name: use letters, digits and _.-", (int)name.n, name.p);
	s = arena_alloc(&p->c->mem, sizeof(*s));
	*s = (struct section){ .name = arena_copy(&p->c->mem, name.p, name.n), .line = p->line };
	if (framework_find(s->name))
		return err_set(e, "'%s' is a framework that is built in: take another name", s->name);
	for (i = 0; i < p->sections.n; i++) {
		if (strcmp(p->sections.p[i]->name, s->name) == 0)
			return err_set(e, "framework '%s' was described in line %u", s->name,
			               p->sections.p[i]->line);
	}
	vec_push(&p->sections, s);
	return 0;
}

static int
set_key(struct parsing *p, struct span key, struct span value, struct err *e)
{
	struct section *s = p->sections.n ? p->sections.p[p->sections.n - 1] : NULL;
	const char **slot;

	if (s == NULL)
		return err_set(e, "a [framework NAME] must come first");
	slot = span_is(key, "list") ? &s->list : span_is(key, "run") ? &s->run
	     : span_is(key, "result") ? &s->result : span_is(key, "order") ? &s->order : NULL;
	if (slot == NULL)
		return err_set(e, "'%.*s' is no key: there are list, run, result and order", (int)key.n,
		               key.p);
	if (*slot)
		return err_set(e, "'%.*s' is given twice", (int)key.n, key.p);
	if (value.n == 0)
		return err_set(e, "'%.*s' has no value", (int)key.n, key.p);
	*slot = arena_copy(&p->c->mem, value.p, value.n);
	if (slot == &s->run)
		s->run_line = p->line;
	if (slot == &s->result)
		s->result_line = p->line;
	if (slot == &s->order && strcmp(s->order, "no") != 0 && strcmp(s->order, "yes") != 0)
		return err_set(e, "'order' is yes or no");
	return 0;
}

static int
parse_line(struct parsing *p, struct span line, struct err *e)
{
	size_t equals;

	line = span_trim(line);
	if (memchr(line.n ? line.p : "", '\0', line.n))
		return err_set(e, "a NUL byte");
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return 0;
	if (line.p[0] == '[')
		return begin_section(p, line, e);
	equals = span_find(line, "=");
	if (equals == line.n)
		return err_set(e, "neither [framework NAME] nor KEY = VALUE");
	return set_key(p, span_trim((struct span){ line.p, equals }),
	               span_trim(span_from(line, equals + 1)), e);
}

/* ---- what a section means ---- */

static bool
any_word_holds(const char *const *words, const char *part)
{
	for (; *words; words++) {
		if (strstr(*words, part))
			return true;
	}
	return false;
}

static int
check_run(const struct parsing *p, struct section *s, struct err *e)
{
	if (s->run == NULL) {
		err_set(e, "framework '%s' has no 'run'", s->name);
		return wrong(p, s->line, e);
	}
	if (split_words(p->c, s->run, &s->words, e) < 0)
		return wrong(p, s->run_line, e);
	if (!placeholder_in_any(s->words)) {
		err_set(e, "'run' does not say where the tests go: put {tests}, {file} or "
		           "{filter:SEP} in it");
		return wrong(p, s->run_line, e);
	}
	return 0;
}

static int
check_expression(const struct parsing *p, struct section *s, struct err *e)
{
	rx_free(rx_in_use);
	rx_in_use = s->rx = rx_new(s->result, 0, e);
	if (s->rx == NULL)
		return wrong(p, s->result_line, e);
	s->pass = rx_group(s->rx, "pass");
	s->fail = rx_group(s->rx, "fail");
	s->skip = rx_group(s->rx, "skip");
	s->message = rx_group(s->rx, "message");
	if (s->pass < 0 && s->fail < 0 && s->skip < 0) {
		err_set(e, "'result' is neither tap, results or junit nor an expression with a group "
		        "(?<pass>...), (?<fail>...) or (?<skip>...) around a test's name");
		return wrong(p, s->result_line, e);
	}
	return 0;
}

static int
check_result(const struct parsing *p, struct section *s, struct err *e)
{
	static const struct { const char *word; enum reader reader; const char *file; } kinds[] = {
		{ "tap", READ_TAP, NULL }, { "results", READ_RESULTS, "{results}" },
		{ "junit", READ_JUNIT, "{junit}" },
	};
	size_t i;

	s->reader = s->result ? READ_LINES : READ_EXIT;
	for (i = 0; s->result && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(s->result, kinds[i].word) != 0)
			continue;
		s->reader = kinds[i].reader;
		if (kinds[i].file && !any_word_holds(s->words, kinds[i].file)) {
			err_set(e, "'result = %s' wants the file's name, %s, in 'run'", s->result,
			        kinds[i].file);
			return wrong(p, s->result_line, e);
		}
	}
	return s->reader == READ_LINES ? check_expression(p, s, e) : 0;
}

/* Words of COMMAND that run begins with; the others are its arguments. */
static size_t
shared_words(const struct section *s, const char *const *argv)
{
	size_t n = 0;

	while (argv[n] && s->words[n] && strcmp(argv[n], s->words[n]) == 0)
		n++;
	return n;
}

static int
take_args(const struct parsing *p, struct section *s, struct err *e)
{
	struct argv_builder b = { &p->c->mem, VEC_INIT };
	const char *const *w;

	for (w = p->c->argv + shared_words(s, p->c->argv); *w; w++)
		argv_add(&b, *w);
	s->args = argv_done(&b);
	if (s->args[0] && !any_word_holds(s->words, "{args}")) {
		err_set(e, "'run' has no place for '%s' of the command: put {args} into it", s->args[0]);
		return wrong(p, s->run_line, e);
	}
	return 0;
}

static void
make_row(struct section *s)
{
	s->fw = prototype;
	s->fw.name = s->name;
	s->fw.title = s->run;
	s->fw.flags = s->order && strcmp(s->order, "no") == 0 ? 0 : FW_ORDER;
	if (s->reader != READ_EXIT)
		s->fw.flags |= FW_NAMES;
	/* An expression that knows failures only says nothing of what it does not show. */
	if (s->reader != READ_EXIT && (s->reader != READ_LINES || s->pass >= 0))
		s->fw.flags |= FW_EVERY;
	if (s->reader == READ_RESULTS || s->reader == READ_JUNIT)
		s->fw.flags |= FW_TIMES;
}

static int
use_section(const struct parsing *p, struct section *s, const struct framework **out, struct err *e)
{
	if (check_result(p, s, e) < 0 || take_args(p, s, e) < 0)
		return -1;
	make_row(s);
	p->c->state = s;
	*out = &s->fw;
	return 0;
}

int
ini_choose_from(struct fw_command *c, struct span text, const char *path, const char *name,
                const struct framework **out, struct err *e)
{
	struct parsing p = { .c = c, .path = path };
	struct section *s, *chosen = NULL;
	struct span line;
	size_t i;
	int ret = 0;

	*out = NULL;
	while (ret == 0 && span_next(&text, '\n', &line)) {
		p.line++;
		ret = parse_line(&p, line, e);
		if (ret < 0)
			wrong(&p, p.line, e);
	}
	for (i = 0; ret == 0 && i < p.sections.n; i++) {
		s = p.sections.p[i];
		ret = check_run(&p, s, e);
		if (ret == 0 && chosen == NULL && (name ? strcmp(name, s->name) == 0
		                                        : shared_words(s, c->argv) > 0))
			chosen = s;
	}
	if (ret == 0 && chosen)
		ret = use_section(&p, chosen, out, e);
	vec_release(&p.sections);
	return ret;
}

int
ini_choose(struct fw_command *c, const char *name, const struct framework **out, struct err *e)
{
	struct str text = STR_INIT(INI_BYTES);
	int ret = 0;

	*out = NULL;
	if (c->config_path)
		ret = fs_read(&text, c->config_path, e);
	if (ret == 0 && c->config_path)
		ret = ini_choose_from(c, str_span(&text), c->config_path, name, out, e);
	str_release(&text);
	return ret;
}

/* ---- the row ---- */

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
	struct str args = STR_INIT(STR_LINE), command = STR_INIT(INI_BYTES);
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
	struct str path = STR_INIT(4096), one = STR_INIT(INI_BYTES), two = STR_INIT(INI_BYTES);
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
		reading_test(r, span_of(w->text), w->tap.status, w->tap.micros);
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

static const struct framework prototype = {
	.package = "the project's own",
	.list = ini_list,
	.prepare = ini_prepare,
	.line = ini_line,
	.finish = ini_finish,
	.repro = ini_repro,
};
