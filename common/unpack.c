/* Decompression of small pieces: see unpack.h.  The only file that knows the decompressors. */
#include "common/base.h"
#include "common/unpack.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <libdeflate.h>
#include <lz4.h>
#include <zstd.h>

#include "common/mem.h"

enum { FIRST_BYTES = 256 << 10 };
enum { ZSTD_WINDOW_LOG = 25 }; /* 32 MiB of memory at the most; level 9 takes 4 MiB */

/* buf has room for one byte more than the limit, so that "too much" can be told from "all". */
struct unpack {
	char *buf;
	size_t n, cap, limit;
	struct libdeflate_decompressor *deflate; /* NULL: not yet made */
	ZSTD_DCtx *zstd;                         /* likewise */
};

struct unpack *
unpack_new(size_t limit)
{
	struct unpack *u = xcalloc(1, sizeof(*u));

	assert(limit > 0 && limit < INT32_MAX); /* LZ4 and bzip2 count in ints */
	u->limit = limit;
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	libdeflate_free_decompressor(u->deflate);
	ZSTD_freeDCtx(u->zstd);
	free(u->buf);
	free(u);
}

static void
reserve(struct unpack *u, size_t bytes)
{
	if (bytes <= u->cap)
		return;
	u->buf = xrealloc(u->buf, bytes, 1);
	u->cap = bytes;
}

/* Makes room for at least one byte behind n. */
static int
grow(struct unpack *u, struct err *e)
{
	size_t cap = u->cap ? u->cap * 2 : FIRST_BYTES;

	if (u->n < u->cap)
		return 0;
	if (u->n > u->limit)
		return err_set(e, "more than %zu bytes when unpacked", u->limit);
	reserve(u, cap > u->limit + 1 ? u->limit + 1 : cap);
	return 0;
}

static int
ends_early(struct err *e)
{
	return err_set(e, "the data end too early");
}

static int
goes_on(struct err *e, size_t n)
{
	return err_set(e, "%zu bytes stand behind the end", n);
}

static int
unpack_raw(struct unpack *u, struct span in, struct err *e)
{
	if (in.n > u->limit)
		return err_set(e, "more than %zu bytes", u->limit);
	reserve(u, in.n);
	if (in.n)
		memcpy(u->buf, in.p, in.n);
	u->n = in.n;
	return 0;
}

/* libdeflate takes whole pieces alone: when one does not fit it is begun again. */
static int
unpack_zlib(struct unpack *u, struct span in, struct err *e)
{
	enum libdeflate_result ret;
	size_t used;

	if (u->deflate == NULL)
		u->deflate = libdeflate_alloc_decompressor();
	if (u->deflate == NULL)
		return err_set(e, "out of memory");
	do {
		if (grow(u, e) < 0)
			return -1;
		ret = libdeflate_zlib_decompress_ex(u->deflate, in.p, in.n, u->buf, u->cap, &used, &u->n);
		if (ret == LIBDEFLATE_INSUFFICIENT_SPACE)
			u->n = u->cap;
	} while (ret == LIBDEFLATE_INSUFFICIENT_SPACE);
	if (ret == LIBDEFLATE_SUCCESS)
		return used < in.n ? goes_on(e, in.n - used) : 0;
	return err_set(e, "the data are damaged, or end too early");
}

static int
unpack_bz2(struct unpack *u, struct span in, struct err *e)
{
	bz_stream b = { .next_in = (char *)(uintptr_t)in.p, .avail_in = (unsigned)in.n };
	int ret = BZ2_bzDecompressInit(&b, 0, 0), result = 0;

	if (ret != BZ_OK)
		return err_set(e, "out of memory");
	do {
		result = grow(u, e);
		if (result < 0)
			goto out;
		b.next_out = u->buf + u->n;
		b.avail_out = (unsigned)(u->cap - u->n);
		ret = BZ2_bzDecompress(&b);
		u->n = u->cap - b.avail_out;
	} while (ret == BZ_OK && b.avail_out == 0);
	if (ret == BZ_STREAM_END)
		result = b.avail_in ? goes_on(e, b.avail_in) : 0;
	else
		result = ret == BZ_OK ? ends_early(e) : err_set(e, "damaged data");
out:
	BZ2_bzDecompressEnd(&b);
	return result;
}

