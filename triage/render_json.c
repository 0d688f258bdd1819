/* Findings, the report and the history as JSON: see render.h. */
#include "common/base.h"
#include "triage/render.h"

#include "common/clock.h"
#include "common/json.h"

/* Null where the time is not known. */
static void
add_time(struct json *to, const char *key, int64_t t)
{
	char text[CLOCK_TEXT];

	if (t == 0) {
		json_add_null(to, key);
		return;
	}
	clock_stamp(text, t);
	json_add_text(to, key, span_of(text));
}

void
json_add_rate(struct json *to, const char *key, const struct rate *r)
{
	struct json *x = json_add_object(to, key);

	json_add_number(x, "low", r->low);
	json_add_number(x, "high", r->high);
	json_add_int(x, "failed", (int64_t)r->fails);
	json_add_int(x, "runs", (int64_t)r->runs);
}

static struct span
revision(const struct view *v, uint32_t branch, uint32_t place)
{
	const struct axis *a = &v->axes[branch];

	return place < a->n ? a->revisions[place] : span_of("");
}

static void
add_since(struct json *to, const struct view *v, const struct finding *f, struct span build)
{
	const struct axis *a = &v->axes[f->branch];
	struct json *x;

	if (!f->has_since) {
		json_add_null(to, "since");
		return;
	}
	x = json_add_object(to, "since");
	json_add_text(x, "revision", revision(v, f->branch, f->since.best));
	json_add_text(x, "build", build);
	json_add_text(x, "low", revision(v, f->branch, f->since.lo));
	json_add_text(x, "high", revision(v, f->branch, f->since.hi));
	json_add_int(x, "commits", f->since.hi - f->since.lo + 1);
	add_time(x, "started", f->since.best < a->n ? a->started[f->since.best] : 0);
}

static void
add_segments(struct json *to, const struct view *v, const struct finding *f)
{
	struct json *all = json_add_array(to, "segments");

	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct segment *s = &f->segments[i];
		struct json *x = json_add_object(all, NULL);

		json_add_text(x, "revision", revision(v, f->branch, s->begin.best));
		json_add_text(x, "low", revision(v, f->branch, s->begin.lo));
		json_add_text(x, "high", revision(v, f->branch, s->begin.hi));
		json_add_text(x, "end", revision(v, f->branch, s->end));
		json_add_number(x, "sure", s->sure);
		json_add_rate(x, "rate", &s->rate);
		json_add_int(x, "rerun_passes", (int64_t)s->rerun_passes);
	}
}

static void
add_builders(struct json *to, const struct view *v, const struct finding *f)
{
	struct json *all = json_add_array(to, "builders");

	for (uint32_t i = 0; i < f->n_lanes; i++) {
		const struct lane_finding *l = &f->lanes[i];
		struct json *x = json_add_object(all, NULL);

		json_add_text(x, "builder", v->builders.texts.p[l->builder]);
		json_add_text(x, "branch", v->branches.texts.p[l->branch]);
		json_add_text(x, "verdict", span_of(verdict_name(l->verdict)));
		json_add_int(x, "runs", (int64_t)l->runs);
		json_add_int(x, "failed", (int64_t)l->failed);
		json_add_int(x, "rerun_passes", (int64_t)l->rerun_passes);
		json_add_int(x, "left_out", (int64_t)l->left_out);
		json_add_rate(x, "rate", &l->rate);
		add_time(x, "last_failure", l->last_fail);
	}
}

static void
add_also(struct json *to, const struct message_cluster *m)
{
	struct json *ids = json_add_array(to, "also");

	for (uint32_t i = 0; i < m->n_also; i++)
		json_add_text(ids, NULL, m->also[i]);
}

static void
add_messages(struct json *to, const struct finding *f)
{
	struct json *all = json_add_array(to, "messages");

	for (uint32_t i = 0; i < f->n_messages; i++) {
		const struct message_cluster *m = &f->messages[i];
		struct json *x = json_add_object(all, NULL);

		json_add_text(x, "id", m->id);
		json_add_int(x, "count", (int64_t)m->count);
		json_add_text(x, "example", m->example);
		json_add_bool(x, "generic", m->generic);
		if (m->n_also)
			add_also(x, m);
		add_time(x, "first", m->first);
		add_time(x, "last", m->last);
	}
}

