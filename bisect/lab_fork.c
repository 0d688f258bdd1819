/*
 * The fork server as the laboratory uses it.  Where it is ready before anything
 * ran (it gave the list), it is asked first: the proof, in fresh processes, stands
 * behind what it says, and a start is saved.  A pass of it is no answer before a fresh
 * process had its turn.  Else it loads while the first fresh runs go on.  It is
 * believed when it failed on the whole list, and dropped, with a word,
 * when fresh processes fail there and it does not, or when it breaks.
 *
 * What drivers see of it (lab_warm) changes with answers only: the event is
 * written to the journal just before the next answer.
 */
#include "common/base.h"
#include "bisect/lab_in.h"

#include "bisect/ex_warm.h"

enum {
	LOAD_MS = 600 * 1000,
	STARTS_SAVED = 10, /* what a search asks at least */
	PASSES_MAX = 4,    /* of the fork server, where fresh runs fail in half of all or more */
};

/* Whether the journal says that it was dropped, in an earlier part. */
static bool
was_dropped(const struct lab *lab)
{
	const struct journal *j = &lab->c.session->journal;

	for (size_t i = 0; i < j->lines.v.n; i++) {
		if (span_starts(j->lines.v.p[i], "warm\tdropped"))
			return true;
	}
	return false;
}

void
fork_open(struct lab *lab)
{
	struct fw_command *c = lab->c.command;
	struct err e = ERR_INIT;

	if (!lab->c.opt->warm || was_dropped(lab))
		return;
	/* The one that gave the list, where there is one. */
	lab->fork = c->warm ? c->warm : framework_serve(lab->c.fw, c, LOAD_MS, &e);
	c->warm = NULL;
	if (lab->fork) {
		executor_listen(lab->fork, lab_job_ended, lab);
		lab->fork_live = lab->fork_seen = FORK_WAITING;
	}
}

void
fork_close(struct lab *lab)
{
	executor_close(lab->fork);
	lab->fork = NULL;
}

void
fork_drop(struct lab *lab, const char *why)
{
	if (lab->fork_live != FORK_WAITING && lab->fork_live != FORK_BELIEVED)
		return;
	lab_note(lab, "the fork server is not used: %s", why);
	lab->fork_live = FORK_DROPPED;
	str_clear(&lab->fork_why);
	str_adds(&lab->fork_why, why);
}

/* Whether it can take a job now; one that broke is dropped here. */
static bool
is_ready(struct lab *lab)
{
	enum warm_state state;
	const char *why = NULL;

	if (lab->fork == NULL || (lab->fork_live != FORK_WAITING && lab->fork_live != FORK_BELIEVED))
		return false;
	state = ex_warm_state(lab->fork, &why);
	if (state == WARM_BROKEN)
		fork_drop(lab, why ? why : "it ended");
	return state == WARM_READY;
}

/* Whether fresh runs of the whole list fail so often that a pass of the fork
 * server says something about it. */
static bool
can_be_tried(const struct lab *lab)
{
	return lab->whole.tests && lab->whole_fails * 2 >= lab->whole_runs;
}

bool
fork_takes(struct lab *lab, const struct run *run)
{
	if (run->ask.fresh || run->only_cold || !is_ready(lab))
		return false;
	if (lab->fork_live == FORK_BELIEVED)
		return true;
	return run->ask.n == lab_n_tests(lab) && (lab->whole_runs == 0 || can_be_tried(lab));
}

static bool
is_being_tried(const struct lab *lab)
{
	for (size_t i = 0; i < lab->runs.n; i++) {
		if (lab->runs.p[i]->warm && lab->runs.p[i]->state != RUN_QUEUED)
			return true;
	}
	return false;
}

bool
fork_wants_try(struct lab *lab, const struct run *run)
{
	double start = lab_startup(lab, false);

	return run->ask_id != 0 && !run->ask.fresh && !run->only_cold &&
	       lab->fork_live == FORK_WAITING && run->ask.n != lab_n_tests(lab) &&
	       can_be_tried(lab) && is_ready(lab) && !is_being_tried(lab) &&
	       STARTS_SAVED * start > lab->whole_seconds - start;
}

bool
fork_counts(struct lab *lab, struct run *run, const struct judgement *j)
{
	if (run->end.how == JOB_LOST || run->end.how == JOB_NOT_STARTED) {
		fork_drop(lab, "it ended in the middle of a run");
		return false;
	}
	if (lab->fork_live == FORK_BELIEVED)
		return true;
	if (lab->fork_live != FORK_WAITING)
		return false;
	if (j->verdict == VERDICT_FAIL) {
		lab->fork_live = FORK_BELIEVED;
		return run->ask_id != 0;
	}
	if (j->verdict == VERDICT_UNRESOLVED)
		fork_drop(lab, str_c(&j->why));
	else if (++lab->fork_passes >= PASSES_MAX || (lab->whole_runs && lab->whole_fails == lab->whole_runs))
		fork_drop(lab, lab->whole_runs && lab->whole_fails == lab->whole_runs
		                       ? "the whole list passes in it and fails in fresh processes"
		                       : "the whole list passes in it more often than in fresh processes");
	return false;
}

/* ---- events ---- */

void
fork_event(struct lab *lab, struct str *out)
{
	if (lab->fork_seen == lab->fork_live)
		return;
	if (lab->fork_live == FORK_BELIEVED)
		str_adds(out, "warm\tused");
	else if (lab->fork_live == FORK_DROPPED) {
		str_adds(out, "warm\tdropped\twhy=");
		str_add_escaped(out, str_span(&lab->fork_why));
	}
	lab->fork_seen = lab->fork_live;
}

bool
fork_replay(struct lab *lab, struct span payload)
{
	if (span_starts(payload, "warm\tused"))
		lab->fork_seen = FORK_BELIEVED;
	else if (span_starts(payload, "warm\tdropped"))
		lab->fork_seen = FORK_DROPPED;
	else
		return false;
	/* A server of this part of the session is believed as that one was. */
	if (lab->fork || lab->fork_seen == FORK_DROPPED)
		lab->fork_live = lab->fork_seen;
	return true;
}

enum lab_warm
lab_warm(const struct lab *lab)
{
	static const enum lab_warm seen[] = {
		[FORK_NONE] = LAB_WARM_NONE, [FORK_WAITING] = LAB_WARM_WAITING,
		[FORK_BELIEVED] = LAB_WARM_USED, [FORK_DROPPED] = LAB_WARM_DROPPED,
	};

	return seen[lab->fork_seen];
}

void
lab_drop_warm(struct lab *lab, const char *why)
{
	fork_drop(lab, why);
	if (lab->whole_runs == 0) { /* the target was its own */
		signature_release(&lab->target);
		signature_init(&lab->target);
		str_clear(&lab->target_text);
	}
	/* Drivers do it by answers, so it needs no event. */
	lab->fork_live = lab->fork_seen = FORK_DROPPED;
}
