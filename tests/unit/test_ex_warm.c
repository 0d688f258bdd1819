/*
 * The executor that asks a fork server, against a real one: Python with our
 * fb_wire.py and "tests" that misbehave.  Runs from the root of the project.
 */
#include "tests/unit/check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/ex_warm.h"
#include "bisect/fw.h"
#include "common/fs.h"
#include "common/pool.h"

/* Each asked test does what its name says. */
static const char server[] =
	"import os, sys, time, signal, threading\n"
	"sys.path.insert(0, 'bisect/helpers')\n"
	"import fb_wire\n"
	"server = fb_wire.Server()\n"
	"print('printed while loading'); os.write(1, b'ready 99\\n')\n"
	"threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
	"signal.signal(signal.SIGCHLD, lambda *a: None)\n"
	"names = ['pass', 'fail', 'hang', 'stubborn', 'crash', 'print', 'leak', 'tmp']\n"
	"names += ['odd\\n\\t\\\\#', 'exit3']\n"
	"asked, results = server.serve(names, lambda *a: a)\n"
	"server.connect_output()\n"
	"for name in asked:\n"
	"    if name == b'hang': time.sleep(60)\n"
	"    if name == b'stubborn':\n"
	"        signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)\n"
	"        time.sleep(60)\n"
	"    if name == b'crash': os.kill(os.getpid(), signal.SIGSEGV)\n"
	"    if name == b'print': print('x' * 200000, flush=True)\n"
	"    if name == b'leak' and os.fork() == 0: time.sleep(60)\n"
	"    if name == b'tmp': open(os.environ['TMPDIR'] + '/file', 'w').close()\n"
	"    if name == b'exit3': os._exit(3)\n"
	"    name = dict(zip(map(fb_wire.escape, names), names))[name]\n"
	"    results.test('f' if name == 'fail' else 'p', 0.001, name, 'why')\n"
	"results.end()\n"
	"os._exit(0)\n";

static const char *const python[] = { "python3", "-c", server, NULL };
static struct pool *pool;
static char *scratch;

static struct executor *
open_server(const char *const *argv, int64_t load_timeout_ms)
{
	struct warm_spec spec = { .pool = pool, .argv = argv, .cwd = NULL,
		                  .load_timeout_ms = load_timeout_ms, .grace_ms = 50 };
	struct err e = ERR_INIT;
	struct executor *ex = ex_warm_open(&spec, &e);

	assert(ex);
	return ex;
}

/* ---- one run ---- */

struct outcome {
	struct job job;
	struct job_end end;
	bool over;
	size_t n_output, stop_after; /* 0: never */
};

static bool
on_output(void *data, int stream UNUSED, struct span bytes)
{
	struct outcome *o = data;

	o->n_output += bytes.n;
	return o->stop_after == 0 || o->n_output < o->stop_after;
}

static void
on_end(void *data, const struct job_end *end)
{
	struct outcome *o = data;

	for (; o->job.id != end->id; o++)
		;
	o->end = *end;
	o->over = true;
}

/* Starts a run of the tests, a line each. */
static void
begin(struct executor *ex, struct outcome *o, uint64_t id, const char *tests, int64_t timeout_ms)
{
	struct err e = ERR_INIT;
	struct str path = STR_INIT(4096);
	size_t stop_after = o->stop_after;

	*o = (struct outcome){ .job = { .id = id, .timeout_ms = timeout_ms, .output = on_output, .data = o },
	                       .stop_after = stop_after };
	o->job.dir = fs_unique_dir(scratch, "run", &e);
	assert(o->job.dir);
	str_addf(&path, "%s/tests", o->job.dir);
	CHECK_INT(fs_write(str_c(&path), span_of(tests), &e), 0);
	str_clear(&path);
	str_addf(&path, "%s/results", o->job.dir);
	o->job.results_path = xstrdup(str_c(&path));
	str_release(&path);
	CHECK_INT(executor_start(ex, &o->job, &e), 0);
}

static void
wait_for(struct executor *ex, struct outcome *o)
{
	while (!o->over) {
		pool_wait(pool, 20);
		executor_tick(ex);
	}
}

static void
done(struct outcome *o)
{
	free((void *)o->job.dir);
	free((void *)o->job.results_path);
}

