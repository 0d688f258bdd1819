/* The words of a report: numbers, names, lists of tests; see report_in.h. */
#include "common/base.h"
#include "bisect/report_in.h"

#include <math.h>
#include <stdio.h>

const char *
words_number(char out[NUMBER_TEXT], uint64_t n)
{
	char digits[NUMBER_TEXT];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), i;
	char *p = out;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

void
report_name(struct str *out, const char *name)
{
	struct str escaped = STR_INIT(REPORT_MAX);
	size_t i;

	str_add_escaped(&escaped, span_of(name));
	for (i = 0; i < escaped.n; i++) {
		i += escaped.p[i] == '\\' && i + 1 < escaped.n && escaped.p[i + 1] == '\\';
		str_addc(out, escaped.p[i]);
	}
	str_release(&escaped);
}

void
words_name(struct text *t, uint32_t test)
{
	report_name(t->out, testlist_name(t->list, test));
}

void
words_quoted(struct text *t, uint32_t test)
{
	str_addc(t->out, '\'');
	words_name(t, test);
	str_addc(t->out, '\'');
}

void
words_count(struct text *t, uint64_t n, const char *thing)
{
	char buf[NUMBER_TEXT];

	str_addf(t->out, "%s %s%s", words_number(buf, n), thing, n == 1 ? "" : "s");
}

void
words_counts(struct text *t, struct counts c)
{
	char a[NUMBER_TEXT], b[NUMBER_TEXT];

	str_addf(t->out, "%s of %s", words_number(a, c.fails), words_number(b, c.runs));
}

void
words_percent(struct text *t, double p, bool down)
{
	double x = p * 100;

	if (down && x > 99.9)
		str_adds(t->out, x >= 99.99 ? "over 99.99 %" : "over 99.9 %");
	else if ((x < 9.95 && x > 0) || (x > 90 && x < 99.95))
		str_addf(t->out, "%.1f %%", down ? floor(x * 10 + 1e-9) / 10 : x);
	else
		str_addf(t->out, "%.0f %%", x);
}

void
words_interval(struct text *t)
{
	str_adds(t->out, "(95 % interval: ");
	words_percent(t, t->f->rate_low, false);
	str_adds(t->out, " to ");
	words_percent(t, t->f->rate_high, false);
	str_addc(t->out, ')');
}

void
words_bold(struct text *t, bool on)
{
	if (t->style->color)
		str_adds(t->out, on ? "\033[1m" : "\033[0m");
}

void
words_some(struct text *t, const uint32_t *tests, size_t n, const char *indent, size_t most,
         const char *hint)
{
	size_t i, shown = t->style->many || n <= most + 1 ? n : most;
	char buf[NUMBER_TEXT];

	for (i = 0; i < shown; i++) {
		str_adds(t->out, indent);
		words_name(t, tests[i]);
		str_addc(t->out, '\n');
	}
	if (shown < n)
		str_addf(t->out, "%s... and %s more (%s)\n", indent, words_number(buf, n - shown), hint);
}

void
words_tests(struct text *t, const uint32_t *tests, size_t n, const char *indent)
{
	struct str hint = STR_INIT(STR_LINE);

	if (t->style->output)
		str_addf(&hint, "all are in %s", t->style->output);
	else
		str_adds(&hint, "-o FILE keeps them all");
	words_some(t, tests, n, indent, REPORT_TESTS, str_c(&hint));
	str_release(&hint);
}

void
report_message(struct str *out, const char *text)
{
	size_t n = strlen(text), i;

	for (i = 0; i + 1 < n && !(text[i] == '\\' && text[i + 1] == 'n'); i += text[i] == '\\' ? 2 : 1)
		;
	if (i + 1 >= n)
		i = n;
	if (i > REPORT_MESSAGE)
		for (i = REPORT_MESSAGE; i && ((unsigned char)text[i] & 0xc0) == 0x80; i--)
			;
	for (size_t k = 0; k < i; k++) {
		unsigned char c = (unsigned char)text[k];

		if (c == '\\' && text[k + 1] == '\\')
			k++;
		if (c < 0x20 || c == 0x7f)
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, (char)c);
	}
	if (i < n)
		str_adds(out, " ...");
}
