/*
 * Secrets, taken out of texts: see mask.h.  At each place where a word can
 * begin the first rule that fits says which bytes to leave and which to take:
 * values behind names that speak of secrets (as a shell, a dict or JSON writes them),
 * passwords in URLs, Authorization headers, private keys, tokens by their shape.
 */
#include "common/base.h"
#include "triage/mask.h"

#include <ctype.h>

#include "common/secrets.h"

static bool
word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool
token_char(char c)
{
	return word_char(c) || c == '-';
}

static size_t
run_of(struct span x, bool (*is)(char))
{
	size_t i = 0;

	while (i < x.n && is(x.p[i]))
		i++;
	return i;
}

/* What a rule takes: `keep` bytes stay, `hide` behind them go; hide 0: it does not fit. */
struct cut {
	size_t keep, hide;
};

static const struct cut no_cut;

/* ---- NAME=value, 'NAME': 'value', "NAME": "value" ---- */

static bool
is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* Up to the quote that ends it; a backslash takes the next byte along. */
static size_t
quoted_length(struct span x, char quote)
{
	size_t i;

	for (i = 0; i < x.n && x.p[i] != quote && x.p[i] != '\n'; i++) {
		if (x.p[i] == '\\' && i + 1 < x.n)
			i++;
	}
	return i;
}

static bool
value_char(char c)
{
	return !isspace((unsigned char)c) && !is_quote(c) && !strchr(",;)}]&", c);
}

/* A name in lower case is often just a word: its value must then look like an assignment. */
static bool
is_variable(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (islower((unsigned char)name.p[i]))
			return false;
	}
	return true;
}

static struct cut
take_value(struct span x, char before)
{
	size_t n = run_of(x, token_char), i = n;
	struct span name = { x.p, n };
	bool quoted = false, assigned;
	struct cut cut = no_cut;

	if (n < 3 || n > 200)
		return no_cut;
	if (i < x.n && is_quote(x.p[i]) && x.p[i] == before) {
		quoted = true;
		i++;
	}
	while (i < x.n && x.p[i] == ' ')
		i++;
	if (i == x.n || (x.p[i] != '=' && x.p[i] != ':'))
		return no_cut;
	if (!secrets_name(name))
		return no_cut;
	assigned = x.p[i++] == '=';
	while (i < x.n && (x.p[i] == ' ' || x.p[i] == '\t'))
		i++;
	if (i < x.n && (x.p[i] == 'b' || x.p[i] == 'u') && i + 1 < x.n && is_quote(x.p[i + 1]))
		i++;
	if (!quoted && !assigned && !is_variable(name))
		return no_cut;
	if (i < x.n && is_quote(x.p[i])) {
		cut.keep = i + 1;
		cut.hide = quoted_length(span_from(x, i + 1), x.p[i]);
	} else {
		cut.keep = i;
		cut.hide = run_of(span_from(x, i), value_char);
	}
	return cut.hide >= SECRETS_SHORTEST ? cut : no_cut;
}

/* ---- scheme://user:password@host ---- */

static bool
url_char(char c)
{
	return !isspace((unsigned char)c) && !is_quote(c) && c != '/' && c != '<' && c != '>';
}

static struct cut
take_url(struct span x, char before UNUSED)
{
	size_t scheme, n, colon, at;

	for (scheme = 0; scheme < x.n && scheme < 20 && (isalnum((unsigned char)x.p[scheme]) ||
	     strchr("+.-", x.p[scheme])); scheme++)
		;
	if (scheme < 2 || !span_starts(span_from(x, scheme), "://"))
		return no_cut;
	scheme += 3;
	n = scheme + run_of(span_from(x, scheme), url_char);
	for (at = n; at > scheme && x.p[at - 1] != '@'; at--)
		;
	if (at == scheme)
		return no_cut;
	at--;
	for (colon = scheme; colon < at && x.p[colon] != ':'; colon++)
		;
	return colon + 1 < at ? (struct cut){ colon + 1, at - colon - 1 } : no_cut;
}

/* ---- headers and keys ---- */

static bool
starts_caseless(struct span x, const char *prefix)
{
	size_t n = strlen(prefix);

	return x.n >= n && strncasecmp(x.p, prefix, n) == 0;
}

static bool
line_char(char c)
{
	return c != '\n' && c != '\r' && !is_quote(c);
}

