/*
 * Error lines that are nearly the same: what two failures of one test print that differ only in an id
 * ("550e8400-e29b-41d4-a716-446655440000", "web-7f9c4d8b6-x2x9p"), or in how long a list of equal
 * things is.  Beyond what errline.h takes out, which ids of messages are made of; this
 * is only looked at where messages of one test are shown together.
 */
#ifndef TRIAGE_ALIKE_H
#define TRIAGE_ALIKE_H

#include "common/str.h"

/* Adds the line's shape: equal shapes are alike. */
void alike_shape(struct str *out, struct span line);

#endif
