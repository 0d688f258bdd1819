/* The tables of options and sub-commands of flake-triage. */
#include "tests/tables/walk_options.h"

#include "triage/cmd.h"

/* Defaults that the program's own checks refuse, or that depend on where it runs. */
static void
defaults_are_right(void)
{
	struct err e = ERR_INIT;
	struct triage_opts o;

	unsetenv("FLAKE_TRIAGE_DB");
	triage_opts_init(&o);
	CHECK_INT(triage_opts_check(&o.options, &e), 0);
	CHECK_STR(o.options.db, "flake-triage.db");
	CHECK_INT(o.options.since, 0);
	setenv("FLAKE_TRIAGE_DB", "x.db", 1);
	triage_opts_init(&o);
	CHECK_STR(o.options.db, "x.db");
}

int
main(void)
{
	walk_options(&triage_prog, sizeof(struct triage_opts));
	defaults_are_right();
	return check_done();
}
