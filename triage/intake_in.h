/* What intake.c and intake_runs.c share; nobody else includes it. */
#ifndef TRIAGE_INTAKE_IN_H
#define TRIAGE_INTAKE_IN_H

#include "triage/intake.h"
#include "triage/reader.h"
#include "triage/strip.h"

struct intake {
	struct ingest *in;
	struct build facts;
	struct arena mem;         /* of the facts and paths */
	VEC(struct run *) runs;   /* of the inputs that ended, in order */
	struct collect own;       /* what the source itself could not read */
	const char *blank;        /* an input of a known format without anything in it; NULL: none */
	bool lost;                /* a part of the inputs is gone */
	int64_t file_time;        /* oldest; 0: unknown */

	/* the input that is open */
	bool begun;
	const char *path;
	bool maybe;               /* it may hold nothing that is read */
	bool idle;                /* its bytes are of no use any more */
	struct str head;          /* its beginning, until the format is known */
	const struct reader *reader; /* NULL: not known yet, or idle */
	void *state;
	struct strip strip;
	struct collect to;

	/* the content, for builds that nothing numbers */
	uint64_t hash, n_bytes;
	char tail[8];
	size_t n_tail;
};

/* Tells the user; intake.c. */
void intake_remark(struct intake *t, const char *text);

#endif