/* "Authorization: Basic abc=": the scheme is left. */
static struct cut
take_header(struct span x, char before UNUSED)
{
	static const char *const headers[] = {
		"authorization:", "proxy-authorization:", "cookie:", "set-cookie:", "x-api-key:",
	};
	static const char *const schemes[] = { "basic ", "bearer ", "digest ", "token " };
	size_t i, keep = 0;
	struct cut cut;

	for (i = 0; i < ARRAY_LEN(headers) && keep == 0; i++) {
		if (starts_caseless(x, headers[i]))
			keep = strlen(headers[i]);
	}
	if (keep == 0)
		return no_cut;
	while (keep < x.n && x.p[keep] == ' ')
		keep++;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		if (starts_caseless(span_from(x, keep), schemes[i]))
			keep += strlen(schemes[i]);
	}
	cut = (struct cut){ keep, run_of(span_from(x, keep), line_char) };
	return cut;
}

static struct cut
take_private_key(struct span x, char before UNUSED)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	size_t head, n;

	if (!span_starts(x, begin))
		return no_cut;
	head = span_find(x, "PRIVATE KEY-----");
	if (head > 60)
		return no_cut;
	head += strlen("PRIVATE KEY-----");
	n = span_find(span_from(x, head), end);
	return (struct cut){ head, n };
}

/* ---- tokens by their shape ---- */

static bool
is_upper_digit(char c)
{
	return isupper((unsigned char)c) || isdigit((unsigned char)c);
}

static bool
jwt_char(char c)
{
	return token_char(c) || c == '.';
}

static struct cut
take_token(struct span x, char before UNUSED)
{
	static const struct {
		const char *prefix;
		bool (*is)(char);
		size_t least, most; /* bytes behind the prefix */
	} shapes[] = {
		{ "ghp_", word_char, 20, 255 },        { "gho_", word_char, 20, 255 },
		{ "ghu_", word_char, 20, 255 },        { "ghs_", word_char, 20, 255 },
		{ "ghr_", word_char, 20, 255 },        { "github_pat_", word_char, 20, 255 },
		{ "glpat-", token_char, 16, 255 },     { "AKIA", is_upper_digit, 16, 16 },
		{ "ASIA", is_upper_digit, 16, 16 },    { "xoxb-", token_char, 10, 255 },
		{ "xoxp-", token_char, 10, 255 },      { "xoxa-", token_char, 10, 255 },
		{ "sk-", token_char, 20, 255 },        { "sk_live_", word_char, 16, 255 },
		{ "AIza", token_char, 35, 35 },        { "npm_", word_char, 30, 255 },
		{ "pypi-", token_char, 40, 4096 },     { "eyJ", jwt_char, 40, 8192 },
		{ "Bearer ", jwt_char, 16, 8192 },
	};
	size_t i, n, prefix;

	if (!strchr("gAxsnpeB", x.p[0])) /* what they begin with */
		return no_cut;
	for (i = 0; i < ARRAY_LEN(shapes); i++) {
		if (!span_starts(x, shapes[i].prefix))
			continue;
		prefix = strlen(shapes[i].prefix);
		n = run_of(span_from(x, prefix), shapes[i].is);
		if (n < shapes[i].least || n > shapes[i].most)
			continue;
		/* A JSON web token has three parts; other base64 begins like one. */
		if (shapes[i].is == jwt_char && prefix == 3 && memchr(x.p, '.', prefix + n) == NULL)
			continue;
		return (struct cut){ prefix, n };
	}
	return no_cut;
}

/* ---- all of them ---- */

static struct cut (*const rules[])(struct span x, char before) = {
	take_header, take_private_key, take_url, take_token, take_value,
};

void
mask_add(struct str *out, struct span text)
{
	struct cut cut;
	char before = '\0';
	size_t i = 0, r, start = 0;

	while (i < text.n) {
		cut = no_cut;
		for (r = 0; !word_char(before) && r < ARRAY_LEN(rules) && cut.hide == 0; r++)
			cut = rules[r](span_from(text, i), before);
		if (cut.hide) {
			str_add(out, text.p + start, i + cut.keep - start);
			str_adds(out, "[masked]");
			i += cut.keep + cut.hide;
			start = i;
		} else {
			i++;
		}
		before = text.p[i - 1];
	}
	str_add(out, text.p + start, text.n - start);
}
