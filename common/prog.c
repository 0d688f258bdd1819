/* From a command line to the end of the program: see prog.h. */
#include "common/base.h"
#include "common/prog.h"

#include <stdio.h>

#include "common/mem.h"
#include "common/near.h"
#include "common/sig.h"

const struct prog_cmd *
prog_find(const struct prog *p, const char *name)
{
	size_t i;

	for (i = 0; p->cmds[i]; i++) {
		if (strcmp(p->cmds[i]->head.name, name) == 0)
			return p->cmds[i];
	}
	return NULL;
}

void
prog_again(const struct prog_call *call, void *opts)
{
	struct opt_words words = call->words;
	enum opt_stop stop;

	while ((stop = opt_parse(&words, call->prog->table, call->cmd->head.use, call->cmd->head.name, opts,
	                         NULL)) == OPT_OPERAND)
		words.at++;
	assert(stop != OPT_WRONG); /* it was parsed before */
}

/* ---- words where the command should be ---- */

static void
add_words(struct str *out, const struct opt_words *words, int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		str_addc(out, ' ');
		str_add_shell(out, words->argv[i]);
	}
}

static bool
has_dashes(const struct opt_words *words)
{
	int i;

	for (i = words->at; i < words->argc; i++) {
		if (strcmp(words->argv[i], "--") == 0)
			return true;
	}
	return false;
}

/* The nearest name of a sub-command; NULL: none is near. */
static const char *
near_command(const struct prog *p, const char *word)
{
	struct near near = { .word = word };
	size_t i;

	for (i = 0; p->cmds[i]; i++) {
		if (p->cmds[i]->head.title)
			near_try(&near, p->cmds[i]->head.name);
	}
	return near.best;
}

/* A word that is neither option nor operand, at words->at: says what was meant. */
static int
stray_word(const struct prog *p, const struct opt_words *words, const struct prog_cmd *cmd, struct err *e)
{
	const char *word = words->argv[words->at], *near = words->at == 1 ? near_command(p, word) : NULL;
	const struct prog_cmd *meant = prog_find(p, word);
	struct str line = STR_INIT(ERR_MAX / 2);
	int ret;

	str_adds(&line, p->name);
	add_words(&line, words, 1, words->at);
	str_adds(&line, " --");
	add_words(&line, words, words->at, words->argc);
	if (meant && !cmd->head.title && !cmd->takes_command)
		ret = err_set(e, "'%s' must be the first word: %s %s", word, p->name, meant->head.usage);
	else if (!cmd->takes_command)
		ret = err_set(e, "'%s' is one word too many for '%s %s'", word, p->name, cmd->head.usage);
	else if (near)
		ret = err_set(e, "there is no command '%s'; did you mean '%s'?", word, near);
	else if (meant)
		ret = err_set(e, "'%s' must be the first word: %s %s", word, p->name, meant->head.usage);
	else if (has_dashes(words) || line.over)
		ret = err_set(e, "'%s' is no option; the command to run stands behind '--', "
		              "options before it", word);
	else
		ret = err_set(e, "put '--' before the command to run:\n  %s", str_c(&line));
	str_release(&line);
	return ret;
}

/* ---- the command line ---- */

/* 0; -1 and e for wrong usage.  operands has room for argc words. */
static int
read_words(struct prog_call *call, const char **operands, struct err *e)
{
	struct opt_words words = call->words;
	const struct prog_cmd *cmd = call->cmd;

	for (;;) {
		switch (opt_parse(&words, call->prog->table, cmd->head.use, cmd->head.name, call->opts, e)) {
		case OPT_WRONG:
			return -1;
		case OPT_OPERAND:
			if (call->n_operands == cmd->operands_max)
				return stray_word(call->prog, &words, cmd, e);
			operands[call->n_operands++] = words.argv[words.at++];
			break;
		case OPT_DASHES:
			if (cmd->takes_command) {
				call->command = words.argv + words.at;
				return 0;
			}
			if (call->prog->placeholders)
				return err_set(e, "'%s' takes no command to run; leave out what "
				               "stands from '--' on", cmd->head.name);
			while (words.at < words.argc) {
				if (call->n_operands == cmd->operands_max)
					return stray_word(call->prog, &words, cmd, e);
				operands[call->n_operands++] = words.argv[words.at++];
			}
			return 0;
		case OPT_END:
			return 0;
		}
	}
}

/* ---- endings ---- */

/* What was printed must have arrived. */
static int
flush_output(const struct prog *p, int status)
{
	bool arrived = fflush(stdout) == 0 && !ferror(stdout);
	int known = p->output_errno ? p->output_errno() : 0;

	if (arrived)
		return status;
	/* What came after the report has other errors to tell of. */
	diag_note("cannot write to standard output: %s", strerror(known ? known : errno));
	return EXIT_FAULT;
}

static int
print_help(const struct prog_call *call, bool named, bool version)
{
	struct str out = STR_INIT(1 << 20);

	if (version)
		str_addf(&out, "%s %s\n", call->prog->name, call->prog->version);
	else if (named)
		prog_usage(&out, call->prog, call->cmd);
	else
		prog_help_all(&out, call->prog);
	fwrite(str_c(&out), 1, out.n, stdout);
	str_release(&out);
	return EXIT_ANSWERED;
}

static int
run(struct prog_call *call, const char **operands, bool named)
{
	const struct prog_opts *both = call->opts;
	struct err e = ERR_INIT;
	int status;

	if (read_words(call, operands, &e) < 0) {
		diag_note("%s", e.msg);
		return EXIT_USAGE;
	}
	if (both->help || both->version)
		return print_help(call, named && call->cmd->head.title, both->version);
	call->operands = operands;
	if (call->prog->check(call, &e) < 0) {
		diag_note("%s", e.msg);
		return EXIT_USAGE;
	}
	status = call->cmd->run(call, &e);
	if (status >= 0)
		return status;
	diag_note("%s", e.msg);
	if (call->prog->failed)
		call->prog->failed(call, &e);
	return EXIT_FAULT;
}

/* ---- which sub-command ---- */

/* Stands in for a sub-command where none was named and none is the default. */
static int
run_none(const struct prog_call *call UNUSED, struct err *e UNUSED)
{
	diag_note("which command? --help lists them");
	return EXIT_USAGE;
}

static int
no_command(const struct prog *p, const char *word)
{
	const char *near = near_command(p, word);

	if (near)
		diag_note("there is no command '%s'; did you mean '%s'?", word, near);
	else
		diag_note("there is no command '%s'; --help lists them", word);
	return EXIT_USAGE;
}

int
prog_main(const struct prog *p, int argc, char **argv, void *opts)
{
	const struct prog_cmd none = { .head = { "--help", "COMMAND [OPTION...]", NULL, "", p->all },
		.run = run_none };
	struct prog_call call = { .prog = p, .opts = opts, .words = { (const char *const *)argv, argc, 1 } };
	const char **operands;
	int status;

	diag_program(p->name);
	if (argc < 2) {
		fputs(p->first_help, stderr);
		return EXIT_USAGE;
	}
	call.cmd = argv[1][0] == '-' ? NULL : prog_find(p, argv[1]);
	if (call.cmd)
		call.words.at = 2;
	else if (p->first_is_default)
		call.cmd = p->cmds[0];
	else if (argv[1][0] != '-')
		return no_command(p, argv[1]);
	else
		call.cmd = &none;
	operands = xcalloc((size_t)argc, sizeof(*operands));
	status = run(&call, operands, call.words.at == 2);
	status = flush_output(p, status);
	free(operands);
	sig_reraise();
	return status;
}