static int
unpack_lz4(struct unpack *u, struct span in, struct err *e)
{
	const unsigned char *p = (const unsigned char *)in.p;
	size_t size;
	int n;

	if (in.n < 5)
		return ends_early(e);
	size = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
	if (size > u->limit)
		return err_set(e, "%zu bytes when unpacked, more than %zu", size, u->limit);
	reserve(u, size + 1);
	n = LZ4_decompress_safe(in.p + 4, u->buf, (int)(in.n - 4), (int)size);
	if (n < 0 || (size_t)n != size)
		return err_set(e, "damaged data");
	u->n = size;
	return 0;
}

static int
unpack_zstd(struct unpack *u, struct span in, struct err *e)
{
	ZSTD_inBuffer from = { in.p, in.n, 0 };
	size_t left = 1;

	if (u->zstd == NULL) {
		u->zstd = ZSTD_createDCtx();
		if (u->zstd == NULL)
			return err_set(e, "out of memory");
		ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	}
	ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
	for (;;) {
		ZSTD_outBuffer to;

		if (grow(u, e) < 0)
			return -1;
		to = (ZSTD_outBuffer){ u->buf, u->cap, u->n };
		left = ZSTD_decompressStream(u->zstd, &to, &from);
		u->n = to.pos;
		if (ZSTD_isError(left))
			return err_set(e, "%s", ZSTD_getErrorName(left));
		if (left == 0 && from.pos == from.size)
			return 0;
		if (from.pos == from.size && to.pos < to.size)
			return ends_early(e);
	}
}

static int
unpack_brotli(struct unpack *u, struct span in, struct err *e)
{
	BrotliDecoderState *b = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	const uint8_t *next_in = (const uint8_t *)in.p;
	BrotliDecoderResult ret;
	size_t left = in.n;
	int result = 0;

	if (b == NULL)
		return err_set(e, "out of memory");
	do {
		uint8_t *next_out;
		size_t room;

		result = grow(u, e);
		if (result < 0)
			goto out;
		next_out = (uint8_t *)u->buf + u->n;
		room = u->cap - u->n;
		ret = BrotliDecoderDecompressStream(b, &left, &next_in, &room, &next_out, NULL);
		u->n = u->cap - room;
	} while (ret == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	if (ret == BROTLI_DECODER_RESULT_SUCCESS)
		result = left ? goes_on(e, left) : 0;
	else
		result = ret == BROTLI_DECODER_RESULT_ERROR ? err_set(e, "damaged data") : ends_early(e);
out:
	BrotliDecoderDestroyInstance(b);
	return result;
}

static const struct codec {
	const char *name;
	int (*unpack)(struct unpack *u, struct span in, struct err *e);
} codecs[UNPACK_CODECS] = {
	[UNPACK_RAW] = { "raw", unpack_raw },
	[UNPACK_ZLIB] = { "zlib", unpack_zlib },
	[UNPACK_BZ2] = { "bz2", unpack_bz2 },
	[UNPACK_LZ4] = { "lz4", unpack_lz4 },
	[UNPACK_ZSTD] = { "zstd", unpack_zstd },
	[UNPACK_BROTLI] = { "brotli", unpack_brotli },
};

const char *
unpack_name(int64_t codec)
{
	return codec >= 0 && codec < UNPACK_CODECS ? codecs[codec].name : NULL;
}

int
unpack(struct unpack *u, int64_t codec, struct span packed, struct span *out, struct err *e)
{
	*out = (struct span){ NULL, 0 };
	if (unpack_name(codec) == NULL)
		return err_set(e, "compression %lld is not known here", (long long)codec);
	if (packed.n > INT32_MAX)
		return err_set(e, "more than 2 GiB of packed data");
	u->n = 0;
	if (codecs[codec].unpack(u, packed, e) < 0)
		return err_prefix(e, "%s", codecs[codec].name);
	if (u->n > u->limit)
		return err_set(e, "%s: more than %zu bytes when unpacked", codecs[codec].name, u->limit);
	reserve(u, u->n + 1);
	*out = (struct span){ u->buf, u->n };
	return 0;
}
