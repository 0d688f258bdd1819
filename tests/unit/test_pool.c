/* Children of the pool: how they start, talk and end. */
#include "tests/unit/check.h"

#include <signal.h>
#include <sys/stat.h>

#include "tests/unit/children.h"

/* Catches exit statuses and signals that are taken for one another. */
static void
test_ends(void)
{
	struct child_end end = end_of((struct child_spec){ .argv = CHILD("exit", "0") });

	CHECK(end.how == CHILD_EXITED && end.code == 0);
	CHECK(end.micros > 0 && end.micros < 10 * 1000000);
	CHECK(end.n_leaked == 0 && !end.held_output && end.n_output == 0);
	end = end_of((struct child_spec){ .argv = CHILD("exit", "125") });
	CHECK(end.how == CHILD_EXITED && end.code == 125);
	end = end_of((struct child_spec){ .argv = CHILD("exit", "255") });
	CHECK(end.how == CHILD_EXITED && end.code == 255);
	end = end_of((struct child_spec){ .argv = CHILD("kill", "9") });
	CHECK(end.how == CHILD_SIGNALLED && end.code == SIGKILL);
	end = end_of((struct child_spec){ .argv = CHILD("kill", "15") });
	CHECK(end.how == CHILD_SIGNALLED && end.code == SIGTERM);
}

/* Catches a program that cannot be started and is reported as if it had run. */
static void
test_not_started(void)
{
	size_t n = 8 << 20;
	char *huge = xmalloc(n + 1);
	const char *const nothing[] = { "no-such-program", NULL };
	struct child_end end = end_of((struct child_spec){ .argv = nothing });

	CHECK(end.how == CHILD_NOT_STARTED && end.code == ENOENT);
	CHECK_INT(pool_count(pool), 0);
	CHECK(fs_write(in_scratch("plain"), span_of("text"), NULL) == 0);
	end = end_of((struct child_spec){ .argv = (const char *const[]){ in_scratch("plain"), NULL } });
	CHECK(end.how == CHILD_NOT_STARTED && end.code == EACCES);
	chmod(in_scratch("plain"), 0755);
	end = end_of((struct child_spec){ .argv = (const char *const[]){ in_scratch("plain"), NULL } });
	CHECK(end.how == CHILD_NOT_STARTED && end.code == ENOEXEC);
	memset(huge, 'x', n);
	huge[n] = '\0';
	end = end_of((struct child_spec){ .argv = CHILD("print", huge) });
	CHECK(end.how == CHILD_NOT_STARTED && end.code == E2BIG);
	end = end_of((struct child_spec){ .argv = CHILD("exit", "0"), .cwd = in_scratch("nowhere") });
	CHECK(end.how == CHILD_NOT_STARTED && end.code == ENOENT);
	end = end_of((struct child_spec){ .argv = CHILD("exit", "0"), .stdin_path = in_scratch("nothing") });
	CHECK(end.how == CHILD_NOT_STARTED && end.code == ENOENT);
	unlink(in_scratch("plain"));
	free(huge);
}

/* Catches output that is lost, mixed up, or kept whole in memory. */
static void
test_output(void)
{
	struct result r;

	start(&r, (struct child_spec){ .argv = CHILD("print", "a", "err", "b", "print", "c") });
	wait_end(&r);
	CHECK_STR(str_c(&r.out), "a\nc\n");
	CHECK_STR(str_c(&r.errors), "b\n");
	CHECK_INT(r.end.n_output, 6);
	result_release(&r);
	start(&r, (struct child_spec){ .argv = CHILD("flood", "100000000") });
	wait_end(&r);
	CHECK_INT(r.end.n_output, 100000000);
	CHECK(r.end.how == CHILD_EXITED && !r.end.held_output);
	result_release(&r);
}

