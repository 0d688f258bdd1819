/*
 * Histories: see repo.h.  Commits are read as bytes and not as libgit2's
 * objects, which would parse names and messages that nobody asked for; and
 * the walk is our own, since libgit2's ends at the boundary of a shallow clone.
 */
#include "common/base.h"
#include "common/repo_in.h"

#include <stdlib.h>

#include "common/fs.h"
#include "common/vec.h"

enum { NONE = UINT32_MAX, SLOP = 5 /* commits to go on for where clocks were wrong, as git does */ };

/* One commit that was met.  Its parents are nodes once it was read. */
struct node {
	struct repo_id id;
	int64_t time;
	uint32_t parents, n_parents; /* in walk.links */
	uint32_t n_children;         /* of those that are shown, not shown themselves yet */
	bool read, hidden, missing;
};

/* A walk under way. */
struct walk {
	struct repo *repo;
	bool (*visit)(void *data, const struct repo_step *step);
	void *data;
	struct err *e;
	VEC(struct repo_id) parents; /* of the commit read last */
	VEC(struct repo_id) cut;     /* whose parents a shallow clone lacks */
	VEC(struct node) nodes;
	VEC(uint32_t) links, heap;
	VEC(uint32_t) shown;         /* in the order found */
	uint32_t *slots;             /* open-addressing hash of nodes; NONE: free */
	uint32_t n_slots;            /* a power of two, or 0 */
	uint32_t n_open;             /* nodes in the heap that are not hidden */
};

static void
walk_release(struct walk *w)
{
	vec_release(&w->parents);
	vec_release(&w->cut);
	vec_release(&w->nodes);
	vec_release(&w->links);
	vec_release(&w->heap);
	vec_release(&w->shown);
	free(w->slots);
}

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
	return true;
}

static bool
is_cut(const struct walk *w, const struct repo_id *id)
{
	for (size_t i = 0; i < w->cut.n; i++) {
		if (repo_same(&w->cut.p[i], id))
			return true;
	}
	return false;
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
	if (is_cut(w, &step->id))
		vec_clear(&w->parents);
	step->parents = w->parents.p;
	step->n_parents = w->parents.n;
	return ret;
}

/* The file "shallow" names the commits where the clone ends. */
static int
read_cut(struct walk *w)
{
	struct str path = STR_INIT(STR_LINE), text = STR_INIT(STR_FILE);
	struct span rest, line;
	struct repo_id id;
	int ret = 0;

	if (!repo_is_shallow(w->repo))
		return 0;
	str_addf(&path, "%s/shallow", w->repo->folder);
	ret = fs_read(&text, str_c(&path), w->e);
	rest = str_span(&text);
	while (ret == 0 && span_next(&rest, '\n', &line)) {
		if (repo_unhex(&id, line))
			vec_push(&w->cut, id);
	}
	str_release(&path);
	str_release(&text);
	return ret;
}

/* ---- along first parents ---- */

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

/* ---- nodes ---- */

static uint32_t
slot_of(const struct walk *w, const struct repo_id *id)
{
	uint32_t i;

	memcpy(&i, id->bytes, sizeof(i));
	for (i &= w->n_slots - 1; w->slots[i] != NONE; i = (i + 1) & (w->n_slots - 1)) {
		if (repo_same(&w->nodes.p[w->slots[i]].id, id))
			break;
	}
	return i;
}

static void
grow_slots(struct walk *w)
{
	if (2 * (w->nodes.n + 1) < w->n_slots)
		return;
	w->n_slots = w->n_slots ? 2 * w->n_slots : 1024;
	w->slots = xrealloc(w->slots, w->n_slots, sizeof(*w->slots));
	for (uint32_t i = 0; i < w->n_slots; i++)
		w->slots[i] = NONE;
	for (uint32_t i = 0; i < w->nodes.n; i++)
		w->slots[slot_of(w, &w->nodes.p[i].id)] = i;
}

static uint32_t
node_of(struct walk *w, const struct repo_id *id)
{
	struct node node = { .id = *id };
	uint32_t slot;

	grow_slots(w);
	slot = slot_of(w, id);
	if (w->slots[slot] == NONE) {
		w->slots[slot] = (uint32_t)w->nodes.n;
		vec_push(&w->nodes, node);
	}
	return w->slots[slot];
}

/* Reads the node; a hidden one may be missing, as what is behind it is of no interest. */
static int
read_node(struct walk *w, uint32_t at)
{
	struct repo_step step = { .id = w->nodes.p[at].id };
	uint32_t first, parent;

	if (w->nodes.p[at].read)
		return 0;
	w->nodes.p[at].read = true;
	if (w->nodes.p[at].hidden && !repo_holds(w->repo, &step.id)) {
		w->nodes.p[at].missing = true;
		return 0;
	}
	if (read_step(w, &step) < 0)
		return -1;
	first = (uint32_t)w->links.n;
	for (size_t i = 0; i < step.n_parents; i++) {
		parent = node_of(w, &w->parents.p[i]);
		vec_push(&w->links, parent);
	}
	w->nodes.p[at].time = step.time;
	w->nodes.p[at].parents = first;
	w->nodes.p[at].n_parents = (uint32_t)step.n_parents;
	return 0;
}

/* ---- the heap: newest first, of the same time the one met first ---- */

static bool
is_before(const struct walk *w, uint32_t a, uint32_t b)
{
	int64_t x = w->nodes.p[a].time, y = w->nodes.p[b].time;

	return x != y ? x > y : a < b;
}

static void
heap_push(struct walk *w, uint32_t node)
{
	size_t i = w->heap.n, up;

	vec_push(&w->heap, node);
	w->n_open += !w->nodes.p[node].hidden;
	for (; i > 0 && is_before(w, node, w->heap.p[up = (i - 1) / 2]); i = up)
		w->heap.p[i] = w->heap.p[up];
	w->heap.p[i] = node;
}

