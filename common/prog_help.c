/* Help and completions out of the tables: see prog.h. */
#include "common/base.h"
#include "common/prog.h"

#include <stdio.h>

enum { HELP_MAX = 1 << 20 };

void
prog_usage(struct str *out, const struct prog *p, const struct prog_cmd *cmd)
{
	str_addf(out, "usage: %s %s\n\n", p->name, cmd->head.usage);
	opt_wrap(out, cmd->head.title, 0, 0);
	str_addc(out, '\n');
	opt_help(out, p->table, cmd->head.use);
	if (cmd->takes_command && !cmd->as_it_is)
		str_adds(out, p->placeholders);
	str_adds(out, p->statuses);
}

void
prog_help_all(struct str *out, const struct prog *p)
{
	const char *before = "usage:";
	size_t i;

	for (i = 0; p->cmds[i]; i++) {
		if (p->cmds[i]->head.title == NULL)
			continue;
		str_addf(out, "%s %s %s\n", before, p->name, p->cmds[i]->head.usage);
		before = "      ";
	}
	str_adds(out, "\nCommands:\n");
	for (i = 0; p->cmds[i]; i++) {
		if (p->cmds[i]->head.title == NULL)
			continue;
		str_addf(out, "  %-22s  ", p->cmds[i]->head.name);
		opt_wrap(out, p->cmds[i]->head.title, 26, 26);
	}
	str_addc(out, '\n');
	opt_help(out, p->table, p->all);
	if (p->placeholders)
		str_adds(out, p->placeholders);
	str_adds(out, p->statuses);
	str_addf(out, "\nThe manual, with examples: man %s\n", p->name);
}

static void
print(const struct str *text)
{
	assert(!text->over);
	fwrite(str_c(text), 1, text->n, stdout);
}

int
prog_run_help(const struct prog_call *call, struct err *e UNUSED)
{
	struct str out = STR_INIT(HELP_MAX);
	const struct prog_cmd *cmd = NULL;

	if (call->n_operands) {
		cmd = prog_find(call->prog, call->operands[0]);
		if (cmd == NULL || cmd->head.title == NULL) {
			diag_note("there is no command '%s'; `%s help` lists them", call->operands[0],
			          call->prog->name);
			return EXIT_USAGE;
		}
	}
	if (cmd)
		prog_usage(&out, call->prog, cmd);
	else
		prog_help_all(&out, call->prog);
	print(&out);
	str_release(&out);
	return EXIT_ANSWERED;
}

int
prog_run_completion(const struct prog_call *call, struct err *e UNUSED)
{
	const struct prog *p = call->prog;
	const struct opt_command *heads[32];
	struct complete c = { p->name, p->table, heads, p->words };
	struct str out = STR_INIT(HELP_MAX);
	struct err wrong = ERR_INIT;
	size_t i;

	for (i = 0; p->cmds[i]; i++) {
		assert(i + 1 < ARRAY_LEN(heads));
		heads[i] = &p->cmds[i]->head;
	}
	heads[i] = NULL;
	if (call->n_operands == 0)
		err_set(&wrong, "which shell? completion bash, completion zsh, or completion fish");
	else
		complete_script(&out, &c, call->operands[0], &wrong);
	if (wrong.msg[0])
		diag_note("%s", wrong.msg);
	else
		print(&out);
	str_release(&out);
	return wrong.msg[0] ? EXIT_USAGE : EXIT_ANSWERED;
}
