/*
 * Sub-commands of flake-triage: each is a const row in its own file cmd_NAME.c,
 * listed in cmd.c with the rest of what makes the program.
 */
#ifndef TRIAGE_CMD_H
#define TRIAGE_CMD_H

#include "triage/opts.h"
#include "triage/store.h"

extern const struct prog triage_prog;

/* The options of a call. */
const struct options *triage_options(const struct prog_call *call);

/* The store of --db, for reading; NULL and e, which says how one is made. */
struct store *cmd_store(const struct options *o, struct err *e);

#endif
