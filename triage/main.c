/*
 * flake-triage: reads stored build results and says which tests lie.  The
 * command line is read by common/prog.c; the work is done by the sub-commands
 * (cmd.h).
 */
#include "common/base.h"
#include "common/mem.h"
#include "triage/cmd.h"

int
main(int argc, char **argv)
{
	struct triage_opts o;

	mem_keep_freed();
	triage_opts_init(&o);
	return prog_main(&triage_prog, argc, argv, &o);
}
