/*
 * Documents as one HTML file that needs nothing else: no script, no font, no image from elsewhere.
 * Strips and curves are inline SVG with a text for those who do not see them.
 */
#include "common/base.h"
#include "triage/doc.h"

#include "triage/doc_escape.h"
#include "triage/doc_html.h"
#include "triage/view.h"

static const struct { const char *begin, *end; } ends[DOC_KINDS] = {
	[DOC_H1] = { "<h1>", "</h1>\n" },
	[DOC_H2] = { "<h2>", "</h2>\n" },
	[DOC_H3] = { "<h3>", "</h3>\n" },
	[DOC_PARA] = { "<p>", "</p>\n" },
	[DOC_LIST] = { "<ul>\n", "</ul>\n" },
	[DOC_ITEM] = { "<li>", "</li>\n" },
	[DOC_TABLE] = { "<div class=\"wide\"><table>\n", "</table></div>\n" },
	[DOC_ROW] = { "<tr>", "</tr>\n" },
	[DOC_CELL] = { "<td>", "</td>" },
	[DOC_STRONG] = { "<strong>", "</strong>" },
	[DOC_CODE] = { "<code>", "</code>" },
	[DOC_SMALL] = { "<small>", "</small>" },
	[DOC_CARD] = { "<section class=\"card\">\n", "</section>\n" },
	[DOC_NOTE] = { "<p class=\"note\">", "</p>\n" },
};

static void
html_open(struct doc *d, struct span title)
{
	str_adds(d->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	escape_html(d->out, title);
	str_adds(d->out, "</title>\n<style>\n");
	str_adds(d->out, doc_html_style);
	str_adds(d->out, "</style>\n</head>\n<body>\n<main>\n");
}

static void
html_close(struct doc *d)
{
	str_adds(d->out, "</main>\n</body>\n</html>\n");
}

static void
html_begin(struct doc *d, enum doc_kind kind)
{
	str_adds(d->out, kind == DOC_CELL && d->row == 1 ? "<th scope=\"col\">" : ends[kind].begin);
}

static void
html_end(struct doc *d, enum doc_kind kind)
{
	str_adds(d->out, kind == DOC_CELL && d->row == 1 ? "</th>" : ends[kind].end);
}

static void
html_link(struct doc *d, struct span text, struct span url)
{
	str_adds(d->out, "<a href=\"");
	escape_html(d->out, url);
	str_adds(d->out, "\">");
	doc_span(d, text);
	str_adds(d->out, "</a>");
}

static void
html_badge(struct doc *d, const char *word)
{
	str_addf(d->out, "<span class=\"badge %s\">%s</span>", word, word);
}

/* ---- strips ---- */

enum { STRIP_MAX = 150, CELL_WIDTH = 4, STRIP_HEIGHT = 18, WIDEST = 12 /* pixels a build */ };

static const char *
mark_class(const struct doc_mark *m)
{
	static const char *const classes[] = {
		[CELL_NONE] = "none", [CELL_PASS] = "pass", [CELL_WARNED] = "warned", [CELL_RERUN] = "rerun",
		[CELL_FAIL] = "fail", [CELL_FLIP] = "fail",
	};

	assert(m->cell < ARRAY_LEN(classes));
	return m->left_out && m->cell > CELL_WARNED ? "left" : classes[m->cell];
}

/* Neighbours that look the same and say nothing are one rectangle. */
static uint32_t
same_marks(const struct doc_mark *marks, uint32_t n)
{
	uint32_t i = 1;

	while (marks[0].title.n == 0 && i < n && marks[i].title.n == 0 &&
	       mark_class(&marks[i]) == mark_class(&marks[0]))
		i++;
	return i;
}

static void
html_strip(struct doc *d, const struct doc_mark *marks, uint32_t n)
{
	uint32_t failed = 0, i, k, same;

	if (n > STRIP_MAX) {
		marks += n - STRIP_MAX;
		n = STRIP_MAX;
	}
	for (i = 0; i < n; i++)
		failed += marks[i].cell > CELL_WARNED;
	str_addf(d->out, "<svg class=\"strip\" style=\"max-width:%upx\" viewBox=\"0 0 %u %d\" "
	         "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"the last %u builds, oldest first: "
	         "%u failed at the first try\">", n * WIDEST, n * CELL_WIDTH, STRIP_HEIGHT, n, failed);
	for (i = 0; i < n; i += same) {
		bool low = marks[i].cell <= CELL_WARNED;

		same = same_marks(marks + i, n - i);
		k = same * CELL_WIDTH;
		str_addf(d->out, "<rect class=\"%s\" x=\"%u\" y=\"%d\" width=\"%u\" height=\"%d\"",
		         mark_class(&marks[i]), i * CELL_WIDTH, low ? 6 : 1, k > 1 ? k - 1 : k, low ? 6 : 16);
		if (marks[i].title.n) {
			str_adds(d->out, "><title>");
			escape_html(d->out, marks[i].title);
			str_adds(d->out, "</title></rect>");
		} else {
			str_adds(d->out, "/>");
		}
	}
	str_adds(d->out, "</svg>");
}

/* ---- curves ---- */

enum { CURVE_WIDTH = 900, CURVE_HEIGHT = 120, CURVE_LEFT = 44, CURVE_BOTTOM = 18, CURVE_TOP = 8 };

/* The top of the scale: a round share that holds the bars and the segments. */
static double
scale_of(const struct doc_curve *c)
{
	static const double tops[] = { 0.02, 0.05, 0.1, 0.2, 0.5 };
	double most = 0;

	for (uint32_t i = 0; i < c->n_steps; i++)
		most = c->steps[i].mean > most ? c->steps[i].mean : most;
	for (uint32_t i = 0; i < c->n_bars; i++) {
		double share = c->bars[i].runs ? (double)c->bars[i].fails / c->bars[i].runs : 0;
		most = share > most ? share : most;
	}
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		if (most <= tops[i])
			return tops[i];
	}
	return 1;
}

