/* Axes in the order of history: see axis_repo.h. */
#include "common/base.h"
#include "triage/axis_repo.h"

#include "common/repo.h"
#include "triage/axis.h"

struct places { VEC(struct repo_step) steps; }; /* newest first, without parents */

/* One branch: its repository and the commits at its places. */
struct branch_axis {
	struct repo *repo;       /* NULL: none; owned by the list of repositories */
	struct repo_id *ids;     /* [n], oldest first */
	int64_t *times;          /* [n] of the committer */
	uint32_t n;
	struct map index;        /* the 20 bytes of an id: its place counted from the newest */
	uint32_t placed[PLACED_NOT + 1]; /* how many of its revisions were found so */
};

struct axes_repo {
	VEC(struct repo *) repos;
	struct branch_axis *branches;
	uint32_t n_branches;
	struct arena facts;      /* of the last axes_facts */
	struct arena mem;
};

/* ---- the history of a branch ---- */

static struct span
id_span(const struct repo_id *id)
{
	return (struct span){ (const char *)id->bytes, REPO_ID_BYTES };
}

struct walk {
	struct branch_axis *b;
	struct places *places;
	int64_t enough; /* commits older than this were not built: the walk may end */
	uint32_t missing; /* built revisions that have not come yet */
	const struct map *wanted;
};

static bool
take_step(void *data, const struct repo_step *step)
{
	struct walk *w = data;

	map_add(&w->b->index, id_span(&step->id));
	vec_push(&w->places->steps, *step);
	if (map_find(w->wanted, id_span(&step->id)) != MAP_NONE)
		w->missing--;
	return w->missing > 0 || step->time >= w->enough;
}

/* Keeps the newer of two tips. */
static void
try_tip(struct repo *r, const char *revision, struct repo_id *tip, int64_t *time)
{
	struct arena mem = ARENA_INIT;
	struct repo_commit c;
	struct repo_id id;

	if (repo_resolve(&id, r, revision, NULL) == 0 && repo_commit_read(&c, r, &id, &mem, NULL) == 0 &&
	    c.time > *time) {
		*tip = id;
		*time = c.time;
	}
	arena_release(&mem);
}

/* The newest commit that a branch's name leads to, here or as last fetched; else the newest built revision that is
 * there.  False: the repository knows nothing of the branch. */
static bool
find_tip(struct repo *r, const struct axis *axis, struct span name, struct repo_id *tip)
{
	static const char *const heads[] = { "refs/heads/", "refs/remotes/origin/", "refs/remotes/upstream/" };
	struct str text = STR_INIT(STR_LINE);
	int64_t time = INT64_MIN;
	uint32_t i;

	for (i = 0; name.n && i < ARRAY_LEN(heads); i++) {
		str_clear(&text);
		str_adds(&text, heads[i]);
		str_addspan(&text, name);
		try_tip(r, str_c(&text), tip, &time);
	}
	for (i = axis->n; i > 0 && time == INT64_MIN; i--)
		if (repo_unhex(tip, axis->revisions[i - 1]) && repo_holds(r, tip))
			time = 0;
	str_release(&text);
	return time != INT64_MIN;
}

/* Fills ids and times with the first-parent history, back to the oldest commit that was built. */
static int
walk_branch(struct branch_axis *b, struct arena *mem, const struct repo_id *tip, const struct map *wanted,
            int64_t oldest, struct err *e)
{
	struct places places = { VEC_INIT };
	struct walk w = { b, &places, oldest, (uint32_t)wanted->texts.n, wanted };
	uint32_t i, n = 0;
	int ret;

	ret = repo_walk(b->repo, tip, NULL, true, take_step, &w, e);
	for (i = 0; i < places.steps.n; i++) {
		if (map_find(wanted, id_span(&places.steps.p[i].id)) != MAP_NONE || places.steps.p[i].time >= oldest)
			n = i + 1;
	}
	b->n = n;
	b->ids = arena_alloc(mem, (n + 1) * sizeof(*b->ids));
	b->times = arena_alloc(mem, (n + 1) * sizeof(*b->times));
	for (i = 0; i < n; i++) {
		b->ids[n - 1 - i] = places.steps.p[i].id;
		b->times[n - 1 - i] = places.steps.p[i].time;
	}
	vec_release(&places.steps);
	return ret;
}

/* ---- one revision ---- */

/* Its place when it is one of the first-parent history; UINT32_MAX: it is not. */
static uint32_t
place_on(const struct branch_axis *b, const struct repo_id *id)
{
	uint32_t i = map_find(&b->index, id_span(id));

	return i == MAP_NONE || i >= b->n ? UINT32_MAX : b->n - 1 - i;
}

