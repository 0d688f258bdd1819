/*
 * A session's folder, `.flake-bisect/20261122-1`: made uniquely, locked while
 * it is worked on, never removed by us.  It holds
 *
 *	lock     the process id of who works on it
 *	record   command, options, digests (record.h); written last, so a folder
 *	         without it was never begun
 *	names    the tests, escaped, one a line
 *	seconds  how long each takes, in microseconds, once that is known
 *	priors   what flake-triage told of earlier builds (priors.h)
 *	journal  the answers (journal.h)
 *	scratch  where runs had their folders, should we have been killed
 *	runs/    NNNNNN.log: head and tail of each run's output
 */
#ifndef BISECT_SESSION_H
#define BISECT_SESSION_H

#include "bisect/journal.h"
#include "bisect/testlist.h"

/* The empty state is that of session_init. */
struct session {
	char *dir;     /* absolute */
	char *shown;   /* as the user would type it */
	char *scratch; /* absolute: runs have their folders here; NULL: none was made */
	int lock_fd;   /* -1: not locked */
	struct journal journal;
};

void session_init(struct session *s);
/* A new folder in root (".flake-bisect"), locked, with an empty journal.  What
 * killed sessions left in scratch folders is removed. */
int session_create(struct session *s, const char *root, struct err *e);
/* The session has its record: `latest` in root leads to it from now on. */
void session_begun(struct session *s);
/* The session never began (there was nothing to run): removes its folder, closes. */
void session_discard(struct session *s);
/* The session of that name or path; NULL: the latest of root.  writable: locked, and
 * refused with the process id while another process has it; else only read. */
int session_open(struct session *s, const char *root, const char *which, bool writable,
                 struct err *e);
/* Makes the scratch folder: in TMPDIR, where paths are short enough for sockets, or
 * (shared) in the session's, where other machines may see it. */
int session_make_scratch(struct session *s, bool shared, struct err *e);
/* Removes the scratch folder and lets go of the lock. */
void session_close(struct session *s);

/* The absolute path of a file of the session; the caller frees it. */
char *session_path(const struct session *s, const char *name);
/* Keeps what a run printed as runs/NNNNNN.log. */
int session_keep_log(struct session *s, uint64_t run, struct span text, struct err *e);

/* seconds: [n] microseconds, -1 unknown. */
int session_write_seconds(struct session *s, const int64_t *micros, uint32_t n, struct err *e);
int session_read_seconds(struct session *s, int64_t *micros, uint32_t n, struct err *e);

#endif
