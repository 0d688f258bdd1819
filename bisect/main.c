/*
 * flake-bisect: finds the tests that make a command fail.  Here the command
 * line becomes an invocation, and errors become words and an exit status; the
 * work is done by the sub-commands (cmd.h).
 */
#include "common/base.h"

#include <stdio.h>

#include "bisect/cmd.h"
#include "bisect/report.h"
#include "common/diag.h"
#include "common/near.h"
#include "common/sig.h"

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

/* A word that is neither option nor operand, at words->at: says what was meant. */
static int
stray_word(const struct opt_words *words, const struct cmd *cmd, struct err *e)
{
	const char *word = words->argv[words->at];
	struct near near = { .word = word };
	struct str line = STR_INIT(ERR_MAX / 2);
	size_t i;
	int ret;

	for (i = 0; words->at == 1 && cmds[i]; i++) {
		if (cmds[i]->head.title)
			near_try(&near, cmds[i]->head.name);
	}
	str_adds(&line, "flake-bisect");
	add_words(&line, words, 1, words->at);
	str_adds(&line, " --");
	add_words(&line, words, words->at, words->argc);
	if (!cmd->takes_command)
		ret = err_set(e, "'%s' is one word too many for 'flake-bisect %s'", word, cmd->head.usage);
	else if (near.best)
		ret = err_set(e, "there is no command '%s'; did you mean '%s'?", word, near.best);
	else if (cmd_find(word))
		ret = err_set(e, "'%s' must be the first word: flake-bisect %s", word,
		              cmd_find(word)->head.usage);
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
read_words(struct invocation *in, struct opts *o, const char **operands, struct err *e)
{
	struct opt_words words = in->words;
	const struct cmd *cmd = in->cmd;

	for (;;) {
		switch (opt_parse(&words, opts_table, cmd->head.use, cmd->head.name, o, e)) {
		case OPT_WRONG:
			return -1;
		case OPT_OPERAND:
			if (in->n_operands == cmd->operands_max)
				return stray_word(&words, cmd, e);
			operands[in->n_operands++] = words.argv[words.at++];
			break;
		case OPT_DASHES:
			if (!cmd->takes_command)
				return err_set(e, "'%s' takes no command to run; leave out what "
				               "stands from '--' on", cmd->head.name);
			o->options.command = words.argv + words.at;
			return 0;
		case OPT_END:
			return 0;
		}
	}
}

/* What must be there, once no help is wanted. */
static int
check(const struct invocation *in, const struct options *o, struct err *e)
{
	if (in->cmd->takes_command && (o->command == NULL || o->command[0] == NULL))
		return err_set(e, "no command to run; put it behind '--', as in "
		               "`flake-bisect -- pytest tests/`");
	if (in->cmd->takes_command && o->command[0][0] == '\0')
		return err_set(e, "the command behind '--' is empty");
	return opts_check(o, e);
}

/* ---- endings ---- */

/* What was printed must have arrived. */
static int
flush_output(int status)
{
	bool arrived = fflush(stdout) == 0 && !ferror(stdout);

	if (arrived)
		return status;
	/* What came after the report has other errors to tell of. */
	diag_note("cannot write to standard output: %s", strerror(report_errno() ? report_errno() : errno));
	return EXIT_FAULT;
}

static int
print_help(const struct invocation *in, bool named, bool version)
{
	struct str out = STR_INIT(1 << 20);

	if (version)
		str_adds(&out, "flake-bisect " OPTS_VERSION "\n");
	else if (named)
		cmd_usage(&out, in->cmd);
	else
		cmd_help_all(&out);
	fwrite(str_c(&out), 1, out.n, stdout);
	str_release(&out);
	return EXIT_ANSWERED;
}

static int
run(struct invocation *in, struct opts *o, const char **operands, bool named)
{
	struct err e = ERR_INIT;
	int status;

	if (read_words(in, o, operands, &e) < 0) {
		diag_note("%s", e.msg);
		return EXIT_USAGE;
	}
	if (o->help || o->version)
		return print_help(in, named && in->cmd->head.title, o->version);
	if (check(in, &o->options, &e) < 0) {
		diag_note("%s", e.msg);
		return EXIT_USAGE;
	}
	in->opt = o->options;
	in->operands = operands;
	status = in->cmd->run(in, &e);
	if (status >= 0)
		return status;
	diag_note("%s", e.msg);
	if (in->opt.json && !report_printed())
		report_error_json(e.msg);
	return EXIT_FAULT;
}

int
main(int argc, char **argv)
{
	struct invocation in = { .words = { (const char *const *)argv, argc, 1 } };
	struct str help = STR_INIT(1 << 20);
	const char **operands;
	struct opts o;
	int status;

	diag_program("flake-bisect");
	opts_init(&o);
	if (argc < 2) {
		cmd_help_first(&help);
		fputs(str_c(&help), stderr);
		str_release(&help);
		return EXIT_USAGE;
	}
	in.cmd = argv[1][0] == '-' ? NULL : cmd_find(argv[1]);
	if (in.cmd)
		in.words.at = 2;
	else
		in.cmd = cmds[0];
	operands = xcalloc((size_t)argc, sizeof(*operands));
	status = run(&in, &o, operands, in.words.at == 2);
	status = flush_output(status);
	free(operands);
	sig_reraise();
	return status;
}
