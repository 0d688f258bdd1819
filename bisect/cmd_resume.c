/* `resume [SESSION]`: goes on with a search that was interrupted. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/work.h"

static int
run(const struct invocation *in, struct err *e)
{
	const char *which = in->n_operands ? in->operands[0] : NULL;
	struct work w;
	int status;

	work_init(&w, &in->opt);
	status = work_resume(&w, which, e);
	if (status == 0) {
		invocation_again(in, &w.opt);
		status = work_run(&w, false, e);
	}
	work_release(&w);
	return status;
}

const struct cmd cmd_resume = {
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
