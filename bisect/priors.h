/*
 * What earlier builds tell (--history DB): how long tests take, and which tests
 * or commits are suspect.  The program flake-triage is asked before the session
 * begins, and its answer kept in the session's file "priors": a resumed search
 * comes to the same questions, whatever the store has learnt since.
 */
#ifndef BISECT_PRIORS_H
#define BISECT_PRIORS_H

#include "bisect/hunt.h"
#include "bisect/options.h"
#include "bisect/session.h"
#include "bisect/testlist.h"

struct pool;

/* The empty state is all zero. */
struct priors {
	double *seconds;   /* [n] expected of each test, > 0; NULL: nothing is known */
	double *suspicion; /* [n] relative, > 0: from 1, what is no worse than others has 2, up to 11;
	                      NULL: nothing is known */
	uint32_t n_known;  /* tests of the list that the history has, commits that it suspects */
};

void priors_release(struct priors *p);

/* Asks flake-triage (the one beside this program, else that of PATH) about the tests of
 * opt->history, or where commits are searched about opt->victim.  answer: its JSON.  -1: there
 * is no store or no program, or it could not answer; e says which. */
int priors_ask(struct str *answer, struct pool *pool, const struct options *opt, struct err *e);
int priors_keep(struct span answer, const struct session *s, struct err *e);
int priors_kept(struct str *answer, const struct session *s, struct err *e);

/* The answer, for the tests of the list; those that the history has not get the mean.
 * -1: it is no such answer. */
int priors_of_tests(struct priors *p, struct span answer, const struct testlist *list, struct err *e);
/* The same for commits (ids, number 0 is the old end, which is none): sets prior[0 .. n-2] to how
 * suspect each is, 0.9 of it as the answer says and 0.1 spread over all, so that a wrong
 * answer rules nothing out.  n_known: how many of the suspects are in the list; 0: all equal.  past: how
 * often the test failed before the suspects and after; no runs where it is not said. */
int priors_of_commits(double *prior, uint32_t *n_known, struct hunt_past *past, struct span answer,
                      const struct testlist *list, struct err *e);

/* Which of the names (of n) is meant by each test of the list: the same one, else the only one
 * that is the same but for how its parts are joined ("a/b.py::c" and "a.b.c"), else the only one of which
 * one is the end of the other at a joint.  row [count of list]: TESTLIST_NONE where there is none. */
void priors_match(uint32_t *row, const struct testlist *list, const struct span *names, size_t n);

#endif
