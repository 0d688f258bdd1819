/*
 * The name that was probably meant: the nearest of several to a mistyped
 * word, for "did you mean" in error messages.
 */
#ifndef COMMON_NEAR_H
#define COMMON_NEAR_H

/* Start with `struct near n = { .word = typed }`, give it every name. */
struct near {
	const char *word;
	const char *best; /* the nearest so far; NULL: none is near enough */
	unsigned distance; /* of best; of several at the same distance the first stays */
};

/* Near enough: a third of the word's letters mistyped (at least one), two
 * letters swapped counting as one, or the word a beginning of three letters or more. */
void near_try(struct near *n, const char *name);

#endif
