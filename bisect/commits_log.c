/*
 * The log for `git bisect replay`.  git knows one verdict a commit, so each
 * commit that was asked gets the one that follows from the commit found, and
 * the commit itself and its parents are in it, whether asked or not: a replay
 * ends with the same answer.  Before there is an answer, only commits whose state
 * hardly depends on it are in it.
 */
#include "common/base.h"
#include "bisect/commits.h"

#include "common/fs.h"

struct log {
	struct str out;
	const struct commits_finding *f;
	const struct commits_words *w;
	const char *term[2]; /* old, new */
	uint8_t *mark;       /* [graph.n] scratch */
	bool *done;          /* [list] written */
	struct arena mem;
};

static const char *
subject_of(struct log *l, uint32_t commit)
{
	struct repo_commit c;
	struct repo_id id;

	commits_id(&id, &l->w->range->list, commit);
	if (l->w->repo == NULL || repo_commit_read(&c, l->w->repo, &id, &l->mem, NULL) < 0)
		return "";
	return c.subject;
}

static void
remark(struct log *l, const char *word, uint32_t commit)
{
	str_addf(&l->out, "# %s: [%s] ", word, testlist_name(&l->w->range->list, commit));
	str_add_escaped(&l->out, span_of(subject_of(l, commit)));
	str_addc(&l->out, '\n');
}

static void
add_start(struct log *l)
{
	const struct options *o = l->w->opt;
	const struct testlist *list = &l->w->range->list;
	uint32_t last = testlist_count(list) - 1;
	bool named = o->fixed || o->term_old || o->term_new;

	remark(l, l->term[1], last);
	remark(l, l->term[0], 0);
	str_adds(&l->out, "git bisect start");
	if (named)
		str_addf(&l->out, " '--term-old=%s' '--term-new=%s'", l->term[0], l->term[1]);
	if (o->first_parent)
		str_adds(&l->out, " '--first-parent'");
	str_addf(&l->out, " '%s' '%s'\n", testlist_name(list, last), testlist_name(list, 0));
	l->done[0] = l->done[last] = true;
}

/* How much of the suspicion lies in the history of the commit: its chance to be new. */
static double
chance_new(struct log *l, uint32_t commit)
{
	double in = 0, all = 0;

	graph_mark(&l->w->range->graph, commit - 1, l->mark);
	for (size_t i = 0; i < l->f->set.n; i++) {
		const struct commits_suspect *s = &l->f->set.p[i];

		all += s->posterior;
		in += l->mark[s->commit - 1] ? s->posterior : 0;
	}
	return all > 0 ? in / all : 0.5;
}

static bool
has_best(struct log *l, uint32_t commit)
{
	graph_mark(&l->w->range->graph, commit - 1, l->mark);
	return l->mark[l->f->best - 1];
}

static void
add_state(struct log *l, uint32_t commit, bool is_new)
{
	const struct counts *c = &l->f->each.p[commit];
	const char *term = l->term[is_new];

	if (l->done[commit])
		return;
	l->done[commit] = true;
	remark(l, term, commit);
	if (c->runs)
		str_addf(&l->out, "# %u of %u runs fail\n", c->fails, c->runs);
	str_addf(&l->out, "git bisect %s %s\n", term, testlist_name(&l->w->range->list, commit));
}

/* Those that are new (or not), as far as is known. */
static void
add_asked(struct log *l, uint32_t commit, bool new)
{
	bool is_new;
	double p;

	if (l->f->each.p[commit].runs == 0 || l->f->best == COMMITS_NONE || l->f->skipped.p[commit])
		return;
	p = l->f->verdict == COMMITS_FOUND ? has_best(l, commit) : chance_new(l, commit);
	is_new = p > 0.5;
	if (is_new != new)
		return;
	if (p > 0.99 || p < 0.01)
		add_state(l, commit, is_new);
	else
		str_addf(&l->out, "# %u of %u runs fail: [%s]\n", l->f->each.p[commit].fails,
		         l->f->each.p[commit].runs, testlist_name(&l->w->range->list, commit));
}

static void
add_skipped(struct log *l, uint32_t commit)
{
	if (l->f->skipped.p[commit] && commit != l->f->best) {
		if (!l->done[commit])
			str_addf(&l->out, "git bisect skip %s\n", testlist_name(&l->w->range->list, commit));
		l->done[commit] = true;
	}
}

static void
add_answer(struct log *l)
{
	const uint32_t *parents;
	size_t n;

	if (l->f->verdict != COMMITS_FOUND)
		return;
	n = graph_parents(&l->w->range->graph, l->f->best - 1, &parents);
	for (size_t i = 0; i < n; i++)
		add_state(l, parents[i] + 1, false);
	add_state(l, l->f->best, true);
	str_addf(&l->out, "# first %s commit: [%s] ", l->term[1],
	         testlist_name(&l->w->range->list, l->f->best));
	str_add_escaped(&l->out, span_of(subject_of(l, l->f->best)));
	str_addc(&l->out, '\n');
}

int
commits_log_write(const struct commits_finding *f, const struct commits_words *w, const char *path,
                  struct err *e)
{
	const struct options *o = w->opt;
	uint32_t n = testlist_count(&w->range->list);
	struct log l = {
		.out = STR_INIT(STR_FILE), .f = f, .w = w,
		.term = { o->term_old ? o->term_old : o->fixed ? "broken" : "good",
		          o->term_new ? o->term_new : o->fixed ? "fixed" : "bad" },
		.mark = xcalloc(n, 1), .done = xcalloc(n, sizeof(*l.done)),
	};
	int ret;

	add_start(&l);
	for (uint32_t i = 1; i < n; i++)
		add_asked(&l, i, false);
	for (uint32_t i = 1; i < n; i++)
		add_skipped(&l, i);
	/* Of those that are new git keeps the last that it is told. */
	for (uint32_t i = n; i-- > 1;)
		add_asked(&l, i, true);
	add_answer(&l);
	ret = fs_write(path, str_span(&l.out), e);
	free(l.mark);
	free(l.done);
	arena_release(&l.mem);
	str_release(&l.out);
	return ret;
}
