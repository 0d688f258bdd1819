/*
 * The driver: gate, search and proof of one session, on answers of a lab.  It
 * decides from answers alone (see lab.h), so that a resumed session comes to
 * the same questions.
 */
#ifndef BISECT_DRIVE_H
#define BISECT_DRIVE_H

#include "bisect/finding.h"
#include "bisect/lab.h"
#include "bisect/options.h"

struct drive_view {
	const char *phase;        /* "gate", "search", "proof" */
	uint32_t n_tests, n_open; /* of the list; still under suspicion */
	uint32_t n_runs, runs_left; /* left: expected, 0 unknown */
	double seconds_left;      /* expected; < 0 unknown */
	double posterior;         /* of the best hypothesis */
	struct counts whole;
	const uint32_t *kept;     /* the smallest set seen failing, in run order */
	uint32_t n_kept;
	bool commits;             /* these are commits, not tests */
};

struct drive {
	struct lab *lab;
	const struct testlist *list;
	const struct options *opt;
	const double *suspicion; /* [list] relative, > 0; NULL: equal */
	bool keeps_order;   /* the framework runs tests in the order asked */
	bool names_tests;   /* and says of each test how it ended */
	/* Told whenever something is learnt; for the progress line and -o.  May be NULL. */
	void (*progress)(void *data, const struct drive_view *view);
	void *data;
};

/* Runs the session to its end.  f is initialised by the caller and filled; also
 * (as undecided) when the budget or a signal ended it: *event says which.
 * -1 when the lab broke; what is known is in f all the same. */
int drive_tests(struct drive *d, struct finding *f, enum lab_event *event, struct err *e);
/* How often the command fails: runs the whole list until the interval is known
 * well enough for the budget. */
int drive_rate(struct drive *d, struct finding *f, enum lab_event *event, struct err *e);

#endif
