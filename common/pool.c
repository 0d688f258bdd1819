/*
 * The loop over children: one poll over the signal pipe and all their pipes,
 * then who has ended, then whose time is up.  See pool.h for what it promises,
 * child.h for the states of a child.
 */
#include "common/base.h"
#include "common/pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/sig.h"

/* What one entry of the poll table stands for; child NULL: the signal pipe. */
struct watch {
	struct child *child;
	int stream; /* 0 its input, 1 and 2 its output */
};

struct watches {
	VEC(struct pollfd) fds;
	VEC(struct watch) of;
};

int64_t
pool_now(const struct pool *p)
{
	return clock_micros() - p->lost_us;
}

size_t
pool_count(const struct pool *p)
{
	return p->children.n;
}

/* The pipes of children must not become standard descriptors by accident. */
static int
hold_standard_fds(struct err *e)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return err_sys(e, "cannot open '/dev/null'");
	} while (fd <= 2);
	close(fd);
	return 0;
}

/* Children that we have already, from before this program was executed.  Dead
 * ones will have no orphans. */
static void
note_foreign(struct os_pids *foreign)
{
	struct os_process info;
	size_t i;

	os_children(getpid(), foreign);
	for (i = 0; i < foreign->n;) {
		if (os_process(foreign->p[i], &info) && !info.zombie)
			i++;
		else
			foreign->p[i] = foreign->p[--foreign->n];
	}
}

struct pool *
pool_new(struct err *e)
{
	struct pool *p;

	if (hold_standard_fds(e) < 0 || sig_open(e) < 0)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	note_foreign(&p->foreign);
	snprintf(p->token, sizeof(p->token), "%d-%llx-%llx", (int)getpid(), (unsigned long long)clock_wall(),
	         (unsigned long long)clock_micros());
	if (guard_open(&p->guard, p->token, e) < 0) {
		vec_release(&p->foreign);
		free(p);
		return NULL;
	}
	os_adopt_orphans();
	return p;
}

struct child *
pool_start(struct pool *p, const struct child_spec *spec, struct err *e)
{
	struct child *c = NULL;
	size_t i;
	int rc = child_spawn(&c, p, spec, e);

	if (rc > 0) {
		struct child_end end = { .how = CHILD_NOT_STARTED, .code = rc };
		p->n_calls++;
		if (e)
			e->msg[0] = '\0';
		spec->ended(spec->data, &end);
	}
	if (rc != 0)
		return NULL;
	guard_tell(&p->guard, c->pid, true);
	for (i = 0; i < p->children.n; i++)
		p->children.p[i]->overlapped = c->overlapped = true;
	vec_push(&p->children, c);
	return c;
}

static void
watch_fd(struct watches *w, int fd, short events, struct child *c, int stream)
{
	struct pollfd entry = { .fd = fd, .events = events };
	struct watch of = { c, stream };

	if (fd < 0)
		return;
	vec_push(&w->fds, entry);
	vec_push(&w->of, of);
}

static int64_t
next_time(const struct child *c, int64_t now)
{
	switch (c->state) {
	case CHILD_ALIVE:
		return c->deadline;
	case CHILD_GONE:
		return c->linger_until;
	case CHILD_SWEPT:
		return now + SWEEP_STEP_US;
	case CHILD_OVER:
		break;
	}
	return now;
}

/* Milliseconds for poll, rounded up so that the time has come when it returns. */
static int
poll_timeout(int64_t now, int64_t until)
{
	int64_t ms;

	if (until == never_us)
		return -1;
	ms = until <= now ? 0 : (until - now + 999) / 1000;
	return ms > 3600 * 1000 ? 3600 * 1000 : (int)ms;
}

/* While we are stopped, so is everything that descends from us, and no time passes. */
static void
stop_all(struct pool *p)
{
	int64_t since = clock_micros();
	size_t i;

	for (i = 0; i < p->children.n; i++)
		tree_signal(p->children.p[i]->pid, SIGSTOP);
	sig_stop_self();
	for (i = 0; i < p->children.n; i++)
		tree_signal(p->children.p[i]->pid, SIGCONT);
	p->lost_us += clock_micros() - since;
}

/* Waits for something to do, reads and writes what there is. */
static void
serve(struct watches *w, int timeout)
{
	const struct timespec breath = { 0, 1000 * 1000 };
	size_t i;
	int n = poll(w->fds.p, w->fds.n, timeout);

	if (n < 0 && errno != EINTR)
		nanosleep(&breath, NULL); /* out of memory: look at everything, nothing blocks */
	for (i = 0; i < w->fds.n; i++) {
		struct watch *of = &w->of.p[i];
		if (n < 0 ? errno == EINTR : w->fds.p[i].revents == 0)
			continue;
		if (of->child == NULL)
			sig_drain();
		else if (of->stream == 0)
			child_feed(of->child);
		else
			child_read(of->child, of->stream);
	}
}

/* Sees that the leader has exited, and leaves it a zombie. */
static void
notice_exit(struct child *c)
{
	siginfo_t info = { 0 };
	int rc;

	if (c->state != CHILD_ALIVE)
		return;
	do
		rc = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	while (rc < 0 && errno == EINTR);
	assert(rc == 0); /* nobody but us reaps it */
	if (info.si_pid == 0)
		return;
	c->state = CHILD_GONE;
	c->end.micros = pool_now(c->pool) - c->started;
	c->linger_until = pool_now(c->pool) + LINGER_US;
	if (c->ending)
		return;
	c->end.how = info.si_code == CLD_EXITED ? CHILD_EXITED : CHILD_SIGNALLED;
	c->end.code = info.si_status;
}

/* What is still in the pipes was written before the end; a pipe holds no more
 * than a few chunks, and who writes on has had his time. */
