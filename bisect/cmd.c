/* The program flake-bisect as tables: see cmd.h. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/report.h"

extern const struct prog_cmd cmd_tests, cmd_rate, cmd_resume, cmd_show, cmd_frameworks, cmd_help,
	cmd_completion, cmd_commits;

static const struct prog_cmd *const cmds[] = {
	&cmd_tests,
	&cmd_commits,
	&cmd_rate,
	&cmd_resume,
	&cmd_show,
	&cmd_frameworks,
	&cmd_help,
	&cmd_completion,
	NULL,
};

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
	"Which commit made it fail, or fail more often?\n"
	"  flake-bisect commits v1.0..HEAD -- ./run-test\n"
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
	"  1                       COMMAND never failed, or both ends fail equally often\n"
	"  125                     undecided: what is known so far was printed\n"
	"  128                     something outside failed: a file, a program\n"
	"  129                     wrong usage\n"
	"  128+n                   ended by signal n\n";

struct options *
cmd_options(const struct prog_call *call)
{
	return &((struct opts *)call->opts)->options;
}

/* What must be there, once no help is wanted. */
static int
check(struct prog_call *call, struct err *e)
{
	struct options *o = cmd_options(call);

	o->command = call->command;
	if (call->cmd->takes_command && (o->command == NULL || o->command[0] == NULL))
		return err_set(e, "no command to run; put it behind '--', as in "
		               "`flake-bisect -- pytest tests/`");
	if (call->cmd->takes_command && o->command[0][0] == '\0')
		return err_set(e, "the command behind '--' is empty");
	return opts_check(o, e);
}

static void
failed(const struct prog_call *call, const struct err *e)
{
	if (cmd_options(call)->json && !report_printed())
		report_error_json(e->msg);
}

const struct prog bisect_prog = {
	.name = "flake-bisect",
	.version = OPTS_VERSION,
	.cmds = cmds,
	.first_is_default = true,
	.table = opts_table,
	.all = USE_ALL,
	.first_help = first_help,
	.placeholders = placeholders,
	.statuses = statuses,
	.check = check,
	.words = opts_words,
	.failed = failed,
	.output_errno = report_errno,
};

void
cmd_again(const struct prog_call *call, struct options *opt)
{
	struct opts o = { .options = *opt };

	o.options.verbose = 0;
	prog_again(call, &o);
	*opt = o.options;
}
