/*
 * Histories: see repo.h.  Commits are read as bytes and not as libgit2's
 * objects, which would parse names and messages that nobody asked for; and
 * the walk is our own (repo_order.c), since libgit2's ends at the boundary of a
 * shallow clone.
 */
#include "common/base.h"
#include "common/repo_in.h"

#include <stdlib.h>

#include "common/fs.h"

/* ---- the bytes of a commit ---- */

/* "parent 1a2b..." lines stand first but for the tree. */
static bool
read_parent(struct repo_reader *rd, struct span line)
{
	struct repo_id id;

	if (!repo_unhex(&id, span_from(line, sizeof("parent ") - 1)))
		return false;
	vec_push(&rd->parents, id);
	return true;
}

/* "committer NAME <MAIL> SECONDS +ZONE"; 0 where it is not so. */
static int64_t
read_time(struct span line)
{
	struct span number, rest = line;
	uint64_t seconds;
	size_t i;

	for (i = line.n; i > 0 && line.p[i - 1] != '>'; i--)
		;
	rest = span_from(line, i + 1);
	return span_next(&rest, ' ', &number) && span_u64(number, &seconds) ? (int64_t)seconds : 0;
}

static bool
parse(struct repo_reader *rd, struct repo_step *step, struct span bytes)
{
	struct span line;

	vec_clear(&rd->parents);
	step->time = 0;
	while (span_next(&bytes, '\n', &line) && line.n) {
		if (span_starts(line, "parent ") && !read_parent(rd, line))
			return false;
		if (span_starts(line, "committer ")) {
			step->time = read_time(line);
			break;
		}
	}
	return true;
}

static bool
is_cut(const struct repo_reader *rd, const struct repo_id *id)
{
	for (size_t i = 0; i < rd->cut.n; i++) {
		if (repo_same(&rd->cut.p[i], id))
			return true;
	}
	return false;
}

int
repo_reader_step(struct repo_reader *rd, struct repo_step *step)
{
	git_odb_object *object = NULL;
	int ret = -1;

	if (git_odb_read(&object, rd->repo->odb, repo_oid(&step->id)) < 0)
		repo_fail_at(rd->repo, rd->e, &step->id);
	else if (git_odb_object_type(object) != GIT_OBJECT_COMMIT ||
	         !parse(rd, step, (struct span){ git_odb_object_data(object), git_odb_object_size(object) }))
		err_set(rd->e, "a commit of '%s' is damaged; `git fsck` says which", rd->repo->folder);
	else
		ret = 0;
	git_odb_object_free(object);
	if (is_cut(rd, &step->id))
		vec_clear(&rd->parents);
	step->parents = rd->parents.p;
	step->n_parents = rd->parents.n;
	return ret;
}

/* The file "shallow" names the commits where the clone ends. */
static int
read_cut(struct repo_reader *rd)
{
	struct str path = STR_INIT(STR_LINE), text = STR_INIT(STR_FILE);
	struct span rest, line;
	struct repo_id id;
	int ret = 0;

	if (!repo_is_shallow(rd->repo))
		return 0;
	str_addf(&path, "%s/shallow", rd->repo->folder);
	ret = fs_read(&text, str_c(&path), rd->e);
	rest = str_span(&text);
	while (ret == 0 && span_next(&rest, '\n', &line)) {
		if (repo_unhex(&id, line))
			vec_push(&rd->cut, id);
	}
	str_release(&path);
	str_release(&text);
	return ret;
}

/* ---- walks ---- */

static int
walk_first_parents(struct repo_reader *rd, const struct repo_id *tip, const struct repo_id *hide,
                   bool (*visit)(void *data, const struct repo_step *step), void *data)
{
	struct repo_step step = { .id = *tip };

	for (;;) {
		if (hide && repo_same(&step.id, hide))
			return 0;
		if (repo_reader_step(rd, &step) < 0)
			return -1;
		if (!visit(data, &step) || step.n_parents == 0)
			return 0;
		step.id = rd->parents.p[0];
	}
}

int
repo_walk(struct repo *r, const struct repo_id *tip, const struct repo_id *hide, bool first_parent,
          bool (*visit)(void *data, const struct repo_step *step), void *data, struct err *e)
{
	struct repo_reader rd = { .repo = r, .e = e };
	int ret = read_cut(&rd);

	if (ret == 0)
		ret = (first_parent ? walk_first_parents : repo_walk_all)(&rd, tip, hide, visit, data);
	vec_release(&rd.parents);
	vec_release(&rd.cut);
	return ret;
}

/* ---- ancestry ---- */

static bool
see_any(void *data, const struct repo_step *step UNUSED)
{
	*(bool *)data = true;
	return false;
}

/* An ancestor is what shows nothing of its own. */
int
repo_is_ancestor(struct repo *r, const struct repo_id *a, const struct repo_id *b, struct err *e)
{
	bool any = false;

	if (repo_same(a, b))
		return 1;
	return repo_walk(r, a, b, false, see_any, &any, e) < 0 ? -1 : !any;
}

int
repo_merge_base(struct repo_id *out, struct repo *r, const struct repo_id *a, const struct repo_id *b,
                struct err *e)
{
	git_oid base;
	int ret = git_merge_base(&base, r->git, repo_oid(a), repo_oid(b));

	if (ret == GIT_ENOTFOUND)
		return 0;
	if (ret < 0)
		return repo_fail(r, e, "cannot find a common ancestor");
	repo_from_oid(out, &base);
	return 1;
}

/* ---- branches ---- */

struct branch {
	char *name;
	struct repo_id tip;
};

static int
compare_branches(const void *a, const void *b)
{
	return strcmp(((const struct branch *)a)->name, ((const struct branch *)b)->name);
}

/* A branch that leads nowhere ("origin/HEAD" of a branch that is gone) is passed over. */
static void
take_branch(git_reference *ref, struct branch *out)
{
	git_object *commit = NULL;
	const char *name;

	out->name = NULL;
	if (git_reference_type(ref) == GIT_REFERENCE_DIRECT && git_branch_name(&name, ref) == 0 &&
	    git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0) {
		out->name = xstrdup(name);
		repo_from_oid(&out->tip, git_object_id(commit));
	}
	git_object_free(commit);
}

int
repo_branches(struct repo *r, bool (*visit)(void *data, const char *name, const struct repo_id *tip),
              void *data, struct err *e)
{
	struct { VEC(struct branch) v; } all = { VEC_INIT };
	git_branch_iterator *it = NULL;
	git_reference *ref = NULL;
	struct branch one;
	git_branch_t type;
	int ret = -1, more;
	bool on = true;

	if (git_branch_iterator_new(&it, r->git, GIT_BRANCH_ALL) < 0) {
		repo_fail(r, e, "cannot list the branches of '%s'", r->folder);
		goto out;
	}
	while ((more = git_branch_next(&ref, &type, it)) == 0) {
		take_branch(ref, &one);
		if (one.name)
			vec_push(&all.v, one);
		git_reference_free(ref);
	}
	if (more != GIT_ITEROVER) {
		repo_fail(r, e, "cannot list the branches of '%s'", r->folder);
		goto out;
	}
	if (all.v.n)
		qsort(all.v.p, all.v.n, sizeof(*all.v.p), compare_branches);
	for (size_t i = 0; i < all.v.n && on; i++)
		on = visit(data, all.v.p[i].name, &all.v.p[i].tip);
	ret = 0;
out:
	for (size_t i = 0; i < all.v.n; i++)
		free(all.v.p[i].name);
	vec_release(&all.v);
	git_branch_iterator_free(it);
	return ret;
}
