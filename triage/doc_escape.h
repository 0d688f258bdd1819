/*
 * One function a format that makes any bytes harmless in it: no markup, no
 * terminal escapes, no second line, no letters that turn the others round.
 */
#ifndef TRIAGE_DOC_ESCAPE_H
#define TRIAGE_DOC_ESCAPE_H

#include "common/str.h"

/* Adds the text on one line: control characters, invalid UTF-8 and what changes the
 * direction of writing become visible (\n, \x1b, \u202e). */
void escape_text(struct str *out, struct span text);
void escape_markdown(struct str *out, struct span text);
void escape_html(struct str *out, struct span text); /* also in attributes with double quotes */

#endif
