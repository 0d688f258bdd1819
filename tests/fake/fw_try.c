/*
 * Tries one framework row against the real program, without a search:
 *
 *	fw_try [-F NAME] [-i LIST] [-l LIST-COMMAND] list  -- COMMAND...
 *	fw_try [-F NAME] [-i LIST] [-l LIST-COMMAND] [-a ASKED] run   -- COMMAND...
 *	fw_try [-F NAME] [-i LIST] [-l LIST-COMMAND] [-a ASKED] repro -- COMMAND...
 *
 * ASKED and LIST are test list files.  `run` prints the argument vector when -v is
 * given, then what was read as tests/data/fw/README has it, then how it ended.  -k
 * keeps the run's folder and prints its name first.  Notes go to standard error.
 */
#include "common/base.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bisect/fw.h"
#include "bisect/fw_tool.h"
#include "common/lines.h"

struct try {
	struct fw_command c;
	const struct framework *fw;
	struct testlist list, asked_names;
	VEC(uint32_t) asked;
	bool verbose, keep;
};

static void
die(const char *what, const struct err *e)
{
	fprintf(stderr, "fw_try: %s: %s\n", what, e->msg);
	exit(128);
}

/* ---- a run ---- */

struct hearing {
	struct try *t;
	struct reading *r;
	struct lines streams[2];
	int stream;
	struct child_end end;
	bool over;
};

static void
on_line(void *data, struct span line)
{
	struct hearing *h = data;

	if (h->t->verbose)
		fprintf(stderr, "%d| %.*s\n", h->stream, (int)line.n, line.p);
	if (h->t->fw->line)
		h->t->fw->line(&h->t->c, h->r, h->stream, line);
}

static bool
on_output(void *data, int stream, struct span bytes)
{
	struct hearing *h = data;

	h->stream = stream;
	lines_feed(&h->streams[stream - 1], bytes);
	return true;
}

static void
on_ended(void *data, const struct child_end *end)
{
	struct hearing *h = data;

	h->end = *end;
	h->over = true;
	for (h->stream = 1; h->stream <= 2; h->stream++) {
		lines_finish(&h->streams[h->stream - 1]);
		lines_release(&h->streams[h->stream - 1]);
	}
}

static struct job_end
spawn(struct try *t, struct job *job, struct reading *r)
{
	struct hearing h = { .t = t, .r = r };
	const char *env[64];
	size_t n = 0;
	struct child_spec spec = { .argv = job->argv, .env = env, .cwd = job->cwd,
	                           .stdin_path = job->stdin_path, .timeout_ms = 300000,
	                           .grace_ms = 1000, .output = on_output, .ended = on_ended, .data = &h };
	struct err e = ERR_INIT;

	for (; job->env && job->env[n] && n < 63; n++)
		env[n] = job->env[n];
	env[n] = NULL;
	lines_init(&h.streams[0], on_line, &h);
	lines_init(&h.streams[1], on_line, &h);
	pool_start(t->c.pool, &spec, &e);
	while (!h.over) {
		if (e.msg[0] || pool_wait(t->c.pool, -1) < 0)
			die("pool", &e);
	}
	return (struct job_end){ .id = 1, .code = h.end.code, .micros = h.end.micros,
		.how = h.end.how == CHILD_EXITED ? JOB_EXITED : h.end.how == CHILD_SIGNALLED
		     ? JOB_SIGNALLED : h.end.how == CHILD_TIMED_OUT ? JOB_TIMED_OUT : JOB_NOT_STARTED };
}

static void
print_reading(const struct reading *r)
{
	struct str text = STR_INIT(STR_FILE);
	size_t i;

	for (i = 0; i < r->ends.n; i++) {
		str_addf(&text, "%c ", "pfs"[r->ends.p[i].status]);
		str_add_escaped(&text, span_of(testlist_name(r->list, r->ends.p[i].test)));
		str_addc(&text, '\n');
	}
	if (r->n_strangers)
		str_addf(&text, "strangers %u\n", r->n_strangers);
	if (r->message.n)
		str_addf(&text, "message %s\n", str_c(&r->message));
	if (r->unresolved)
		str_addf(&text, "unresolved %s\n", r->unresolved);
	if (r->whole_failed)
		str_addf(&text, "whole%s%s\n", r->whole_kind ? " " : "", r->whole_kind ? r->whole_kind : "");
	fputs(str_c(&text), stdout);
	str_release(&text);
}

