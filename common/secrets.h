/*
 * Secrets in outputs: some runners print the whole environment.  Before an
 * output is kept, the values of variables whose names speak of secrets are
 * taken out.
 */
#ifndef COMMON_SECRETS_H
#define COMMON_SECRETS_H

#include "common/str.h"

/* Adds text to out with each such value (6 bytes and more) replaced by "[NAME]". */
void secrets_hide(struct str *out, struct span text);

#endif
