/*
 * The options of a runner as a table: finds the row of each word, bundled letters
 * ("-vj2") and long names ("--jobs=2", also by their beginning), with its value.
 */
#ifndef BISECT_FW_WORDS_H
#define BISECT_FW_WORDS_H

#include "bisect/fw.h"

struct word_option {
	char letter;      /* 0: none */
	bool value;
	const char *name; /* NULL: none */
	int fate;         /* what the row's owner does with it */
};

struct word_table {
	const char *program; /* for messages */
	const struct word_option *options;
	size_t n;
	void (*found)(void *data, const struct word_option *o, const char *value);
};

/* Hands the options of a word that begins with '-' to found(); *next, the word after
 * it, may be taken as a value.  -1 and e: no such option, or its value is missing. */
int words_option(const struct word_table *t, const char *word, const char *const **next, void *data,
                 struct err *e);

#endif
