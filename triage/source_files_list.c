/* What there is to read below the arguments: see source_files_in.h. */
#include "common/base.h"
#include "triage/source_files_in.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/archive.h"

enum { DEPTH_MAX = 64, ENTRIES_MAX = 1000000, HEAD = 512 };

void
files_unread(struct ingest *in, struct span path, const char *why)
{
	char line[1024];

	in->n_unread++;
	if (in->remark == NULL)
		return;
	snprintf(line, sizeof(line), "'%.*s' cannot be read: %s", (int)(path.n < 500 ? path.n : 500), path.p, why);
	in->remark(in->data, line);
}

/* ---- entries of archives ---- */

/* An archive, and the one in it that is being read. */
struct files_walk {
	struct archive_in *in, *nested;
	struct str nested_name;
};

struct files_walk *
files_walk_open(const struct files_container *c, struct err *e)
{
	struct archive_in *in = archive_in_open(c->path, e);
	struct files_walk *w;

	if (in == NULL)
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->in = in;
	w->nested_name = (struct str)STR_INIT(STR_LINE);
	return w;
}

void
files_walk_close(struct files_walk *w)
{
	if (w == NULL)
		return;
	archive_in_close(w->nested);
	archive_in_close(w->in);
	str_release(&w->nested_name);
	free(w);
}

static void
say(const struct archive_entry_in *entry, int64_t *mtime, int64_t *size)
{
	*mtime = entry->mtime;
	*size = entry->size;
}

static int
next_nested(struct files_walk *w, struct str *path, int64_t *mtime, int64_t *size, struct err *e)
{
	struct archive_entry_in entry;
	int ret = archive_in_next(w->nested, &entry, e);

	if (ret <= 0) {
		archive_in_close(w->nested);
		w->nested = NULL;
		return ret < 0 ? 2 : 0;
	}
	str_clear(path);
	str_addspan(path, str_span(&w->nested_name));
	if (entry.path)
		str_addf(path, "/%s", entry.path);
	say(&entry, mtime, size);
	return 1;
}

int
files_walk_next(struct files_walk *w, struct str *path, int64_t *mtime, int64_t *size, struct err *e)
{
	struct archive_entry_in entry;
	int ret;

	for (;;) {
		if (w->nested && (ret = next_nested(w, path, mtime, size, e)) != 0)
			return ret;
		ret = archive_in_next(w->in, &entry, e);
		if (ret <= 0)
			return ret;
		str_clear(path);
		str_adds(path, entry.path ? entry.path : "");
		say(&entry, mtime, size);
		if (entry.path == NULL || files_place_stem(str_span(path)).n == path->n)
			return 1;
		/* packed by its name; if it is not, it is handed on as it is */
		str_clear(&w->nested_name);
		str_addspan(&w->nested_name, str_span(path));
		w->nested = archive_in_nested(w->in, e);
		if (w->nested == NULL)
			return 2;
	}
}

int
files_walk_read(struct files_walk *w, struct span *bytes, struct err *e)
{
	return archive_in_read(w->nested ? w->nested : w->in, bytes, e);
}

/* ---- the list ---- */

static struct span
base_name(struct span path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return span_from(path, at);
}

static struct span
joined(struct files_list *l, struct span a, struct span b)
{
	char *p = arena_alloc(&l->mem, a.n + b.n + 2);
	size_t n = 0;

	memcpy(p, a.p, a.n);
	n = a.n;
	if (a.n && b.n)
		p[n++] = '/';
	memcpy(p + n, b.p, b.n);
	p[n + b.n] = '\0';
	return (struct span){ p, n + b.n };
}

static void
add_input(struct files_list *l, struct span entry, int64_t mtime, int64_t size)
{
	struct files_container *c = &l->containers.p[l->containers.n - 1];
	struct files_input i = {
		.path = joined(l, span_of(c->path), entry),
		.root = c->root,
		.below_root = joined(l, c->below_root, entry),
		.mtime = mtime ? mtime : c->mtime,
		.size = size,
		.container = (uint32_t)l->containers.n - 1,
		.build = FILES_NO_BUILD,
	};

	vec_push(&l->inputs, i);
	c->n++;
}

static void
list_archive(struct files_list *l)
{
	struct files_container *c = &l->containers.p[l->containers.n - 1];
	struct str path = STR_INIT(STR_LINE);
	struct err e = ERR_INIT;
	struct files_walk *w = files_walk_open(c, &e);
	int64_t mtime, size;
	int ret = w ? 1 : -1;

	while (ret > 0 && c->n < ENTRIES_MAX && (ret = files_walk_next(w, &path, &mtime, &size, &e)) > 0) {
		if (ret == 1)
			add_input(l, str_span(&path), mtime, size);
		else
			files_unread(l->in, joined(l, span_of(c->path), str_span(&path)), e.msg);
	}
	if (ret < 0)
		files_unread(l->in, span_of(c->path), e.msg);
	files_walk_close(w);
	str_release(&path);
}

