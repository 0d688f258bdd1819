/*
 * The session's memory: an append-only file of text lines, each
 *
 *	NUMBER LENGTH CHECKSUM PAYLOAD
 *
 * with the number counted from 1, the payload's length in bytes, and a CRC-32
 * (hexadecimal) of number and payload.  What journal_add accepted is on the
 * disk.  A last line that was being written when the machine stopped is
 * dropped with a remark; damage before it is an error, since answers after it
 * would not be those that led on.
 */
#ifndef BISECT_JOURNAL_H
#define BISECT_JOURNAL_H

#include "common/err.h"
#include "common/str.h"
#include "common/vec.h"

struct journal_lines { VEC(struct span) v; }; /* payloads, in order */

/* Invariant: the file holds exactly good_bytes of whole lines, or is about to
 * be cut to them. */
struct journal {
	int fd;               /* -1: not open */
	char *path;
	struct str old;       /* what the file held when it was opened */
	struct journal_lines lines; /* of it; they look into old */
	uint64_t n_lines;     /* in the file */
	uint64_t good_bytes;
	bool torn;            /* a last line was dropped at opening */
};

enum { JOURNAL_MAX = 1 << 30 }; /* bytes */

void journal_init(struct journal *j);
/* Opens or makes the file and reads its lines.  -1: it cannot be, or is damaged
 * (e says where); nothing is written then. */
int journal_open(struct journal *j, const char *path, bool writable, struct err *e);
void journal_close(struct journal *j);

/* Appends a line and syncs it.  The payload holds no newline.  -1: it is not in
 * the file (which is cut back to its last whole line); e says what to do. */
int journal_add(struct journal *j, struct span payload, struct err *e);

/* Reads the lines of bytes: payloads are added, *good is the length of the whole
 * lines.  -1 and e ("line N: ...") when a line before the last is damaged. */
int journal_parse(struct span bytes, struct journal_lines *out, size_t *good, struct err *e);

#endif
