/* Shared by session.c and session_scratch.c, and nobody else. */
#ifndef BISECT_SESSION_IN_H
#define BISECT_SESSION_IN_H

#include "bisect/session.h"

/* A heap string. */
PRINTF_LIKE(1, 2)
char *session_text(const char *fmt, ...);
/* 1 locked, 0 another process has it (*owner), -1 e. */
int session_try_lock(const char *dir, int *fd, long *owner, struct err *e);
/* Removes what the file "scratch" of a session speaks of; the session is locked. */
void session_sweep(const char *dir);
/* The same for all sessions of root that nobody works on. */
void session_sweep_all(const char *root);

#endif
