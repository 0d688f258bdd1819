/*
 * `help [COMMAND]`; `completion SHELL`, which `make install` calls; and
 * `commits`, which says that it is not there.
 */
#include "common/base.h"
#include "bisect/cmd.h"

const struct prog_cmd cmd_help = PROG_HELP(USE_HELP);
const struct prog_cmd cmd_completion = PROG_COMPLETION(USE_HELP);

/* The place of the search in a range of commits. */
static int
run_commits(const struct prog_call *call UNUSED, struct err *e UNUSED)
{
	diag_note("this version searches lists of tests, not ranges of commits; "
	          "`git bisect run COMMAND` does that where COMMAND fails every time");
	return EXIT_USAGE;
}

const struct prog_cmd cmd_commits = {
	.head = {
		.name = "commits",
		.usage = "commits [OPTION...] GOOD..BAD -- COMMAND [ARG...]",
		.use = USE_TESTS,
	},
	.takes_command = true,
	.operands_max = 1,
	.run = run_commits,
};
