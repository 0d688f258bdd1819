/* The table of sub-commands and the help of the program: see cmd.h. */
#include "common/base.h"
#include "bisect/cmd.h"

extern const struct cmd cmd_tests, cmd_rate, cmd_resume, cmd_show, cmd_frameworks, cmd_help,
	cmd_completion, cmd_commits;

const struct cmd *const cmds[] = {
	&cmd_tests,
	&cmd_rate,
	&cmd_resume,
	&cmd_show,
	&cmd_frameworks,
	&cmd_help,
	&cmd_completion,
	&cmd_commits,
	NULL,
};

const struct cmd *
cmd_find(const char *name)
{
	size_t i;

	for (i = 0; cmds[i]; i++) {
		if (strcmp(cmds[i]->head.name, name) == 0)
			return cmds[i];
	}
	return NULL;
}

void
invocation_again(const struct invocation *in, struct options *opt)
{
	struct opt_words words = in->words;
	struct opts o = { .options = *opt };
	enum opt_stop stop;

	o.options.verbose = 0;
	while ((stop = opt_parse(&words, opts_table, in->cmd->head.use, in->cmd->head.name, &o, NULL)) ==
	       OPT_OPERAND)
		words.at++;
	assert(stop != OPT_WRONG); /* it was parsed before */
	*opt = o.options;
}

static const char first_help[] =
	"flake-bisect finds the tests that make a command fail, also when it fails only\n"
	"now and then, and says how sure it is.\n"
	"\n"
	"Put it before the command that fails, with -- between:\n"
	"  flake-bisect -- pytest tests/\n"
	"  flake-bisect -- python3 -m test test_os\n"
	"  flake-bisect -- ctest --test-dir build\n"
	"\n"
	"A test fails only when others ran before it, and you know which:\n"
	"  flake-bisect --victim tests/test_a.py::test_b -- pytest tests/\n"
	"\n"
	"Any other runner: say where the names of the tests go:\n"
	"  flake-bisect --input names.txt -- ./run-tests {tests}\n"
	"\n"
	"How often does it fail at all?\n"
	"  flake-bisect rate -- pytest tests/\n"
	"\n"
	"Ctrl-C stops it and prints what is known; `flake-bisect resume` goes on.\n"
	"`flake-bisect --help` says everything, `flake-bisect frameworks` lists the\n"
	"runners it knows.\n";

static const char placeholders[] =
	"\nThe tests of a run are chosen through the framework, or where COMMAND says:\n"
	"  {tests}                 one argument a test\n"
	"  {file}                  the name of a file that lists them, one a line\n"
	"  {filter:SEP}            one argument, their names joined by SEP\n";

static const char statuses[] =
	"\nExit status:\n"
	"  0                       the question was answered\n"
	"  1                       COMMAND never failed\n"
	"  125                     undecided: what is known so far was printed\n"
	"  128                     something outside failed: a file, a program\n"
	"  129                     wrong usage\n"
	"  128+n                   ended by signal n\n";

void
cmd_help_first(struct str *out)
{
	str_adds(out, first_help);
}

void
cmd_usage(struct str *out, const struct cmd *cmd)
{
	str_addf(out, "usage: flake-bisect %s\n\n", cmd->head.usage);
	opt_wrap(out, cmd->head.title, 0, 0);
	str_addc(out, '\n');
	opt_help(out, opts_table, cmd->head.use);
	if (cmd->takes_command)
		str_adds(out, placeholders);
	str_adds(out, statuses);
}

void
cmd_help_all(struct str *out)
{
	size_t i;

	for (i = 0; cmds[i]; i++) {
		if (cmds[i]->head.title == NULL)
			continue;
		str_addf(out, "%s flake-bisect %s\n", i ? "      " : "usage:", cmds[i]->head.usage);
	}
	str_adds(out, "\nCommands:\n");
	for (i = 0; cmds[i]; i++) {
		if (cmds[i]->head.title == NULL)
			continue;
		str_addf(out, "  %-22s  ", cmds[i]->head.name);
		opt_wrap(out, cmds[i]->head.title, 26, 26);
	}
	str_addc(out, '\n');
	opt_help(out, opts_table, USE_ALL);
	str_adds(out, placeholders);
	str_adds(out, statuses);
	str_adds(out, "\nThe manual, with examples: man flake-bisect\n");
}
