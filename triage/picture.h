/*
 * What is drawn of a test: a strip a lane, and the curve of its rate.  Copied from
 * streams, so that it outlives them.
 */
#ifndef TRIAGE_PICTURE_H
#define TRIAGE_PICTURE_H

#include "triage/doc.h"
#include "triage/finding.h"

enum { PICTURE_MARKS = 240 /* builds of a strip, the newest */, PICTURE_BARS = 80 };

struct picture_strip { struct doc_mark *marks; uint32_t n; /* the same for all, filled up at the left */ };

struct picture {
	struct picture_strip *strips; /* as f->lanes */
	struct doc_curve curve;       /* of f->branch; no bars: there is nothing to show */
};

/* To be called while the test's streams are there. */
void picture_of(struct picture *p, const struct view *v, const struct finding *f, struct arena *mem);

#endif