static void
run(struct executor *ex, struct outcome *o, uint64_t id, const char *tests, int64_t timeout_ms)
{
	executor_listen(ex, on_end, o);
	begin(ex, o, id, tests, timeout_ms);
	wait_for(ex, o);
}

static void
wait_ready(struct executor *ex)
{
	while (ex_warm_state(ex, NULL) == WARM_LOADING) {
		pool_wait(pool, 20);
		executor_tick(ex);
	}
}

/* ---- tests ---- */

/* Catches a list that is torn by odd names, or by what the suite prints as it loads. */
static void
test_list(struct executor *ex)
{
	struct testlist list = TESTLIST_INIT;
	struct str path = STR_INIT(4096);
	struct err e = ERR_INIT;

	str_addf(&path, "%s/list", scratch);
	CHECK_INT(ex_warm_list(ex, str_c(&path), &list, &e), 0);
	if (CHECK_INT(testlist_count(&list), 10))
		CHECK_STR(testlist_name(&list, 8), "odd\n\t\\#");
	CHECK_INT(ex_warm_list(ex, "/no/such/folder/list", &list, &e), -1);
	CHECK(strstr(e.msg, "/no/such/folder") != NULL);
	testlist_release(&list);
	str_release(&path);
}

/* Catches ends, results and output that are lost or another run's. */
static void
test_ends(struct executor *ex)
{
	struct testlist list = TESTLIST_INIT;
	struct reading r;
	struct outcome o = { .stop_after = 0 };
	struct err e = ERR_INIT;
	bool whole = false;

	testlist_add(&list, span_of("fail"));
	testlist_add(&list, span_of("odd\n\t\\#"));
	run(ex, &o, 1, "odd\\n\\t\\\\#\nfail\nprint\n", 0);
	CHECK_INT(o.end.how, JOB_EXITED);
	CHECK_INT(o.end.code, 0);
	CHECK_INT(o.end.n_output, 200001);
	CHECK_INT(o.n_output, 200001);
	CHECK(o.end.micros > 0);
	reading_init(&r, &list);
	CHECK_INT(reading_results_file(&r, o.job.results_path, &whole, &e), 0);
	CHECK(whole && r.ends.n == 2 && r.ends.p[0].test == 1 && r.ends.p[1].status == TEST_FAIL);
	reading_release(&r);
	done(&o);
	run(ex, &o, 2, "exit3\n", 0);
	CHECK_INT(o.end.how, JOB_EXITED);
	CHECK_INT(o.end.code, 3);
	done(&o);
	run(ex, &o, 3, "crash\n", 0);
	CHECK_INT(o.end.how, JOB_SIGNALLED);
	CHECK_INT(o.end.code, SIGSEGV);
	done(&o);
	testlist_release(&list);
}

/* Catches temporary files outside of the run's own folder. */
static void
test_tmpdir(struct executor *ex)
{
	struct outcome o = { .stop_after = 0 };
	struct str path = STR_INIT(4096);

	run(ex, &o, 4, "tmp\n", 0);
	str_addf(&path, "%s/tmp/file", o.job.dir);
	CHECK(access(str_c(&path), F_OK) == 0);
	str_release(&path);
	done(&o);
}

/* Catches limits that are not kept, also by a test that is deaf to SIGTERM. */
static void
test_killed(struct executor *ex)
{
	struct outcome o = { .stop_after = 0 };

	run(ex, &o, 5, "hang\n", 100);
	CHECK_INT(o.end.how, JOB_TIMED_OUT);
	done(&o);
	run(ex, &o, 6, "stubborn\n", 100);
	CHECK_INT(o.end.how, JOB_TIMED_OUT);
	done(&o);
	executor_listen(ex, on_end, &o);
	begin(ex, &o, 7, "stubborn\n", 0);
	while (o.n_output == 0) {
		pool_wait(pool, 20);
		executor_tick(ex);
	}
	executor_cancel(ex, 7);
	wait_for(ex, &o);
	CHECK_INT(o.end.how, JOB_CANCELLED);
	done(&o);
	o.stop_after = 100;
	run(ex, &o, 8, "print\nhang\n", 0);
	CHECK_INT(o.end.how, JOB_STOPPED);
	done(&o);
}

