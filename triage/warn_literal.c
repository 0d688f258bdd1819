/* Text that a pattern cannot match without: see warn_literal.h. */
#include "common/base.h"
#include "triage/warn_literal.h"

enum { LITERAL_MIN = 3, LITERAL_MAX = 250 };

struct parse {
	struct span rest;
	struct str run, best; /* the text being gathered, and the longest so far */
	bool either;          /* there are alternatives outside of groups */
};

/* The text so far is complete: what comes next need not stand right behind it. */
static void
end_run(struct parse *p)
{
	if (p->run.n > p->best.n) {
		str_clear(&p->best);
		str_addspan(&p->best, str_span(&p->run));
	}
	str_clear(&p->run);
}

/* Takes a quantifier off the rest: 0 there is none, 1 at least once, -1 maybe not at all. */
static int
quantifier(struct parse *p)
{
	char c = p->rest.n ? p->rest.p[0] : '\0';
	int kind = c == '+' ? 1 : c == '?' || c == '*' || c == '{' ? -1 : 0;
	size_t n = kind != 0;

	if (c == '{') {
		while (n < p->rest.n && p->rest.p[n - 1] != '}')
			n++;
	}
	p->rest = span_from(p->rest, n);
	/* Lazy or possessive. */
	if (kind && p->rest.n && (p->rest.p[0] == '?' || p->rest.p[0] == '+'))
		p->rest = span_from(p->rest, 1);
	return kind;
}

static void
one_byte(struct parse *p, char c)
{
	int q = quantifier(p);

	if (q == 0) {
		str_addc(&p->run, c);
		return;
	}
	if (q > 0)
		str_addc(&p->run, c);
	end_run(p);
	/* Of "ab+c" the text after is "bc". */
	if (q > 0)
		str_addc(&p->run, c);
}

/* Past a class; the rest begins behind its '['. */
static void
skip_class(struct parse *p)
{
	size_t i = 0;

	i += i < p->rest.n && p->rest.p[i] == '^';
	i += i < p->rest.n && p->rest.p[i] == ']';
	while (i < p->rest.n && p->rest.p[i] != ']')
		i += p->rest.p[i] == '\\' ? 2 : 1;
	p->rest = span_from(p->rest, i + 1);
}

/* Past a group; the rest begins behind its '('. */
static void
skip_group(struct parse *p)
{
	unsigned depth = 1;

	while (p->rest.n && depth) {
		char c = p->rest.p[0];

		p->rest = span_from(p->rest, c == '\\' ? 2 : 1);
		if (c == '[')
			skip_class(p);
		depth += c == '(';
		depth -= c == ')';
	}
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Patterns whose letters do not stand for themselves, or not all of them must: with
 * options, verbs, quoting. */
static bool
is_simple(struct span pattern)
{
	static const char *const no[] = { "(?i", "(?x", "(?^", "(*", "\\Q", "(?s", "(?m", "(?n", "(?J", "(?U",
		"(?-", "[:", "[[", "(?#", "(?(" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(no); i++) {
		if (span_find(pattern, no[i]) < pattern.n)
			return false;
	}
	return true;
}

static void
one_item(struct parse *p)
{
	char c = p->rest.p[0];

	p->rest = span_from(p->rest, 1);
	if (c == '|')
		p->either = true;
	if (c == '\\' && p->rest.n && !is_word(p->rest.p[0])) {
		c = p->rest.p[0];
		p->rest = span_from(p->rest, 1);
		one_byte(p, c);
	} else if (c == '\\' || strchr(".^$[(", c)) {
		end_run(p);
		if (c == '[')
			skip_class(p);
		else if (c == '(')
			skip_group(p);
		else if (c == '\\' && p->rest.n) /* \d, \x41, \p{Lu}: its tail may look like text */
			p->rest = span_from(p->rest, strchr("dDsSwWbBAzZRhHvVNtnrfKG", p->rest.p[0]) ? 1 : p->rest.n);
		quantifier(p);
	} else {
		one_byte(p, c);
	}
}

struct span
warn_literal(struct span pattern, struct arena *mem)
{
	struct parse p = { pattern, STR_INIT(LITERAL_MAX), STR_INIT(LITERAL_MAX), false };
	struct span out = { "", 0 };

	if (!is_simple(pattern))
		return out;
	while (p.rest.n)
		one_item(&p);
	end_run(&p);
	if (p.best.n >= LITERAL_MIN && !p.either)
		out = (struct span){ arena_copy(mem, p.best.p, p.best.n), p.best.n };
	str_release(&p.run);
	str_release(&p.best);
	return out;
}
