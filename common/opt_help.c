/* The help of an option table, and text broken into lines: see opt.h. */
#include "common/base.h"
#include "common/opt.h"

enum { HELP_COLUMN = 26, HELP_GAP = 2 };

static void
add_blanks(struct str *out, size_t n)
{
	while (n--)
		str_addc(out, ' ');
}

/* Columns of UTF-8 text, one a character. */
static size_t
columns(struct span text)
{
	size_t i, n = 0;

	for (i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

void
opt_wrap(struct str *out, const char *text, size_t at, size_t indent)
{
	struct span rest = span_of(text), word;
	bool first = true;

	while (span_next(&rest, ' ', &word)) {
		size_t n = columns(word);

		if (!first && at + 1 + n > OPT_COLUMNS) {
			str_addc(out, '\n');
			add_blanks(out, indent);
			at = indent;
			first = true;
		}
		if (!first) {
			str_addc(out, ' ');
			at++;
		}
		str_addspan(out, word);
		at += n;
		first = false;
	}
	str_addc(out, '\n');
}

static void
add_row(struct str *out, const struct opt *o)
{
	size_t start = out->n, n;

	if (o->letter)
		str_addf(out, "  -%c, --%s", o->letter, o->name);
	else
		str_addf(out, "      --%s", o->name);
	if (o->arg)
		str_addf(out, o->optional ? "[=%s]" : " %s", o->arg);
	n = columns((struct span){ out->p + start, out->n - start });
	if (n + HELP_GAP > HELP_COLUMN) {
		str_addc(out, '\n');
		n = 0;
	}
	add_blanks(out, HELP_COLUMN - n);
	opt_wrap(out, o->help, HELP_COLUMN, HELP_COLUMN);
}

void
opt_help(struct str *out, const struct opt *table, unsigned use)
{
	const char *group = "";

	for (; table->name; table++) {
		if (table->help == NULL || (table->use & use) == 0)
			continue;
		if (strcmp(table->group, group) != 0) {
			str_addf(out, "%s%s:\n", *group ? "\n" : "", table->group);
			group = table->group;
		}
		add_row(out, table);
	}
}
