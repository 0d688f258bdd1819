/* The style sheet of HTML documents (doc_html_style.c), for doc_html.c alone. */
#ifndef TRIAGE_DOC_HTML_H
#define TRIAGE_DOC_HTML_H

extern const char doc_html_style[];

#endif
