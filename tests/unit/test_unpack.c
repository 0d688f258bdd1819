/*
 * Every codec on what Python's own modules (zlib, bz2, lz4.block, brotli) and zstd's
 * streaming program packed (tests/data/unpack), on every prefix of it, with bytes changed,
 * and on bombs.
 */
#include "tests/unit/check.h"

#include "common/fs.h"
#include "common/mem.h"
#include "common/unpack.h"

static struct str raw = STR_INIT(1 << 20);

static void
load(struct str *out, const char *name, int64_t codec)
{
	char path[100];
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "tests/data/unpack/%s.%s", name, unpack_name(codec));
	CHECK_INT(fs_read(out, path, &e), 0);
}

/* Catches a codec that gives other bytes than were packed, also the second time. */
static void
test_round_trip(void)
{
	struct unpack *u = unpack_new(1 << 20);

	for (int64_t codec = 0; codec < UNPACK_CODECS; codec++) {
		struct str packed = STR_INIT(1 << 20);
		struct err e = ERR_INIT;
		struct span got;

		load(&packed, "text", codec);
		for (int i = 0; i < 2; i++) {
			if (!CHECK_INT(unpack(u, codec, str_span(&packed), &got, &e), 0))
				printf("%s\n", e.msg);
			CHECK(got.n == raw.n && memcmp(got.p, raw.p, got.n) == 0);
		}
		str_release(&packed);
	}
	unpack_free(u);
}

/* Catches a cut piece that passes for a whole one, and state that the failure leaves behind. */
static void
test_prefixes(void)
{
	struct unpack *u = unpack_new(1 << 20);

	for (int64_t codec = UNPACK_ZLIB; codec < UNPACK_CODECS; codec++) {
		struct str packed = STR_INIT(1 << 20);
		struct err e = ERR_INIT;
		struct span got;

		load(&packed, "text", codec);
		for (size_t n = 0; n < packed.n; n++) {
			char *copy = xmalloc(n);
			memcpy(copy, packed.p, n);
			if (!CHECK_INT(unpack(u, codec, (struct span){ copy, n }, &got, &e), -1))
				printf("%s, %zu bytes\n", unpack_name(codec), n);
			CHECK_INT(got.n, 0);
			free(copy);
		}
		CHECK_INT(unpack(u, codec, str_span(&packed), &got, &e), 0);
		str_addc(&packed, 'x');
		CHECK_INT(unpack(u, codec, str_span(&packed), &got, &e), -1);
		CHECK(strncmp(e.msg, unpack_name(codec), strlen(unpack_name(codec))) == 0);
		str_release(&packed);
	}
	unpack_free(u);
}

/* Catches a crash on damaged bytes; where the codec has a checksum it must be heeded. */
static void
test_damage(void)
{
	struct unpack *u = unpack_new(1 << 20);

	for (int64_t codec = UNPACK_ZLIB; codec < UNPACK_CODECS; codec++) {
		struct str packed = STR_INIT(1 << 20);
		struct err e = ERR_INIT;
		struct span got;

		load(&packed, "text", codec);
		for (size_t i = 0; i < packed.n; i++) {
			packed.p[i] ^= 0x15;
			if (unpack(u, codec, str_span(&packed), &got, &e) == 0 && codec <= UNPACK_BZ2)
				CHECK(got.n == raw.n && memcmp(got.p, raw.p, got.n) == 0);
			packed.p[i] ^= 0x15;
		}
		CHECK_INT(unpack(u, codec, str_span(&packed), &got, &e), 0);
		str_release(&packed);
	}
	unpack_free(u);
}

/* Catches a limit that is not kept, or that refuses what just fits. */
static void
test_limit(void)
{
	struct unpack *fits = unpack_new(raw.n), *less = unpack_new(raw.n - 1);

	for (int64_t codec = 0; codec < UNPACK_CODECS; codec++) {
		struct str packed = STR_INIT(1 << 20);
		struct err e = ERR_INIT;
		struct span got;

		load(&packed, "text", codec);
		CHECK_INT(unpack(fits, codec, str_span(&packed), &got, &e), 0);
		CHECK_INT(got.n, raw.n);
		CHECK_INT(unpack(less, codec, str_span(&packed), &got, &e), -1);
		CHECK(strstr(e.msg, "more than"));
		str_release(&packed);
	}
	unpack_free(fits);
	unpack_free(less);
}

/* Catches buffers that grow wrongly over several steps, and a bomb that is unpacked: 3,000,000 zeros. */
static void
test_bomb(void)
{
	static const int64_t codecs[] = { UNPACK_ZLIB, UNPACK_BZ2, UNPACK_ZSTD, UNPACK_BROTLI };
	struct unpack *large = unpack_new(4 << 20), *small = unpack_new(1 << 20);

	for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
		struct str packed = STR_INIT(1 << 20);
		struct err e = ERR_INIT;
		struct span got;

		load(&packed, "zeros", codecs[i]);
		CHECK_INT(unpack(large, codecs[i], str_span(&packed), &got, &e), 0);
		CHECK_INT(got.n, 3000000);
		CHECK(got.n && got.p[0] == 0 && memcmp(got.p, got.p + 1, got.n - 1) == 0);
		CHECK_INT(unpack(small, codecs[i], str_span(&packed), &got, &e), -1);
		CHECK(strstr(e.msg, "more than 1048576 bytes when unpacked"));
		str_release(&packed);
	}
	unpack_free(large);
	unpack_free(small);
}

/* Catches sizes and numbers that lie. */
static void
test_nonsense(void)
{
	static const char lies[] = "\xff\xff\xff\xff\x1f" "a\1", zero[] = "\0\0\0\0";
	struct unpack *u = unpack_new(4 << 20);
	struct err e = ERR_INIT;
	struct span got;

	CHECK_INT(unpack(u, UNPACK_LZ4, (struct span){ lies, 7 }, &got, &e), -1);
	CHECK_STR(e.msg, "lz4: 4294967295 bytes when unpacked, more than 4194304");
	CHECK_INT(unpack(u, UNPACK_LZ4, (struct span){ zero, 5 }, &got, &e), 0);
	CHECK_INT(got.n, 0);
	CHECK_INT(unpack(u, 6, (struct span){ NULL, 0 }, &got, &e), -1);
	CHECK_STR(e.msg, "compression 6 is not known here");
	CHECK_INT(unpack(u, -1, (struct span){ NULL, 0 }, &got, &e), -1);
	CHECK_INT(unpack(u, UNPACK_RAW, (struct span){ NULL, 0 }, &got, &e), 0);
	CHECK(unpack_name(6) == NULL && unpack_name(-1) == NULL);
	unpack_free(u);
	unpack_free(NULL);
}

int
main(void)
{
	load(&raw, "text", UNPACK_RAW);
	test_round_trip();
	test_prefixes();
	test_damage();
	test_limit();
	test_bomb();
	test_nonsense();
	str_release(&raw);
	return check_done();
}
