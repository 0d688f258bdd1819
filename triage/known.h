/*
 * Known failures: rules that a person made, each with a link to its issue, and
 * which of them a failure matches.
 */
#ifndef TRIAGE_KNOWN_H
#define TRIAGE_KNOWN_H

#include "common/err.h"
#include "common/str.h"

struct older_name;

/* A rule matches a failure when everything matches that it names. */
struct known {
	int64_t id;
	struct span test, builder, branch; /* globs as in fnmatch(3); empty: any */
	struct span pattern;               /* PCRE2 on message and details; empty: any */
	struct span issue;                 /* link; never empty */
	struct span note;
	int64_t since;                     /* when it was added */
};

/* One failure, for matching; empty spans are not known. */
struct known_failure {
	struct span test, builder, branch;
	const struct older_name *older; /* the test's names before it was renamed (view.h) */
	uint32_t n_older;
	struct span message, details;
};

struct known_set;

struct known_set *known_new(void);
void known_free(struct known_set *k); /* NULL is fine */
/* Adds a copy of the rule; -1 and e when its pattern is none. */
int known_add(struct known_set *k, const struct known *rule, struct err *e);
size_t known_count(const struct known_set *k);
const struct known *known_at(const struct known_set *k, size_t i); /* in the order of adding */

/* The first rule that matches; NULL: none.  A pattern that takes too long matches not. */
const struct known *known_find(const struct known_set *k, const struct known_failure *f);
/* Whether that one rule does. */
bool known_matches(const struct known_set *k, size_t i, const struct known_failure *f);

#endif