static void
add_evidence(struct json *to, const struct finding *f)
{
	struct json *x = json_add_object(to, "evidence");

	json_add_int(x, "rerun_passes", (int64_t)f->evidence.rerun_passes);
	json_add_int(x, "same_source", (int64_t)f->evidence.same_source);
	json_add_int(x, "other_builder", (int64_t)f->evidence.other_builder);
	json_add_int(x, "sandwiched", (int64_t)f->evidence.sandwiched);
	json_add_int(x, "tail_failures", (int64_t)f->evidence.tail_fails);
}

static void
add_older_names(struct json *to, const struct view *v, const struct finding *f)
{
	struct json *list = f->n_older ? json_add_array(to, "renamed_from") : NULL;

	for (uint32_t i = 0; i < f->n_older; i++) {
		struct json *x = json_add_object(list, NULL);

		json_add_text(x, "name", f->older[i].name);
		json_add_text(x, "commit", v->axes[f->older[i].branch].revisions[f->older[i].place]);
	}
}

void
json_add_finding(struct json *to, const struct view *v, const struct finding *f, struct span since_build)
{
	json_add_text(to, "test", f->name);
	add_older_names(to, v, f);
	json_add_text(to, "verdict", span_of(verdict_name(f->verdict)));
	json_add_number(to, "sure", f->sure);
	json_add_int(to, "runs", (int64_t)f->runs);
	json_add_int(to, "failed", (int64_t)f->failed);
	json_add_int(to, "rerun_passes", (int64_t)f->rerun_passes);
	json_add_int(to, "left_out", (int64_t)f->left_out);
	json_add_rate(to, "rate", &f->rate);
	if (f->before.runs)
		json_add_rate(to, "rate_before", &f->before);
	add_since(to, v, f, since_build);
	json_add_text(to, "branch", f->n_segments ? v->branches.texts.p[f->branch] : span_of(""));
	add_evidence(to, f);
	add_segments(to, v, f);
	add_builders(to, v, f);
	add_messages(to, f);
	add_time(to, "last_failure", f->last_fail);
	json_add_number(to, "failures_per_day", f->fails_per_day);
	if (f->clean_needed) {
		json_add_int(to, "clean_runs", (int64_t)f->clean_runs);
		json_add_int(to, "clean_runs_needed", (int64_t)f->clean_needed);
	}
	if (f->known)
		json_add_text(to, "issue", f->known->issue);
	if (f->worker.n)
		json_add_text(to, "worker", f->worker);
}

static void
print(struct json *doc, struct str *out)
{
	if (!json_print(doc, out))
		out->over = true;
	str_addc(out, '\n');
	json_free(doc);
}

/* ---- history ---- */

static void
add_build(struct json *to, const struct history_build *b)
{
	struct json *x = json_add_object(to, NULL);

	json_add_text(x, "builder", b->facts.builder);
	json_add_text(x, "number", b->facts.number);
	json_add_text(x, "branch", b->facts.branch);
	json_add_text(x, "revision", b->facts.revision);
	json_add_text(x, "worker", b->facts.worker);
	json_add_text(x, "url", b->facts.url);
	add_time(x, "started", b->facts.started);
	json_add_text(x, "first", span_of(outcome_name(b->first)));
	json_add_text(x, "last", span_of(outcome_name(b->last)));
	json_add_bool(x, "left_out", b->left_out);
	if (b->micros >= 0)
		json_add_number(x, "seconds", (double)b->micros / 1e6);
	if (b->load >= 0)
		json_add_number(x, "load", (double)b->load);
	json_add_text(x, "message", b->message);
}

void
render_history_json(struct str *out, const struct history *h, const struct render_options *o UNUSED)
{
	struct json *doc = json_new(), *list;
	const struct finding *f = &h->f;

	json_add_int(doc, "schema", 1);
	json_add_finding(doc, h->view, f, h->since_build);
	if (h->commits.known) {
		json_add_suspects(doc, h->view, &h->commits.worse);
		json_add_fix(doc, h->view, &h->commits.fix);
	}
	list = json_add_array(doc, "failures");
	for (uint32_t i = 0; i < h->n_builds; i++)
		add_build(list, &h->builds[i]);
	list = json_add_array(doc, "warnings");
	for (uint32_t i = 0; i < h->n_warnings; i++) {
		struct json *x = json_add_object(list, NULL);

		json_add_int(x, "count", (int64_t)h->warnings[i].count);
		json_add_text(x, "line", h->warnings[i].line);
	}
	if (h->median >= 0) {
		struct json *x = json_add_object(doc, "failing_seconds");

		json_add_number(x, "least", (double)h->fast / 1e6);
		json_add_number(x, "median", (double)h->median / 1e6);
		json_add_number(x, "most", (double)h->slow / 1e6);
	}
	if (h->pass_slow >= 0) {
		struct json *x = json_add_object(doc, "passing_seconds");

		json_add_number(x, "least", (double)h->pass_fast / 1e6);
		json_add_number(x, "most", (double)h->pass_slow / 1e6);
	}
	json_add_int(doc, "older_runs", (int64_t)f->older_runs);
	json_add_int(doc, "older_failed", (int64_t)f->older_fails);
	list = json_add_array(doc, "explain");
	for (uint32_t i = 0; i < f->n_explain; i++)
		json_add_text(list, NULL, f->explain[i]);
	print(doc, out);
}

