/* One session's work: see work.h. */
#include "common/base.h"
#include "bisect/work.h"

#include <sys/stat.h>
#include <unistd.h>

#include "bisect/ex.h"
#include "bisect/progress.h"
#include "bisect/report.h"
#include "common/diag.h"
#include "common/near.h"
#include "common/pool.h"

enum { LIST_TIMEOUT_MS = 600 * 1000 };

static const char config_name[] = ".flake-bisect.ini";

void
work_init(struct work *w, const struct options *opt)
{
	*w = (struct work){
		.opt = *opt, .list = TESTLIST_INIT, .record = RECORD_INIT,
		.command = { .note = STR_INIT(STR_LINE) }, .history = STR_INIT(STR_FILE),
	};
	session_init(&w->session);
	finding_init(&w->finding);
}

void
work_release(struct work *w)
{
	progress_close(w->progress);
	lab_close(w->lab);
	executor_close(w->command.warm);
	session_close(&w->session);
	pool_free(w->pool);
	finding_release(&w->finding);
	testlist_release(&w->list);
	record_release(&w->record);
	str_release(&w->history);
	priors_release(&w->priors);
	str_release(&w->command.note);
	arena_release(&w->command.mem);
	free(w->cwd);
	work_init(w, &w->opt);
}

/* ---- the command and its list ---- */

static int
find_cwd(struct work *w, struct err *e)
{
	w->cwd = getcwd(NULL, 0);
	return w->cwd ? 0 : err_sys(e, "the current directory has no name");
}

static int
set_up_command(struct work *w, struct err *e)
{
	struct fw_command *c = &w->command;

	c->argv = w->opt.command;
	c->cwd = w->cwd;
	c->dir = w->session.dir;
	c->scratch = w->session.scratch;
	c->want_warm = w->opt.warm;
	c->list_command = w->opt.list_command;
	c->config_path = access(config_name, F_OK) == 0 ? config_name : NULL;
	c->launcher = w->opt.launcher;
	c->pool = w->pool;
	c->list_timeout_ms = LIST_TIMEOUT_MS;
	return framework_choose(c, w->opt.framework, &w->fw, e);
}

static void
tell_notes(struct work *w)
{
	struct span rest = str_span(&w->command.note), line;

	while (span_next(&rest, '\n', &line)) {
		if (line.n)
			diag_note("%.*s", (int)line.n, line.p);
	}
	str_clear(&w->command.note);
}

/* Some runners take long to say what they have. */
static int
list_by_framework(struct work *w, struct testlist *list, struct err *e)
{
	struct progress *p = progress_open(&w->opt, NULL);
	int ret;

	progress_say(p, "listing the tests");
	ret = framework_list(w->fw, &w->command, list, e);
	progress_close(p);
	return ret;
}

static int
make_list(struct work *w, struct testlist *list, struct err *e)
{
	if (w->opt.input) {
		if (testlist_read_plain(list, w->opt.input, e) < 0)
			return -1;
		if (testlist_count(list) == 0)
			return err_set(e, "'%s' holds no test", w->opt.input);
		return 0;
	}
	if (list_by_framework(w, list, e) < 0)
		return -1;
	tell_notes(w);
	if (testlist_count(list) == 0)
		return err_set(e, "the command has no tests: nothing to choose from");
	return 0;
}

/* Whether a name is the whole of one with its file or class before it: a.py::test_b. */
static bool
is_end_of(const char *name, const char *word)
{
	size_t n = strlen(name), m = strlen(word);

	return m && n > m && strcmp(name + n - m, word) == 0 && strchr(":./ ", name[n - m - 1]) != NULL;
}

static int
check_victim(struct work *w, struct err *e)
{
	struct near near = { .word = w->opt.victim };
	const char *end = NULL;

	if (w->opt.victim == NULL || testlist_find(&w->list, span_of(w->opt.victim)) != TESTLIST_NONE)
		return 0;
	for (uint32_t i = 0; i < testlist_count(&w->list); i++) {
		const char *name = testlist_name(&w->list, i);

		near_try(&near, name);
		if (end == NULL && is_end_of(name, w->opt.victim))
			end = name;
	}
	if (end)
		near.best = end;
	if (near.best)
		return err_set(e, "--victim: there is no test '%s' in the list; did you mean '%s'?",
		               w->opt.victim, near.best);
	return err_set(e, "--victim: there is no test '%s' in the list of %u", w->opt.victim,
	               testlist_count(&w->list));
}

/* Whether --output can be written, before hours of work end in a file that cannot. */
static int
check_output(const struct work *w, struct err *e)
{
	const char *out = w->opt.output, *slash = out ? strrchr(out, '/') : NULL;
	struct str folder = STR_INIT(STR_LINE);
	struct stat st;
	int ret = 0;

	if (out == NULL)
		return 0;
	str_add(&folder, slash ? out : ".", slash ? (size_t)(slash - out) + 1 : 1);
	if (stat(out, &st) == 0 && S_ISDIR(st.st_mode))
		ret = err_set(e, "--output: '%s' is a folder, not a file", out);
	else if (access(access(out, F_OK) == 0 ? out : str_c(&folder), W_OK) < 0)
		ret = err_set(e, "--output: cannot write '%s': %s", out, strerror(errno));
	str_release(&folder);
	return ret;
}

