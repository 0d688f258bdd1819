/*
 * What a search in commits found, for a person or for a program: see
 * commits.h.  The answer first, then what it rests on, then what to do next.
 * Subjects and names are escaped, so that none can write to the terminal.
 */
#include "common/base.h"
#include "bisect/commits.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "bisect/report_in.h"
#include "common/clock.h"
#include "common/json.h"

enum { SET_SHOWN = 12 };

/* A text under way; words_* of report_in.h write to t. */
struct paper {
	struct text t;
	const struct commits_finding *f;
	const struct commits_words *w;
	struct arena mem;
};

static const char *
id_of(const struct commits_words *w, uint32_t commit)
{
	return testlist_name(&w->range->list, commit);
}

/* NULL: it cannot be read. */
static const struct repo_commit *
read_commit(const struct commits_words *w, uint32_t commit, struct arena *mem)
{
	struct repo_commit *c = arena_alloc(mem, sizeof(*c));
	struct repo_id id;

	commits_id(&id, &w->range->list, commit);
	return w->repo && repo_commit_read(c, w->repo, &id, mem, NULL) == 0 ? c : NULL;
}

/* ---- text ---- */

static void
add_short(struct paper *p, uint32_t commit)
{
	str_addf(p->t.out, "%.*s", REPO_SHORT, id_of(p->w, commit));
}

static void
add_subject(struct paper *p, uint32_t commit)
{
	const struct repo_commit *c = read_commit(p->w, commit, &p->mem);

	if (c == NULL)
		return;
	str_addc(p->t.out, ' ');
	str_add_escaped(p->t.out, span_of(c->subject));
}

/* "18 of 20 runs fail (90.0 %)" */
static void
add_counts(struct paper *p, struct counts c)
{
	words_counts(&p->t, c);
	str_addf(p->t.out, " run%s fail%s", c.runs == 1 ? "" : "s", c.runs == 1 && c.fails == 1 ? "s" : "");
	if (c.runs) {
		str_adds(p->t.out, " (");
		words_percent(&p->t, (double)c.fails / c.runs, false);
		str_addc(p->t.out, ')');
	}
}

static void
add_range(struct paper *p)
{
	str_add_escaped(p->t.out, span_of(p->w->range->old_word));
	str_adds(p->t.out, "..");
	str_add_escaped(p->t.out, span_of(p->w->range->new_word));
}

/* What changed, in a word: it began, or it rose. */
static const char *
change_word(const struct paper *p)
{
	bool some = p->f->without.fails > 0, all = p->f->with.fails == p->f->with.runs;

	if (p->w->opt->fixed)
		return p->f->with.fails ? "made COMMAND fail less often" : "made COMMAND pass";
	return some ? "made COMMAND fail more often" : all ? "made COMMAND fail" : "made COMMAND fail now and then";
}

static void
add_answer(struct paper *p)
{
	const struct commits_finding *f = p->f;
	struct str *out = p->t.out;

	switch (f->verdict) {
	case COMMITS_FOUND:
		add_short(p, f->best);
		str_addf(out, " %s (", change_word(p));
		words_percent(&p->t, f->confidence, true);
		str_adds(out, " sure)\n");
		return;
	case COMMITS_SAME:
		str_adds(out, "no commit in ");
		add_range(p);
		str_adds(out, " changed it: both ends fail about equally often\n");
		return;
	case COMMITS_NEVER:
		str_addf(out, "COMMAND never %s at ", p->w->opt->fixed ? "passed" : "failed");
		str_add_escaped(out, span_of(p->w->range->new_word));
		str_adds(out, "\n");
		return;
	case COMMITS_UNDECIDED:
		str_adds(out, "undecided");
		if (f->best != COMMITS_NONE) {
			str_adds(out, ": ");
			words_count(&p->t, f->set.n, "commit");
			str_adds(out, f->set.n == 1 ? " is left, with 90 % of the suspicion"
			                            : " are left, with 90 % of the suspicion");
		}
		str_addc(out, '\n');
		return;
	}
}

