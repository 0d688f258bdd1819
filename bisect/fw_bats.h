/*
 * bats, split in three: which tests its files hold (fw_bats_list.c), which starts of
 * bats run some of them (fw_bats_choose.c), and how they are run and read (fw_bats.c).
 */
#ifndef BISECT_FW_BATS_H
#define BISECT_FW_BATS_H

#include "bisect/fw.h"

/* A test: its id is "FILE:NAME", NAME as it stands in the file without its quotes. */
struct bats_test {
	const char *id, *name;
	uint32_t file;
};

/* What is known of the command; in c->mem. */
struct bats {
	const char **kept;       /* program and options of every run */
	const char **select;     /* options and paths for listing only */
	const char *filter;      /* the user's --filter; NULL: none */
	bool recursive;
	const char *setup_suite; /* the setup_suite.bash that these arguments find; NULL: none */
	const char **files;
	uint32_t n_files;
	struct bats_test *tests; /* in the order of the run; NULL: not listed yet */
	uint32_t n_tests;
	uint32_t *by_id;         /* indices of tests, sorted by id */
};

/* Finds files and tests and has `bats --count` check them. */
int bats_learn(struct fw_command *c, struct bats *b, struct err *e);
/* The index of a test; UINT32_MAX: there is none. */
uint32_t bats_find(const struct bats *b, const char *id);

/* One start of bats: tests first .. last-1 by index, those of them that were asked
 * for, with a --filter or all of their files. */
struct bats_start {
	uint32_t first, last;
	bool filtered;
};
struct bats_starts { VEC(struct bats_start) v; };

/* asked[i]: whether test i shall run.  Adds to out, which the caller releases. */
void bats_choose(const struct bats *b, const unsigned char *asked, struct bats_starts *out);

#endif
