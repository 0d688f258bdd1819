/*
 * One child: its pipes, its environment, its start, its input and output.  The
 * loop that says when is pool.c.
 */
#include "common/base.h"
#include "common/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

/* The descriptors of a start: ours and the child's, -1 where there is none. */
struct pipes {
	int in[2], out[2], err[2];
};

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
pipes_close(struct pipes *s)
{
	int *all[] = { &s->in[0], &s->in[1], &s->out[0], &s->out[1], &s->err[0], &s->err[1] };
	size_t i;

	for (i = 0; i < ARRAY_LEN(all); i++)
		shut(all[i]);
}

/* Only our end does not block: the child's is an open file of its own. */
static int
one_pipe(int fds[2], int ours)
{
	if (os_pipe(fds) < 0) {
		fds[0] = fds[1] = -1;
		return -1;
	}
	return fcntl(fds[ours], F_SETFL, O_NONBLOCK);
}

/* 0, errno of a stdin_path that cannot be read, or -1 and e. */
static int
pipes_open(struct pipes *s, const struct child_spec *spec, struct err *e)
{
	*s = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (one_pipe(s->out, 0) < 0 || one_pipe(s->err, 0) < 0 ||
	    (spec->stdin_pipe && one_pipe(s->in, 1) < 0))
		return err_sys(e, "cannot make a pipe");
	if (spec->stdin_pipe)
		return 0;
	s->in[0] = open(spec->stdin_path ? spec->stdin_path : "/dev/null", O_RDONLY | O_CLOEXEC);
	return s->in[0] < 0 ? errno : 0;
}

/* True when both are NAME=VALUE of the same name. */
static bool
same_name(const char *a, const char *b)
{
	const char *end = strchr(a, '=');
	size_t n = end ? (size_t)(end - a) + 1 : strlen(a) + 1;

	return strncmp(a, b, n) == 0;
}

static bool
is_replaced(const char *entry, const char *const *by, const char *mark)
{
	for (; by && *by; by++) {
		if (same_name(*by, entry))
			return true;
	}
	return same_name(mark, entry);
}

/* The mark of an outer program stays in front of ours, so that its orphans are
 * recognised through us. */
static void
make_mark(struct str *mark, const struct pool *p, uint64_t run)
{
	const char *outer = getenv(POOL_MARK);

	str_addf(mark, "%s=", POOL_MARK);
	if (outer && *outer && strlen(outer) < 1024)
		str_addf(mark, "%s:", outer);
	str_addf(mark, "%s.%llu", p->token, (unsigned long long)run);
}

/* Strings are borrowed; the array is the caller's. */
static char **
make_environment(const struct child_spec *spec, const char *mark)
{
	VEC(char *) v = VEC_INIT;
	char **ours;
	const char *const *x;

	vec_push(&v, (char *)(uintptr_t)mark);
	for (ours = environ; ours && *ours; ours++) {
		if (!is_replaced(*ours, spec->env, mark))
			vec_push(&v, *ours);
	}
	for (x = spec->env; x && *x; x++) {
		if (!same_name(mark, *x))
			vec_push(&v, (char *)(uintptr_t)*x);
	}
	vec_push(&v, NULL);
	return v.p;
}

/* A session is a group too, and its processes have no terminal to stop at. */
#ifdef POSIX_SPAWN_SETSID
enum { OWN_GROUP = POSIX_SPAWN_SETSID };
#else
enum { OWN_GROUP = POSIX_SPAWN_SETPGROUP };
#endif

static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	(void)((rc = posix_spawnattr_setsigmask(attr, &none)) ||
	       (rc = posix_spawnattr_setsigdefault(attr, &all)) ||
	       (rc = posix_spawnattr_setpgroup(attr, 0)) ||
	       (rc = posix_spawnattr_setflags(attr, OWN_GROUP | POSIX_SPAWN_SETSIGMASK |
	                                                POSIX_SPAWN_SETSIGDEF)));
	return rc;
}

/* The result is that of posix_spawnp: 0 or an errno. */
static int
spawn(pid_t *pid, const struct child_spec *spec, const struct pipes *s, char **env)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&actions)))
		return rc;
	if ((rc = posix_spawnattr_init(&attr))) {
		posix_spawn_file_actions_destroy(&actions);
		return rc;
	}
	(void)((rc = set_attributes(&attr)) ||
	       (rc = posix_spawn_file_actions_adddup2(&actions, s->in[0], 0)) ||
	       (rc = posix_spawn_file_actions_adddup2(&actions, s->out[1], 1)) ||
	       (rc = posix_spawn_file_actions_adddup2(&actions, s->err[1], 2)) ||
	       (spec->cwd && (rc = posix_spawn_file_actions_addchdir_np(&actions, spec->cwd))) ||
	       (rc = posix_spawnp(pid, spec->argv[0], &actions, &attr,
	                          (char *const *)(uintptr_t)spec->argv, env)));
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Out of something that has nothing to do with the program. */
static bool
is_our_lack(int errnum)
{
	return errnum == ENOMEM || errnum == EAGAIN || errnum == EMFILE || errnum == ENFILE;
}

