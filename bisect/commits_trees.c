/*
 * Where commits are run: working trees of our own, one a run at once, each
 * checked out and built when a run begins in it.  It is a framework row
 * (fw.h) whose tests are commits, so that the laboratory needs to know nothing
 * of this.  Without --build a tree is cleaned for each run; with it what
 * the build made stays, as with git bisect.
 */
#include "common/base.h"
#include "bisect/commits.h"

#include <sys/stat.h>
#include <unistd.h>

#include "bisect/fw.h"
#include "common/diag.h"
#include "common/fs.h"
#include "common/vec.h"

#define NAME_PREFIX "flake-bisect-"

/* One working tree.  As the driver sees it: free (asked NONE), and what it holds. */
struct slot {
	struct repo_tree *tree; /* NULL: not made yet */
	uint32_t at;            /* commit that it holds, by answers; NONE: none */
	bool built;             /* at was built, or needs no building */
	uint32_t asked;         /* commit that is promised to it or runs in it; NONE: it is free */
	bool started;           /* the run of asked began */
	uint32_t live_at;       /* commit that is checked out, in fact */
	bool live_built;
	uint64_t run;           /* that began in it last */
};

struct commits_trees {
	struct repo *repo;
	const struct testlist *list;
	const struct session *session;
	const struct options *opt;
	char *below;            /* cwd from the top of the repository, "" the top */
	VEC(struct slot) slots;
	bool submodules_told;
};

/* ---- opening ---- */

struct commits_trees *
commits_trees_open(struct repo *repo, const struct testlist *list, const struct session *session,
                   const struct options *opt, const char *cwd, uint32_t n)
{
	struct commits_trees *t = xcalloc(1, sizeof(*t));
	const char *top = repo ? repo_top(repo) : NULL;
	size_t len = top ? strlen(top) : 0;
	struct slot empty = { .at = COMMITS_NONE, .asked = COMMITS_NONE, .live_at = COMMITS_NONE };

	t->repo = repo;
	t->list = list;
	t->session = session;
	t->opt = opt;
	t->below = xstrdup(top && strncmp(cwd, top, len) == 0 && cwd[len] == '/' ? cwd + len + 1 : "");
	for (uint32_t i = 0; i < n; i++)
		vec_push(&t->slots, empty);
	if (repo && session->scratch)
		repo_trees_sweep(repo, NAME_PREFIX);
	return t;
}

void
commits_trees_close(struct commits_trees *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->slots.n; i++)
		repo_tree_free(t->slots.p[i].tree);
	vec_release(&t->slots);
	free(t->below);
	free(t);
}

/* ---- as the driver sees them ---- */

static bool
holds(const struct slot *s, uint32_t commit)
{
	return s->at == commit && s->built;
}

bool
commits_trees_promise(struct commits_trees *t, uint32_t commit)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < t->slots.n; i++) {
		struct slot *s = &t->slots.p[i];

		if (s->asked == COMMITS_NONE && (best == NULL || (holds(s, commit) && !holds(best, commit))))
			best = s;
	}
	assert(best); /* no more runs are asked for than there are trees */
	best->asked = commit;
	best->started = false;
	return holds(best, commit);
}

void
commits_trees_done(struct commits_trees *t, uint32_t commit, uint64_t run, bool built)
{
	struct slot *s = NULL;

	/* Where the same commit is asked twice: the one of this run; an answer of the journal has none that began. */
	for (size_t i = 0; i < t->slots.n; i++) {
		struct slot *x = &t->slots.p[i];

		if (x->asked == commit && (x->started ? x->run == run : s == NULL))
			s = x;
	}
	assert(s);
	s->asked = COMMITS_NONE;
	s->at = commit;
	s->built = built;
}

size_t
commits_trees_ready(const struct commits_trees *t, uint32_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->slots.n; i++) {
		if (t->slots.p[i].asked == COMMITS_NONE && t->slots.p[i].built)
			out[n++] = t->slots.p[i].at;
	}
	return n;
}

