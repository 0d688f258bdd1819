/*
 * Perl's prove, split in two: its arguments, lists and runs (fw_prove.c), and what a run
 * said (fw_prove_read.c).
 */
#ifndef BISECT_FW_PROVE_H
#define BISECT_FW_PROVE_H

#include "bisect/fw.h"

void prove_line(struct fw_command *c, struct reading *r, int stream, struct span line);
int prove_finish(struct fw_command *c, struct reading *r, const struct job *job,
                 const struct job_end *end, struct err *e);

#endif