/* As `git log` shows it, so that nobody has to look it up. */
static void
add_commit(struct paper *p)
{
	const struct repo_commit *c;
	char when[CLOCK_TEXT];

	if (p->f->verdict != COMMITS_FOUND)
		return;
	str_addf(p->t.out, "  commit %s\n", id_of(p->w, p->f->best));
	c = read_commit(p->w, p->f->best, &p->mem);
	if (c == NULL)
		return;
	clock_stamp(when, c->author_time);
	str_adds(p->t.out, "  ");
	str_add_escaped(p->t.out, span_of(c->author));
	str_addf(p->t.out, ", %.10s\n      ", when);
	str_add_escaped(p->t.out, span_of(c->subject));
	str_addc(p->t.out, '\n');
}

static void
add_end(struct paper *p, const char *word, uint32_t commit, struct counts c)
{
	str_adds(p->t.out, "  ");
	if (commit == 0 && p->w->range->base)
		str_adds(p->t.out, "the common ancestor of both, ");
	else
		str_add_escaped(p->t.out, span_of(word));
	str_addf(p->t.out, "%s", commit == 0 && p->w->range->base ? "" : " (");
	add_short(p, commit);
	str_addf(p->t.out, "%s", commit == 0 && p->w->range->base ? ": " : "): ");
	add_counts(p, c);
	str_addc(p->t.out, '\n');
}

static void
add_sides(struct paper *p)
{
	const struct commits_finding *f = p->f;

	if (f->best == COMMITS_NONE || f->verdict == COMMITS_SAME) {
		add_end(p, p->w->range->old_word, 0, f->old);
		add_end(p, p->w->range->new_word, testlist_count(&p->w->range->list) - 1, f->new);
		return;
	}
	if (f->verdict == COMMITS_UNDECIDED) {
		str_adds(p->t.out, "  likeliest: ");
		add_short(p, f->best);
		str_adds(p->t.out, " (");
		words_percent(&p->t, f->confidence, true);
		str_adds(p->t.out, ")\n");
	}
	str_adds(p->t.out, "  with it: ");
	add_counts(p, f->with);
	str_adds(p->t.out, "\n  without it: ");
	add_counts(p, f->without);
	str_addc(p->t.out, '\n');
}

static void
add_set(struct paper *p)
{
	const struct commits_finding *f = p->f;
	size_t shown = f->set.n <= SET_SHOWN + 1 || p->w->opt->verbose ? f->set.n : SET_SHOWN;

	if (f->best == COMMITS_NONE || f->verdict == COMMITS_SAME || f->set.n < 2)
		return;
	str_adds(p->t.out, "  one of these, with 90 %:\n");
	for (size_t i = 0; i < shown; i++) {
		str_adds(p->t.out, "    ");
		add_short(p, f->set.p[i].commit);
		str_addc(p->t.out, ' ');
		words_percent(&p->t, f->set.p[i].posterior, false);
		if (f->skipped.p[f->set.p[i].commit])
			str_adds(p->t.out, " (cannot be tested)");
		add_subject(p, f->set.p[i].commit);
		str_addc(p->t.out, '\n');
	}
	if (shown < f->set.n)
		str_addf(p->t.out, "    ... and %zu more (-v shows them)\n", f->set.n - shown);
}

static void
add_effort(struct paper *p)
{
	const struct commits_finding *f = p->f;
	char took[CLOCK_TEXT];

	if (f->failure && *f->failure) {
		str_adds(p->t.out, "  the failure: ");
		report_message(p->t.out, f->failure);
		str_addc(p->t.out, '\n');
	}
	clock_format(took, (int64_t)(f->seconds * 1e6));
	str_adds(p->t.out, "  ");
	words_count(&p->t, f->n_runs, "run");
	str_addf(p->t.out, " in %s", took);
	if (f->n_runs)
		str_addf(p->t.out, ": %u to compare the ends, %u to search, %u to prove", f->n_gate_runs,
		         f->n_runs - f->n_gate_runs - f->n_proof_runs, f->n_proof_runs);
	str_adds(p->t.out, "; ");
	words_count(&p->t, p->w->range->graph.n, "commit");
	if (p->w->range->n_suspects < p->w->range->graph.n) {
		str_adds(p->t.out, ", of which ");
		words_count(&p->t, p->w->range->n_suspects, "touch");
		str_adds(p->t.out, p->w->range->n_suspects == 1 ? "es the paths" : " the paths");
	}
	if (f->n_skipped)
		str_addf(p->t.out, ", %u skipped", f->n_skipped);
	str_addc(p->t.out, '\n');
}