static void
finish(struct child *c)
{
	int i;

	for (i = 0; i < 32 && child_read(c, 1); i++)
		;
	for (i = 0; i < 32 && child_read(c, 2); i++)
		;
	c->end.held_output |= c->out >= 0 || c->err >= 0;
	child_signal(c, SIGKILL);
	if (c->state == CHILD_ALIVE)
		c->end.n_leaked++; /* cannot be killed; reaped as a stray, should it ever die */
	else
		waitpid(c->pid, NULL, 0);
	guard_tell(&c->pool->guard, c->pid, false);
	c->state = CHILD_OVER;
}

static void
kill_leader(struct child *c)
{
	if (!c->killed) {
		c->killed = true;
		child_signal(c, SIGKILL);
		c->deadline = pool_now(c->pool) + UNKILLABLE_US;
	} else {
		finish(c);
	}
}

static void
sweep(struct child *c, int64_t now)
{
	if (c->state == CHILD_GONE) {
		c->state = CHILD_SWEPT;
		c->sweep_until = now + SWEEP_US;
		c->end.held_output = now >= c->linger_until && (c->out >= 0 || c->err >= 0);
	}
	strays_kill(c->pool, c);
}

/* The next step in a child's life, when it is due. */
static void
advance(struct child *c)
{
	int64_t now = pool_now(c->pool);
	bool drained = c->out < 0 && c->err < 0, clean;

	if (c->state == CHILD_ALIVE) {
		if (now < c->deadline)
			return;
		notice_exit(c); /* it may have been quick at the last moment */
		if (c->state != CHILD_ALIVE)
			return;
		if (c->ending)
			kill_leader(c);
		else
			child_begin_end(c, CHILD_TIMED_OUT);
		return;
	}
	clean = !strays_of(c->pool, c);
	if (clean && (drained || (c->state == CHILD_SWEPT && now >= c->linger_until)))
		finish(c);
	else if (c->state == CHILD_SWEPT && now >= c->sweep_until)
		finish(c);
	else if (c->ending || c->state == CHILD_SWEPT || now >= c->linger_until)
		sweep(c, now);
}

/* Tells and frees those that are over.  A callback may start and stop children. */
static void
bury(struct pool *p)
{
	size_t i = 0;

	while (i < p->children.n) {
		struct child *c = p->children.p[i];
		if (c->state != CHILD_OVER) {
			i++;
			continue;
		}
		p->children.p[i] = p->children.p[--p->children.n];
		if (!c->mute) {
			p->n_calls++;
			c->spec.ended(c->spec.data, &c->end);
		}
		child_free(c);
	}
}

/* One round of the loop, until pool_now() is `until` at the latest; of the mute
 * children only, where asked. */
static void
step(struct pool *p, int64_t until, bool only_mute)
{
	struct watches w = { VEC_INIT, VEC_INIT };
	int64_t now = pool_now(p);
	bool look = false;
	size_t i;

	watch_fd(&w, sig_fd(), POLLIN, NULL, 0);
	for (i = 0; i < p->children.n; i++) {
		struct child *c = p->children.p[i];
		if (only_mute && !c->mute)
			continue;
		until = next_time(c, now) < until ? next_time(c, now) : until;
		watch_fd(&w, c->out, POLLIN, c, 1);
		watch_fd(&w, c->err, POLLIN, c, 2);
		if (c->input.n)
			watch_fd(&w, c->in, POLLOUT, c, 0);
	}
	serve(&w, poll_timeout(now, until));
	vec_release(&w.fds);
	vec_release(&w.of);
	if (sig_take_stop())
		stop_all(p);
	p->look_due |= sig_take_child();
	for (i = 0; i < p->children.n; i++) {
		struct child *c = p->children.p[i];
		if (p->look_due && (!only_mute || c->mute))
			notice_exit(c);
		look |= c->state != CHILD_ALIVE;
	}
	if (p->look_due || look)
		strays_look(p);
	p->look_due = p->look_due && only_mute;
	for (i = 0; i < p->children.n; i++) {
		if (!only_mute || p->children.p[i]->mute)
			advance(p->children.p[i]);
	}
	bury(p);
}

int
pool_wait(struct pool *p, int64_t timeout_ms)
{
	int64_t until = timeout_ms < 0 ? never_us : pool_now(p) + timeout_ms * 1000;
	size_t n_calls = p->n_calls;

	do {
		if (sig_pending())
			return -1;
		if (p->children.n == 0)
			return 0;
		step(p, until, false);
		if (p->n_calls != n_calls)
			return 1;
	} while (pool_now(p) < until);
	return sig_pending() ? -1 : 0;
}

static size_t
count_mute(const struct pool *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->children.n; i++)
		n += p->children.p[i]->mute;
	return n;
}

void
pool_end(struct pool *p, struct child *const *children, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		children[i]->mute = true;
		child_stop(children[i]);
	}
	while (count_mute(p)) {
		for (i = 0; i < p->children.n && sig_count() > 1; i++) {
			struct child *c = p->children.p[i];
			if (c->mute && c->state == CHILD_ALIVE && !c->killed)
				kill_leader(c);
		}
		step(p, never_us, true);
	}
}

void
pool_free(struct pool *p)
{
	const struct timespec breath = { 0, 1000 * 1000 };
	int64_t until;

	if (p == NULL)
		return;
	pool_end(p, p->children.p, p->children.n);
	until = pool_now(p) + SWEEP_US;
	strays_look(p);
	while (p->strays.n && p->foreign.n == 0 && pool_now(p) < until) {
		strays_kill_rest(p);
		nanosleep(&breath, NULL);
		strays_look(p);
	}
	guard_close(&p->guard);
	vec_release(&p->children);
	vec_release(&p->strays);
	vec_release(&p->foreign);
	free(p);
}
