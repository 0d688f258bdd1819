/* `blame TEST`: the commits that can have made it flaky, ranked. */
#include "common/base.h"
#include "triage/cmd.h"

#include <math.h>
#include <stdio.h>

#include "common/json.h"
#include "triage/ask.h"
#include "triage/suspects.h"
#include "triage/wording.h"

enum { SHOWN = 10 };

/* What the answer is made of. */
struct blamed {
	struct ask ask;
	struct test_view t;
	struct finding f;
	struct suspects s;
};

/* A trace of the test's failures: that of its last event which has one. */
static struct span
trace_of(struct blamed *b)
{
	struct span none = { NULL, 0 };
	struct message_words w;
	uint32_t i, k;

	for (i = 0; i < b->t.n_streams; i++) {
		const struct stream *s = &b->t.streams[i];

		for (k = s->n_events; k > 0; k--) {
			if (s->events[k - 1].message &&
			    b->ask.words.get(b->ask.words.data, s->events[k - 1].message, &w) && w.details.n)
				return w.details;
		}
	}
	return none;
}

static void
add_hex(struct str *out, struct span id)
{
	str_add(out, id.p, id.n < 12 ? id.n : 12);
}

/* The command that would settle it, to be pasted: from the commit before the oldest of the set to the newest. */
static bool
settle(struct str *out, const struct blamed *b)
{
	const struct axis *axis = &b->ask.view->axes[b->s.window.branch];
	uint32_t lo = UINT32_MAX, hi = 0, i;

	for (i = 0; i < b->s.n; i++) {
		if (!b->s.places[i].in_set)
			continue;
		lo = b->s.places[i].at < lo ? b->s.places[i].at : lo;
		hi = b->s.places[i].at > hi ? b->s.places[i].at : hi;
	}
	if (!b->s.with_commits || lo == UINT32_MAX || lo == 0 || hi == lo)
		return false;
	str_adds(out, "flake-bisect commits ");
	if (b->s.window.down)
		str_adds(out, "--fixed ");
	add_hex(out, axis->revisions[lo - 1]);
	str_adds(out, "..");
	add_hex(out, axis->revisions[hi]);
	str_adds(out, " -- COMMAND");
	return true;
}

/* ---- text ---- */

static void
add_factors(struct str *out, const struct suspect_place *p)
{
	const char *comma = "";
	unsigned bit;

	for (bit = 1; bit < 1u << FACTOR_COUNT; bit <<= 1) {
		if (p->factors & bit) {
			str_addf(out, "%s%s", comma, blame_factor_text(bit));
			comma = ", ";
		}
	}
	if (p->beside.n) {
		str_addf(out, "%sbut branch '", comma);
		str_add_escaped(out, p->beside);
		str_adds(out, "' fails without it");
	}
}

static void
add_suspect(struct str *out, const struct suspect_place *p, bool explain)
{
	str_addf(out, "  %5.1f %%  ", 100 * p->posterior);
	if (p->id.n)
		add_hex(out, p->id);
	else
		str_adds(out, "(no revision)");
	if (p->title.n) {
		str_adds(out, "  ");
		str_add_escaped(out, p->title);
	}
	str_addc(out, '\n');
	if (explain) {
		str_addf(out, "           results: %.3g times as likely as the best; commit: %.3g times the mean",
		         exp(p->by_results), exp(p->by_commit));
		if (p->factors || p->beside.n) {
			str_adds(out, " (");
			add_factors(out, p);
			str_addc(out, ')');
		}
		str_addc(out, '\n');
	}
}

static void
add_list(struct str *out, const struct blamed *b)
{
	const struct suspects *s = &b->s;
	uint32_t i, shown = 0;

	for (i = 0; i < s->n && (s->places[i].in_set || i < 3) && shown < (b->ask.o->all ? s->n : SHOWN); i++, shown++)
		add_suspect(out, &s->places[i], b->ask.o->explain);
	if (s->n_set > shown)
		str_addf(out, "  and %u more; --all shows them\n", (unsigned)(s->n_set - shown));
}

