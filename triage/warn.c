/* Rules for warnings: see warn.h. */
#include "common/base.h"
#include "triage/warn.h"

#include "common/arena.h"
#include "common/fs.h"
#include "common/rx.h"
#include "common/vec.h"
#include "triage/scan.h"
#include "triage/warn_literal.h"

enum { FILE_MAX = 1 << 20, LINE_MAX = 4096, RULES_MAX = 1000 };

struct rule {
	struct span name;
	struct rx *rx;
	uint64_t text;       /* bit of its text, which stands in each line that matches; 0: none */
	size_t line;         /* of the file, where it begins */
	bool matched, passed; /* its examples: one of each kind was there */
	bool slow, told;     /* it was stopped; and warn_slow said so */
};

struct warn {
	VEC(struct rule) rules;
	struct scan scan;    /* their texts; the bits are theirs */
	bool every;          /* a rule has no text: every line is to be tried */
	struct arena mem;
};

/* ---- reading the rules ---- */

struct load {
	struct warn *w;
	const char *path;
	size_t line;
};

static int
refuse(const struct load *l, size_t line, struct err *e, const char *why)
{
	return err_set(e, "%s:%zu: %s", l->path, line, why);
}

static int
end_rule(const struct load *l, struct err *e)
{
	const struct warn *w = l->w;
	const struct rule *r = w->rules.n ? &w->rules.p[w->rules.n - 1] : NULL;

	if (r == NULL)
		return 0;
	if (r->rx == NULL)
		return refuse(l, r->line, e, "the rule has no 'pattern'");
	if (!r->matched)
		return refuse(l, r->line, e, "the rule has no 'match': a line that it must match");
	if (!r->passed)
		return refuse(l, r->line, e, "the rule has no 'other': a line that it must not match");
	return 0;
}

static int
add_rule(struct load *l, struct span name, struct err *e)
{
	struct rule r = { .line = l->line };
	size_t i;

	if (end_rule(l, e) < 0)
		return -1;
	if (name.n == 0)
		return refuse(l, l->line, e, "a rule needs a name: 'rule NAME'");
	for (i = 0; i < l->w->rules.n; i++) {
		struct span other = l->w->rules.p[i].name;

		if (other.n == name.n && memcmp(other.p, name.p, name.n) == 0)
			return refuse(l, l->line, e, "there is a rule of this name already");
	}
	if (i == RULES_MAX)
		return refuse(l, l->line, e, "there are too many rules");
	r.name = (struct span){ arena_copy(&l->w->mem, name.p, name.n), name.n };
	vec_push(&l->w->rules, r);
	return 0;
}

static int
add_pattern(struct load *l, struct span text, struct err *e)
{
	struct rule *r = &l->w->rules.p[l->w->rules.n - 1];
	const char *pattern = arena_copy(&l->w->mem, text.p, text.n);
	struct span literal;
	uint64_t bit;

	if (r->rx)
		return refuse(l, l->line, e, "the rule has a 'pattern' already");
	r->rx = rx_new(pattern, 0, e);
	if (r->rx == NULL)
		return err_prefix(e, "%s:%zu", l->path, l->line);
	literal = warn_literal((struct span){ pattern, text.n }, &l->w->mem);
	bit = l->w->scan.n_texts < 64 ? UINT64_C(1) << l->w->scan.n_texts : 0;
	if (literal.n && bit && scan_add(&l->w->scan, literal, bit))
		r->text = bit;
	else
		l->w->every = true;
	return 0;
}

