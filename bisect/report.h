/*
 * What a finding says to a person (report_text.c) or to a program
 * (report_json.c).  Pure but for report_print: the same finding gives the same
 * bytes.
 */
#ifndef BISECT_REPORT_H
#define BISECT_REPORT_H

#include "bisect/finding.h"
#include "bisect/options.h"

struct report_style {
	bool color;
	bool quiet;         /* the answer alone */
	bool rate;          /* nothing but the rate was asked for */
	bool many;          /* all tests of a set, however many */
	bool more;          /* --all was not given, and would find more */
	const char *output; /* the file that holds the isolated tests; NULL: none */
	const char *resume; /* the command that goes on; NULL: the session cannot */
};

enum { REPORT_MAX = 64 << 20, REPORT_TESTS = 20 /* shown of a larger set */ };

void report_text(struct str *out, const struct finding *f, const struct testlist *list,
                 const struct report_style *style);
/* One document and a newline. */
void report_json(struct str *out, const struct finding *f, const struct testlist *list);
/* The same of a rate: there is no verdict and no culprit in it. */
void report_rate_json(struct str *out, const struct finding *f);

/* Prints the finding on standard output, as the options want it. */
void report_print(const struct finding *f, const struct testlist *list, const struct options *opt);
/* The same for a finding of drive_rate. */
void report_print_rate(const struct finding *f, const struct testlist *list, const struct options *opt);
/* Adds a message that is one line with its escapes already (a signature): up to its
 * first line's end, at most REPORT_MESSAGE bytes. */
enum { REPORT_MESSAGE = 200 };
void report_message(struct str *out, const char *text);

/* Adds a test's name as a person types it: a backslash stays one, what would write to
 * the terminal is escaped. */
void report_name(struct str *out, const char *name);

/* Prints a report that is made elsewhere, as report_print does. */
void report_out(const struct str *out);
/* Adds the command that goes on with a session. */
void report_resume(struct str *out, const char *session, uint32_t n_runs, double seconds,
                   const struct options *opt);
bool report_printed(void); /* whether any of these was called */
int report_errno(void);    /* why what was printed did not arrive; 0: it did */
/* Prints {"schema":1,"error":message}: the one document of a program that failed. */
void report_error_json(const char *message);

/* Whether output on descriptor fd shall be coloured: --color, NO_COLOR, a terminal. */
bool report_wants_color(const struct options *opt, int fd);

#endif