static void
print_text(const struct blamed *b)
{
	const struct suspects *s = &b->s;
	struct str out = STR_INIT(STR_FILE);

	str_addc(&out, '\'');
	str_add_escaped(&out, b->t.name);
	if (!s->any) {
		str_addf(&out, "' did not get %s in what is known: no commit can be blamed\n",
		         s->window.down ? "better" : "worse");
	} else {
		str_addf(&out, "' got %s on branch '", s->window.down ? "better" : "worse");
		str_add_escaped(&out, b->ask.view->branches.texts.p[s->window.branch]);
		str_adds(&out, "': from ");
		wording_rate(&out, &s->before);
		str_adds(&out, " to ");
		wording_rate(&out, &s->after);
		str_addf(&out, "\n\n%u of %u commits hold the change with %.0f %%:\n", (unsigned)s->n_set,
		         (unsigned)s->n_candidates, 100 * s->mass);
		add_list(&out, b);
		if (!s->with_commits)
			str_adds(&out, "\nby the results alone; --repo DIR looks at what the commits touch\n");
		str_adds(&out, "\n");
		if (settle(&out, b))
			str_adds(&out, "   would settle it\n");
	}
	fwrite(str_c(&out), 1, out.n, stdout);
	str_release(&out);
}

/* ---- JSON ---- */

static void
add_json_rate(struct json *to, const char *key, const struct rate *r)
{
	struct json *x = json_add_object(to, key);

	json_add_int(x, "fails", (int64_t)r->fails);
	json_add_int(x, "runs", (int64_t)r->runs);
	json_add_number(x, "low", r->low);
	json_add_number(x, "high", r->high);
}

static void
add_json_suspect(struct json *to, const struct suspect_place *p)
{
	struct json *x = json_add_object(to, NULL), *factors;
	unsigned bit;

	json_add_text(x, "commit", p->id);
	json_add_text(x, "title", p->title);
	json_add_number(x, "posterior", p->posterior);
	json_add_bool(x, "in_set", p->in_set);
	factors = json_add_object(x, "factors");
	json_add_number(factors, "results", exp(p->by_results));
	json_add_number(factors, "commit", exp(p->by_commit));
	factors = json_add_array(factors, "reasons");
	for (bit = 1; bit < 1u << FACTOR_COUNT; bit <<= 1) {
		if (p->factors & bit)
			json_add_text(factors, NULL, span_of(blame_factor_text(bit)));
	}
	if (p->beside.n)
		json_add_text(x, "fails_without_it_on", p->beside);
}

static void
print_json(const struct blamed *b)
{
	struct json *doc = json_new(), *list;
	struct str out = STR_INIT(STR_FILE);
	uint32_t i;

	json_add_int(doc, "schema", 1);
	json_add_text(doc, "test", b->t.name);
	json_add_text(doc, "verdict", span_of(verdict_name(b->f.verdict)));
	json_add_bool(doc, "changed", b->s.any);
	list = json_add_array(doc, "suspects");
	if (b->s.any) {
		json_add_text(doc, "branch", b->ask.view->branches.texts.p[b->s.window.branch]);
		add_json_rate(doc, "before", &b->s.before);
		add_json_rate(doc, "after", &b->s.after);
		json_add_int(doc, "candidates", b->s.n_candidates);
		json_add_int(doc, "set_size", b->s.n_set);
		json_add_number(doc, "set_mass", b->s.mass);
		json_add_bool(doc, "with_commits", b->s.with_commits);
	}
	for (i = 0; i < b->s.n; i++)
		add_json_suspect(list, &b->s.places[i]);
	if (settle(&out, b))
		json_add_text(doc, "settle", str_span(&out));
	str_clear(&out);
	if (json_print(doc, &out))
		printf("%s\n", str_c(&out));
	str_release(&out);
	json_free(doc);
}

/* ---- the whole ---- */

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	struct blamed b = { .s = { .any = false } };
	uint32_t test;
	int ret = -1;

	if (call->n_operands == 0) {
		diag_note("blame which test? flake-triage blame TEST");
		return EXIT_USAGE;
	}
	if (ask_open(&b.ask, o, e) == 0 && ask_test(&b.ask, call->operands[0], &test, e) == 0 &&
	    ask_finding(&b.ask, test, &b.t, &b.f, e) == 0) {
		suspects_find(b.ask.view, &b.t, &b.f, &b.ask.commits, trace_of(&b), false, &b.ask.mem, &b.s);
		if (o->json)
			print_json(&b);
		else
			print_text(&b);
		ret = b.s.any ? EXIT_ANSWERED : EXIT_NEGATIVE;
	}
	ask_close(&b.ask);
	return ret;
}

const struct prog_cmd triage_blame = {
	.head = { "blame", "blame TEST [OPTION...]", "the commits that can have made TEST flaky, ranked", "",
	          USE_BLAME },
	.operands_max = 1,
	.run = run,
};
