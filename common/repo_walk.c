/*
 * Histories: see repo.h.  Commits are read as bytes and not as libgit2's
 * objects, which would parse names and messages that nobody asked for.
 */
#include "common/base.h"
#include "common/repo_in.h"

#include "common/vec.h"

/* A walk under way; parents are those of the step that is shown. */
struct walk {
	struct repo *repo;
	bool (*visit)(void *data, const struct repo_step *step);
	void *data;
	struct err *e;
	VEC(struct repo_id) parents;
};

/* ---- the bytes of a commit ---- */

/* "parent 1a2b..." lines stand first but for the tree. */
static bool
read_parent(struct walk *w, struct span line)
{
	struct repo_id id;

	if (!repo_unhex(&id, span_from(line, sizeof("parent ") - 1)))
		return false;
	vec_push(&w->parents, id);
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
parse(struct walk *w, struct repo_step *step, struct span bytes)
{
	struct span line;

	vec_clear(&w->parents);
	step->time = 0;
	while (span_next(&bytes, '\n', &line) && line.n) {
		if (span_starts(line, "parent ") && !read_parent(w, line))
			return false;
		if (span_starts(line, "committer ")) {
			step->time = read_time(line);
			break;
		}
	}
	step->parents = w->parents.p;
	step->n_parents = w->parents.n;
	return true;
}

static int
read_step(struct walk *w, struct repo_step *step)
{
	git_odb_object *object = NULL;
	int ret = -1;

	if (git_odb_read(&object, w->repo->odb, repo_oid(&step->id)) < 0)
		repo_fail_at(w->repo, w->e, &step->id);
	else if (git_odb_object_type(object) != GIT_OBJECT_COMMIT ||
	         !parse(w, step, (struct span){ git_odb_object_data(object), git_odb_object_size(object) }))
		err_set(w->e, "a commit of '%s' is damaged; `git fsck` says which", w->repo->folder);
	else
		ret = 0;
	git_odb_object_free(object);
	return ret;
}

/* ---- walks ---- */

static int
walk_first_parents(struct walk *w, const struct repo_id *tip, const struct repo_id *hide)
{
	struct repo_step step = { .id = *tip };

	for (;;) {
		if (hide && repo_same(&step.id, hide))
			return 0;
		if (read_step(w, &step) < 0)
			return -1;
		if (!w->visit(w->data, &step) || step.n_parents == 0)
			return 0;
		step.id = w->parents.p[0];
	}
}

static int
walk_all(struct walk *w, const struct repo_id *tip, const struct repo_id *hide)
{
	git_revwalk *revwalk = NULL;
	struct repo_step step;
	int ret = -1, more;
	git_oid oid;

	if (git_revwalk_new(&revwalk, w->repo->git) < 0 ||
	    git_revwalk_sorting(revwalk, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME) < 0 ||
	    git_revwalk_push(revwalk, repo_oid(tip)) < 0 ||
	    (hide && git_revwalk_hide(revwalk, repo_oid(hide)) < 0)) {
		repo_fail(w->repo, w->e, "cannot walk the history");
		goto out;
	}
	while ((more = git_revwalk_next(&oid, revwalk)) == 0) {
		repo_from_oid(&step.id, &oid);
		if (read_step(w, &step) < 0)
			goto out;
		if (!w->visit(w->data, &step))
			break;
	}
	if (more != 0 && more != GIT_ITEROVER) {
		repo_fail(w->repo, w->e, "cannot walk the history");
		goto out;
	}
	ret = 0;
out:
	git_revwalk_free(revwalk);
	return ret;
}

int
repo_walk(struct repo *r, const struct repo_id *tip, const struct repo_id *hide, bool first_parent,
          bool (*visit)(void *data, const struct repo_step *step), void *data, struct err *e)
{
	struct walk w = { .repo = r, .visit = visit, .data = data, .e = e, .parents = VEC_INIT };
	int ret = (first_parent ? walk_first_parents : walk_all)(&w, tip, hide);

	vec_release(&w.parents);
	return ret;
}

/* ---- ancestry ---- */

int
repo_is_ancestor(struct repo *r, const struct repo_id *a, const struct repo_id *b, struct err *e)
{
	int ret;

	if (repo_same(a, b))
		return 1;
	ret = git_graph_descendant_of(r->git, repo_oid(b), repo_oid(a));
	return ret < 0 ? repo_fail(r, e, "cannot compare two commits") : ret;
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
