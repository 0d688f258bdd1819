/*
 * Processes that a run left behind.  Orphans among our descendants become our
 * own children (os_adopt_orphans), so that whatever a process did to get away,
 * it or an ancestor of it is among our children once the run's first process
 * is gone.  Whose run it was tells its session or group, else the mark in its
 * environment, else that there is only one run.  What cannot be told is never
 * counted, and killed only when it must be ours.
 */
#include "common/base.h"
#include "common/child.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TREE_MAX = 1 << 20 }; /* processes looked at in one tree */

static bool
pids_hold(const struct os_pids *pids, pid_t pid)
{
	size_t i;

	for (i = 0; i < pids->n; i++) {
		if (pids->p[i] == pid)
			return true;
	}
	return false;
}

/* pid and everything below it, parents first; some may be gone already. */
static void
tree_of(pid_t pid, struct os_pids *out)
{
	size_t i = out->n;

	vec_push(out, pid);
	for (; i < out->n && out->n < TREE_MAX; i++)
		os_children(out->p[i], out);
}

static bool
is_known(const struct pool *p, pid_t pid)
{
	size_t i;

	for (i = 0; i < p->children.n; i++) {
		if (p->children.p[i]->pid == pid)
			return true;
	}
	return pid == p->guard.pid || pids_hold(&p->foreign, pid);
}

static void
attribute(struct pool *p, struct stray *s)
{
	uint64_t run;
	size_t i;
	bool marked = false;

	for (i = 0; i < p->children.n && s->owner == NULL; i++) {
		if (s->session == p->children.p[i]->pid || s->group == p->children.p[i]->pid)
			s->owner = p->children.p[i];
	}
	if (s->owner == NULL)
		marked = os_run_of(s->pid, POOL_MARK, p->token, &run);
	for (i = 0; marked && i < p->children.n && s->owner == NULL; i++) {
		if (p->children.p[i]->run == run)
			s->owner = p->children.p[i];
	}
	s->sure = s->owner != NULL;
	if (marked && s->owner == NULL)
		kill(s->pid, SIGKILL); /* of a run that is over */
	if (!marked && s->owner == NULL && p->children.n == 1 && p->foreign.n == 0) {
		s->owner = p->children.p[0];
		s->sure = !s->owner->overlapped;
	}
}

void
strays_look(struct pool *p)
{
	struct os_pids ours = { NULL, 0, 0 };
	struct os_process info;
	size_t i;

	vec_clear(&p->strays);
	os_children(getpid(), &ours);
	for (i = 0; i < ours.n; i++) {
		struct stray s = { .pid = ours.p[i] };
		if (is_known(p, s.pid) || !os_process(s.pid, &info))
			continue;
		if (info.zombie) {
			waitpid(s.pid, NULL, WNOHANG);
			continue;
		}
		s.group = info.group;
		s.session = info.session;
		attribute(p, &s);
		vec_push(&p->strays, s);
	}
	vec_release(&ours);
}

bool
strays_of(const struct pool *p, const struct child *c)
{
	size_t i;

	for (i = 0; i < p->strays.n; i++) {
		if (p->strays.p[i].owner == c)
			return true;
	}
	return false;
}

/* Kills the tree; adds to counted (may be NULL) those alive that are outside of group `but`. */
static void
kill_tree(pid_t root, struct os_pids *counted, pid_t but)
{
	struct os_pids tree = { NULL, 0, 0 };
	struct os_process info;
	size_t i;

	tree_of(root, &tree);
	for (i = 0; i < tree.n; i++) {
		if (!os_process(tree.p[i], &info) || info.zombie)
			continue;
		kill(tree.p[i], SIGKILL);
		if (counted && info.group != but && !pids_hold(counted, tree.p[i]))
			vec_push(counted, tree.p[i]);
	}
	vec_release(&tree);
}

void
strays_kill(struct pool *p, struct child *c)
{
	size_t i;

	for (i = 0; i < p->strays.n; i++) {
		const struct stray *s = &p->strays.p[i];
		if (s->owner == c)
			kill_tree(s->pid, s->sure ? &c->leaked : NULL, c->ending ? c->pid : 0);
	}
	child_signal(c, SIGKILL);
	c->end.n_leaked = (int)c->leaked.n;
}

void
strays_kill_rest(struct pool *p)
{
	size_t i;

	for (i = 0; i < p->strays.n && p->foreign.n == 0; i++) {
		if (p->strays.p[i].owner == NULL)
			kill_tree(p->strays.p[i].pid, NULL, 0);
	}
}

void
tree_signal(pid_t pid, int sig)
{
	struct os_pids tree = { NULL, 0, 0 };
	size_t i;

	kill(-pid, sig);
	tree_of(pid, &tree);
	for (i = 0; i < tree.n; i++)
		kill(tree.p[i], sig);
	vec_release(&tree);
}

static bool
is_of_sweep(const struct stray *s, const struct child *server, pid_t leader, bool alone)
{
	return s->session == leader || s->group == leader || (alone && s->owner == server);
}

/* Looks; kills when told to.  How many are left. */
static size_t
sweep_once(struct pool *p, const struct child *server, pid_t leader, bool alone, struct os_pids *killed)
{
	size_t i, n = 0;

	strays_look(p);
	for (i = 0; i < p->strays.n; i++) {
		if (!is_of_sweep(&p->strays.p[i], server, leader, alone))
			continue;
		n++;
		if (killed)
			kill_tree(p->strays.p[i].pid, killed, 0);
	}
	return n;
}

int
pool_sweep(struct pool *p, const struct child *server, pid_t leader, bool alone)
{
	const struct timespec step = { 0, 1000 * 1000 };
	struct os_pids killed = { NULL, 0, 0 };
	int64_t start = pool_now(p);
	int n;

	while (sweep_once(p, server, leader, alone, NULL) && pool_now(p) < start + LINGER_US)
		nanosleep(&step, NULL);
	while (sweep_once(p, server, leader, alone, &killed) && pool_now(p) < start + LINGER_US + SWEEP_US)
		nanosleep(&step, NULL);
	n = (int)killed.n;
	vec_release(&killed);
	return n;
}
