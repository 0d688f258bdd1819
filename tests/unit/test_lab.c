/* The laboratory with real processes: asks, answers, the journal, replays. */
#include "tests/unit/check.h"

#include <unistd.h>

#include "bisect/lab.h"
#include "bisect/session.h"
#include "common/fs.h"
#include "common/pool.h"

static struct testlist list = TESTLIST_INIT;
static const char *script; /* what every run executes; the asked names are its arguments */
static unsigned n_prepared;

static int
prepare(struct fw_command *c UNUSED, const struct testlist *l, const uint32_t *tests, size_t n,
        struct job *job, struct err *e UNUSED)
{
	struct argv_builder b = { &job->mem, VEC_INIT };

	argv_add(&b, "sh");
	argv_add(&b, "-c");
	argv_add(&b, script);
	argv_add(&b, "sh");
	for (size_t i = 0; i < n; i++)
		argv_add(&b, testlist_name(l, tests[i]));
	job->argv = argv_done(&b);
	n_prepared++;
	return 0;
}

static const struct framework fw = { .name = "sh", .flags = FW_ORDER, .prepare = prepare };

/* A laboratory in a session of its own. */
struct place {
	struct pool *pool;
	struct session session;
	struct fw_command command;
	struct options opt;
	struct lab *lab;
	char root[4096], name[4096];
};

static void
make_place(struct place *p)
{
	const char *tmp = getenv("TMPDIR");

	memset(p, 0, sizeof(*p));
	snprintf(p->root, sizeof(p->root), "%s/lab.XXXXXX", tmp ? tmp : "/tmp");
	if (mkdtemp(p->root) == NULL)
		abort();
	p->opt = (struct options){ .jobs = 1, .confidence = 0.99 };
	p->command.cwd = "/";
	session_init(&p->session);
}

static bool
open_lab(struct place *p, bool again, bool replay_only)
{
	struct err e = ERR_INIT;
	struct lab_config config = {
		.pool = p->pool = pool_new(&e), .command = &p->command, .fw = &fw, .list = &list,
		.opt = &p->opt, .session = &p->session, .replay_only = replay_only,
	};

	if (!CHECK(p->pool != NULL))
		return false;
	if (again ? session_open(&p->session, p->root, p->name, !replay_only, &e) < 0
	          : session_create(&p->session, p->root, &e) < 0) {
		CHECK_STR(e.msg, "");
		return false;
	}
	if (!again) {
		char *record = session_path(&p->session, "record");

		CHECK_INT(fs_write(record, span_of("\n"), &e), 0);
		free(record);
		snprintf(p->name, sizeof(p->name), "%s", p->session.dir);
	}
	if (!replay_only)
		CHECK_INT(session_make_scratch(&p->session, p->opt.launcher != NULL, &e), 0);
	p->lab = lab_open(&config, &e);
	CHECK_STR(e.msg, "");
	return p->lab != NULL;
}

static void
close_lab(struct place *p)
{
	lab_close(p->lab);
	session_close(&p->session);
	pool_free(p->pool);
	p->lab = NULL;
	p->pool = NULL;
}

static void
remove_place(struct place *p)
{
	close_lab(p);
	fs_remove(p->root, NULL);
}

static uint64_t
ask(struct place *p, uint32_t from, uint32_t n)
{
	uint32_t tests[16];
	struct ask a = { .tests = tests, .n = n, .phase = "search", .victim = TESTLIST_NONE };
	struct err e = ERR_INIT;
	uint64_t id = 0;

	for (uint32_t i = 0; i < n; i++)
		tests[i] = from + i;
	CHECK_INT(lab_ask(p->lab, &a, &id, &e), 0);
	return id;
}

static struct answer
answer_of(struct place *p, uint64_t id)
{
	struct answer a = { .run = 0 };
	struct err e = ERR_INIT;

	CHECK_INT(lab_wait(p->lab, &a, &e), LAB_ANSWER);
	CHECK_STR(e.msg, "");
	CHECK_INT(a.ask, id);
	return a;
}

/* Catches an answer of another ask, and a run that is not numbered from 1. */
static void
test_answers(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;
	const struct other_failure *others;

	make_place(&p);
	script = "case \" $* \" in *' t3 '*) echo FAIL: bug $$; exit 1;;"
	         " *' t5 '*) echo network unreachable; exit 1;; esac";
	if (!open_lab(&p, false, false))
		return;
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_IDLE);
	a = answer_of(&p, ask(&p, 0, 8));
	CHECK_INT(a.run, 1);
	CHECK_INT(a.verdict, VERDICT_FAIL);
	CHECK_STR(a.signature, "exit status 1: FAIL: bug N");
	CHECK_STR(lab_target_text(p.lab), "exit status 1: FAIL: bug N");
	a = answer_of(&p, ask(&p, 0, 3));
	CHECK_INT(a.verdict, VERDICT_PASS);
	CHECK_STR(a.signature, "");
	a = answer_of(&p, ask(&p, 4, 3));
	CHECK_INT(a.outcome, OUT_OTHER);
	CHECK_INT(lab_others(p.lab, &others), 1);
	CHECK_STR(others[0].signature, "exit status 1: network unreachable");
	CHECK_INT(others[0].first_run, 3);
	CHECK_INT(lab_stats(p.lab).n_runs, 3);
	CHECK_NEAR(lab_stats(p.lab).work, 14.0 / 8, 1e-9);
	CHECK(lab_seconds(p.lab)[0] > 0 && lab_startup(p.lab, false) > 0);
	remove_place(&p);
}

