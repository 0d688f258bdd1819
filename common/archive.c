/* Archives as streams: see archive.h.  The only file that knows libarchive. */
#include "common/base.h"
#include "common/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "common/diag.h"
#include "common/mem.h"
#include "lazy/archive.h"

#define GIB (INT64_C(1) << 30)
static const int64_t unpacked_max = 16 * GIB, ratio_max = 500, ratio_floor = 64 << 20;

enum { BLOCK = 64 << 10 };

struct archive_in {
	struct archive *in;
	struct archive_in *outer;  /* NULL: it is a file */
	struct archive_entry *entry;
	int64_t n_packed;          /* of a nested one: bytes taken from outer */
	int64_t n_unpacked;
	char *name;                /* the entry's */
	bool bomb;                 /* refused: nothing more is read */
	bool at_entry;             /* which was not read to its end */
	struct err outer_error;
};

bool
archive_in_is(struct span head)
{
	static const struct {
		size_t at, n;
		const char *magic;
	} marks[] = {
		{ 0, 4, "PK\3\4" }, { 0, 4, "PK\5\6" }, { 0, 2, "\x1f\x8b" }, { 0, 3, "BZh" },
		{ 0, 6, "\xfd""7zXZ\0" }, { 0, 4, "\x28\xb5\x2f\xfd" }, { 0, 4, "\x04\x22\x4d\x18" },
		{ 0, 6, "7z\xbc\xaf\x27\x1c" }, { 257, 5, "ustar" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(marks); i++) {
		if (head.n >= marks[i].at + marks[i].n && memcmp(head.p + marks[i].at, marks[i].magic, marks[i].n) == 0)
			return true;
	}
	return false;
}

static int
fault(struct archive_in *a, struct err *e)
{
	const char *why = archive_error_string(a->in);

	if (a->outer_error.msg[0])
		return err_set(e, "%s", a->outer_error.msg);
	return err_set(e, "%s", why ? why : "it cannot be unpacked");
}

static struct archive_in *
new_in(struct err *e)
{
	struct archive_in *a;

	if (lazy_load(&lazy_archive, e) < 0)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->in = archive_read_new();
	if (a->in == NULL)
		diag_die(EXIT_FAULT, "out of memory (an archive reader wanted)");
	archive_read_support_filter_all(a->in);
	archive_read_support_format_zip(a->in);
	archive_read_support_format_tar(a->in);
	archive_read_support_format_7zip(a->in);
	archive_read_support_format_cpio(a->in);
	archive_read_support_format_empty(a->in);
	archive_read_support_format_raw(a->in);
	return a;
}

struct archive_in *
archive_in_open(const char *path, struct err *e)
{
	struct archive_in *a = new_in(e);

	if (a == NULL)
		return NULL;
	if (archive_read_open_filename(a->in, path, BLOCK) == ARCHIVE_OK)
		return a;
	fault(a, e);
	archive_in_close(a);
	return NULL;
}

static la_ssize_t
read_outer(struct archive *in, void *data, const void **out)
{
	struct archive_in *a = data;
	struct span bytes;

	if (archive_in_read(a->outer, &bytes, &a->outer_error) < 0) {
		archive_set_error(in, EIO, "%s", a->outer_error.msg);
		return -1;
	}
	*out = bytes.p;
	a->n_packed += (int64_t)bytes.n;
	return (la_ssize_t)bytes.n;
}

struct archive_in *
archive_in_nested(struct archive_in *outer, struct err *e)
{
	struct archive_in *a = new_in(e);

	if (a == NULL)
		return NULL;
	a->outer = outer;
	if (archive_read_open(a->in, a, NULL, read_outer, NULL) == ARCHIVE_OK)
		return a;
	fault(a, e);
	archive_in_close(a);
	return NULL;
}

void
archive_in_close(struct archive_in *a)
{
	if (a == NULL)
		return;
	archive_read_free(a->in);
	free(a->name);
	free(a);
}

/* A copy of the entry's name; NULL when it has none. */
static char *
entry_name(struct archive_in *a)
{
	const char *name = archive_entry_pathname_utf8(a->entry);

	if (archive_format(a->in) == ARCHIVE_FORMAT_RAW)
		return NULL;
	if (name == NULL)
		name = archive_entry_pathname(a->entry);
	if (name == NULL)
		name = "(a name that cannot be read)";
	return xmemdup0(name, strlen(name));
}

static int
check_size(struct archive_in *a, struct err *e)
{
	int64_t packed = a->outer ? a->n_packed : archive_filter_bytes(a->in, -1);

	a->bomb = true;
	if (a->n_unpacked > unpacked_max)
		return err_set(e, "it unpacks to more than 16 GiB: unpack it by hand if it is to be trusted");
	if (a->n_unpacked > ratio_floor && a->n_unpacked / ratio_max > packed)
		return err_set(e, "it unpacks to more than %d times its size, as bombs do: unpack it by hand if it is "
		               "to be trusted", (int)ratio_max);
	a->bomb = false;
	return 0;
}

int
archive_in_read(struct archive_in *a, struct span *out, struct err *e)
{
	const void *p;
	la_int64_t at;
	size_t n = 0;
	int ret;

	*out = (struct span){ "", 0 };
	do {
		ret = archive_read_data_block(a->in, &p, &n, &at);
		if (ret == ARCHIVE_EOF)
			return 0;
		if (ret != ARCHIVE_OK && ret != ARCHIVE_WARN)
			return fault(a, e);
	} while (n == 0);
	a->n_unpacked += (int64_t)n;
	*out = (struct span){ p, n };
	return check_size(a, e);
}

/* What is skipped in a compressed stream is unpacked all the same, and counts. */
static int
drain(struct archive_in *a, struct err *e)
{
	struct span bytes;

	if (a->bomb)
		return check_size(a, e);
	if (!a->at_entry || archive_filter_count(a->in) < 2)
		return 0;
	do {
		if (archive_in_read(a, &bytes, e) < 0)
			return a->bomb ? -1 : 0;
	} while (bytes.n);
	return 0;
}

int
archive_in_next(struct archive_in *a, struct archive_entry_in *out, struct err *e)
{
	int ret;

	if (a->at_entry && archive_format(a->in) == ARCHIVE_FORMAT_RAW)
		return 0;
	if (drain(a, e) < 0)
		return -1;
	do {
		ret = archive_read_next_header(a->in, &a->entry);
		if (ret == ARCHIVE_EOF)
			return 0;
		if (ret == ARCHIVE_FATAL || ret == ARCHIVE_FAILED)
			return fault(a, e);
	} while (archive_format(a->in) != ARCHIVE_FORMAT_RAW &&
	         (archive_entry_filetype(a->entry) != AE_IFREG || archive_entry_hardlink(a->entry)));
	free(a->name);
	a->name = entry_name(a);
	out->path = a->name;
	a->at_entry = true;
	out->size = archive_entry_size_is_set(a->entry) ? archive_entry_size(a->entry) : -1;
	out->mtime = archive_entry_mtime_is_set(a->entry) ? archive_entry_mtime(a->entry) : 0;
	return 1;
}