/* Catches a process that outlives its run, and the wait for it. */
static void
test_leak(struct executor *ex)
{
	struct outcome o = { .stop_after = 0 };

	run(ex, &o, 9, "leak\npass\n", 0);
	CHECK_INT(o.end.how, JOB_EXITED);
	CHECK(o.end.micros < 30 * 1000 * 1000);
	done(&o);
}

/* Catches runs that are mixed up when several are under way. */
static void
test_several(struct executor *ex)
{
	struct outcome o[3];
	static const char *const tests[] = { "hang\n", "exit3\n", "pass\n" };
	size_t i;

	executor_listen(ex, on_end, o);
	for (i = 0; i < 3; i++) {
		o[i].stop_after = 0;
		begin(ex, &o[i], 20 + i, tests[i], i == 0 ? 0 : 20000);
		o[i].job.data = &o[i];
	}
	wait_for(ex, &o[1]);
	wait_for(ex, &o[2]);
	CHECK(!o[0].over);
	CHECK_INT(o[1].end.code, 3);
	CHECK_INT(o[2].end.code, 0);
	executor_cancel(ex, 20);
	wait_for(ex, &o[0]);
	CHECK_INT(o[0].end.how, JOB_CANCELLED);
	for (i = 0; i < 3; i++)
		done(&o[i]);
}

/* Catches a server that cannot load and is waited for, or whose reason is lost. */
static void
test_broken(void)
{
	static const struct { const char *program, *script, *why; } cases[] = {
		{ "sh", "echo banner; echo cannot import that", "import that" },
		{ "sh", "echo 'Error: no such file' >&2; exit 3", "status 3: Error: no such file" },
		{ "sh", "kill -9 $$", "signal 9" },
		{ "/no/such/program", "", "No such file" },
		{ "sh", "sleep 60", "in time" },
	};
	struct err e = ERR_INIT;
	const char *why;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *argv[] = { cases[i].program, "-c", cases[i].script, NULL };
		struct executor *ex = open_server(argv, i == 4 ? 100 : 0);
		struct outcome o = { .stop_after = 0 };

		wait_ready(ex);
		CHECK_INT(ex_warm_state(ex, &why), WARM_BROKEN);
		if (!CHECK(strstr(why, cases[i].why) != NULL))
			printf("  is: %s\n", why);
		o.job.id = 1;
		CHECK_INT(executor_start(ex, &o.job, &e), -1);
		executor_close(ex);
	}
}

/* Catches runs that are never told of when the server dies in the middle. */
static void
test_lost(void)
{
	static const char *const argv[] = { "sh", "-c", "echo ready 1; read line; exit 4", NULL };
	struct executor *ex = open_server(argv, 0);
	struct outcome o = { .stop_after = 0 };

	wait_ready(ex);
	run(ex, &o, 1, "pass\n", 0);
	CHECK_INT(o.end.how, JOB_LOST);
	done(&o);
	executor_close(ex);
}

/* Catches a close that leaves a run or the server behind. */
static void
test_close(void)
{
	struct executor *ex = open_server(python, 0);
	struct outcome o = { .stop_after = 0 };

	wait_ready(ex);
	executor_listen(ex, on_end, &o);
	begin(ex, &o, 1, "stubborn\n", 0);
	while (o.n_output == 0) {
		pool_wait(pool, 20);
		executor_tick(ex);
	}
	executor_close(ex);
	CHECK(!o.over);
	CHECK_INT(pool_count(pool), 0);
	done(&o);
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct executor *ex;

	if (access("bisect/helpers/fb_wire.py", R_OK) < 0 || system("python3 -c 0 2>/dev/null") != 0) {
		printf("skipped: no python3, or not in the project's folder\n");
		return 0;
	}
	pool = pool_new(&e);
	scratch = fs_unique_dir("/tmp", "test_ex_warm.", &e);
	assert(pool && scratch);
	ex = open_server(python, 0);
	test_list(ex);
	test_ends(ex);
	test_tmpdir(ex);
	test_killed(ex);
	test_leak(ex);
	test_several(ex);
	executor_close(ex);
	test_broken();
	test_lost();
	test_close();
	fs_remove(scratch, &e);
	free(scratch);
	pool_free(pool);
	return check_done();
}
