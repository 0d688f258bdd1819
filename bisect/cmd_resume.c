/* `resume [SESSION]`: goes on with a search that was interrupted. */
#include "common/base.h"
#include "bisect/cmd.h"

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_session(call, false, e);
}

const struct prog_cmd cmd_resume = {
	.head = {
		.name = "resume",
		.usage = "resume [OPTION...] [SESSION]",
		.title = "go on with an interrupted search",
		.operands = "DIR",
		.use = USE_RESUME,
	},
	.operands_max = 1,
	.run = run,
};
