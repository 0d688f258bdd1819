/*
 * Failures that look the same: messages under one stable id.  Some lines say
 * nothing of the failure behind them; they are shown, and identify nothing.
 */
#ifndef TRIAGE_CLUSTER_H
#define TRIAGE_CLUSTER_H

#include "triage/finding.h"

/* The words of a failure, as it was first seen; spans live as long as their source. */
struct message_words {
	uint64_t hash;       /* of the normalised line: the same in every store */
	struct span example; /* the line as printed */
	struct span details; /* its trace; empty: none */
	bool generic;        /* cluster_generic(example) */
};

/* Gives the words of a view's messages (struct event). */
struct message_source {
	bool (*get)(void *data, uint32_t message, struct message_words *out); /* false: no such */
	void *data;
};

/* An error line that many different failures print ("Traceback (most recent call
 * last):", a bare "AssertionError", "exit code 1"): refused as an identity. */
bool cluster_generic(struct span line);

/* The id of messages whose normalised line has that hash: "m1-" and 12 hex digits; 1 is
 * the version of the normaliser. */
struct span cluster_id(struct arena *mem, uint64_t hash);

/* The clusters of a test's failures in builds started up to `until` (0: all), without
 * those that were broken as a whole unless there are no others; most frequent first,
 * then by id; the count in *n.  Messages that are nearly the same (alike.h) and not generic are one
 * cluster, under the id of the one that was seen first.  Made in mem, texts too. */
struct message_cluster *cluster_messages(uint32_t *n, const struct test_view *t, int64_t until,
                                         const struct message_source *words, struct arena *mem);

#endif
