/* Commits in JSON documents: see render_commits.h. */
#include "common/base.h"
#include "triage/render_commits.h"

#include <math.h>

#include "common/json.h"
#include "triage/render.h"

static void
add_suspect(struct json *list, const struct suspect_place *p)
{
	struct json *x = json_add_object(list, NULL), *factors, *reasons;
	unsigned bit;

	json_add_text(x, "commit", p->id);
	json_add_text(x, "title", p->title);
	json_add_number(x, "posterior", p->posterior);
	json_add_bool(x, "in_set", p->in_set);
	factors = json_add_object(x, "factors");
	json_add_number(factors, "results", exp(p->by_results));
	json_add_number(factors, "commit", exp(p->by_commit));
	reasons = json_add_array(factors, "reasons");
	for (bit = 1; bit < 1u << FACTOR_COUNT; bit <<= 1) {
		if (p->factors & bit)
			json_add_text(reasons, NULL, span_of(blame_factor_text(bit)));
	}
	if (p->beside.n)
		json_add_text(x, "fails_without_it_on", p->beside);
}

void
json_add_suspects(struct json *to, const struct view *v, const struct suspects *s)
{
	struct json *list = json_add_array(to, "suspects");
	struct str command = STR_INIT(STR_LINE);
	uint32_t i;

	if (!s->any)
		return;
	for (i = 0; i < s->n; i++)
		add_suspect(list, &s->places[i]);
	json_add_text(to, "blamed_branch", v->branches.texts.p[s->window.branch]);
	json_add_rate(to, "before", &s->before);
	json_add_rate(to, "after", &s->after);
	json_add_int(to, "candidates", s->n_candidates);
	json_add_int(to, "set_size", s->n_set);
	json_add_number(to, "set_mass", s->mass);
	json_add_bool(to, "with_commits", s->with_commits);
	if (suspects_settle(&command, v, s))
		json_add_text(to, "settle", str_span(&command));
	str_release(&command);
}

static void
add_held(struct json *to, const struct fix_held *h)
{
	if (h->held == HELD_NOT_YET)
		json_add_null(to, "held");
	else
		json_add_bool(to, "held", h->held == HELD_YES);
	json_add_int(to, "clean_runs", (int64_t)h->clean);
	json_add_int(to, "failed_runs", (int64_t)h->failed);
	json_add_int(to, "clean_runs_needed", (int64_t)h->needed);
}

static void
add_branch(struct json *list, const struct view *v, const struct fix_on_branch *b)
{
	struct json *row = json_add_object(list, NULL);
	char hex[REPO_HEX];

	json_add_text(row, "branch", v->branches.texts.p[b->branch]);
	json_add_bool(row, "fixed", b->state.by != FIX_MISSING && !b->state.reverted);
	if (b->state.by == FIX_MISSING) {
		json_add_null(row, "by");
		json_add_null(row, "commit");
	} else {
		repo_hex(hex, &b->state.commit);
		json_add_text(row, "by", span_of(fix_by_name(b->state.by)));
		json_add_text(row, "commit", span_of(hex));
	}
	if (b->state.reverted) {
		repo_hex(hex, &b->state.reverted_by);
		json_add_text(row, "reverted_by", span_of(hex));
	}
	if (b->with_test) {
		json_add_int(row, "clean_runs", (int64_t)b->since.clean);
		json_add_int(row, "failed_runs", (int64_t)b->since.failed);
	}
}

void
json_add_fix(struct json *to, const struct view *v, const struct fix_search *s)
{
	struct json *fix, *list;
	uint32_t i;

	if (s->any) {
		fix = json_add_object(to, "fix");
		json_add_text(fix, "commit", s->place.id);
		json_add_text(fix, "title", s->place.title);
		if (s->before.runs) {
			json_add_text(fix, "branch", v->branches.texts.p[s->branch]);
			json_add_number(fix, "posterior", s->place.posterior);
			add_held(fix, &s->held);
		}
	} else {
		json_add_null(to, "fix");
	}
	list = json_add_array(to, "branches");
	for (i = 0; i < s->n_branches; i++)
		add_branch(list, v, &s->branches[i]);
}
