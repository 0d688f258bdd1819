/*
 * Inside the row for cargo test (fw_cargo.c, fw_cargo_build.c); nobody else
 * includes this.
 */
#ifndef BISECT_FW_CARGO_IN_H
#define BISECT_FW_CARGO_IN_H

#include "bisect/fw.h"

/* One test program. */
struct cargo_target {
	const char *name;     /* of the target, with its kind or package where that tells apart */
	const char *option;   /* "--lib", "--bin", "--test", ... */
	const char *target;
	const char *package;
	const char *manifest; /* path of Cargo.toml */
	const char *dir;      /* its folder */
	const char *program;
	const char **env;
	uint32_t n_tests;
};

struct cargo {
	struct cargo_target *targets; /* in the order in which cargo runs them */
	size_t n_targets;
	const char **build;    /* cargo and its options, up to "--" */
	const char **choosing; /* words for the test programs: which tests */
	const char **settings; /* ... and everything else */
	bool threads;          /* --test-threads was given */
};

/* The place of the word "test" (or "t") after cargo; 0: it is no such command. */
size_t cargo_find_test(const char *const *argv);
/* The state, with everything built on the first call; NULL and e when it does not build. */
struct cargo *cargo_state(struct fw_command *c, struct err *e);
void cargo_add_all(struct argv_builder *b, const char *const *words);

#endif