/* ---- earlier builds ---- */

/* What they tell of the tests of the list; kept for resume. */
static int
take_history(struct work *w, struct err *e)
{
	if (w->opt.history == NULL)
		return 0;
	if (priors_keep(str_span(&w->history), &w->session, e) < 0 ||
	    priors_of_tests(&w->priors, str_span(&w->history), &w->list, e) < 0)
		return -1;
	diag_note("'%s' knows %u of the %u tests", w->opt.history, w->priors.n_known, testlist_count(&w->list));
	return 0;
}

static int
take_history_again(struct work *w, struct err *e)
{
	if (w->opt.history == NULL)
		return 0;
	return priors_kept(&w->history, &w->session, e) < 0 ? -1
	       : priors_of_tests(&w->priors, str_span(&w->history), &w->list, e);
}

/* ---- beginning ---- */

int
work_begin(struct work *w, const char *mode, struct err *e)
{
	if (check_output(w, e) < 0 || find_cwd(w, e) < 0 || (w->pool = pool_new(e)) == NULL ||
	    (w->opt.history && priors_ask(&w->history, w->pool, &w->opt, e) < 0) ||
	    session_create(&w->session, w->opt.session, e) < 0)
		return -1;
	if (session_make_scratch(&w->session, w->opt.launcher != NULL, e) < 0 ||
	    set_up_command(w, e) < 0 || make_list(w, &w->list, e) < 0 || check_victim(w, e) < 0 ||
	    take_history(w, e) < 0)
		goto fail;
	if (w->list.n_doubles == 1)
		diag_note("a name was listed more than once; it is kept once");
	else if (w->list.n_doubles)
		diag_note("%u names were listed more than once; each is kept once", w->list.n_doubles);
	record_make(&w->record, mode, &w->opt, w->cwd, w->fw->name, &w->list);
	if (record_write(&w->record, &w->session, &w->list, e) < 0)
		goto fail;
	session_begun(&w->session);
	return 0;
fail:
	executor_close(w->command.warm); /* its files lie in the session's folders */
	w->command.warm = NULL;
	session_discard(&w->session);
	return -1;
}

static int
read_session(struct work *w, const char *which, bool writable, struct err *e)
{
	const char *root = w->opt.session;

	if (find_cwd(w, e) < 0 || (w->pool = pool_new(e)) == NULL ||
	    session_open(&w->session, root, which, writable, e) < 0 ||
	    record_read(&w->record, &w->session, &w->list, e) < 0)
		return -1;
	w->opt = w->record.opt;
	w->opt.session = root;
	w->opt.progress = -1;
	return take_history_again(w, e);
}

int
work_look(struct work *w, const char *which, struct err *e)
{
	if (read_session(w, which, false, e) < 0)
		return -1;
	free(w->cwd);
	w->cwd = xstrdup(w->record.cwd);
	return set_up_command(w, e);
}

/* Says in which test two lists differ first. */
static int
refuse_list(struct work *w, const struct testlist *now, struct err *e)
{
	uint32_t n = testlist_count(&w->list), m = testlist_count(now), i;
	struct str name = STR_INIT(256);

	for (i = 0; i < n && i < m && strcmp(testlist_name(&w->list, i), testlist_name(now, i)) == 0; i++)
		;
	if (i < n || i < m)
		str_add_escaped(&name, span_of(i < m ? testlist_name(now, i) : testlist_name(&w->list, i)));
	err_set(e, "the list of tests changed: it had %u when the session began and has %u now, "
	        "the first difference is '%s'; begin a new session", n, m, str_c(&name));
	str_release(&name);
	return -1;
}

/* The list of standard input, or one that --output has replaced, cannot be made again. */
static bool
can_list_again(const struct work *w)
{
	const char *in = w->opt.input, *out = w->opt.output;

	return in == NULL || (strcmp(in, "-") != 0 && (out == NULL || strcmp(in, out) != 0) &&
	                      access(in, F_OK) == 0);
}

int
work_resume(struct work *w, const char *which, struct err *e)
{
	struct testlist now = TESTLIST_INIT;
	int ret = -1;

	if (read_session(w, which, true, e) < 0 || record_check(&w->record, w->cwd, e) < 0 ||
	    session_make_scratch(&w->session, w->opt.launcher != NULL, e) < 0 ||
	    set_up_command(w, e) < 0)
		return -1;
	if (w->session.journal.torn)
		diag_note("the last line of '%s/journal' was torn, its run is done again",
		          w->session.shown);
	if (!record_same_environment(&w->record))
		diag_note("the environment is not the one that the session began with");
	if (can_list_again(w)) {
		if (make_list(w, &now, e) < 0)
			goto out;
		if (testlist_digest(&now) != w->record.list_digest) {
			refuse_list(w, &now, e);
			goto out;
		}
	}
	ret = 0;
out:
	testlist_release(&now);
	return ret;
}

