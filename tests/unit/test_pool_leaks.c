/* What children leave behind, whosever it is, and that it is gone when we are. */
#include "tests/unit/check.h"

#include <signal.h>
#include <sys/wait.h>

#include "common/sig.h"
#include "tests/unit/children.h"

/* Catches leaks that hold up the run, are not counted, or live on. */
static void
test_leaks(void)
{
	const char *p = in_scratch("p");
	struct child_end end = end_of((struct child_spec){ .argv = CHILD("leave", "pid", p, "forever") });

	CHECK(end.how == CHILD_EXITED && end.code == 0 && end.held_output);
	CHECK_INT(end.n_leaked, 1);
	CHECK(!lives(pid_in("p")));
	end = end_of((struct child_spec){ .argv = CHILD("daemon", "ignore-term", "pid", p, "forever") });
	CHECK(!end.held_output);
	CHECK_INT(end.n_leaked, 1);
	CHECK(!lives(pid_in("p")));
	end = end_of((struct child_spec){ .argv = CHILD("daemon", "forget", "pid", p, "forever") });
	CHECK_INT(end.n_leaked, 1);
	CHECK(!lives(pid_in("p")));
	end = end_of((struct child_spec){ .argv = CHILD("leave", "group", "fork", "forever") });
	CHECK_INT(end.n_leaked, 2);
	end = end_of((struct child_spec){ .argv = CHILD("bomb", "20", "daemon", "forever") });
	CHECK_INT(end.n_leaked, 20);
	CHECK_INT(pool_count(pool), 0);
}

/* Catches a child of a child that ends a moment later and is called a leak. */
static void
test_late_but_no_leak(void)
{
	struct child_end end = end_of((struct child_spec){
		.argv = CHILD("leave", "sleep", "10", "print", "late") });

	CHECK_INT(end.n_leaked, 0);
	CHECK(!end.held_output);
	CHECK_INT(end.n_output, 5);
}

/* Catches an orphan that is charged to, or killed with, the run of another. */
static void
test_whose_orphan(void)
{
	struct result a, b;
	pid_t pid;

	start(&a, (struct child_spec){ .argv = (const char *const[]){
		"sh", "-c", "\"$0\" daemon pid \"$1\" forever; exec \"$0\" wait-for \"$2\"", fake,
		in_scratch("p"), in_scratch("go"), NULL } });
	start(&b, (struct child_spec){ .argv = CHILD("wait-for", in_scratch("go-b")) });
	pid = pid_in("p");
	close(open(in_scratch("go-b"), O_CREAT | O_WRONLY, 0666));
	wait_end(&b);
	CHECK(b.end.how == CHILD_EXITED);
	CHECK_INT(b.end.n_leaked, 0);
	CHECK(lives(pid));
	CHECK_INT(a.n_ends, 0);
	close(open(in_scratch("go"), O_CREAT | O_WRONLY, 0666));
	wait_end(&a);
	CHECK_INT(a.end.n_leaked, 1);
	CHECK(!lives(pid));
	unlink(in_scratch("go"));
	unlink(in_scratch("go-b"));
	result_release(&a);
	result_release(&b);
}

/* Catches what a fork server's run leaves behind, and its siblings being hit. */
static void
test_sweep(void)
{
	static const char script[] = "setsid \"$0\" pid \"$1\" leave pid \"$2\" forever\n"
	                             "setsid \"$0\" pid \"$3\" forever";
	struct result r;
	pid_t leader, orphan, other;
	struct child *server;
	char other_path[4096];

	snprintf(other_path, sizeof(other_path), "%s/other", scratch);
	server = start(&r, (struct child_spec){ .argv = (const char *const[]){ "sh", "-c", script, fake,
		in_scratch("leader"), in_scratch("orphan"), other_path, NULL } });
	leader = pid_in("leader");
	orphan = pid_in("orphan");
	other = pid_in("other");
	CHECK(lives(orphan) && lives(other));
	CHECK_INT(pool_sweep(pool, server, leader, false), 1);
	CHECK(!lives(orphan) && lives(other));
	CHECK_INT(pool_sweep(pool, server, leader, true), 0);
	pool_end(pool, &server, 1);
	CHECK(!lives(other));
	result_release(&r);
}

/* What a program under test does in a process of its own; never returns. */
static pid_t
in_process(void (*act)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		sig_close();
		pool = NULL; /* the guardian is our parent's */
		act();
		_exit(99);
	}
	return pid;
}

