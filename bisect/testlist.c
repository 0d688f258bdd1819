/*
 * The tests of one command: names in one arena, an array of pointers, and an
 * open-addressing hash of indices (4 bytes a slot), so that a million names
 * of 50 bytes take about 75 MB.  Files are read and written as streams.
 */
#include "common/base.h"
#include "bisect/testlist.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_SLOTS = 64, READ_CHUNK = 64 << 10, NAME_MAX_BYTES = 1 << 20 };

static const uint64_t fnv_basis = 0xcbf29ce484222325u;

static uint64_t
fnv1a(uint64_t h, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		h ^= (unsigned char)p[i];
		h *= 0x100000001b3u;
	}
	return h;
}

/* FNV's low bits alone are weak for names that differ in one digit. */
static uint32_t
home_slot(const struct testlist *l, const char *p, size_t n)
{
	uint64_t h = fnv1a(fnv_basis, p, n);

	return (uint32_t)(h ^ h >> 32) & (l->n_slots - 1);
}

void
testlist_release(struct testlist *l)
{
	arena_release(&l->mem);
	vec_release(&l->names);
	free(l->slots);
	*l = (struct testlist)TESTLIST_INIT;
}

/* The slot that holds the name, or the free one where it would go. */
static uint32_t
find_slot(const struct testlist *l, struct span name)
{
	uint32_t s = home_slot(l, name.p, name.n);

	while (l->slots[s] != TESTLIST_NONE) {
		const char *have = l->names.p[l->slots[s]];
		if (strncmp(have, name.p ? name.p : "", name.n) == 0 && have[name.n] == '\0')
			break;
		s = (s + 1) & (l->n_slots - 1);
	}
	return s;
}

static void
grow_slots(struct testlist *l)
{
	uint32_t i, s;

	free(l->slots);
	l->n_slots = l->n_slots ? l->n_slots * 2 : FIRST_SLOTS;
	l->slots = xmalloc(l->n_slots * sizeof(*l->slots));
	for (i = 0; i < l->n_slots; i++)
		l->slots[i] = TESTLIST_NONE;
	for (i = 0; i < l->names.n; i++) {
		s = home_slot(l, l->names.p[i], strlen(l->names.p[i]));
		while (l->slots[s] != TESTLIST_NONE)
			s = (s + 1) & (l->n_slots - 1);
		l->slots[s] = i;
	}
}

uint32_t
testlist_add(struct testlist *l, struct span name)
{
	uint32_t s;

	assert(name.n == 0 || memchr(name.p, '\0', name.n) == NULL);
	if (l->names.n >= l->n_slots / 4 * 3)
		grow_slots(l);
	s = find_slot(l, name);
	if (l->slots[s] != TESTLIST_NONE) {
		l->n_doubles++;
		return l->slots[s];
	}
	assert(l->names.n < TESTLIST_MAX);
	l->slots[s] = (uint32_t)l->names.n;
	vec_push(&l->names, arena_copy(&l->mem, name.p, name.n));
	return l->slots[s];
}

uint32_t
testlist_find(const struct testlist *l, struct span name)
{
	if (l->n_slots == 0 || (name.n && memchr(name.p, '\0', name.n)))
		return TESTLIST_NONE;
	return l->slots[find_slot(l, name)];
}

const char *
testlist_name(const struct testlist *l, uint32_t i)
{
	assert(i < l->names.n);
	return l->names.p[i];
}

uint32_t
testlist_count(const struct testlist *l)
{
	return (uint32_t)l->names.n;
}

uint64_t
testlist_digest(const struct testlist *l)
{
	uint64_t h = fnv_basis;
	size_t i;

	/* With its NUL, so that "ab","c" and "a","bc" differ. */
	for (i = 0; i < l->names.n; i++)
		h = fnv1a(h, l->names.p[i], strlen(l->names.p[i]) + 1);
	return h;
}

