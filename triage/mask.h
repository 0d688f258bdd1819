/*
 * Secrets in what is read: some runners print the whole environment when a
 * test changed it.  Before anything is stored they are taken out; see mask.c
 * for what is taken for one.
 */
#ifndef TRIAGE_MASK_H
#define TRIAGE_MASK_H

#include "common/str.h"

/* Adds text to out with every secret replaced by "[masked]". */
void mask_add(struct str *out, struct span text);

#endif
