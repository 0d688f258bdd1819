/*
 * Archives and compressed files as streams of entries (libarchive): zip, tar, 7z, cpio, each
 * through gzip, bzip2, xz, zstd, lz4; and a single file through one of these.  Nothing is
 * written anywhere, and names are only names.  What unpacks to more than 16 GiB, or to
 * more than 500 times its size once that is 64 MiB, is refused as a bomb.
 */
#ifndef COMMON_ARCHIVE_H
#define COMMON_ARCHIVE_H

#include "common/err.h"
#include "common/str.h"

struct archive_in;

struct archive_entry_in {
	const char *path;   /* "/" between folders; NULL: of a single compressed file, which has none */
	int64_t mtime;      /* seconds since 1970; 0: not said */
	int64_t size;       /* bytes; -1: not said */
};

/* Does a file that begins so need to be opened here?  512 bytes are enough. */
bool archive_in_is(struct span head);

/* From a file.  NULL and e. */
struct archive_in *archive_in_open(const char *path, struct err *e);
/* The entry that outer stands at, as an archive itself; outer is not used until it is closed. */
struct archive_in *archive_in_nested(struct archive_in *outer, struct err *e);
void archive_in_close(struct archive_in *a); /* NULL is fine */

/* Goes to the next regular file.  1: out is it, valid until the next call; 0: there are no
 * more; -1 and e: the rest cannot be read. */
int archive_in_next(struct archive_in *a, struct archive_entry_in *out, struct err *e);
/* The next bytes of it; empty at its end.  -1 and e: it cannot be read, or is a bomb. */
int archive_in_read(struct archive_in *a, struct span *out, struct err *e);

#endif
