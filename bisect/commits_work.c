/*
 * One session in commits, from the command line to the report: see commits.h.
 * The session's list is the range (ids, the old end first), so that record,
 * journal and replay are those of any search.
 */
#include "common/base.h"
#include "bisect/commits.h"

#include <unistd.h>

#include "bisect/cmd.h"
#include "bisect/drive.h"
#include "bisect/fw.h"
#include "bisect/priors.h"
#include "bisect/progress.h"
#include "common/diag.h"
#include "common/fs.h"
#include "common/pool.h"

/* Invariant: what is not open is empty; release takes any state. */
struct commits_work {
	struct options opt;
	char *cwd;
	struct repo *repo;         /* NULL: `show`, and it is not there any more */
	struct commits_range range;
	struct pool *pool;
	struct session session;
	struct record record;
	struct str history;        /* the answer about --history */
	struct testlist recorded;  /* the list of a session that is opened again */
	struct fw_command command;
	struct commits_trees *trees;
	struct lab *lab;
	struct progress *progress;
	struct commits_finding finding;
};

static void
work_set_up(struct commits_work *w, const struct options *opt)
{
	*w = (struct commits_work){
		.opt = *opt, .range = COMMITS_RANGE_INIT, .record = RECORD_INIT, .recorded = TESTLIST_INIT,
		.command = { .note = STR_INIT(STR_LINE) }, .history = STR_INIT(STR_FILE),
	};
	session_init(&w->session);
	commits_finding_init(&w->finding);
}

static void
work_clear(struct commits_work *w)
{
	progress_close(w->progress);
	lab_close(w->lab);
	commits_trees_close(w->trees);
	session_close(&w->session);
	pool_free(w->pool);
	repo_close(w->repo);
	commits_finding_release(&w->finding);
	commits_range_release(&w->range);
	testlist_release(&w->recorded);
	record_release(&w->record);
	str_release(&w->history);
	str_release(&w->command.note);
	arena_release(&w->command.mem);
	free(w->cwd);
}

/* ---- beginning ---- */

