/*
 * Signals, turned into bytes in a pipe and into facts that can be asked for.
 * SIGINT, SIGTERM and SIGHUP are remembered until the program has cleaned up
 * and ends with sig_reraise; SIGCHLD, SIGTSTP and SIGCONT wake the loop of
 * pool.c.  Nothing is done in a handler but that, with one exception: the
 * third deadly signal ends the program at once.
 */
#ifndef COMMON_SIG_H
#define COMMON_SIG_H

#include "common/err.h"

/* Installs the handlers; a second call does nothing.  What was ignored when the
 * program started (nohup, a script's background job) stays ignored, but for a
 * SIGINT that a process sends.  SIGPIPE and SIGXFSZ are ignored from here on:
 * writing to a closed pipe, or a file past its limit, is an error, EPIPE or
 * EFBIG. */
int sig_open(struct err *e);
/* Puts back what sig_open found, also in the signal mask; forgets what came. */
void sig_close(void);

/* Readable when a signal came; -1 before sig_open.  For poll, with sig_drain after it. */
int sig_fd(void);
void sig_drain(void);

int sig_pending(void); /* the first deadly signal that came, 0: none */
int sig_count(void);   /* how many came */
/* True once after each time such a signal came. */
bool sig_take_child(void);
bool sig_take_stop(void);

/* Stops the program as SIGTSTP would have; returns after SIGCONT. */
void sig_stop_self(void);
/* Ends the program by the default action of the pending signal; returns when
 * there is none. */
void sig_reraise(void);

#endif
