/*
 * The executor that asks a fork server: see ex_warm.h.  It holds no process but
 * the server; the forks are known by the number of their run.
 */
#include "common/base.h"
#include "bisect/ex_warm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "common/lines.h"
#include "common/pool.h"

enum {
	TICK_MS = 100,
	READ_CHUNK = 64 << 10,
	WHY_MAX = 1 << 10,
	HUNG_US = 5 * 1000 * 1000, /* a killed run that is not reported by then: the server hangs */
};

/* A run under way. */
struct warm_run {
	const struct job *job;
	pid_t pid;           /* 0: not known yet */
	int output;          /* its output file; -1: not open yet */
	uint64_t n_output;
	int64_t deadline;    /* pool_now at which it times out; 0: never */
	enum job_how ending; /* why we kill it; JOB_EXITED: we do not */
	int64_t kill_at;     /* pool_now at which TERM becomes KILL; 0: not, or done */
	int64_t hung_at;     /* pool_now at which we give up the server; 0: not killed */
	double load;
};

struct warm {
	struct executor base;
	struct pool *pool;
	struct child *child; /* NULL: has ended */
	struct lines lines;
	enum warm_state state;
	struct str why;      /* BROKEN: the reason; before: what the server said it is */
	struct str last;     /* the last line of its standard error that is not blank */
	struct lines errors;
	int64_t load_by;     /* pool_now; 0: no limit */
	int64_t grace_us;
	bool listed;         /* an answer to "list" came */
	bool list_failed;
	VEC(struct warm_run) runs;
};

/* ---- runs ---- */

static struct warm_run *
find_run(struct warm *w, uint64_t id)
{
	size_t i;

	for (i = 0; i < w->runs.n; i++)
		if (w->runs.p[i].job->id == id)
			return &w->runs.p[i];
	return NULL;
}