/* ---- the command ---- */

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Whether the word names a file of the user's that the commit has not: a script that was
 * written for this search, and never committed. */
static bool
is_users_own(struct repo *repo, const struct repo_id *in, const char *word, const char *below,
             bool is_program)
{
	struct str path = STR_INIT(STR_LINE);
	bool own;

	if (word[0] == '/' || word[0] == '\0' || (is_program && strchr(word, '/') == NULL) || !is_file(word))
		return false;
	while (strncmp(word, "./", 2) == 0)
		word += 2;
	str_addf(&path, "%s%s%s", below, *below ? "/" : "", word);
	own = !repo_has_path(repo, in, str_c(&path));
	str_release(&path);
	return own;
}

const char **
commits_command(struct repo *repo, const struct repo_id *in, const char *const *command, const char *cwd,
                struct arena *mem)
{
	const char *top = repo_top(repo), *below;
	size_t n = top ? strlen(top) : 0;
	struct argv_builder b = { mem, VEC_INIT };

	below = top && strncmp(cwd, top, n) == 0 && cwd[n] == '/' ? cwd + n + 1 : "";
	for (const char *const *word = command; *word; word++) {
		if (is_users_own(repo, in, *word, below, word == command))
			argv_addf(&b, "%s/%s", cwd, strncmp(*word, "./", 2) == 0 ? *word + 2 : *word);
		else
			argv_add(&b, *word);
	}
	return argv_done(&b);
}

/* ---- a run begins ---- */

/* $1 the build, $2 its output, $3 the file that says how far it came (empty: to the command,
 * which follows). */
static const char build_script[] =
	"build=$1 log=$2 phase=$3; shift 3\n"
	"echo 'the build took too long' >\"$phase\"\n"
	"(eval \"$build\") >\"$log\" 2>&1 </dev/null; status=$?\n"
	"if [ $status -ne 0 ]; then\n"
	"\techo \"the build failed with status $status\" >\"$phase\"; tail -n 60 \"$log\"; exit 125\n"
	"fi\n"
	": >\"$phase\"; rm -f \"$log\"; exec \"$@\"\n";

static int
make_tree(struct commits_trees *t, struct slot *s, struct err *e)
{
	struct str name = STR_INIT(STR_LINE), path = STR_INIT(STR_LINE);
	const char *scratch = strrchr(t->session->scratch, '/') + 1;
	size_t i = (size_t)(s - t->slots.p);

	str_addf(&name, "%s%s-%zu", strncmp(scratch, NAME_PREFIX, sizeof(NAME_PREFIX) - 1) ? NAME_PREFIX : "",
	         scratch, i);
	str_addf(&path, "%s/tree-%zu", t->session->scratch, i);
	s->tree = repo_tree_new(t->repo, str_c(&name), str_c(&path), e);
	str_release(&name);
	str_release(&path);
	return s->tree ? 0 : -1;
}

/* The run says nothing of its commit: `why` is written where finish() looks. */
static int
prepare_nothing(struct job *job, const char *why, struct err *e)
{
	struct argv_builder b = { &job->mem, VEC_INIT };

	argv_add(&b, "/bin/sh");
	argv_add(&b, "-c");
	argv_add(&b, "printf '%s\\n' \"$1\" >&2; exit 125");
	argv_add(&b, "flake-bisect");
	argv_add(&b, why);
	job->argv = argv_done(&b);
	job->cwd = job->dir;
	return fs_write_scratch(job->results_path, span_of(why), e);
}

static void
prepare_words(struct commits_trees *t, const struct slot *s, const char *const *command, struct job *job)
{
	struct argv_builder b = { &job->mem, VEC_INIT };

	if (t->opt->build && !s->live_built) {
		argv_add(&b, "/bin/sh");
		argv_add(&b, "-c");
		argv_add(&b, build_script);
		argv_add(&b, "flake-bisect");
		argv_add(&b, t->opt->build);
		argv_addf(&b, "%s/build.log", job->dir);
		argv_add(&b, job->results_path);
		/* Before any limit is known a build needs one all the same. */
		job->timeout_ms += t->opt->build_timeout_ms;
	}
	for (; *command; command++)
		argv_add(&b, *command);
	job->argv = argv_done(&b);
}