/* ---- working ---- */

static void
write_output(struct work *w, const uint32_t *tests, uint32_t n)
{
	struct err e = ERR_INIT;

	if (w->opt.output == NULL || n == 0 || n == w->n_written)
		return;
	if (testlist_write_plain(&w->list, tests, n, w->opt.output, &e) < 0)
		diag_warn("%s", e.msg);
	w->n_written = n;
}

static void
know(void *data, const struct drive_view *view)
{
	struct work *w = data;

	progress_know(w->progress, view);
	write_output(w, view->kept, view->n_kept);
}

static void
note(void *data, const char *text)
{
	struct work *w = data;

	progress_note(w->progress, text);
}

static void
ran(void *data, const struct ask *ask, const struct answer *answer, bool replayed)
{
	struct work *w = data;

	progress_ran(w->progress, ask, answer, replayed);
}

static void
tick(void *data)
{
	struct work *w = data;

	progress_tick(w->progress);
}

static int
open_lab(struct work *w, bool replay_only, struct err *e)
{
	struct lab_config config = {
		.pool = w->pool, .command = &w->command, .fw = w->fw, .list = &w->list, .opt = &w->opt,
		.seconds = w->priors.seconds, .session = &w->session, .replay_only = replay_only,
		.note = note, .ran = ran, .tick = tick, .data = w,
	};

	if (replay_only) {
		w->opt.progress = 0; /* the lines of -v are wanted, no more */
		config.note = NULL;
		config.tick = NULL;
	}
	w->progress = progress_open(&w->opt, &w->list);
	w->lab = lab_open(&config, e);
	return w->lab ? 0 : -1;
}

/* The words that prepare() gives, for rows that have no better idea. */
static int
prepared_command(struct work *w, const uint32_t *tests, uint32_t n, struct str *out, struct err *e)
{
	struct job job = { .dir = w->session.dir };
	char *path = session_path(&w->session, "repro.tests");
	int ret = -1;

	job.tests_path = path;
	if (testlist_write(&w->list, tests, n, path, e) == 0 &&
	    w->fw->prepare(&w->command, &w->list, tests, n, &job, e) == 0) {
		for (const char **word = job.argv; *word; word++) {
			str_adds(out, out->n ? " " : "");
			str_add_shell(out, *word);
		}
		ret = 0;
	}
	arena_release(&job.mem);
	free(path);
	return ret;
}

/* The reproducing command, as the finding shows it. */
static void
make_repro(struct work *w)
{
	struct finding *f = &w->finding;
	const struct culprit *c = f->culprits.p;
	struct str out = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	const uint32_t *tests;
	uint32_t n;
	int ret;

	if (f->culprits.n == 0 || f->repro)
		return;
	/* With its state-setters a brittle test passes: by itself it fails. */
	tests = f->verdict == FOUND_BRITTLE ? &c->victim : c->tests;
	n = f->verdict == FOUND_BRITTLE ? 1 : c->n_tests;
	if (w->opt.launcher)
		str_addf(&out, "%s ", w->opt.launcher);
	if (w->fw->repro)
		ret = w->fw->repro(&w->command, &w->list, tests, n, &out, &e);
	else
		ret = prepared_command(w, tests, n, &out, &e);
	if (ret == 0 && !out.over)
		f->repro = arena_copy(&f->mem, str_c(&out), out.n);
	else
		diag_warn("there is no command to paste: %s", ret < 0 ? e.msg : "it would be too long");
	str_release(&out);
}

static void
write_answer(struct work *w)
{
	const struct finding *f = &w->finding;

	if (f->culprits.n)
		write_output(w, f->culprits.p[0].tests, f->culprits.p[0].n_tests);
}

int
work_run(struct work *w, bool replay_only, struct err *e)
{
	struct finding *f = &w->finding;
	struct drive d = {
		.list = &w->list, .opt = &w->opt, .suspicion = w->priors.suspicion,
		.keeps_order = (w->fw->flags & FW_ORDER) != 0, .names_tests = (w->fw->flags & FW_NAMES) != 0,
		.progress = replay_only ? NULL : know, .data = w,
	};
	enum lab_event event = LAB_IDLE;
	bool rate = strcmp(w->record.mode, "rate") == 0;
	int ret;

	if (open_lab(w, replay_only, e) < 0)
		return -1;
	d.lab = w->lab;
	f->session = arena_copy(&f->mem, w->session.shown, strlen(w->session.shown));
	ret = rate ? drive_rate(&d, f, &event, e) : drive_tests(&d, f, &event, e);
	progress_close(w->progress);
	w->progress = NULL;
	if (!replay_only)
		write_answer(w);
	make_repro(w);
	if (ret < 0 && lab_stats(w->lab).n_runs == 0)
		return -1; /* there is nothing to report */
	(rate ? report_print_rate : report_print)(f, &w->list, &w->opt);
	return ret < 0 ? -1 : finding_exit_status(f);
}