static void
add_others(struct paper *p)
{
	const struct commits_finding *f = p->f;

	if (f->others.n == 0)
		return;
	str_adds(p->t.out, "\nother failures were seen, and not counted (--any-failure counts them):\n");
	for (size_t i = 0; i < f->others.n && i < REPORT_TESTS; i++) {
		str_addf(p->t.out, "  %u time%s, first in run %llu: ", f->others.p[i].count,
		         f->others.p[i].count == 1 ? "" : "s", (unsigned long long)f->others.p[i].first_run);
		report_message(p->t.out, f->others.p[i].signature);
		str_addc(p->t.out, '\n');
	}
}

static void
add_advice(struct paper *p, const char *resume)
{
	const struct commits_finding *f = p->f;

	if (f->verdict == COMMITS_SAME)
		str_adds(p->t.out, p->w->range->base
		         ? "\nit fails there too: look for what fixed it on the other side, with --fixed\n"
		         : "\nit began earlier: name an older GOOD; a failure of the machine has no commit\n");
	else if (f->verdict == COMMITS_NEVER)
		str_adds(p->t.out, "\nit may need a load (--stress 2), or the files that only your own tree has\n");
	if (f->verdict == COMMITS_FOUND) {
		str_adds(p->t.out, "\nto see it:\n  git show ");
		add_short(p, f->best);
		str_addc(p->t.out, '\n');
	}
	if (p->w->opt->log && f->n_runs) {
		str_adds(p->t.out, "\nfor git:\n  git bisect replay ");
		str_add_shell(p->t.out, p->w->opt->log);
		str_addc(p->t.out, '\n');
	}
	if (resume)
		str_addf(p->t.out, "\nto go on:\n  %s\n", resume);
	if (f->session) {
		str_adds(p->t.out, "\nall runs are in ");
		str_add_shell(p->t.out, f->session);
		str_addc(p->t.out, '\n');
	}
}

void
report_commits_text(struct str *out, const struct commits_finding *f, const struct commits_words *w,
                    bool color, const char *resume)
{
	struct report_style style = { .color = color };
	struct paper p = { .t = { .out = out, .style = &style }, .f = f, .w = w };

	words_bold(&p.t, true);
	add_answer(&p);
	words_bold(&p.t, false);
	if (!w->opt->quiet) {
		if (f->reason) {
			str_adds(out, "  ");
			str_add_escaped(out, span_of(f->reason));
			str_addc(out, '\n');
		}
		add_commit(&p);
		str_addc(out, '\n');
		add_sides(&p);
		add_set(&p);
		add_effort(&p);
		add_others(&p);
		add_advice(&p, resume);
	}
	arena_release(&p.mem);
}

/* ---- JSON ---- */

static void
add_side(struct json *doc, const char *fails, const char *runs, struct counts c)
{
	json_add_int(doc, fails, c.fails);
	json_add_int(doc, runs, c.runs);
}

/* What is claimed is never rounded up. */
static double
down(double x)
{
	return floor(x * 1e4 + 1e-9) / 1e4;
}

