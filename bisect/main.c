/*
 * flake-bisect: finds the tests that make a command fail.  The command line is
 * read by common/prog.c; the work is done by the sub-commands (cmd.h).
 */
#include "common/base.h"
#include "bisect/cmd.h"

int
main(int argc, char **argv)
{
	struct opts o;

	opts_init(&o);
	return prog_main(&bisect_prog, argc, argv, &o);
}