/* git's variables would send the command's own git to the user's tree and index. */
static void
forget_git_variables(void)
{
	static const char *const names[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_NAMESPACE",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

static int
open_here(struct commits_work *w, struct err *e)
{
	w->cwd = getcwd(NULL, 0);
	if (w->cwd == NULL)
		return err_sys(e, "the current directory has no name");
	forget_git_variables();
	w->repo = repo_open(".", e);
	return w->repo ? 0 : -1;
}

/* The folder of sessions hides itself from git, so that `git status` stays as it was. */
static void
hide_sessions(const char *root)
{
	struct str path = STR_INIT(STR_LINE);

	str_addf(&path, "%s/.gitignore", root);
	if (access(str_c(&path), F_OK) < 0)
		fs_write_scratch(str_c(&path), span_of("*\n"), NULL);
	str_release(&path);
}

/* What was asked at once when the session began: with another number the journal would
 * not answer the questions that are asked again. */
static uint32_t
at_once(const struct commits_work *w)
{
	uint32_t jobs = w->record.mode ? w->record.opt.jobs : w->opt.jobs;

	return jobs ? jobs : 1;
}

static void
set_up_command(struct commits_work *w)
{
	struct fw_command *c = &w->command;
	struct repo_id last;

	c->argv = w->opt.command;
	if (w->repo) {
		commits_id(&last, &w->range.list, testlist_count(&w->range.list) - 1);
		c->argv = commits_command(w->repo, &last, w->opt.command, w->cwd, &c->mem);
	}
	c->cwd = w->cwd;
	c->dir = w->session.dir;
	c->scratch = w->session.scratch;
	c->launcher = w->opt.launcher;
	c->pool = w->pool;
	w->trees = commits_trees_open(w->repo, &w->range.list, &w->session, &w->opt, w->cwd, at_once(w));
	c->state = w->trees;
}

static void
tell_own_files(const struct commits_work *w)
{
	for (size_t i = 0; w->opt.command[i]; i++) {
		if (strcmp(w->opt.command[i], w->command.argv[i]) != 0)
			diag_note("'%s' is not in '%s': every run takes yours", w->opt.command[i],
			          w->range.new_word);
	}
}

/* The range by ids: branches may move before the session is resumed. */
static void
pin_range(struct commits_work *w)
{
	struct commits_range *r = &w->range;
	struct str text = STR_INIT(STR_LINE);

	str_addf(&text, "%s..%s", testlist_name(&r->list, 0),
	         testlist_name(&r->list, testlist_count(&r->list) - 1));
	w->opt.range = arena_copy(&w->command.mem, str_c(&text), text.n);
	str_clear(&text);
	str_addf(&text, "%s..%s", r->old_word, r->new_word);
	w->opt.range_shown = arena_copy(&w->command.mem, str_c(&text), text.n);
	str_release(&text);
}

/* Which commits earlier builds suspect, with --paths among those; *n: how many. */
static int
suspect_by_history(struct commits_work *w, uint32_t *n, struct err *e)
{
	struct commits_range *r = &w->range;
	double *prior = xcalloc((size_t)r->graph.n + 1, sizeof(*prior));
	int ret = priors_of_commits(prior, n, &r->past, str_span(&w->history), &r->list, e);

	/* Rates say nothing of another change than one of the range, nor of a fix that is looked for. */
	if (*n == 0 || w->opt.fixed)
		r->past = (struct hunt_past){ .old_runs = 0 };
	for (uint32_t c = 0; r->prior && c < r->graph.n; c++)
		prior[c] *= r->prior[c];
	free(r->prior);
	r->prior = prior;
	return ret;
}

static void
tell_past(const struct commits_work *w)
{
	const struct hunt_past *p = &w->range.past;

	if (p->old_runs + p->new_runs > 0)
		diag_note("'%s' saw %.0f of %.0f runs fail before them and %.0f of %.0f after, which weigh as %d runs "
		          "here at most", w->opt.history, p->old_new, p->old_runs, p->new_new, p->new_runs,
		          2 * HUNT_PAST_RUNS);
}

static int
take_history(struct commits_work *w, struct err *e)
{
	uint32_t n;

	if (w->opt.history == NULL)
		return 0;
	if (priors_keep(str_span(&w->history), &w->session, e) < 0 || suspect_by_history(w, &n, e) < 0)
		return -1;
	if (n == 0)
		diag_note("'%s' suspects none of the %u commits: all begin equal", w->opt.history, w->range.graph.n);
	else
		diag_note("'%s' suspects %u of the %u commits", w->opt.history, n, w->range.graph.n);
	tell_past(w);
	return 0;
}

static int
take_history_again(struct commits_work *w, struct err *e)
{
	uint32_t n;

	if (w->opt.history == NULL)
		return 0;
	return priors_kept(&w->history, &w->session, e) < 0 ? -1 : suspect_by_history(w, &n, e);
}

static int
work_begin(struct commits_work *w, struct err *e)
{
	if (open_here(w, e) < 0 || commits_range_read(&w->range, w->repo, &w->opt, w->cwd, e) < 0 ||
	    (w->pool = pool_new(e)) == NULL ||
	    (w->opt.history && priors_ask(&w->history, w->pool, &w->opt, e) < 0) ||
	    session_create(&w->session, w->opt.session, e) < 0)
		return -1;
	hide_sessions(w->opt.session);
	pin_range(w);
	if (session_make_scratch(&w->session, w->opt.launcher != NULL, e) < 0 || take_history(w, e) < 0)
		goto fail;
	set_up_command(w);
	tell_own_files(w);
	if (w->range.base)
		diag_note("'%s' is no ancestor of '%s': the search begins at their common ancestor %.*s",
		          w->range.old_word, w->range.new_word, REPO_SHORT, testlist_name(&w->range.list, 0));
	record_make(&w->record, "commits", &w->opt, w->cwd, commits_framework.name, &w->range.list);
	if (record_write(&w->record, &w->session, &w->range.list, e) < 0)
		goto fail;
	session_begun(&w->session);
	return 0;
fail:
	session_discard(&w->session);
	return -1;
}

/* ---- going on ---- */

bool
commits_is_session(const char *root, const char *which)
{
	struct record record = RECORD_INIT;
	struct testlist list = TESTLIST_INIT;
	struct session session;
	bool is;

	session_init(&session);
	is = session_open(&session, root, which, false, NULL) == 0 &&
	     record_read(&record, &session, &list, NULL) == 0 && strcmp(record.mode, "commits") == 0;
	session_close(&session);
	record_release(&record);
	testlist_release(&list);
	return is;
}

static int
read_session(struct commits_work *w, const char *which, bool writable, struct err *e)
{
	const char *root = w->opt.session;

	if ((w->pool = pool_new(e)) == NULL || session_open(&w->session, root, which, writable, e) < 0 ||
	    record_read(&w->record, &w->session, &w->recorded, e) < 0)
		return -1;
	w->opt = w->record.opt;
	w->opt.session = root;
	w->opt.progress = -1;
	if (w->opt.range == NULL || !commits_is_range(w->opt.range))
		return err_set(e, "'%s/record' names no commits", w->session.shown);
	return 0;
}

/* Without the repository there is the list, which is enough to show most. */
static void
range_from_record(struct commits_work *w)
{
	for (uint32_t i = 0; i < testlist_count(&w->recorded); i++) {
		uint32_t parent = i - 2;

		testlist_add(&w->range.list, span_of(testlist_name(&w->recorded, i)));
		if (i > 0)
			graph_add(&w->range.graph, &parent, i > 1);
	}
	w->range.n_suspects = w->range.graph.n;
	w->range.old_word = "GOOD";
	w->range.new_word = "BAD";
}

static void
show_words(struct commits_work *w)
{
	const char *dots = w->opt.range_shown ? strstr(w->opt.range_shown, "..") : NULL;

	if (dots == NULL)
		return;
	w->range.old_word = arena_copy(&w->range.mem, w->opt.range_shown, (size_t)(dots - w->opt.range_shown));
	w->range.new_word = arena_copy(&w->range.mem, dots + 2, strlen(dots + 2));
}

static int
work_resume(struct commits_work *w, const char *which, bool look, struct err *e)
{
	if (read_session(w, which, !look, e) < 0)
		return -1;
	if (!look && (open_here(w, e) < 0 || record_check(&w->record, w->cwd, e) < 0 ||
	              session_make_scratch(&w->session, w->opt.launcher != NULL, e) < 0))
		return -1;
	if (look) {
		w->cwd = xstrdup(w->record.cwd);
		w->repo = repo_open(w->cwd, NULL);
	}
	if (w->repo == NULL || commits_range_read(&w->range, w->repo, &w->opt, w->cwd, e) < 0) {
		if (!look)
			return -1;
		commits_range_release(&w->range);
		range_from_record(w);
	}
	show_words(w);
	if (testlist_digest(&w->range.list) != w->record.list_digest)
		return err_set(e, "the commits between both ends are not those that the session began with; "
		               "begin a new session");
	if (take_history_again(w, e) < 0)
		return -1;
	if (!look && w->session.journal.torn)
		diag_note("the last line of '%s/journal' was torn, its run is done again", w->session.shown);
	return 0;
}

/* ---- working ---- */

static void
know(void *data, const struct drive_view *view)
{
	progress_know(((struct commits_work *)data)->progress, view);
}

static void
note(void *data, const char *text)
{
	progress_note(((struct commits_work *)data)->progress, text);
}

static void
ran(void *data, const struct ask *ask, const struct answer *answer, bool replayed)
{
	progress_ran(((struct commits_work *)data)->progress, ask, answer, replayed);
}

static void
tick(void *data)
{
	progress_tick(((struct commits_work *)data)->progress);
}

static int
open_lab(struct commits_work *w, bool replay_only, struct err *e)
{
	struct lab_config config = {
		.pool = w->pool, .command = &w->command, .fw = &commits_framework, .list = &w->range.list,
		.opt = &w->opt, .session = &w->session, .replay_only = replay_only,
		.note = replay_only ? NULL : note, .ran = ran, .tick = replay_only ? NULL : tick, .data = w,
	};

	if (replay_only)
		w->opt.progress = 0;
	w->opt.warm = false;
	w->progress = progress_open(&w->opt, &w->range.list);
	w->lab = lab_open(&config, e);
	return w->lab ? 0 : -1;
}

static int
work_run(struct commits_work *w, bool replay_only, struct err *e)
{
	struct commits_finding *f = &w->finding;
	struct commits_words words = { w->repo, &w->range, &w->opt };
	struct commits_drive d = {
		.trees = w->trees, .range = &w->range, .opt = &w->opt, .at_once = at_once(w),
		.progress = replay_only ? NULL : know, .data = w,
	};
	enum lab_event event = LAB_IDLE;
	struct err log = ERR_INIT;
	int ret;

	if (open_lab(w, replay_only, e) < 0)
		return -1;
	d.lab = w->lab;
	f->session = arena_copy(&f->mem, w->session.shown, strlen(w->session.shown));
	ret = commits_search(&d, f, &event, e);
	progress_close(w->progress);
	w->progress = NULL;
	if (ret < 0 && lab_stats(w->lab).n_runs == 0)
		return -1;
	if (w->opt.log && !replay_only && commits_log_write(f, &words, w->opt.log, &log) < 0)
		diag_warn("%s", log.msg);
	report_commits(f, &words);
	return ret < 0 ? -1 : commits_exit_status(f);
}

int
commits_begin(const struct options *opt, struct err *e)
{
	struct commits_work w;
	int status;

	work_set_up(&w, opt);
	status = work_begin(&w, e);
	if (status == 0)
		status = work_run(&w, false, e);
	work_clear(&w);
	return status;
}

int
commits_resume(const struct prog_call *call, const char *which, bool replay_only, struct err *e)
{
	struct commits_work w;
	int status;

	work_set_up(&w, cmd_options(call));
	status = work_resume(&w, which, replay_only, e);
	if (status == 0) {
		cmd_again(call, &w.opt);
		if (w.opt.jobs > at_once(&w) && !replay_only)
			diag_note("the session began with %u run%s at once, and goes on so", at_once(&w),
			          at_once(&w) == 1 ? "" : "s");
		set_up_command(&w);
		status = work_run(&w, replay_only, e);
	}
	work_clear(&w);
	return status;
}