static uint32_t
heap_pop(struct walk *w)
{
	uint32_t top = w->heap.p[0], last = w->heap.p[--w->heap.n];
	size_t i = 0, down;

	while ((down = 2 * i + 1) < w->heap.n) {
		if (down + 1 < w->heap.n && is_before(w, w->heap.p[down + 1], w->heap.p[down]))
			down++;
		if (!is_before(w, w->heap.p[down], last))
			break;
		w->heap.p[i] = w->heap.p[down];
		i = down;
	}
	w->heap.p[i] = last;
	w->n_open -= !w->nodes.p[top].hidden;
	return top;
}

/* ---- all of them ---- */

/* Hides the node and, of what was read already, everything behind it. */
static void
hide_all(struct walk *w, uint32_t from)
{
	struct { VEC(uint32_t) v; } stack = { VEC_INIT };
	struct node *node;

	vec_push(&stack.v, from);
	while (stack.v.n) {
		node = &w->nodes.p[stack.v.p[--stack.v.n]];
		if (node->hidden)
			continue;
		node->hidden = true;
		for (uint32_t i = 0; i < node->n_parents; i++)
			vec_push(&stack.v, w->links.p[node->parents + i]);
	}
	vec_release(&stack.v);
}

/* What is in the heap may have been hidden since. */
static void
count_open(struct walk *w)
{
	w->n_open = 0;
	for (size_t i = 0; i < w->heap.n; i++)
		w->n_open += !w->nodes.p[w->heap.p[i]].hidden;
}

static int
meet(struct walk *w, uint32_t node)
{
	if (w->nodes.p[node].read)
		return 0;
	if (read_node(w, node) < 0)
		return -1;
	heap_push(w, node);
	return 0;
}

/* Takes the newest node off the heap and meets its parents. */
static int
step_back(struct walk *w)
{
	uint32_t at = heap_pop(w), parent;
	bool hidden = w->nodes.p[at].hidden, known = false;

	if (!hidden)
		vec_push(&w->shown, at);
	for (uint32_t i = 0; i < w->nodes.p[at].n_parents; i++) {
		parent = w->links.p[w->nodes.p[at].parents + i];
		if (hidden && !w->nodes.p[parent].hidden) {
			known = known || w->nodes.p[parent].read;
			hide_all(w, parent);
		}
		if (meet(w, parent) < 0)
			return -1;
	}
	if (known)
		count_open(w);
	return 0;
}

/* Finds what is reached from tip and not from hide, as git's limit_list does: from new to old,
 * until only hidden ones are left that are older than all that is shown. */
static int
find_shown(struct walk *w, uint32_t tip)
{
	uint32_t slop = SLOP;

	if (meet(w, tip) < 0)
		return -1;
	while (w->heap.n) {
		if (w->n_open || (w->shown.n && w->nodes.p[w->heap.p[0]].time >=
		                                w->nodes.p[w->shown.p[w->shown.n - 1]].time))
			slop = SLOP;
		else if (slop-- == 0)
			break;
		if (step_back(w) < 0)
			return -1;
	}
	return 0;
}

static bool
show(struct walk *w, uint32_t at)
{
	const struct node *node = &w->nodes.p[at];
	struct repo_step step = { .id = node->id, .time = node->time, .n_parents = node->n_parents };

	vec_clear(&w->parents);
	for (uint32_t i = 0; i < node->n_parents; i++)
		vec_push(&w->parents, w->nodes.p[w->links.p[node->parents + i]].id);
	step.parents = w->parents.p;
	return w->visit(w->data, &step);
}

/* Children before parents, the newest that is ready first. */
static void
show_in_order(struct walk *w)
{
	uint32_t at, parent;

	for (size_t i = 0; i < w->shown.n; i++) {
		const struct node *node = &w->nodes.p[w->shown.p[i]];

		for (uint32_t j = 0; !node->hidden && j < node->n_parents; j++)
			w->nodes.p[w->links.p[node->parents + j]].n_children++;
	}
	vec_clear(&w->heap);
	for (size_t i = 0; i < w->shown.n; i++) {
		if (!w->nodes.p[w->shown.p[i]].hidden && w->nodes.p[w->shown.p[i]].n_children == 0)
			heap_push(w, w->shown.p[i]);
	}
	while (w->heap.n) {
		at = heap_pop(w);
		if (!show(w, at))
			return;
		for (uint32_t j = 0; j < w->nodes.p[at].n_parents; j++) {
			parent = w->links.p[w->nodes.p[at].parents + j];
			if (--w->nodes.p[parent].n_children == 0 && !w->nodes.p[parent].hidden)
				heap_push(w, parent);
		}
	}
}

static int
walk_all(struct walk *w, const struct repo_id *tip, const struct repo_id *hide)
{
	uint32_t hidden;

	if (hide) {
		hidden = node_of(w, hide);
		w->nodes.p[hidden].hidden = true;
		if (meet(w, hidden) < 0)
			return -1;
	}
	if (find_shown(w, node_of(w, tip)) < 0)
		return -1;
	show_in_order(w);
	return 0;
}

int
repo_walk(struct repo *r, const struct repo_id *tip, const struct repo_id *hide, bool first_parent,
          bool (*visit)(void *data, const struct repo_step *step), void *data, struct err *e)
{
	struct walk w = { .repo = r, .visit = visit, .data = data, .e = e };
	int ret = read_cut(&w);

	if (ret == 0)
		ret = (first_parent ? walk_first_parents : walk_all)(&w, tip, hide);
	walk_release(&w);
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
