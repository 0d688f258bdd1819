/*
 * The failure signature: what tells one failure of a command from another.
 * How the run ended, which tests failed or what failed as a whole, and the
 * error line with everything taken out that changes from run to run.
 */
#ifndef BISECT_SIGNATURE_H
#define BISECT_SIGNATURE_H

#include "bisect/testlist.h"
#include "common/errline.h"

enum signature_how {
	SIGNATURE_NONE,   /* no failure */
	SIGNATURE_EXIT,   /* code: exit status */
	SIGNATURE_SIGNAL, /* code: signal */
	SIGNATURE_TIMEOUT,
	SIGNATURE_MATCH,  /* the output matched --match: always the same failure */
	SIGNATURE_VICTIM, /* failed[0] failed, which alone counts */
};

enum { SIGNATURE_MESSAGE_MAX = ERRLINE_MAX }; /* bytes */

/* The empty state is that of signature_init. */
struct signature {
	enum signature_how how;
	int code;
	struct str kind;       /* what failed as a whole ("reference leak"), "" nothing did */
	struct str message;    /* normalised error line, "" none was seen */
	struct str line;       /* the same line as it was printed, for people; never compared */
	VEC(uint32_t) failed;  /* tests that failed, in order of the run */
};

void signature_init(struct signature *s);
void signature_release(struct signature *s);
void signature_copy(struct signature *to, const struct signature *from); /* to is initialised */

/* Takes the error line of a run: its message, and the line itself without colours. */
void signature_line(struct signature *s, struct span text);

/* The line of a run's output that says best what went wrong: the last that names
 * a class of errors, else the last that speaks of an error; empty when there is
 * none: any other line may differ between runs of different tests. */
struct span signature_error_line(struct span output);
/* The first class of errors that a line names, without its module; empty: none. */
struct span signature_class(struct span line);

/* Whether both are the same failure: same end (unless tests are named), a
 * failing test or kind in common, no other class of error, and messages that
 * have at least half of their words in common (where no class is known). */
bool signature_same(const struct signature *a, const struct signature *b);

/* Adds one line for a person: "'a::v' fails: AssertionError: S != S". */
void signature_text(struct str *out, const struct signature *s, const struct testlist *list);
/* The same with the line as it was printed: "'a::v' fails: AssertionError: 'x' != 'y'". */
void signature_shown(struct str *out, const struct signature *s, const struct testlist *list);

#endif
