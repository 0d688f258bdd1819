/* Commits in pages: see render_commits.h. */
#include "common/base.h"
#include "triage/render_commits.h"

#include <math.h>

#include "triage/render.h"
#include "triage/turn.h"

int
commits_of_test(struct commits_of *out, struct asked *a, const struct test_view *t, struct err *e)
{
	*out = (struct commits_of){ .known = a->axes != NULL };
	if (!out->known)
		return 0;
	turn_find(&out->worse, a, t, false);
	return fix_search_test(a, t, &out->fix, e);
}

bool
fix_is_missing(const struct fix_on_branch *b)
{
	return (b->state.by == FIX_MISSING || b->state.reverted) && b->with_test && b->since.failed;
}

void
part_commit(struct doc *d, struct span id, struct span title)
{
	if (id.n)
		doc_part(d, DOC_CODE, (struct span){ id.p, id.n < 12 ? id.n : 12 });
	else
		doc_say(d, "(no revision)");
	if (title.n) {
		doc_say(d, " ");
		doc_span(d, title);
	}
}

/* ---- suspects ---- */

static void
say_factors(struct doc *d, const struct suspect_place *p)
{
	const char *comma = "";
	unsigned bit;

	doc_say(d, ": by the results %.3g times as likely as the likeliest, by the commit %.3g times the mean",
	        exp(p->by_results), exp(p->by_commit));
	for (bit = 1; bit < 1u << FACTOR_COUNT; bit <<= 1) {
		if (p->factors & bit) {
			doc_say(d, "%s%s", *comma ? comma : " (", blame_factor_text(bit));
			comma = ", ";
		}
	}
	if (*comma)
		doc_say(d, ")");
}

void
part_suspects(struct doc *d, const struct suspects *s, const struct suspects_shown *o)
{
	uint32_t i;

	doc_begin(d, DOC_LIST);
	for (i = 0; i < s->n && i < o->most && (s->places[i].in_set || i < 3); i++) {
		const struct suspect_place *p = &s->places[i];

		doc_begin(d, DOC_ITEM);
		doc_say(d, "%4.1f %% ", 100 * p->posterior);
		part_commit(d, p->id, p->title);
		if (p->beside.n) {
			doc_say(d, ", but branch ");
			doc_span(d, p->beside);
			doc_say(d, " fails without it");
		}
		if (o->explain)
			say_factors(d, p);
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
	if (s->n_set > i)
		doc_says(d, DOC_PARA, "  and %u more in the set", (unsigned)(s->n_set - i));
}

bool
suspects_settle(struct str *out, const struct view *v, const struct suspects *s)
{
	const struct axis *axis = &v->axes[s->window.branch];
	uint32_t lo = UINT32_MAX, hi = 0, i;

	for (i = 0; i < s->n; i++) {
		if (!s->places[i].in_set)
			continue;
		lo = s->places[i].at < lo ? s->places[i].at : lo;
		hi = s->places[i].at > hi ? s->places[i].at : hi;
	}
	if (!s->any || !s->with_commits || lo == UINT32_MAX || lo == 0 || hi == lo)
		return false;
	str_addf(out, "flake-bisect commits %s%.12s..%.12s -- COMMAND", s->window.down ? "--fixed " : "",
	         axis->revisions[lo - 1].p, axis->revisions[hi].p);
	return true;
}

/* ---- fixes ---- */

void
part_held(struct doc *d, const struct fix_held *h)
{
	switch (h->held) {
	case HELD_YES:
		doc_say(d, "it held: ");
		part_count(d, h->clean, "clean run");
		doc_say(d, " since");
		break;
	case HELD_NOT_YET:
		doc_say(d, "it holds so far, ");
		part_count(d, h->clean, "clean run");
		doc_say(d, " since; %llu more are needed to believe so", (unsigned long long)h->needed);
		break;
	case HELD_NO:
		doc_say(d, "it did not hold: ");
		part_count(d, h->failed, "failure");
		doc_say(d, " since, in ");
		part_count(d, h->clean + h->failed, "run");
		break;
	}
}

void
part_fix_branch(struct doc *d, const struct view *v, const struct fix_on_branch *b)
{
	const struct repo_id *id = b->state.reverted ? &b->state.reverted_by : &b->state.commit;
	struct span none = { NULL, 0 };
	char hex[REPO_HEX];

	doc_part(d, DOC_STRONG, v->branches.texts.p[b->branch]);
	if (b->state.by == FIX_MISSING) {
		doc_say(d, ": lacks it");
	} else {
		repo_hex(hex, id);
		doc_say(d, ": %s, by %s: ", b->state.reverted ? "reverted" : "has it", fix_by_name(b->state.by));
		part_commit(d, span_of(hex), none);
	}
	if (!b->with_test || b->since.failed + b->since.clean == 0)
		return;
	doc_say(d, "; ");
	part_count(d, b->since.failed ? b->since.failed : b->since.clean, b->since.failed ? "failure" : "clean run");
	doc_say(d, " since");
	if (b->since.failed) {
		doc_say(d, ", in ");
		part_count(d, b->since.failed + b->since.clean, "run");
	}
}

void
part_fix(struct doc *d, const struct view *v, const struct fix_search *s, struct span test)
{
	uint32_t i;

	doc_begin(d, DOC_PARA);
	part_commit(d, s->place.id, s->place.title);
	if (test.n) {
		doc_say(d, " has fixed it with %.0f %%, on branch ", 100 * s->place.posterior);
		doc_span(d, v->branches.texts.p[s->branch]);
		doc_say(d, ", where it had failed ");
		part_rate(d, &s->before);
		doc_say(d, "; ");
		part_held(d, &s->held);
	}
	doc_end(d, DOC_PARA);
	if (s->n_branches == 0)
		return;
	doc_begin(d, DOC_LIST);
	for (i = 0; i < s->n_branches; i++) {
		doc_begin(d, DOC_ITEM);
		part_fix_branch(d, v, &s->branches[i]);
		doc_end(d, DOC_ITEM);
	}
	doc_end(d, DOC_LIST);
}
