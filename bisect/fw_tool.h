/*
 * What rows of the table have in common: running a list program, looking at
 * words of a command, and the limits of an argument list.
 */
#ifndef BISECT_FW_TOOL_H
#define BISECT_FW_TOOL_H

#include "bisect/fw.h"

/* The longest one argument may be (Linux: 32 pages, with its NUL). */
enum { FW_ARG_MAX = 128 << 10 };

/* One program run to its end, its output looked at as it comes. */
struct fw_run {
	const char *const *argv;
	const char *const *env;  /* put over ours; NULL: nothing */
	const char *stdin_path;  /* NULL: /dev/null */
	/* Each line of standard output, at most 64 KiB of it; may be NULL. */
	void (*line)(void *data, struct span line);
	void *data;
	struct str errors;       /* the first 64 KiB of standard error; release it */
	struct child_end end;    /* how it ended */
};

/* Runs it in the command's folder, at most list_timeout_ms long.  0 when it ran to an
 * end of its own (look at end); -1 when it could not be started, took too long, or a
 * signal came; e names the program. */
int fw_run(struct fw_command *c, struct fw_run *run, struct err *e);
void fw_run_release(struct fw_run *run);
/* The same, and -1 unless it exits with 0: e is that of fw_run_failed. */
int fw_run_well(struct fw_command *c, struct fw_run *run, struct err *e);
/* Sets e to "'PROGRAM ARGS' exited with status 3: LINE", the last of standard error that
 * speaks of an error, or its last; returns -1. */
int fw_run_failed(const struct fw_run *run, struct err *e);

/* Whether the last part of path is name, or name followed by a version and a kind
 * of build ("python3.11", "python3.11-dbg", "python3.13t"). */
bool fw_program_is(const char *path, const char *name);
/* The last part of a path. */
const char *fw_base_name(const char *path);
size_t fw_argc(const char *const *argv);

/* -1 and e when argv and env exceed what execve takes, or one word FW_ARG_MAX;
 * instead says what to do about it. */
int fw_check_args(const char *const *argv, const char *instead, struct err *e);

/* Writes the names as they are to a file that stays (in the session's folder), for a
 * reproducing command; adds its path, as short as can be and not quoted, to out. */
int fw_repro_file(struct fw_command *c, const struct testlist *list, const uint32_t *tests,
                  size_t n, struct str *out, struct err *e);
/* Adds the words, quoted for a shell, with blanks between them. */
void fw_add_words(struct str *out, const char *const *argv);

#endif