/* One line of a list file, its newline taken off. */
static int
add_line(struct testlist *l, struct testlist_reader *rd, struct span line, struct err *e)
{
	struct str *name = &rd->name;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (span_is(line, TESTLIST_ESCAPED))
		rd->plain = false;
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	str_clear(name);
	if (!(rd->plain ? str_addspan(name, line) : str_add_unescaped(name, line)))
		return err_set(e, "a name of more than %d bytes", NAME_MAX_BYTES);
	if (memchr(name->p, '\0', name->n))
		return err_set(e, "a name with a NUL byte: is this a list of tests, one a line?");
	if (l->names.n >= TESTLIST_MAX)
		return err_set(e, "more than %d tests", TESTLIST_MAX);
	testlist_add(l, str_span(name));
	return 0;
}

int
testlist_read_bytes(struct testlist *l, struct testlist_reader *rd, struct span bytes,
                    struct err *e)
{
	struct span line;
	const char *nl;

	while (bytes.n && (nl = memchr(bytes.p, '\n', bytes.n)) != NULL) {
		line = (struct span){ bytes.p, (size_t)(nl - bytes.p) };
		bytes = span_from(bytes, line.n + 1);
		rd->line++;
		if (rd->part.n) {
			if (!str_addspan(&rd->part, line))
				return err_set(e, "line %u: a name of more than %d bytes", rd->line,
				               NAME_MAX_BYTES);
			line = str_span(&rd->part);
		}
		if (add_line(l, rd, line, e) < 0)
			return err_prefix(e, "line %u", rd->line);
		str_clear(&rd->part);
	}
	if (!str_addspan(&rd->part, bytes))
		return err_set(e, "line %u: a name of more than %d bytes", rd->line + 1,
		               NAME_MAX_BYTES);
	return 0;
}

int
testlist_read_end(struct testlist *l, struct testlist_reader *rd, struct err *e)
{
	if (rd->part.n && testlist_read_bytes(l, rd, (struct span){ "\n", 1 }, e) < 0)
		return -1;
	return 0;
}

void
testlist_reader_init(struct testlist_reader *rd, bool plain)
{
	*rd = (struct testlist_reader){ STR_INIT(4 * NAME_MAX_BYTES), STR_INIT(NAME_MAX_BYTES), 0, plain };
}

void
testlist_reader_release(struct testlist_reader *rd)
{
	str_release(&rd->part);
	str_release(&rd->name);
}

static int
read_fd(struct testlist *l, int fd, const char *subject, bool plain, struct err *e)
{
	struct testlist_reader rd;
	char *chunk = xmalloc(READ_CHUNK);
	ssize_t n;
	int ret = -1;

	testlist_reader_init(&rd, plain);
	for (;;) {
		n = read(fd, chunk, READ_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(e, "cannot read '%s'", subject);
			goto out;
		}
		if (n == 0)
			break;
		if (testlist_read_bytes(l, &rd, (struct span){ chunk, (size_t)n }, e) < 0) {
			err_prefix(e, "'%s'", subject);
			goto out;
		}
	}
	if (testlist_read_end(l, &rd, e) < 0) {
		err_prefix(e, "'%s'", subject);
		goto out;
	}
	ret = 0;
out:
	testlist_reader_release(&rd);
	free(chunk);
	return ret;
}

