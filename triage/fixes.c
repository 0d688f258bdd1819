/* Looks for a fix on a branch: see fixes.h. */
#include "common/base.h"
#include "triage/fixes.h"

#include "common/vec.h"

static const char revert_words[] = "This reverts commit";

enum { RANGE_MAX = 100000, PATHS_MAX = 64 };

const char *
fix_by_name(enum fix_by by)
{
	static const char *const names[] = { "ancestry", "cherry-pick", "patch-id", "subject", "" };

	return names[by];
}

/* The fix, and what is looked for while walking a branch back to where it left the fix's. */
struct search {
	struct repo *r;
	const struct repo_id *fix;
	struct repo_commit facts;      /* of the fix */
	struct repo_id patch;          /* its patch id */
	bool has_patch;
	VEC(const char *) paths;       /* that it touches */
	struct fix_state *found;
	VEC(struct repo_id) reverts;   /* commits that revert something, newest first */
	uint32_t n;
	struct arena mem;              /* of the fix */
	struct arena one;              /* of the commit that is looked at */
};

static bool
take_path(void *data, const struct repo_change *c)
{
	struct search *s = data;

	vec_push(&s->paths, arena_copy(&s->mem, c->path, strlen(c->path)));
	return s->paths.n < PATHS_MAX;
}

static bool
same_text(struct span a, struct span b)
{
	return a.n && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool
touches(struct search *s, const struct repo_id *id)
{
	return s->paths.n && repo_touches(s->r, id, s->paths.p, s->paths.n, NULL) == 1;
}

/* How this commit of the branch relates to the fix. */
static enum fix_by
relation(struct search *s, const struct repo_commit *c)
{
	struct span message = span_of(c->message), issue = fix_issue(span_of(s->facts.subject));
	struct repo_id patch;

	if (fix_names(message, "cherry picked from commit", s->fix) ||
	    fix_names(message, "cherry-picked from commit", s->fix))
		return FIX_PICK;
	if ((c->author_time < s->facts.author_time && c->time < s->facts.time) || strstr(c->message, revert_words))
		return FIX_MISSING; /* it is older, or takes something back */
	if (s->has_patch && touches(s, &c->id) && repo_patch_id(&patch, s->r, &c->id, NULL) == 0 &&
	    repo_same(&patch, &s->patch))
		return FIX_PATCH;
	if (same_text(fix_subject(span_of(c->subject)), fix_subject(span_of(s->facts.subject))))
		return FIX_SUBJECT;
	if (issue.n && same_text(fix_issue(span_of(c->subject)), issue) && fix_says_so(message) && touches(s, &c->id))
		return FIX_SUBJECT;
	return FIX_MISSING;
}

static bool
look_at(void *data, const struct repo_step *step)
{
	struct search *s = data;
	struct repo_commit c;
	enum fix_by by;

	arena_release(&s->one);
	if (step->n_parents > 1 || repo_commit_read(&c, s->r, &step->id, &s->one, NULL) < 0)
		return true;
	if (strstr(c.message, revert_words))
		vec_push(&s->reverts, c.id);
	by = relation(s, &c);
	if (by < s->found->by) {
		s->found->by = by;
		s->found->commit = c.id;
	}
	return ++s->n < RANGE_MAX;
}

/* A revert of what was found, or of the fix itself where the branch holds it. */
static void
find_revert(struct search *s)
{
	struct repo_commit c;
	size_t i;

	for (i = 0; i < s->reverts.n && !s->found->reverted; i++) {
		arena_release(&s->one);
		if (repo_commit_read(&c, s->r, &s->reverts.p[i], &s->one, NULL) < 0)
			continue;
		if (fix_names(span_of(c.message), revert_words, &s->found->commit)) {
			s->found->reverted = true;
			s->found->reverted_by = c.id;
		}
	}
}

int
fix_find(struct fix_state *out, struct repo *r, const struct repo_id *fix, const struct repo_id *tip,
         struct err *e)
{
	struct search s = { .r = r, .fix = fix, .found = out };
	struct repo_id base;
	int held, ret = -1;

	*out = (struct fix_state){ .by = FIX_MISSING };
	held = repo_is_ancestor(r, fix, tip, e);
	if (held < 0 || repo_commit_read(&s.facts, r, fix, &s.mem, e) < 0)
		goto out;
	if (held) {
		*out = (struct fix_state){ .by = FIX_ANCESTRY, .commit = *fix };
		ret = repo_walk(r, tip, fix, false, look_at, &s, e);
	} else {
		if (repo_changes(r, fix, false, take_path, &s, e) < 0)
			goto out;
		s.has_patch = s.paths.n < PATHS_MAX && repo_patch_id(&s.patch, r, fix, NULL) == 0;
		held = repo_merge_base(&base, r, fix, tip, e);
		ret = held < 0 ? -1 : repo_walk(r, tip, held ? &base : NULL, false, look_at, &s, e);
	}
	if (ret == 0 && out->by != FIX_MISSING)
		find_revert(&s);
out:
	vec_release(&s.paths);
	vec_release(&s.reverts);
	arena_release(&s.mem);
	arena_release(&s.one);
	return ret;
}