/* Catches standard input that is a terminal, ours, or never ends. */
static void
test_input(void)
{
	struct str big = STR_INIT(1 << 20);
	struct result r;
	struct child *c;
	int i;

	for (i = 0; i < 100000; i++)
		str_adds(&big, "0123456\n");
	start(&r, (struct child_spec){ .argv = CHILD("echo", "print", "end") });
	wait_end(&r);
	CHECK_STR(str_c(&r.out), "end\n");
	result_release(&r);
	CHECK(fs_write(in_scratch("input"), span_of("hello"), NULL) == 0);
	start(&r, (struct child_spec){ .argv = CHILD("echo"), .stdin_path = in_scratch("input") });
	wait_end(&r);
	CHECK_STR(str_c(&r.out), "hello");
	result_release(&r);
	c = start(&r, (struct child_spec){ .argv = CHILD("echo"), .stdin_pipe = true });
	CHECK(child_write(c, str_span(&big)));
	child_close_input(c);
	CHECK(!child_write(c, span_of("late")));
	wait_end(&r);
	CHECK(r.out.n == big.n && memcmp(r.out.p, big.p, big.n) == 0);
	result_release(&r);
	c = start(&r, (struct child_spec){ .argv = CHILD("exit", "4"), .stdin_pipe = true });
	CHECK(child_write(c, str_span(&big)) || true); /* nobody reads it: no SIGPIPE, no hang */
	wait_end(&r);
	CHECK(r.end.how == CHILD_EXITED && r.end.code == 4);
	result_release(&r);
	str_release(&big);
	unlink(in_scratch("input"));
}

/* Catches an environment that is not put over ours, and a folder that is not changed to. */
static void
test_surroundings(void)
{
	const char *env[] = { "FB_TEST_A=new", "FB_TEST_C=", NULL };
	struct result r;

	setenv("FB_TEST_A", "old", 1);
	setenv("FB_TEST_B", "kept", 1);
	start(&r, (struct child_spec){ .env = env, .argv = CHILD("env", "FB_TEST_A", "env", "FB_TEST_B",
	                                                         "env", "FB_TEST_C", "env", "FB_TEST_D") });
	wait_end(&r);
	CHECK_STR(str_c(&r.out), "new\nkept\n\n(unset)\n");
	result_release(&r);
	start(&r, (struct child_spec){ .argv = CHILD("touch", "here"), .cwd = scratch });
	wait_end(&r);
	CHECK_INT(unlink(in_scratch("here")), 0);
	result_release(&r);
}

/* Catches our handlers, mask and descriptors in a child. */
static void
test_clean_state(void)
{
	struct str want = STR_INIT(4096);
	struct result r;
	sigset_t some;
	int fd, extra = open("/dev/null", O_RDONLY | O_CLOEXEC);

	str_adds(&want, "group 1 session 1\n");
	for (fd = 0; fd < 1024; fd++) {
		if (fd < 3 || (fcntl(fd, F_GETFD) >= 0 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC)))
			str_addf(&want, "fd %d\n", fd);
	}
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, NULL);
	signal(SIGUSR2, SIG_IGN);
	start(&r, (struct child_spec){ .argv = CHILD("state") });
	wait_end(&r);
	CHECK_STR(str_c(&r.out), str_c(&want));
	sigprocmask(SIG_UNBLOCK, &some, NULL);
	signal(SIGUSR2, SIG_DFL);
	close(extra);
	result_release(&r);
	str_release(&want);
}

/* Catches a limit that is not kept, or kept with less than the force it takes. */
static void
test_timeout(void)
{
	struct child_end end = end_of((struct child_spec){
		.argv = CHILD("forever"), .timeout_ms = 30, .grace_ms = 20000 });

	CHECK(end.how == CHILD_TIMED_OUT && end.micros >= 30000 && end.micros < 10 * 1000000);
	end = end_of((struct child_spec){
		.argv = CHILD("on-term", "5", "forever"), .timeout_ms = 60, .grace_ms = 20000 });
	CHECK(end.how == CHILD_TIMED_OUT && end.code == 0);
	end = end_of((struct child_spec){
		.argv = CHILD("ignore-term", "forever"), .timeout_ms = 30, .grace_ms = 30 });
	CHECK(end.how == CHILD_TIMED_OUT && end.micros >= 60000 && end.n_leaked == 0);
	end = end_of((struct child_spec){
		.argv = CHILD("kill", "19"), .timeout_ms = 30, .grace_ms = 20000 });
	CHECK(end.how == CHILD_TIMED_OUT && end.micros < 10 * 1000000);
	end = end_of((struct child_spec){ .argv = CHILD("sleep", "20"), .timeout_ms = 60000 });
	CHECK(end.how == CHILD_EXITED);
}

