/*
 * `help [COMMAND]`; `completion SHELL`, which `make install` calls; and
 * `commits`, which says that it is not there.
 */
#include "common/base.h"
#include "bisect/cmd.h"

#include <stdio.h>

#include "common/diag.h"

enum { HELP_MAX = 1 << 20 };

static void
print(const struct str *text)
{
	assert(!text->over);
	fwrite(str_c(text), 1, text->n, stdout);
}

static int
run_help(const struct invocation *in, struct err *e UNUSED)
{
	struct str out = STR_INIT(HELP_MAX);
	const struct cmd *cmd = NULL;

	if (in->n_operands) {
		cmd = cmd_find(in->operands[0]);
		if (cmd == NULL || cmd->head.title == NULL) {
			diag_note("there is no command '%s'; `flake-bisect help` lists them",
			          in->operands[0]);
			return EXIT_USAGE;
		}
	}
	if (cmd)
		cmd_usage(&out, cmd);
	else
		cmd_help_all(&out);
	print(&out);
	str_release(&out);
	return EXIT_ANSWERED;
}

const struct cmd cmd_help = {
	.head = {
		.name = "help",
		.usage = "help [COMMAND]",
		.title = "print this, or the help of one command",
		.operands = "",
		.use = USE_HELP,
	},
	.operands_max = 1,
	.run = run_help,
};

static int
run_completion(const struct invocation *in, struct err *e UNUSED)
{
	const struct opt_command *heads[32];
	struct complete c = { "flake-bisect", opts_table, heads, opts_words };
	struct str out = STR_INIT(HELP_MAX);
	struct err wrong = ERR_INIT;
	size_t i;

	for (i = 0; cmds[i]; i++) {
		assert(i + 1 < ARRAY_LEN(heads));
		heads[i] = &cmds[i]->head;
	}
	heads[i] = NULL;
	if (in->n_operands == 0)
		err_set(&wrong, "which shell? completion bash, completion zsh, or completion fish");
	else
		complete_script(&out, &c, in->operands[0], &wrong);
	if (wrong.msg[0])
		diag_note("%s", wrong.msg);
	else
		print(&out);
	str_release(&out);
	return wrong.msg[0] ? EXIT_USAGE : EXIT_ANSWERED;
}

const struct cmd cmd_completion = {
	.head = {
		.name = "completion",
		.usage = "completion SHELL",
		.operands = "",
		.use = USE_HELP,
	},
	.operands_max = 1,
	.run = run_completion,
};

/* The place of the search in a range of commits. */
static int
run_commits(const struct invocation *in UNUSED, struct err *e UNUSED)
{
	diag_note("this version searches lists of tests, not ranges of commits; "
	          "`git bisect run COMMAND` does that where COMMAND fails every time");
	return EXIT_USAGE;
}

const struct cmd cmd_commits = {
	.head = {
		.name = "commits",
		.usage = "commits [OPTION...] GOOD..BAD -- COMMAND [ARG...]",
		.use = USE_TESTS,
	},
	.takes_command = true,
	.operands_max = 1,
	.run = run_commits,
};