/* ---- report ---- */

static const char *
mass_name(enum mass m)
{
	static const char *const names[] = {
		[MASS_NONE] = "none", [MASS_BUILD] = "build", [MASS_BUILDER] = "builder", [MASS_COMMIT] = "commit",
	};

	return names[m];
}

static void
add_fresh(struct json *to, const struct report *r)
{
	struct json *x = json_add_object(to, "fresh"), *list;

	add_time(x, "now", r->now);
	add_time(x, "since", r->since);
	add_time(x, "newest", r->newest);
	json_add_int(x, "age_seconds", r->newest ? r->now - r->newest : -1);
	json_add_bool(x, "nothing_new", r->nothing_since);
	json_add_int(x, "builds", (int64_t)r->n_builds);
	json_add_int(x, "lost_logs", (int64_t)r->n_lost);
	json_add_int(x, "unread", (int64_t)r->n_unread);
	list = json_add_array(x, "silent");
	for (size_t i = 0; i < r->silent.n; i++) {
		struct json *s = json_add_object(list, NULL);

		json_add_text(s, "builder", r->silent.p[i].builder);
		json_add_text(s, "branch", r->silent.p[i].branch);
		add_time(s, "last", r->silent.p[i].last);
		json_add_int(s, "usual_seconds", r->silent.p[i].usual);
	}
}

static void
add_broken(struct json *to, const struct report *r)
{
	struct json *list = json_add_array(to, "broken");

	for (size_t i = 0; i < r->broken.n; i++) {
		const struct broken *b = &r->broken.p[i];
		struct json *x = json_add_object(list, NULL);

		json_add_text(x, "what", span_of(mass_name(b->mass)));
		json_add_text(x, "builder", b->builder);
		json_add_text(x, "branch", b->branch);
		json_add_text(x, "revision", b->revision);
		json_add_int(x, "builds", b->n_builds);
		json_add_int(x, "failed", b->n_fails);
		json_add_int(x, "tests", b->n_tests);
		add_time(x, "last", b->last);
	}
	list = json_add_array(to, "machines");
	for (size_t i = 0; i < r->ended.n; i++) {
		struct json *x = json_add_object(list, NULL);

		json_add_text(x, "builder", r->ended.p[i].builder);
		json_add_int(x, "ended", r->ended.p[i].n);
		json_add_int(x, "builds", r->ended.p[i].of);
	}
}

void
render_report_json(struct str *out, const struct report *r, const struct render_options *o UNUSED)
{
	struct json *doc = json_new(), *x;

	json_add_int(doc, "schema", 1);
	add_fresh(doc, r);
	x = json_add_object(doc, "builds");
	for (unsigned c = 0; c < REPORT_COLORS; c++)
		json_add_int(x, color_name(c), (int64_t)r->builds[c]);
	json_add_number(doc, "unexplained", r->failures ? (double)r->unexplained / (double)r->failures : 0);
	json_add_int(doc, "failures", (int64_t)r->failures);
	json_add_int(doc, "failures_unexplained", (int64_t)r->unexplained);
	json_add_bool(doc, "news", report_has_news(r));
	json_add_int(doc, "horizon", r->horizon);
	add_broken(doc, r);
	x = json_add_array(doc, "tests");
	for (size_t i = 0; i < r->tests.n; i++) {
		struct json *t = json_add_object(x, NULL);

		json_add_finding(t, r->view, &r->tests.p[i].f, span_of(""));
		if (r->tests.p[i].commits.known) {
			json_add_suspects(t, r->view, &r->tests.p[i].commits.worse);
			json_add_fix(t, r->view, &r->tests.p[i].commits.fix);
		}
		json_add_text(t, "change", span_of(change_name(r->tests.p[i].f.change)));
		json_add_bool(t, "seen_once", r->tests.p[i].f.once);
		json_add_int(t, "failed_since", (int64_t)r->tests.p[i].failed_since);
	}
	print(doc, out);
}
