/* `commits GOOD..BAD`: which commit made COMMAND fail, or fail more often. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/commits.h"
#include "common/diag.h"

static int
run(const struct prog_call *call, struct err *e)
{
	struct options opt = *cmd_options(call);

	if (call->n_operands == 0) {
		diag_note("which commits? write the range before '--', like "
		          "`flake-bisect commits v1.0..HEAD -- ./run-test`");
		return EXIT_USAGE;
	}
	opt.range = call->operands[0];
	if (!commits_is_range(opt.range)) {
		diag_note("'%s' is no range of commits; write GOOD..BAD, like v1.0..HEAD", opt.range);
		return EXIT_USAGE;
	}
	if (opt.history && opt.victim == NULL) {
		diag_note("'--history' needs '--victim TEST': the test whose suspects are looked up in '%s'",
		          opt.history);
		return EXIT_USAGE;
	}
	if (opt.victim && opt.history == NULL) {
		diag_note("'--victim' says here which test '--history DB' is asked about; leave it out, or give "
		          "both");
		return EXIT_USAGE;
	}
	if (opt.history && opt.fixed) {
		diag_note("'--history' knows where a failure began, not where it ended; leave it or '--fixed' "
		          "out");
		return EXIT_USAGE;
	}
	return commits_begin(&opt, e);
}

const struct prog_cmd cmd_commits = {
	.head = {
		.name = "commits",
		.usage = "commits [OPTION...] GOOD..BAD -- COMMAND [ARG...]",
		.title = "find the commit that made COMMAND fail, or fail more often",
		.use = USE_COMMITS,
	},
	.takes_command = true,
	.as_it_is = true,
	.operands_max = 1,
	.run = run,
};
