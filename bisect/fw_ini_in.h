/* What fw_ini.c and fw_ini_row.c share; for nobody else. */
#ifndef BISECT_FW_INI_IN_H
#define BISECT_FW_INI_IN_H

#include "bisect/fw_ini.h"

struct rx;

enum reader { READ_EXIT, READ_TAP, READ_RESULTS, READ_JUNIT, READ_LINES };

/* One section; in c->mem, its expression apart. */
struct section {
	struct framework fw;
	const char *name;
	unsigned line;       /* of its head */
	const char *list, *run, *result, *order; /* as written; NULL: not given */
	unsigned run_line, result_line;
	const char **words;  /* of run */
	const char **args;   /* of COMMAND, for {args} */
	enum reader reader;
	struct rx *rx;       /* READ_LINES */
	int pass, fail, skip, message; /* its groups; -1: none */
};

/* A row without a name, whose functions find their section in c->state. */
extern const struct framework ini_prototype;

#endif
