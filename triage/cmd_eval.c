/* `eval`: replays the past, each day seeing only what was known then, and scores the verdicts. */
#include "common/base.h"
#include "triage/cmd.h"

#include <stdio.h>

#include "common/fs.h"
#include "common/json.h"
#include "triage/asked.h"
#include "triage/eval_synth.h"

/* A past that was replayed. */
struct past {
	const struct options *o;
	struct eval_score score;
	uint64_t n_builds;
	struct arena mem;
};

/* ---- a made history ---- */

/* Fills a store with the history, and replays it. */
static int
replay_made(struct past *p, const struct synth *s, const char *path, struct err *e)
{
	struct view_filter all = { .horizon = 1 << 20 };
	struct store *store = store_open(path, STORE_WRITE, e);
	struct commit_source commits;
	struct eval_truth truth;
	struct view *v = NULL;
	int ret = -1;

	if (store == NULL || synth_store(s, store, &p->n_builds, e) < 0 || store_view(store, &all, &v, e) < 0)
		goto out;
	synth_axes(s, v);
	analyse_mass(v);
	commits = synth_commits(s, v, &p->mem);
	if (synth_truth(s, v, &p->mem, &truth, e) == 0)
		ret = eval_replay(v, &truth, &commits, &p->mem, &p->score, e);
out:
	view_free(v);
	store_close(store);
	return ret;
}

/* The same in a folder of its own, which is removed. */
static int
replay_synthetic(struct past *p, struct err *e)
{
	struct synth_config config = synth_usual(p->o->synthetic);
	const char *tmp = getenv("TMPDIR");
	struct str path = STR_INIT(STR_LINE);
	struct synth s;
	char *folder;
	int ret = -1;

	folder = fs_unique_dir(tmp && *tmp ? tmp : "/tmp", "flake-triage-", e);
	if (folder == NULL)
		return -1;
	synth_make(&s, &config);
	str_addf(&path, "%s/history.db", folder);
	ret = replay_made(p, &s, str_c(&path), e);
	if (fs_remove(folder, ret < 0 ? NULL : e) < 0)
		ret = -1;
	synth_release(&s);
	str_release(&path);
	free(folder);
	return ret;
}

/* ---- a store ---- */

static int
replay_store(struct past *p, struct err *e)
{
	struct eval_truth truth;
	struct asked *a = xcalloc(1, sizeof(*a));
	int ret = -1;

	if (asked_open(a, p->o, 0, e) == 0 && eval_hindsight(a->view, &p->mem, &truth, e) == 0) {
		p->n_builds = a->view->n_builds;
		ret = eval_replay(a->view, &truth, &a->commits, &p->mem, &p->score, e);
	}
	asked_release(a);
	free(a);
	return ret;
}

/* ---- what came of it ---- */

static uint64_t
sum(const uint64_t *counts, const bool *which)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < EVAL_VERDICTS; i++)
		n += which[i] ? counts[i] : 0;
	return n;
}

static const bool sick[EVAL_VERDICTS] = { [VERDICT_FLAKY] = true, [VERDICT_REGRESSED] = true,
                                          [VERDICT_DID_NOT_HOLD] = true, [VERDICT_KNOWN] = true };
static const char *const state_names[STATES] = { "healthy", "flaky", "regressed" };

static double
percent(uint64_t n, uint64_t of)
{
	return of ? 100.0 * (double)n / (double)of : 0;
}

struct figures {
	uint64_t claims, right, late, true_days, seen_days;
	double precision, recall, found, held, held_results, days, rank, size, size_results;
};

static struct figures
figures_of(const struct eval_score *s)
{
	struct figures f = { .late = s->said_late };
	int i;

	for (i = 0; i < STATES; i++)
		f.claims += sum(s->said[i], sick);
	f.right = sum(s->said[STATE_FLAKY], sick) + sum(s->said[STATE_REGRESSED], sick);
	for (i = 0; i < EVAL_VERDICTS; i++)
		f.true_days += s->said[STATE_FLAKY][i] + s->said[STATE_REGRESSED][i];
	f.precision = percent(f.right + f.late, f.claims);
	f.recall = percent(f.right, f.true_days);
	f.found = percent(s->n_found, s->n_changes);
	f.held = percent(s->n_held, s->n_sets);
	f.held_results = percent(s->n_held_results, s->n_sets);
	f.days = eval_median(s->days_to_detect, s->n_found);
	f.rank = eval_median(s->rank, s->n_sets);
	f.size = eval_median(s->size, s->n_sets);
	f.size_results = eval_median(s->size_results, s->n_sets);
	return f;
}

