/*
 * Secrets in outputs: some runners print the whole environment.  Before an
 * output is kept, the values of variables whose names speak of secrets are
 * taken out.
 */
#ifndef COMMON_SECRETS_H
#define COMMON_SECRETS_H

#include "common/str.h"

enum { SECRETS_SHORTEST = 6 }; /* bytes; shorter values stand in any output */

/* Does a variable of that name hold a secret?  GITHUB_TOKEN, DB_PASSWORD, api-key; not
 * AUTHOR, MONKEY, KEYBOARD. */
bool secrets_name(struct span name);

/* Adds text to out with the value of each such variable of this process replaced by "[NAME]". */
void secrets_hide(struct str *out, struct span text);

#endif
