/* Documents as plain text and as Markdown: see doc.h. */
#include "common/base.h"
#include "triage/doc.h"

#include "triage/doc_escape.h"
#include "triage/view.h"

enum { STRIP_SHOWN = 100 /* builds, the newest */ };

struct ends { const char *begin, *end; };

/* ---- strips ---- */

static char
letter(const struct doc_mark *m)
{
	static const char letters[] = {
		[CELL_NONE] = ' ', [CELL_PASS] = '.', [CELL_WARNED] = 'w', [CELL_RERUN] = 'r', [CELL_FAIL] = 'F',
		[CELL_FLIP] = 'x',
	};

	assert(m->cell < ARRAY_LEN(letters));
	return m->left_out && m->cell > CELL_WARNED ? '-' : letters[m->cell];
}

static void
add_letters(struct doc *d, const struct doc_mark *marks, uint32_t n)
{
	for (uint32_t i = n > STRIP_SHOWN ? n - STRIP_SHOWN : 0; i < n; i++)
		str_addc(doc_to(d), letter(&marks[i]));
}

static void
no_curve(struct doc *d UNUSED, const struct doc_curve *c UNUSED)
{
}

/* ---- plain text ---- */

static const struct ends text_ends[DOC_KINDS] = {
	[DOC_H1] = { "", "\n" },
	[DOC_H2] = { "\n", "\n" },
	[DOC_H3] = { "\n  ", "\n" },
	[DOC_PARA] = { "", "\n" },
	[DOC_LIST] = { "", "" },
	[DOC_ITEM] = { "  ", "\n" },
	[DOC_SMALL] = { "", "" },
	[DOC_NOTE] = { "! ", "\n" },
	[DOC_CARD] = { "", "" },
	[DOC_STRONG] = { "", "" },
	[DOC_CODE] = { "", "" },
};

/* Characters, not bytes. */
static size_t
width(const struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += ((unsigned char)s->p[i] & 0xc0) != 0x80;
	return n;
}

static size_t
row_cells(const struct doc *d, size_t row)
{
	return (row + 1 < d->rows.n ? d->rows.p[row + 1] : d->cells.n) - d->rows.p[row];
}

static void
text_table(struct doc *d)
{
	enum { COLUMNS = 16 };
	size_t widest[COLUMNS] = { 0 }, i, c;

	for (i = 0; i < d->rows.n; i++) {
		for (c = 0; c < row_cells(d, i) && c < COLUMNS; c++) {
			size_t w = width(&d->cells.p[d->rows.p[i] + c]);
			widest[c] = w > widest[c] ? w : widest[c];
		}
	}
	for (i = 0; i < d->rows.n; i++) {
		size_t n = row_cells(d, i), pad = 0;

		for (c = 0; c < n; c++) {
			const struct str *cell = &d->cells.p[d->rows.p[i] + c];

			if (cell->n) {
				str_addf(d->out, "%*s", (int)pad + 2, "");
				str_addspan(d->out, str_span(cell));
				pad = 0;
			} else {
				pad += 2;
			}
			pad += c < COLUMNS ? widest[c] - width(cell) : 0;
		}
		str_addc(d->out, '\n');
	}
	for (i = 0; i < d->cells.n; i++)
		str_release(&d->cells.p[i]);
	vec_clear(&d->cells);
	vec_clear(&d->rows);
}

static void
text_open(struct doc *d UNUSED, struct span title UNUSED)
{
}

static void
text_close(struct doc *d UNUSED)
{
}

static void
text_begin(struct doc *d, enum doc_kind kind)
{
	static const struct str empty = STR_INIT(1 << 20);

	if (kind == DOC_ROW) {
		vec_push(&d->rows, (uint32_t)d->cells.n);
	} else if (kind == DOC_CELL) {
		vec_push(&d->cells, empty);
		d->in_cell = true;
	} else if (kind != DOC_TABLE) {
		str_adds(doc_to(d), text_ends[kind].begin);
	}
}

static void
text_end(struct doc *d, enum doc_kind kind)
{
	if (kind == DOC_CELL)
		d->in_cell = false;
	else if (kind == DOC_TABLE)
		text_table(d);
	else if (kind != DOC_ROW)
		str_adds(doc_to(d), text_ends[kind].end);
}

static void
text_link(struct doc *d, struct span text, struct span url)
{
	bool same = text.n == url.n && memcmp(text.p, url.p, url.n) == 0;

	if (!same) {
		doc_span(d, text);
		str_adds(doc_to(d), " ");
	}
	escape_text(doc_to(d), url);
}

static void
text_badge(struct doc *d, const char *word)
{
	str_adds(doc_to(d), word);
}

static void
text_strip(struct doc *d, const struct doc_mark *marks, uint32_t n)
{
	add_letters(d, marks, n);
}

const struct doc_format doc_text_format = {
	.name = "text",
	.open = text_open,
	.close = text_close,
	.begin = text_begin,
	.end = text_end,
	.escape = escape_text,
	.link = text_link,
	.badge = text_badge,
	.strip = text_strip,
	.curve = no_curve,
};

/* ---- Markdown ---- */

static const struct ends markdown_ends[DOC_KINDS] = {
	[DOC_H1] = { "# ", "\n\n" },
	[DOC_H2] = { "\n## ", "\n\n" },
	[DOC_H3] = { "\n### ", "\n\n" },
	[DOC_PARA] = { "", "\n\n" },
	[DOC_LIST] = { "", "\n" },
	[DOC_ITEM] = { "- ", "\n" },
	[DOC_TABLE] = { "\n", "\n" },
	[DOC_ROW] = { "|", "\n" },
	[DOC_CELL] = { " ", " |" },
	[DOC_SMALL] = { "", "" },
	[DOC_NOTE] = { "> ", "\n\n" },
	[DOC_CARD] = { "", "" },
	[DOC_STRONG] = { "**", "**" },
	[DOC_CODE] = { "", "" },
};

static void
markdown_begin(struct doc *d, enum doc_kind kind)
{
	str_adds(d->out, markdown_ends[kind].begin);
	if (kind == DOC_TABLE)
		vec_clear(&d->rows);
	if (kind == DOC_CELL && d->row == 1)
		vec_push(&d->rows, 0);
}

static void
markdown_end(struct doc *d, enum doc_kind kind)
{
	str_adds(d->out, markdown_ends[kind].end);
	if (kind == DOC_ROW && d->row == 1) {
		for (size_t i = 0; i < d->rows.n; i++)
			str_adds(d->out, i ? "---|" : "|---|");
		str_addc(d->out, '\n');
	}
}

static void
markdown_link(struct doc *d, struct span text, struct span url)
{
	str_addc(d->out, '[');
	doc_span(d, text);
	str_adds(d->out, "](");
	str_addspan(d->out, url);
	str_addc(d->out, ')');
}

static void
markdown_badge(struct doc *d, const char *word)
{
	str_addf(d->out, "**%s**", word);
}

/* Letters alone: none of them is a markup character inside of code. */
static void
markdown_strip(struct doc *d, const struct doc_mark *marks, uint32_t n)
{
	str_addc(d->out, '`');
	add_letters(d, marks, n);
	str_addc(d->out, '`');
}

const struct doc_format doc_markdown_format = {
	.name = "markdown",
	.open = text_open,
	.close = text_close,
	.begin = markdown_begin,
	.end = markdown_end,
	.escape = escape_markdown,
	.link = markdown_link,
	.badge = markdown_badge,
	.strip = markdown_strip,
	.curve = no_curve,
};
