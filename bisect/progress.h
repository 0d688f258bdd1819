/*
 * What a person sees while it runs, all on standard error: one line with what
 * is known, redrawn in place on a terminal at most ten times a second, and
 * with -v a line for each run.  Warnings of diag.h clear the line first.  At
 * most one progress is open at a time.
 */
#ifndef BISECT_PROGRESS_H
#define BISECT_PROGRESS_H

#include "bisect/drive.h"

struct progress;

/* opt and list stay the caller's and must outlive it.  list: NULL before there is
 * one; then only progress_say shows something. */
struct progress *progress_open(const struct options *opt, const struct testlist *list);
/* Clears the line; takes NULL. */
void progress_close(struct progress *p);

/* What is known now; fits struct drive.progress, data being the progress. */
void progress_know(void *data, const struct drive_view *view);
/* A run ended; fits struct lab_config.ran. */
void progress_ran(void *data, const struct ask *ask, const struct answer *answer, bool replayed);
/* A remark; fits struct lab_config.note. */
void progress_note(void *data, const char *text);
/* Draws when it is time; fits struct lab_config.tick. */
void progress_tick(void *data);
/* What is done outside a search: "listing the tests"; shown at once, a literal. */
void progress_say(struct progress *p, const char *doing);

/* The line, without newline, at most `columns` wide: parts that do not fit are
 * left out as a whole, the least important first.  elapsed_us < 0: not shown. */
void progress_line(struct str *out, const struct drive_view *view, int64_t elapsed_us,
                   size_t columns);

#endif
