/* `show [SESSION]`: prints a search again, from its journal alone. */
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
	status = work_look(&w, which, e);
	if (status == 0) {
		invocation_again(in, &w.opt);
		status = work_run(&w, true, e);
	}
	work_release(&w);
	return status;
}

const struct cmd cmd_show = {
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
