/*
 * Inside the row for go test (fw_go.c, fw_go_build.c); nobody else includes
 * this.
 */
#ifndef BISECT_FW_GO_IN_H
#define BISECT_FW_GO_IN_H

#include "bisect/fw.h"

struct go_package {
	const char *path;    /* import path */
	const char *dir;
	const char *program;
	const char **args;   /* those of go that count for every run */
	const char **tests;  /* names in the program's order, NULL-terminated */
};

struct go {
	struct go_package *packages; /* by path */
	size_t n_packages;
};

/* The state, with everything built on the first call; NULL and e when nothing builds. */
struct go *go_state(struct fw_command *c, struct err *e);

#endif