/* The set as ids, and again with what is known of each. */
static void
add_json_set(struct json *doc, const struct commits_finding *f, const struct commits_words *w)
{
	struct json *set = json_add_array(doc, "set"), *suspects = json_add_array(doc, "suspects"), *one;

	for (size_t i = 0; i < f->set.n; i++) {
		json_add_string(set, NULL, id_of(w, f->set.p[i].commit));
		one = json_add_object(suspects, NULL);
		json_add_string(one, "commit", id_of(w, f->set.p[i].commit));
		json_add_number(one, "posterior", down(f->set.p[i].posterior));
		json_add_bool(one, "skipped", f->skipped.p[f->set.p[i].commit]);
	}
}

static void
add_json_commits(struct json *doc, const struct commits_finding *f, const struct commits_words *w)
{
	struct json *all = json_add_array(doc, "tested"), *one;

	for (uint32_t i = 0; i < f->each.n; i++) {
		if (f->each.p[i].runs == 0 && !f->skipped.p[i])
			continue;
		one = json_add_object(all, NULL);
		json_add_string(one, "commit", id_of(w, i));
		add_side(one, "fails", "runs", f->each.p[i]);
		json_add_bool(one, "skipped", f->skipped.p[i]);
	}
}

static void
add_json_others(struct json *doc, const struct commits_finding *f)
{
	struct json *x = json_add_array(doc, "other_failures"), *one;

	for (size_t i = 0; i < f->others.n; i++) {
		one = json_add_object(x, NULL);
		json_add_string(one, "signature", f->others.p[i].signature);
		json_add_int(one, "count", f->others.p[i].count);
		json_add_int(one, "first_run", (int64_t)f->others.p[i].first_run);
	}
}

void
report_commits_json(struct str *out, const struct commits_finding *f, const struct commits_words *w)
{
	struct json *doc = json_new();
	struct arena mem = ARENA_INIT;
	const struct repo_commit *c = f->verdict == COMMITS_FOUND ? read_commit(w, f->best, &mem) : NULL;

	json_add_int(doc, "schema", 1);
	json_add_string(doc, "verdict", commits_verdict_name(f->verdict));
	json_add_string(doc, "commit", f->verdict == COMMITS_FOUND ? id_of(w, f->best) : NULL);
	json_add_number(doc, "confidence", down(f->confidence));
	json_add_int(doc, "runs", f->n_runs);
	add_json_set(doc, f, w);
	add_side(doc, "fails", "fail_runs", f->with);
	add_side(doc, "without_fails", "without_runs", f->without);
	add_side(doc, "old_fails", "old_runs", f->old);
	add_side(doc, "new_fails", "new_runs", f->new);
	json_add_string(doc, "subject", c ? c->subject : NULL);
	json_add_string(doc, "best", f->best == COMMITS_NONE ? NULL : id_of(w, f->best));
	json_add_int(doc, "commits", w->range->graph.n);
	json_add_int(doc, "suspected", w->range->n_suspects);
	json_add_int(doc, "skipped", f->n_skipped);
	json_add_int(doc, "gate_runs", f->n_gate_runs);
	json_add_int(doc, "proof_runs", f->n_proof_runs);
	json_add_number(doc, "seconds", round(f->seconds * 100) / 100);
	add_json_commits(doc, f, w);
	add_json_others(doc, f);
	json_add_string(doc, "signature", f->signature);
	json_add_string(doc, "reason", f->reason);
	json_add_string(doc, "session", f->session);
	json_print(doc, out);
	str_addc(out, '\n');
	json_free(doc);
	arena_release(&mem);
}

void
report_commits(const struct commits_finding *f, const struct commits_words *w)
{
	struct str out = STR_INIT(REPORT_MAX), resume = STR_INIT(STR_LINE);

	if (w->opt->json) {
		report_commits_json(&out, f, w);
	} else {
		if (f->verdict == COMMITS_UNDECIDED && f->session && f->reason == NULL)
			report_resume(&resume, f->session, f->n_runs, f->seconds, w->opt);
		report_commits_text(&out, f, w, report_wants_color(w->opt, STDOUT_FILENO),
		                    resume.n ? str_c(&resume) : NULL);
	}
	report_out(&out);
	str_release(&resume);
	str_release(&out);
}
