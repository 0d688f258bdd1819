/* Files and folders as builds: see source_files.h.  Here they are read. */
#include "common/base.h"
#include "triage/source_files_in.h"

#include <fcntl.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

struct files_read {
	struct ingest *in;
	const struct files_options *o;
	struct files_list list;
	struct files_groups groups;
	char *chunk;
};

/* ---- builds ---- */

static struct intake *
intake_of(struct files_read *r, struct files_group *g)
{
	struct str source = STR_INIT(STR_LINE);
	struct build b = {
		.builder = g->place.builder,
		.branch = g->place.branch,
		.revision = g->place.revision,
		.worker = g->place.worker,
		.number = g->place.number,
		.url = g->path,
		.started = r->o->started,
	};

	/* Builders number builds by themselves; in files, the branches of one often begin at 1 again. */
	str_adds(&source, "files");
	if (g->place.branch.n) {
		str_addc(&source, ':');
		str_addspan(&source, g->place.branch);
	}
	b.source = str_span(&source);
	if (g->intake == NULL)
		g->intake = intake_new(r->in, &b);
	str_release(&source);
	return g->intake;
}

/* Stores the build, if anything of it was read. */
static int
commit(struct files_group *g, struct err *e)
{
	int ret = g->intake && g->n_read ? intake_commit(g->intake, true, e) : 0;

	intake_free(g->intake);
	g->intake = NULL;
	return ret;
}

/* ---- one input ---- */

static void
begin(struct files_read *r, const struct files_input *i)
{
	struct files_group *g = &r->groups.p[i->build];
	struct intake *t = intake_of(r, g);

	if (i->mtime)
		intake_file_time(t, i->mtime);
	if (files_place_is_doubtful(i->path))
		intake_begin_maybe(t, i->path.p);
	else
		intake_begin(t, i->path.p);
	g->n_read++;
}

/* It could not be read, or not to its end. */
static void
lost(struct files_read *r, const struct files_input *i, const char *why)
{
	struct intake *t = intake_of(r, &r->groups.p[i->build]);

	files_unread(r->in, i->path, why);
	intake_unread(t, "%s: %s", i->path.p, why);
	intake_lost(t);
}

/* Whatever became of it, it is done. */
static int
end(struct files_read *r, const struct files_input *i, struct err *e)
{
	struct files_group *g = &r->groups.p[i->build];

	return --g->n_left == 0 ? commit(g, e) : 0;
}

/* A number that is a hash needs all bytes. */
static bool
may_stop(struct files_read *r, const struct files_input *i)
{
	const struct files_group *g = &r->groups.p[i->build];

	return g->place.number.n > 0 && intake_is_idle(g->intake);
}

/* ---- plain files ---- */

static int
read_plain(struct files_read *r, const struct files_input *i, struct err *e)
{
	struct err why = ERR_INIT;
	int fd = open(i->path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0) {
		err_sys(&why, "it cannot be opened");
		lost(r, i, why.msg);
		return end(r, i, e);
	}
	begin(r, i);
	while ((n = read(fd, r->chunk, CHUNK)) > 0) {
		intake_feed(r->groups.p[i->build].intake, (struct span){ r->chunk, (size_t)n });
		if (may_stop(r, i))
			break;
	}
	intake_end(r->groups.p[i->build].intake);
	if (n < 0) {
		err_sys(&why, "reading failed");
		lost(r, i, why.msg);
	}
	close(fd);
	return end(r, i, e);
}

/* ---- archives ---- */

static int
read_entry(struct files_read *r, struct files_walk *w, const struct files_input *i, struct err *e)
{
	struct err why = ERR_INIT;
	struct span bytes;
	int ret;

	begin(r, i);
	while ((ret = files_walk_read(w, &bytes, &why)) == 0 && bytes.n) {
		intake_feed(r->groups.p[i->build].intake, bytes);
		if (may_stop(r, i))
			break;
	}
	intake_end(r->groups.p[i->build].intake);
	if (ret < 0)
		lost(r, i, why.msg);
	return end(r, i, e);
}

static bool
names_end_alike(struct span whole, struct span end)
{
	return whole.n >= end.n && memcmp(whole.p + whole.n - end.n, end.p, end.n) == 0;
}

/* The entries come as they did when they were listed; one that does not has gone wrong since. */
static int
read_archive(struct files_read *r, const struct files_container *c, struct err *e)
{
	struct str path = STR_INIT(STR_LINE);
	struct err why = ERR_INIT;
	struct files_walk *w = files_walk_open(c, &why);
	uint32_t at = c->first, stop = c->first + c->n;
	int64_t mtime, size;
	int more = w ? 1 : -1, ret = 0;

	while (ret == 0 && at < stop && more > 0 && (more = files_walk_next(w, &path, &mtime, &size, &why)) > 0) {
		const struct files_input *i = &r->list.inputs.p[at];

		if (more != 1 || !names_end_alike(i->path, str_span(&path)))
			continue;
		at++;
		if (i->build != FILES_NO_BUILD)
			ret = read_entry(r, w, i, e);
	}
	for (; ret == 0 && at < stop; at++) {
		if (r->list.inputs.p[at].build == FILES_NO_BUILD)
			continue;
		lost(r, &r->list.inputs.p[at], why.msg[0] ? why.msg : "the archive has changed");
		ret = end(r, &r->list.inputs.p[at], e);
	}
	files_walk_close(w);
	str_release(&path);
	return ret;
}

/* ---- all ---- */

static int
read_all(struct files_read *r, struct err *e)
{
	size_t k;
	int ret = 0;

	for (k = 0; ret == 0 && k < r->list.containers.n; k++) {
		const struct files_container *c = &r->list.containers.p[k];

		if (c->packed)
			ret = read_archive(r, c, e);
		else if (r->list.inputs.p[c->first].build != FILES_NO_BUILD)
			ret = read_plain(r, &r->list.inputs.p[c->first], e);
	}
	return ret;
}

int
source_files_all(struct ingest *in, const struct files_options *o, const char *const *paths, size_t n,
                 struct err *e)
{
	struct files_read r = { .in = in, .o = o, .list = { .in = in }, .chunk = xmalloc(CHUNK) };
	struct err missing = ERR_INIT;
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		struct err one = ERR_INIT;

		if (files_list_add(&r.list, paths[i], &one) == 0)
			continue;
		if (missing.msg[0] && in->remark)
			in->remark(in->data, missing.msg);
		missing = one;
	}
	files_group(&r.list, o, &r.groups);
	ret = read_all(&r, e);
	if (ret == 0 && missing.msg[0])
		ret = err_set(e, "%s", missing.msg);
	for (i = 0; i < r.groups.n; i++)
		intake_free(r.groups.p[i].intake);
	vec_release(&r.groups);
	files_list_release(&r.list);
	free(r.chunk);
	return ret;
}

int
source_files(struct ingest *in, const struct files_options *o, const char *path, struct err *e)
{
	return source_files_all(in, o, &path, 1, e);
}
