/* See doc.h: what is the same in all formats. */
#include "common/base.h"
#include "triage/doc.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN = 300 /* bytes of one text */ };

struct str *
doc_to(struct doc *d)
{
	return d->in_cell ? &d->cells.p[d->cells.n - 1] : d->out;
}

void
doc_open(struct doc *d, const struct doc_format *format, struct str *out, const char *title)
{
	*d = (struct doc){ .format = format, .out = out };
	format->open(d, span_of(title));
}

void
doc_close(struct doc *d)
{
	d->format->close(d);
	for (size_t i = 0; i < d->cells.n; i++)
		str_release(&d->cells.p[i]);
	vec_release(&d->cells);
	vec_release(&d->rows);
}

void
doc_begin(struct doc *d, enum doc_kind kind)
{
	d->row = kind == DOC_TABLE ? 0 : d->row + (kind == DOC_ROW);
	d->format->begin(d, kind);
}

void
doc_end(struct doc *d, enum doc_kind kind)
{
	d->format->end(d, kind);
}

void
doc_span(struct doc *d, struct span text)
{
	size_t n = text.n;

	if (n > SHOWN) {
		for (n = SHOWN; n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80; n--)
			;
	}
	d->format->escape(doc_to(d), (struct span){ text.p, n });
	if (n < text.n)
		doc_say(d, "... (%zu bytes)", text.n);
}

static void
say(struct doc *d, const char *fmt, va_list args)
{
	char text[4096];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	if (n > 0)
		d->format->escape(doc_to(d), (struct span){ text, (size_t)n });
}

void
doc_say(struct doc *d, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(d, fmt, args);
	va_end(args);
}

void
doc_part(struct doc *d, enum doc_kind kind, struct span text)
{
	doc_begin(d, kind);
	doc_span(d, text);
	doc_end(d, kind);
}

void
doc_says(struct doc *d, enum doc_kind kind, const char *fmt, ...)
{
	va_list args;

	doc_begin(d, kind);
	va_start(args, fmt);
	say(d, fmt, args);
	va_end(args);
	doc_end(d, kind);
}

static bool
is_link(struct span url)
{
	if (!span_starts(url, "https://") && !span_starts(url, "http://"))
		return false;
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>\"'`()[]{}|\\^", c))
			return false;
	}
	return url.n < 2000;
}

void
doc_link(struct doc *d, struct span text, struct span url)
{
	if (is_link(url))
		d->format->link(d, text.n ? text : url, url);
	else
		doc_span(d, text.n ? text : url);
}

void
doc_badge(struct doc *d, const char *word)
{
	d->format->badge(d, word);
}

void
doc_strip(struct doc *d, const struct doc_mark *marks, uint32_t n)
{
	d->format->strip(d, marks, n);
}

void
doc_curve(struct doc *d, const struct doc_curve *c)
{
	d->format->curve(d, c);
}
