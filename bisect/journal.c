/* The session's memory on disk: see journal.h. */
#include "common/base.h"
#include "bisect/journal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"

void
journal_init(struct journal *j)
{
	*j = (struct journal){ .fd = -1, .old = STR_INIT(JOURNAL_MAX) };
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	vec_release(&j->lines.v);
	str_release(&j->old);
	journal_init(j);
}

/* CRC-32 as of zlib, four bits at a time. */
static uint32_t
crc32_add(uint32_t crc, struct span x)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	for (size_t i = 0; i < x.n; i++) {
		crc ^= (unsigned char)x.p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static uint32_t
checksum(uint64_t number, struct span payload)
{
	struct str head = STR_INIT(32);
	uint32_t crc;

	str_addf(&head, "%" PRIu64 " ", number);
	crc = crc32_add(crc32_add(0, str_span(&head)), payload);
	str_release(&head);
	return crc;
}

/* ---- reading ---- */

static bool
hex32(struct span x, uint32_t *out)
{
	uint32_t v = 0;

	if (x.n != 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		char c = x.p[i];
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static bool
parse_line(struct span line, uint64_t want, struct span *payload)
{
	struct span number, length, sum;
	uint64_t n, len;
	uint32_t crc;

	return span_next(&line, ' ', &number) && span_next(&line, ' ', &length) &&
	       span_next(&line, ' ', &sum) && line.p && span_u64(number, &n) && n == want &&
	       span_u64(length, &len) && len == line.n && hex32(sum, &crc) &&
	       crc == checksum(n, *payload = line);
}

int
journal_parse(struct span bytes, struct journal_lines *out, size_t *good, struct err *e)
{
	struct span rest = bytes, line, payload = { NULL, 0 };
	uint64_t n = out->v.n;
	const char *newline;

	*good = 0;
	while (rest.n && (newline = memchr(rest.p, '\n', rest.n)) != NULL) {
		line = (struct span){ rest.p, (size_t)(newline - rest.p) };
		rest = span_from(rest, line.n + 1);
		if (!parse_line(line, n + 1, &payload)) {
			/* Blocks of a last line may reach the disk in any order. */
			if (rest.n == 0)
				return 0;
			return err_set(e, "line %" PRIu64 " is damaged", n + 1);
		}
		vec_push(&out->v, payload);
		n++;
		*good = bytes.n - rest.n;
	}
	return 0;
}

/* The name of a new file must reach the disk too. */
static int
sync_folder(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xmemdup0(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;

	/* Some file systems cannot sync a folder (EINVAL); the file's own sync remains. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		ret = err_sys(e, "cannot sync the folder '%s'", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return ret;
}

int
journal_open(struct journal *j, const char *path, bool writable, struct err *e)
{
	size_t good;

	journal_init(j);
	j->path = xstrdup(path);
	j->fd = open(path, writable ? O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0666);
	if (j->fd < 0) {
		err_sys(e, "cannot open '%s'", path);
		goto fail;
	}
	if (fs_read_fd(&j->old, j->fd, path, e) < 0)
		goto fail;
	if (journal_parse(str_span(&j->old), &j->lines, &good, e) < 0) {
		err_prefix(e, "'%s'", path);
		goto fail;
	}
	j->n_lines = j->lines.v.n;
	j->good_bytes = good;
	j->torn = good < j->old.n;
	if (writable && j->torn && ftruncate(j->fd, (off_t)good) < 0) {
		err_sys(e, "cannot cut the torn last line off '%s'", path);
		goto fail;
	}
	if (writable && sync_folder(path, e) < 0)
		goto fail;
	return 0;
fail:
	journal_close(j);
	return -1;
}

/* ---- writing ---- */

static int
sync_data(struct journal *j, struct err *e)
{
	int ret;

	do
		ret = fdatasync(j->fd);
	while (ret < 0 && errno == EINTR);
	/* Some file systems have nothing to sync. */
	if (ret < 0 && errno != EINVAL && errno != EROFS)
		return err_sys(e, "cannot sync '%s'", j->path);
	return 0;
}

int
journal_add(struct journal *j, struct span payload, struct err *e)
{
	struct str line = STR_INIT(JOURNAL_MAX);
	uint64_t number = j->n_lines + 1;
	int ret = -1;

	assert(j->fd >= 0 && (payload.n == 0 || memchr(payload.p, '\n', payload.n) == NULL));
	str_addf(&line, "%" PRIu64 " %zu %08x ", number, payload.n, checksum(number, payload));
	str_addspan(&line, payload);
	str_addc(&line, '\n');
	if (line.over || j->good_bytes + line.n > JOURNAL_MAX) {
		err_set(e, "'%s' would be larger than %d bytes", j->path, JOURNAL_MAX);
		goto out;
	}
	if (fs_write_fd(j->fd, str_span(&line), j->path, e) < 0 || sync_data(j, e) < 0) {
		/* Should this fail too, a torn last line is what the next reader drops. */
		if (ftruncate(j->fd, (off_t)j->good_bytes) < 0)
			err_prefix(e, "with a torn last line");
		goto out;
	}
	j->n_lines = number;
	j->good_bytes += line.n;
	ret = 0;
out:
	str_release(&line);
	return ret;
}
