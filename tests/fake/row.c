/*
 * One row of the table of frameworks by itself, for the tests against real
 * programs:
 *
 *	row list -- COMMAND              the tests, one a line
 *	row run [TEST...] -- COMMAND     runs these (none: all), prints what was read
 *	row repro [TEST...] -- COMMAND   the command to paste
 *	row warm -- COMMAND              the fork server's command, for a shell
 *
 * The session's folder is $PWD/session, the run's $PWD/session/run.  Remarks and
 * errors go to standard error; with ROW_SHOW set the run's output too.  ROW_FRAMEWORK is
 * --framework, ROW_LIST_COMMAND --list-command, ROW_INPUT --input; .flake-bisect.ini is read.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "common/fs.h"
#include "common/lines.h"

static const struct framework *fw;
static struct testlist list = TESTLIST_INIT;

static void
fail(const struct err *e)
{
	fprintf(stderr, "error: %s\n", e->msg);
	exit(1);
}

struct running {
	struct fw_command *c;
	struct reading *r;
	struct lines lines[2];
	int stream;
	bool over;
	struct child_end end;
};

static void
take_line(void *data, struct span line)
{
	struct running *run = data;

	if (fw->line)
		fw->line(run->c, run->r, run->stream, line);
}

static bool
take_output(void *data, int stream, struct span bytes)
{
	struct running *run = data;

	if (getenv("ROW_SHOW"))
		fwrite(bytes.p, 1, bytes.n, stderr);
	run->stream = stream;
	lines_feed(&run->lines[stream - 1], bytes);
	return true;
}

static void
take_end(void *data, const struct child_end *end)
{
	struct running *run = data;

	run->end = *end;
	run->over = true;
}

static enum job_how
how_of(enum child_how how)
{
	switch (how) {
	case CHILD_EXITED:
		return JOB_EXITED;
	case CHILD_SIGNALLED:
		return JOB_SIGNALLED;
	case CHILD_TIMED_OUT:
		return JOB_TIMED_OUT;
	case CHILD_STOPPED:
		return JOB_STOPPED;
	case CHILD_NOT_STARTED:
		break;
	}
	return JOB_NOT_STARTED;
}

static struct job_end
run_job(struct running *run, const struct job *job)
{
	struct child_spec spec = {
		.argv = job->argv, .env = job->env, .cwd = job->cwd ? job->cwd : run->c->cwd,
		.stdin_path = job->stdin_path, .timeout_ms = 60000, .grace_ms = 1000,
		.output = take_output, .ended = take_end, .data = run,
	};
	struct err e = ERR_INIT;
	int i;

	for (i = 0; i < 2; i++)
		lines_init(&run->lines[i], take_line, run);
	if (pool_start(run->c->pool, &spec, &e) == NULL && !run->over)
		fail(&e);
	while (!run->over)
		pool_wait(run->c->pool, -1);
	for (i = 0; i < 2; i++) {
		run->stream = i + 1;
		lines_finish(&run->lines[i]);
		lines_release(&run->lines[i]);
	}
	return (struct job_end){ .id = 1, .how = how_of(run->end.how), .code = run->end.code,
	                         .micros = run->end.micros, .load = -1 };
}

static void
print_reading(const struct reading *r, const struct job_end *end)
{
	struct str name = STR_INIT(STR_LINE);
	size_t i;

	for (i = 0; i < r->ends.n; i++) {
		str_clear(&name);
		str_add_escaped(&name, span_of(testlist_name(&list, r->ends.p[i].test)));
		printf("%c %s%s\n", "pfs"[r->ends.p[i].status], str_c(&name),
		       fw->flags & FW_TIMES && r->ends.p[i].micros < 0 ? " (no time)" : "");
	}
	if (r->n_strangers)
		printf("strangers %u\n", r->n_strangers);
	if (r->message.n)
		printf("message %s\n", str_c(&r->message));
	if (r->unresolved)
		printf("unresolved %s\n", r->unresolved);
	if (r->whole_failed)
		printf("whole %s\n", r->whole_kind ? r->whole_kind : "");
	printf("%s %d\n", end->how == JOB_EXITED ? "exited" : "ended otherwise", end->code);
	str_release(&name);
}

static void
run_tests(struct fw_command *c, const uint32_t *tests, size_t n)
{
	char dir[4200], tests_path[5000], results[5000], tmp[5000];
	struct job job = { .id = 1, .dir = dir, .tests_path = tests_path, .results_path = results };
	struct running run = { .c = c };
	struct err e = ERR_INIT;
	struct job_end end;
	struct reading r;

	snprintf(dir, sizeof(dir), "%s/run", c->dir);
	snprintf(tmp, sizeof(tmp), "%s/tmp", dir);
	snprintf(tests_path, sizeof(tests_path), "%s/tests", dir);
	snprintf(results, sizeof(results), "%s/results", dir);
	if (fs_remove(dir, &e) < 0 || fs_mkdirs(tmp, &e) < 0 ||
	    testlist_write(&list, tests, n, tests_path, &e) < 0 ||
	    fw->prepare(c, &list, tests, n, &job, &e) < 0)
		fail(&e);
	setenv("TMPDIR", tmp, 1);
	reading_init(&r, &list);
	run.r = &r;
	end = run_job(&run, &job);
	if (fw->finish && fw->finish(c, &r, &job, &end, &e) < 0)
		fail(&e);
	print_reading(&r, &end);
	reading_release(&r);
	arena_release(&job.mem);
}

static void
print_warm(struct fw_command *c)
{
	struct str text = STR_INIT(STR_LINE);
	const char **argv, **env;
	struct err e = ERR_INIT;

	if (fw->warm == NULL)
		exit(1);
	if (fw->warm(c, &argv, &env, &e) < 0)
		fail(&e);
	fw_add_words(&text, env);
	str_addc(&text, ' ');
	fw_add_words(&text, argv);
	puts(str_c(&text));
	str_release(&text);
}

static void
act(struct fw_command *c, const char *what, char **names, size_t n_names)
{
	VEC(uint32_t) tests = VEC_INIT;
	struct str text = STR_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint32_t i, t;

	for (i = 0; i < n_names; i++) {
		t = testlist_find(&list, span_of(names[i]));
		if (t == TESTLIST_NONE && err_set(&e, "no test '%s'", names[i]))
			fail(&e);
		vec_push(&tests, t);
	}
	for (i = 0; n_names == 0 && i < testlist_count(&list); i++)
		vec_push(&tests, i);
	if (strcmp(what, "run") == 0) {
		run_tests(c, tests.p, tests.n);
	} else if (strcmp(what, "repro") == 0) {
		if (fw->repro(c, &list, tests.p, tests.n, &text, &e) < 0)
			fail(&e);
		puts(str_c(&text));
	} else {
		for (i = 0; i < tests.n; i++)
			puts(testlist_name(&list, tests.p[i]));
	}
	str_release(&text);
	vec_release(&tests);
}

int
main(int argc, char **argv)
{
	char cwd[2000], dir[4000];
	struct err e = ERR_INIT;
	struct fw_command c = { .cwd = cwd, .dir = dir, .list_timeout_ms = 60000,
	                        .note = STR_INIT(STR_LINE) };
	int at = 2;

	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	assert(at < argc && getcwd(cwd, sizeof(cwd)));
	c.argv = (const char *const *)argv + at + 1;
	snprintf(dir, sizeof(dir), "%s/session", cwd);
	c.list_command = getenv("ROW_LIST_COMMAND");
	c.config_path = access(".flake-bisect.ini", F_OK) == 0 ? ".flake-bisect.ini" : NULL;
	if (framework_choose(&c, getenv("ROW_FRAMEWORK"), &fw, &e) < 0)
		fail(&e);
	c.pool = pool_new(&e);
	if (c.pool == NULL || fs_mkdirs(dir, &e) < 0)
		fail(&e);
	if (strcmp(argv[1], "warm") == 0)
		print_warm(&c);
	else if (getenv("ROW_INPUT") ? testlist_read(&list, getenv("ROW_INPUT"), &e)
	                             : framework_list(fw, &c, &list, &e) < 0)
		fail(&e);
	else
		act(&c, argv[1], argv + 2, (size_t)at - 2);
	fputs(str_c(&c.note), stderr);
	str_release(&c.note);
	testlist_release(&list);
	arena_release(&c.mem);
	pool_free(c.pool);
	return 0;
}