static void
print_table(const struct eval_score *s)
{
	int i, v;

	printf("\ndays of tests, by what was true and what was said:\n%-12s", "");
	for (v = 0; v < EVAL_VERDICTS; v++)
		printf(" %12s", verdict_name((enum verdict)v));
	for (i = 0; i < STATES; i++) {
		printf("\n%-12s", state_names[i]);
		for (v = 0; v < EVAL_VERDICTS; v++)
			printf(" %12llu", (unsigned long long)s->said[i][v]);
	}
	printf("\n");
}

static void
print_text(const struct past *p)
{
	const struct eval_score *s = &p->score;
	struct figures f = figures_of(s);

	if (p->o->is_synthetic)
		printf("a made history (seed %llu)", (unsigned long long)p->o->synthetic);
	else
		printf("'%s', against what is thought of it now", p->o->db);
	printf(": %llu builds, %u tests, %u days, each seen as it was known then\n\n", (unsigned long long)p->n_builds,
	       s->tests, s->days);
	printf("precision    %5.1f %%  of the days on which a test was said to be flaky or regressed, it was, or had "
	       "been until a fix\n", f.precision);
	printf("recall       %5.1f %%  of the days on which a test was flaky or regressed, it was said so\n", f.recall);
	printf("detected     %5.1f %%  of %u changes to the worse, the median after %.1f days\n", f.found, s->n_changes,
	       f.days);
	printf("innocent     %5u    of %u tests that never were, blamed on at least one day\n", s->n_blamed,
	       s->n_innocent);
	printf("sets         %5.1f %%  of %u sets that claim %.1f %% hold the culprit (%.1f %% by the results alone)\n",
	       f.held, s->n_sets, 100 * s->claimed, f.held_results);
	printf("             %5.0f    commits in the median set, %.0f by the results alone; the culprit's median rank "
	       "is %.0f, the first in %.1f %%\n", f.size, f.size_results, f.rank, percent(s->n_first, s->n_sets));
	print_table(s);
}

static void
print_json(const struct past *p)
{
	const struct eval_score *s = &p->score;
	struct figures f = figures_of(s);
	struct json *doc = json_new(), *sets, *said, *row;
	struct str out = STR_INIT(1 << 20);
	int i, v;

	json_add_int(doc, "schema", 1);
	if (p->o->is_synthetic)
		json_add_int(doc, "seed", (int64_t)p->o->synthetic);
	json_add_text(doc, "truth", span_of(p->o->is_synthetic ? "made" : "hindsight"));
	json_add_int(doc, "builds", (int64_t)p->n_builds);
	json_add_int(doc, "tests", s->tests);
	json_add_int(doc, "days", s->days);
	json_add_number(doc, "precision", f.precision / 100);
	json_add_number(doc, "recall", f.recall / 100);
	json_add_int(doc, "changes", s->n_changes);
	json_add_int(doc, "detected", s->n_found);
	json_add_number(doc, "days_to_detect", f.days);
	json_add_int(doc, "innocent", s->n_innocent);
	json_add_int(doc, "innocent_blamed", s->n_blamed);
	sets = json_add_object(doc, "sets");
	json_add_int(sets, "n", s->n_sets);
	json_add_number(sets, "held", f.held / 100);
	json_add_number(sets, "held_by_results", f.held_results / 100);
	json_add_number(sets, "claimed", s->claimed);
	json_add_number(sets, "median_size", f.size);
	json_add_number(sets, "median_size_by_results", f.size_results);
	json_add_number(sets, "median_rank", f.rank);
	json_add_number(sets, "first", percent(s->n_first, s->n_sets) / 100);
	said = json_add_object(doc, "said");
	for (i = 0; i < STATES; i++) {
		row = json_add_object(said, state_names[i]);
		for (v = 0; v < EVAL_VERDICTS; v++)
			json_add_int(row, verdict_name((enum verdict)v), (int64_t)s->said[i][v]);
	}
	if (json_print(doc, &out))
		printf("%s\n", str_c(&out));
	str_release(&out);
	json_free(doc);
}

/* ---- the whole ---- */

static int
run(const struct prog_call *call, struct err *e)
{
	struct past p = { .o = triage_options(call) };
	int ret = p.o->is_synthetic ? replay_synthetic(&p, e) : replay_store(&p, e);

	if (ret == 0 && p.o->json)
		print_json(&p);
	else if (ret == 0)
		print_text(&p);
	arena_release(&p.mem);
	return ret < 0 ? -1 : EXIT_ANSWERED;
}

const struct prog_cmd triage_eval = {
	.head = { "eval", "eval [OPTION...]", "replay the past, and score the verdicts", "", USE_EVAL },
	.run = run,
};