/* The first place whose commit has it among its ancestors; UINT32_MAX: none has. */
static uint32_t
place_merged(const struct branch_axis *b, const struct repo_id *id)
{
	uint32_t lo = 0, hi = b->n, mid;

	if (b->n == 0 || repo_is_ancestor(b->repo, id, &b->ids[b->n - 1], NULL) != 1)
		return UINT32_MAX;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (repo_is_ancestor(b->repo, id, &b->ids[mid], NULL) == 1)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static uint32_t
place_by_time(const struct branch_axis *b, int64_t started)
{
	uint32_t i = b->n;

	while (i > 1 && b->times[i - 1] > started)
		i--;
	return i ? i - 1 : 0;
}

static bool
resolve(struct repo *r, struct span revision, struct repo_id *out)
{
	char text[REPO_HEX];
	size_t i;

	if (repo_unhex(out, revision))
		return repo_holds(r, out);
	if (revision.n < 7 || revision.n >= sizeof(text))
		return false;
	for (i = 0; i < revision.n; i++) {
		if (strchr("0123456789abcdefABCDEF", revision.p[i]) == NULL || revision.p[i] == '\0')
			return false;
		text[i] = revision.p[i];
	}
	text[i] = '\0';
	return repo_resolve(out, r, text, NULL) == 0;
}

static enum placed
place(const struct branch_axis *b, struct span revision, int64_t started, uint32_t *at)
{
	struct repo_id id, base;

	if (!resolve(b->repo, revision, &id)) {
		*at = place_by_time(b, started);
		return PLACED_BY_TIME;
	}
	if ((*at = place_on(b, &id)) != UINT32_MAX)
		return PLACED_ON;
	if ((*at = place_merged(b, &id)) != UINT32_MAX)
		return PLACED_MERGED;
	if (b->n && repo_merge_base(&base, b->repo, &id, &b->ids[b->n - 1], NULL) == 1 &&
	    ((*at = place_on(b, &base)) != UINT32_MAX || (*at = place_merged(b, &base)) != UINT32_MAX))
		return PLACED_BESIDE;
	*at = place_by_time(b, started);
	return PLACED_BY_TIME;
}

/* ---- the view ---- */

/* Commits that were built and are there, as 20 bytes each, and the start of the oldest build. */
static int64_t
built(struct map *wanted, struct repo *r, const struct axis *axis)
{
	int64_t oldest = INT64_MAX;
	struct repo_id id;
	uint32_t i;

	for (i = 0; i < axis->n; i++) {
		if (axis->started[i] && axis->started[i] < oldest)
			oldest = axis->started[i];
		if (resolve(r, axis->revisions[i], &id))
			map_add(wanted, id_span(&id));
	}
	return oldest;
}

static void
replace_axis(struct view *v, uint32_t branch, struct branch_axis *b)
{
	const struct axis *axis = &v->axes[branch];
	uint32_t *to = xcalloc(axis->n + 1, sizeof(*to)), i;
	struct span *revisions = xcalloc(b->n, sizeof(*revisions));
	char hex[REPO_HEX];

	for (i = 0; i < b->n; i++) {
		repo_hex(hex, &b->ids[i]);
		revisions[i] = (struct span){ arena_copy(&v->mem, hex, REPO_HEX - 1), REPO_HEX - 1 };
	}
	for (i = 0; i < axis->n; i++)
		b->placed[place(b, axis->revisions[i], axis->started[i], &to[i])]++;
	axis_replace(v, branch, b->n, revisions, b->times, to);
	free(revisions);
	free(to);
}

/* Takes the first repository that knows something of the branch. */
static int
order_branch(struct axes_repo *a, struct view *v, uint32_t branch, struct err *e)
{
	struct branch_axis *b = &a->branches[branch];
	struct map wanted = MAP_INIT;
	struct repo_id tip;
	int64_t oldest;
	size_t i;
	int ret = 0;

	b->placed[PLACED_NOT] = v->axes[branch].n;
	for (i = 0; i < a->repos.n && b->repo == NULL && ret == 0; i++) {
		map_release(&wanted);
		oldest = built(&wanted, a->repos.p[i], &v->axes[branch]);
		if (wanted.texts.n == 0 ||
		    !find_tip(a->repos.p[i], &v->axes[branch], v->branches.texts.p[branch], &tip))
			continue;
		b->repo = a->repos.p[i];
		ret = walk_branch(b, &a->mem, &tip, &wanted, oldest, e);
	}
	if (ret == 0 && b->repo && b->n) {
		b->placed[PLACED_NOT] = 0;
		replace_axis(v, branch, b);
	}
	map_release(&wanted);
	return ret;
}

static void
say_unknown(const struct axes_repo *a, const struct view *v, uint32_t branch,
            void (*remark)(void *data, const char *text), void *data)
{
	const uint32_t *n = a->branches[branch].placed;
	struct span name = v->branches.texts.p[branch];
	struct str text = STR_INIT(1024);

	if (n[PLACED_NOT])
		str_addf(&text, "no repository knows a revision of branch '%.*s': its builds stay in the order of "
		         "their time", (int)(name.n < 200 ? name.n : 200), name.p);
	else if (n[PLACED_BY_TIME])
		str_addf(&text, "%u of %u revisions of branch '%.*s' are in no repository, and are placed by time: "
		         "fetch, or give another --repo", (unsigned)n[PLACED_BY_TIME],
		         (unsigned)(n[PLACED_BY_TIME] + n[PLACED_ON] + n[PLACED_MERGED] + n[PLACED_BESIDE]),
		         (int)(name.n < 200 ? name.n : 200), name.p);
	if (text.n && remark)
		remark(data, str_c(&text));
	str_release(&text);
}

int
axes_from_repos(struct view *v, const char *const *dirs, size_t n, struct axes_repo **out,
                void (*remark)(void *data, const char *text), void *data, struct err *e)
{
	struct axes_repo *a = xcalloc(1, sizeof(*a));
	struct repo *r;
	uint32_t branch;
	size_t i;
	int ret = 0;

	a->n_branches = (uint32_t)v->branches.texts.n;
	a->branches = xcalloc(a->n_branches, sizeof(*a->branches));
	for (i = 0; i < n && ret == 0; i++) {
		r = repo_open(dirs[i], e);
		if (r == NULL) {
			ret = -1;
			break;
		}
		vec_push(&a->repos, r);
	}
	for (branch = 0; branch < a->n_branches && ret == 0; branch++) {
		ret = order_branch(a, v, branch, e);
		if (ret == 0)
			say_unknown(a, v, branch, remark, data);
	}
	if (ret < 0) {
		axes_free(a);
		a = NULL;
	}
	*out = a;
	return ret;
}

void
axes_free(struct axes_repo *a)
{
	uint32_t i;
	size_t j;

	if (a == NULL)
		return;
	for (i = 0; i < a->n_branches; i++)
		map_release(&a->branches[i].index);
	for (j = 0; j < a->repos.n; j++)
		repo_close(a->repos.p[j]);
	vec_release(&a->repos);
	free(a->branches);
	arena_release(&a->facts);
	arena_release(&a->mem);
	free(a);
}

struct repo *
axes_branch_repo(const struct axes_repo *a, uint32_t branch)
{
	return a->branches[branch].repo;
}

/* ---- facts ---- */

enum { PATHS_MAX = 5000 }; /* of one commit; more touch everything, and say nothing */

struct paths { VEC(struct span) v; struct arena *mem; };

static bool
take_path(void *data, const struct repo_change *c)
{
	struct paths *p = data;
	size_t n = strlen(c->path);
	struct span path = { arena_copy(p->mem, c->path, n), n };

	vec_push(&p->v, path);
	return p->v.n < PATHS_MAX;
}

static bool
get_facts(void *data, uint32_t branch, uint32_t at, bool want_paths, struct commit_facts *out)
{
	struct axes_repo *a = data;
	struct branch_axis *b = &a->branches[branch];
	struct paths paths = { VEC_INIT, &a->facts };
	struct repo_commit c;
	char hex[REPO_HEX];
	struct span *copy;

	arena_release(&a->facts);
	if (b->repo == NULL || at >= b->n || repo_commit_read(&c, b->repo, &b->ids[at], &a->facts, NULL) < 0)
		return false;
	if (want_paths && repo_changes(b->repo, &b->ids[at], false, take_path, &paths, NULL) < 0)
		vec_clear(&paths.v);
	copy = arena_alloc(&a->facts, (paths.v.n + 1) * sizeof(*copy));
	if (paths.v.n)
		memcpy(copy, paths.v.p, paths.v.n * sizeof(*copy));
	repo_hex(hex, &b->ids[at]);
	*out = (struct commit_facts){
		.id = { arena_copy(&a->facts, hex, REPO_HEX - 1), REPO_HEX - 1 },
		.title = span_of(c.subject), .body = span_of(c.message), .time = c.time,
		.paths = copy, .n_paths = (uint32_t)paths.v.n,
	};
	vec_release(&paths.v);
	return true;
}

static bool
get_lacks(void *data, uint32_t branch, uint32_t at, uint32_t other, uint32_t other_at)
{
	struct axes_repo *a = data;
	const struct branch_axis *b = &a->branches[branch], *o = &a->branches[other];

	return b->repo && b->repo == o->repo && at < b->n && other_at < o->n &&
	       repo_is_ancestor(b->repo, &b->ids[at], &o->ids[other_at], NULL) == 0;
}

struct commit_source
axes_commits(struct axes_repo *a)
{
	return (struct commit_source){ get_facts, get_lacks, a };
}