/* Catches a group that survives the end of its leader at a timeout. */
static void
test_timeout_of_group(void)
{
	struct result r;
	pid_t pid;

	start(&r, (struct child_spec){
		.argv = CHILD("fork", "ignore-term", "pid", in_scratch("p"), "forever"),
		.timeout_ms = 300, .grace_ms = 50 });
	pid = pid_in("p");
	wait_end(&r);
	CHECK(r.end.how == CHILD_TIMED_OUT);
	CHECK_INT(r.end.n_leaked, 0);
	CHECK(!lives(pid));
	result_release(&r);
}

/* Catches a match that does not stop the run, and a second end of it. */
static void
test_stop(void)
{
	struct result r;
	struct child *c;

	start(&r, (struct child_spec){
		.argv = CHILD("flood", "100000000", "forever"), .grace_ms = 20000 });
	r.stop_after = 1000;
	wait_end(&r);
	CHECK(r.end.how == CHILD_STOPPED);
	result_release(&r);
	c = start(&r, (struct child_spec){
		.argv = CHILD("ignore-term", "print", "x", "forever"), .grace_ms = 10 });
	while (r.out.n == 0)
		pool_wait(pool, 20000);
	child_stop(c);
	child_stop(c);
	wait_end(&r);
	CHECK(r.end.how == CHILD_STOPPED && r.n_ends == 1);
	result_release(&r);
}

/* Catches the exit of a child that is taken from the end of its output. */
static void
test_closed_output(void)
{
	struct child_end end = end_of((struct child_spec){
		.argv = CHILD("close", "sleep", "50", "exit", "7") });

	CHECK(end.how == CHILD_EXITED && end.code == 7 && !end.held_output && end.micros >= 50000);
}

/* Catches many children at once that are mixed up or lost. */
static void
test_many(void)
{
	enum { N = 40 };
	struct result r[N];
	char code[N][16];
	int i;

	for (i = 0; i < N; i++) {
		snprintf(code[i], sizeof(code[i]), "%d", i);
		start(&r[i], (struct child_spec){ .argv = CHILD("print", code[i], "exit", code[i]) });
	}
	while (pool_count(pool))
		CHECK_INT(pool_wait(pool, 20000), 1);
	for (i = 0; i < N; i++) {
		CHECK(r[i].n_ends == 1 && r[i].end.code == i && atoi(str_c(&r[i].out)) == i);
		result_release(&r[i]);
	}
	CHECK_INT(pool_wait(pool, -1), 0);
}

/* Catches waiting that ends too early, or not at all. */
static void
test_wait_limit(void)
{
	struct result r;
	struct child *c = start(&r, (struct child_spec){ .argv = CHILD("forever"), .grace_ms = 1000 });
	int64_t before = clock_micros();

	CHECK_INT(pool_wait(pool, 0), 0);
	CHECK_INT(pool_wait(pool, 40), 0);
	CHECK(clock_micros() - before >= 40000);
	pool_end(pool, &c, 1);
	CHECK_INT(r.n_ends, 0);
	CHECK_INT(pool_count(pool), 0);
	result_release(&r);
}

/* Catches a capture without its limit, or one whose end is lost. */
static void
test_capture(void)
{
	struct str out = STR_INIT(10), errors = STR_INIT(1000);
	struct child_end end;
	struct child_spec spec = { .argv = CHILD("err", "e", "print", "0123456789abc", "exit", "3") };

	CHECK_INT(pool_capture(pool, &spec, &out, &errors, &end, NULL), 0);
	CHECK_STR(str_c(&out), "0123456789");
	CHECK(out.over && !errors.over && end.how == CHILD_EXITED && end.code == 3);
	CHECK_STR(str_c(&errors), "e\n");
	spec.argv = (const char *const[]){ "no-such-program", NULL };
	CHECK_INT(pool_capture(pool, &spec, NULL, NULL, &end, NULL), 0);
	CHECK(end.how == CHILD_NOT_STARTED && end.code == ENOENT);
	str_release(&out);
	str_release(&errors);
}

int
main(int argc, char **argv)
{
	(void)argc;
	children_init(argv[0]);
	pool = pool_new(NULL);
	test_ends();
	test_not_started();
	test_output();
	test_input();
	test_surroundings();
	test_clean_state();
	test_timeout();
	test_timeout_of_group();
	test_stop();
	test_closed_output();
	test_many();
	test_wait_limit();
	test_capture();
	pool_free(pool);
	children_release();
	return check_done();
}
