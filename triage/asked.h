/*
 * What every answer begins with: the store, the view that the options ask for, in the order of
 * the repositories that they name, the known failures, and the words of messages.
 */
#ifndef TRIAGE_ASKED_H
#define TRIAGE_ASKED_H

#include "triage/analyse.h"
#include "triage/axis_repo.h"
#include "triage/options.h"
#include "triage/store.h"

enum { ASKED_WORDS = 4096 /* messages kept at once */ };

struct asked {
	struct store *store;
	struct view *view;
	struct axes_repo *axes;        /* NULL: no repository was named */
	struct commit_source commits;  /* empty without one */
	struct known_set *known;
	struct analyse_options analyse; /* since as given; known and words set */
	int64_t now;             /* seconds since 1970: --until, else the clock */
	struct arena mem;        /* of the answer */
	/* words of messages that were asked for, by number */
	struct message_source words;
	struct { uint32_t message; struct message_words words; } kept[ASKED_WORDS];
	struct arena kept_mem;
};

/* Opens it all; horizon 0: the usual one.  -1 and e; release it in any case. */
int asked_open(struct asked *a, const struct options *o, uint32_t horizon, struct err *e);
void asked_release(struct asked *a);
/* The view once more with fewer builds a lane; nothing that points into the old one may be used then. */
int asked_shorten(struct asked *a, const struct options *o, uint32_t horizon, struct err *e);

/* The test that a person means: that name, else the only one that ends with it, else the only
 * one that holds it.  1; 0 and `near` filled with what else could be meant, one name a line; -1 and e. */
int asked_test(struct asked *a, const char *name, uint32_t *test, struct str *near, struct err *e);

/* The same; -1 and e also when no test or several can be meant: e names them. */
int asked_test_or_error(struct asked *a, const char *name, uint32_t *test, struct err *e);

/* The streams of a test and what is thought of it; t is valid until the next call, f as long as a. */
int asked_finding(struct asked *a, uint32_t test, struct test_view *t, struct finding *f, struct err *e);
/* A trace of the test's failures, for paths in it: of the newest that has one; empty: there is none. */
struct span asked_trace(struct asked *a, const struct test_view *t);

#endif