static int
prepare_in(struct commits_trees *t, struct slot *s, uint32_t commit, const char *const *command,
           struct job *job, struct err *e)
{
	struct argv_builder env = { &job->mem, VEC_INIT };
	struct str cwd = STR_INIT(STR_LINE);
	struct repo_id id;
	struct stat st;
	int ret;

	commits_id(&id, t->list, commit);
	if (s->live_at != commit)
		s->live_built = false;
	s->live_at = COMMITS_NONE;
	ret = repo_tree_checkout(s->tree, &id, t->opt->build == NULL, e);
	if (ret != 0) {
		err_prefix(e, COMMITS_NO_CHECKOUT " failed");
		return ret < 0 ? -1 : prepare_nothing(job, e->msg, e);
	}
	s->live_at = commit;
	if (!t->submodules_told && repo_tree_has_submodules(s->tree) && t->opt->build == NULL) {
		t->submodules_told = true;
		diag_note("submodules are left empty; --build 'git submodule update --init' fills them");
	}
	str_addf(&cwd, "%s%s%s", repo_tree_path(s->tree), *t->below ? "/" : "", t->below);
	if (stat(str_c(&cwd), &st) < 0) {
		str_clear(&cwd);
		str_addf(&cwd, COMMITS_NO_CHECKOUT " has no folder '%s'", t->below);
		ret = prepare_nothing(job, str_c(&cwd), e);
	} else {
		job->cwd = arena_copy(&job->mem, str_c(&cwd), cwd.n);
		argv_addf(&env, "FLAKE_BISECT_COMMIT=%s", testlist_name(t->list, commit));
		job->env = argv_done(&env);
		prepare_words(t, s, command, job);
	}
	str_release(&cwd);
	return ret;
}

static int
prepare(struct fw_command *c, const struct testlist *list UNUSED, const uint32_t *tests, size_t n,
        struct job *job, struct err *e)
{
	struct commits_trees *t = c->state;
	struct slot *s = NULL;

	assert(n == 1);
	for (size_t i = 0; i < t->slots.n && s == NULL; i++) {
		if (t->slots.p[i].asked == tests[0] && !t->slots.p[i].started)
			s = &t->slots.p[i];
	}
	assert(s); /* it was promised one */
	s->started = true;
	s->run = job->id;
	if (s->tree == NULL && make_tree(t, s, e) < 0)
		return -1;
	return prepare_in(t, s, tests[0], c->argv, job, e);
}

/* ---- a run ends ---- */

static struct slot *
slot_of_run(struct commits_trees *t, uint64_t run)
{
	for (size_t i = 0; i < t->slots.n; i++) {
		if (t->slots.p[i].run == run)
			return &t->slots.p[i];
	}
	return NULL;
}

static int
finish(struct fw_command *c, struct reading *r, const struct job *job, const struct job_end *end UNUSED,
       struct err *e)
{
	struct commits_trees *t = c->state;
	struct slot *s = slot_of_run(t, job->id);
	struct str phase = STR_INIT(4096);
	int ret = 0;

	if (access(job->results_path, F_OK) == 0 && (ret = fs_read(&phase, job->results_path, e)) == 0) {
		struct span why = span_trim(str_span(&phase));

		if (why.n) {
			r->unresolved = arena_copy(&r->mem, why.p, why.n);
			r->not_begun = true;
		}
	}
	if (s)
		s->live_built = ret == 0 && !r->not_begun;
	str_release(&phase);
	return ret;
}

static int
never_detected(const struct fw_command *c UNUSED)
{
	return 0;
}

const struct framework commits_framework = {
	.name = "commits",
	.title = "commits of a git repository, each in a working tree of its own",
	.package = "git",
	.detect = never_detected,
	.prepare = prepare,
	.finish = finish,
};
