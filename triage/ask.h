/*
 * What every answer begins with: the store of --db opened for reading, its view put into the order of
 * --repo, mass failures marked, known failures loaded, and a test or build found by the name that a person typed.
 */
#ifndef TRIAGE_ASK_H
#define TRIAGE_ASK_H

#include "triage/analyse.h"
#include "triage/axis_repo.h"
#include "triage/options.h"
#include "triage/store.h"

struct ask {
	const struct options *o;
	struct store *store;
	struct view *view;
	struct axes_repo *axes;        /* NULL: no repository was named */
	struct commit_source commits;  /* empty without a repository */
	struct known_set *known;
	struct message_source words;
	struct arena mem;              /* for what lives as long as the answer */
};

/* -1 and e: there is no store, it is damaged, or a repository cannot be read.  To be closed in any case. */
int ask_open(struct ask *a, const struct options *o, struct err *e);
void ask_close(struct ask *a);

/* The options of an analysis of this store as of --until. */
struct analyse_options ask_analysis(const struct ask *a);

/* The test of that name: as it stands, else the only one that ends so ("test_put" of
 * "test_queue.QueueTest.test_put"), else the only one that holds it.  -1 and e when none or several do: it
 * names the near ones. */
int ask_test(struct ask *a, const char *name, uint32_t *test, struct err *e);

/* Its streams and what is thought of it; both valid until the next call. */
int ask_finding(struct ask *a, uint32_t test, struct test_view *t, struct finding *f, struct err *e);

#endif
