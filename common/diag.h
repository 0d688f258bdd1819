/*
 * The only place besides main that prints to standard error: warnings and the
 * last words of the program, each a line "PROGRAM: text".
 */
#ifndef COMMON_DIAG_H
#define COMMON_DIAG_H

/* Exit statuses of both programs.  1 to 127 mean "bad commit" to `git bisect
 * run`, except 125, so faults and wrong usage lie above them. */
enum exit_status {
	EXIT_ANSWERED = 0,
	EXIT_NEGATIVE = 1,
	EXIT_UNDECIDED = 125,
	EXIT_FAULT = 128,
	EXIT_USAGE = 129,
};

/* The name put before every line; a literal or argv[0]'s last part. */
void diag_program(const char *name);

/* Called before a line is printed (to clear a progress line); NULL: nothing. */
void diag_before(void (*hook)(void));

void diag_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* A remark without the word "warning": what the program decided by itself. */
void diag_note(const char *fmt, ...) PRINTF_LIKE(1, 2);
NORETURN void diag_die(int status, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
