/*
 * Decompression of small pieces that lie in memory, such as the chunks of a
 * Buildbot log.  Each piece stands alone and must end where its data end; what
 * grows past the limit is refused, so that a bomb costs no more than the limit.
 */
#ifndef COMMON_UNPACK_H
#define COMMON_UNPACK_H

#include "common/err.h"
#include "common/str.h"

/* The numbers are Buildbot's (its column `compressed`): never change them. */
enum unpack_codec {
	UNPACK_RAW,    /* as it is */
	UNPACK_ZLIB,   /* a zlib stream (RFC 1950), not gzip's */
	UNPACK_BZ2,
	UNPACK_LZ4,    /* 4 bytes with the unpacked size, little-endian, then one LZ4 block */
	UNPACK_ZSTD,   /* frames, with or without their size */
	UNPACK_BROTLI,
	UNPACK_CODECS, /* how many there are */
};

struct unpack; /* keeps buffers and states from one piece to the next */

/* limit: bytes that one piece may have when it is unpacked. */
struct unpack *unpack_new(size_t limit);
void unpack_free(struct unpack *u); /* NULL is fine */

/* "zlib", ...; NULL: no such codec. */
const char *unpack_name(int64_t codec);

/* *out is the unpacked piece, in u's own memory, until the next call; it may be written to, and one
 * byte behind it.  -1 and e ("bz2: damaged data") and *out is empty. */
int unpack(struct unpack *u, int64_t codec, struct span packed, struct span *out, struct err *e);

#endif
