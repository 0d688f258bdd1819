/* The table of formats: see render.h. */
#include "common/base.h"
#include "triage/render.h"

#include <stdio.h>

#include "common/fs.h"

#define PAGES(name) \
	static void \
	report_##name(struct str *out, const struct report *r, const struct render_options *o) \
	{ \
		render_report_page(out, &doc_##name##_format, r, o); \
	} \
	static void \
	history_##name(struct str *out, const struct history *h, const struct render_options *o) \
	{ \
		render_history_page(out, &doc_##name##_format, h, o); \
	} \
	static void \
	answer_##name(struct str *out, const struct answer *a, const struct render_options *o) \
	{ \
		render_answer_page(out, &doc_##name##_format, a, o); \
	} \
	static const struct renderer name = { \
		#name, &doc_##name##_format, report_##name, history_##name, answer_##name, \
	}

PAGES(text);
PAGES(markdown);
PAGES(html);
static const struct renderer json = { "json", NULL, render_report_json, render_history_json, render_answer_json };

const struct renderer *const renderers[] = { &text, &markdown, &html, &json, NULL };

const struct renderer *
render_find(const char *name, struct err *e)
{
	if (name == NULL)
		return renderers[0];
	for (size_t i = 0; renderers[i]; i++) {
		if (strcmp(renderers[i]->name, name) == 0)
			return renderers[i];
	}
	err_set(e, "option '--format': '%s' is none of text, markdown, html, json", name);
	return NULL;
}

int
render_write(const struct str *page, const char *path, struct err *e)
{
	if (page->over)
		return err_set(e, "the page is larger than %d MB", RENDER_MAX >> 20);
	if (path)
		return fs_write(path, str_span(page), e);
	fwrite(str_c(page), 1, page->n, stdout);
	return 0;
}