static int
try_example(struct load *l, struct span text, bool match, struct err *e)
{
	struct rule *r = &l->w->rules.p[l->w->rules.n - 1];
	int got;

	if (r->rx == NULL)
		return refuse(l, l->line, e, "the rule's 'pattern' has to come before its examples");
	got = rx_match(r->rx, text);
	if (got < 0)
		return refuse(l, l->line, e, "the pattern takes too many steps on this line");
	if (match && !got)
		return refuse(l, l->line, e, "the pattern does not match this line, and should");
	if (!match && got)
		return refuse(l, l->line, e, "the pattern matches this line, and should not");
	if (match && text.n && !warn_may_match(l->w, text))
		return refuse(l, l->line, e, "the pattern's text was not found in this line");
	if (match)
		r->matched = true;
	else
		r->passed = true;
	return 0;
}

/* The rest after "KEY ": all of it, since blanks at the end of a pattern count. */
static bool
takes(struct span line, const char *key, struct span *rest)
{
	size_t n = strlen(key);

	if (!span_starts(line, key) || (line.n > n && line.p[n] != ' '))
		return false;
	*rest = span_from(line, n + 1);
	return true;
}

static int
load_line(struct load *l, struct span line, struct err *e)
{
	struct span rest;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (span_trim(line).n == 0 || line.p[0] == '#')
		return 0;
	if (line.n > LINE_MAX || memchr(line.p, '\0', line.n))
		return refuse(l, l->line, e, "the line is too long, or holds a NUL byte");
	if (takes(line, "rule", &rest))
		return add_rule(l, span_trim(rest), e);
	if (l->w->rules.n == 0)
		return refuse(l, l->line, e, "a rule begins with 'rule NAME'");
	if (takes(line, "pattern", &rest))
		return add_pattern(l, rest, e);
	if (takes(line, "match", &rest))
		return try_example(l, rest, true, e);
	if (takes(line, "other", &rest))
		return try_example(l, rest, false, e);
	return refuse(l, l->line, e, "a line begins with 'rule', 'pattern', 'match', 'other' or '#'");
}

static int
load_text(struct load *l, struct span text, struct err *e)
{
	struct span line;

	while (span_next(&text, '\n', &line)) {
		l->line++;
		if (load_line(l, line, e) < 0)
			return -1;
	}
	return end_rule(l, e);
}

struct warn *
warn_load(const char *path, struct err *e)
{
	struct str text = STR_INIT(FILE_MAX);
	struct load l = { .w = xcalloc(1, sizeof(*l.w)), .path = path ? path : "warnings.rules" };
	int ret = path ? fs_read(&text, path, e) : 0;

	if (ret == 0)
		ret = load_text(&l, path ? str_span(&text) : warn_default, e);
	str_release(&text);
	if (ret == 0)
		return l.w;
	warn_free(l.w);
	return NULL;
}

void
warn_free(struct warn *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->rules.n; i++)
		rx_free(w->rules.p[i].rx);
	vec_release(&w->rules);
	arena_release(&w->mem);
	free(w);
}

/* ---- matching ---- */

bool
warn_may_match(const struct warn *w, struct span line)
{
	return w->every || scan_which(&w->scan, line);
}

bool
warn_add_texts(const struct warn *w, struct scan *to, uint64_t bits)
{
	bool all = !w->every;
	unsigned i;

	for (i = 0; i < w->scan.n_texts && all; i++)
		all = scan_add(to, w->scan.texts[i], bits);
	return all;
}

struct span
warn_match(struct warn *w, struct span line)
{
	uint64_t texts = scan_which(&w->scan, line);
	size_t i;

	for (i = 0; i < w->rules.n; i++) {
		struct rule *r = &w->rules.p[i];
		int got;

		if (r->text && !(r->text & texts))
			continue;
		got = rx_match(r->rx, line);
		if (got > 0)
			return r->name;
		if (got < 0)
			r->slow = true;
	}
	return (struct span){ "", 0 };
}

struct span
warn_slow(struct warn *w)
{
	size_t i;

	for (i = 0; i < w->rules.n; i++) {
		struct rule *r = &w->rules.p[i];

		if (r->slow && !r->told) {
			r->told = true;
			return r->name;
		}
	}
	return (struct span){ "", 0 };
}
