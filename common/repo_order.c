/*
 * Walks of a whole history: what is reached from one commit and not from another,
 * children before parents.  Ancestors of what is hidden are painted as git's
 * limit_list does.  Used by repo_walk.c alone.
 */
#include "common/base.h"
#include "common/repo_in.h"

#include <stdlib.h>

enum { NONE = UINT32_MAX, SLOP = 5 /* commits to go on for where clocks were wrong, as git does */ };

/* One commit that was met.  Its parents are nodes once it was read. */
struct node {
	struct repo_id id;
	int64_t time;
	uint32_t parents, n_parents; /* in walk.links */
	uint32_t n_children;         /* of those that are shown, not shown themselves yet */
	bool read, hidden;
};

/* A walk under way. */
struct walk {
	struct repo_reader *rd;
	bool (*visit)(void *data, const struct repo_step *step);
	void *data;
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
	vec_release(&w->nodes);
	vec_release(&w->links);
	vec_release(&w->heap);
	vec_release(&w->shown);
	free(w->slots);
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
	if (w->nodes.p[at].hidden && !repo_holds(w->rd->repo, &step.id))
		return 0;
	if (repo_reader_step(w->rd, &step) < 0)
		return -1;
	first = (uint32_t)w->links.n;
	for (size_t i = 0; i < step.n_parents; i++) {
		parent = node_of(w, &step.parents[i]);
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

	vec_clear(&w->rd->parents);
	for (uint32_t i = 0; i < node->n_parents; i++)
		vec_push(&w->rd->parents, w->nodes.p[w->links.p[node->parents + i]].id);
	step.parents = w->rd->parents.p;
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
walk_from(struct walk *w, const struct repo_id *tip, const struct repo_id *hide)
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
repo_walk_all(struct repo_reader *rd, const struct repo_id *tip, const struct repo_id *hide,
              bool (*visit)(void *data, const struct repo_step *step), void *data)
{
	struct walk w = { .rd = rd, .visit = visit, .data = data };
	int ret = walk_from(&w, tip, hide);

	walk_release(&w);
	return ret;
}
