/* Tests whose files were renamed: see renames.h. */
#include "common/base.h"
#include "triage/renames.h"

#include "common/repo.h"
#include "triage/rename_name.h"
#include "triage/store.h"
#include "triage/store_joint.h"

enum {
	WINDOW_MOST = 500,   /* commits between two builds; in more, what is gone and what has come are strangers */
	COMMITS_MOST = 5000, /* looked at for one view */
	NAME_MOST = 64 << 10,
};

struct renamed_files { VEC(struct file_rename) v; };

/* What one commit renamed. */
struct looked { uint32_t branch, place; struct renamed_files files; };

struct joint { struct test_joint j; int64_t time; };

struct search {
	struct view *v;
	const struct axes_repo *axes;
	VEC(struct span) names;     /* by test; empty: there is none */
	VEC(struct looked) looked;  /* by branch and place */
	VEC(struct joint) found;
	struct str text;
	struct arena mem;
	struct err *e;
	int ret;
};

/* ---- files ---- */

struct changes { struct search *s; struct renamed_files *out; bool added, deleted; };

static struct span
copied(struct arena *mem, const char *text)
{
	size_t n = strlen(text);

	return (struct span){ arena_copy(mem, text, n), n };
}

static bool
note_kind(void *data, const struct repo_change *c)
{
	struct changes *x = data;

	x->added |= c->status == 'A';
	x->deleted |= c->status == 'D';
	return !(x->added && x->deleted);
}

static bool
note_rename(void *data, const struct repo_change *c)
{
	struct changes *x = data;

	if (c->status == 'R')
		vec_push(&x->out->v, ((struct file_rename){ copied(&x->s->mem, c->old_path),
		                                            copied(&x->s->mem, c->path) }));
	return true;
}

/* Comparing contents takes long: only where one file is gone and another has come.  A commit that cannot be read
 * (a shallow clone ends there) renamed nothing that is known. */
static void
look_at(struct search *s, struct looked *l)
{
	struct repo *r = axes_branch_repo(s->axes, l->branch);
	struct changes x = { .s = s, .out = &l->files };
	struct repo_id id;

	if (r && repo_unhex(&id, s->v->axes[l->branch].revisions[l->place]) &&
	    repo_changes(r, &id, false, note_kind, &x, NULL) == 0 && x.added && x.deleted)
		repo_changes(r, &id, true, note_rename, &x, NULL);
}

static const struct looked *
commit_at(struct search *s, uint32_t branch, uint32_t place)
{
	size_t lo = 0, hi = s->looked.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct looked *l = &s->looked.p[mid];

		if (l->branch == branch && l->place == place)
			return l;
		if (l->branch < branch || (l->branch == branch && l->place < place))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (s->looked.n == COMMITS_MOST)
		return NULL;
	vec_push(&s->looked, ((struct looked){ .branch = branch }));
	memmove(&s->looked.p[lo + 1], &s->looked.p[lo], (s->looked.n - 1 - lo) * sizeof(*s->looked.p));
	s->looked.p[lo] = (struct looked){ .branch = branch, .place = place };
	look_at(s, &s->looked.p[lo]);
	return &s->looked.p[lo];
}

/* ---- tests ---- */

static void
take_name(void *data, uint32_t test, struct span name)
{
	struct search *s = data;

	while (s->names.n <= test)
		vec_push(&s->names, ((struct span){ NULL, 0 }));
	s->names.p[test] = (struct span){ arena_copy(&s->mem, name.p, name.n), name.n };
}

static struct span
name_of(const struct search *s, uint32_t test)
{
	return test < s->names.n ? s->names.p[test] : (struct span){ NULL, 0 };
}

/* The test that has come whose name is s->text; UINT32_MAX: none. */
static uint32_t
has_come(const struct search *s, const struct turnover *t)
{
	for (uint32_t i = 0; i < t->n_come; i++) {
		struct span name = name_of(s, t->come[i]);

		if (name.n == s->text.n && memcmp(name.p, s->text.p, name.n) == 0)
			return t->come[i];
	}
	return UINT32_MAX;
}

static void
try_rename(struct search *s, const struct turnover *t, uint32_t gone, const struct file_rename *r, uint32_t branch,
           uint32_t place)
{
	uint32_t come = UINT32_MAX;

	for (unsigned parts = rename_parts(r->to); parts > 0 && come == UINT32_MAX; parts--) {
		if (rename_name(&s->text, name_of(s, gone), r, parts))
			come = has_come(s, t);
	}
	if (come != UINT32_MAX)
		vec_push(&s->found, ((struct joint){ { gone, come, branch, place },
		                                     s->v->axes[branch].started[place] }));
}

static void
try_turnover(void *data, const struct turnover *t)
{
	struct search *s = data;
	const struct lane *l = &s->v->lanes[t->lane];
	uint32_t from = l->builds[t->before].commit + 1, to = l->builds[t->after].commit;

	if (s->ret < 0 || axes_branch_repo(s->axes, l->branch) == NULL || to + 1 < from || to - from >= WINDOW_MOST)
		return;
	if (s->names.n == 0)
		s->ret = store_names(s->v, take_name, s, s->e);
	for (uint32_t place = from; place <= to; place++) {
		const struct looked *c = commit_at(s, l->branch, place);

		for (uint32_t i = 0; c && c->files.v.n && i < t->n_gone; i++) {
			for (size_t k = 0; k < c->files.v.n; k++)
				try_rename(s, t, t->gone[i], &c->files.v.p[k], l->branch, place);
		}
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct joint *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->j.old < y->j.old ? -1 : x->j.old > y->j.old;
}

static int
join_found(struct search *s, struct err *e)
{
	struct test_joint *joints = arena_alloc(&s->mem, (s->found.n + 1) * sizeof(*joints));
	size_t i;

	if (s->found.n == 0)
		return 0;
	qsort(s->found.p, s->found.n, sizeof(*s->found.p), by_time);
	for (i = 0; i < s->found.n; i++)
		joints[i] = s->found.p[i].j;
	return store_join(s->v, joints, s->found.n, e);
}

int
renames_join(struct view *v, const struct axes_repo *axes, struct err *e)
{
	struct search s = { .v = v, .axes = axes, .text = STR_INIT(NAME_MOST), .e = e };
	int ret = store_turnovers(v, try_turnover, &s, e);

	if (ret == 0 && (ret = s.ret) == 0)
		ret = join_found(&s, e);
	for (size_t i = 0; i < s.looked.n; i++)
		vec_release(&s.looked.p[i].files.v);
	vec_release(&s.names);
	vec_release(&s.looked);
	vec_release(&s.found);
	str_release(&s.text);
	arena_release(&s.mem);
	return ret;
}