static void
run(struct try *t)
{
	char dir[] = "/tmp/fw_try.XXXXXX", path[3][64], command[64];
	struct job job = { .id = 1, .mem = ARENA_INIT };
	struct err e = ERR_INIT;
	struct reading r;
	struct job_end end;
	struct str argv = STR_INIT(STR_FILE);

	if (mkdtemp(dir) == NULL)
		die("mkdtemp", &e);
	snprintf(path[0], sizeof(path[0]), "%s/tests", dir);
	snprintf(path[1], sizeof(path[1]), "%s/results", dir);
	snprintf(path[2], sizeof(path[2]), "%s/tmp", dir);
	job.dir = dir;
	job.tests_path = path[0];
	job.results_path = path[1];
	if (testlist_write(&t->list, t->asked.p, t->asked.n, path[0], &e) < 0 ||
	    t->fw->prepare(&t->c, &t->list, t->asked.p, t->asked.n, &job, &e) < 0)
		die("prepare", &e);
	fw_add_words(&argv, job.argv);
	if (t->verbose)
		fprintf(stderr, "+ %s\n", str_c(&argv));
	reading_init(&r, &t->list);
	end = spawn(t, &job, &r);
	if (t->fw->finish && t->fw->finish(&t->c, &r, &job, &end, &e) < 0)
		printf("error %s\n", e.msg);
	if (t->keep)
		printf("%s\n", dir);
	print_reading(&r);
	printf("%s %d\n", end.how == JOB_EXITED ? "exited" : end.how == JOB_SIGNALLED ? "signalled"
	       : end.how == JOB_TIMED_OUT ? "timed-out" : "not-started", end.code);
	reading_release(&r);
	str_release(&argv);
	arena_release(&job.mem);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (!t->keep && system(command) != 0)
		die(command, &e);
}

/* ---- the command line ---- */

static void
choose_tests(struct try *t, const char *input, const char *asked)
{
	struct err e = ERR_INIT;
	uint32_t i;

	if (input ? testlist_read(&t->list, input, &e) : framework_list(t->fw, &t->c, &t->list, &e))
		die("list", &e);
	if (asked && testlist_read(&t->asked_names, asked, &e) < 0)
		die("asked", &e);
	for (i = 0; asked && i < testlist_count(&t->asked_names); i++) {
		uint32_t test = testlist_find(&t->list, span_of(testlist_name(&t->asked_names, i)));

		if (test == TESTLIST_NONE)
			fprintf(stderr, "fw_try: not in the list: %s\n", testlist_name(&t->asked_names, i));
		else
			vec_push(&t->asked, test);
	}
	for (i = 0; asked == NULL && i < testlist_count(&t->list); i++)
		vec_push(&t->asked, i);
}

static void
act(struct try *t, const char *verb)
{
	struct str text = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	size_t i;

	if (strcmp(verb, "list") == 0) {
		for (i = 0; i < t->asked.n; i++) {
			str_add_escaped(&text, span_of(testlist_name(&t->list, t->asked.p[i])));
			str_addc(&text, '\n');
		}
		fputs(str_c(&text), stdout);
	} else if (strcmp(verb, "repro") == 0) {
		if (t->fw->repro == NULL || t->fw->repro(&t->c, &t->list, t->asked.p, t->asked.n, &text, &e) < 0)
			die("repro", &e);
		printf("%s\n", str_c(&text));
	} else {
		run(t);
	}
	str_release(&text);
}

int
main(int argc, char **argv)
{
	struct try t = { .list = TESTLIST_INIT, .asked_names = TESTLIST_INIT };
	const char *name = NULL, *input = NULL, *asked = NULL;
	static char cwd[4096];
	struct err e = ERR_INIT;
	int option;

	t.c = (struct fw_command){ .note = STR_INIT(STR_LINE), .list_timeout_ms = 300000 };
	while ((option = getopt(argc, argv, "+F:i:l:a:c:vk")) != -1) {
		switch (option) {
		case 'F': name = optarg; break;
		case 'i': input = optarg; break;
		case 'l': t.c.list_command = optarg; break;
		case 'a': asked = optarg; break;
		case 'c': t.c.config_path = optarg; break;
		case 'v': t.verbose = true; break;
		case 'k': t.keep = true; break;
		default: return 129;
		}
	}
	if (optind >= argc || getcwd(cwd, sizeof(cwd)) == NULL)
		return 129;
	t.c.cwd = t.c.dir = cwd;
	/* getopt stops at the verb; "--" follows it. */
	t.c.argv = (const char *const *)argv + optind + 2 - (optind + 1 >= argc);
	t.c.pool = pool_new(&e);
	if (t.c.pool == NULL || framework_choose(&t.c, name, &t.fw, &e) < 0)
		die("framework", &e);
	choose_tests(&t, input, asked);
	act(&t, argv[optind]);
	fprintf(stderr, "framework %s\n%s", t.fw->name, str_c(&t.c.note));
	pool_free(t.c.pool);
	testlist_release(&t.list);
	testlist_release(&t.asked_names);
	vec_release(&t.asked);
	arena_release(&t.c.mem);
	str_release(&t.c.note);
	return 0;
}
