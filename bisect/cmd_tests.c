/* `tests`, which is meant when no command is named, and `rate`. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/work.h"

static int
run(const struct invocation *in, const char *mode, struct err *e)
{
	struct work w;
	int status;

	work_init(&w, &in->opt);
	status = work_begin(&w, mode, e);
	if (status == 0)
		status = work_run(&w, false, e);
	work_release(&w);
	return status;
}

static int
run_tests(const struct invocation *in, struct err *e)
{
	return run(in, "tests", e);
}

static int
run_rate(const struct invocation *in, struct err *e)
{
	return run(in, "rate", e);
}

const struct cmd cmd_tests = {
	.head = {
		.name = "tests",
		.usage = "[tests] [OPTION...] -- COMMAND [ARG...]",
		.title = "find the tests that make COMMAND fail",
		.use = USE_TESTS,
	},
	.takes_command = true,
	.run = run_tests,
};

const struct cmd cmd_rate = {
	.head = {
		.name = "rate",
		.usage = "rate [OPTION...] -- COMMAND [ARG...]",
		.title = "say how often COMMAND fails, with its interval",
		.use = USE_RATE,
	},
	.takes_command = true,
	.run = run_rate,
};