static double
height_of(double share, double scale)
{
	double plot = CURVE_HEIGHT - CURVE_BOTTOM - CURVE_TOP;

	return CURVE_TOP + plot * (1 - (share < scale ? share / scale : 1));
}

static void
curve_axis(struct doc *d, const struct doc_curve *c, double scale)
{
	static const double lines[] = { 0, 0.5, 1 };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		double y = height_of(lines[i] * scale, scale);

		str_addf(d->out, "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
		         "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g %%</text>",
		         CURVE_LEFT, y, CURVE_WIDTH, y, CURVE_LEFT - 6, y + 4, 100 * lines[i] * scale);
	}
	str_addf(d->out, "<text x=\"%d\" y=\"%d\">", CURVE_LEFT, CURVE_HEIGHT - 3);
	escape_html(d->out, c->first);
	str_addf(d->out, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", CURVE_WIDTH, CURVE_HEIGHT - 3);
	escape_html(d->out, c->last);
	str_adds(d->out, "</text>");
}

static void
html_curve(struct doc *d, const struct doc_curve *c)
{
	double plot = CURVE_WIDTH - CURVE_LEFT, scale = scale_of(c), bar = plot / (c->n_bars ? c->n_bars : 1);

	str_addf(d->out, "<svg class=\"curve\" viewBox=\"0 0 %d %d\" role=\"img\" "
	         "aria-label=\"share of first tries that failed, over time\">", CURVE_WIDTH, CURVE_HEIGHT);
	curve_axis(d, c, scale);
	for (uint32_t i = 0; i < c->n_bars; i++) {
		const struct doc_bar *b = &c->bars[i];
		double y = b->runs ? height_of((double)b->fails / b->runs, scale) : 0;

		if (b->fails)
			str_addf(d->out, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
			         "<title>%u of %u</title></rect>", CURVE_LEFT + i * bar, y, bar > 2 ? bar - 1 : bar,
			         height_of(0, scale) - y, b->fails, b->runs);
	}
	for (uint32_t i = 0; i < c->n_steps; i++) {
		const struct doc_step *s = &c->steps[i];
		double x = CURVE_LEFT + s->from * plot, w = (s->to - s->from) * plot, y = height_of(s->high, scale);

		str_addf(d->out, "<rect class=\"band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
		         "<line class=\"rate\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
		         x, y, w, height_of(s->low, scale) - y, x, height_of(s->mean, scale), x + w,
		         height_of(s->mean, scale));
	}
	str_adds(d->out, "</svg>\n");
}

const struct doc_format doc_html_format = {
	.name = "html",
	.open = html_open,
	.close = html_close,
	.begin = html_begin,
	.end = html_end,
	.escape = escape_html,
	.link = html_link,
	.badge = html_badge,
	.strip = html_strip,
	.curve = html_curve,
};