static void
start_family(void)
{
	static struct result a, b, c;

	pool = pool_new(NULL);
	start(&a, (struct child_spec){
		.argv = CHILD("ignore-term", "fork", "fork", "pid", in_scratch("p1"), "forever") });
	start(&b, (struct child_spec){ .argv = (const char *const[]){
		"sh", "-c", "\"$0\" daemon pid \"$1\" forever; exec \"$0\" forever", fake,
		in_scratch("p2"), NULL } });
	start(&c, (struct child_spec){
		.argv = CHILD("fork", "group", "forget", "pid", in_scratch("p3"), "forever") });
	while (access(in_scratch("die"), F_OK) < 0)
		pool_wait(pool, 5);
}

static void
act_killed(void)
{
	start_family();
	raise(SIGKILL);
}

static void
act_exit(void)
{
	start_family();
	_exit(0);
}

static void
act_free(void)
{
	start_family();
	pool_free(pool);
	_exit(0);
}

/* Waits for an ordinary family, has its program end, and looks for survivors. */
static void
check_family(void (*act)(void))
{
	pid_t program = in_process(act), p1 = pid_in("p1"), p2 = pid_in("p2"), p3 = pid_in("p3");

	CHECK(lives(p1));
	close(open(in_scratch("die"), O_CREAT | O_WRONLY, 0666));
	waitpid(program, NULL, 0);
	CHECK(vanishes(p1));
	CHECK(vanishes(p2));
	CHECK(vanishes(p3));
	unlink(in_scratch("die"));
}

/* Catches children and theirs that survive the program, however it ends. */
static void
test_our_death(void)
{
	check_family(act_killed);
	check_family(act_exit);
	check_family(act_free);
}

static void
act_signalled(void)
{
	struct result r;

	pool = pool_new(NULL);
	start(&r, (struct child_spec){ .argv = CHILD("pid", in_scratch("p1"), "forever") });
	while (pool_wait(pool, -1) >= 0)
		;
	if (sig_pending() != SIGTERM || pool_wait(pool, -1) != -1)
		_exit(1);
	pool_free(pool);
	sig_reraise();
}

/* Catches a signal that is lost, or whose default action does not end us. */
static void
test_signal(void)
{
	pid_t program = in_process(act_signalled), pid = pid_in("p1");
	int status;

	kill(program, SIGTERM);
	waitpid(program, &status, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	CHECK(!lives(pid));
}

static void
act_stopped(void)
{
	struct result r;

	pool = pool_new(NULL);
	start(&r, (struct child_spec){ .argv = CHILD("pid", in_scratch("p1"), "wait-for", in_scratch("go")),
	                               .timeout_ms = 1500 });
	wait_end(&r);
	pool_free(pool);
	_exit(r.end.how == CHILD_EXITED ? 0 : 1);
}

/* Catches time that runs on, and children that do, while we are stopped. */
static void
test_stopped(void)
{
	struct timespec longer = { 2, 0 };
	pid_t program = in_process(act_stopped), pid = pid_in("p1");
	int status;

	kill(program, SIGTSTP);
	waitpid(program, &status, WUNTRACED);
	if (!CHECK(WIFSTOPPED(status)))
		return;
	CHECK(becomes(pid, 'T'));
	while (nanosleep(&longer, &longer) < 0) /* longer than the limit: time itself is tested */
		;
	close(open(in_scratch("go"), O_CREAT | O_WRONLY, 0666));
	kill(program, SIGCONT);
	waitpid(program, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlink(in_scratch("go"));
}

/* Catches a child that was there before the pool, or an orphan of it, that is
 * taken for a stray. */
static void
test_foreign(void)
{
	pid_t foreign = fork(), orphan;
	struct child_end end;

	if (foreign == 0) {
		execl(fake, fake, "fork", "leave", "pid", in_scratch("p1"), "forever", (char *)NULL);
		_exit(99);
	}
	orphan = pid_in("p1");
	pool = pool_new(NULL);
	end = end_of((struct child_spec){ .argv = CHILD("daemon", "pid", in_scratch("p2"), "forever") });
	CHECK_INT(end.n_leaked, 1);
	CHECK(!lives(pid_in("p2")));
	pool_free(pool);
	CHECK(lives(orphan));
	kill(orphan, SIGKILL);
	CHECK(vanishes(orphan));
	kill(foreign, SIGKILL);
	waitpid(foreign, NULL, 0);
}

int
main(int argc, char **argv)
{
	(void)argc;
	children_init(argv[0]);
	test_foreign();
	pool = pool_new(NULL);
	test_leaks();
	test_late_but_no_leak();
	test_whose_orphan();
	test_sweep();
	test_our_death();
	test_signal();
	test_stopped();
	pool_free(pool);
	children_release();
	return check_done();
}
