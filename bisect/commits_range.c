/* The range GOOD..BAD as a graph and a list: see commits.h. */
#include "common/base.h"
#include "bisect/commits.h"

void
commits_range_release(struct commits_range *r)
{
	graph_release(&r->graph);
	testlist_release(&r->list);
	free(r->prior);
	arena_release(&r->mem);
	*r = (struct commits_range)COMMITS_RANGE_INIT;
}

void
commits_id(struct repo_id *out, const struct testlist *list, uint32_t i)
{
	bool ok = repo_unhex(out, span_of(testlist_name(list, i)));

	assert(ok);
}

/* ---- the words ---- */

bool
commits_is_range(const char *text)
{
	const char *dots = strstr(text, "..");

	return dots && dots != text && dots[2] != '.';
}

static void
split_range(struct commits_range *r, const char *range)
{
	const char *dots = strstr(range, "..");

	assert(commits_is_range(range));
	r->old_word = arena_copy(&r->mem, range, (size_t)(dots - range));
	r->new_word = dots[2] ? arena_copy(&r->mem, dots + 2, strlen(dots + 2)) : "HEAD";
}

/* ---- the walk ---- */

/* Commits as they are met, the newest first; parents are found when all are known. */
struct met {
	struct testlist list;             /* ids, in the same order */
	struct { VEC(uint32_t) v; } first; /* of each, in parents */
	struct { VEC(struct repo_id) v; } parents;
};

static bool
meet(void *data, const struct repo_step *step)
{
	struct met *m = data;
	char hex[REPO_HEX];

	repo_hex(hex, &step->id);
	testlist_add(&m->list, span_of(hex));
	vec_push(&m->first.v, (uint32_t)m->parents.v.n);
	for (size_t i = 0; i < step->n_parents; i++)
		vec_push(&m->parents.v, step->parents[i]);
	return true;
}

/* Which of the commits met are on the way along first parents from the newest. */
static void
mark_first_parents(const struct met *m, bool *keep)
{
	uint32_t at = 0;
	char hex[REPO_HEX];

	while (at != TESTLIST_NONE) {
		keep[at] = true;
		if (m->first.v.p[at] == m->first.v.p[at + 1])
			return;
		repo_hex(hex, &m->parents.v.p[m->first.v.p[at]]);
		at = testlist_find(&m->list, span_of(hex));
	}
}

/* Commit i of those met goes into the graph; parents outside of it are left out. */
static void
take_commit(struct commits_range *r, const struct met *m, uint32_t i)
{
	struct { VEC(uint32_t) v; } parents = { VEC_INIT };
	char hex[REPO_HEX];
	uint32_t at;

	for (uint32_t k = m->first.v.p[i]; k < m->first.v.p[i + 1]; k++) {
		repo_hex(hex, &m->parents.v.p[k]);
		at = testlist_find(&r->list, span_of(hex));
		if (at != TESTLIST_NONE && at != 0)
			vec_push(&parents.v, at - 1);
	}
	testlist_add(&r->list, span_of(testlist_name(&m->list, i)));
	graph_add(&r->graph, parents.v.p, parents.v.n);
	vec_release(&parents.v);
}

/* The oldest first. */
static void
turn_round(struct commits_range *r, struct met *m, bool first_parent)
{
	uint32_t n = testlist_count(&m->list);
	bool *keep = xcalloc((size_t)n + 1, sizeof(*keep));

	vec_push(&m->first.v, (uint32_t)m->parents.v.n);
	if (first_parent && n)
		mark_first_parents(m, keep);
	for (uint32_t i = n; i-- > 0;) {
		if (keep[i] || !first_parent)
			take_commit(r, m, i);
	}
	free(keep);
}

static int
walk(struct commits_range *r, struct repo *repo, const struct repo_id *old, const struct repo_id *new,
     bool first_parent, struct err *e)
{
	struct met m = { TESTLIST_INIT, { VEC_INIT }, { VEC_INIT } };
	char hex[REPO_HEX];
	int ret = repo_walk(repo, new, old, false, meet, &m, e);

	repo_hex(hex, old);
	testlist_add(&r->list, span_of(hex));
	if (ret == 0)
		turn_round(r, &m, first_parent);
	testlist_release(&m.list);
	vec_release(&m.first.v);
	vec_release(&m.parents.v);
	return ret;
}