/* Catches a resumed session that runs again what was answered, or answers otherwise. */
static void
test_replay(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;
	double seconds, start;

	make_place(&p);
	script = "case \" $* \" in *' t3 '*) echo FAIL: bug $$; exit 1;; esac";
	if (!open_lab(&p, false, false))
		return;
	answer_of(&p, ask(&p, 0, 8));
	answer_of(&p, ask(&p, 0, 4));
	answer_of(&p, ask(&p, 4, 4));
	seconds = lab_seconds(p.lab)[5];
	start = lab_startup(p.lab, false);
	close_lab(&p);
	n_prepared = 0;
	if (!open_lab(&p, true, false))
		return;
	a = answer_of(&p, ask(&p, 0, 8));
	CHECK_INT(a.run, 1);
	CHECK_STR(a.signature, "exit status 1: FAIL: bug N");
	answer_of(&p, ask(&p, 0, 4));
	a = answer_of(&p, ask(&p, 4, 4));
	CHECK_INT(a.verdict, VERDICT_PASS);
	CHECK_INT(n_prepared, 0);
	CHECK_NEAR(lab_seconds(p.lab)[5], seconds, 1e-12);
	CHECK_NEAR(lab_startup(p.lab, false), start, 1e-12);
	CHECK_INT(lab_stats(p.lab).n_replayed, 3);
	a = answer_of(&p, ask(&p, 0, 1));
	CHECK_INT(a.run, 4);
	CHECK_INT(n_prepared, 1);
	close_lab(&p);
	/* To look at only. */
	if (!open_lab(&p, true, true))
		return;
	answer_of(&p, ask(&p, 0, 8));
	answer_of(&p, ask(&p, 0, 4));
	answer_of(&p, ask(&p, 4, 4));
	answer_of(&p, ask(&p, 0, 1));
	ask(&p, 0, 2);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_SIGNAL);
	CHECK_INT(n_prepared, 1);
	remove_place(&p);
}

/* Catches a recorded answer given to another question. */
static void
test_other_question(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;

	make_place(&p);
	script = "exit 0";
	if (!open_lab(&p, false, false))
		return;
	answer_of(&p, ask(&p, 0, 8));
	close_lab(&p);
	if (!open_lab(&p, true, false))
		return;
	ask(&p, 0, 7);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_ERROR);
	CHECK(strstr(e.msg, "a question that is not asked now") != NULL);
	remove_place(&p);
}

/* Catches runs that wait for each other, and answers in the order of asking only. */
static void
test_jobs(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;
	uint64_t slow, fast;

	make_place(&p);
	p.opt.jobs = 2;
	p.command.cwd = p.root;
	script = "case $1 in t0) while [ ! -e go ]; do sleep 0.01; done; sleep 0.5;; *) : >go;; esac";
	if (!open_lab(&p, false, false))
		return;
	slow = ask(&p, 0, 2);
	fast = ask(&p, 1, 2);
	CHECK_INT(lab_stats(p.lab).n_under_way, 2);
	a = answer_of(&p, fast);
	CHECK_INT(a.run, 2);
	a = answer_of(&p, slow);
	CHECK_INT(a.run, 1);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_IDLE);
	close_lab(&p);
	/* A replay gives them in that order too. */
	if (!open_lab(&p, true, false))
		return;
	slow = ask(&p, 0, 2);
	fast = ask(&p, 1, 2);
	answer_of(&p, fast);
	answer_of(&p, slow);
	remove_place(&p);
}

/* Catches a cancelled run that goes on, is answered or counted. */
static void
test_cancel(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;
	uint64_t endless;

	make_place(&p);
	p.opt.jobs = 2;
	script = "case $1 in t0) exec sleep 1000;; esac";
	if (!open_lab(&p, false, false))
		return;
	endless = ask(&p, 0, 2);
	answer_of(&p, ask(&p, 1, 2));
	lab_cancel(p.lab, endless);
	lab_cancel(p.lab, endless);
	lab_cancel(p.lab, 999);
	answer_of(&p, ask(&p, 2, 2));
	while (lab_stats(p.lab).n_under_way)
		lab_wait(p.lab, &a, &e);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_IDLE);
	CHECK_INT(lab_stats(p.lab).n_runs, 2);
	remove_place(&p);
}

/* Catches one run too many, and a budget of time that waits for the run's end. */
static void
test_budget(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;

	make_place(&p);
	p.opt.max_runs = 2;
	script = "exit 0";
	if (!open_lab(&p, false, false))
		return;
	answer_of(&p, ask(&p, 0, 2));
	answer_of(&p, ask(&p, 1, 2));
	ask(&p, 2, 2);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_BUDGET);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_BUDGET);
	remove_place(&p);
	make_place(&p);
	p.opt.budget_ms = 50;
	script = "exec sleep 1000";
	if (!open_lab(&p, false, false))
		return;
	ask(&p, 0, 2);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_BUDGET);
	remove_place(&p);
}

/* Catches a program that is not there taken for a run that proves nothing. */
static void
test_not_there(void)
{
	struct place p;
	struct answer a;
	struct err e = ERR_INIT;

	make_place(&p);
	p.opt.launcher = "/no/such/launcher";
	script = "exit 0";
	if (!open_lab(&p, false, false))
		return;
	ask(&p, 0, 2);
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_ERROR);
	CHECK_STR(e.msg, "cannot start '/no/such/launcher': No such file or directory");
	CHECK_INT(lab_wait(p.lab, &a, &e), LAB_ERROR);
	remove_place(&p);
}

int
main(void)
{
	char name[8];

	for (unsigned i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "t%u", i);
		testlist_add(&list, span_of(name));
	}
	test_answers();
	test_replay();
	test_other_question();
	test_jobs();
	test_cancel();
	test_budget();
	test_not_there();
	testlist_release(&list);
	return check_done();
}
