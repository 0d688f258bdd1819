/* `resume [SESSION]`: goes on with a search that was interrupted. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/commits.h"
#include "bisect/work.h"

static int
run(const struct prog_call *call, struct err *e)
{
	const char *which = call->n_operands ? call->operands[0] : NULL;
	struct work w;
	int status;

	if (commits_is_session(cmd_options(call)->session, which))
		return commits_resume(call, which, false, e);
	work_init(&w, cmd_options(call));
	status = work_resume(&w, which, e);
	if (status == 0) {
		cmd_again(call, &w.opt);
		status = work_run(&w, false, e);
	}
	work_release(&w);
	return status;
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
