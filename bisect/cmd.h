/*
 * Sub-commands: each is a const row in its own file cmd_NAME.c, listed in
 * cmd.c with the rest of what makes the program.
 */
#ifndef BISECT_CMD_H
#define BISECT_CMD_H

#include "bisect/opts.h"
#include "common/prog.h"

extern const struct prog bisect_prog;

/* The options of a call. */
struct options *cmd_options(const struct prog_call *call);

/* Sets again, over what opt holds, what the command line named: for `resume`,
 * whose options come from the session first. */
void cmd_again(const struct prog_call *call, struct options *opt);

/* `resume` and `show` (look: nothing is started) of the session that the call names. */
int cmd_session(const struct prog_call *call, bool look, struct err *e);

#endif