static struct child *
child_new(struct pool *p, const struct child_spec *spec, uint64_t run, pid_t pid, int64_t started,
          struct pipes *s)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->pool = p;
	c->spec = *spec;
	c->run = run;
	c->pid = pid;
	c->state = CHILD_ALIVE;
	c->started = started;
	c->deadline = spec->timeout_ms > 0 ? c->started + spec->timeout_ms * 1000 : never_us;
	c->linger_until = c->sweep_until = never_us;
	c->input = (struct str)STR_INIT(POOL_INPUT);
	c->in = s->in[1];
	c->out = s->out[0];
	c->err = s->err[0];
	s->in[1] = s->out[0] = s->err[0] = -1;
	return c;
}

int
child_spawn(struct child **out, struct pool *p, const struct child_spec *spec, struct err *e)
{
	struct str mark = STR_INIT(4096);
	struct pipes s;
	uint64_t run = ++p->n_runs;
	int64_t started = 0;
	char **env = NULL;
	pid_t pid;
	int rc;

	rc = pipes_open(&s, spec, e);
	if (rc == 0) {
		make_mark(&mark, p, run);
		env = make_environment(spec, str_c(&mark));
		started = pool_now(p); /* a short program ends before the spawn returns */
		rc = spawn(&pid, spec, &s, env);
	}
	if (rc == 0)
		*out = child_new(p, spec, run, pid, started, &s);
	if (rc > 0 && is_our_lack(rc)) {
		errno = rc;
		rc = err_sys(e, "cannot start '%s'", spec->argv[0]);
	}
	pipes_close(&s);
	free(env);
	str_release(&mark);
	return rc;
}

bool
child_read(struct child *c, int stream)
{
	int *fd = stream == 1 ? &c->out : &c->err;
	ssize_t n;

	if (*fd < 0)
		return false;
	n = read(*fd, c->pool->chunk, sizeof(c->pool->chunk));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		shut(fd);
		return false;
	}
	c->end.n_output += (uint64_t)n;
	if (c->mute || c->deaf || c->spec.output == NULL)
		return true;
	c->pool->n_calls++;
	if (!c->spec.output(c->spec.data, stream, (struct span){ c->pool->chunk, (size_t)n })) {
		c->deaf = true;
		child_stop(c);
	}
	return true;
}

void
child_feed(struct child *c)
{
	while (c->in >= 0 && c->input_sent < c->input.n) {
		ssize_t n = write(c->in, c->input.p + c->input_sent, c->input.n - c->input_sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) /* EPIPE: nobody reads it any more */
			shut(&c->in);
		else
			c->input_sent += (size_t)n;
	}
	str_clear(&c->input);
	c->input_sent = 0;
	if (c->input_ends)
		shut(&c->in);
}

bool
child_write(struct child *c, struct span bytes)
{
	bool ok = c->in >= 0 && !c->input_ends && str_addspan(&c->input, bytes);

	if (ok)
		child_feed(c);
	return ok && c->in >= 0;
}

void
child_close_input(struct child *c)
{
	c->input_ends = true;
	child_feed(c);
}

pid_t
child_pid(const struct child *c)
{
	return c->pid;
}

/* Valid until the leader is reaped: until then nobody else can have the id. */
void
child_signal(const struct child *c, int sig)
{
	kill(-c->pid, sig);
}

void
child_begin_end(struct child *c, enum child_how how)
{
	int64_t grace_us = c->spec.grace_ms > 0 ? c->spec.grace_ms * 1000 : 0;

	if (c->state != CHILD_ALIVE || c->ending)
		return;
	c->ending = true;
	c->end.how = how;
	child_signal(c, SIGTERM);
	child_signal(c, SIGCONT); /* a stopped one hears TERM only then */
	c->deadline = pool_now(c->pool) + grace_us;
}

void
child_stop(struct child *c)
{
	child_begin_end(c, CHILD_STOPPED);
}

void
child_free(struct child *c)
{
	shut(&c->in);
	shut(&c->out);
	shut(&c->err);
	str_release(&c->input);
	vec_release(&c->leaked);
	free(c);
}
