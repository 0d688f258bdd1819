/*
 * Inside the row for ctest (fw_ctest.c, fw_ctest_list.c); nobody else includes
 * this.
 */
#ifndef BISECT_FW_CTEST_IN_H
#define BISECT_FW_CTEST_IN_H

#include "bisect/fw.h"

/* Tests of one name (folders of a project may use the same one). */
struct ctest_name {
	const char *name;
	uint32_t place;          /* of the first of them in the order of a serial run */
	const uint32_t *numbers; /* ctest's, ended by a 0 */
};

/* What was found of a ctest command; all in c->mem. */
struct ctest {
	const char **argv;    /* the command without what is replaced, NULL-terminated */
	const char *folder;   /* the build folder, absolute */
	const char **names;   /* of all tests that the command chooses, in the order of a serial run */
	struct ctest_name *sorted; /* the same by name */
	uint32_t n, n_doubles;     /* names; tests beside the first of a name */
};

/* The row of sorted for the name; NULL: the command does not choose it. */
const struct ctest_name *ctest_find(const struct ctest *s, const char *name);

/* The state, listed on the first call; NULL and e when ctest cannot list. */
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
