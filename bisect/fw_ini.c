/*
 * Runners that a project describes itself (fw_ini.h): the file, and what a
 * section means.
 */
#include "common/base.h"
#include "bisect/fw_ini_in.h"

#include "bisect/fw_generic.h"
#include "bisect/fw_tool.h"
#include "common/fs.h"
#include "common/rx.h"

enum { INI_BYTES = 1 << 20 };

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
	s->fw = ini_prototype;
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
