/* The tables of options and sub-commands of flake-bisect. */
#include "tests/tables/walk_options.h"

#include "bisect/cmd.h"

/* Defaults that the program's own checks refuse. */
static void
defaults_are_right(void)
{
	struct err e = ERR_INIT;
	struct opts o;

	opts_init(&o);
	CHECK_INT(opts_check(&o.options, &e), 0);
	CHECK_INT(o.options.max_tests, 1);
	CHECK_NEAR(o.options.confidence, 0.99, 1e-12);
	CHECK_STR(o.options.session, ".flake-bisect");
	CHECK(o.options.warm);
}

int
main(void)
{
	walk_options(&bisect_prog, sizeof(struct opts));
	defaults_are_right();
	return check_done();
}