/* ---- the old end ---- */

/* Where GOOD is no ancestor of BAD, the best common ancestor takes its place, as with
 * git bisect: if that fails, too, the gate says so. */
static int
choose_old(struct commits_range *r, struct repo *repo, struct repo_id *old, const struct repo_id *new,
           struct err *e)
{
	int ancestor = repo_is_ancestor(repo, old, new, e), found;
	struct repo_id base;

	if (ancestor != 0)
		return ancestor < 0 ? -1 : 0;
	ancestor = repo_is_ancestor(repo, new, old, e);
	if (ancestor < 0)
		return -1;
	if (ancestor)
		return err_set(e, "'%s' is older than '%s': write %s..%s (with --fixed to look for what "
		               "made it pass)", r->new_word, r->old_word, r->new_word, r->old_word);
	found = repo_merge_base(&base, repo, old, new, e);
	if (found == 0)
		return err_set(e, "'%s' and '%s' have no history in common%s", r->old_word, r->new_word,
		               repo_is_shallow(repo) ? ": the clone is shallow; `git fetch --unshallow` brings "
		                                       "the rest" : "");
	r->base = true;
	*old = base;
	return found < 0 ? -1 : 0;
}

/* ---- --paths ---- */

/* Takes a path of the user's folder to the top of the repository. */
static char *
from_top(struct repo *repo, const char *cwd, struct span path)
{
	const char *top = repo_top(repo);
	struct str s = STR_INIT(STR_LINE);
	size_t n = top ? strlen(top) : 0;

	if (top && strncmp(cwd, top, n) == 0 && cwd[n] == '/')
		str_addf(&s, "%s/", cwd + n + 1);
	if (span_starts(path, "./"))
		path = span_from(path, 2);
	if (!span_is(path, "."))
		str_addspan(&s, path);
	str_addc(&s, '\0');
	return s.p;
}

static int
suspect_paths(struct commits_range *r, struct repo *repo, const char *paths, const char *cwd,
              struct err *e)
{
	struct { VEC(char *) v; } all = { VEC_INIT };
	struct span rest = span_of(paths), part;
	struct repo_id id;
	int ret = 0, touches;

	while (span_next(&rest, ',', &part))
		vec_push(&all.v, from_top(repo, cwd, part));
	r->prior = xcalloc(r->graph.n, sizeof(*r->prior));
	r->n_suspects = 0;
	for (uint32_t c = 0; ret == 0 && c < r->graph.n; c++) {
		commits_id(&id, &r->list, c + 1);
		touches = repo_touches(repo, &id, (const char *const *)all.v.p, all.v.n, e);
		r->prior[c] = touches > 0;
		r->n_suspects += touches > 0;
		ret = touches < 0 ? -1 : 0;
	}
	if (ret == 0 && r->n_suspects == 0)
		ret = err_set(e, "--paths: none of the %u commits touches '%s'", r->graph.n, paths);
	for (size_t i = 0; i < all.v.n; i++)
		free(all.v.p[i]);
	vec_release(&all.v);
	return ret;
}

int
commits_range_read(struct commits_range *r, struct repo *repo, const struct options *opt, const char *cwd,
                   struct err *e)
{
	struct repo_id old, new;

	split_range(r, opt->range);
	if (repo_resolve(&old, repo, r->old_word, e) < 0 ||
	    repo_resolve(&new, repo, r->new_word, e) < 0)
		return -1;
	if (repo_same(&old, &new))
		return err_set(e, "'%s' and '%s' are the same commit: there is nothing between them",
		               r->old_word, r->new_word);
	if (choose_old(r, repo, &old, &new, e) < 0 || walk(r, repo, &old, &new, opt->first_parent, e) < 0)
		return -1;
	r->n_suspects = r->graph.n;
	return opt->paths ? suspect_paths(r, repo, opt->paths, cwd, e) : 0;
}
