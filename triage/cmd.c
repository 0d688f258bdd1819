/* The program flake-triage as tables: see cmd.h. */
#include "common/base.h"
#include "triage/cmd.h"

#include <unistd.h>

extern const struct prog_cmd triage_ingest, triage_report, triage_history, triage_answer, triage_known,
	triage_blame, triage_fixes, triage_eval, triage_priors, triage_help, triage_completion;

static const struct prog_cmd *const cmds[] = {
	&triage_ingest,
	&triage_report,
	&triage_history,
	&triage_answer,
	&triage_known,
	&triage_blame,
	&triage_fixes,
	&triage_eval,
	&triage_priors,
	&triage_help,
	&triage_completion,
	NULL,
};

static const char first_help[] =
	"flake-triage reads stored build results, finds the tests that lie, and says\n"
	"which are new, which are known, and which are broken for real.\n"
	"\n"
	"Read a folder of results (JUnit XML, regrtest logs, go test -json, TAP, ...):\n"
	"  flake-triage ingest results/\n"
	"\n"
	"Then ask:\n"
	"  flake-triage report\n"
	"  flake-triage history test_queue\n"
	"\n"
	"`flake-triage --help` says everything.\n";

static const char statuses[] =
	"\nExit status:\n"
	"  0                       the question was answered\n"
	"  1                       with --exit-code: there is something new\n"
	"  125                     undecided: what is known was printed\n"
	"  128                     something outside failed: a file, the network\n"
	"  129                     wrong usage\n"
	"  128+n                   ended by signal n\n";

const struct options *
triage_options(const struct prog_call *call)
{
	return &((const struct triage_opts *)call->opts)->options;
}

struct store *
cmd_store(const struct options *o, struct err *e)
{
	if (access(o->db, F_OK) < 0 && errno == ENOENT) {
		err_set(e, "there is no store '%s' yet; `flake-triage ingest FOLDER` makes one, --db names "
		        "another", o->db);
		return NULL;
	}
	return store_open(o->db, STORE_READ, e);
}

static int
check(struct prog_call *call, struct err *e)
{
	return triage_opts_check(&((struct triage_opts *)call->opts)->options, e);
}

const struct prog triage_prog = {
	.name = "flake-triage",
	.version = TRIAGE_VERSION,
	.cmds = cmds,
	.table = triage_opts_table,
	.all = USE_ALL,
	.first_help = first_help,
	.statuses = statuses,
	.check = check,
	.words = triage_opts_words,
};

const struct prog_cmd triage_help = PROG_HELP(USE_HELP);
const struct prog_cmd triage_completion = PROG_COMPLETION(USE_HELP);
