/*
 * A run that is several programs, one after the other: the test programs of
 * Go packages and of Cargo targets.  A small shell script starts them and says
 * on standard output which one is next and how the last one ended, so that
 * their tests can be told apart.
 */
#ifndef BISECT_FW_PARTS_H
#define BISECT_FW_PARTS_H

#include "bisect/fw.h"

struct fw_part {
	const char *name;       /* on one line; stands before its tests' names */
	const char *dir;        /* where it runs */
	const char *const *env; /* NAME=VALUE, NULL-terminated; NULL: none */
	const char **argv;
};

/* Sets job->argv to a script in the job's folder.  -1 and e when it cannot be written or
 * a part's arguments are too long; instead says what to do about that. */
int fw_parts_prepare(struct job *job, const struct fw_part *parts, size_t n, const char *instead,
                     struct err *e);

enum part_line { PART_NONE, PART_BEGIN, PART_END };
/* Whether the line is one of the script's: *name of the part that begins, or the exit
 * *status (128 + n: signal n) of the one that ended. */
enum part_line fw_part_line(struct span line, struct span *name, int *status);

#endif
