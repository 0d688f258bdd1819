/*
 * Inside the row for ctest (fw_ctest.c, fw_ctest_list.c); nobody else includes
 * this.
 */
#ifndef BISECT_FW_CTEST_IN_H
#define BISECT_FW_CTEST_IN_H

#include "bisect/fw.h"

/* What was found of a ctest command; in c->mem. */
struct ctest {
	const char **argv;   /* the command without what is replaced, NULL-terminated */
	const char *folder;  /* the build folder, absolute */
	struct testlist own; /* all tests that the command chooses, in the order of a serial run */
	VEC(uint32_t) first; /* [test of own] place in numbers of its first number */
	VEC(uint32_t) numbers; /* ctest's numbers by test, each group ended by a 0 */
};

/* The state, with own listed on the first call; NULL and e when ctest cannot list. */
struct ctest *ctest_state(struct fw_command *c, struct err *e);
/* Reads the command's words alone: folder and argv, remarks to note when that is not NULL. */
int ctest_words(struct fw_command *c, struct ctest *s, struct str *note, struct err *e);

/* One test as ctest says it; spans live in the documents that they were read from. */
struct ctest_test {
	uint32_t number;   /* 1 and up: for -I */
	struct span name;
	double cost;
	VEC(struct span) depends, setup, cleanup, required; /* names of tests; of fixtures */
};
struct ctest_tests { VEC(struct ctest_test) v; };

/* The order in which one `ctest` without -j runs them: falling COST, each test after
 * all that it depends on; out has room for all. */
void ctest_order(const struct ctest_tests *tests, uint32_t *out);

#endif
