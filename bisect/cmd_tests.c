/* `tests`, which is meant when no command is named, and `rate`. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/work.h"

static int
run(const struct prog_call *call, const char *mode, struct err *e)
{
	struct work w;
	int status;

	work_init(&w, cmd_options(call));
	status = work_begin(&w, mode, e);
	if (status == 0)
		status = work_run(&w, false, e);
	work_release(&w);
	return status;
}

static int
run_tests(const struct prog_call *call, struct err *e)
{
	return run(call, "tests", e);
}

static int
run_rate(const struct prog_call *call, struct err *e)
{
	return run(call, "rate", e);
}

const struct prog_cmd cmd_tests = {
	.head = {
		.name = "tests",
		.usage = "[tests] [OPTION...] -- COMMAND [ARG...]",
		.title = "find the tests that make COMMAND fail",
		.use = USE_TESTS,
	},
	.takes_command = true,
	.run = run_tests,
};

const struct prog_cmd cmd_rate = {
	.head = {
		.name = "rate",
		.usage = "rate [OPTION...] -- COMMAND [ARG...]",
		.title = "say how often COMMAND fails, with its interval",
		.use = USE_RATE,
	},
	.takes_command = true,
	.run = run_rate,
};