static void
say(struct warm *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
say(struct warm *w, const char *fmt, ...)
{
	struct str line = STR_INIT(STR_LINE);
	char text[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < sizeof(text));
	str_addf(&line, "%s\n", text);
	if (w->child)
		child_write(w->child, str_span(&line)); /* closed: its end is about to be told */
	str_release(&line);
}

/* Begins to kill the run; how is what it ends as.  The first reason stays. */
static void
end_run(struct warm *w, struct warm_run *run, enum job_how how)
{
	if (run->ending != JOB_EXITED)
		return;
	run->ending = how;
	run->kill_at = pool_now(w->pool) + w->grace_us;
	say(w, "kill %llu %d", (unsigned long long)run->job->id, SIGTERM);
}

/* Hands on what was added to the output file. */
static void
feed_output(struct warm *w, struct warm_run *run)
{
	char path[4096], *chunk;
	ssize_t n;

	if (run->output < 0) {
		snprintf(path, sizeof(path), "%s/output", run->job->dir);
		run->output = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (run->output < 0)
		return;
	chunk = xmalloc(READ_CHUNK);
	while ((n = read(run->output, chunk, READ_CHUNK)) > 0) {
		run->n_output += (uint64_t)n;
		if (run->job->output && run->ending != JOB_STOPPED &&
		    !run->job->output(run->job->data, 1, (struct span){ chunk, (size_t)n }))
			end_run(w, run, JOB_STOPPED);
	}
	free(chunk);
}

/* The run is over: forgets it and tells. */
static void
finish_run(struct warm *w, struct warm_run *run, struct job_end end)
{
	struct warm_run gone = *run;

	*run = w->runs.p[--w->runs.n];
	end.id = gone.job->id;
	end.n_output = gone.n_output;
	end.load = gone.load;
	if (gone.output >= 0)
		close(gone.output);
	w->base.ended(w->base.data, &end);
}

static void
run_ended(struct warm *w, struct warm_run *run, int64_t status, uint64_t micros)
{
	struct job_end end = { .how = JOB_LOST, .micros = (int64_t)micros };
	bool alone = w->runs.n == 1;

	feed_output(w, run);
	if (run->pid > 0 && w->child)
		end.n_leaked = pool_sweep(w->pool, w->child, run->pid, alone);
	if (run->ending != JOB_EXITED) {
		end.how = run->ending;
	} else if (status >= 0 && WIFSIGNALED((int)status)) {
		end.how = JOB_SIGNALLED;
		end.code = WTERMSIG((int)status);
	} else if (status >= 0) {
		end.how = JOB_EXITED;
		end.code = WEXITSTATUS((int)status);
	}
	finish_run(w, run, end);
}

/* The server is of no use any more: says why, once, and loses every run. */
static void
give_up(struct warm *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
give_up(struct warm *w, const char *fmt, ...)
{
	char text[WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->why.n == 0)
		str_adds(&w->why, text);
	w->state = WARM_BROKEN;
	if (w->child)
		child_stop(w->child);
	while (w->runs.n) {
		struct warm_run *run = &w->runs.p[0];
		struct job_end end = { .how = run->ending == JOB_EXITED ? JOB_LOST : run->ending };

		feed_output(w, run);
		finish_run(w, run, end);
	}
}

/* ---- what the server says ---- */

/* One number off the front; -1 stands for itself, anything else wrong gives false. */
static bool
next_number(struct span *rest, int64_t *out)
{
	struct span word;
	uint64_t v;

	*out = -1;
	if (!span_next(rest, ' ', &word))
		return false;
	if (span_is(word, "-1"))
		return true;
	if (!span_u64(word, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

static void
run_said(struct warm *w, struct span word, struct span rest)
{
	int64_t id, value, micros = 0;
	struct warm_run *run;

	if (!next_number(&rest, &id) || !next_number(&rest, &value))
		return;
	run = find_run(w, (uint64_t)id);
	if (run == NULL)
		return;
	if (span_is(word, "started")) {
		run->pid = (pid_t)value;
	} else if (span_is(word, "unstarted")) {
		finish_run(w, run, (struct job_end){ .how = JOB_NOT_STARTED, .code = (int)value });
	} else if (next_number(&rest, &micros)) {
		run_ended(w, run, value, micros < 0 ? 0 : (uint64_t)micros);
	}
}

static void
server_said(void *data, struct span line)
{
	struct warm *w = data;
	struct span word, rest = line;

	if (!span_next(&rest, ' ', &word))
		return;
	if (span_is(word, "ready") && w->state == WARM_LOADING) {
		w->state = WARM_READY;
	} else if (span_is(word, "cannot") && w->state == WARM_LOADING) {
		str_addspan(&w->why, rest);
		give_up(w, "it cannot load the tests");
	} else if (span_is(word, "listed") || span_is(word, "unlisted")) {
		w->listed = true;
		w->list_failed = span_is(word, "unlisted");
	} else if (span_is(word, "started") || span_is(word, "unstarted") || span_is(word, "ended")) {
		run_said(w, word, rest);
	}
}

static void
server_complained(void *data, struct span line)
{
	struct warm *w = data;

	line = span_trim(line);
	if (line.n == 0)
		return;
	str_clear(&w->last);
	str_add_escaped(&w->last, line.n > 300 ? (struct span){ line.p, 300 } : line);
}

static bool
server_output(void *data, int stream, struct span bytes)
{
	struct warm *w = data;

	lines_feed(stream == 1 ? &w->lines : &w->errors, bytes);
	return true;
}

static void
server_ended(void *data, const struct child_end *end)
{
	struct warm *w = data;

	w->child = NULL;
	lines_finish(&w->lines);
	lines_finish(&w->errors);
	if (end->how == CHILD_NOT_STARTED)
		give_up(w, "it cannot be started: %s", strerror(end->code));
	else
		give_up(w, "it ended with %s %d%s%s", end->how == CHILD_SIGNALLED ? "signal" : "status",
		        end->code, w->last.n ? ": " : "", str_c(&w->last));
}

/* ---- the executor ---- */

static int
warm_start(struct executor *ex, const struct job *job, struct err *e)
{
	struct warm *w = (struct warm *)ex;
	struct warm_run run = { .job = job, .output = -1, .ending = JOB_EXITED };

	if (w->state != WARM_READY)
		return err_set(e, "the fork server is of no use: %s",
		               w->state == WARM_LOADING ? "still loading" : str_c(&w->why));
	if (strchr(job->dir, '\n') || strlen(job->dir) > 4000)
		return err_set(e, "the fork server cannot be told of the folder '%.200s'", job->dir);
	if (job->timeout_ms)
		run.deadline = pool_now(w->pool) + job->timeout_ms * 1000;
	if (getloadavg(&run.load, 1) != 1)
		run.load = -1;
	vec_push(&w->runs, run);
	say(w, "run %llu %s", (unsigned long long)job->id, job->dir);
	return 0;
}

static void
warm_cancel(struct executor *ex, uint64_t id)
{
	struct warm *w = (struct warm *)ex;
	struct warm_run *run = find_run(w, id);

	if (run)
		end_run(w, run, JOB_CANCELLED);
}

/* Deadlines of one run.  False: the server hangs. */
static bool
tick_run(struct warm *w, struct warm_run *run, int64_t now)
{
	feed_output(w, run);
	if (run->deadline && now >= run->deadline)
		end_run(w, run, JOB_TIMED_OUT);
	if (run->kill_at && now >= run->kill_at) {
		say(w, "kill %llu %d", (unsigned long long)run->job->id, SIGKILL);
		run->kill_at = 0;
		run->hung_at = now + HUNG_US;
	}
	return run->hung_at == 0 || now < run->hung_at;
}

static void
warm_tick(struct executor *ex)
{
	struct warm *w = (struct warm *)ex;
	int64_t now = pool_now(w->pool);
	size_t i;

	if (w->state == WARM_LOADING && w->load_by && now >= w->load_by)
		give_up(w, "it did not load the tests in time");
	for (i = 0; i < w->runs.n; i++) {
		if (!tick_run(w, &w->runs.p[i], now)) {
			give_up(w, "it does not answer any more");
			return;
		}
	}
}

static void
warm_close(struct executor *ex)
{
	struct warm *w = (struct warm *)ex;
	size_t i;

	if (w->child)
		pool_end(w->pool, &w->child, 1);
	for (i = 0; i < w->runs.n; i++)
		if (w->runs.p[i].output >= 0)
			close(w->runs.p[i].output);
	vec_release(&w->runs);
	lines_release(&w->lines);
	lines_release(&w->errors);
	str_release(&w->why);
	str_release(&w->last);
	free(w);
}

static const struct executor_ops warm_ops = {
	.name = "warm", .start = warm_start, .cancel = warm_cancel, .tick = warm_tick, .close = warm_close,
};

struct executor *
ex_warm_open(const struct warm_spec *spec, struct err *e)
{
	struct warm *w = xcalloc(1, sizeof(*w));
	struct child_spec child = {
		.argv = spec->argv, .env = spec->env, .cwd = spec->cwd, .stdin_pipe = true,
		.grace_ms = spec->grace_ms, .output = server_output, .ended = server_ended, .data = w,
	};

	w->base.ops = &warm_ops;
	w->pool = spec->pool;
	w->grace_us = spec->grace_ms * 1000;
	w->why = (struct str)STR_INIT(WHY_MAX);
	w->last = (struct str)STR_INIT(4 * WHY_MAX);
	lines_init(&w->lines, server_said, w);
	lines_init(&w->errors, server_complained, w);
	if (spec->load_timeout_ms)
		w->load_by = pool_now(w->pool) + spec->load_timeout_ms * 1000;
	if (e)
		e->msg[0] = '\0';
	w->child = pool_start(w->pool, &child, e);
	if (w->child == NULL && w->state != WARM_BROKEN) {
		warm_close(&w->base);
		return NULL;
	}
	return &w->base;
}

enum warm_state
ex_warm_state(struct executor *ex, const char **why)
{
	struct warm *w = (struct warm *)ex;

	assert(ex->ops == &warm_ops);
	if (why)
		*why = str_c(&w->why);
	return w->state;
}

/* Until it holds or the server is broken; -1: a signal came. */
static int
wait_until(struct warm *w, bool (*holds)(const struct warm *w), struct err *e)
{
	while (w->state != WARM_BROKEN && !holds(w)) {
		if (pool_wait(w->pool, TICK_MS) < 0)
			return err_set(e, "interrupted");
		warm_tick(&w->base);
	}
	if (w->state == WARM_BROKEN)
		return err_set(e, "%s", str_c(&w->why));
	return 0;
}

static bool
is_ready(const struct warm *w)
{
	return w->state == WARM_READY;
}

static bool
has_listed(const struct warm *w)
{
	return w->listed;
}

int
ex_warm_list(struct executor *ex, const char *path, struct testlist *list, struct err *e)
{
	struct warm *w = (struct warm *)ex;

	assert(ex->ops == &warm_ops);
	if (wait_until(w, is_ready, e) < 0)
		return -1;
	w->listed = false;
	say(w, "list %s", path);
	if (wait_until(w, has_listed, e) < 0)
		return -1;
	if (w->list_failed)
		return err_set(e, "the fork server cannot write '%s'", path);
	return testlist_read(list, path, e);
}