static bool
is_packed(const char *path)
{
	char head[HEAD];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return false; /* reading says why */
	n = read(fd, head, sizeof(head));
	close(fd);
	return n > 0 && archive_in_is((struct span){ head, (size_t)n });
}

static void
add_file(struct files_list *l, const char *path, const struct stat *st, struct span root, struct span below)
{
	struct files_container c = {
		.path = arena_copy(&l->mem, path, strlen(path)),
		.packed = S_ISREG(st->st_mode) && is_packed(path),
		.mtime = st->st_mtime,
		.root = root,
		.below_root = joined(l, below, (struct span){ "", 0 }),
		.first = (uint32_t)l->inputs.n,
	};

	vec_push(&l->containers, c);
	if (c.packed)
		list_archive(l);
	else
		add_input(l, (struct span){ "", 0 }, st->st_mtime, S_ISREG(st->st_mode) ? st->st_size : -1);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Numbers by their value, so that build-9 comes before build-10. */
static int
by_name(const void *a, const void *b)
{
	const char *p = *(const char *const *)a, *q = *(const char *const *)b;
	size_t n, m;
	int order;

	for (; *p && *q; p++, q++) {
		if (!is_digit(*p) || !is_digit(*q)) {
			if (*p != *q)
				break;
			continue;
		}
		n = strspn(p, "0123456789");
		m = strspn(q, "0123456789");
		order = n != m ? (n < m ? -1 : 1) : memcmp(p, q, n);
		if (order)
			return order;
		p += n - 1;
		q += m - 1;
	}
	return (unsigned char)*p - (unsigned char)*q;
}

static void list_dir(struct files_list *l, const char *path, struct span root, struct span below, unsigned depth);

/* One name of a folder. */
static void
list_name(struct files_list *l, const char *dir, const char *name, struct span root, struct span below, unsigned depth)
{
	const char *path = joined(l, span_of(dir), span_of(name)).p;
	struct span here = joined(l, below, span_of(name));
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		list_dir(l, path, root, here, depth + 1);
		return;
	}
	if (files_place_is_noise(span_of(name)))
		return;
	if (stat(path, &st) < 0) {
		struct err e = ERR_INIT;

		err_sys(&e, "no file");
		files_unread(l->in, span_of(path), e.msg);
	} else if (S_ISREG(st.st_mode)) { /* links to folders are not followed */
		add_file(l, path, &st, root, here);
	}
}

static void
list_dir(struct files_list *l, const char *path, struct span root, struct span below, unsigned depth)
{
	VEC(const char *) names = VEC_INIT;
	DIR *d = depth < DEPTH_MAX ? opendir(path) : NULL;
	struct dirent *ent;
	struct err e = ERR_INIT;
	size_t i;

	if (d == NULL) {
		if (depth < DEPTH_MAX)
			err_sys(&e, "folder");
		files_unread(l->in, span_of(path), depth < DEPTH_MAX ? e.msg : "folders nest too deep");
		return;
	}
	while ((ent = readdir(d))) {
		if (ent->d_name[0] != '.')
			vec_push(&names, arena_copy(&l->mem, ent->d_name, strlen(ent->d_name)));
	}
	closedir(d);
	if (names.n)
		qsort(names.p, names.n, sizeof(names.p[0]), by_name);
	for (i = 0; i < names.n; i++)
		list_name(l, path, names.p[i], root, below, depth);
	vec_release(&names);
}

int
files_list_add(struct files_list *l, const char *path, struct err *e)
{
	struct stat st;
	char *real;
	struct span root, name;
	size_t n = strlen(path);

	if (stat(path, &st) < 0 || (real = realpath(path, NULL)) == NULL)
		return err_sys(e, "'%s'", path);
	root = (struct span){ arena_copy(&l->mem, real, strlen(real)), strlen(real) };
	free(real);
	while (n > 1 && path[n - 1] == '/')
		n--;
	path = arena_copy(&l->mem, path, n);
	if (S_ISDIR(st.st_mode)) {
		list_dir(l, path, root, (struct span){ "", 0 }, 0);
		return 0;
	}
	name = base_name(root);
	root.n -= name.n + (root.n > name.n + 1);
	add_file(l, path, &st, root, name);
	return 0;
}

void
files_list_release(struct files_list *l)
{
	vec_release(&l->containers);
	vec_release(&l->inputs);
	arena_release(&l->mem);
}
