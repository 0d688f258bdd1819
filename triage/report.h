/*
 * The nightly report as pure data, and how it is gathered from a store.
 */
#ifndef TRIAGE_REPORT_H
#define TRIAGE_REPORT_H

#include "triage/asked.h"
#include "triage/picture.h"
#include "triage/render_commits.h"

enum { REPORT_COLORS = COLOR_MACHINE + 1 };

/* A test that is worth a line: it is not healthy, or something changed. */
struct shown {
	struct finding f; /* lanes' streams are gone */
	struct picture picture;
	uint64_t failed_since; /* builds since `since` where its first try failed */
	bool drawn;       /* it has a picture */
	struct commits_of commits;
};

/* A builder that has not built for much longer than it usually takes. */
struct silent { struct span builder, branch; int64_t last, usual; /* seconds between builds */ };

/* Builds that were broken as a whole, since `since`. */
struct broken {
	enum mass mass;
	struct span builder;  /* MASS_BUILD, MASS_BUILDER */
	struct span branch, revision; /* MASS_COMMIT: that commit */
	uint32_t n_builds, n_fails, n_tests; /* of the worst build */
	int64_t last;
};

/* Builds that their machine ended, since `since`. */
struct ended { struct span builder; uint32_t n, of; };

struct report {
	int64_t now, newest;      /* newest build; 0: the store is empty */
	int64_t since;
	bool nothing_since;       /* nothing was built since the time asked for: since is a day before newest */
	uint64_t builds[REPORT_COLORS]; /* since `since`, by color */
	uint64_t n_builds;        /* their sum */
	uint64_t n_lost;          /* of them, those of whose tests nothing is known */
	uint64_t n_unread;        /* things in them that could not be read */
	uint32_t n_lanes;
	uint32_t horizon;         /* builds a lane that were looked at one by one */
	VEC(struct silent) silent;
	VEC(struct broken) broken;
	VEC(struct ended) ended;
	VEC(struct shown) tests;  /* by change, then by cost, then by name */
	uint64_t n_tests;         /* with anything but plain passes */
	uint32_t n_asked;         /* tests whose commits were looked at */
	/* First tries that failed since `since`, one a test and build, without builds that broke as a whole or that
	 * their machine ended; of them, those that match no known failure and whose test is neither flaky, regressed,
	 * fixed since nor failing for a machine. */
	uint64_t failures, unexplained;
	const struct view *view;
};

/* Gathers all; release it in any case.  -1 and e. */
int report_gather(struct report *r, struct asked *a, const struct options *o, struct err *e);
void report_release(struct report *r);
/* Whether anything is new that somebody has to look at. */
bool report_has_news(const struct report *r);

#endif