static int
read_path(struct testlist *l, const char *path, bool plain, struct err *e)
{
	int fd, ret;

	if (strcmp(path, "-") == 0)
		return read_fd(l, STDIN_FILENO, "standard input", plain, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	ret = read_fd(l, fd, path, plain, e);
	close(fd);
	return ret;
}

int
testlist_read(struct testlist *l, const char *path, struct err *e)
{
	return read_path(l, path, false, e);
}

int
testlist_read_plain(struct testlist *l, const char *path, struct err *e)
{
	return read_path(l, path, true, e);
}

/* A name as a line of a list file; false: it does not fit in. */
static bool
put_escaped(struct str *line, struct span name)
{
	/* Read back, a line of nothing or "#..." would be passed over. */
	if (name.n && name.p[0] == '#')
		return str_adds(line, "\\x23") && str_add_escaped(line, span_from(name, 1));
	return str_add_escaped(line, name);
}

enum form { FORM_ESCAPED, FORM_RAW, FORM_PLAIN };

/* Whether a plain list cannot hold it: read back, it would be another name, or none. */
static bool
needs_escapes(const char *name)
{
	size_t n = strlen(name);

	return n == 0 || name[0] == '#' || strchr(name, '\n') || name[n - 1] == '\r';
}

static bool
any_needs_escapes(const struct testlist *l, const uint32_t *tests, size_t n)
{
	size_t i;

	for (i = 0; i < n && !needs_escapes(testlist_name(l, tests[i])); i++)
		;
	return i < n;
}

static int
put_names(const struct testlist *l, const uint32_t *tests, size_t n, enum form form, FILE *f,
          struct err *e)
{
	bool raw = form == FORM_RAW || (form == FORM_PLAIN && !any_needs_escapes(l, tests, n));
	struct str line = STR_INIT(4 * NAME_MAX_BYTES + 4);
	size_t i;
	int ret = -1;

	if (form == FORM_PLAIN && !raw)
		fputs(TESTLIST_ESCAPED "\n", f);
	for (i = 0; i < n; i++) {
		struct span name = span_of(testlist_name(l, tests[i]));

		str_clear(&line);
		if (raw ? !str_addspan(&line, name) : !put_escaped(&line, name)) {
			err_set(e, "a name of more than %d bytes", NAME_MAX_BYTES);
			goto out;
		}
		if (raw && memchr(str_c(&line), '\n', line.n)) {
			str_clear(&line);
			str_add_escaped(&line, name);
			err_set(e, "test '%.200s' has a newline in its name and cannot stand in a list",
			        str_c(&line));
			goto out;
		}
		str_addc(&line, '\n');
		/* The stream's error flag is looked at once, by the caller. */
		fwrite(line.p, 1, line.n, f);
	}
	ret = 0;
out:
	str_release(&line);
	return ret;
}

/* The stream to write to: a temporary file beside path, whose name is put in
 * *temp, or path itself (temp stays empty) when that is a device, a pipe or a
 * link: root's "-o /dev/stdout" must not put a file there. */
static FILE *
open_beside(const char *path, struct str *temp, struct err *e)
{
	struct stat st;
	mode_t mask;
	FILE *f;
	int fd;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	} else {
		str_addf(temp, "%s.XXXXXX", path);
		fd = temp->over ? (errno = ENAMETOOLONG, -1) : mkostemp(temp->p, O_CLOEXEC);
		if (fd < 0) {
			str_clear(temp);
		} else {
			mask = umask(0);
			umask(mask);
			fchmod(fd, 0666 & ~mask);
		}
	}
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL) {
		err_sys(e, "cannot write '%s'", path);
		if (fd >= 0)
			close(fd);
	}
	return f;
}

static int
write_list(const struct testlist *l, const uint32_t *tests, size_t n, enum form form,
           const char *path, struct err *e)
{
	struct str temp = STR_INIT(4096);
	FILE *f = open_beside(path, &temp, e);
	int ret = -1;

	if (f == NULL)
		goto out;
	ret = put_names(l, tests, n, form, f, e);
	if (ret < 0)
		err_prefix(e, "cannot write '%s'", path);
	if ((ferror(f) | fclose(f)) != 0 && ret == 0)
		ret = err_sys(e, "cannot write '%s'", path);
	if (ret == 0 && temp.n && rename(temp.p, path) < 0)
		ret = err_sys(e, "cannot replace '%s'", path);
out:
	if (ret < 0 && temp.n)
		unlink(temp.p);
	str_release(&temp);
	return ret;
}

int
testlist_write(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
               struct err *e)
{
	return write_list(l, tests, n, FORM_ESCAPED, path, e);
}

int
testlist_write_raw(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
                   struct err *e)
{
	return write_list(l, tests, n, FORM_RAW, path, e);
}

int
testlist_write_plain(const struct testlist *l, const uint32_t *tests, size_t n, const char *path,
                     struct err *e)
{
	return write_list(l, tests, n, FORM_PLAIN, path, e);
}
