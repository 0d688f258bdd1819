/* `show [SESSION]`: prints a search again, from its journal alone. */
#include "common/base.h"
#include "bisect/cmd.h"

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_session(call, true, e);
}

const struct prog_cmd cmd_show = {
	.head = {
		.name = "show",
		.usage = "show [OPTION...] [SESSION]",
		.title = "print a search again",
		.operands = "DIR",
		.use = USE_SHOW,
	},
	.operands_max = 1,
	.run = run,
};
