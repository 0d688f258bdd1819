/* See asked.h. */
#include "common/base.h"
#include "triage/asked.h"

#include "common/clock.h"
#include "common/diag.h"
#include "triage/cmd.h"
#include "triage/renames.h"

static struct span
copied(struct arena *mem, struct span x)
{
	return (struct span){ arena_copy(mem, x.p ? x.p : "", x.n), x.n };
}

static bool
words_get(void *data, uint32_t message, struct message_words *out)
{
	struct asked *a = data;
	struct store_message m;
	struct message_words *w = &a->kept[message % ASKED_WORDS].words;

	if (message == 0)
		return false;
	if (a->kept[message % ASKED_WORDS].message != message) {
		if (store_message(a->view, message, &m, NULL) < 0)
			return false;
		a->kept[message % ASKED_WORDS].message = message;
		*w = (struct message_words){
			.hash = m.hash, .example = copied(&a->kept_mem, m.example),
			.details = copied(&a->kept_mem, m.details), .generic = cluster_generic(m.example),
		};
	}
	*out = *w;
	return true;
}

struct rules { struct known_set *set; struct err *e; int ret; };

static void
add_rule(void *data, const struct known *k)
{
	struct rules *r = data;

	if (r->ret == 0 && known_add(r->set, k, r->e) < 0)
		r->ret = err_prefix(r->e, "known failure %lld", (long long)k->id);
}

static int
load_known(struct asked *a, struct err *e)
{
	struct rules r = { .set = known_new(), .e = e };

	a->known = r.set;
	if (store_known_each(a->store, add_rule, &r, e) < 0)
		return -1;
	return r.ret;
}

static void
say(void *data UNUSED, const char *text)
{
	diag_note("%s", text);
}

static int
order_by_history(struct asked *a, const struct options *o, struct err *e)
{
	if (o->n_repos == 0)
		return 0;
	if (axes_from_repos(a->view, o->repos, o->n_repos, &a->axes, o->quiet ? NULL : say, NULL, e) < 0)
		return -1;
	a->commits = axes_commits(a->axes);
	return renames_join(a->view, a->axes, e);
}

static int
open_view(struct asked *a, const struct options *o, uint32_t horizon, struct err *e)
{
	struct view_filter f = { .branch = o->branch, .builder = o->builder, .until = o->until,
	                         .horizon = horizon };

	if (store_view(a->store, &f, &a->view, e) < 0 || order_by_history(a, o, e) < 0)
		return -1;
	analyse_mass(a->view);
	return 0;
}

int
asked_open(struct asked *a, const struct options *o, uint32_t horizon, struct err *e)
{
	memset(a, 0, sizeof(*a));
	a->now = o->until ? o->until : clock_wall();
	a->store = cmd_store(o, e);
	if (a->store == NULL || load_known(a, e) < 0 || open_view(a, o, horizon, e) < 0)
		return -1;
	a->words = (struct message_source){ words_get, a };
	a->analyse = (struct analyse_options){ .since = o->since, .known = a->known, .words = &a->words,
	                                       .explain = o->explain };
	return 0;
}

int
asked_shorten(struct asked *a, const struct options *o, uint32_t horizon, struct err *e)
{
	axes_free(a->axes);
	view_free(a->view);
	a->axes = NULL;
	a->view = NULL;
	return open_view(a, o, horizon, e);
}

void
asked_release(struct asked *a)
{
	axes_free(a->axes);
	view_free(a->view);
	known_free(a->known);
	store_close(a->store);
	arena_release(&a->mem);
	arena_release(&a->kept_mem);
}

int
asked_finding(struct asked *a, uint32_t test, struct test_view *t, struct finding *f, struct err *e)
{
	if (store_streams(a->view, test, t, e) < 0)
		return -1;
	analyse_test(a->view, t, &a->analyse, &a->mem, f);
	return 0;
}

struct span
asked_trace(struct asked *a, const struct test_view *t)
{
	struct span found = { NULL, 0 };
	int64_t newest = INT64_MIN;
	struct message_words w;

	for (uint32_t i = 0; i < t->n_streams; i++) {
		const struct stream *s = &t->streams[i];

		for (uint32_t k = s->n_events; k > 0 && s->lane->builds[s->events[k - 1].at].started > newest; k--) {
			if (!a->words.get(a->words.data, s->events[k - 1].message, &w) || w.details.n == 0)
				continue;
			newest = s->lane->builds[s->events[k - 1].at].started;
			found = copied(&a->mem, w.details);
		}
	}
	return found;
}
